/*
 * The operands of a query that are matched with the text itself and not with
 * its words: regexes and lit:.
 *
 * Made once per query and shared by threads.  Nothing of it changes but the
 * count of matches that were given up.
 */
#ifndef SCOUT_QUERY_VERIFY_TEXT_PATTERN_H
#define SCOUT_QUERY_VERIFY_TEXT_PATTERN_H

#include <stdatomic.h>

#include "query/match/match_tree.h"
#include "query/verify/line_filter.h"
#include "query/verify/regex.h"

enum {
	/* Matches over all texts that may hit a limit before a pattern is not
	 * tried any more: a bound for the time of a hostile one. */
	PATTERN_MAX_LIMIT_HITS = 64,
};

struct text_pattern {
	unsigned leaf;
	const struct ast *node;
	bool is_impossible;	/* matches nothing */
	bool spans_lines;	/* matched with whole texts, not with lines */
	bool is_plain;		/* --brute: every line, without a filter */
	struct line_filter filter;
	struct regex *re;	/* NULL: what the filter finds are the matches */
	atomic_uint limit_hits;
};

struct text_patterns {
	struct text_pattern *items;
	unsigned n;
	bool any_spans_lines;
	unsigned *of_leaf;	/* by leaf: index in items; n for words */
};

enum text_pattern_flags {
	TEXT_PATTERN_BY_LINE = 1 << 0,	/* no match goes over lines */
	TEXT_PATTERN_PLAIN = 1 << 1,	/* the plain loop: no filters */
};

/*
 * Compiles those of a tree (borrowed); flags of enum text_pattern_flags.
 * SCOUT_E_SYNTAX with the place in the query, SCOUT_E_NOMEM; release it whatever
 * happened.
 */
int text_patterns_make(const struct match_tree *tree, unsigned flags,
		       struct arena *arena, struct text_patterns *out,
		       struct scout_err *err);
/* Accepts a zeroed one. */
void text_patterns_release(struct text_patterns *p);

/* The pattern of a leaf, or NULL if the leaf is about words. */
static inline struct text_pattern *
text_pattern_of(const struct text_patterns *p, unsigned leaf)
{
	return p->n && p->of_leaf[leaf] < p->n ? &p->items[p->of_leaf[leaf]] :
						 NULL;
}

#endif
