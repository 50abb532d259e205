/*
 * From query text to tree: the grammar of docs/query-language.md.
 *
 * The whole language is parsed; what the engine cannot answer yet is refused
 * later, by the planner, with the same kind of error.
 */
#ifndef SCOUT_QUERY_LANGUAGE_PARSER_H
#define SCOUT_QUERY_LANGUAGE_PARSER_H

#include "base/buf.h"
#include "query/language/ast.h"

enum {
	QUERY_MAX_BYTES = 65536,	/* a longer query is an error */
	QUERY_MAX_DEPTH = 200,		/* nested parentheses and NOTs */
	QUERY_MAX_OPERANDS = 4096,
};

/* What a query text is. */
enum query_form {
	QUERY_LANGUAGE,		/* of docs/query-language.md */
	QUERY_REGEX,		/* a regex and nothing else */
	QUERY_LITERAL,		/* a text to be found as it is */
};

struct parse_options {
	enum case_mode case_mode;	/* from -i -s -S; case: in the query wins */
	enum query_form form;
	bool has_all_files;	/* a file without a match is in the answer, too */
};

/*
 * Parses text (borrowed: it must outlive the result) into arena.
 * SCOUT_E_SYNTAX with err->pos and err->len set, SCOUT_E_NOMEM.
 */
int query_parse(struct span text, const struct parse_options *options,
		struct arena *arena, struct parsed_query *out,
		struct scout_err *err);

/* Appends the tree as one line, e.g. (AND kmalloc (NEAR/5 "a b" c*)), for
 * --explain and tests. */
void ast_print(const struct ast *node, struct buf *out);

/*
 * Appends a syntax error as the tools print it: the message, the query on a
 * line of its own (control characters shown as spaces, long queries cut around
 * the place) and a caret under the byte concerned.
 */
void query_error_print(struct span query, const struct scout_err *err,
		       struct buf *out);

#endif
