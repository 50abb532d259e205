/*
 * Words and lines found the plain way, one code point after the other: what the
 * tokenizer is compared with.
 */
#ifndef SCOUT_TESTS_UNIT_PLAIN_WORDS_H
#define SCOUT_TESTS_UNIT_PLAIN_WORDS_H

#include "base/buf.h"

struct plain_word {
	uint64_t start, len;	/* raw bytes of the text */
	uint64_t line;		/* from 0 */
};

struct plain_line {
	uint64_t start, len;	/* bytes, with the '\n' */
	uint64_t first_word;	/* ordinal of the first word not before it */
};

struct plain_text {
	struct buf words;	/* struct plain_word each */
	struct buf lines;	/* struct plain_line each */
};

void plain_text_init(struct plain_text *t);
void plain_text_release(struct plain_text *t);
/* Finds the words and lines of a text; what was found before is forgotten. */
void plain_text_find(struct plain_text *t, struct span text);

size_t plain_text_nwords(const struct plain_text *t);
size_t plain_text_nlines(const struct plain_text *t);
const struct plain_word *plain_text_word(const struct plain_text *t, size_t i);
const struct plain_line *plain_text_line(const struct plain_text *t, size_t i);

#endif
