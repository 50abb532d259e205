#include "plain_words.h"

#include "index_format/fold.h"

void plain_text_init(struct plain_text *t)
{
	buf_init(&t->words, MEM_OTHER);
	buf_init(&t->lines, MEM_OTHER);
}

void plain_text_release(struct plain_text *t)
{
	buf_release(&t->words);
	buf_release(&t->lines);
}

size_t plain_text_nwords(const struct plain_text *t)
{
	return t->words.len / sizeof(struct plain_word);
}

size_t plain_text_nlines(const struct plain_text *t)
{
	return t->lines.len / sizeof(struct plain_line);
}

const struct plain_word *plain_text_word(const struct plain_text *t, size_t i)
{
	return (const struct plain_word *)t->words.ptr + i;
}

const struct plain_line *plain_text_line(const struct plain_text *t, size_t i)
{
	return (const struct plain_line *)t->lines.ptr + i;
}

enum open_kind { NO_WORD, WORD, SINGLE_WORD };

/* What a character does to the open word. */
enum effect { PASSES, ENDS, JOINS, BEGINS };

static enum effect effect_of(enum char_class class, enum open_kind open)
{
	switch (class) {
	case CHAR_IGNORABLE:
		return PASSES;
	case CHAR_WORD:
		return open == WORD ? JOINS : BEGINS;
	case CHAR_MARK:
		return open == NO_WORD ? BEGINS : JOINS;
	case CHAR_SINGLE:
		return BEGINS;
	case CHAR_SINGLE_MARK:
		return open == SINGLE_WORD ? JOINS : BEGINS;
	default:
		return ENDS;
	}
}

static void put_line(struct plain_text *t, uint64_t start, uint64_t end,
		     uint64_t first_word)
{
	struct plain_line l = { start, end - start, first_word };

	buf_put(&t->lines, &l, sizeof(l));
}

void plain_text_find(struct plain_text *t, struct span text)
{
	const uint8_t *end = text.ptr + text.len;
	struct plain_word word = { 0 };
	enum open_kind open = NO_WORD;
	uint64_t line_start = 0, line_word = 0, line = 0;
	size_t pos = 0;

	buf_clear(&t->words);
	buf_clear(&t->lines);
	while (pos < text.len) {
		enum char_class class = CHAR_OTHER;
		enum effect effect;
		int32_t cp;
		unsigned n = utf8_decode(text.ptr + pos, end, &cp);

		if (n)
			class = char_class_of(cp);
		else
			n = 1;	/* an invalid byte separates */
		effect = effect_of(class, open);
		if (open != NO_WORD && (effect == ENDS || effect == BEGINS)) {
			buf_put(&t->words, &word, sizeof(word));
			open = NO_WORD;
		}
		if (effect == BEGINS) {
			word.start = pos;
			word.line = line;
			open = class == CHAR_SINGLE ||
			       class == CHAR_SINGLE_MARK ? SINGLE_WORD : WORD;
		}
		pos += n;
		if (effect == BEGINS || effect == JOINS)
			word.len = pos - word.start;
		if (cp == '\n') {
			put_line(t, line_start, pos, line_word);
			line_start = pos;
			line_word = plain_text_nwords(t);
			line++;
		}
	}
	if (open != NO_WORD)
		buf_put(&t->words, &word, sizeof(word));
	if (line_start < text.len)
		put_line(t, line_start, text.len, line_word);
}
