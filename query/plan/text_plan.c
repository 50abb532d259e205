#include "query/plan/text_plan.h"

#include "index_format/fold.h"

int text_plan_need(const struct ast *leaf, struct arena *arena,
		   struct text_need **out)
{
	unsigned flags = leaf->sensitive ? 0 : REGEX_PARSE_IGNORE_CASE;
	struct regex_node *tree;
	int rc;

	if (leaf->kind == AST_LITERAL)
		flags |= REGEX_PARSE_LITERAL;
	rc = regex_parse(leaf->text, flags, arena, &tree);
	return rc < 0 ? rc : text_need_make(tree, arena, out);
}

unsigned text_plan_count(const struct text_need *need)
{
	unsigned sum = need->kind == NEED_PHRASE;
	size_t i;

	for (i = 0; i < need->nchild; i++)
		sum += text_plan_count(need->child[i]);
	return sum;
}

/* --- Pieces of words as terms -------------------------------------------- */

static bool ends_with(struct span s, struct span end)
{
	return s.len >= end.len &&
	       !memcmp(s.ptr + s.len - end.len, end.ptr, end.len);
}

static int test_piece(const struct term_match *m, struct term_scratch *s,
		      struct span term, unsigned surface,
		      enum term_verdict *out)
{
	const struct need_word *w = m->ctx;
	bool matches;

	(void)s;
	(void)surface;
	if (!w->is_open_before)
		matches = span_has_prefix(term, w->folded);
	else if (!w->is_open_after)
		matches = ends_with(term, w->folded);
	else
		matches = memmem(term.ptr, term.len, w->folded.ptr,
				 w->folded.len);
	*out = matches ? TERM_YES : TERM_NO;
	return SCOUT_OK;
}

/* The filter of a piece: folded as terms are, so its bytes are theirs. */
static int make_filter(const struct need_word *w, struct arena *arena,
		       struct term_filter *out)
{
	const uint8_t *p = w->folded.ptr;
	size_t len = w->folded.len, i;
	uint16_t *bits = arena_alloc(arena, (len + 1) * sizeof(*bits));

	if (!bits)
		return SCOUT_E_NOMEM;
	for (i = 0; i + 3 <= len; i++)
		bits[out->nbits++] = (uint16_t)filter_bit(p[i], p[i + 1],
							  p[i + 2]);
	if (!w->is_open_after && len >= 2)
		bits[out->nbits++] = (uint16_t)filter_bit(p[len - 2],
							  p[len - 1], 0);
	out->bits = bits;
	out->needle = w->folded;
	return SCOUT_OK;
}

static int plan_word(const struct need_word *w, struct arena *arena,
		     struct leaf_plan *leaf, struct piece_plan *out)
{
	struct span kept = span_of(w->folded.ptr, fold_kept_len(w->folded));
	int rc = SCOUT_OK;

	leaf->minds_overlong = true;
	out->is_expanded = w->is_open_before || w->is_open_after;
	if (!out->is_expanded) {
		out->term = kept;
		return SCOUT_OK;
	}
	out->match = (struct term_match){
		.name = !w->is_open_before ? "beginning " :
			!w->is_open_after  ? "end " : "inside ",
		.test = test_piece, .ctx = w };
	if (w->is_open_before)
		rc = make_filter(w, arena, &out->match.filter);
	else
		out->match.start = kept;
	return rc;
}

static int plan_phrase(const struct text_need *need, struct arena *arena,
		       struct leaf_plan *out)
{
	size_t i;
	int rc = SCOUT_OK;

	out->is_approximate = true;
	out->npieces = need->nwords;
	out->needs_positions = need->nwords > 1;
	out->pieces = arena_calloc(arena, need->nwords, sizeof(*out->pieces));
	if (!out->pieces)
		return SCOUT_E_NOMEM;
	for (i = 0; i < need->nwords && !rc; i++)
		rc = plan_word(&need->words[i], arena, out, &out->pieces[i]);
	return rc;
}

int text_plan_make(const struct text_need *need, struct arena *arena,
		   struct leaf_plan *leaves, unsigned *next,
		   struct leaf_need **out)
{
	struct leaf_need *n = arena_calloc(arena, 1, sizeof(*n));
	size_t i;
	int rc = SCOUT_OK;

	if (!n)
		return SCOUT_E_NOMEM;
	*out = n;
	n->kind = need->kind;
	if (need->kind == NEED_PHRASE) {
		n->leaf = (*next)++;
		return plan_phrase(need, arena, &leaves[n->leaf]);
	}
	n->nchild = need->nchild;
	n->child = arena_calloc(arena, n->nchild, sizeof(*n->child));
	if (!n->child)
		return SCOUT_E_NOMEM;
	for (i = 0; i < n->nchild && !rc; i++)
		rc = text_plan_make(need->child[i], arena, leaves, next,
				    &n->child[i]);
	return rc;
}
