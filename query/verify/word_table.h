/*
 * The words of a query, as a text's words are compared with them.
 *
 * An element is a distinct pattern (word_pattern.h): a word, a glob, ..., in a
 * distinct way of comparing (case, accents); the pieces of leaves refer to
 * elements by number.  Comparing is on the whole word, whatever the index keeps
 * of it.  The table never changes after it was made and may be shared by
 * threads; each has a scratch of its own.
 */
#ifndef SCOUT_QUERY_VERIFY_WORD_TABLE_H
#define SCOUT_QUERY_VERIFY_WORD_TABLE_H

#include "base/buf.h"
#include "query/language/word_pattern.h"
#include "query/match/eval.h"

enum { WORD_VARIANTS = 4 };	/* combinations of enum fold_flags */

struct word_element {
	struct word_pattern pattern;
	uint32_t next;		/* in the same list; UINT32_MAX ends */
};

struct word_table {
	struct word_element *elements;
	uint32_t nelements;
	uint32_t **pieces;	/* pieces[leaf][i]: element number */
	unsigned variants;	/* bit for each value of flags in use */
	unsigned composed_variants;	/* ... by other patterns than words */
	uint32_t *slots;	/* hash table of the plain words */
	uint32_t nslots;	/* a power of two */
	uint32_t prefixes[257];	/* by first byte; last those without text */
	uint32_t others;	/* all that is neither */
	/* for ASCII words: bit n of lengths[c] if a word of n bytes that
	 * starts with c (lower case) may match; 63 is 63 and more */
	uint64_t lengths[128];
};

/* Makes the table of a tree's leaves in arena.  SCOUT_E_NOMEM. */
int word_table_make(const struct match_tree *tree, struct arena *arena,
		    struct word_table *out, struct scout_err *err);

/* What a thread needs to compare words. */
struct word_scratch {
	struct buf folded;
	struct buf composed;
	struct buf part;
	uint32_t *found;	/* room for all elements */
	uint32_t nfound;	/* elements that the last word matched */
};

int word_scratch_init(struct word_scratch *s, const struct word_table *t);
void word_scratch_release(struct word_scratch *s);

/* False if an ASCII word (never empty) matches nothing, without looking at more
 * than its first byte. */
static inline bool word_table_may_match(const struct word_table *t,
					uint8_t first, size_t len)
{
	uint8_t c = first >= 'A' && first <= 'Z' ? first | 0x20 : first;

	return t->lengths[c & 127] >> (len < 63 ? len : 63) & 1;
}

/* Finds the elements that an ASCII word matches: s->found.  SCOUT_E_NOMEM. */
int word_table_match_ascii(const struct word_table *t, struct span word,
			   struct word_scratch *s);
/* The same for any word.  *out_is_word is false if it folds to nothing. */
int word_table_match(const struct word_table *t, struct span word,
		     struct word_scratch *s, bool *out_is_word);

/* Whether a word that is not ASCII folds to something: else it is no word. */
int word_is_word(struct span word, struct word_scratch *s, bool *out);

/* Whether a word (not empty) matches one element. */
int word_element_matches(const struct word_table *t, uint32_t element,
			 struct span word, bool is_ascii,
			 struct word_scratch *s, bool *out);

#endif
