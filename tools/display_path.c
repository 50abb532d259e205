#include "tools/display_path.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Length of the folders that path and folder have in common, with the '/' after
 * them: "a/b/c.c" and "a/x" have "a/".  A folder equal to one of path's counts.
 */
static size_t common_folders(struct span path, struct span folder)
{
	size_t i, common = 0;

	for (i = 0; i < path.len; i++) {
		bool at_end = i == folder.len;

		if (at_end || path.ptr[i] != folder.ptr[i]) {
			if (at_end && path.ptr[i] == '/')
				common = i + 1;
			break;
		}
		if (path.ptr[i] == '/')
			common = i + 1;
	}
	return common;
}

/* Appends "../" for every folder of rest ("a/b": twice). */
static void put_ups(struct buf *out, struct span rest)
{
	size_t i;

	if (!rest.len)
		return;
	buf_put_str(out, "../");
	for (i = 0; i < rest.len; i++)
		if (rest.ptr[i] == '/')
			buf_put_str(out, "../");
}

static struct span span_from(struct span s, size_t start)
{
	if (start >= s.len)
		return span_of(s.ptr + s.len, 0);
	return span_of(s.ptr + start, s.len - start);
}

/* The path of folder root as seen from folder here, with a '/' at its end. */
static void put_relative(struct buf *out, struct span root, struct span here)
{
	size_t common;

	/* compared as if root were a path in a folder: "/x/root/" */
	common = common_folders(root, here);
	put_ups(out, span_from(here, common));
	buf_put_span(out, span_from(root, common));
}

static void init_outside(struct display_path *d, struct span root,
			 struct span here)
{
	struct buf with_slash = BUF_INIT(MEM_OTHER);

	buf_put_span(&with_slash, root);
	buf_put_u8(&with_slash, '/');
	put_relative(&d->prefix, buf_span(&with_slash), here);
	buf_release(&with_slash);
}

static void put_folder(struct buf *out, struct span folder)
{
	buf_put_span(out, folder);
	if (!folder.len || folder.ptr[folder.len - 1] != '/')
		buf_put_u8(out, '/');
}

int display_path_init(struct display_path *d, const char *root, bool absolute,
		      bool named, struct scout_err *err)
{
	char real_root[PATH_MAX], real_here[PATH_MAX];
	struct span r, h;

	buf_init(&d->inside, MEM_OTHER);
	buf_init(&d->prefix, MEM_OTHER);
	buf_init(&d->shown, MEM_OTHER);
	buf_init(&d->root, MEM_OTHER);
	r = span_str(realpath(root, real_root) ? real_root : root);
	h = span_str(realpath(".", real_here) ? real_here : "/");
	put_folder(&d->root, r);
	if (absolute) {
		put_folder(&d->prefix, r);
	} else if (r.len == 1 || (span_has_prefix(h, r) &&
				  (h.len == r.len || h.ptr[r.len] == '/'))) {
		buf_put_span(&d->inside,
			     span_from(h, r.len == 1 ? 1 : r.len + 1));
	} else if (!named) {
		init_outside(d, r, h);
	}
	if (buf_status(&d->inside) < 0 || buf_status(&d->prefix) < 0 ||
	    buf_status(&d->root) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "paths");
	return SCOUT_OK;
}

void display_path_release(struct display_path *d)
{
	buf_release(&d->inside);
	buf_release(&d->prefix);
	buf_release(&d->shown);
	buf_release(&d->root);
}

int display_path(struct display_path *d, struct span path, struct span *out)
{
	struct span here = buf_span(&d->inside);
	size_t common;

	*out = path;
	if (!here.len && !d->prefix.len)
		return SCOUT_OK;
	buf_clear(&d->shown);
	common = common_folders(path, here);
	buf_put_span(&d->shown, buf_span(&d->prefix));
	put_ups(&d->shown, span_from(here, common));
	buf_put_span(&d->shown, span_from(path, common));
	*out = buf_span(&d->shown);
	return buf_status(&d->shown);
}
