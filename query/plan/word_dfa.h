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
#include "query/language/regex_tree.h"

enum {
	WORD_DFA_DEAD,		/* no word that goes on matches */
	WORD_DFA_MATCH,		/* every one does */
	WORD_DFA_START,
};

struct word_dfa {
	const uint16_t *next;	/* by state, then class of the byte */
	const uint8_t *ends;	/* by state: a word that ends there matches */
	uint8_t class_of[256];
	unsigned nclasses;
};

/*
 * Makes it in arena.  REGEX_LINE_START and REGEX_LINE_END stand for the ends of
 * the word; a tree that does not end with one is content with a beginning.
 * SCOUT_E_LIMIT if it would be too large, SCOUT_E_NOMEM.
 */
int word_dfa_make(const struct regex_node *tree, struct arena *arena,
		  struct word_dfa *out);

static inline unsigned word_dfa_step(const struct word_dfa *d, unsigned state,
				     uint8_t byte)
{
	return d->next[state * d->nclasses + d->class_of[byte]];
}

static inline bool word_dfa_matches(const struct word_dfa *d, struct span word)
{
	unsigned state = WORD_DFA_START;
	size_t i;

	for (i = 0; i < word.len && state > WORD_DFA_MATCH; i++)
		state = word_dfa_step(d, state, word.ptr[i]);
	return d->ends[state];
}

#endif
