/*
 * From the texts that a regex may match to conditions on words; for
 * text_need.c.
 *
 * A text stands between two places where more may follow.  Anything in it that
 * parts words, a line break too, is a blank: all that counts is where words
 * end.  In an ASCII text there may be, beside letters, what the enum below has.
 */
#ifndef SCOUT_QUERY_PLAN_NEED_WORDS_H
#define SCOUT_QUERY_PLAN_NEED_WORDS_H

#include "base/buf.h"
#include "index_format/tokenizer.h"
#include "query/plan/text_need.h"

enum {
	TEXT_ATOM = 1,		/* a part of a word; its number follows */
	TEXT_BORDER = 2,	/* \b */
	TEXT_ANY_CASE = 3,	/* the letter that follows, in either case */
	NEED_MAX_ATOMS = 90,
	NEED_FIRST_ATOM = ' ' + 1,	/* number of the first one */
};

struct need_maker {
	struct arena *arena;
	bool trusts_words;
	struct token_batch *batch;
	struct buf text, fold;
	const struct regex_node *atoms[NEED_MAX_ATOMS];
	unsigned natoms;
	size_t npieces;
	bool failed;		/* memory is short */
};

/* NEED_NOTHING. */
extern struct text_need need_nothing;

/* Release it whatever happened; see k->failed. */
void need_maker_init(struct need_maker *k, bool trusts_words,
		     struct arena *arena);
void need_maker_release(struct need_maker *k);

/* size zeroed bytes, or NULL. */
void *need_alloc(struct need_maker *k, size_t size);

/* Adds an atom, a node that is inside a word (word_part_of); returns its number,
 * or -1 if there are too many. */
int need_add_atom(struct need_maker *k, const struct regex_node *node);

/* Joins conditions that are there; NEED_ALL drops those that ask nothing and
 * those that are likely to say little, and with one that asks nothing NEED_ONE
 * asks nothing. */
struct text_need *need_join(struct need_maker *k, enum need_kind kind,
			    struct text_need **needs, size_t n);

/* The condition that one of at most NEED_MAX_TEXTS texts is there. */
struct text_need *need_of_texts(struct need_maker *k, const struct span *texts,
				size_t n);

#endif
