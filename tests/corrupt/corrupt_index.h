/*
 * A small index with something of everything, whose stored values can be
 * changed, and queries with the answers that they have on it.
 */
#ifndef SCOUT_TESTS_CORRUPT_CORRUPT_INDEX_H
#define SCOUT_TESTS_CORRUPT_CORRUPT_INDEX_H

#include "../unit/support.h"

#include <lmdb.h>

#include "base/buf.h"

enum { DBS = 4, PLACE_KEY_MAX = 272, CORRUPT_QUERIES = 48 };
enum { META, DICT, STREAM, SUMS };

/* A stored value: where it is, and what it should be. */
struct place {
	int db;
	uint8_t key[PLACE_KEY_MAX];
	size_t key_len;
	size_t from, len;	/* of its bytes in corrupt_index.good */
};

struct corrupt_index {
	char dir[TEMP_DIR_MAX];
	char index[TEMP_DIR_MAX + 16];
	char env_dir[TEMP_DIR_MAX + 32];
	struct rng rng;
	MDB_env *env;
	MDB_dbi dbi[DBS];
	struct place *places;
	size_t nplaces;
	struct buf good;	/* the bytes of all values */
	size_t total_bytes;
	struct buf answers[CORRUPT_QUERIES];
};

/* How the queries ended. */
struct outcome {
	unsigned queries;
	unsigned right, wrong;
	unsigned corrupt, version;
	unsigned failed;	/* in any other way */
	char text[480];		/* of the last error, or what was asked */
};

/* Makes the tree and the index and asks for the right answers.  All failures
 * fail the test. */
void corrupt_index_make(struct corrupt_index *ix);
void corrupt_index_release(struct corrupt_index *ix);

/* Fails unless every kind of list, block and record occurs. */
void corrupt_index_assert_rich(struct corrupt_index *ix);

/* The good bytes of a value, borrowed. */
struct span corrupt_index_value(const struct corrupt_index *ix,
				const struct place *p);
/* Of a chunk: where its checksums are; else NULL. */
const struct place *corrupt_index_sums(const struct corrupt_index *ix,
				       const struct place *chunk);
bool place_has_name(const struct place *p, const char *name);
/* Whether there is a value at that key. */
bool corrupt_index_has(struct corrupt_index *ix, const struct place *p);

/* Stores a value; bytes.ptr NULL deletes it. */
void corrupt_index_put(struct corrupt_index *ix, const struct place *p,
		       struct span bytes);
/* Changes a bit of a value in place. */
void corrupt_index_flip(struct corrupt_index *ix, const struct place *p,
			size_t at, unsigned bit);

/* Opens the index, checked or not, and asks it everything. */
void corrupt_index_ask(struct corrupt_index *ix, bool checked,
		       struct outcome *out);
/* Whether the check finds it damaged, or of another version. */
bool corrupt_index_is_found(struct corrupt_index *ix);

#endif
