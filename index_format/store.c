#include "index_format/store.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"
#include "index_format/generations.h"
#include "index_format/store_env.h"

enum { OPEN_RETRIES = 20 }; /* a reader that loses the race with a swap */

struct store_txn {
	struct scout_store *store;
	MDB_txn *txn;
};

struct store_cursor {
	MDB_cursor *cursor;
};

struct scout_store *store_new(const char *index_dir, uint64_t generation)
{
	struct scout_store *st = scout_calloc(MEM_STORE, 1, sizeof(*st));
	char name[32];

	if (!st)
		return NULL;
	snprintf(name, sizeof(name), "gen-%llu",
		 (unsigned long long)generation);
	st->generation = generation;
	st->index_dir = scout_strdup(MEM_STORE, index_dir);
	st->gen_dir = generation_path(index_dir, name);
	if (st->index_dir && st->gen_dir)
		return st;
	scout_free(st->index_dir);
	scout_free(st->gen_dir);
	scout_free(st);
	return NULL;
}

static int open_generation(const char *index_dir, uint64_t generation,
			   struct scout_store **out, struct scout_err *err)
{
	struct scout_store *st = store_new(index_dir, generation);
	int rc;

	if (!st)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	rc = shared_env_take(st->gen_dir, false, &st->shared, err);
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
		rc = generation_current(index_dir, &generation, err);
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
	if (st->is_new && !st->is_published)
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
	SCOUT_ASSERT(st->shared);
	rc = shared_env_begin_read(st->shared, &t->txn);
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
	shared_env_end_read(t->store->shared, t->txn);
	scout_free(t);
}

static MDB_val val_of(struct span s)
{
	MDB_val v;

	v.mv_size = s.len;
	v.mv_data = (void *)(uintptr_t)s.ptr;
	return v;
}

bool store_is_newest(const struct store_txn *t)
{
	MDB_envinfo info;

	return !mdb_env_info(t->store->env, &info) &&
	       info.me_last_txnid == mdb_txn_id(t->txn);
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
		return SCOUT_E_CORRUPT; /* the keys are out of order */
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

/* Pages on the list of free ones: LMDB keeps it in its first database, where a
 * value begins with the number of pages in it. */
static int count_free(MDB_txn *txn, uint64_t *out)
{
	MDB_cursor *c = NULL;
	uint64_t sum = 0;
	MDB_val k, v;
	size_t n;
	int rc;

	rc = mdb_cursor_open(txn, 0, &c);
	if (rc)
		return rc;
	while (!(rc = mdb_cursor_get(c, &k, &v, MDB_NEXT))) {
		if (v.mv_size < sizeof(n)) {
			rc = MDB_CORRUPTED;
			break;
		}
		memcpy(&n, v.mv_data, sizeof(n));
		sum += n;
	}
	mdb_cursor_close(c);
	*out = sum;
	return rc == MDB_NOTFOUND ? 0 : rc;
}

int store_sizes(struct store_txn *t, uint64_t *out_file_bytes,
		uint64_t *out_used_bytes, struct scout_err *err)
{
	struct scout_store *st = t->store;
	struct store_extent e;
	uint64_t nfree = 0;
	char what[STORE_PATH_MAX + 32];
	int rc;

	rc = store_env_measure(st->env, &e);
	if (!rc)
		rc = count_free(t->txn, &nfree);
	if (rc) {
		snprintf(what, sizeof(what), "measuring '%s/data.mdb'",
			 st->gen_dir);
		return store_error(err, rc, what);
	}
	*out_file_bytes = e.file_bytes;
	*out_used_bytes =
		e.npages > nfree ? (e.npages - nfree) * e.page_bytes : 0;
	return SCOUT_OK;
}

/* What mdb_reader_list hands to count_reader. */
struct reader_count {
	struct store_readers readers;
	uint64_t newest;	/* the last commit */
};

/* LMDB gives a line of text for each: process, thread, what it reads or "-". */
static int count_reader(const char *line, void *ctx)
{
	struct reader_count *c = ctx;
	unsigned long long seen;
	uint64_t behind;
	long long pid;

	if (sscanf(line, "%lld %*s %llu", &pid, &seen) != 2 || pid == getpid())
		return 0;
	behind = c->newest > seen ? c->newest - seen : 0;
	if (!c->readers.count++ || behind > c->readers.oldest_behind) {
		c->readers.oldest_pid = pid;
		c->readers.oldest_behind = behind;
	}
	return 0;
}

int store_readers(struct scout_store *st, struct store_readers *out,
		  struct scout_err *err)
{
	struct reader_count c = { .newest = 0 };
	MDB_envinfo info;
	int ndead;

	/* the killed are in the table until somebody looks */
	(void)mdb_reader_check(st->env, &ndead);
	if (mdb_env_info(st->env, &info))
		return scout_err_set(err, SCOUT_E_IO, "reading '%s'",
				     st->gen_dir);
	c.newest = info.me_last_txnid;
	if (mdb_reader_list(st->env, count_reader, &c) < 0)
		return scout_err_set(err, SCOUT_E_IO, "reading '%s/lock.mdb'",
				     st->gen_dir);
	*out = c.readers;
	return SCOUT_OK;
}
