#include "query/rank/rank_top.h"

#include "index_format/length_norm.h"
#include "query/rank/bm25.h"

/* Sums of the same numbers in another order may differ that much. */
#define ROUNDING 1e-9

/* --- The best so far ----------------------------------------------------- */

int rank_top_init(struct rank_top *t, const struct rank_model *model,
		  struct rank_namer *namer, size_t n, struct arena *arena)
{
	*t = (struct rank_top){ .model = model, .namer = namer, .cap = n };
	t->scores = arena_alloc(arena, n * sizeof(*t->scores));
	return t->scores ? SCOUT_OK : SCOUT_E_NOMEM;
}

double rank_top_threshold(const struct rank_top *t)
{
	return !t->n || t->n < t->cap ? 0 : t->scores[0];
}

static void swap(double *a, double *b)
{
	double x = *a;

	*a = *b;
	*b = x;
}

static void sift_up(double *heap, size_t i)
{
	for (; i && heap[(i - 1) / 2] > heap[i]; i = (i - 1) / 2)
		swap(&heap[(i - 1) / 2], &heap[i]);
}

static void sift_down(double *heap, size_t n)
{
	size_t i = 0, child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && heap[child + 1] < heap[child])
			child++;
		if (heap[i] <= heap[child])
			break;
		swap(&heap[i], &heap[child]);
		i = child;
	}
}

static void put_score(struct rank_top *t, double score)
{
	if (t->n < t->cap) {
		t->scores[t->n] = score;
		sift_up(t->scores, t->n++);
	} else if (score > t->scores[0]) {
		t->scores[0] = score;
		sift_down(t->scores, t->n);
	}
}

static bool reaches(struct rank_top *t, double most)
{
	if (most * (1 + ROUNDING) >= rank_top_threshold(t))
		return true;
	t->left_out = true;
	return false;
}

/* --- Bounds -------------------------------------------------------------- */

/* What a leaf can be worth in the blocks where doc is. */
struct leaf_bound {
	uint32_t freq, nwords;
	doc_id last;		/* for documents up to that one */
};

/* A piece narrows what is known of its leaf. */
static int bound_piece(struct word_cursor *w, doc_id doc, struct leaf_bound *b)
{
	struct posting_bound p;
	int rc;

	if (w->kind == CURSOR_NONE)
		b->freq = 0;
	if (w->kind != CURSOR_POSTINGS)
		return SCOUT_OK;
	rc = posting_block_bound(w->postings, doc, &p);
	if (rc < 0)
		return rc;
	if (p.max_freq < b->freq)
		b->freq = p.max_freq;
	if (length_of_norm(p.min_norm) > b->nwords)
		b->nwords = length_of_norm(p.min_norm);
	if (p.last_doc < b->last)
		b->last = p.last_doc;
	return SCOUT_OK;
}

static double worth(const struct rank_model *m, unsigned i, uint32_t freq,
		    uint32_t nwords)
{
	return m->weights[i] * bm25_saturation(freq, nwords, m->average_words);
}

int rank_top_may_have(struct rank_top *t, struct segment_run *run, bool *out,
		      doc_id *out_next)
{
	const struct rank_model *m = t->model;
	double most = rank_most_extra(m);
	doc_id last = DOC_NONE - 1;
	unsigned i;
	size_t p;
	int rc;

	*out = true;
	if (t->n < t->cap)
		return SCOUT_OK;
	for (i = 0; i < m->shape.nleaves; i++) {
		struct leaf_run *l = &run->leaves[m->shape.leaves[i]];
		struct leaf_bound b = { .freq = UINT32_MAX,
					.last = DOC_NONE - 1 };

		for (p = 0; l->words && p < l->plan->npieces; p++) {
			rc = bound_piece(&l->words[p], run->doc, &b);
			if (rc < 0)
				return rc;
		}
		most += worth(m, i, b.freq, b.nwords);
		last = b.last < last ? b.last : last;
	}
	*out = reaches(t, most);
	*out_next = last + 1;
	return SCOUT_OK;
}

/* How often a leaf occurs at most in the document at hand. */
static int most_of_leaf(struct segment_run *run, struct leaf_run *l,
			uint32_t *out)
{
	struct word_cursor *w = l->words;
	int rc = SCOUT_OK;

	*out = UINT32_MAX;
	if (!w || l->plan->npieces != 1 || w->kind != CURSOR_POSTINGS)
		return SCOUT_OK;
	if (w->doc != run->doc)
		rc = word_cursor_seek(w, run->doc);
	if (rc < 0)
		return rc;
	*out = 0;
	return w->doc == run->doc ? posting_freq(w->postings, out) : SCOUT_OK;
}

int rank_top_may_have_freqs(struct rank_top *t, struct segment_run *run,
			    bool *out)
{
	const struct rank_model *m = t->model;
	double most = rank_most_extra(m);
	uint32_t freq;
	unsigned i;
	int rc;

	*out = true;
	if (t->n < t->cap)
		return SCOUT_OK;
	for (i = 0; i < m->shape.nleaves; i++) {
		rc = most_of_leaf(run, &run->leaves[m->shape.leaves[i]],
				  &freq);
		if (rc < 0)
			return rc;
		most += worth(m, i, freq, run->info.nwords);
	}
	*out = reaches(t, most);
	return SCOUT_OK;
}

int rank_top_put(struct rank_top *t, const uint32_t *facts, struct span path,
		 bool *out, struct scout_err *err)
{
	double score = rank_score(t->model, facts), bonus;
	int rc;

	*out = reaches(t, score + rank_most_extra(t->model));
	if (!*out)
		return SCOUT_OK;
	rc = rank_namer_bonus(t->namer, t->model, path, &bonus, err);
	if (rc < 0)
		return rc;
	*out = reaches(t, score + bonus);
	if (*out)
		put_score(t, score + bonus);
	return SCOUT_OK;
}
