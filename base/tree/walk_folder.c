#include "base/tree/walk_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tree/path_set.h"

struct walk_name {
	size_t offset;		/* in walker.names */
	const char *str;	/* set once all are read */
	unsigned char type;	/* DT_... */
};

static int no_memory(struct scout_err *err)
{
	return scout_err_set(err, SCOUT_E_NOMEM, "listing files");
}

static int push_name(struct walker *w, const struct dirent *d)
{
	struct walk_name *bigger;

	if (w->nrefs == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 256;

		bigger = scout_realloc(MEM_WALK, w->refs,
				       cap * sizeof(*bigger));
		if (!bigger)
			return no_memory(w->err);
		w->refs = bigger;
		w->cap = cap;
	}
	w->refs[w->nrefs].offset = w->names.len;
	w->refs[w->nrefs++].type = d->d_type;
	buf_put(&w->names, d->d_name, strlen(d->d_name) + 1);
	return buf_status(&w->names) ? no_memory(w->err) : SCOUT_OK;
}

static int name_cmp(const void *a, const void *b)
{
	return strcmp(((const struct walk_name *)a)->str,
		      ((const struct walk_name *)b)->str);
}

/*
 * Fills w->refs, sorted, and *out_ignore with the ignore files seen (bits of
 * ignore_level_name).  A read error is a positive errno.
 */
static int read_names(struct walker *w, DIR *dir, unsigned *out_ignore)
{
	unsigned ignore = 0;
	struct dirent *d;
	size_t i;
	int rc;

	buf_clear(&w->names);
	w->nrefs = 0;
	for (;;) {
		errno = 0;
		d = readdir(dir);
		if (!d)
			break;
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		ignore |= ignore_level_name(d->d_name);
		rc = push_name(w, d);
		if (rc < 0)
			return rc;
	}
	if (errno)
		return errno;
	for (i = 0; i < w->nrefs; i++)
		w->refs[i].str = (const char *)w->names.ptr + w->refs[i].offset;
	if (w->nrefs)
		qsort(w->refs, w->nrefs, sizeof(*w->refs), name_cmp);
	*out_ignore = ignore;
	return SCOUT_OK;
}

/* Entries. */

static unsigned char mode_type(uint32_t mode)
{
	return S_ISREG(mode) ? DT_REG : S_ISDIR(mode) ? DT_DIR :
	       S_ISLNK(mode) ? DT_LNK : DT_FIFO;
}

/* An entry on its way to an item. */
struct candidate {
	const char *name;
	unsigned char type;	/* after following a link */
	bool has_stat;
	bool is_link;		/* a link that is followed */
	int sys;		/* stat failed */
	struct os_stat st;
};

static void stat_candidate(struct candidate *c, int dir_fd, bool follow)
{
	c->sys = -os_stat_at(dir_fd, c->name, follow, &c->st);
	c->has_stat = !c->sys;
	if (c->has_stat)
		c->type = mode_type(c->st.mode);
}

static void resolve_candidate(const struct walk_scope *scope,
			      struct candidate *c, int dir_fd)
{
	if (c->type == DT_UNKNOWN)
		stat_candidate(c, dir_fd, false);
	if (c->type != DT_LNK || !scope->rules->follow)
		return;
	c->is_link = true;
	stat_candidate(c, dir_fd, true);
}

static bool is_ancestor(const struct walk_folder *f, const struct os_stat *st)
{
	for (; f; f = f->parent)
		if (f->dev == st->dev && f->ino == st->ino)
			return true;
	return false;
}

/* What remains to be asked once the rules let the entry through. */
static enum skip_reason check_kind(const struct walk_scope *scope,
				   struct candidate *c,
				   const struct walk_folder *folder, int dir_fd)
{
	if (c->type == DT_REG && !c->has_stat)
		stat_candidate(c, dir_fd, false);
	if (c->sys)
		return c->sys == ENOENT && !c->is_link ? SKIP_VANISHED :
							 SKIP_UNREADABLE;
	switch (c->type) {
	case DT_REG:
		if (scope->rules->max_filesize &&
		    c->st.size > scope->rules->max_filesize)
			return SKIP_TOO_LARGE;
		return SKIP_NONE;
	case DT_DIR:
		return c->is_link && is_ancestor(folder, &c->st) ? SKIP_LOOP :
								   SKIP_NONE;
	case DT_LNK:
		return SKIP_SYMLINK;
	}
	return SKIP_SPECIAL;
}

/* To list files one level deeper, a folder has to be entered. */
static bool is_too_deep(const struct walk_rules *rules,
			const struct walk_folder *folder, bool is_dir)
{
	return rules->has_max_depth && folder->depth + is_dir >=
				       rules->max_depth;
}

static enum skip_reason judge(struct walker *w, const struct walk_folder *folder,
			      struct candidate *c, int dir_fd)
{
	struct ignore_path path;
	enum skip_reason skip;

	ignore_path_init(&path, buf_span(&w->path),
			 w->path.len - strlen(c->name), c->type == DT_DIR);
	skip = walk_filter_test(&w->scope->filter, folder->level, &path);
	if (!skip && is_too_deep(w->scope->rules, folder, c->type == DT_DIR))
		skip = SKIP_TOO_DEEP;
	return skip ? skip : check_kind(w->scope, c, folder, dir_fd);
}

static void count_skip(struct walker *w, enum skip_reason skip)
{
	w->skip_count[skip]++;
	w->nskipped++;
}

static struct walk_folder *new_child(struct walker *w,
				     struct walk_folder *parent,
				     const struct file_entry *e, bool is_link)
{
	struct walk_folder *f = arena_calloc(&w->scratch, 1, sizeof(*f));

	if (!f)
		return NULL;
	f->parent = parent;
	f->path = e->path;
	f->path_len = e->path_len;
	f->depth = parent->depth + 1;
	f->level = parent->level;
	f->is_link = is_link;
	return f;
}

/* Whether a folder that is left out anyway is the one that is in no list. */
static bool is_exclude_dir(const struct walker *w, const struct candidate *c,
			   int dir_fd)
{
	struct os_stat st;

	return w->scope->has_exclude && c->type == DT_DIR &&
	       !os_stat_at(dir_fd, c->name, false, &st) &&
	       st.dev == w->scope->exclude_st.dev &&
	       st.ino == w->scope->exclude_st.ino;
}

/* Makes the item of one name; w->path holds the folder and a slash. */
static int add_item(struct walker *w, struct walk_folder *folder,
		    const struct walk_name *name, int dir_fd)
{
	struct candidate c = { .name = name->str, .type = name->type };
	struct walk_item *item = &folder->items[folder->nitems];
	struct file_entry *e = &item->entry;
	size_t folder_len = w->path.len;
	size_t root_len = w->scope->root_len + 1;

	buf_put_str(&w->path, c.name);
	if (buf_status(&w->path))
		return no_memory(w->err);
	if (w->scope->only &&
	    !path_set_touches(w->scope->only,
			      span_of(w->path.ptr + root_len,
				      w->path.len - root_len))) {
		w->path.len = folder_len;
		return SCOUT_OK;
	}
	resolve_candidate(w->scope, &c, dir_fd);
	e->skip = (uint8_t)judge(w, folder, &c, dir_fd);
	if (e->skip && is_exclude_dir(w, &c, dir_fd)) {
		w->path.len = folder_len;
		return SCOUT_OK;
	}
	e->path_len = (uint32_t)(w->path.len - root_len);
	e->path = arena_dup(w->paths, w->path.ptr + root_len, e->path_len);
	if (!e->path)
		return no_memory(w->err);
	w->path.len = folder_len;
	e->is_dir = c.type == DT_DIR;
	e->sys = e->skip == SKIP_UNREADABLE ? c.sys : 0;
	if (c.has_stat)
		e->st = c.st;
	folder->nitems++;
	if (e->skip) {
		count_skip(w, e->skip);
	} else if (e->is_dir) {
		item->child = new_child(w, folder, e, c.is_link);
		if (!item->child)
			return no_memory(w->err);
	} else {
		w->nfiles++;
	}
	return SCOUT_OK;
}

static int add_items(struct walker *w, struct walk_folder *folder, int dir_fd)
{
	size_t i;
	int rc = SCOUT_OK;

	folder->items = arena_calloc(&w->scratch, w->nrefs,
				     sizeof(*folder->items));
	if (!folder->items)
		return no_memory(w->err);
	for (i = 0; i < w->nrefs && rc >= 0; i++)
		rc = add_item(w, folder, &w->refs[i], dir_fd);
	return rc;
}

/* Folders. */

static void skip_folder(struct walker *w, struct walk_folder *f,
			enum skip_reason skip, int sys)
{
	f->skip = (uint8_t)skip;
	f->sys = sys;
	count_skip(w, skip);
}

/* A folder that cannot be read is skipped, unless it is our own fault. */
static int cannot_read(struct walker *w, struct walk_folder *f, int sys)
{
	if (os_is_shortage(sys) || !f->parent)
		return scout_err_sys(w->err, sys, "reading folder '%s/%s'",
				     w->scope->root, f->path);
	skip_folder(w, f, sys == ENOENT ? SKIP_VANISHED : SKIP_UNREADABLE, sys);
	return SCOUT_OK;
}

/* Learns who the folder is, and whether that is a reason not to enter it. */
static int identify(struct walker *w, struct walk_folder *f, int fd,
		    bool *out_enter)
{
	const struct walk_scope *scope = w->scope;
	struct os_stat st;
	int rc;

	*out_enter = !scope->need_id;
	if (*out_enter)
		return SCOUT_OK;
	rc = os_stat_fd(fd, &st);
	if (rc < 0)
		return cannot_read(w, f, -rc);
	f->dev = st.dev;
	f->ino = st.ino;
	if (scope->has_exclude && f->parent && st.dev == scope->exclude_st.dev &&
	    st.ino == scope->exclude_st.ino) {
		f->is_excluded = true;
		return SCOUT_OK;
	}
	*out_enter = !scope->rules->one_file_system ||
		     st.dev == scope->root_st.dev;
	if (!*out_enter)
		skip_folder(w, f, SKIP_OTHER_FS, 0);
	return SCOUT_OK;
}

/* Puts the folder's absolute path and a slash into w->path. */
static int put_folder_path(struct walker *w, const struct walk_folder *f)
{
	buf_clear(&w->path);
	buf_put(&w->path, w->scope->root, w->scope->root_len);
	buf_put_u8(&w->path, '/');
	if (f->path_len) {
		buf_put(&w->path, f->path, f->path_len);
		buf_put_u8(&w->path, '/');
	}
	return buf_status(&w->path) ? no_memory(w->err) : SCOUT_OK;
}

/* The ignore files of the folder itself. */
static int add_level(struct walker *w, struct walk_folder *f, int fd,
		     unsigned names)
{
	size_t len = w->path.len;
	const char *path;
	int rc;

	if (!names || w->scope->rules->no_ignore)
		return SCOUT_OK;
	/* the path without its slash, for messages */
	w->path.len--;
	path = buf_cstr(&w->path);
	if (!path)
		return no_memory(w->err);
	rc = ignore_level_add(f->level, fd, path, len, names,
			      w->scope->ignore_kinds, &w->scratch,
			      &w->warnings, &f->level, w->err);
	w->path.ptr[w->path.len++] = '/';
	return rc;
}

/* Reads and filters the open folder; positive: errno of a failed read. */
static int read_open_folder(struct walker *w, struct walk_folder *f, DIR *dir)
{
	unsigned ignore = 0;
	int rc;

	rc = read_names(w, dir, &ignore);
	if (rc)
		return rc;
	rc = put_folder_path(w, f);
	if (rc < 0)
		return rc;
	rc = add_level(w, f, dirfd(dir), ignore);
	if (rc < 0)
		return rc;
	w->nfolders++;
	return w->nrefs ? add_items(w, f, dirfd(dir)) : SCOUT_OK;
}

int walker_read(struct walker *w, struct walk_folder *f, struct scout_err *err)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	bool enter;
	DIR *dir;
	int fd, rc;

	w->err = err;
	if (f->parent && !f->is_link)
		flags |= O_NOFOLLOW;
	fd = openat(w->scope->root_fd, f->parent ? f->path : ".", flags);
	if (fd < 0)
		return cannot_read(w, f, errno);
	rc = identify(w, f, fd, &enter);
	if (rc < 0 || !enter) {
		close(fd);
		return rc;
	}
	dir = fdopendir(fd);
	if (!dir) {
		rc = cannot_read(w, f, errno);
		close(fd);
		return rc;
	}
	rc = read_open_folder(w, f, dir);
	closedir(dir);
	return rc > 0 ? cannot_read(w, f, rc) : rc;
}

void walker_init(struct walker *w, const struct walk_scope *scope,
		 struct arena *paths)
{
	*w = (struct walker){ .scope = scope, .paths = paths };
	arena_init(&w->scratch, MEM_WALK);
	buf_init(&w->names, MEM_WALK);
	buf_init(&w->path, MEM_WALK);
}

void walker_release(struct walker *w)
{
	arena_release(&w->scratch);
	buf_release(&w->names);
	buf_release(&w->path);
	scout_free(w->refs);
}
