#include "index_format/store.h"

#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"

enum {
	STORE_MAX_READERS = 1024,
	STORE_PATH_MAX = 4200,
	STORE_PAGE_MIN = 512,	/* LMDB's least page size */
	OPEN_RETRIES = 20,	/* a reader that loses the race with a swap */
};
#define STORE_MAP_BYTES ((size_t)1 << 40)
#define STORE_MAP_MIN_BYTES ((size_t)1 << 28)
/* free disk that a batch must leave */
#define STORE_FREE_MARGIN_BYTES ((uint64_t)16 << 20)

/*
 * LMDB must not have a file open twice in one process: the second to open it
 * would take the table of readers for its own, and the first to close it would
 * drop the locks of both.  So everyone who reads a generation in this process
 * shares one environment.
 */
struct shared_env {
	MDB_env *env;
	MDB_dbi dbi[STORE_DBS];
	uint64_t dev, ino;		/* of the data file */
	unsigned nusers;
	struct shared_env *next;
};

/* Held to open or close an environment, and guarding the list of them. */
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shared_env *shared_envs;

struct scout_store {
	struct shared_env *shared;	/* reading; env and dbi are its own */
	MDB_env *env;
	MDB_dbi dbi[STORE_DBS];
	char *index_dir;
	char *gen_dir;
	uint64_t generation;
	/* writing */
	bool is_writer;
	bool is_published;
	MDB_txn *txn;
	size_t batch_bytes;
	size_t batch_used;
};

struct store_txn {
	struct scout_store *store;
	MDB_txn *txn;
};

struct store_cursor {
	MDB_cursor *cursor;
};

static const char *const db_names[STORE_DBS] = {
	"meta", "dict", "stream", "sums",
};

/* The one place where LMDB's codes become ours. */
static int store_error(struct scout_err *err, int mdb, const char *what)
{
	switch (mdb) {
	case 0:
		return SCOUT_OK;
	case MDB_NOTFOUND:
		return SCOUT_E_NOTFOUND;
	case ENOMEM:
		return scout_err_set(err, SCOUT_E_NOMEM, "%s", what);
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_PANIC:
	case MDB_INCOMPATIBLE:
		return scout_err_set(err, SCOUT_E_CORRUPT, "%s: %s", what,
				     mdb_strerror(mdb));
	case MDB_VERSION_MISMATCH:
		return scout_err_set(err, SCOUT_E_VERSION, "%s: %s", what,
				     mdb_strerror(mdb));
	case MDB_READERS_FULL:
		return scout_err_set(err, SCOUT_E_LIMIT,
				     "%s: more than %d readers at once", what,
				     STORE_MAX_READERS);
	default:
		if (mdb > 0)
			return scout_err_sys(err, mdb, "%s", what);
		return scout_err_set(err, SCOUT_E_IO, "%s: %s", what,
				     mdb_strerror(mdb));
	}
}

static char *path_join(const char *dir, const char *name)
{
	char path[STORE_PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return NULL;
	return scout_strdup(MEM_STORE, path);
}

/* The number in "gen-N" followed by end and nothing else. */
static bool parse_generation(const char *name, const char *end,
			     unsigned long long *out)
{
	char *stop;

	if (strncmp(name, "gen-", 4) || name[4] < '0' || name[4] > '9')
		return false;
	errno = 0;
	*out = strtoull(name + 4, &stop, 10);
	return !errno && !strcmp(stop, end);
}

/* The number of the live generation.  SCOUT_E_NOTFOUND if there is none. */
static int read_current(const char *index_dir, uint64_t *out,
			struct scout_err *err)
{
	unsigned long long n;
	uint8_t *text = NULL;
	char *path = path_join(index_dir, "CURRENT");
	size_t len;
	int rc;

	if (!path)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	rc = os_read_file(AT_FDCWD, path, 64, &text, &len);
	scout_free(path);
	if (rc == -ENOENT || rc == -ENOTDIR)
		return scout_err_set(err, SCOUT_E_NOTFOUND,
				     "no index in '%s'", index_dir);
	if (rc == -ENOMEM)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	if (rc < 0)
		return scout_err_sys(err, -rc, "reading '%s/CURRENT'",
				     index_dir);
	if (!parse_generation((char *)text, "\n", &n))
		rc = scout_err_set(err, SCOUT_E_CORRUPT,
				   "'%s/CURRENT' names no generation",
				   index_dir);
	else
		*out = n;
	scout_free(text);
	return rc < 0 ? rc : SCOUT_OK;
}

static struct scout_store *store_new(const char *index_dir, uint64_t generation)
{
	struct scout_store *st = scout_calloc(MEM_STORE, 1, sizeof(*st));
	char name[32];

	if (!st)
		return NULL;
	snprintf(name, sizeof(name), "gen-%llu",
		 (unsigned long long)generation);
	st->generation = generation;
	st->index_dir = scout_strdup(MEM_STORE, index_dir);
	st->gen_dir = path_join(index_dir, name);
	if (st->index_dir && st->gen_dir)
		return st;
	scout_free(st->index_dir);
	scout_free(st->gen_dir);
	scout_free(st);
	return NULL;
}

/*
 * The page size that the meta page at an offset of the file has, 0 if there is
 * none or it cannot be, or -errno.  In an LMDB file a page begins with its number and
 * eight bytes, a meta page goes on with magic and version, an address, the size
 * of the map, and then this.
 */
static int64_t read_page_size(int fd, uint64_t page_at)
{
	enum { AT = sizeof(size_t) + 8 + 8 + sizeof(void *) + sizeof(size_t) };
	uint8_t head[AT + 4];
	uint32_t size;
	size_t len;
	int rc = os_pread_full(fd, head, sizeof(head), page_at, &len);

	if (rc < 0)
		return rc;
	if (len < sizeof(head))
		return 0;
	memcpy(&size, head + AT, sizeof(size));
	return size >= STORE_PAGE_MIN && !(size & (size - 1)) ? size : 0;
}

/*
 * LMDB divides by the page size and maps by it before it can be asked for it: a
 * wrong one would stop the process.  Both meta pages have it, and the second
 * one lies that far into the file.
 */
static int look_at_page_size(int fd, uint64_t file_bytes, const char *path,
			     struct scout_err *err)
{
	int64_t size = read_page_size(fd, 0), second = 0;
	uint64_t least = 2 * (size > 0 ? (uint64_t)size : STORE_PAGE_MIN);

	if (size > 0 && file_bytes >= least)
		second = read_page_size(fd, (uint64_t)size);
	if (size < 0 || second < 0)
		return scout_err_sys(err, -(int)(size < 0 ? size : second),
				     "reading '%s'", path);
	if (file_bytes < least)
		return scout_err_set(err, SCOUT_E_CORRUPT, "'%s' is cut short",
				     path);
	if (!size || second != size)
		return scout_err_set(err, SCOUT_E_CORRUPT,
				     "'%s' has damaged first pages", path);
	return SCOUT_OK;
}

static int check_page_size(const char *gen_dir, struct scout_err *err)
{
	char *path = path_join(gen_dir, "data.mdb");
	struct os_stat file;
	int fd, rc;

	if (!path)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	rc = fd < 0 ? -errno : os_stat_fd(fd, &file);
	if (rc == -ENOENT) {
		rc = SCOUT_E_NOTFOUND;
	} else if (rc < 0) {
		rc = scout_err_sys(err, -rc, "%s", path);
	} else {
		rc = look_at_page_size(fd, file.size, path, err);
	}
	if (fd >= 0)
		close(fd);
	scout_free(path);
	return rc;
}

/* LMDB trusts its meta pages: a file cut short would be a SIGBUS later. */
static int check_file_length(MDB_env *env, const struct os_stat *file,
			     const char *gen_dir, struct scout_err *err)
{
	MDB_envinfo info;
	MDB_stat stat;
	int rc;

	rc = mdb_env_info(env, &info);
	if (!rc)
		rc = mdb_env_stat(env, &stat);
	if (rc)
		return store_error(err, rc, "reading the index");
	if (file->size < (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize)
		return scout_err_set(err, SCOUT_E_CORRUPT,
				     "'%s/data.mdb' is cut short", gen_dir);
	return SCOUT_OK;
}

static int open_dbs(MDB_txn *txn, unsigned flags, MDB_dbi dbi[STORE_DBS])
{
	int rc = 0;
	size_t i;

	for (i = 0; i < STORE_DBS && !rc; i++)
		rc = mdb_dbi_open(txn, db_names[i], flags, &dbi[i]);
	return rc == MDB_NOTFOUND ? MDB_INVALID : rc;
}

static int env_new(MDB_env **out)
{
	int rc = mdb_env_create(out);

	if (!rc)
		rc = mdb_env_set_maxdbs(*out, STORE_DBS);
	if (!rc)
		rc = mdb_env_set_maxreaders(*out, STORE_MAX_READERS);
	return rc;
}

/* --- Environments that are read ------------------------------------------ */

static int env_try_read(const char *gen_dir, unsigned flags, MDB_env **out)
{
	int rc = env_new(out);

	/* the least there is: LMDB maps what the file holds, not the tebibyte
	 * that it was written with; a published generation does not grow */
	if (!rc)
		rc = mdb_env_set_mapsize(*out, 1);
	if (!rc)
		rc = mdb_env_open(*out, gen_dir,
				  MDB_RDONLY | MDB_NOTLS | flags, 0600);
	return rc;
}

/* Opens the environment for reading; a read-only medium has no lock file. */
static int env_open_read(const char *gen_dir, MDB_env **out)
{
	int rc = env_try_read(gen_dir, 0, out);

	if (rc != EROFS)
		return rc;
	mdb_env_close(*out);
	*out = NULL;
	return env_try_read(gen_dir, MDB_NOLOCK, out);
}

/* Begins a read transaction.  Readers that were killed hold their places in
 * the table until somebody needs them. */
static int begin_read(MDB_env *env, MDB_txn **out)
{
	int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, out), ndead = 0;

	if (rc == MDB_READERS_FULL && !mdb_reader_check(env, &ndead) && ndead)
		rc = mdb_txn_begin(env, NULL, MDB_RDONLY, out);
	return rc;
}

/* A reader notes in the lock file what it reads. */
static int lock_file_error(const char *gen_dir, struct scout_err *err)
{
	char *data = path_join(gen_dir, "data.mdb");
	char *lock = path_join(gen_dir, "lock.mdb");

	if (data && lock && !faccessat(AT_FDCWD, data, R_OK, AT_EACCESS) &&
	    faccessat(AT_FDCWD, lock, R_OK | W_OK, AT_EACCESS))
		scout_err_sys(err, EACCES, "a reader must be able to write in "
			      "'%s'", lock);
	scout_free(data);
	scout_free(lock);
	return scout_err_sys(err, EACCES, "%s", gen_dir);
}

static void shared_env_free(struct shared_env *shared)
{
	if (shared && shared->env)
		mdb_env_close(shared->env);
	scout_free(shared);
}

static int shared_env_new(const char *gen_dir, struct shared_env **out,
			  struct scout_err *err)
{
	struct shared_env *shared = scout_calloc(MEM_STORE, 1, sizeof(*shared));
	struct os_stat file;
	MDB_txn *txn = NULL;
	int fd, rc;

	if (!shared)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	/* what is not there was perhaps swept meanwhile: the caller looks
	 * again */
	rc = check_page_size(gen_dir, err);
	if (rc < 0)
		goto out;
	rc = env_open_read(gen_dir, &shared->env);
	if (rc == ENOENT) {
		rc = SCOUT_E_NOTFOUND;
		goto out;
	}
	if (!rc)
		rc = mdb_env_get_fd(shared->env, &fd);
	if (!rc)
		rc = -os_stat_fd(fd, &file);
	if (rc) {
		rc = rc == EACCES ? lock_file_error(gen_dir, err) :
				    store_error(err, rc, gen_dir);
		goto out;
	}
	rc = check_file_length(shared->env, &file, gen_dir, err);
	if (rc < 0)
		goto out;
	rc = begin_read(shared->env, &txn);
	if (!rc)
		rc = open_dbs(txn, 0, shared->dbi);
	if (rc) {
		rc = store_error(err, rc, gen_dir);
		goto out;
	}
	mdb_txn_commit(txn); /* keeps the handles */
	txn = NULL;
	shared->dev = file.dev;
	shared->ino = file.ino;
	*out = shared;
	shared = NULL;
out:
	if (txn)
		mdb_txn_abort(txn);
	shared_env_free(shared);
	return rc;
}

/* Puts the environment of the data file that is in the list in out, or NULL;
 * the lock is held.  SCOUT_E_NOMEM. */
static int find_shared(const char *gen_dir, struct shared_env **out)
{
	char *data = path_join(gen_dir, "data.mdb");
	struct shared_env *shared = NULL;
	struct os_stat file;

	if (!data)
		return SCOUT_E_NOMEM;
	if (os_stat_at(AT_FDCWD, data, true, &file) >= 0)
		for (shared = shared_envs; shared; shared = shared->next)
			if (shared->ino == file.ino && shared->dev == file.dev)
				break;
	scout_free(data);
	*out = shared;
	return SCOUT_OK;
}

/* Takes part in the environment of a generation.  SCOUT_E_NOTFOUND without
 * text if the generation is not there. */
static int shared_env_take(const char *gen_dir, struct shared_env **out,
			   struct scout_err *err)
{
	struct shared_env *shared = NULL;
	int rc;

	pthread_mutex_lock(&shared_lock);
	rc = find_shared(gen_dir, &shared);
	if (rc < 0) {
		scout_err_set(err, rc, "opening the index");
	} else if (!shared) {
		rc = shared_env_new(gen_dir, &shared, err);
		if (!rc) {
			shared->next = shared_envs;
			shared_envs = shared;
		}
	}
	if (!rc) {
		shared->nusers++;
		*out = shared;
	}
	pthread_mutex_unlock(&shared_lock);
	return rc;
}

/* The last one out closes it. */
static void shared_env_drop(struct shared_env *shared)
{
	struct shared_env **at = &shared_envs;

	pthread_mutex_lock(&shared_lock);
	if (!--shared->nusers) {
		while (*at != shared)
			at = &(*at)->next;
		*at = shared->next;
		shared_env_free(shared);
	}
	pthread_mutex_unlock(&shared_lock);
}

static int open_generation(const char *index_dir, uint64_t generation,
			   struct scout_store **out, struct scout_err *err)
{
	struct scout_store *st = store_new(index_dir, generation);
	int rc;

	if (!st)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	rc = shared_env_take(st->gen_dir, &st->shared, err);
	if (rc < 0) {
		store_close(st);
		return rc;
	}
	st->env = st->shared->env;
	memcpy(st->dbi, st->shared->dbi, sizeof(st->dbi));
	*out = st;
	return SCOUT_OK;
}

int store_open(const char *index_dir, struct scout_store **out,
	       struct scout_err *err)
{
	uint64_t generation = 0;
	int i, rc = SCOUT_E_NOTFOUND;

	for (i = 0; i < OPEN_RETRIES && rc == SCOUT_E_NOTFOUND; i++) {
		rc = read_current(index_dir, &generation, err);
		if (rc < 0)
			return rc;
		rc = open_generation(index_dir, generation, out, err);
	}
	if (rc == SCOUT_E_NOTFOUND)
		return scout_err_set(err, SCOUT_E_CORRUPT,
				     "'%s' has no generation gen-%llu",
				     index_dir, (unsigned long long)generation);
	return rc;
}

/*
 * The largest generation number in the folder, live or left over; 0 if there is
 * none.  A guess would not do: the next number must not be that of a generation
 * that is there.
 */
static int newest_generation(const char *index_dir, uint64_t *out,
			     struct scout_err *err)
{
	unsigned long long n, newest = 0;
	struct dirent *e;
	DIR *d = opendir(index_dir);
	int sys;

	if (!d)
		return scout_err_sys(err, errno, "reading folder '%s'",
				     index_dir);
	for (errno = 0; (e = readdir(d)); errno = 0)
		if (parse_generation(e->d_name, "", &n) && n > newest)
			newest = n;
	sys = errno;
	closedir(d);
	if (sys)
		return scout_err_sys(err, sys, "reading folder '%s'",
				     index_dir);
	*out = newest;
	return SCOUT_OK;
}

/* Deletes a generation, its data first.  What cannot be deleted is left for the
 * next run. */
static void sweep_generation(const char *index_dir, const char *name)
{
	char *dir = path_join(index_dir, name);
	char *data = dir ? path_join(dir, "data.mdb") : NULL;

	if (data) {
		unlink(data);
		os_remove_dir(dir);
	}
	scout_free(data);
	scout_free(dir);
}

/* Deletes every generation but one. */
static void sweep_others(const char *index_dir, uint64_t keep)
{
	unsigned long long n;
	struct dirent *e;
	DIR *d = opendir(index_dir);

	if (!d)
		return;
	while ((e = readdir(d)))
		if (parse_generation(e->d_name, "", &n) && n != keep)
			sweep_generation(index_dir, e->d_name);
	closedir(d);
}

static int sync_folder(const char *path, struct scout_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -errno : os_sync_dir(fd);

	if (fd >= 0)
		close(fd);
	return rc < 0 ? scout_err_sys(err, -rc, "syncing '%s'", path) :
			SCOUT_OK;
}

static int check_free_space(const struct scout_store *st, struct scout_err *err)
{
	if (os_free_bytes(st->gen_dir) <
	    st->batch_bytes + STORE_FREE_MARGIN_BYTES)
		return scout_err_sys(err, ENOSPC, "writing '%s'", st->gen_dir);
	return SCOUT_OK;
}

static int open_for_writing(struct scout_store *st)
{
	size_t map = STORE_MAP_BYTES;
	int rc;

	do {
		rc = env_new(&st->env);
		if (!rc)
			rc = mdb_env_set_mapsize(st->env, map);
		if (!rc)
			rc = mdb_env_open(st->env, st->gen_dir,
					  MDB_NOSYNC | MDB_NOTLS, 0600);
		if (rc != ENOMEM && rc != EINVAL)
			break;
		/* address space is short: try a smaller map */
		mdb_env_close(st->env);
		st->env = NULL;
		map /= 2;
	} while (map >= STORE_MAP_MIN_BYTES);
	if (!rc)
		rc = mdb_txn_begin(st->env, NULL, 0, &st->txn);
	if (!rc)
		rc = open_dbs(st->txn, MDB_CREATE, st->dbi);
	return rc;
}

int store_create(const char *index_dir, size_t batch_bytes,
		 struct scout_store **out, struct scout_err *err)
{
	uint64_t current = 0, newest = 0;
	struct scout_store *st;
	int rc;

	/* a run may have been killed between its swap and the sync of it; what
	 * the disk still calls the live generation must not go before that */
	rc = sync_folder(index_dir, err);
	if (rc < 0)
		return rc;
	/* what a killed run left behind takes space that this one needs */
	rc = read_current(index_dir, &current, NULL);
	if (!rc || rc == SCOUT_E_NOTFOUND)
		sweep_others(index_dir, current);
	rc = newest_generation(index_dir, &newest, err);
	if (rc < 0)
		return rc;
	st = store_new(index_dir, newest + 1);
	if (!st)
		return scout_err_set(err, SCOUT_E_NOMEM, "making the index");
	st->batch_bytes = batch_bytes;
	/* not os_mkdir: a folder that is there already is not ours to fill, nor
	 * to delete */
	if (mkdir(st->gen_dir, 0700)) {
		rc = scout_err_sys(err, errno, "making '%s'", st->gen_dir);
		goto out;
	}
	st->is_writer = true;
	rc = check_free_space(st, err);
	if (rc < 0)
		goto out;
	rc = open_for_writing(st);
	if (rc) {
		rc = store_error(err, rc, st->gen_dir);
		goto out;
	}
	*out = st;
	st = NULL;
out:
	store_close(st);
	return rc;
}

void store_close(struct scout_store *st)
{
	if (!st)
		return;
	if (st->txn) {
		mdb_txn_abort(st->txn);
		scout_mem_note(MEM_STORE, -(int64_t)st->batch_used);
	}
	if (st->shared)
		shared_env_drop(st->shared);
	else if (st->env)
		mdb_env_close(st->env);
	if (st->is_writer && !st->is_published)
		os_remove_dir(st->gen_dir);
	scout_free(st->index_dir);
	scout_free(st->gen_dir);
	scout_free(st);
}

int store_begin_read(struct scout_store *st, struct store_txn **out,
		     struct scout_err *err)
{
	struct store_txn *t = scout_calloc(MEM_STORE, 1, sizeof(*t));
	int rc;

	if (!t)
		return scout_err_set(err, SCOUT_E_NOMEM, "beginning to read");
	t->store = st;
	rc = begin_read(st->env, &t->txn);
	if (rc) {
		scout_free(t);
		return store_error(err, rc, "beginning to read the index");
	}
	*out = t;
	return SCOUT_OK;
}

void store_end_read(struct store_txn *t)
{
	if (!t)
		return;
	mdb_txn_abort(t->txn);
	scout_free(t);
}

static MDB_val val_of(struct span s)
{
	MDB_val v;

	v.mv_size = s.len;
	v.mv_data = (void *)(uintptr_t)s.ptr;
	return v;
}

int store_get(struct store_txn *t, enum store_db db, struct span key,
	      struct span *out)
{
	MDB_val k = val_of(key), v;
	int rc = mdb_get(t->txn, t->store->dbi[db], &k, &v);

	if (rc)
		return store_error(NULL, rc, "");
	*out = span_of(v.mv_data, v.mv_size);
	return SCOUT_OK;
}

int store_cursor_open(struct store_txn *t, enum store_db db,
		      struct store_cursor **out)
{
	struct store_cursor *c = scout_calloc(MEM_STORE, 1, sizeof(*c));
	int rc;

	if (!c)
		return SCOUT_E_NOMEM;
	rc = mdb_cursor_open(t->txn, t->store->dbi[db], &c->cursor);
	if (rc) {
		scout_free(c);
		return store_error(NULL, rc, "");
	}
	*out = c;
	return SCOUT_OK;
}

void store_cursor_close(struct store_cursor *c)
{
	if (!c)
		return;
	mdb_cursor_close(c->cursor);
	scout_free(c);
}

static int cursor_get(struct store_cursor *c, MDB_val *k, MDB_cursor_op op,
		      struct span *out_key, struct span *out_value)
{
	MDB_val v;
	int rc = mdb_cursor_get(c->cursor, k, &v, op);

	if (rc == MDB_NOTFOUND)
		return SCOUT_END;
	if (rc)
		return store_error(NULL, rc, "");
	*out_key = span_of(k->mv_data, k->mv_size);
	*out_value = span_of(v.mv_data, v.mv_size);
	return SCOUT_OK;
}

int store_seek_ge(struct store_cursor *c, struct span key, struct span *out_key,
		  struct span *out_value)
{
	MDB_val k = val_of(key);
	int rc = cursor_get(c, &k, MDB_SET_RANGE, out_key, out_value);

	if (!rc && span_cmp(*out_key, key) < 0)
		return SCOUT_E_CORRUPT;	/* the keys are out of order */
	return rc;
}

int store_seek_le(struct store_cursor *c, struct span key, struct span *out_key,
		  struct span *out_value)
{
	int rc = store_seek_ge(c, key, out_key, out_value);
	MDB_val k;

	if (rc < 0 || (!rc && span_eq(*out_key, key)))
		return rc;
	rc = cursor_get(c, &k, rc == SCOUT_END ? MDB_LAST : MDB_PREV, out_key,
			out_value);
	if (rc == SCOUT_END)
		return SCOUT_E_NOTFOUND;
	return !rc && span_cmp(*out_key, key) > 0 ? SCOUT_E_CORRUPT : rc;
}

int store_next(struct store_cursor *c, struct span *out_key,
	       struct span *out_value)
{
	MDB_val k = { 0, NULL };

	return cursor_get(c, &k, MDB_NEXT, out_key, out_value);
}

/* The message says where: a full disk is to be found, for instance.  LMDB says
 * EIO of a write that such a disk cut short. */
static int gen_error(const struct scout_store *st, int mdb, const char *doing,
		     struct scout_err *err)
{
	char what[STORE_PATH_MAX + 16];

	if (mdb == MDB_MAP_FULL ||
	    (mdb == EIO && os_free_bytes(st->gen_dir) < st->batch_bytes))
		mdb = ENOSPC;
	snprintf(what, sizeof(what), "%s '%s'", doing, st->gen_dir);
	return store_error(err, mdb, what);
}

static int commit_batch(struct scout_store *st, struct scout_err *err)
{
	int rc = mdb_txn_commit(st->txn);

	st->txn = NULL;
	scout_mem_note(MEM_STORE, -(int64_t)st->batch_used);
	st->batch_used = 0;
	return gen_error(st, rc, "writing", err);
}

static int begin_batch(struct scout_store *st, struct scout_err *err)
{
	int rc = check_free_space(st, err);

	if (rc < 0)
		return rc;
	return gen_error(st, mdb_txn_begin(st->env, NULL, 0, &st->txn),
			 "writing", err);
}

int store_put(struct scout_store *st, enum store_db db, struct span key,
	      struct span value, bool append, struct scout_err *err)
{
	MDB_val k = val_of(key), v = val_of(value);
	int rc;

	SCOUT_ASSERT(st->is_writer);
	if (st->batch_used + value.len > st->batch_bytes && st->batch_used) {
		rc = commit_batch(st, err);
		if (rc < 0)
			return rc;
	}
	if (!st->txn) {
		rc = begin_batch(st, err);
		if (rc < 0)
			return rc;
	}
	rc = mdb_put(st->txn, st->dbi[db], &k, &v, append ? MDB_APPEND : 0);
	if (rc)
		return gen_error(st, rc, "writing", err);
	st->batch_used += value.len;
	scout_mem_note(MEM_STORE, (int64_t)value.len);
	return SCOUT_OK;
}

/* Points CURRENT at this generation. */
static int swap_current(struct scout_store *st, struct scout_err *err)
{
	uint64_t current;
	char text[32];
	int fd, found, n, rc;

	fd = open(st->index_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return scout_err_sys(err, errno, "opening '%s'", st->index_dir);
	n = snprintf(text, sizeof(text), "gen-%llu\n",
		     (unsigned long long)st->generation);
	rc = os_replace_file(fd, "CURRENT", text, (size_t)n);
	close(fd);
	if (!rc) {
		st->is_published = true;
		return SCOUT_OK;
	}
	/* even a failed call may have done the rename, and what CURRENT names
	 * must not be deleted; nor what it may name */
	found = read_current(st->index_dir, &current, NULL);
	st->is_published = found == SCOUT_OK ? current == st->generation :
					       found != SCOUT_E_NOTFOUND;
	if (!found && st->is_published)
		return scout_err_sys(err, -rc, "syncing '%s' (the new index is "
				     "in place, but may not outlive a power "
				     "failure)", st->index_dir);
	return scout_err_sys(err, -rc, "writing '%s/CURRENT'", st->index_dir);
}

int store_publish(struct scout_store *st, struct scout_err *err)
{
	int rc;

	if (st->txn) {
		rc = commit_batch(st, err);
		if (rc < 0)
			return rc;
	}
	rc = mdb_env_sync(st->env, 1);
	if (rc)
		return gen_error(st, rc, "syncing", err);
	rc = sync_folder(st->gen_dir, err);
	/* the generation's name must not come later than CURRENT's new text */
	if (!rc)
		rc = sync_folder(st->index_dir, err);
	if (rc < 0)
		return rc;
	/* from now on this process may read it, in an environment of its own */
	mdb_env_close(st->env);
	st->env = NULL;
	rc = swap_current(st, err);
	if (!rc)
		sweep_others(st->index_dir, st->generation);
	return rc;
}

int store_sizes(struct scout_store *st, uint64_t *out_file_bytes,
		uint64_t *out_used_bytes, struct scout_err *err)
{
	MDB_envinfo info;
	MDB_stat stat;
	struct os_stat file;
	int fd, rc;

	if (mdb_env_info(st->env, &info) || mdb_env_stat(st->env, &stat) ||
	    mdb_env_get_fd(st->env, &fd))
		return scout_err_set(err, SCOUT_E_IO, "measuring '%s/data.mdb'",
				     st->gen_dir);
	rc = os_stat_fd(fd, &file);
	if (rc < 0)
		return scout_err_sys(err, -rc, "measuring '%s/data.mdb'",
				     st->gen_dir);
	*out_file_bytes = file.size;
	*out_used_bytes = (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
	return SCOUT_OK;
}
