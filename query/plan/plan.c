#include "query/plan/plan.h"

#include "index_format/fold.h"

struct planner {
	struct arena *arena;
	struct buf fold;
	struct scout_err *err;
};

static int out_of_memory(struct planner *p)
{
	return scout_err_set(p->err, SCOUT_E_NOMEM, "planning a query");
}

static int keep(struct planner *p, struct span *out)
{
	char *copy = arena_dup(p->arena, p->fold.ptr, p->fold.len);

	if (!copy)
		return out_of_memory(p);
	*out = span_of(copy, p->fold.len);
	return SCOUT_OK;
}

/*
 * U+0345 is the one mark that case folding makes a letter of, which changes the
 * order of the marks around it: words that are equal with case may then be
 * different terms.
 */
static bool has_iota_subscript(struct span s)
{
	return s.len && memmem(s.ptr, s.len, "\xcd\x85", 2);
}

/* Shortens a term to what the index keeps. */
static void cut_term(struct leaf_plan *leaf, struct span *term)
{
	if (term->len >= TERM_CUT_MIN_BYTES)
		leaf->minds_overlong = true;
	if (term->len > TERM_MAX_BYTES)
		leaf->is_approximate = true;
	term->len = fold_kept_len(*term);
}

static int plan_word(struct planner *p, const struct ast_piece *piece,
		     struct leaf_plan *leaf, struct piece_plan *out)
{
	int rc;

	buf_clear(&p->fold);
	if (fold_whole(piece->raw, FOLD_CASE, &p->fold) < 0)
		return out_of_memory(p);
	rc = keep(p, &out->term);
	if (rc < 0)
		return rc;
	cut_term(leaf, &out->term);
	leaf->is_anywhere |= leaf->is_approximate &&
			     has_iota_subscript(piece->folded);
	return SCOUT_OK;
}

static int plan_prefix(struct planner *p, const struct ast_piece *piece,
		       struct leaf_plan *leaf, struct piece_plan *out)
{
	const struct glob_item *item = &piece->items[0];
	bool is_sensitive = leaf->is_approximate;

	out->is_expanded = true;
	out->term = span_of(item->lookup.ptr,
			    fold_stable_prefix(item->lookup));
	cut_term(leaf, &out->term);
	leaf->minds_overlong = true;
	leaf->is_anywhere |= is_sensitive && has_iota_subscript(item->folded);
	/* with case, what starts a word need not start its folded form (J is
	 * the start of J with a caron, j is not that of its small one) */
	if (is_sensitive)
		return SCOUT_OK;
	buf_clear(&p->fold);
	if (fold_compose(item->lookup, &p->fold) < 0)
		return out_of_memory(p);
	return keep(p, &out->composed);
}

/* --- Globs --------------------------------------------------------------- */

/* The filter bits of a literal; those of its end if it ends the word.  ASCII
 * characters next to each other in the NFC form are so in the term. */
static size_t literal_bits(struct span s, bool is_last, uint16_t *bits)
{
	size_t i, n = 0;

	for (i = 0; i + 3 <= s.len; i++)
		if (span_is_ascii(span_of(s.ptr + i, 3)))
			bits[n++] = (uint16_t)filter_bit(
				s.ptr[i], s.ptr[i + 1], s.ptr[i + 2]);
	if (is_last && s.len >= 2 &&
	    span_is_ascii(span_of(s.ptr + s.len - 2, 2)))
		bits[n++] = (uint16_t)filter_bit(s.ptr[s.len - 2],
						 s.ptr[s.len - 1], 0);
	return n;
}

/* The longest run of ASCII in a literal, if it is longer than best: all terms
 * that match have it, for the same reason. */
static struct span longer_run(struct span s, struct span best)
{
	size_t i, start = 0;

	for (i = 0; i <= s.len; i++) {
		if (i < s.len && s.ptr[i] < 128)
			continue;
		if (i - start > best.len)
			best = span_of(s.ptr + start, i - start);
		start = i + 1;
	}
	return best;
}

static int plan_filter(struct planner *p, const struct ast_piece *piece,
		       struct piece_plan *out)
{
	size_t i, most = 0;
	uint16_t *bits;

	for (i = 0; i < piece->nitems; i++)
		most += piece->items[i].composed.len;
	bits = arena_alloc(p->arena, (most + 1) * sizeof(*bits));
	if (!bits)
		return out_of_memory(p);
	out->filter.bits = bits;
	for (i = 0; i < piece->nitems; i++) {
		struct span s = piece->items[i].composed;

		if (piece->items[i].kind != GLOB_LITERAL)
			continue;
		out->filter.nbits += literal_bits(s, i + 1 == piece->nitems,
						  bits + out->filter.nbits);
		out->filter.needle = longer_run(s, out->filter.needle);
	}
	return SCOUT_OK;
}

static int plan_glob(struct planner *p, const struct ast_piece *piece,
		     struct leaf_plan *leaf, struct piece_plan *out)
{
	const struct glob_item *first = &piece->items[0];

	out->is_expanded = true;
	out->items = piece->items;
	out->nitems = piece->nitems;
	/* terms know no case: what a sensitive glob matches is in the text */
	leaf->is_anywhere |= leaf->is_approximate;
	leaf->minds_overlong = true;
	if (first->kind == GLOB_LITERAL) {
		out->term = span_of(first->lookup.ptr,
				    fold_stable_prefix(first->lookup));
		cut_term(leaf, &out->term);
	}
	return out->term.len ? SCOUT_OK : plan_filter(p, piece, out);
}

static int plan_piece(struct planner *p, const struct ast_piece *piece,
		      struct leaf_plan *leaf, struct piece_plan *out)
{
	if (!piece->nitems)
		return plan_word(p, piece, leaf, out);
	return ast_is_prefix(piece) ? plan_prefix(p, piece, leaf, out) :
				      plan_glob(p, piece, leaf, out);
}

static int plan_leaf(struct planner *p, const struct ast *node,
		     bool wants_lines, struct leaf_plan *out)
{
	size_t i;
	int rc = SCOUT_OK;

	if (node->kind == AST_REGEX || node->kind == AST_LITERAL) {
		out->is_anywhere = true;
		return SCOUT_OK;
	}
	out->npieces = node->npieces;
	out->pieces = arena_calloc(p->arena, node->npieces,
				   sizeof(*out->pieces));
	if (!out->pieces)
		return out_of_memory(p);
	out->is_approximate = node->sensitive;
	out->is_anywhere = node->no_marks;
	out->needs_positions |= wants_lines || node->npieces > 1;
	for (i = 0; i < node->npieces && !rc; i++)
		rc = plan_piece(p, &node->pieces[i], out, &out->pieces[i]);
	return rc;
}

/* Leaves of NEAR need positions; whether all else is AND and OR of words. */
static bool look_at(const struct match_node *node, bool in_near,
		    struct query_plan *plan)
{
	bool is_boolean = node->kind == AST_AND || node->kind == AST_OR;
	size_t i;

	if (match_node_is_leaf(node)) {
		plan->leaves[node->leaf].needs_positions |= in_near;
		return plan->tree->leaves[node->leaf]->npieces == 1;
	}
	in_near |= match_node_is_near(node);
	for (i = 0; i < node->nchild; i++)
		is_boolean &= look_at(node->child[i], in_near, plan);
	return is_boolean;
}

int plan_make(const struct match_tree *tree, bool wants_lines,
	      struct arena *arena, struct query_plan *out,
	      struct scout_err *err)
{
	struct planner p = { .arena = arena, .err = err };
	unsigned l;
	int rc = SCOUT_OK;

	buf_init(&p.fold, MEM_QUERY);
	out->tree = tree;
	out->leaves = arena_calloc(arena, tree->nleaves, sizeof(*out->leaves));
	if (!out->leaves)
		return out_of_memory(&p);
	out->is_boolean = look_at(tree->root, false, out);
	for (l = 0; l < tree->nleaves && !rc; l++)
		rc = plan_leaf(&p, tree->leaves[l], wants_lines,
			       &out->leaves[l]);
	buf_release(&p.fold);
	return rc;
}
