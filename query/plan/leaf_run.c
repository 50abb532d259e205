#include "query/plan/leaf_run.h"

/* --- Opening ------------------------------------------------------------- */

static int open_expansion(struct leaf_run *l, size_t i,
			  struct segment_reader *seg, unsigned nthreads,
			  struct arena *arena, struct scout_err *err)
{
	struct expansion *x = &l->expansions[i];
	struct expand_options options = {
		.positions = l->plan->needs_positions,
		.counts = l->plan->counts,
		.nthreads = nthreads,
	};
	int rc;

	/* of one word alone; those of a phrase may be common */
	if (l->plan->only_narrows && l->plan->npieces == 1)
		options.most_docs = leaf_run_most_docs(seg);
	rc = expand_terms(seg, &l->plan->pieces[i].match, &options, arena,
			      x, err);

	if (rc < 0)
		return rc;
	l->has_positions &= x->has_positions;
	l->has_unsure |= x->unsure != NULL;
	if (x->ndocs)
		word_cursor_open_expansion(&l->words[i], seg, x);
	else
		word_cursor_open_none(&l->words[i]);
	return SCOUT_OK;
}

/* Asks a term that was found whether its words match. */
static int test_term(struct leaf_run *l, size_t i, const struct term_info *info,
		     bool *out_is_wanted)
{
	const struct piece_plan *p = &l->plan->pieces[i];
	enum term_verdict verdict = TERM_YES;
	struct term_scratch s;
	int rc = SCOUT_OK;

	if (p->match.test) {
		term_scratch_init(&s);
		rc = p->match.test(&p->match, &s, p->term, info->surface,
				   &verdict);
		term_scratch_release(&s);
	}
	l->is_approximate |= verdict != TERM_YES;
	/* one that was cut might match with its rest */
	*out_is_wanted =
		verdict != TERM_NO || p->term.len >= TERM_CUT_MIN_BYTES;
	if (*out_is_wanted)
		l->expansions[i] = (struct expansion){
			.ndocs = info->df,
			.nterms = 1,
			.noccurrences = info->cf,
			.is_unsure = verdict != TERM_YES
		};
	return rc;
}

static int open_term(struct leaf_run *l, size_t i, struct segment_reader *seg,
		     struct arena *arena, struct scout_err *err)
{
	struct word_cursor *w = &l->words[i];
	struct term_info info;
	bool is_wanted;
	int rc;

	rc = segment_find_term(seg, l->plan->pieces[i].term, &info, err);
	if (rc == SCOUT_E_NOTFOUND) {
		word_cursor_open_none(w);
		return SCOUT_OK;
	}
	if (!rc)
		rc = test_term(l, i, &info, &is_wanted);
	if (!rc && is_wanted)
		rc = word_cursor_open_term(w, seg, &info, arena);
	else if (!rc)
		word_cursor_open_none(w);
	return rc < 0 ? scout_err_set(err, rc, "opening a term") : rc;
}

int leaf_run_open(struct leaf_run *l, const struct leaf_plan *plan,
		  struct segment_reader *seg, unsigned nthreads,
		  struct arena *arena, struct scout_err *err)
{
	size_t n, i;
	int rc = SCOUT_OK;

	memset(l, 0, sizeof(*l));
	l->plan = plan;
	l->is_approximate = plan->is_approximate || plan->is_anywhere;
	l->has_positions = true;
	l->checked_doc = l->joined_doc = l->counted_doc = DOC_NONE;
	if (plan->is_anywhere)
		return SCOUT_OK;
	n = plan->npieces;
	l->words = arena_calloc(arena, n, sizeof(*l->words));
	l->expansions = arena_calloc(arena, n, sizeof(*l->expansions));
	l->pieces = arena_calloc(arena, n, sizeof(*l->pieces));
	l->readers = arena_calloc(arena, n, sizeof(*l->readers));
	if (!l->words || !l->expansions || !l->pieces || !l->readers)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening a query");
	l->has_readers = true;
	for (i = 0; i < n && !rc; i++) {
		rc = plan->pieces[i].is_expanded
			     ? open_expansion(l, i, seg, nthreads, arena, err)
			     : open_term(l, i, seg, arena, err);
		l->has_readers &= l->words[i].kind == CURSOR_POSTINGS;
	}
	return rc;
}
void leaf_run_close(struct leaf_run *l)
{
	size_t i;

	for (i = 0; l->words && i < l->plan->npieces; i++)
		word_cursor_close(&l->words[i]);
	scout_free(l->joined);
}

doc_id leaf_run_ndocs(const struct leaf_run *l)
{
	doc_id least = DOC_NONE;
	size_t i;

	for (i = 0; l->words && i < l->plan->npieces; i++)
		if (l->words[i].ndocs < least)
			least = l->words[i].ndocs;
	return least;
}
/* --- Occurrences in a document ------------------------------------------- */

int leaf_run_check(struct leaf_run *l, doc_id doc)
{
	size_t i;
	int rc;

	if (l->checked_doc == doc)
		return SCOUT_OK;
	l->checked_doc = doc;
	l->occurs = false;
	for (i = 0; i < l->plan->npieces; i++) {
		struct word_cursor *w = &l->words[i];

		if (w->doc != doc) {
			rc = word_cursor_seek(w, doc);
			if (rc < 0)
				return rc;
		}
		if (w->doc != doc)
			return SCOUT_OK;
	}
	l->occurs = true;
	return SCOUT_OK;
}

static int join_phrase(struct leaf_run *l, size_t at_most)
{
	size_t i, least = SIZE_MAX;
	term_pos *grown;
	int rc;

	for (i = 0; i < l->plan->npieces; i++) {
		rc = word_cursor_positions(&l->words[i], &l->pieces[i]);
		if (rc < 0)
			return rc;
		if (l->pieces[i].n < least)
			least = l->pieces[i].n;
	}
	if (least > l->joined_cap) {
		grown = scout_realloc(MEM_QUERY, l->joined,
				      2 * least * sizeof(*grown));
		if (!grown)
			return SCOUT_E_NOMEM;
		l->joined = grown;
		l->joined_cap = 2 * least;
	}
	l->first = l->joined;
	l->nfirst = least ? phrase_join(l->pieces, l->plan->npieces, at_most,
					l->joined)
			  : 0;
	return SCOUT_OK;
}

static int open_readers(struct leaf_run *l)
{
	size_t i, n = l->plan->npieces;
	int rc = SCOUT_OK;

	for (i = 0; i < n && !rc; i++) {
		struct position_reader *p = &l->readers[i];

		rc = position_reader_open(p, l->words[i].postings);
		if (!rc && p->pos < i) /* no room for the pieces before it */
			rc = position_seek(p, i);
	}
	return rc;
}

/* The two rarest pieces of a phrase in the document, in their order. */
static void rarest_two(const struct leaf_run *l, size_t out[2])
{
	size_t i, n = l->plan->npieces, swap;
	uint64_t count, least = UINT64_MAX, second = UINT64_MAX;

	for (i = 0; i < n; i++) {
		count = position_count(&l->readers[i]);
		if (count < least) {
			out[1] = out[0];
			second = least;
			out[0] = i;
			least = count;
		} else if (count < second) {
			out[1] = i;
			second = count;
		}
	}
	if (out[1] < out[0]) {
		swap = out[0];
		out[0] = out[1];
		out[1] = swap;
	}
}

/*
 * Looks for one occurrence of a phrase: the two rarest words lead, the others
 * follow to where they would have to be, or push on.
 */
static int find_phrase(struct leaf_run *l, uint64_t *out)
{
	struct position_reader *r = l->readers, *lead;
	size_t pair[2] = { 0, 1 }, i, n = l->plan->npieces;
	uint64_t start;
	int rc = open_readers(l);

	if (!rc && n == 2) {
		rc = position_meet(&r[0], &r[1], 1);
		*out = r[0].pos;
		return rc;
	}
	if (!rc)
		rarest_two(l, pair);
	lead = &r[pair[0]];
	while (!rc) {
		rc = position_meet(lead, &r[pair[1]],
				   (uint32_t)(pair[1] - pair[0]));
		start = lead->pos - pair[0];
		for (i = 0; i < n && !rc; i++) {
			if (r[i].pos < start + i)
				rc = position_seek(&r[i], start + i);
			if (!rc && r[i].pos != start + i)
				break;
		}
		if (!rc && i == n) {
			*out = start;
			break;
		}
		if (!rc)
			rc = position_seek(lead, r[i].pos - i + pair[0]);
	}
	return rc;
}

/* Whether a phrase of terms occurs, and the first place where it does. */
static int join_first(struct leaf_run *l)
{
	uint64_t start = 0;
	int rc = find_phrase(l, &start);

	l->first = &l->found;
	l->nfirst = rc == SCOUT_OK;
	l->found = (term_pos)start;
	return rc == SCOUT_END ? SCOUT_OK : rc;
}

int leaf_run_join(struct leaf_run *l, doc_id doc, bool whole)
{
	struct piece_spans one;
	int rc;

	if (l->joined_doc == doc && (l->is_joined_whole || !whole))
		return SCOUT_OK;
	if (l->plan->npieces > 1 && !whole && l->has_readers) {
		rc = join_first(l);
	} else if (l->plan->npieces > 1) {
		rc = join_phrase(l, whole ? SIZE_MAX : 1);
	} else {
		whole = true;
		rc = word_cursor_positions(&l->words[0], &one);
		if (!rc) {
			l->first = one.at;
			l->nfirst = one.n;
		}
	}
	if (rc < 0)
		return rc;
	l->joined_doc = doc;
	l->is_joined_whole = whole;
	return SCOUT_OK;
}
