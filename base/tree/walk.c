#include "base/tree/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/pool.h"
#include "base/tree/walk_folder.h"

/*
 * Folders are shared out through one stack; a thread takes a folder, reads its
 * names, sorts and filters them, stats what is left and pushes the folders
 * among them.  When all are done one thread reads the sorted folders off in tree
 * order, which is path order: no two full paths are ever compared.
 */

struct walk {
	const struct walk_options *options;
	struct walk_scope scope;
	struct walker *walkers;
	/* under lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct walk_folder *stack;
	size_t pending;		/* pushed and not yet read */
	uint64_t nfiles;
	bool stopped;
	/* one warning at a time */
	pthread_mutex_t warn_lock;
};

static int no_memory(struct scout_err *err)
{
	return scout_err_set(err, SCOUT_E_NOMEM, "listing files");
}

int path_cmp(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len, i;

	for (i = 0; i < n && a.ptr[i] == b.ptr[i]; i++)
		;
	if (i == n)
		return (a.len > b.len) - (a.len < b.len);
	if (a.ptr[i] == '/')
		return -1;
	if (b.ptr[i] == '/')
		return 1;
	return a.ptr[i] < b.ptr[i] ? -1 : 1;
}

const char *skip_reason_name(enum skip_reason reason)
{
	static const char *const names[SKIP_REASONS] = {
		[SKIP_NONE] = "none",
		[SKIP_HIDDEN] = "hidden",
		[SKIP_IGNORED] = "ignored",
		[SKIP_GLOB] = "glob",
		[SKIP_TOO_LARGE] = "too large",
		[SKIP_SYMLINK] = "symlink",
		[SKIP_LOOP] = "loop",
		[SKIP_SPECIAL] = "special",
		[SKIP_OTHER_FS] = "other file system",
		[SKIP_BINARY] = "binary",
		[SKIP_UNREADABLE] = "unreadable",
		[SKIP_VANISHED] = "vanished",
		[SKIP_TOO_DEEP] = "too deep",
	};

	return reason < SKIP_REASONS ? names[reason] : "unknown";
}

/* The stack. */

/* The next folder, waiting while others may still push some; NULL: none. */
static struct walk_folder *take_folder(struct walk *walk)
{
	struct walk_folder *f;

	pthread_mutex_lock(&walk->lock);
	while (!walk->stack && walk->pending && !walk->stopped)
		pthread_cond_wait(&walk->changed, &walk->lock);
	f = walk->stopped ? NULL : walk->stack;
	if (f)
		walk->stack = f->next;
	pthread_mutex_unlock(&walk->lock);
	return f;
}

/*
 * Gives the folders in f to the stack, the first on top; f itself is done.
 * Returns the number of files so far.
 */
static uint64_t finish_folder(struct walk *walk, struct walk_folder *f,
			      uint64_t nfiles)
{
	struct walk_folder *child, *first = NULL, **tail = &first;
	size_t i, n = 0;
	uint64_t total;

	for (i = 0; i < f->nitems; i++) {
		child = f->items[i].child;
		if (!child)
			continue;
		*tail = child;
		tail = &child->next;
		n++;
	}
	pthread_mutex_lock(&walk->lock);
	*tail = walk->stack;
	walk->stack = first ? first : walk->stack;
	walk->pending += n;
	walk->pending--;
	walk->nfiles += nfiles;
	total = walk->nfiles;
	if (n || !walk->pending)
		pthread_cond_broadcast(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
	return total;
}

static void stop_walk(struct walk *walk)
{
	pthread_mutex_lock(&walk->lock);
	walk->stopped = true;
	pthread_cond_broadcast(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
}

static int walk_worker(void *ctx, unsigned number, struct scout_err *err)
{
	enum { PROGRESS_FILES = 4096 };
	struct walk *walk = ctx;
	struct walker *w = &walk->walkers[number];
	const struct walk_options *o = walk->options;
	uint64_t before, total, told = 0;
	struct walk_folder *f;
	int rc;

	while ((f = take_folder(walk))) {
		before = w->nfiles;
		rc = walker_read(w, f, err);
		if (rc < 0) {
			stop_walk(walk);
			return rc;
		}
		total = finish_folder(walk, f, w->nfiles - before);
		if (number || !o->progress || total - told < PROGRESS_FILES)
			continue;
		told = total;
		o->progress(o->progress_ctx, total);
	}
	return SCOUT_OK;
}

/* The list. */

static void list_item(const struct walk_item *item, struct file_list *out)
{
	struct file_entry *e;

	if (item->child && item->child->is_excluded)
		return;
	e = item->entry.skip || item->child ? &out->skipped[out->nskipped++] :
					      &out->files[out->nfiles++];
	*e = item->entry;
	if (item->child) {
		e->skip = item->child->skip;
		e->sys = item->child->sys;
	}
}

static void list_folder(const struct walk_folder *f, struct file_list *out)
{
	if (out->folders)
		out->folders[out->nfolder_paths++] = f->path;
}

/* Reads the folders off in path order. */
static void list_folders(struct walk_folder *f, struct file_list *out)
{
	const struct walk_item *item;

	list_folder(f, out);
	while (f) {
		if (f->cursor == f->nitems) {
			f = f->parent;
			continue;
		}
		item = &f->items[f->cursor++];
		if (item->child && !item->child->skip &&
		    !item->child->is_excluded) {
			f = item->child;
			list_folder(f, out);
		} else {
			list_item(item, out);
		}
	}
}

static int make_list(struct walk *walk, struct walk_folder *root,
		     struct file_list *out, struct scout_err *err)
{
	size_t nfiles = 0, nskipped = 0;
	unsigned i, k;

	for (i = 0; i < out->narenas; i++) {
		const struct walker *w = &walk->walkers[i];

		nfiles += w->nfiles;
		nskipped += w->nskipped;
		out->nfolders += w->nfolders;
		out->warnings += w->warnings.count;
		for (k = 0; k < SKIP_REASONS; k++)
			out->skip_count[k] += w->skip_count[k];
	}
	out->files = arena_calloc(&out->arenas[0], nfiles + 1,
				  sizeof(*out->files));
	out->skipped = arena_calloc(&out->arenas[0],
				   nskipped + 1, sizeof(*out->skipped));
	if (walk->options->lists_folders)
		out->folders = arena_calloc(&out->arenas[0], out->nfolders + 1,
					    sizeof(*out->folders));
	if (!out->files || !out->skipped ||
	    (walk->options->lists_folders && !out->folders))
		return no_memory(err);
	list_folders(root, out);
	SCOUT_ASSERT(out->nfolder_paths <= out->nfolders);
	SCOUT_ASSERT(out->nfiles == nfiles && out->nskipped == nskipped);
	return SCOUT_OK;
}

static struct span path_at(const struct file_list *list, size_t i)
{
	return file_entry_path(&list->files[i]);
}

size_t file_list_seek(const struct file_list *list, size_t from,
			struct span path)
{
	size_t low = from, high = from, step = 1;

	if (from < list->nfiles && span_eq(path_at(list, from), path))
		return from;
	/* all before low are before path; high is not, or the end */
	while (high < list->nfiles && path_cmp(path_at(list, high), path) < 0) {
		low = high + 1;
		high = low + step;
		step *= 2;
	}
	if (high > list->nfiles)
		high = list->nfiles;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (path_cmp(path_at(list, middle), path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void file_list_release(struct file_list *list)
{
	unsigned i;

	for (i = 0; i < list->narenas; i++)
		arena_release(&list->arenas[i]);
	scout_free(list->arenas);
	*list = (struct file_list){ 0 };
}

/* Starting and ending. */

/* One warning at a time, from any thread. */
static void warn_locked(void *ctx, const char *text)
{
	struct walk *walk = ctx;

	pthread_mutex_lock(&walk->warn_lock);
	walk->options->warn(walk->options->warn_ctx, text);
	pthread_mutex_unlock(&walk->warn_lock);
}

static int open_root(struct walk_scope *scope, const char *root,
		     struct scout_err *err)
{
	int rc;

	scope->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scope->root_fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return scout_err_set(err, SCOUT_E_NOTFOUND, "'%s' is no folder",
				     root);
	if (scope->root_fd < 0 || !realpath(root, scope->root))
		return scout_err_sys(err, errno, "opening '%s'", root);
	rc = os_stat_fd(scope->root_fd, &scope->root_st);
	if (rc < 0)
		return scout_err_sys(err, -rc, "opening '%s'", root);
	scope->root_len = strlen(scope->root);
	if (scope->root_len == 1)
		scope->root[--scope->root_len] = 0;
	return SCOUT_OK;
}

/* A folder that is not there need not be kept out. */
static int find_exclude(struct walk_scope *scope, const char *dir,
			struct scout_err *err)
{
	int rc = dir ? os_stat_at(AT_FDCWD, dir, true, &scope->exclude_st) :
		       -ENOENT;

	if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR)
		return scout_err_sys(err, -rc, "%s", dir);
	scope->has_exclude = !rc;
	scope->need_id = scope->has_exclude || scope->rules->follow ||
			 scope->rules->one_file_system;
	return SCOUT_OK;
}

static int init_walkers(struct walk *walk, struct file_list *list,
			struct scout_err *err)
{
	unsigned i, n = walk->options->nthreads;

	list->arenas = scout_calloc(MEM_WALK, n, sizeof(*list->arenas));
	walk->walkers = scout_calloc(MEM_WALK, n, sizeof(*walk->walkers));
	if (!list->arenas || !walk->walkers)
		return no_memory(err);
	list->narenas = n;
	for (i = 0; i < n; i++) {
		struct walker *w = &walk->walkers[i];

		arena_init(&list->arenas[i], MEM_WALK);
		walker_init(w, &walk->scope, &list->arenas[i]);
		w->warnings.warn = walk->options->warn ? warn_locked : NULL;
		w->warnings.ctx = walk;
	}
	return SCOUT_OK;
}

static void release_walkers(struct walk *walk)
{
	unsigned i;

	for (i = 0; walk->walkers && i < walk->options->nthreads; i++)
		walker_release(&walk->walkers[i]);
	scout_free(walk->walkers);
}

/* Which files in the folders say what to ignore. */
static unsigned ignore_kinds(const struct walk_rules *rules)
{
	unsigned kinds = IGNORE_ALL_KINDS;

	if (rules->no_ignore_dot)
		kinds &= ~(1u << IGNORE_BY_ANY);
	if (rules->no_ignore_vcs)
		kinds &= ~(1u << IGNORE_BY_GIT);
	if (rules->no_ignore_vcs || rules->no_ignore_exclude)
		kinds &= ~(1u << IGNORE_BY_EXCLUDE);
	return kinds;
}

/* The root folder and the rules from above it. */
static int init_root(struct walk *walk, struct walk_folder *root,
		     struct scout_err *err)
{
	const struct walk_rules *rules = walk->options->rules;
	struct walk_scope *scope = &walk->scope;
	struct walker *w = &walk->walkers[0];
	int rc;

	rc = walk_filter_init(&scope->filter, rules, scope->root_len + 1,
			      &w->scratch, &w->warnings, err);
	if (rc < 0)
		return rc;
	root->path = "";
	if (!rules->no_ignore) {
		scope->ignore_kinds = ignore_kinds(rules);
		rc = ignore_level_above(scope->root,
					rules->no_ignore_parent ?
						0 : scope->ignore_kinds,
					rules->no_require_git, &w->scratch,
					&w->warnings, &root->level, err);
		if (rc < 0)
			return rc;
	}
	walk->stack = root;
	walk->pending = 1;
	return SCOUT_OK;
}

int scout_walk(const struct walk_options *options, struct file_list *out,
	       struct scout_err *err)
{
	struct walk walk = { .options = options };
	struct file_list list = { 0 };
	struct walk_folder root = { 0 };
	int rc;

	SCOUT_ASSERT(options->nthreads > 0);
	walk.scope.rules = options->rules;
	walk.scope.only = options->only;
	walk.scope.root_fd = -1;
	pthread_mutex_init(&walk.lock, NULL);
	pthread_mutex_init(&walk.warn_lock, NULL);
	pthread_cond_init(&walk.changed, NULL);
	rc = open_root(&walk.scope, options->root, err);
	if (rc < 0)
		goto out;
	rc = find_exclude(&walk.scope, options->exclude_dir, err);
	if (rc < 0)
		goto out;
	rc = init_walkers(&walk, &list, err);
	if (rc < 0)
		goto out;
	rc = init_root(&walk, &root, err);
	if (rc < 0)
		goto out;
	rc = scout_parallel(options->nthreads, walk_worker, &walk, err);
	if (rc < 0)
		goto out;
	rc = make_list(&walk, &root, &list, err);
	if (rc < 0)
		goto out;
	*out = list;
	list = (struct file_list){ 0 };
out:
	release_walkers(&walk);
	file_list_release(&list);
	if (walk.scope.root_fd >= 0)
		close(walk.scope.root_fd);
	pthread_cond_destroy(&walk.changed);
	pthread_mutex_destroy(&walk.warn_lock);
	pthread_mutex_destroy(&walk.lock);
	return rc;
}
