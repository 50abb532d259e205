/*
 * Remarks about how a query was read, made while it is parsed.
 *
 * All functions return SCOUT_OK or SCOUT_E_NOMEM.
 */
#ifndef SCOUT_QUERY_LANGUAGE_QUERY_NOTE_H
#define SCOUT_QUERY_LANGUAGE_QUERY_NOTE_H

#include "base/arena.h"
#include "query/language/ast.h"
#include "query/language/lexer.h"

struct note_list {
	struct span query;
	struct arena *arena;
	struct query_note **end;	/* where the next note is linked in */
};

/* For a bare operand such as foo:bar, near/3 or !foo, which is not what it looks
 * like; does nothing for others. */
int note_odd_operand(struct note_list *l, const struct lex_token *t);

/* For an OR of n branches beside operands that only stand side by side: says
 * how they were read. */
int note_mixed_or(struct note_list *l, struct ast *const *branch, size_t n);

/* For the operator op, whose operands need a distance of least. */
int note_narrow_window(struct note_list *l, const struct lex_token *op,
		       uint64_t least);

#endif
