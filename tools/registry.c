#include "tools/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "tools/config.h"

enum { REGISTRY_MAX_BYTES = 16 << 20 };

static const char file_name[] = "indexes";
static const char lock_name[] = "indexes.lock";

bool registry_is_name(const char *text)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789._-";
	size_t n = strspn(text, letters);

	/* "." and ".." are folders, a dash begins a flag */
	return n && !text[n] && n <= REGISTRY_NAME_MAX && *text != '-' &&
	       *text != '.';
}

/* --- reading */

static int no_home(struct scout_err *err)
{
	return scout_err_set(err, SCOUT_E_USAGE,
			     "indexes have names in $XDG_CONFIG_HOME or "
			     "~/.config, but neither that variable nor HOME is "
			     "set");
}

static struct span next_line(struct span *text)
{
	const uint8_t *end = memchr(text->ptr, '\n', text->len);
	size_t len = end ? (size_t)(end - text->ptr) : text->len;
	struct span line = span_of(text->ptr, len);

	text->ptr += len + (end != NULL);
	text->len -= len + (end != NULL);
	return line;
}

/* A path as it stands in the file: \n, \t and \\ for what would end it. */
static char *unescape(struct span s, struct arena *arena)
{
	char *path = arena_alloc(arena, s.len + 1), *p = path;
	size_t i;

	for (i = 0; p && i < s.len; i++) {
		uint8_t c = s.ptr[i];

		if (c == '\\' && i + 1 < s.len) {
			c = s.ptr[++i];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		*p++ = (char)c;
	}
	if (p)
		*p = 0;
	return path;
}

static void put_escaped(struct buf *out, const char *path)
{
	for (; *path; path++) {
		if (*path == '\n' || *path == '\t' || *path == '\\')
			buf_put_u8(out, '\\');
		buf_put_u8(out, *path == '\n' ? 'n' : *path == '\t' ? 't' :
						(uint8_t)*path);
	}
}

static int read_line(struct span line, struct arena *arena,
		     struct registry_entry *out)
{
	const uint8_t *tab = memchr(line.ptr, '\t', line.len);
	size_t n;

	if (!tab)
		return SCOUT_E_USAGE;
	n = (size_t)(tab - line.ptr);
	out->name = arena_dup(arena, line.ptr, n);
	out->dir = unescape(span_of(tab + 1, line.len - n - 1), arena);
	if (!out->name || !out->dir)
		return SCOUT_E_NOMEM;
	return registry_is_name(out->name) && out->dir[0] == '/' ?
		       SCOUT_OK : SCOUT_E_USAGE;
}

static int read_lines(struct span text, const char *path, struct arena *arena,
		      struct registry *out, struct scout_err *err)
{
	size_t n = 0, number = 0;
	struct registry r = { 0 };
	const uint8_t *p;
	int rc;

	for (p = text.ptr; p < text.ptr + text.len; p++)
		n += *p == '\n';
	r.entries = arena_calloc(arena, n + 1, sizeof(*r.entries));
	if (!r.entries)
		return scout_err_set(err, SCOUT_E_NOMEM, "%s", path);
	while (text.len) {
		struct span line = next_line(&text);

		number++;
		if (!line.len || line.ptr[0] == '#')
			continue;
		rc = read_line(line, arena, &r.entries[r.nentries]);
		if (rc < 0)
			return scout_err_set(err, (enum scout_status)rc,
					     "%s, line %zu: not a name, a tab "
					     "and a path", path, number);
		r.nentries++;
	}
	*out = r;
	return SCOUT_OK;
}

static int by_name(const void *a, const void *b)
{
	const struct registry_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int registry_read(struct arena *arena, struct registry *out,
		  struct scout_err *err)
{
	struct buf path = BUF_INIT(MEM_OTHER);
	const char *folder = config_folder(arena);
	uint8_t *text = NULL;
	size_t len;
	int rc;

	*out = (struct registry){ 0 };
	if (!folder)
		return SCOUT_OK;
	buf_printf(&path, "%s/%s", folder, file_name);
	if (!buf_cstr(&path))
		return scout_err_set(err, SCOUT_E_NOMEM, "%s", folder);
	rc = os_read_file(AT_FDCWD, buf_cstr(&path), REGISTRY_MAX_BYTES, &text,
			  &len);
	if (rc == -ENOENT || rc == -ENOTDIR)
		rc = SCOUT_OK;
	else if (rc < 0)
		rc = scout_err_sys(err, -rc, "%s", buf_cstr(&path));
	else
		rc = read_lines(span_of(text, len), buf_cstr(&path), arena, out,
				err);
	if (!rc && out->nentries)
		qsort(out->entries, out->nentries, sizeof(*out->entries),
		      by_name);
	scout_free(text);
	buf_release(&path);
	return rc;
}

const char *registry_find(const struct registry *registry, const char *name)
{
	size_t i;

	for (i = 0; i < registry->nentries; i++)
		if (!strcmp(registry->entries[i].name, name))
			return registry->entries[i].dir;
	return NULL;
}

/* --- changing */

/* A change under way: the folder, and the lock that others wait for. */
struct registry_change {
	struct arena arena;
	struct registry registry;
	int dir_fd, lock_fd;
};

/* Makes the folders of a path that are not there. */
static int make_folders(char *path)
{
	char *slash;
	int rc;

	for (slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = 0;
		rc = mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
		*slash = '/';
		if (rc < 0)
			return rc;
	}
	return os_mkdir(path, 0700);
}

static int change_begin(struct registry_change *c, struct scout_err *err)
{
	char *folder;
	int rc;

	c->dir_fd = c->lock_fd = -1;
	arena_init(&c->arena, MEM_OTHER);
	folder = (char *)(uintptr_t)config_folder(&c->arena);
	if (!folder)
		return no_home(err);
	rc = make_folders(folder);
	if (rc < 0)
		return scout_err_sys(err, -rc, "making the folder '%s'",
				     folder);
	c->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir_fd >= 0)
		c->lock_fd = openat(c->dir_fd, lock_name,
				    O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (c->lock_fd < 0 || flock(c->lock_fd, LOCK_EX))
		return scout_err_sys(err, errno, "locking '%s/%s'", folder,
				     lock_name);
	return registry_read(&c->arena, &c->registry, err);
}

static int change_write(struct registry_change *c, struct scout_err *err)
{
	struct buf text = BUF_INIT(MEM_OTHER);
	size_t i;
	int rc;

	buf_put_str(&text, "# Indexes of scout: name, tab, index folder.  "
			   "See scout-index add and remove.\n");
	for (i = 0; i < c->registry.nentries; i++) {
		if (!c->registry.entries[i].name)
			continue;
		buf_printf(&text, "%s\t", c->registry.entries[i].name);
		put_escaped(&text, c->registry.entries[i].dir);
		buf_put_u8(&text, '\n');
	}
	rc = buf_status(&text);
	if (rc < 0) {
		scout_err_set(err, rc, "writing the list of indexes");
	} else {
		rc = os_replace_file(c->dir_fd, file_name, text.ptr, text.len);
		if (rc < 0)
			rc = scout_err_sys(err, -rc, "writing '%s/%s'",
					   config_folder(&c->arena), file_name);
	}
	buf_release(&text);
	return rc;
}

static void change_end(struct registry_change *c)
{
	if (c->lock_fd >= 0)
		close(c->lock_fd);
	if (c->dir_fd >= 0)
		close(c->dir_fd);
	arena_release(&c->arena);
}

/* SCOUT_END if it is registered so already. */
static int look_for_conflict(const struct registry *r, const char *name,
			     const char *dir, struct scout_err *err)
{
	const char *there = registry_find(r, name);
	size_t i;

	if (there && !strcmp(there, dir))
		return SCOUT_END;
	if (there)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "'%s' is the name of '%s' already; forget "
				     "that first with 'scout-index remove %s'",
				     name, there, name);
	for (i = 0; i < r->nentries; i++)
		if (!strcmp(r->entries[i].dir, dir))
			return scout_err_set(err, SCOUT_E_USAGE,
					     "'%s' has the name '%s' already",
					     dir, r->entries[i].name);
	return SCOUT_OK;
}

int registry_add(const char *name, const char *dir, struct scout_err *err)
{
	struct registry_change c;
	int rc;

	if (!registry_is_name(name))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "'%s' cannot be a name: at most %d "
				     "letters, digits, '.', '-' and '_', not "
				     "beginning with '.' or '-'",
				     name, REGISTRY_NAME_MAX);
	rc = change_begin(&c, err);
	if (!rc)
		rc = look_for_conflict(&c.registry, name, dir, err);
	if (!rc) {
		size_t n = c.registry.nentries;
		struct registry_entry *all = arena_calloc(&c.arena, n + 1,
							  sizeof(*all));

		if (all) {
			if (n)
				memcpy(all, c.registry.entries,
				       n * sizeof(*all));
			all[n] = (struct registry_entry){ name, dir };
			qsort(all, n + 1, sizeof(*all), by_name);
			c.registry = (struct registry){ all, n + 1 };
			rc = change_write(&c, err);
		} else {
			rc = scout_err_set(err, SCOUT_E_NOMEM, "%s", name);
		}
	}
	change_end(&c);
	return rc < 0 ? rc : SCOUT_OK;
}

int registry_remove(const char *name, struct scout_err *err)
{
	struct registry_change c;
	size_t i;
	int rc;

	rc = change_begin(&c, err);
	if (!rc && !registry_find(&c.registry, name))
		rc = scout_err_set(err, SCOUT_E_NOTFOUND,
				   "no index has the name '%s'; "
				   "'scout-index list' shows them", name);
	if (!rc) {
		for (i = 0; i < c.registry.nentries; i++)
			if (!strcmp(c.registry.entries[i].name, name))
				c.registry.entries[i].name = NULL;
		rc = change_write(&c, err);
	}
	change_end(&c);
	return rc;
}

int registry_resolve(const char *given, struct buf *out, struct scout_err *err)
{
	struct registry registry;
	const char *dir = NULL;
	struct arena arena;
	int rc = SCOUT_OK;

	arena_init(&arena, MEM_OTHER);
	if (registry_is_name(given)) {
		rc = registry_read(&arena, &registry, err);
		if (!rc)
			dir = registry_find(&registry, given);
	}
	buf_put_str(out, dir ? dir : given);
	arena_release(&arena);
	if (rc < 0)
		return rc;
	return buf_cstr(out) ? SCOUT_OK :
			       scout_err_set(err, SCOUT_E_NOMEM, "index path");
}
