/*
 * The store: LMDB behind one file pair.
 *
 * An index folder holds CURRENT (the name of the live generation), lock (the
 * writers' lock) and gen-N/ (one LMDB environment).  Values are borrowed from
 * the map until their transaction ends.  LMDB's codes do not leave this file.
 */
#ifndef SCOUT_INDEX_FORMAT_STORE_H
#define SCOUT_INDEX_FORMAT_STORE_H

#include "base/err.h"
#include "base/span.h"

enum store_db {
	STORE_META,   /* manifest, statistics, deletions, skip list */
	STORE_DICT,   /* segment, first term -> dictionary block */
	STORE_STREAM, /* segment, stream, chunk -> bytes */
	STORE_SUMS,   /* the same key -> checksums of 16 KiB ranges */
	STORE_DBS
};

struct scout_store;
struct store_txn;
struct store_cursor;

/*
 * Opens the live generation of an index folder for reading; any number of
 * times, from any thread.  SCOUT_E_NOTFOUND, SCOUT_E_CORRUPT, SCOUT_E_VERSION,
 * SCOUT_E_IO; SCOUT_E_LIMIT if there are too many readers.
 */
int store_open(const char *index_dir, struct scout_store **out,
	       struct scout_err *err);
/*
 * Makes a new generation folder, open for writing without syncing: nobody reads
 * it before store_publish.  batch_bytes: how much is written per transaction.
 */
int store_create(const char *index_dir, size_t batch_bytes,
		 struct scout_store **out, struct scout_err *err);
/*
 * Opens the live generation for changing it, with syncing; it can be read
 * through the same handle, too.  The caller holds the writers' lock.  Deletes
 * what killed runs left in the folder.  As store_open; SCOUT_E_LOCKED if this
 * process reads the index already: open it for this first.
 */
int store_open_update(const char *index_dir, size_t batch_bytes,
		      struct scout_store **out, struct scout_err *err);
/* Accepts NULL.  A generation that was not published is deleted. */
void store_close(struct scout_store *store);

/* One read transaction: a snapshot.  SCOUT_E_LIMIT if there are too many. */
int store_begin_read(struct scout_store *store, struct store_txn **out,
		     struct scout_err *err);
void store_end_read(struct store_txn *txn);
/* Whether nothing was committed since the transaction began.  Any thread. */
bool store_is_newest(const struct store_txn *txn);

/* SCOUT_OK, SCOUT_E_NOTFOUND, SCOUT_E_CORRUPT. */
int store_get(struct store_txn *txn, enum store_db db, struct span key,
	      struct span *out);

/* A cursor over one database, standing nowhere.  SCOUT_E_NOMEM,
 * SCOUT_E_CORRUPT. */
int store_cursor_open(struct store_txn *txn, enum store_db db,
		      struct store_cursor **out);
void store_cursor_close(struct store_cursor *c);
/* To the last key <= key; SCOUT_E_NOTFOUND if there is none. */
int store_seek_le(struct store_cursor *c, struct span key, struct span *out_key,
		  struct span *out_value);
/* To the first key >= key; SCOUT_END if there is none. */
int store_seek_ge(struct store_cursor *c, struct span key, struct span *out_key,
		  struct span *out_value);
int store_next(struct store_cursor *c, struct span *out_key,
	       struct span *out_value);

/*
 * Puts a value (keys of a database ascending where append is set); commits and
 * begins anew when the batch is full.  SCOUT_E_IO with ENOSPC before the disk
 * (or the map) is full.
 */
int store_put(struct scout_store *store, enum store_db db, struct span key,
	      struct span value, bool append, struct scout_err *err);
/* Deletes a value, or nothing if there is none; commits as store_put does. */
int store_delete(struct scout_store *store, enum store_db db, struct span key,
		 struct scout_err *err);
/* Commits what was put and deleted since the last commit. */
int store_commit(struct scout_store *store, struct scout_err *err);
/* How long the slowest store_put took so far. */
int64_t store_slowest_put_ns(const struct scout_store *store);
/*
 * Commits, syncs, points CURRENT at this generation and sweeps older ones.  The
 * store can only be closed then.
 */
int store_publish(struct scout_store *store, struct scout_err *err);

/* Bytes of the data file, and of the pages in it that are in use: not those
 * that are free again, and may be so only for newer readers.  SCOUT_E_IO. */
int store_sizes(struct store_txn *txn, uint64_t *out_file_bytes,
		uint64_t *out_used_bytes, struct scout_err *err);

/* Other processes that are reading now. */
struct store_readers {
	unsigned count;
	int64_t oldest_pid;	/* who reads the oldest state; 0: nobody */
	uint64_t oldest_behind;	/* commits since that state */
};
/* SCOUT_E_IO. */
int store_readers(struct scout_store *store, struct store_readers *out,
		  struct scout_err *err);

#endif
