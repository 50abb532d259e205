/*
 * What the fuzz targets share.
 *
 * Every fuzz_NAME.c defines LLVMFuzzerTestOneInput, which libFuzzer or
 * replay.c calls with one input after another.  Properties are checked with
 * SCOUT_ASSERT: a false one ends the process, and libFuzzer keeps the input.
 */
#ifndef SCOUT_TESTS_FUZZ_FUZZ_H
#define SCOUT_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/span.h"

/* Runs the target on one input, which is a block of exactly that size. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes n bytes (or as many as there are) off the front of *in. */
static inline struct span fuzz_take(struct span *in, size_t n)
{
	struct span head = *in;

	if (head.len > n)
		head.len = n;
	in->ptr += head.len;
	in->len -= head.len;
	return head;
}

/* Takes a little-endian number of n bytes; what is missing is 0. */
static inline uint64_t fuzz_number(struct span *in, size_t n)
{
	struct span s = fuzz_take(in, n);
	uint64_t v = 0;

	while (s.len--)
		v = v << 8 | s.ptr[s.len];
	return v;
}

/* Takes what stands before the first newline, and the newline. */
static inline struct span fuzz_line(struct span *in)
{
	const uint8_t *end = in->len ? memchr(in->ptr, '\n', in->len) : NULL;
	struct span line = fuzz_take(in, end ? (size_t)(end - in->ptr) :
					       in->len);

	fuzz_take(in, 1);
	return line;
}

#endif
