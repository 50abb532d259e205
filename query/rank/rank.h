/*
 * Which documents answer a query best.
 *
 * A document's score is the sum over the query's operands of BM25, plus
 * something for operands that stand close together and for those that its name
 * has.  What that is computed from, the facts of a document, can be had from the
 * index and from a text alike, and equal facts give equal scores.
 *
 * Shapes and models do not change once they are made and may be shared by
 * threads.
 */
#ifndef SCOUT_QUERY_RANK_RANK_H
#define SCOUT_QUERY_RANK_RANK_H

#include "query/match/eval.h"
#include "query/verify/word_table.h"

/* The operands that a query is ranked by: those not under a NOT. */
struct rank_shape {
	const struct match_tree *tree;
	unsigned *leaves;	/* in the order written */
	unsigned nleaves;
};

int rank_shape_make(const struct match_tree *tree, struct arena *arena,
		    struct rank_shape *out);

/*
 * The facts of a document, rank_facts_len numbers: its words; how often each
 * operand occurs; how far each is at least from the one before it (0: no two are
 * apart).
 */
static inline size_t rank_facts_len(const struct rank_shape *shape)
{
	return 2 * (size_t)shape->nleaves + 1;
}

static inline uint32_t rank_freq(const uint32_t *facts, unsigned i)
{
	return facts[1 + i];
}

/*
 * Collects the facts of the document at hand.  *out_known is false if the source
 * cannot tell how often some operand occurs.  SCOUT_E_NOMEM, SCOUT_E_CORRUPT.
 */
int rank_facts_collect(const struct rank_shape *shape,
		       const struct match_source *source, uint32_t nwords,
		       uint32_t *out, bool *out_known);

/* In how many documents the words of a query are: summed up over documents. */
struct rank_tally {
	uint64_t ndocs, nwords;
	uint64_t *element_docs;		/* by element of the word table */
};

int rank_tally_init(struct rank_tally *t, const struct word_table *words);
void rank_tally_clear(struct rank_tally *t, const struct word_table *words);
void rank_tally_release(struct rank_tally *t);
/* Adds what another thread counted. */
void rank_tally_add(struct rank_tally *t, const struct rank_tally *other,
		    const struct word_table *words);

struct rank_model {
	struct rank_shape shape;
	double *weights;	/* of the shape's operands */
	/* whether the weight comes from all documents; of an operand that only
	 * the text decides it comes from those that match */
	bool *is_tallied;
	double average_words;
	bool is_complete;	/* every weight is known */
};

/* Weights by the documents that were counted. */
int rank_model_make(const struct rank_shape *shape,
		    const struct word_table *words,
		    const struct rank_tally *tally, struct arena *arena,
		    struct rank_model *out);
/* The weights that are left, by the documents that match: of ndocs in all,
 * matching[i] of those have operand i. */
void rank_model_complete(struct rank_model *m, uint64_t ndocs,
			 const uint64_t *matching);

/* How well a document with those facts answers; its name apart. */
double rank_score(const struct rank_model *m, const uint32_t *facts);

/* The most that standing close and being in the name can add. */
double rank_most_extra(const struct rank_model *m);

/* What operand i adds if the name has it. */
double rank_name_bonus(const struct rank_model *m, unsigned i);

#endif
