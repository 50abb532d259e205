/*
 * Documents that may match, by the words in them: iterators over one segment.
 *
 * A word cursor stands on the documents of one term or expansion, and gives
 * positions there.  A document iterator combines cursors by AND and OR into the
 * documents that a node of the query needs to look at: all that match, and as
 * few others as can be told without positions.
 *
 * An iterator moves its cursors only forward, and never past a document that it
 * has not given yet, so that whoever evaluates that document may move the same
 * cursors up to it.
 */
#ifndef SCOUT_QUERY_MATCH_ITER_H
#define SCOUT_QUERY_MATCH_ITER_H

#include "index_format/posting_pair.h"
#include "query/match/spans.h"
#include "query/plan/expand.h"

enum cursor_kind {
	CURSOR_NONE,		/* no document */
	CURSOR_POSTINGS,	/* a term */
	CURSOR_EXPANSION,	/* a prefix */
};

struct word_cursor {
	enum cursor_kind kind;
	doc_id doc;		/* current; DOC_NONE before the first and after
				 * the last */
	doc_id ndocs;		/* how many in all */
	struct posting_cursor *postings;
	struct segment_reader *seg;
	const struct expansion *expansion;
	size_t index;		/* of doc in the expansion's lists */
};

/* Each stands before its first document then, with doc DOC_NONE: seek.
 * SCOUT_E_CORRUPT, SCOUT_E_NOMEM. */
int word_cursor_open_term(struct word_cursor *c, struct segment_reader *seg,
			  const struct term_info *info, struct arena *arena);
void word_cursor_open_expansion(struct word_cursor *c,
				struct segment_reader *seg,
				const struct expansion *expansion);
void word_cursor_open_none(struct word_cursor *c);
/* Accepts a zeroed one. */
void word_cursor_close(struct word_cursor *c);

/* Goes to the first document >= target, if that is not behind: c->doc. */
int word_cursor_seek(struct word_cursor *c, doc_id target);

/* Whether it can tell positions. */
static inline bool word_cursor_has_positions(const struct word_cursor *c)
{
	return c->kind != CURSOR_EXPANSION || c->expansion->has_positions;
}

/* Those in the current document; borrowed until the cursor moves. */
int word_cursor_positions(struct word_cursor *c, struct piece_spans *out);

enum iter_kind {
	ITER_NONE,
	ITER_ALL,
	ITER_WORD,
	ITER_AND,
	ITER_OR,
	ITER_TEST,
};

/* A condition on documents that is looked at one by one. */
struct doc_test {
	int (*passes)(void *ctx, doc_id doc, bool *out);
	void *ctx;
	doc_id from, to;	/* others do not pass; to is not included */
};

struct doc_iter {
	enum iter_kind kind;
	doc_id doc;		/* current, DOC_NONE after the last */
	bool is_started;	/* OR: its children stand somewhere */
	doc_id cost;		/* documents it gives, at most, about */
	doc_id ndocs;		/* of the segment: ITER_ALL */
	struct word_cursor *word;
	struct doc_test test;
	struct doc_iter **child;	/* AND: cheapest first */
	size_t nchild;
	struct posting_pair *pair;	/* AND: of the first two, or NULL */
};

/* Makes iterators in arena; NULL when memory is short.  Children are borrowed;
 * those of AND and OR may be reduced to something simpler. */
struct doc_iter *doc_iter_all(struct segment_reader *seg, struct arena *arena);
struct doc_iter *doc_iter_word(struct word_cursor *word, struct arena *arena);
struct doc_iter *doc_iter_test(const struct doc_test *test,
			       struct arena *arena);
struct doc_iter *doc_iter_and(struct doc_iter **child, size_t n,
			      struct arena *arena);
struct doc_iter *doc_iter_or(struct doc_iter **child, size_t n,
			     struct arena *arena);

/* Stands on the first document then: it->doc. */
int doc_iter_start(struct doc_iter *it);
/* Goes to the first document >= target; target must not be behind. */
int doc_iter_seek(struct doc_iter *it, doc_id target);

/*
 * Sets the bit of every document of a fresh iterator (not started; its words'
 * cursors as they were opened).  Faster than going through them where they are
 * many.  scratch holds sets for the call.  Not for tests.
 */
int doc_iter_fill(struct doc_iter *it, uint64_t *set, doc_id ndocs,
		  struct arena *scratch);

#endif
