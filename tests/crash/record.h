/*
 * Writes down what a traced process does to files, with paths and data, for
 * disk.py to do it again.  One record:
 *
 *     NAME BEGAN NUMBER FLAGS LENGTH LENGTH\n path data \n
 *
 * BEGAN is the number of records before the call began.  NUMBER is an offset
 * or a size.  Paths are absolute, and are those of the moment of the call; a
 * file that has no name any more has a path that ends in " (deleted)".  data is
 * what was written, or the second path.
 */
#ifndef SCOUT_TESTS_CRASH_RECORD_H
#define SCOUT_TESTS_CRASH_RECORD_H

#include <stdio.h>

#include "file_calls.h"

struct record {
	FILE *out;
	uint64_t nrecords;
};

/* Writes a call that has returned; one that failed changed nothing.  Ends the
 * program if the record cannot be written or the call not be understood. */
void record_call(struct record *r, const struct file_call *c,
		 const struct traced_call *call);

#endif
