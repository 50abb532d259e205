/*
 * A deterministic automaton over the bytes of one word: whether a prefix of it,
 * or all of it, is in the language of a tree.
 *
 * All states are made at once, so it never changes and threads share it.
 */
#ifndef SCOUT_QUERY_PLAN_WORD_DFA_H
#define SCOUT_QUERY_PLAN_WORD_DFA_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "index_format/limits.h"
#include "query/language/regex_tree.h"

struct word_dfa {
	/* A state is the offset of its row here: the state after a byte of each
	 * class, and whether a word that ends there matches. */
	const uint32_t *next;
	uint8_t class_of[256];
	unsigned nclasses;
	/* states: no word that goes on matches; every one does; the first */
	uint32_t dead, match, start;
};

/*
 * Makes it in arena.  REGEX_LINE_START and REGEX_LINE_END stand for the ends of
 * the word; a tree that does not end with one is content with a beginning.
 * SCOUT_E_LIMIT if it would be too large, SCOUT_E_NOMEM.
 */
int word_dfa_make(const struct regex_node *tree, struct arena *arena,
		  struct word_dfa *out);

static inline bool word_dfa_goes_on(const struct word_dfa *d, uint32_t state)
{
	return state > d->match;
}

static inline uint32_t word_dfa_step(const struct word_dfa *d, uint32_t state,
				     uint8_t byte)
{
	return d->next[state + d->class_of[byte]];
}

/* Whether a word that ends in a state matches. */
static inline bool word_dfa_ends(const struct word_dfa *d, uint32_t state)
{
	return d->next[state + d->nclasses];
}

/* The way through the last word, which the next one may have in common with it.
 * Zeroed to begin with; used by one thread. */
struct word_dfa_run {
	const struct word_dfa *dfa;	/* whose way it is */
	unsigned len;			/* bytes that were looked at */
	uint8_t bytes[TERM_MAX_BYTES];
	uint32_t states[TERM_MAX_BYTES + 1];	/* before each, and after */
};

/* Whether a word of at most TERM_MAX_BYTES matches; quick if it begins as the
 * last one did. */
bool word_dfa_matches(const struct word_dfa *d, struct word_dfa_run *run,
		      struct span word);

#endif
