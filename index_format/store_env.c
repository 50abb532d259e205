#include "index_format/store_env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"
#include "index_format/generations.h"

enum {
	STORE_MAX_READERS = 1024,
	STORE_PAGE_MIN = 512, /* LMDB's least page size */
	REMAP_TRIES = 200,    /* with a pause between them, of ... */
	REMAP_PAUSE_NS = 5000000,
};
#define STORE_MAP_BYTES ((size_t)1 << 40)
#define STORE_MAP_MIN_BYTES ((size_t)1 << 28)
/* A reader maps more than there is, for what an update may add. */
#define READ_MAP_TIMES 4
#define READ_MAP_MORE_BYTES ((size_t)1 << 28)

/* Held to open or close an environment, and guarding the list of them. */
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shared_env *shared_envs;

static const char *const db_names[STORE_DBS] = {
	"meta",
	"dict",
	"stream",
	"sums",
};

int store_error(struct scout_err *err, int mdb, const char *what)
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
	case MDB_MAP_RESIZED:
		return scout_err_set(err, SCOUT_E_LIMIT,
				     "%s: it has grown too much for this "
				     "process, whose queries go on",
				     what);
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

/*
 * The page size that the meta page at an offset of the file has, 0 if there is
 * none or it cannot be, or -errno.  In an LMDB file a page begins with its
 * number and eight bytes, a meta page goes on with magic and version, an
 * address, the size of the map, and then this.
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
	char *path = generation_path(gen_dir, "data.mdb");
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

int store_env_open_dbs(MDB_txn *txn, unsigned flags, MDB_dbi dbi[STORE_DBS])
{
	int rc = 0;
	size_t i;

	for (i = 0; i < STORE_DBS && !rc; i++)
		rc = mdb_dbi_open(txn, db_names[i], flags, &dbi[i]);
	return rc == MDB_NOTFOUND ? MDB_INVALID : rc;
}

int store_env_measure(MDB_env *env, struct store_extent *out)
{
	struct os_stat file;
	MDB_envinfo info;
	MDB_stat stat;
	int fd, rc;

	rc = mdb_env_info(env, &info);
	if (!rc)
		rc = mdb_env_stat(env, &stat);
	if (!rc)
		rc = mdb_env_get_fd(env, &fd);
	if (!rc)
		rc = -os_stat_fd(fd, &file);
	if (!rc)
		*out = (struct store_extent){ fd, file.size,
					      info.me_last_pgno + 1,
					      stat.ms_psize };
	return rc;
}

/*
 * LMDB trusts its meta pages: a file cut short would be a SIGBUS later.  The file
 * is measured after they were read, since an update may make it longer
 * meanwhile.
 */
static int check_file_length(MDB_env *env, const char *gen_dir,
			     struct scout_err *err)
{
	struct store_extent e;
	int rc = store_env_measure(env, &e);

	if (rc)
		return store_error(err, rc, "reading the index");
	if (e.file_bytes < e.npages * e.page_bytes)
		return scout_err_set(err, SCOUT_E_CORRUPT,
				     "'%s/data.mdb' is cut short", gen_dir);
	return SCOUT_OK;
}

int store_env_new(MDB_env **out)
{
	int rc = mdb_env_create(out);

	if (!rc)
		rc = mdb_env_set_maxdbs(*out, STORE_DBS);
	if (!rc)
		rc = mdb_env_set_maxreaders(*out, STORE_MAX_READERS);
	return rc;
}

/* --- Environments that are read ------------------------------------------ */

/* Most bytes that a reader maps; LMDB maps what the file holds at least.  0 if
 * memory is short. */
static size_t read_map_bytes(const char *gen_dir)
{
	char *data = generation_path(gen_dir, "data.mdb");
	struct os_stat file = { .size = 0 };

	if (!data)
		return 0;
	(void)os_stat_at(AT_FDCWD, data, true, &file);
	scout_free(data);
	return (size_t)file.size * READ_MAP_TIMES + READ_MAP_MORE_BYTES;
}

static int env_try_read(const char *gen_dir, unsigned flags, size_t map_bytes,
			MDB_env **out)
{
	int rc = store_env_new(out);

	if (!rc)
		rc = mdb_env_set_mapsize(*out, map_bytes);
	if (!rc)
		rc = mdb_env_open(*out, gen_dir, MDB_RDONLY | MDB_NOTLS | flags,
				  0600);
	return rc;
}

/* Opens the environment for reading; a read-only medium has no lock file, and
 * where address space is short the map has no room to spare. */
static int env_open_read(const char *gen_dir, MDB_env **out)
{
	size_t map_bytes = read_map_bytes(gen_dir);
	unsigned flags = 0;
	int rc;

	if (!map_bytes)
		return ENOMEM;
	rc = env_try_read(gen_dir, flags, map_bytes, out);
	if (rc == EROFS) {
		flags = MDB_NOLOCK;
		mdb_env_close(*out);
		*out = NULL;
		rc = env_try_read(gen_dir, flags, map_bytes, out);
	}
	if (rc != ENOMEM)
		return rc;
	mdb_env_close(*out);
	*out = NULL;
	return env_try_read(gen_dir, flags, 1, out);
}

int store_env_open_write(const char *gen_dir, unsigned flags, MDB_env **out)
{
	size_t map = STORE_MAP_BYTES;
	int rc;

	do {
		rc = store_env_new(out);
		if (!rc)
			rc = mdb_env_set_mapsize(*out, map);
		if (!rc)
			rc = mdb_env_open(*out, gen_dir, MDB_NOTLS | flags,
					  0600);
		if (rc != ENOMEM && rc != EINVAL)
			break;
		/* address space is short: try a smaller map */
		mdb_env_close(*out);
		*out = NULL;
		map /= 2;
	} while (map >= STORE_MAP_MIN_BYTES);
	return rc;
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

/* Maps the whole file again, if no transaction uses the map: false if one
 * does. */
static bool map_anew(struct shared_env *shared, int *out_rc)
{
	struct os_stat file = { .size = 0 };
	bool can;
	int fd;

	pthread_rwlock_wrlock(&shared->map_lock);
	can = !atomic_load(&shared->ntxns);
	if (can) {
		if (!mdb_env_get_fd(shared->env, &fd))
			(void)os_stat_fd(fd, &file);
		*out_rc = mdb_env_set_mapsize(
			shared->env, (size_t)file.size * READ_MAP_TIMES +
					     READ_MAP_MORE_BYTES);
		if (*out_rc == ENOMEM)
			*out_rc = mdb_env_set_mapsize(shared->env, 1);
	}
	pthread_rwlock_unlock(&shared->map_lock);
	return can;
}

int shared_env_begin_read(struct shared_env *shared, MDB_txn **out)
{
	struct timespec pause = { 0, REMAP_PAUSE_NS };
	unsigned tries = 0;
	int rc;

	for (;;) {
		pthread_rwlock_rdlock(&shared->map_lock);
		atomic_fetch_add(&shared->ntxns, 1);
		rc = begin_read(shared->env, out);
		if (rc)
			atomic_fetch_sub(&shared->ntxns, 1);
		pthread_rwlock_unlock(&shared->map_lock);
		if (rc != MDB_MAP_RESIZED || tries++ >= REMAP_TRIES)
			return rc;
		/* an update made the file larger than the map */
		if (!map_anew(shared, &rc))
			nanosleep(&pause, NULL);
		else if (rc)
			return rc;
	}
}

void shared_env_end_read(struct shared_env *shared, MDB_txn *txn)
{
	mdb_txn_abort(txn);
	atomic_fetch_sub(&shared->ntxns, 1);
}

/* A reader notes in the lock file what it reads. */
static int lock_file_error(const char *gen_dir, struct scout_err *err)
{
	char *data = generation_path(gen_dir, "data.mdb");
	char *lock = generation_path(gen_dir, "lock.mdb");

	if (data && lock && !faccessat(AT_FDCWD, data, R_OK, AT_EACCESS) &&
	    faccessat(AT_FDCWD, lock, R_OK | W_OK, AT_EACCESS))
		scout_err_sys(err, EACCES,
			      "a reader must be able to write in "
			      "'%s'",
			      lock);
	scout_free(data);
	scout_free(lock);
	return scout_err_sys(err, EACCES, "%s", gen_dir);
}

static void shared_env_free(struct shared_env *shared)
{
	if (!shared)
		return;
	if (shared->env)
		mdb_env_close(shared->env);
	pthread_rwlock_destroy(&shared->map_lock);
	scout_free(shared);
}

static int shared_env_new(const char *gen_dir, bool for_writing,
			  struct shared_env **out, struct scout_err *err)
{
	struct shared_env *shared = scout_calloc(MEM_STORE, 1, sizeof(*shared));
	struct os_stat file;
	MDB_txn *txn = NULL;
	int fd, rc;

	if (!shared)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	pthread_rwlock_init(&shared->map_lock, NULL);
	/* what is not there was perhaps swept meanwhile: the caller looks
	 * again */
	rc = check_page_size(gen_dir, err);
	if (rc < 0)
		goto out;
	shared->is_writable = for_writing;
	rc = for_writing ? store_env_open_write(gen_dir, 0, &shared->env)
			 : env_open_read(gen_dir, &shared->env);
	if (rc == ENOENT) {
		rc = SCOUT_E_NOTFOUND;
		goto out;
	}
	if (!rc)
		rc = mdb_env_get_fd(shared->env, &fd);
	if (!rc)
		rc = -os_stat_fd(fd, &file);
	if (rc) {
		rc = rc == EACCES ? lock_file_error(gen_dir, err)
				  : store_error(err, rc, gen_dir);
		goto out;
	}
	rc = check_file_length(shared->env, gen_dir, err);
	if (rc < 0)
		goto out;
	rc = begin_read(shared->env, &txn);
	if (!rc)
		rc = store_env_open_dbs(txn, 0, shared->dbi);
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
	char *data = generation_path(gen_dir, "data.mdb");
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

/* Readers may share what was opened for writing, but not the other way. */
static int join_shared(const struct shared_env *shared, bool for_writing,
		       struct scout_err *err)
{
	if (!for_writing || shared->is_writable)
		return SCOUT_OK;
	return scout_err_set(err, SCOUT_E_LOCKED,
			     "this process has the index "
			     "open for reading and cannot change it");
}

int shared_env_take(const char *gen_dir, bool for_writing,
		    struct shared_env **out, struct scout_err *err)
{
	struct shared_env *shared = NULL;
	int rc;

	pthread_mutex_lock(&shared_lock);
	rc = find_shared(gen_dir, &shared);
	if (rc < 0) {
		scout_err_set(err, rc, "opening the index");
	} else if (!shared) {
		rc = shared_env_new(gen_dir, for_writing, &shared, err);
		if (!rc) {
			shared->next = shared_envs;
			shared_envs = shared;
		}
	} else {
		rc = join_shared(shared, for_writing, err);
	}
	if (!rc) {
		shared->nusers++;
		*out = shared;
	}
	pthread_mutex_unlock(&shared_lock);
	return rc;
}

void shared_env_drop(struct shared_env *shared)
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
