/*
 * Tokens of the query language.
 *
 * The lexer knows what ends an operand, what quotes and slashes enclose, which
 * names are fields and how the operators are spelt; it knows nothing of words
 * (operand.h) nor of how operators bind (parser.h).  The whole query becomes a
 * list at once, because settings such as case: hold for operands before them.
 */
#ifndef SCOUT_QUERY_LANGUAGE_LEXER_H
#define SCOUT_QUERY_LANGUAGE_LEXER_H

#include "base/arena.h"
#include "base/err.h"
#include "query/language/ast.h"

enum lex_kind {
	LEX_END,
	/* operators and brackets */
	LEX_OPEN, LEX_CLOSE,
	LEX_MINUS,
	LEX_AND, LEX_OR, LEX_NOT,
	LEX_NEAR, LEX_BEFORE,	/* distance, in_lines */
	/* operands; value is what they are about */
	LEX_BARE, LEX_QUOTED, LEX_REGEX,
	LEX_PART, LEX_LITERAL, LEX_FILTER,
	/* settings of the whole query */
	LEX_CASE, LEX_ACCENTS,
};

struct lex_token {
	enum lex_kind kind;
	size_t pos;		/* place in the query, bytes */
	size_t len;
	struct span value;	/* escapes of quotes and slashes removed */
	size_t value_pos;	/* first byte of the value as written */
	bool is_quoted;		/* the value stood in quotes */
	bool is_regex;		/* ... or in slashes, with these flags: */
	bool regex_icase;
	bool regex_multiline;
	enum ast_field field;	/* LEX_FILTER */
	uint32_t distance;
	bool in_lines;
	struct lex_token *next;	/* NULL after LEX_END */
};

struct lex_list {
	struct lex_token *first;
	size_t noperands;
};

/*
 * Cuts text (borrowed by the tokens) into a list in arena that ends with
 * LEX_END.  SCOUT_E_SYNTAX with the place, SCOUT_E_NOMEM.
 */
int query_lex(struct span text, struct arena *arena, struct lex_list *out,
	      struct scout_err *err);

/* True for White_Space of Unicode. */
bool lex_is_space(int32_t code_point);

/* The code point at p and its length; a byte that is not UTF-8 is -1, one
 * byte long.  p < end. */
unsigned lex_char(const uint8_t *p, const uint8_t *end, int32_t *out);

#endif
