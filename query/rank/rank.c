#include "query/rank/rank.h"

#include "query/rank/bm25.h"

/* Of the rarer of two operands' weights: two next to each other. */
#define PROXIMITY_BONUS 0.25
/* Of an operand's weight: the file's name has it. */
#define NAME_BONUS 0.5

/* --- Which operands ------------------------------------------------------ */

static void collect_leaves(struct rank_shape *s, const struct match_node *node)
{
	size_t i, n = node->nchild;

	if (node->kind == AST_NOT || node->kind == AST_FILTER)
		return;
	if (match_node_is_leaf(node)) {
		s->leaves[s->nleaves++] = node->leaf;
		return;
	}
	if (node->kind == AST_NOT_NEAR)
		n = 1;
	for (i = 0; i < n; i++)
		collect_leaves(s, node->child[i]);
}

/* The tree may have them in another order than the query. */
static int compare_leaves(const void *va, const void *vb)
{
	const unsigned *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

int rank_shape_make(const struct match_tree *tree, struct arena *arena,
		    struct rank_shape *out)
{
	*out = (struct rank_shape){ .tree = tree };
	out->leaves = arena_calloc(arena, tree->nleaves + 1,
				   sizeof(*out->leaves));
	if (!out->leaves)
		return SCOUT_E_NOMEM;
	collect_leaves(out, tree->root);
	qsort(out->leaves, out->nleaves, sizeof(*out->leaves), compare_leaves);
	return SCOUT_OK;
}

/* --- Facts --------------------------------------------------------------- */

/* The least distance from the end of one of a to the start of one of b. */
static uint64_t least_step(const struct leaf_spans *a,
			   const struct leaf_spans *b)
{
	uint64_t best = UINT64_MAX, end;
	size_t i, next = 0;

	for (i = 0; i < a->n; i++) {
		end = leaf_span_last(a, i);
		next = positions_after(b->first, b->n, end, next);
		if (next < b->n && b->first[next] - end < best)
			best = b->first[next] - end;
	}
	return best;
}

/* The least distance between occurrences that do not overlap, or 0. */
static uint32_t least_gap(const struct leaf_spans *a,
			  const struct leaf_spans *b)
{
	uint64_t there = least_step(a, b), back = least_step(b, a);
	uint64_t least = there < back ? there : back;

	return least > UINT32_MAX ? 0 : (uint32_t)least;
}

int rank_facts_collect(const struct rank_shape *shape,
		       const struct match_source *source, uint32_t nwords,
		       uint32_t *out, bool *out_known)
{
	struct leaf_spans before = { .first = NULL }, spans;
	uint32_t *freqs = out + 1, *gaps = freqs + shape->nleaves;
	unsigned i;
	int rc;

	*out_known = true;
	out[0] = nwords;
	for (i = 0; i < shape->nleaves; i++) {
		rc = source->leaf(source->ctx, shape->leaves[i], true, &spans);
		if (rc < 0)
			return rc;
		if (spans.n && !spans.is_exact)
			*out_known = false;
		if (spans.n && spans.only_present && !spans.in_text)
			*out_known = false;
		freqs[i] = (uint32_t)(spans.n < UINT32_MAX ? spans.n :
							     UINT32_MAX);
		gaps[i] = i && before.first && spans.first ?
				  least_gap(&before, &spans) : 0;
		before = spans;
	}
	return SCOUT_OK;
}

/* --- Counting documents -------------------------------------------------- */

int rank_tally_init(struct rank_tally *t, const struct word_table *words)
{
	*t = (struct rank_tally){ .ndocs = 0 };
	t->element_docs = scout_calloc(MEM_QUERY, words->nelements + 1,
				       sizeof(*t->element_docs));
	return t->element_docs ? SCOUT_OK : SCOUT_E_NOMEM;
}

void rank_tally_clear(struct rank_tally *t, const struct word_table *words)
{
	t->ndocs = t->nwords = 0;
	memset(t->element_docs, 0,
	       words->nelements * sizeof(*t->element_docs));
}

void rank_tally_release(struct rank_tally *t)
{
	scout_free(t->element_docs);
	t->element_docs = NULL;
}

void rank_tally_add(struct rank_tally *t, const struct rank_tally *other,
		    const struct word_table *words)
{
	uint32_t i;

	t->ndocs += other->ndocs;
	t->nwords += other->nwords;
	for (i = 0; i < words->nelements; i++)
		t->element_docs[i] += other->element_docs[i];
}

/* --- Scores -------------------------------------------------------------- */

/* Whether an index counts the documents of the operand's words exactly. */
static bool is_tallied(const struct ast *leaf)
{
	return (leaf->kind == AST_WORDS || leaf->kind == AST_FUZZY) &&
	       !leaf->sensitive && !leaf->no_marks;
}

int rank_model_make(const struct rank_shape *shape,
		    const struct word_table *words,
		    const struct rank_tally *tally, struct arena *arena,
		    struct rank_model *out)
{
	unsigned i;
	size_t p;

	*out = (struct rank_model){ .shape = *shape, .is_complete = true };
	out->weights = arena_calloc(arena, shape->nleaves + 1,
				    sizeof(*out->weights));
	out->is_tallied = arena_calloc(arena, shape->nleaves + 1,
				       sizeof(*out->is_tallied));
	if (!out->weights || !out->is_tallied)
		return SCOUT_E_NOMEM;
	out->average_words = tally->ndocs ? (double)tally->nwords /
					    (double)tally->ndocs : 0;
	for (i = 0; i < shape->nleaves; i++) {
		unsigned leaf = shape->leaves[i];
		const struct ast *node = shape->tree->leaves[leaf];

		out->is_tallied[i] = is_tallied(node);
		out->is_complete &= out->is_tallied[i];
		for (p = 0; out->is_tallied[i] && p < node->npieces; p++)
			out->weights[i] += bm25_idf(
				tally->ndocs,
				tally->element_docs[words->pieces[leaf][p]]);
	}
	return SCOUT_OK;
}

void rank_model_complete(struct rank_model *m, uint64_t ndocs,
			 const uint64_t *matching)
{
	unsigned i;

	for (i = 0; i < m->shape.nleaves; i++)
		if (!m->is_tallied[i])
			m->weights[i] = bm25_idf(ndocs, matching[i]);
	m->is_complete = true;
}

/* Of operand i and the one before it, if they stand next to each other. */
static double closeness(const struct rank_model *m, unsigned i)
{
	double a = m->weights[i - 1], b = m->weights[i];

	return PROXIMITY_BONUS * (a < b ? a : b);
}

double rank_score(const struct rank_model *m, const uint32_t *facts)
{
	const uint32_t *gaps = facts + 1 + m->shape.nleaves;
	double score = 0;
	unsigned i;

	for (i = 0; i < m->shape.nleaves; i++) {
		score += m->weights[i] *
			 bm25_saturation(rank_freq(facts, i), facts[0],
					 m->average_words);
		if (gaps[i])
			score += closeness(m, i) /
				 ((double)gaps[i] * (double)gaps[i]);
	}
	return score;
}

double rank_name_bonus(const struct rank_model *m, unsigned i)
{
	return NAME_BONUS * m->weights[i];
}

double rank_most_extra(const struct rank_model *m)
{
	double sum = 0;
	unsigned i;

	for (i = 0; i < m->shape.nleaves; i++)
		sum += rank_name_bonus(m, i) + (i ? closeness(m, i) : 0);
	return sum;
}
