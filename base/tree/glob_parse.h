/*
 * The first half of compiling a glob: from its text to tokens.  Only glob.c
 * includes this.
 */
#ifndef SCOUT_BASE_TREE_GLOB_PARSE_H
#define SCOUT_BASE_TREE_GLOB_PARSE_H

#include "base/tree/glob.h"

enum token_kind {
	TOK_BYTE,
	TOK_ANY,	   /* ? */
	TOK_STAR,	   /* * */
	TOK_CLASS,	   /* [...] */
	TOK_DEPTH_PREFIX,  /* a leading double star and slash */
	TOK_DEPTH_MIDDLE,  /* slash, double star, slash */
	TOK_DEPTH_SUFFIX,  /* slash, double star at the end */
	TOK_OPEN,	   /* { */
	TOK_COMMA,
	TOK_CLOSE,
};

struct token {
	uint8_t kind;
	uint8_t byte;	/* TOK_BYTE */
	uint16_t class;	/* TOK_CLASS: index into classes */
};

struct byte_set {
	uint8_t bits[32];
};

static inline bool byte_set_has(const struct byte_set *set, uint8_t c)
{
	return set->bits[c >> 3] >> (c & 7) & 1;
}

/* In a glob that ignores case, bytes and classes are lower case. */
static inline uint8_t glob_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

struct glob_tokens {
	struct token *tokens;
	size_t ntokens;
	struct byte_set *classes;
};

/* Fills out from pattern; errors as glob_compile. */
int glob_parse(struct span pattern, unsigned flags, struct arena *arena,
	       struct glob_tokens *out, struct scout_err *err);

/* Records what is wrong with pattern; returns SCOUT_E_USAGE. */
int glob_bad(struct span pattern, const char *what, struct scout_err *err);

#endif
