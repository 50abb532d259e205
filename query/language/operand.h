/*
 * From an operand's token to its node: words found and folded, globs cut into
 * items, values checked.
 *
 * Words are found with the tokenizer of the index, so that a query and a text
 * are split alike.
 */
#ifndef SCOUT_QUERY_LANGUAGE_OPERAND_H
#define SCOUT_QUERY_LANGUAGE_OPERAND_H

#include "base/buf.h"
#include "query/language/ast.h"
#include "query/language/lexer.h"

struct token_batch;

struct operand_builder {
	/* what the nodes are made of */
	struct arena *arena;
	enum case_mode case_mode;
	bool no_marks;
	struct scout_err *err;
	/* working memory, reused from operand to operand */
	struct token_batch *batch;
	struct buf fold;	/* a folded form */
	struct buf pieces;	/* struct ast_piece */
	struct buf atoms;	/* one piece with its wildcards, not folded */
};

/* SCOUT_E_NOMEM leaves a builder that operand_builder_release accepts. */
int operand_builder_init(struct operand_builder *b, struct arena *arena,
			 struct scout_err *err);
void operand_builder_release(struct operand_builder *b);

/* Makes the node of an operand token (LEX_BARE to LEX_FILTER).
 * SCOUT_E_SYNTAX with the place, SCOUT_E_NOMEM. */
int operand_build(struct operand_builder *b, const struct lex_token *token,
		  struct ast **out);

#endif
