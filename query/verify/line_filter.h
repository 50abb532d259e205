/*
 * Lines in which a pattern may match, found at the speed of reading: by strings
 * or a sequence of sets that every match has, else by an automaton.
 *
 * Where nothing but ASCII is concerned, the filter may be able to say that a line
 * does match.
 *
 * The filter is made once per query and shared by threads; each has a run of its
 * own.
 */
#ifndef SCOUT_QUERY_VERIFY_LINE_FILTER_H
#define SCOUT_QUERY_VERIFY_LINE_FILTER_H

#include "base/memsearch.h"
#include "base/setsearch.h"
#include "query/language/byte_nfa.h"
#include "query/verify/lazy_dfa.h"

enum line_filter_kind {
	FILTER_NONE,		/* every line may match */
	FILTER_STRING,
	FILTER_STRINGS,
	FILTER_SETS,
	FILTER_AUTOMATON,
};

struct line_filter {
	enum line_filter_kind kind;
	/* the string is the whole pattern, and nothing else is to be found */
	bool is_exact;
	struct memsearch string;
	struct memsearch_set strings;
	struct setsearch sets;
	bool sets_have_start, sets_have_end;	/* of a line */
	bool sets_decide;	/* a line where they stand matches */
	bool sets_match;	/* in ASCII, they are the matches */
	/* FILTER_AUTOMATON; for others, if it is exact, what can decide */
	struct byte_nfa nfa;
};

/* Makes the filter of a pattern in arena.  SCOUT_E_NOMEM. */
int line_filter_make(const struct regex_node *tree, struct arena *arena,
		     struct line_filter *out);

/* That of exactly one string (borrowed), without '\n'. */
void line_filter_string(struct line_filter *f, struct span string);

/* For matches that go over lines: it then says of a text whether there may be
 * one. */
void line_filter_use_for_texts(struct line_filter *f);

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

/* A line that passed. */
struct found_line {
	const uint8_t *start, *stop;	/* without its '\n'; NULL: none did */
	bool is_sure;			/* the pattern does match in it */
};

/* The same for the bounds of the line.  decides: *out is also to say whether it
 * is sure, as far as that can be told, and a line that does not match is
 * passed. */
int line_filter_next(const struct line_filter *f, struct line_filter_run *run,
		     struct span text, bool decides, struct found_line *out);

#endif
