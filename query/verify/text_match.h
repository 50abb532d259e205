/*
 * Where regexes and lit: match in one text.
 *
 * A text comes in windows of whole lines.  All matches of a pattern are found
 * from left to right, none overlapping another; one that is empty counts, too.
 * A match is kept as a piece for each line that it touches.  If only lines are
 * asked for, one piece is kept for each line with a match, and where the match
 * is does not count.
 *
 * An object is used by one thread.
 */
#ifndef SCOUT_QUERY_VERIFY_TEXT_MATCH_H
#define SCOUT_QUERY_VERIFY_TEXT_MATCH_H

#include "index_format/limits.h"
#include "query/verify/hit_lines.h"
#include "query/verify/text_pattern.h"

/* The part of a match that is on one line. */
struct match_piece {
	uint64_t offset;	/* of its first byte in the text */
	uint64_t line;		/* from 0 */
	uint64_t line_start;	/* offset of the line */
	uint64_t match_len;	/* bytes of the whole match */
	uint32_t len;		/* bytes of the piece, without the '\n' */
	bool is_continued;	/* the match began on a line before */
	bool has_word;		/* it touches a word */
	bool is_touched;	/* the same, and these are the first and last */
	term_pos first_word, last_word;
};

struct match_pieces {
	struct match_piece *at;
	size_t n, cap;
	bool is_cut;		/* a limit was hit: there may be more */
	uint64_t cut_line;	/* the first line where that was */
	size_t next_touch;	/* of text_matcher_touch: first piece to look
				 * at */
};

struct text_matcher {
	struct text_patterns *patterns;
	bool wants_all;		/* else whether there is one: one is kept */
	bool wants_matches;	/* else only on which lines: set after init */
	bool wants_words;	/* and which words they touch: set after init */
	struct regex_matcher *regex;
	struct match_pieces *of;	/* by pattern */
	struct line_filter_run *filters;	/* by pattern */
	/* the text so far */
	uint64_t offset, line;
};

/* SCOUT_E_NOMEM; release it whatever happened. */
int text_matcher_init(struct text_matcher *m, struct text_patterns *patterns,
		      bool wants_all);
/* Accepts a zeroed one. */
void text_matcher_release(struct text_matcher *m);

/* Forgets the text before. */
void text_matcher_begin(struct text_matcher *m);

/* The same, but the next window goes on. */
void text_matcher_forget(struct text_matcher *m);

/* Bytes that the matches found so far take. */
size_t text_matcher_held_bytes(const struct text_matcher *m);

/*
 * Takes the next window: whole lines, and the whole text if any pattern spans
 * lines.  *out_needs_words says that its words are to be given to
 * text_matcher_touch.  SCOUT_E_NOMEM.
 */
int text_matcher_window(struct text_matcher *m, struct span window,
			bool *out_needs_words);

/* A word of the last window, bytes [start, end) of the text, and its position;
 * in order. */
void text_matcher_touch(struct text_matcher *m, uint64_t start, uint64_t end,
			term_pos pos);

/* Puts all matches of a pattern, as occurrences of its leaf. */
int text_matcher_put(const struct text_matcher *m, unsigned pattern,
		     struct hit_lines *out);
/* The same for the match whose pieces begin at i. */
int text_matcher_put_match(const struct text_matcher *m, unsigned pattern,
			   size_t i, struct hit_lines *out);
/* The same for those on the line of its i-th piece, which is the first there; no
 * pattern spans lines. */
int text_matcher_put_line(const struct text_matcher *m, unsigned pattern,
			  size_t i, struct hit_lines *out);

#endif
