/*
 * A part of a regex that lies inside one word, as it is asked of terms.
 *
 * A word that is ASCII is known to the letter where its spelling is (surface.h):
 * there the part is matched as it is written, and \b is an end of the word.  Of
 * other words the term is known, in which what was beyond ASCII may have become
 * anything, or nothing; so there the part describes at least all terms of words
 * that it matches in.
 */
#ifndef SCOUT_QUERY_PLAN_WORD_REGEX_H
#define SCOUT_QUERY_PLAN_WORD_REGEX_H

#include "query/plan/word_dfa.h"

struct word_regex {
	struct word_dfa folded;
	struct word_dfa raw;
	bool has_raw;		/* else it says no more than folded */
};

/* How a part of a pattern can be asked.  trusts_words: see
 * text_need_make. */
struct word_part {
	bool is_inside;		/* all it matches is inside a word */
	bool may_vanish;	/* of that, the term may have nothing */
	bool has_others;	/* characters beyond ASCII; they may be words by
				 * themselves (CHAR_SINGLE) */
	bool is_any;		/* any word will do, or none */
	unsigned bits;		/* that it tells of a term, about */
};

struct word_part word_part_of(const struct regex_node *node, bool trusts_words);

/*
 * Makes the automata of a word in arena: a tree whose parts are inside, with
 * REGEX_BORDER between them.  If it is open at an end, anything may stand
 * there.  SCOUT_E_LIMIT, SCOUT_E_NOMEM.
 */
int word_regex_make(const struct regex_node *word, bool is_open_before,
		    bool is_open_after, struct arena *arena,
		    struct word_regex *out);

/* Whether words of a term may match; surface: the bits of enum surface that it
 * has, 0 if that is not known.  run: see word_dfa_matches. */
bool word_regex_matches(const struct word_regex *w, struct word_dfa_run *run,
			struct span term, unsigned surface);

#endif
