/*
 * The parts of a word: parseHTTPHeader2 is parse, HTTP, Header and 2.
 *
 * They are found in the word as it is written: at connectors such as _, from
 * lower to upper case, before the last upper-case letter of a run that lower
 * case follows, and between letters and numbers.  Marks and ignorable characters
 * stay with what they follow.
 */
#ifndef SCOUT_QUERY_LANGUAGE_WORD_PARTS_H
#define SCOUT_QUERY_LANGUAGE_WORD_PARTS_H

#include "base/span.h"

struct part_walk {
	const uint8_t *p;
	const uint8_t *end;
};

static inline void part_walk_start(struct part_walk *w, struct span word)
{
	w->p = word.ptr;
	w->end = word.ptr + word.len;
}

/* The next part of a word (valid UTF-8); false after the last. */
bool part_walk_next(struct part_walk *w, struct span *out);

#endif
