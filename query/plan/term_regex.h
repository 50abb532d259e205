/*
 * Which terms a word that a regex needs stands for (text_need.h), as a
 * term_match.
 */
#ifndef SCOUT_QUERY_PLAN_TERM_REGEX_H
#define SCOUT_QUERY_PLAN_TERM_REGEX_H

#include "query/plan/term_match.h"
#include "query/plan/text_need.h"

/* Makes the match in arena, which borrows the word.  SCOUT_E_NOMEM. */
int term_regex_make(const struct need_word *word, struct arena *arena,
		    struct term_match *out);

#endif
