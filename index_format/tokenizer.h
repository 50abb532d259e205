/*
 * Words and lines of a text, in batches.
 *
 * Finds maximal runs of word characters by the rules of docs/query-language.md:
 * 64 bytes at a time where the text is ASCII, code point by code point beside
 * it.  Folding is not done here (fold.h).
 *
 * A text larger than memory is fed in windows: a word that touches the end of
 * a window that is not the last stays unconsumed, and the caller carries it
 * over.  One thread at a time.
 */
#ifndef SCOUT_INDEX_FORMAT_TOKENIZER_H
#define SCOUT_INDEX_FORMAT_TOKENIZER_H

#include "base/span.h"
#include "index_format/limits.h"

enum {
	TOKEN_BATCH = 4096,
	TOKEN_PADDING = 64,	/* readable bytes wanted after every window */
};

struct token {
	uint32_t start;		/* byte offset in the window */
	uint32_t len : 31;	/* raw bytes */
	uint32_t is_ascii : 1;	/* all bytes are ASCII */
};

struct token_batch {
	uint32_t ntokens;
	uint32_t nlines;
	struct token tokens[TOKEN_BATCH];
	/* for each '\n' met: the byte after it (window offset) and the number
	 * of this batch's tokens before it */
	uint32_t line_end[TOKEN_BATCH];
	uint32_t line_tokens[TOKEN_BATCH];
};

struct tokenizer {
	const uint8_t *text;
	size_t len;
	size_t pos;	/* bytes consumed of this window */
	bool is_last;	/* nothing follows this window */
	bool skipping;	/* inside a word longer than a whole window */
	bool skipping_single;	/* ... of a script without spaces */
};

/*
 * Starts on a window of at most 2 GiB - 1 with TOKEN_PADDING readable bytes
 * after it (their values do not matter).  first: also forget the state of the
 * text before.
 */
void tokenizer_start(struct tokenizer *t, struct span window, bool is_last,
		     bool first);

/*
 * Fills out with the next tokens and lines; false when the window has no more.
 * Then t->pos bytes are consumed: the rest belongs to a word that goes on in
 * the next window.  A word that fills a whole window is given once, with the
 * length it has there.
 */
bool tokenizer_next(struct tokenizer *t, struct token_batch *out);

#endif
