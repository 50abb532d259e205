/*
 * A candidate: a file that may match, with what the index says of it.
 *
 * Plain data in somebody's arena: it needs no snapshot, so the index may be
 * let go of before files are opened and lines are printed.
 */
#ifndef SCOUT_QUERY_VERIFY_CANDIDATE_H
#define SCOUT_QUERY_VERIFY_CANDIDATE_H

#include "query/match/eval.h"
#include "query/verify/line_scan.h"

/* Words of an occurrence that stand on one line. */
struct hit_piece {
	uint32_t line;		/* from 0 */
	uint32_t ordinal;	/* of the first of them in the line */
	uint32_t leaf;
	uint16_t piece;		/* which word of the leaf that is */
	uint16_t count;
};

enum {
	/* files larger than this are read in windows, by hints */
	CANDIDATE_WHOLE_BYTES = 256 << 10,
};

struct candidate {
	const char *path;	/* relative to the root, with a NUL */
	size_t path_len;
	uint64_t size_bytes;
	/* False: nothing is known but the path; the text decides.  Else, what
	 * the index saw: */
	bool is_indexed;
	/* A walk has just seen that it is as it was (is_indexed), or that it
	 * is not. */
	bool is_current, is_changed;
	int64_t mtime_ns, ctime_ns;
	uint64_t ino;
	bool is_racy;		/* its times are too near to the run's */
	uint16_t flags;		/* enum doc_flags */
	enum verdict verdict;
	bool knows_lines;	/* the lines below are exact */
	uint64_t nlines, noccurrences;
	const struct hit_piece *pieces;
	size_t npieces;
	const struct line_hint *hints;
	size_t nhints;
	const uint32_t *facts;	/* of the document, for ranking, or NULL */
	bool is_ranked;		/* has been ranked already: */
	double score;
};

#endif
