#include "index_format/store_env.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"
#include "index_format/generations.h"
#include "index_format/modes.h"

/* free disk that a batch must leave */
#define STORE_FREE_MARGIN_BYTES ((uint64_t)16 << 20)

enum { DELETE_COST_BYTES = 4096, COMMIT_SLACK_BYTES = 1 << 20 };

/* --- Opening -------------------------------------------------------------- */

static int check_free_space(const struct scout_store *st, struct scout_err *err)
{
	if (os_free_bytes(st->gen_dir) <
	    st->batch_bytes + STORE_FREE_MARGIN_BYTES)
		return scout_err_sys(err, ENOSPC, "writing '%s'", st->gen_dir);
	return SCOUT_OK;
}

/* Nobody reads it before it is published, so nothing has to be synced before.
 */
static int open_new(struct scout_store *st)
{
	int rc = store_env_open_write(st->gen_dir, MDB_NOSYNC, &st->env);

	if (!rc)
		rc = mdb_txn_begin(st->env, NULL, 0, &st->txn);
	if (!rc)
		rc = store_env_open_dbs(st->txn, MDB_CREATE, st->dbi);
	return rc;
}

/*
 * What a killed run left behind takes space that this one needs.  But it may
 * have been killed between its swap and the sync of that, and then what the
 * disk still calls the live generation must not go yet.
 */
static int sweep_left_over(const char *index_dir, uint64_t *out_current,
			   struct scout_err *err)
{
	uint64_t current = 0;
	int rc;

	rc = generation_sync(index_dir, err);
	if (rc < 0)
		return rc;
	rc = generation_current(index_dir, &current, NULL);
	if (!rc || rc == SCOUT_E_NOTFOUND)
		generation_sweep_others(index_dir, current);
	*out_current = current;
	return SCOUT_OK;
}

int store_create(const char *index_dir, size_t batch_bytes,
		 struct scout_store **out, struct scout_err *err)
{
	uint64_t current = 0, newest = 0;
	struct index_modes modes;
	struct scout_store *st;
	int rc;

	rc = sweep_left_over(index_dir, &current, err);
	if (rc < 0)
		return rc;
	rc = generation_newest(index_dir, &newest, err);
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
	st->is_writer = st->is_new = true;
	rc = check_free_space(st, err);
	if (rc < 0)
		goto out;
	rc = open_new(st);
	index_modes_read(index_dir, &modes);
	index_modes_apply_generation(st->gen_dir, &modes);
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

int store_open_update(const char *index_dir, size_t batch_bytes,
		      struct scout_store **out, struct scout_err *err)
{
	uint64_t current = 0;
	struct scout_store *st;
	int ndead = 0, rc;

	rc = sweep_left_over(index_dir, &current, err);
	if (!rc)
		rc = generation_current(index_dir, &current, err);
	if (rc < 0)
		return rc;
	st = store_new(index_dir, current);
	if (!st)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	rc = shared_env_take(st->gen_dir, true, &st->shared, err);
	if (rc < 0) {
		store_close(st);
		/* the lock is ours: nobody can have swapped it away */
		return rc == SCOUT_E_NOTFOUND
			       ? scout_err_set(err, SCOUT_E_CORRUPT,
					       "'%s' has no "
					       "generation gen-%llu",
					       index_dir,
					       (unsigned long long)current)
			       : rc;
	}
	st->env = st->shared->env;
	memcpy(st->dbi, st->shared->dbi, sizeof(st->dbi));
	st->batch_bytes = batch_bytes;
	st->is_writer = true;
	/* the dead would keep pages from being used again */
	(void)mdb_reader_check(st->env, &ndead);
	*out = st;
	return SCOUT_OK;
}

/* --- Batches -------------------------------------------------------------- */

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

/*
 * Pages that LMDB looked at while it wrote stay in the resident set, each with
 * the fifteen around it: a sixth of a new file in the end.  A fresh map of the
 * same size has none of them; nobody reads a new generation through the old
 * one.  LMDB's code.
 */
static int forget_pages(struct scout_store *st)
{
	MDB_envinfo info;
	int rc = mdb_env_info(st->env, &info);

	return rc ? rc : mdb_env_set_mapsize(st->env, info.me_mapsize);
}

/*
 * Sets the length of the data file to what LMDB counts in pages, and more.  LMDB
 * does not write pages that were taken and given back in one transaction, so at
 * the end of the file they may be missing; a reader takes that for a file that
 * was cut short.  (What is longer by `more` has no blocks on the disk.)
 */
static int set_length(struct scout_store *st, size_t more, bool may_shrink)
{
	struct store_extent e;
	uint64_t bytes;
	int rc = store_env_measure(st->env, &e);

	if (rc)
		return rc;
	bytes = e.npages * e.page_bytes + more;
	if (e.file_bytes == bytes || (e.file_bytes > bytes && !may_shrink))
		return 0;
	return ftruncate(e.fd, (off_t)bytes) ? errno : 0;
}

/* A live generation is long enough before its readers may need it: twice the
 * batch is more than it can take. */
static int commit_live(struct scout_store *st)
{
	int rc = set_length(st, st->batch_used * 2 + COMMIT_SLACK_BYTES, false);

	if (rc) {
		mdb_txn_abort(st->txn);
		return rc;
	}
	rc = mdb_txn_commit(st->txn);
	/* also if the commit failed: what it left of the length is no harm, but
	 * nobody needs it */
	if (!rc)
		rc = set_length(st, 0, true);
	return rc;
}

static int commit_batch(struct scout_store *st, struct scout_err *err)
{
	int rc = st->is_new ? mdb_txn_commit(st->txn) : commit_live(st);

	st->txn = NULL;
	scout_mem_note(MEM_STORE, -(int64_t)st->batch_used);
	st->batch_used = 0;
	if (!rc && st->is_new)
		rc = forget_pages(st);
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

/* Begins a batch, or ends a full one and begins the next; len: bytes to come.
 */
static int make_room(struct scout_store *st, size_t len, struct scout_err *err)
{
	int rc = SCOUT_OK;

	SCOUT_ASSERT(st->is_writer);
	if (st->batch_used + len > st->batch_bytes && st->batch_used)
		rc = commit_batch(st, err);
	if (!rc && !st->txn)
		rc = begin_batch(st, err);
	return rc;
}

static void note_put(struct scout_store *st, size_t len, int64_t start)
{
	int64_t took = os_mono_ns() - start;

	if (took > st->slowest_put_ns)
		st->slowest_put_ns = took;
	st->batch_used += len;
	scout_mem_note(MEM_STORE, (int64_t)len);
}

static MDB_val val_of(struct span s)
{
	MDB_val v;

	v.mv_size = s.len;
	v.mv_data = (void *)(uintptr_t)s.ptr;
	return v;
}

int store_put(struct scout_store *st, enum store_db db, struct span key,
	      struct span value, bool append, struct scout_err *err)
{
	MDB_val k = val_of(key), v = val_of(value);
	int64_t start;
	int rc;

	rc = make_room(st, value.len, err);
	if (rc < 0)
		return rc;
	start = os_mono_ns();
	rc = mdb_put(st->txn, st->dbi[db], &k, &v, append ? MDB_APPEND : 0);
	if (rc)
		return gen_error(st, rc, "writing", err);
	note_put(st, value.len, start);
	return SCOUT_OK;
}

int store_delete(struct scout_store *st, enum store_db db, struct span key,
		 struct scout_err *err)
{
	MDB_val k = val_of(key);
	int rc;

	/* a freed value takes a place in the list of free pages for each of
	 * its pages, and copies of the pages above it */
	rc = make_room(st, DELETE_COST_BYTES, err);
	if (rc < 0)
		return rc;
	rc = mdb_del(st->txn, st->dbi[db], &k, NULL);
	if (rc && rc != MDB_NOTFOUND)
		return gen_error(st, rc, "writing", err);
	note_put(st, DELETE_COST_BYTES, os_mono_ns());
	return SCOUT_OK;
}

int store_commit(struct scout_store *st, struct scout_err *err)
{
	SCOUT_ASSERT(st->is_writer);
	return st->txn ? commit_batch(st, err) : SCOUT_OK;
}

int64_t store_slowest_put_ns(const struct scout_store *st)
{
	return st->slowest_put_ns;
}

/* --- Publishing ----------------------------------------------------------- */

int store_publish(struct scout_store *st, struct scout_err *err)
{
	int rc;

	SCOUT_ASSERT(st->is_new);
	rc = store_commit(st, err);
	if (rc < 0)
		return rc;
	rc = set_length(st, 0, false);
	if (!rc)
		rc = mdb_env_sync(st->env, 1);
	if (rc)
		return gen_error(st, rc, "syncing", err);
	rc = generation_sync(st->gen_dir, err);
	/* the generation's name must not come later than CURRENT's new text */
	if (!rc)
		rc = generation_sync(st->index_dir, err);
	if (rc < 0)
		return rc;
	/* from now on this process may read it, in an environment of its own */
	mdb_env_close(st->env);
	st->env = NULL;
	rc = generation_point_to(st->index_dir, st->generation,
				 &st->is_published, err);
	if (!rc)
		generation_sweep_others(st->index_dir, st->generation);
	return rc;
}
