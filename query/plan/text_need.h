/*
 * What the words of a text must be if a regex or lit: matches in it.
 *
 * The condition is made of phrases: words one after the other, of which the
 * first and the last may be no more than pieces of a word, and of which classes
 * and repeats may be parts.  It is true of every text that matches, and of
 * others; what cannot be told is no condition.
 */
#ifndef SCOUT_QUERY_PLAN_TEXT_NEED_H
#define SCOUT_QUERY_PLAN_TEXT_NEED_H

#include "query/language/regex_tree.h"
#include "query/plan/word_regex.h"

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

/* A word of a phrase. */
struct need_word {
	bool is_open_before;	/* the word may begin earlier, */
	bool is_open_after;	/* or go on */
	bool is_single;		/* any word of a script without spaces */
	/* what terms of it have, folded: all of it if it has no other parts,
	 * else the longest literal; may be empty then */
	struct span folded;
	bool is_literal;	/* it has no other parts */
	struct span shown;	/* what is asked for, for people */
	/* what terms of it match; NULL: as its literal says */
	const struct word_regex *regex;
	/* all literals, in order */
	const struct span *literals;
	size_t nliterals;
	bool starts_with_literal;	/* ... folded, where the word begins */
	bool ends_with_literal;		/* the last one, where it ends */
	unsigned strength;	/* how much it says, in letters, about */
};

struct text_need {
	enum need_kind kind;
	const struct need_word *words;	/* PHRASE: at least one */
	size_t nwords;
	struct text_need **child;
	size_t nchild;
};

/*
 * Derives it from a pattern's tree, in arena.  trusts_words: what PCRE2 takes
 * for letters and numbers is so for scout too, as its tables are not newer.
 * SCOUT_E_NOMEM.
 */
int text_need_make(const struct regex_node *tree, bool trusts_words,
		   struct arena *arena, struct text_need **out);

#endif
