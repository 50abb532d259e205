/*
 * A query on a text: the plain loop.
 *
 * Every word of a text is compared with the words of the query; the positions
 * found are then evaluated as those of an index would be.  No index, no
 * cleverness: this is what brute force runs on every file, and what decides
 * where the index cannot.
 *
 * A text comes in windows (tokenizer.h).  An object is used by one thread.
 */
#ifndef SCOUT_QUERY_VERIFY_TEXT_EVAL_H
#define SCOUT_QUERY_VERIFY_TEXT_EVAL_H

#include "index_format/tokenizer.h"
#include "query/filter/file_filter.h"
#include "query/match/eval.h"
#include "query/rank/rank.h"
#include "query/verify/hit_lines.h"
#include "query/verify/pattern_spans.h"
#include "query/verify/text_match.h"
#include "query/verify/word_table.h"

/* A word of the text that matched an element. */
struct word_place {
	uint64_t offset;	/* of its first byte in the text */
	uint64_t line_start;	/* offset of its line */
	uint64_t line;		/* number of its line, from 0 */
	term_pos pos;
	uint32_t len;
};

struct position_list {
	term_pos *at;
	size_t n, cap;
	size_t nheld; /* behind those, held back */
};

struct text_eval {
	const struct match_tree *tree;
	const struct word_table *words;
	bool wants_places;	/* lines will be asked for */
	bool wants_lines;	/* some distance counts lines, or by_line */
	bool by_line;
	struct token_batch *batch;
	struct word_scratch scratch;
	struct text_matcher matcher;	/* of the leaves that are no words */
	struct pattern_spans *spans;	/* by pattern: for those in a NEAR */
	bool *in_near;			/* by leaf */
	const struct file_filters *filters;
	struct regex_matcher *filter_matcher;	/* made when needed */
	struct file_facts facts;	/* of the file whose text it is */
	bool has_words;			/* some leaf is about words */
	struct match_run run;
	/* the text so far */
	struct tokenizer tokenizer;
	uint64_t window_offset;	/* of the window in the text */
	uint64_t nwords;
	uint64_t line, line_start;
	struct position_list *elements;	/* where each element stands */
	struct word_place *places;	/* by position */
	size_t nplaces, places_cap;
	size_t nplaces_held;		 /* behind those, held back */
	struct position_list line_words; /* words before each line's end */
	/* the leaves, made when asked for */
	struct position_list *leaves;
	bool *leaf_is_made;
	size_t line_hint;
	size_t *pattern_hint;	/* by pattern: by_line, first match of a line */
	/* the last window could not be used: it has no whole line, or not the
	 * whole text where that is needed */
	bool needs_wider;
	bool touches;			/* words are told to the matcher */
	bool is_sum;	/* what is on a line takes part whatever is elsewhere */
};

/* What a query comes down to where texts are read; borrowed. */
struct text_query {
	const struct match_tree *tree;
	const struct word_table *words;
	struct text_patterns *patterns;
	const struct file_filters *filters;
	bool by_line;		/* each line by itself */
	bool lines_only;	/* not where a regex or lit: matches in a line */
};

/* with_places: text_eval_lines will be called.  On failure, release it. */
int text_eval_init(struct text_eval *t, const struct text_query *query,
		   bool with_places, struct scout_err *err);
void text_eval_release(struct text_eval *t);

/*
 * What the filters say of a file (its path is borrowed until the next one):
 * VERDICT_MAYBE if it hangs on the text, which may then follow.
 */
int text_eval_file(struct text_eval *t, const struct file_facts *facts,
		   enum verdict *out, struct scout_err *err);

/* Forgets the text before. */
void text_eval_begin(struct text_eval *t);

/*
 * If t->is_sum, lines that have ended can be told before the text has: after
 * hold_back, text_eval_verdict and text_eval_lines speak of those alone; after
 * forget, of what comes then.
 */
void text_eval_hold_back(struct text_eval *t);
void text_eval_forget(struct text_eval *t);
/* How many lines have ended. */
uint64_t text_eval_lines_ended(const struct text_eval *t);

/* Bytes that what was found in the text so far takes. */
size_t text_eval_held_bytes(const struct text_eval *t);

/*
 * Takes the next window, TOKEN_PADDING readable bytes after it.  *out_used
 * bytes of it are done with; the next window starts with the rest.
 * SCOUT_E_NOMEM, SCOUT_E_LIMIT (more words than can be counted).
 */
int text_eval_window(struct text_eval *t, struct span window, bool is_last,
		     size_t *out_used, struct scout_err *err);

/* After the last window: whether the text matches.  VERDICT_MAYBE if that hangs
 * on a pattern that was given up. */
int text_eval_verdict(struct text_eval *t, enum verdict *out,
		      struct scout_err *err);

/* After the last window: counts the text, and which elements it has. */
void text_eval_tally(const struct text_eval *t, struct rank_tally *tally);

/* The first pattern that was given up somewhere in the text, and the line where
 * (from 0), or NULL. */
const struct text_pattern *text_eval_given_up(const struct text_eval *t,
					      uint64_t *out_line);

/* Of a text that matches: the lines with the occurrences that take part.
 * out is cleared first; the caller finishes it. */
int text_eval_lines(struct text_eval *t, struct hit_lines *out,
		    struct scout_err *err);

#endif
