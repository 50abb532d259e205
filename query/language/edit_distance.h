/*
 * How many typing mistakes lie between two words: restricted Damerau-Levenshtein
 * distance ("optimal string alignment"), on characters, as far as a few.
 *
 * The distances of all beginnings of a word to all beginnings of the pattern
 * are a table; only the diagonals within the greatest distance matter, and a
 * word is given up as soon as a row of it has none within.
 */
#ifndef SCOUT_QUERY_LANGUAGE_EDIT_DISTANCE_H
#define SCOUT_QUERY_LANGUAGE_EDIT_DISTANCE_H

#include "base/arena.h"
#include "base/span.h"

enum {
	FUZZY_MAX_EDITS = 3,	/* in a query */
	EDITS_MAX = 4 * FUZZY_MAX_EDITS,	/* here */
};

/* What words are compared with; never changes after it was made. */
struct edit_pattern {
	int32_t *chars;
	size_t nchars;
	unsigned max_edits;
	/* so many edits where there is no "ss" in the word, and for each that
	 * there is one more, up to max_edits; as a rule the same as max_edits */
	unsigned plain_edits;
};

/* Makes a pattern of text (valid UTF-8) in arena.  max_edits is EDITS_MAX at
 * most.  SCOUT_E_NOMEM. */
int edit_pattern_make(struct span text, unsigned max_edits,
		      struct arena *arena, struct edit_pattern *out);

/*
 * The same for words of which only the case-folded form is known, ASCII: whatever
 * is within so many edits of text (ASCII, too) has a folded form that is within
 * the pattern's distance.  Letters are folded one to one but for sharp s, which
 * is "ss": where that is counted as another letter, or one too many, it costs one
 * edit in the word and two in the folded form.
 */
int edit_pattern_make_folded(struct span text, unsigned edits,
			     struct arena *arena, struct edit_pattern *out);

/* Whether a word (valid UTF-8) is within the pattern's distance. */
bool edit_within(const struct edit_pattern *p, struct span word);

/*
 * The same; for a word that is not, *out_dead is the length in bytes of a
 * beginning (of whole characters) that no word within the distance has, or the
 * whole word's length + 1 if longer words may be within.
 */
bool edit_within_or_dead(const struct edit_pattern *p, struct span word,
			 size_t *out_dead);

#endif
