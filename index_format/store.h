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
	STORE_META,	/* manifest, statistics, deletions, skip list */
	STORE_DICT,	/* segment, first term -> dictionary block */
	STORE_STREAM,	/* segment, stream, chunk -> bytes */
	STORE_SUMS,	/* the same key -> checksums of 16 KiB ranges */
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
/* Accepts NULL.  A generation that was not published is deleted. */
void store_close(struct scout_store *store);

/* One read transaction: a snapshot.  SCOUT_E_LIMIT if there are too many. */
int store_begin_read(struct scout_store *store, struct store_txn **out,
		     struct scout_err *err);
void store_end_read(struct store_txn *txn);

/* SCOUT_OK, SCOUT_E_NOTFOUND, SCOUT_E_CORRUPT. */
int store_get(struct store_txn *txn, enum store_db db, struct span key,
	      struct span *out);

/* A cursor over one database, standing nowhere.  SCOUT_E_NOMEM, SCOUT_E_CORRUPT. */
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
/*
 * Commits, syncs, points CURRENT at this generation and sweeps older ones.  The
 * store can only be closed then.
 */
int store_publish(struct scout_store *store, struct scout_err *err);

/* Bytes of the data file, and of the pages in it that are in use. SCOUT_E_IO. */
int store_sizes(struct scout_store *store, uint64_t *out_file_bytes,
		uint64_t *out_used_bytes, struct scout_err *err);

#endif
