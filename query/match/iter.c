#include "query/match/iter.h"

/* --- Words --------------------------------------------------------------- */

int word_cursor_open_term(struct word_cursor *c, struct segment_reader *seg,
			  const struct term_info *info, struct arena *arena)
{
	*c = (struct word_cursor){ .kind = CURSOR_POSTINGS, .seg = seg,
				   .doc = DOC_NONE, .ndocs = info->df };
	c->postings = arena_alloc(arena, sizeof(*c->postings));
	if (!c->postings)
		return SCOUT_E_NOMEM;
	return posting_cursor_init(c->postings, seg, info);
}

void word_cursor_open_expansion(struct word_cursor *c,
				struct segment_reader *seg,
				const struct expansion *expansion)
{
	*c = (struct word_cursor){ .kind = CURSOR_EXPANSION, .seg = seg,
				   .doc = DOC_NONE,
				   .ndocs = expansion->ndocs,
				   .expansion = expansion };
}

void word_cursor_open_none(struct word_cursor *c)
{
	*c = (struct word_cursor){ .kind = CURSOR_NONE, .doc = DOC_NONE };
}

void word_cursor_close(struct word_cursor *c)
{
	if (c->postings)
		posting_cursor_release(c->postings);
	c->postings = NULL;
}

static int seek_postings(struct word_cursor *c, doc_id target)
{
	int rc = posting_seek(c->postings, target);

	if (rc < 0)
		return rc;
	c->doc = c->postings->doc;
	return SCOUT_OK;
}

static void seek_expansion(struct word_cursor *c, doc_id target)
{
	const struct expansion *x = c->expansion;

	if (!x->has_positions) {
		c->doc = set_next(x->set, c->seg->ndocs, target);
		return;
	}
	if (target)
		c->index = positions_after(x->lists.docs, x->lists.ndocs,
					   target - 1, c->index);
	c->doc = c->index < x->lists.ndocs ? x->lists.docs[c->index] :
					     DOC_NONE;
}

int word_cursor_seek(struct word_cursor *c, doc_id target)
{
	switch (c->kind) {
	case CURSOR_POSTINGS:
		return seek_postings(c, target);
	case CURSOR_EXPANSION:
		seek_expansion(c, target);
		return SCOUT_OK;
	default:
		return SCOUT_OK;
	}
}

int word_cursor_positions(struct word_cursor *c, struct piece_spans *out)
{
	const struct position_lists *x;
	uint32_t n;
	int rc;

	if (c->kind == CURSOR_EXPANSION) {
		x = &c->expansion->lists;
		out->at = x->positions + x->start[c->index];
		out->n = x->start[c->index + 1] - x->start[c->index];
		return SCOUT_OK;
	}
	rc = posting_positions(c->postings, &out->at, &n);
	if (rc == SCOUT_OK)
		out->n = n;
	return rc;
}

/* --- Making -------------------------------------------------------------- */

static struct doc_iter *make(enum iter_kind kind, struct arena *arena)
{
	struct doc_iter *it = arena_calloc(arena, 1, sizeof(*it));

	if (it) {
		it->kind = kind;
		it->doc = DOC_NONE;
	}
	return it;
}

struct doc_iter *doc_iter_all(struct segment_reader *seg, struct arena *arena)
{
	struct doc_iter *it = make(ITER_ALL, arena);

	if (it)
		it->cost = it->ndocs = seg->ndocs;
	return it;
}

struct doc_iter *doc_iter_word(struct word_cursor *word, struct arena *arena)
{
	struct doc_iter *it = make(word->kind == CURSOR_NONE ? ITER_NONE :
							       ITER_WORD,
				   arena);

	if (it) {
		it->word = word;
		it->cost = word->ndocs;
	}
	return it;
}

struct doc_iter *doc_iter_test(const struct doc_test *test, struct arena *arena)
{
	struct doc_iter *it = make(test->from < test->to ? ITER_TEST :
							   ITER_NONE, arena);

	if (it) {
		it->test = *test;
		it->cost = test->to - test->from;
	}
	return it;
}

/* Cheapest first; a test is asked about what the others agree on. */
static bool goes_before(const struct doc_iter *a, const struct doc_iter *b)
{
	if ((a->kind == ITER_TEST) != (b->kind == ITER_TEST))
		return b->kind == ITER_TEST;
	return a->cost < b->cost;
}

static void sort_by_cost(struct doc_iter **child, size_t n)
{
	size_t i, j;

	for (i = 1; i < n; i++) {
		struct doc_iter *c = child[i];

		for (j = i; j && goes_before(c, child[j - 1]); j--)
			child[j] = child[j - 1];
		child[j] = c;
	}
}

static struct doc_iter *combine(enum iter_kind kind, struct doc_iter **child,
				size_t n, struct arena *arena)
{
	struct doc_iter *it = make(kind, arena);

	if (!it)
		return NULL;
	it->child = arena_alloc(arena, n * sizeof(*it->child));
	if (!it->child)
		return NULL;
	memcpy(it->child, child, n * sizeof(*it->child));
	it->nchild = n;
	return it;
}

static bool is_term(const struct doc_iter *it)
{
	return it->kind == ITER_WORD && it->word->kind == CURSOR_POSTINGS;
}

/* Takes the first two together if they are terms of like lengths. */
static int make_pair(struct doc_iter *it, struct arena *arena)
{
	struct doc_iter *a = it->child[0], *b = it->child[1];

	if (!is_term(a) || !is_term(b) || b->cost / POSTING_PAIR_SKEW > a->cost)
		return SCOUT_OK;
	it->pair = arena_alloc(arena, sizeof(*it->pair));
	if (!it->pair)
		return SCOUT_E_NOMEM;
	posting_pair_init(it->pair, a->word->postings, b->word->postings);
	return SCOUT_OK;
}

/* A child that gives all documents says nothing; one that gives none, all. */
struct doc_iter *doc_iter_and(struct doc_iter **child, size_t n,
			      struct arena *arena)
{
	struct doc_iter *it;
	size_t i, kept = 0;

	for (i = 0; i < n; i++) {
		if (child[i]->kind == ITER_NONE)
			return child[i];
		if (child[i]->kind != ITER_ALL)
			child[kept++] = child[i];
	}
	if (kept < 2)
		return child[0];
	sort_by_cost(child, kept);
	it = combine(ITER_AND, child, kept, arena);
	if (!it || make_pair(it, arena) < 0)
		return NULL;
	it->cost = child[0]->cost;
	for (i = 1; i < kept; i++)
		if (child[i]->cost < it->cost)
			it->cost = child[i]->cost;
	return it;
}

struct doc_iter *doc_iter_or(struct doc_iter **child, size_t n,
			     struct arena *arena)
{
	struct doc_iter *it;
	uint64_t cost = 0;
	size_t i, kept = 0;

	for (i = 0; i < n; i++) {
		if (child[i]->kind == ITER_ALL)
			return child[i];
		cost += child[i]->cost;
		if (child[i]->kind != ITER_NONE)
			child[kept++] = child[i];
	}
	if (kept < 2)
		return child[0];
	it = combine(ITER_OR, child, kept, arena);
	if (it)
		it->cost = cost < DOC_NONE ? (doc_id)cost : DOC_NONE;
	return it;
}

/* --- Moving -------------------------------------------------------------- */

static int seek(struct doc_iter *it, doc_id target);

/* Goes to target if that passes; else to where the next one may be, unless on
 * its own, when it goes on to that one. */
static int seek_test(struct doc_iter *it, doc_id target, bool on_its_own)
{
	bool passes = false;
	int rc;

	if (target < it->test.from) {
		target = it->test.from;
		if (!on_its_own)
			goto out;
	}
	while (target < it->test.to) {
		rc = it->test.passes(it->test.ctx, target, &passes);
		if (rc < 0)
			return rc;
		if (passes)
			break;
		target++;
		if (!on_its_own)
			break;
	}
out:
	it->doc = target < it->test.to ? target : DOC_NONE;
	return SCOUT_OK;
}

/* As a child of an AND, which asks others about where it goes. */
static int seek_among(struct doc_iter *it, doc_id target)
{
	return it->kind == ITER_TEST ? seek_test(it, target, false) :
				       seek(it, target);
}

/* Leapfrog: the first child leads, the others follow or push it on. */
static int seek_and(struct doc_iter *it, doc_id target)
{
	size_t i = 0;
	int rc;

	while (i < it->nchild && target != DOC_NONE) {
		struct doc_iter *c = it->child[i];

		rc = seek_among(c, target);
		if (rc < 0)
			return rc;
		if (it->child[i]->doc == target) {
			i++;
			continue;
		}
		target = it->child[i]->doc;
		/* the first stands there already, unless it is a test */
		i = i == 0 && c->kind != ITER_TEST;
	}
	it->doc = target;
	return SCOUT_OK;
}

static int seek_pair(struct doc_iter *it, doc_id target)
{
	unsigned i;
	int rc = posting_pair_seek(it->pair, target);

	if (rc < 0)
		return rc;
	for (i = 0; i < 2; i++) {
		struct word_cursor *w = it->child[i]->word;

		w->doc = rc == SCOUT_END ? DOC_NONE : w->postings->doc;
		it->child[i]->doc = w->doc;
	}
	return SCOUT_OK;
}

/* The same where the first two go together. */
static int seek_and_pair(struct doc_iter *it, doc_id target)
{
	size_t i;
	int rc;

	if (it->doc != DOC_NONE && it->doc >= target)
		return SCOUT_OK;
	for (;;) {
		rc = seek_pair(it, target);
		if (rc < 0)
			return rc;
		target = it->child[0]->doc;
		for (i = 2; i < it->nchild && target != DOC_NONE; i++) {
			rc = seek_among(it->child[i], target);
			if (rc < 0)
				return rc;
			if (it->child[i]->doc != target)
				break;
		}
		if (i == it->nchild || target == DOC_NONE)
			break;
		target = it->child[i]->doc;
		if (target == DOC_NONE)
			break;
	}
	it->doc = target;
	return SCOUT_OK;
}

static int seek_or(struct doc_iter *it, doc_id target)
{
	doc_id least = DOC_NONE;
	size_t i;
	int rc;

	for (i = 0; i < it->nchild; i++) {
		struct doc_iter *c = it->child[i];

		/* one that is ahead would look for where it stands again, and
		 * a test would ask all documents on the way there */
		if (!it->is_started || (c->doc != DOC_NONE && c->doc < target)) {
			rc = seek(c, target);
			if (rc < 0)
				return rc;
		}
		if (c->doc < least)
			least = c->doc;
	}
	it->is_started = true;
	it->doc = least;
	return SCOUT_OK;
}

/* From wherever it stands, or from the start. */
static int seek(struct doc_iter *it, doc_id target)
{
	int rc;

	switch (it->kind) {
	case ITER_WORD:
		rc = word_cursor_seek(it->word, target);
		it->doc = it->word->doc;
		return rc;
	case ITER_AND:
		return it->pair ? seek_and_pair(it, target) :
				  seek_and(it, target);
	case ITER_OR:
		return seek_or(it, target);
	case ITER_ALL:
		it->doc = target < it->ndocs ? target : DOC_NONE;
		return SCOUT_OK;
	case ITER_TEST:
		return seek_test(it, target, true);
	default:
		it->doc = DOC_NONE;
		return SCOUT_OK;
	}
}

int doc_iter_start(struct doc_iter *it)
{
	return seek(it, 0);
}

int doc_iter_seek(struct doc_iter *it, doc_id target)
{
	if (it->doc == DOC_NONE || it->doc >= target)
		return SCOUT_OK;
	return seek(it, target);
}

/* --- Sets ---------------------------------------------------------------- */

static int fill_word(struct doc_iter *it, uint64_t *set, doc_id ndocs)
{
	const struct expansion *x = it->word->expansion;
	size_t i;

	if (it->word->kind == CURSOR_POSTINGS)
		return set_add_postings(set, it->word->seg,
					&it->word->postings->info);
	for (i = 0; i < set_words(ndocs); i++)
		set[i] |= x->set[i];
	return SCOUT_OK;
}

static int fill_and(struct doc_iter *it, uint64_t *set, doc_id ndocs,
		    struct arena *scratch)
{
	size_t c, i, n = set_words(ndocs);
	uint64_t *sum = arena_calloc(scratch, n, sizeof(*sum));
	uint64_t *other = arena_alloc(scratch, n * sizeof(*other));
	int rc;

	if (!sum || !other)
		return SCOUT_E_NOMEM;
	rc = doc_iter_fill(it->child[0], sum, ndocs, scratch);
	for (c = 1; c < it->nchild && !rc; c++) {
		memset(other, 0, n * sizeof(*other));
		rc = doc_iter_fill(it->child[c], other, ndocs, scratch);
		for (i = 0; i < n; i++)
			sum[i] &= other[i];
	}
	for (i = 0; i < n; i++)
		set[i] |= sum[i];
	return rc;
}

int doc_iter_fill(struct doc_iter *it, uint64_t *set, doc_id ndocs,
		  struct arena *scratch)
{
	size_t i;
	int rc = SCOUT_OK;

	switch (it->kind) {
	case ITER_WORD:
		return fill_word(it, set, ndocs);
	case ITER_AND:
		return fill_and(it, set, ndocs, scratch);
	case ITER_OR:
		for (i = 0; i < it->nchild && !rc; i++)
			rc = doc_iter_fill(it->child[i], set, ndocs, scratch);
		return rc;
	case ITER_ALL:
		for (i = 0; i < ndocs; i++)
			set[i / 64] |= (uint64_t)1 << (i & 63);
		return SCOUT_OK;
	default:
		return SCOUT_OK;
	}
}
