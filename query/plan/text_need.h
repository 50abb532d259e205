/*
 * What the words of a text must be if a regex or lit: matches in it.
 *
 * The condition is made of phrases: words one after the other, of which the
 * first and the last may be no more than pieces of a word.  It is true of every
 * text that matches, and of others; what cannot be told is no condition.
 */
#ifndef SCOUT_QUERY_PLAN_TEXT_NEED_H
#define SCOUT_QUERY_PLAN_TEXT_NEED_H

#include "query/language/regex_tree.h"

enum {
	NEED_MAX_TEXTS = 16,	/* alternatives that are followed at a time */
	NEED_MAX_BYTES = 200,	/* of one */
	NEED_MAX_PIECES = 24,	/* pieces of words to look up in all */
};

enum need_kind {
	NEED_NOTHING,		/* any text will do */
	NEED_PHRASE,
	NEED_ALL,		/* all children */
	NEED_ONE,		/* one of the children */
};

/* A word of a phrase, folded as terms are. */
struct need_word {
	struct span folded;
	bool is_open_before;	/* the word may begin earlier, */
	bool is_open_after;	/* or go on */
};

struct text_need {
	enum need_kind kind;
	const struct need_word *words;	/* PHRASE: at least one */
	size_t nwords;
	struct text_need **child;
	size_t nchild;
};

/* Derives it from a pattern's tree, in arena.  SCOUT_E_NOMEM. */
int text_need_make(const struct regex_node *tree, struct arena *arena,
		   struct text_need **out);

#endif
