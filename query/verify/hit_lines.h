/*
 * The hit lines of one file, with their submatches, before they are printed.
 *
 * Submatches may be added in any order (a phrase over a line break touches a
 * line below ahead of others above); finishing sorts them, drops repeated spans
 * and cuts the list at the most lines wanted.
 */
#ifndef SCOUT_QUERY_VERIFY_HIT_LINES_H
#define SCOUT_QUERY_VERIFY_HIT_LINES_H

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

struct line_match {
	uint64_t line;		/* from 0 */
	uint64_t line_start;	/* offset of the line, or UINT64_MAX */
	uint32_t start, end;	/* bytes in the line; equal: the line is hit,
				 * but no occurrence is to be shown on it */
	uint64_t occurrence_len;	/* of the whole of it: in bytes, or in
				 * words where all are given so */
	uint32_t operand;
	bool is_continued;	/* the occurrence began on a line before */
};

struct hit_lines {
	struct line_match *matches;
	size_t n, cap;
	bool is_sorted;
	bool keeps_operands;	/* a span that two operands have stays twice */
	/* after hit_lines_finish: */
	uint64_t nlines;
	uint64_t noccurrences;	/* those that begin on these lines */
};

void hit_lines_release(struct hit_lines *h);
void hit_lines_clear(struct hit_lines *h);
/* SCOUT_E_NOMEM. */
int hit_lines_put(struct hit_lines *h, const struct line_match *m);
/* Drops what is on lines before that one. */
void hit_lines_drop_before(struct hit_lines *h, uint64_t line);
/* Keeps at most max_lines lines (0: all). */
void hit_lines_finish(struct hit_lines *h, uint64_t max_lines);

#endif
