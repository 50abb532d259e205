/*
 * Checking a whole index: the manifest, every checksum, and every rule that the
 * format has for what is between them.
 *
 * Reads everything once and decodes every list.  Guarantees: a damaged value is
 * a problem that is reported, never a crash or a read outside its bytes.  Does
 * not guarantee that for LMDB's own pages, which LMDB trusts: run it in a child
 * process.  Not checked: that the files on disk still are what was indexed.
 *
 * One thread; memory in proportion to the largest segment (about 24 bytes a
 * document and a bit a word).
 */
#ifndef SCOUT_INDEX_FORMAT_CHECK_H
#define SCOUT_INDEX_FORMAT_CHECK_H

#include <stdint.h>

#include "base/err.h"

struct check_options {
	uint64_t max_problems;	/* reported one by one; 0: 100 */
	/* most memory for a bit per word, which proves that no position is
	 * used twice; a larger segment is checked by counts; 0: 256 MiB */
	uint64_t max_bitmap_bytes;
};

#define CHECK_OPTIONS_INIT { 0 }

/* What was looked at and what was found. */
struct check_counts {
	uint64_t problems;	/* also those beyond max_problems */
	uint64_t segments;
	uint64_t documents;
	uint64_t lines;
	uint64_t terms;
	uint64_t postings;
	uint64_t positions;
	uint64_t chunks;
	uint64_t bytes;		/* of dictionary blocks and chunks */
	uint64_t unnamed;	/* values of segments that the manifest does
				 * not name: left by a run that was stopped,
				 * no damage */
};

/* Takes one problem: a line without its newline, borrowed. */
typedef void (*check_report_fn)(void *ctx, const char *line);

/*
 * Checks the live generation of an index folder.  SCOUT_OK means that the check
 * was done: the index is sound if out->problems is 0.  Else it could not be
 * done: SCOUT_E_NOTFOUND, SCOUT_E_VERSION, SCOUT_E_IO, SCOUT_E_NOMEM.
 */
int scout_check(const char *index_dir, const struct check_options *options,
		check_report_fn report, void *report_ctx,
		struct check_counts *out, struct scout_err *err);

#endif
