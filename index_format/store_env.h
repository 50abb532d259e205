/*
 * The inside of the store: LMDB environments, and the process' list of them.
 * Only store*.c include this.
 *
 * LMDB must not have a file open twice in one process: the second to open it
 * would take the table of readers for its own, and the first to close it would
 * drop the locks of both.  So everyone who reads or changes a live generation
 * in this process shares one environment.
 */
#ifndef SCOUT_INDEX_FORMAT_STORE_ENV_H
#define SCOUT_INDEX_FORMAT_STORE_ENV_H

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

#include "index_format/store.h"

enum { STORE_PATH_MAX = 4200 };

struct shared_env {
	MDB_env *env;
	MDB_dbi dbi[STORE_DBS];
	uint64_t dev, ino; /* of the data file */
	bool is_writable;
	_Atomic unsigned ntxns; /* live read transactions */
	/* held to begin one, and alone to map the file anew */
	pthread_rwlock_t map_lock;
	/* guarded by the lock of the list */
	unsigned nusers;
	struct shared_env *next;
};

struct scout_store {
	struct shared_env *shared; /* of a live generation */
	MDB_env *env;
	MDB_dbi dbi[STORE_DBS];
	char *index_dir;
	char *gen_dir;
	uint64_t generation;
	/* writing */
	bool is_writer;
	bool is_new; /* a generation that nobody sees yet */
	bool is_published;
	MDB_txn *txn;
	size_t batch_bytes;
	size_t batch_used;
	int64_t slowest_put_ns;
};

/* The one place where LMDB's codes become ours. */
int store_error(struct scout_err *err, int mdb, const char *what);

/* A store without an environment; NULL if memory is short. */
struct scout_store *store_new(const char *index_dir, uint64_t generation);

/* Makes an environment with the limits that all have.  LMDB's code. */
int store_env_new(MDB_env **out);
/* Opens the environment of a folder for writing, with as large a map as the
 * address space has room for.  LMDB's code; *out is to be closed if not NULL.
 */
int store_env_open_write(const char *gen_dir, unsigned flags, MDB_env **out);
/* Opens the named databases.  LMDB's code. */
int store_env_open_dbs(MDB_txn *txn, unsigned flags, MDB_dbi dbi[STORE_DBS]);

/* The data file, and what LMDB has counted in it. */
struct store_extent {
	int fd;
	uint64_t file_bytes;
	uint64_t npages;
	unsigned page_bytes;
};

/* LMDB's code. */
int store_env_measure(MDB_env *env, struct store_extent *out);

/*
 * Takes part in the environment of a generation.  SCOUT_E_NOTFOUND without text
 * if the generation is not there, SCOUT_E_LOCKED if it is to be written and
 * this process has it open for reading only.
 */
int shared_env_take(const char *gen_dir, bool for_writing,
		    struct shared_env **out, struct scout_err *err);
/* The last one out closes it. */
void shared_env_drop(struct shared_env *shared);
/* Begins and ends a read transaction.  LMDB's code. */
int shared_env_begin_read(struct shared_env *shared, MDB_txn **out);
void shared_env_end_read(struct shared_env *shared, MDB_txn *txn);

#endif
