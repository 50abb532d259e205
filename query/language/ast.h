/*
 * A parsed query.
 *
 * The tree has the shape that docs/query-language.md gives a query: operators
 * with their children, operands with their words already folded.  It is made
 * by the parser, in one arena, and never changed afterwards; any number of
 * threads may read it.
 */
#ifndef SCOUT_QUERY_LANGUAGE_AST_H
#define SCOUT_QUERY_LANGUAGE_AST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum ast_kind {
	/* operators; children in child[] */
	AST_AND,
	AST_OR,
	AST_NOT,	/* one child */
	AST_NEAR,	/* two or more; distance, in_lines */
	AST_BEFORE,	/* the same, in the written order */
	AST_NOT_NEAR,	/* child[0] without child[1] near */
	/* operands */
	AST_WORDS,	/* pieces[]: one is a word or glob, more are a phrase */
	AST_FUZZY,	/* pieces[0], distance = edits */
	AST_PART,	/* pieces[0] */
	AST_REGEX,	/* text; regex_icase, regex_multiline */
	AST_LITERAL,	/* text */
	AST_FILTER,	/* field, text */
};

enum ast_field {
	FIELD_PATH, FIELD_FILE, FIELD_EXT, FIELD_LANG, FIELD_SIZE,
	FIELD_MODIFIED,
};

enum case_mode {
	CASE_DEFAULT,	/* words ignore case, regexes and lit: do not */
	CASE_IGNORE,
	CASE_SENSITIVE,
	CASE_SMART,	/* sensitive if the operand has an upper-case letter */
};

enum glob_item_kind { GLOB_LITERAL, GLOB_ANY, GLOB_ONE };

/* A piece of a word glob: literal text, a run of any length, one character. */
struct glob_item {
	enum glob_item_kind kind;
	struct span folded;	/* literal: NFKD form, case as the operand */
	struct span composed;	/* literal: NFC form of that */
	struct span lookup;	/* literal: case-folded NFKD, for the index */
};

/* One word of an operand. */
struct ast_piece {
	struct span raw;	/* as written, escapes removed */
	/* a plain word: */
	struct span folded;	/* whole word in the form to compare */
	struct span lookup;	/* what the index keeps of it (fold_kept_len) */
	bool is_overlong;	/* lookup is not the whole word */
	/* a glob (nitems > 0); folded and lookup are then empty: */
	struct glob_item *items;
	size_t nitems;		/* wildcards that meet: every ? before one * */
};

/* Whether a glob is a literal with a * after it. */
static inline bool ast_is_prefix(const struct ast_piece *p)
{
	return p->nitems == 2 && p->items[0].kind == GLOB_LITERAL &&
	       p->items[1].kind == GLOB_ANY;
}

struct ast {
	enum ast_kind kind;
	size_t pos;		/* place in the query text, bytes; with its */
	size_t len;		/* parentheses, if it stands in them itself */
	bool in_parentheses;
	struct ast **child;
	size_t nchild;
	unsigned height;	/* longest way down; 1 for an operand */
	uint32_t distance;	/* NEAR, BEFORE, NOT_NEAR: n, where UINT32_MAX
				 * is anywhere in the file; FUZZY: edits */
	bool in_lines;		/* distance counts lines */
	bool quoted;		/* WORDS, FILTER: written in quotes */
	bool sensitive;		/* operand compares case */
	bool no_marks;		/* operand ignores accents (accents:no) */
	struct ast_piece *pieces;
	size_t npieces;
	struct span text;	/* REGEX, LITERAL, FILTER: unescaped */
	bool regex_icase;	/* flag i, or made so by the case mode */
	bool regex_multiline;
	bool text_is_regex;	/* FILTER path:, file: in slashes */
	bool is_plain;		/* REGEX, LITERAL: the whole query, as from grep;
				 * each of its matches is an occurrence */
	enum ast_field field;
};

/* A remark for stderr about how the query was read; not an error. */
struct query_note {
	size_t pos;
	const char *text;
	struct query_note *next;
};

struct parsed_query {
	struct span text;	/* the query as given, borrowed by all nodes */
	struct ast *root;	/* never NULL after a successful parse */
	struct query_note *notes;
	enum case_mode case_mode;
	bool no_marks;
};

#endif
