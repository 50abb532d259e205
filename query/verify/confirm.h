/*
 * Confirming hits on the text: the lines that the index names are read, and the
 * words on them compared with the query's.
 */
#ifndef SCOUT_QUERY_VERIFY_CONFIRM_H
#define SCOUT_QUERY_VERIFY_CONFIRM_H

#include "query/verify/candidate.h"
#include "query/verify/hit_lines.h"
#include "query/verify/text_eval.h"

/*
 * Fills out (cleared first, then finished) with the candidate's hits.  scan has
 * just been started on the text; tools lends its batch and scratch.  words is
 * working memory.  *out_ok is false if a word is not where the index has it.
 * SCOUT_E_IO, SCOUT_E_NOMEM.
 */
int confirm_hits(const struct candidate *c, struct line_scan *scan,
		 struct text_eval *tools, struct buf *words, uint64_t max_lines,
		 struct hit_lines *out, bool *out_ok);

#endif
