/*
 * Lines in which a pattern may match, found at the speed of reading: by strings
 * that every match has, else by an automaton.
 *
 * The filter is made once per query and shared by threads; each has a run of its
 * own.
 */
#ifndef SCOUT_QUERY_VERIFY_LINE_FILTER_H
#define SCOUT_QUERY_VERIFY_LINE_FILTER_H

#include "base/memsearch.h"
#include "query/language/byte_nfa.h"
#include "query/verify/lazy_dfa.h"

enum line_filter_kind {
	FILTER_NONE,		/* every line may match */
	FILTER_STRING,
	FILTER_STRINGS,
	FILTER_AUTOMATON,
};

struct line_filter {
	enum line_filter_kind kind;
	/* the string is the whole pattern, and nothing else is to be found */
	bool is_exact;
	struct memsearch string;
	struct memsearch_set strings;
	struct byte_nfa nfa;
};

/* Makes the filter of a pattern in arena.  SCOUT_E_NOMEM. */
int line_filter_make(const struct regex_node *tree, struct arena *arena,
		     struct line_filter *out);

/* That of exactly one string (borrowed), without '\n'. */
void line_filter_string(struct line_filter *f, struct span string);

/* What a thread needs of one filter; zeroed to begin with. */
struct line_filter_run {
	struct lazy_dfa *dfa;
};

/* Accepts a zeroed one. */
void line_filter_run_release(struct line_filter_run *run);

/*
 * text is whole lines.  Puts a place on the first one in which the pattern may
 * match (perhaps its '\n'), or NULL.  SCOUT_E_NOMEM.
 */
int line_filter_find(const struct line_filter *f, struct line_filter_run *run,
		     struct span text, const uint8_t **out);

#endif
