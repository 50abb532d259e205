/*
 * Occurrences: where operands stand in one document, in word positions.
 *
 * A leaf is an operand that is looked up as such (a word, a glob, a phrase of
 * those).  All occurrences of these span the same number of positions, so a list
 * of their first positions says everything; a leaf that matches runs of words
 * of any length gives their last positions too.  Where a list comes from - the
 * index, or the words of a text - is not known here.
 *
 * A new kind of leaf plugs in at these places: match_tree.c lets it pass
 * (is_leaf) and says when two of its kind are the same (same_leaf); the two
 * sources (index_leaf in plan/segment_run.c, text_leaf in verify/text_eval.c)
 * fill a struct leaf_spans for it.  Nothing in match/ has to know it: with
 * `last` NULL it goes the ways of words, else those of spans of any length.
 */
#ifndef SCOUT_QUERY_MATCH_SPANS_H
#define SCOUT_QUERY_MATCH_SPANS_H

#include "base/arena.h"
#include "base/err.h"
#include "index_format/limits.h"

/* The occurrences of a leaf in one document; borrowed. */
struct leaf_spans {
	const term_pos *first;	/* ascending; NULL if only_present */
	/* NULL if each spans len positions; else where each ends, ascending
	 * where firsts are equal, and no span is there twice */
	const term_pos *last;
	size_t n;
	uint32_t len;		/* positions that each spans, without last */
	bool is_exact;		/* else the text may have fewer */
	bool only_present;	/* n is 1 or 0, and where is not told */
	bool in_text;		/* the same, and the source knows where: its
				 * occurrences are parts of the text */
};

/* The last position of occurrence i. */
static inline term_pos leaf_span_last(const struct leaf_spans *s, size_t i)
{
	return s->last ? s->last[i] : s->first[i] + s->len - 1;
}

/* An occurrence that takes part in a match. */
struct hit {
	term_pos first;
	term_pos last;
	uint32_t leaf;
};

/* Hits, collected in runs that are each sorted by first. */
struct hit_list {
	struct hit *hits;
	size_t n, cap;
	size_t *runs;		/* index of the first hit of each run */
	size_t nruns, runs_cap;
};

void hit_list_release(struct hit_list *list);
void hit_list_clear(struct hit_list *list);
/* What is put next begins a run of its own.  SCOUT_E_NOMEM. */
int hit_list_begin_run(struct hit_list *list);
/* Adds to the last run.  SCOUT_E_NOMEM. */
int hit_list_put(struct hit_list *list, const struct hit *hit);
/*
 * Makes one run of all, by first, then last, then leaf; with unique, of hits
 * with the same span only that of the lowest leaf stays.  scratch is borrowed
 * for the call.  SCOUT_E_NOMEM.
 */
int hit_list_sort(struct hit_list *list, bool unique, struct arena *scratch);
/* The same for the hits from index `from` on, which all runs are of; what is
 * before is in order and goes before. */
int hit_list_sort_from(struct hit_list *list, size_t from, bool unique,
		       struct arena *scratch);

/*
 * Index of the first element of a[0..n) that is > value, n if none.  hint is an
 * index where to look first; the search gallops from there, so that a series of
 * near-by searches costs little each.
 */
size_t positions_after(const term_pos *a, size_t n, uint64_t value,
		       size_t hint);

/* The positions of one piece of a phrase in a document. */
struct piece_spans {
	const term_pos *at;	/* ascending */
	size_t n;
	size_t hint;		/* private: where the last search ended */
};

/*
 * The occurrences of a phrase: pieces at consecutive positions.  Writes the
 * first positions to out, which has room for as many as the rarest piece has,
 * and returns how many; with at_most, stops there.
 */
size_t phrase_join(struct piece_spans *pieces, size_t npieces, size_t at_most,
		   term_pos *out);

#endif
