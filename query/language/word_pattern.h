/*
 * What a word has to be, as one piece of an operand says it: equal to another,
 * matched by a prefix or another glob, within a few edits, or with a part that
 * is equal to another.
 *
 * A pattern belongs to a way of folding, which words have to go through before
 * they are compared.  It never changes after it was made.
 */
#ifndef SCOUT_QUERY_LANGUAGE_WORD_PATTERN_H
#define SCOUT_QUERY_LANGUAGE_WORD_PATTERN_H

#include "base/buf.h"
#include "query/language/ast.h"
#include "query/language/edit_distance.h"

enum word_pattern_kind {
	PATTERN_WORD,	/* text: folded */
	PATTERN_PREFIX,	/* text: folded, in NFC */
	PATTERN_GLOB,	/* items */
	PATTERN_FUZZY,	/* text: folded, in NFC; edits */
	PATTERN_PART,	/* text: folded */
};

struct word_pattern {
	enum word_pattern_kind kind;
	unsigned flags;		/* enum fold_flags */
	struct span text;
	const struct glob_item *items;
	size_t nitems;
	const struct edit_pattern *edits;
};

/* The fold_flags that an operand's words go through. */
unsigned word_pattern_flags(const struct ast *leaf);

/* Makes the pattern of a piece of operand leaf in arena; what it is made of is
 * borrowed.  SCOUT_E_NOMEM. */
int word_pattern_make(const struct ast *leaf, const struct ast_piece *piece,
		      struct arena *arena, struct word_pattern *out);

/* Whether two patterns match the same words, as far as their texts tell. */
bool word_pattern_eq(const struct word_pattern *a,
		     const struct word_pattern *b);

/*
 * Whether a word matches.  raw is the word as written (for PART), composed the
 * NFC form of what it folds to (for PREFIX, GLOB, FUZZY), folded that itself
 * (for WORD).  scratch is overwritten.  SCOUT_E_NOMEM.
 */
int word_pattern_matches(const struct word_pattern *p, struct span raw,
			 struct span folded, struct span composed,
			 struct buf *scratch, bool *out);

/* True if a word glob matches a folded word: composed is the NFC form of the
 * word, folded as the glob is. */
bool word_glob_match(const struct glob_item *items, size_t nitems,
		     struct span composed);

#endif
