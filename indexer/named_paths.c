#include "indexer/named_paths.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "index_format/skip_list.h"

static void warn(const struct index_run *run, struct span path,
		 const char *what)
{
	char text[PATH_MAX + 256];

	snprintf(text, sizeof(text), "%.*s: %s", (int)path.len,
		 (const char *)path.ptr, what);
	if (run->options->warn)
		run->options->warn(run->options->warn_ctx, text);
}

/* Takes "." and ".." and empty names out of an absolute path, by its text. */
static void normalize(const char *path, struct buf *out)
{
	const char *p = path, *end;
	size_t n;

	buf_clear(out);
	for (; *p; p = end) {
		while (*p == '/')
			p++;
		end = strchr(p, '/');
		if (!end)
			end = p + strlen(p);
		n = (size_t)(end - p);
		if (!n || (n == 1 && p[0] == '.'))
			continue;
		if (n == 2 && p[0] == '.' && p[1] == '.') {
			while (out->len && out->ptr[--out->len] != '/')
				;
			continue;
		}
		buf_put_u8(out, '/');
		buf_put(out, p, n);
	}
	if (!out->len)
		buf_put_u8(out, '/');
}

/* The part of path below root, "" for root and what is above it; false if it is
 * elsewhere. */
static bool below(const char *root, struct span path, struct span *out)
{
	struct span r = span_str(root);

	if (r.len == 1)
		r.len = 0; /* "/" */
	if (span_has_prefix(path, r) &&
	    (path.len == r.len || path.ptr[r.len] == '/')) {
		*out = path.len == r.len ? span_of(path.ptr, 0)
					 : span_of(path.ptr + r.len + 1,
						   path.len - r.len - 1);
		return true;
	}
	*out = span_of(path.ptr, 0);
	return path.len == 1 ||
	       (span_has_prefix(r, path) && r.ptr[path.len] == '/');
}

/* The same path with the links on its way to the last name that is there
 * resolved; false if nothing changes. */
static bool resolve_links(const struct buf *path, struct buf *out)
{
	char head[PATH_MAX], real[PATH_MAX];
	size_t cut = path->len;

	if (path->len >= sizeof(head))
		return false;
	do {
		while (cut && path->ptr[--cut] != '/')
			;
		if (!cut)
			return false;
		memcpy(head, path->ptr, cut);
		head[cut] = 0;
	} while (!realpath(head, real));
	buf_clear(out);
	buf_put_str(out, real);
	buf_put(out, path->ptr + cut, path->len - cut);
	return !buf_status(out);
}

/* One name; out is in arena. */
static int take_name(struct index_run *run, const char *cwd, const char *name,
		     struct arena *arena, struct buf *work, struct span *out,
		     bool *out_taken)
{
	struct buf path = work[0], real = work[1];
	char joined[PATH_MAX * 2 + 2];
	int rc = SCOUT_OK;

	snprintf(joined, sizeof(joined), "%s/%s", name[0] == '/' ? "" : cwd,
		 name);
	normalize(joined, &path);
	*out_taken = !buf_status(&path) &&
		     (below(run->root, buf_span(&path), out) ||
		      (resolve_links(&path, &real) &&
		       below(run->root, buf_span(&real), out)));
	if (!*out_taken)
		warn(run, span_str(name), "is not in the indexed folder");
	else
		out->ptr = (uint8_t *)arena_dup(arena, out->ptr, out->len);
	if (*out_taken && !out->ptr)
		rc = SCOUT_E_NOMEM;
	work[0] = path;
	work[1] = real;
	return rc;
}

static int take_names(struct index_run *run, const char *cwd, struct span names,
		      uint8_t end, struct arena *arena, struct buf *spans)
{
	struct buf work[2] = { BUF_INIT(MEM_OTHER), BUF_INIT(MEM_OTHER) };
	const uint8_t *p = names.ptr, *stop = names.ptr + names.len, *next;
	char name[PATH_MAX];
	struct span path;
	bool taken;
	int rc = SCOUT_OK;

	for (; p < stop && !rc; p = next + 1) {
		next = memchr(p, end, (size_t)(stop - p));
		if (!next)
			next = stop;
		if (next == p)
			continue;
		if ((size_t)(next - p) >= sizeof(name)) {
			warn(run, span_of(p, 64), "is too long for a path");
			continue;
		}
		memcpy(name, p, (size_t)(next - p));
		name[next - p] = 0;
		rc = take_name(run, cwd, name, arena, work, &path, &taken);
		if (!rc && taken)
			buf_put(spans, &path, sizeof(path));
	}
	buf_release(&work[0]);
	buf_release(&work[1]);
	return rc ? rc : buf_status(spans);
}

int named_paths_make(struct index_run *run, struct span names, uint8_t end,
		     struct arena *arena, struct path_set *out, bool *out_whole,
		     struct scout_err *err)
{
	struct buf spans = BUF_INIT(MEM_OTHER);
	char cwd[PATH_MAX];
	struct span *paths;
	size_t n;
	int rc;

	if (!getcwd(cwd, sizeof(cwd)))
		return scout_err_sys(err, errno, "the current folder");
	rc = take_names(run, cwd, names, end, arena, &spans);
	n = spans.len / sizeof(struct span);
	paths = (struct span *)arena_dup(arena, spans.ptr, spans.len);
	buf_release(&spans);
	if (rc < 0 || !paths)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading the paths");
	path_set_make(out, paths, n);
	*out_whole = n && !out->paths[0].len;
	return SCOUT_OK;
}

static int copy_skipped(struct arena *arena, const struct skipped_path *s,
			struct file_entry *out)
{
	*out = (struct file_entry){
		.path = arena_dup(arena, s->path.ptr, s->path.len),
		.path_len = (uint32_t)s->path.len,
		.skip = (uint8_t)s->reason,
		.is_dir = s->is_dir,
		.sys = s->sys,
		.st = s->st,
	};
	return out->path ? SCOUT_OK : SCOUT_E_NOMEM;
}

/* Merges both lists into out. */
static int merge_skipped(struct index_run *run, struct store_txn *txn,
			 const struct path_set *set, struct buf *out)
{
	struct skip_list_cursor c = { .txn = txn };
	struct file_list *l = run->files;
	struct skipped_path s;
	struct file_entry e;
	size_t i = 0;
	int rc, order = 1;

	while (!(rc = skip_list_next(&c, &s))) {
		while (i < l->nskipped &&
		       (order = path_cmp(file_entry_path(&l->skipped[i]),
					 s.path)) < 0)
			buf_put(out, &l->skipped[i++], sizeof(e));
		/* a folder above a path may have been looked at, too */
		if (path_set_holds(set, s.path) || (i < l->nskipped && !order))
			continue;
		rc = copy_skipped(&l->arenas[0], &s, &e);
		if (rc < 0)
			return rc;
		buf_put(out, &e, sizeof(e));
	}
	while (i < l->nskipped)
		buf_put(out, &l->skipped[i++], sizeof(e));
	return rc < 0 ? rc : buf_status(out);
}

int named_paths_keep_skipped(struct index_run *run, struct store_txn *txn,
			     const struct path_set *set)
{
	struct file_list *l = run->files;
	struct buf all = BUF_INIT(MEM_WALK);
	struct file_entry *entries = NULL;
	int rc = merge_skipped(run, txn, set, &all);

	if (!rc) {
		entries = (struct file_entry *)arena_dup(&l->arenas[0], all.ptr,
							 all.len);
		rc = entries ? SCOUT_OK : SCOUT_E_NOMEM;
	}
	if (!rc) {
		l->skipped = entries;
		l->nskipped = all.len / sizeof(*entries);
	}
	buf_release(&all);
	return rc;
}

/* Why the walk left a path out: itself, or a folder above it; NULL if it did
 * not. */
static const char *why_skipped(const struct file_list *l, struct span path)
{
	size_t i;

	for (i = 0; i < l->nskipped; i++) {
		struct span s = file_entry_path(&l->skipped[i]);

		if (span_has_prefix(path, s) &&
		    (path.len == s.len || path.ptr[s.len] == '/'))
			return skip_reason_name(
				(enum skip_reason)l->skipped[i].skip);
	}
	return NULL;
}

void named_paths_report(const struct index_run *run, const struct path_set *set)
{
	const struct file_list *l = run->files;
	char text[128];
	const char *why;
	size_t i, at;

	for (i = 0; i < set->n; i++) {
		at = file_list_seek(l, 0, set->paths[i]);
		if (at < l->nfiles &&
		    path_set_holds(set, file_entry_path(&l->files[at])))
			continue;
		why = why_skipped(l, set->paths[i]);
		if (!why)
			continue; /* gone, or an empty folder */
		snprintf(text, sizeof(text), "is not indexed (%s)", why);
		warn(run, set->paths[i], text);
	}
}
