/*
 * A regex tree as an automaton over bytes.
 *
 * It accepts at least the lines (without their '\n') in which the regex matches;
 * lazy_dfa.h runs it.  Made once per query, never changed, shared by threads.
 */
#ifndef SCOUT_QUERY_LANGUAGE_BYTE_NFA_H
#define SCOUT_QUERY_LANGUAGE_BYTE_NFA_H

#include "base/err.h"
#include "query/language/regex_tree.h"

enum { BYTE_NFA_MAX_STATES = 4096 };

enum nfa_kind {
	NFA_BYTE,	/* a byte of a set, then next */
	NFA_SPLIT,	/* next or other */
	NFA_LINE_START,	/* next, at the start of a line */
	NFA_LINE_END,	/* next, before '\n' or at the end */
	NFA_MATCH,
};

struct nfa_state {
	enum nfa_kind kind;
	uint32_t next, other;
	uint32_t set;		/* BYTE: number of its set */
};

struct byte_set {
	uint64_t bits[4];
};

struct byte_nfa {
	struct nfa_state *states;
	uint32_t nstates, start;
	struct byte_set *sets;
	uint32_t nsets;
	/* bytes that no set tells apart; '\n' is always alone */
	uint8_t class_of[256];
	uint8_t example[256];	/* by class: one of its bytes */
	unsigned nclasses;
	/* of the lines of ASCII it accepts exactly those that PCRE2 does */
	bool is_exact;
};

static inline bool byte_set_has(const struct byte_set *s, uint8_t b)
{
	return s->bits[b / 64] >> (b % 64) & 1;
}

/* Makes the automaton in arena.  SCOUT_E_LIMIT if it would be too large,
 * SCOUT_E_NOMEM. */
int byte_nfa_make(const struct regex_node *tree, struct arena *arena,
		  struct byte_nfa *out);

#endif
