/*
 * Running a byte automaton: one table look-up a byte.
 *
 * The deterministic states are made when a text first leads to them, and
 * forgotten when there are too many.  A text that makes too many of them too
 * fast is not worth it: then every line is said to match.
 *
 * An object is used by one thread; the automaton is shared.
 */
#ifndef SCOUT_QUERY_VERIFY_LAZY_DFA_H
#define SCOUT_QUERY_VERIFY_LAZY_DFA_H

#include "base/span.h"
#include "query/language/byte_nfa.h"

struct lazy_dfa;

/* Borrows the automaton.  SCOUT_E_NOMEM. */
int lazy_dfa_new(const struct byte_nfa *nfa, struct lazy_dfa **out);
/* Accepts NULL. */
void lazy_dfa_free(struct lazy_dfa *d);

/*
 * text is whole lines, perhaps without the '\n' of the last.  The first of them
 * that may match: returns a place on it (its '\n' included), or NULL if none
 * does.
 */
const uint8_t *lazy_dfa_find_line(struct lazy_dfa *d, struct span text);

/* Whether the automaton accepts the line last found, between its start and that
 * place; else it is not worth it. */
bool lazy_dfa_accepts(const struct lazy_dfa *d);

#endif
