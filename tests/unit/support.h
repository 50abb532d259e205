/*
 * What the unit tests share: cmocka's headers, random numbers from a fixed
 * seed, and folders that are gone after the test.
 */
#ifndef SCOUT_TESTS_UNIT_SUPPORT_H
#define SCOUT_TESTS_UNIT_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/span.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The same numbers on every machine (splitmix64). */
struct rng {
	uint64_t state;
};

/* Seeds with the test's own number, or with SCOUT_TEST_SEED from outside. */
void rng_init(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
/* A number in [0, n); n > 0. */
uint32_t rng_below(struct rng *r, uint32_t n);
/* Mostly small numbers, now and then any of up to 32 bits. */
uint32_t rng_skewed(struct rng *r);

enum { TEMP_DIR_MAX = 128 };

/* Makes a folder under $TMPDIR (or /tmp); fails the test if it cannot. */
void temp_dir_make(char path[TEMP_DIR_MAX]);
/* Removes the folder with all that is in it. */
void temp_dir_remove(const char *path);
/* Writes a file below dir and the folders on the way to it. */
void write_file(const char *dir, const char *path, struct span bytes);

/*
 * A copy of the bytes in a block of exactly that size, so that the address
 * sanitizer sees a read past the end.  Freed with scout_free.
 */
uint8_t *exact_copy(struct span bytes);

#endif
