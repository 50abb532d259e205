#include "query/plan/plan.h"

#include "index_format/fold.h"
#include "query/plan/text_plan.h"

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

/* Whether that may be so of a piece: then its terms are not known. */
static int is_out_of_order(struct planner *p, const struct ast *leaf,
			   const struct ast_piece *piece, bool *out)
{
	*out = false;
	if (!leaf->sensitive)
		return SCOUT_OK;
	/* decomposed, and with its marks even if they do not count */
	buf_clear(&p->fold);
	if (fold_whole(piece->raw, 0, &p->fold) < 0)
		return out_of_memory(p);
	*out = has_iota_subscript(buf_span(&p->fold));
	return SCOUT_OK;
}

static bool is_expanded(const struct ast *leaf, const struct ast_piece *piece)
{
	return leaf->kind != AST_WORDS || piece->nitems || leaf->no_marks;
}

static int plan_term(struct planner *p, const struct ast_piece *piece,
		     struct leaf_plan *leaf, struct piece_plan *out)
{
	buf_clear(&p->fold);
	if (fold_whole(piece->raw, FOLD_CASE, &p->fold) < 0)
		return out_of_memory(p);
	leaf->minds_overlong |= p->fold.len >= TERM_CUT_MIN_BYTES;
	leaf->is_approximate |= p->fold.len > TERM_MAX_BYTES;
	p->fold.len = fold_kept_len(buf_span(&p->fold));
	return keep(p, &out->term);
}

static int plan_piece(struct planner *p, const struct ast *node,
		      const struct ast_piece *piece, struct leaf_plan *leaf,
		      struct piece_plan *out)
{
	bool is_lost;
	int rc = is_out_of_order(p, node, piece, &is_lost);

	if (rc < 0)
		return rc;
	out->is_expanded = is_expanded(node, piece);
	leaf->is_anywhere |= is_lost;
	/* what was cut off is not in the index */
	leaf->minds_overlong |= out->is_expanded;
	if (!out->is_expanded)
		rc = plan_term(p, piece, leaf, out);
	if (!rc && (out->is_expanded || node->sensitive) &&
	    term_match_make(node, piece, p->arena, &out->match) < 0)
		return out_of_memory(p);
	return rc;
}

static int plan_leaf(struct planner *p, const struct ast *node,
		     bool wants_lines, struct leaf_plan *out)
{
	size_t i;
	int rc = SCOUT_OK;

	out->npieces = node->npieces;
	out->pieces = arena_calloc(p->arena, node->npieces,
				   sizeof(*out->pieces));
	if (!out->pieces)
		return out_of_memory(p);
	out->needs_positions |= wants_lines || node->npieces > 1;
	for (i = 0; i < node->npieces && !rc; i++)
		rc = plan_piece(p, node, &node->pieces[i], out,
				&out->pieces[i]);
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

static bool is_text(const struct ast *leaf)
{
	return leaf->kind == AST_REGEX || leaf->kind == AST_LITERAL;
}

/* What texts must have for each leaf that is about them; makes room for the
 * leaves that takes. */
static int find_needs(struct planner *p, struct query_plan *out,
		      struct text_need ***out_needs)
{
	const struct match_tree *tree = out->tree;
	struct text_need **needs;
	unsigned l;

	needs = arena_calloc(p->arena, tree->nleaves, sizeof(*needs));
	out->nleaves = tree->nleaves;
	for (l = 0; l < tree->nleaves && needs; l++) {
		if (!is_text(tree->leaves[l]))
			continue;
		if (text_plan_need(tree->leaves[l], p->arena, &needs[l]) < 0)
			return out_of_memory(p);
		out->nleaves += text_plan_count(needs[l]);
	}
	out->leaves = arena_calloc(p->arena, out->nleaves,
				   sizeof(*out->leaves));
	*out_needs = needs;
	return needs && out->leaves ? SCOUT_OK : out_of_memory(p);
}

static int plan_text(struct planner *p, const struct text_need *need,
		     struct query_plan *plan, unsigned *next,
		     struct leaf_plan *out)
{
	struct leaf_need *made;

	out->is_approximate = true;
	out->is_anywhere = need->kind == NEED_NOTHING;
	if (out->is_anywhere)
		return SCOUT_OK;
	if (text_plan_make(need, p->arena, plan->leaves, next, &made) < 0)
		return out_of_memory(p);
	out->need = made;
	return SCOUT_OK;
}

static int plan_leaves(struct planner *p, const struct plan_input *input,
		       struct text_need **needs, struct query_plan *out)
{
	const struct match_tree *tree = input->tree;
	unsigned l, next = tree->nleaves;
	int rc = SCOUT_OK;

	for (l = 0; l < tree->nleaves && !rc; l++)
		rc = needs[l] ? plan_text(p, needs[l], out, &next,
					  &out->leaves[l]) :
				plan_leaf(p, tree->leaves[l],
					  input->wants_lines,
					  &out->leaves[l]);
	return rc;
}

/* Room for what runs count. */
static int make_tally(struct planner *p, struct query_plan *plan)
{
	struct plan_tally *t = arena_calloc(p->arena, 1, sizeof(*t));
	unsigned l;

	if (!t)
		return out_of_memory(p);
	t->leaves = arena_calloc(p->arena, plan->nleaves, sizeof(*t->leaves));
	t->filters = arena_calloc(p->arena, plan->tree->nfilters,
				  sizeof(*t->filters));
	if (!t->leaves || !t->filters)
		return out_of_memory(p);
	for (l = 0; l < plan->nleaves; l++) {
		plan->leaves[l].counts = true;
		t->leaves[l].pieces =
			arena_calloc(p->arena, plan->leaves[l].npieces,
				     sizeof(*t->leaves[l].pieces));
		if (!t->leaves[l].pieces)
			return out_of_memory(p);
	}
	plan->tally = t;
	return SCOUT_OK;
}

int plan_make(const struct plan_input *input, struct arena *arena,
	      struct query_plan *out, struct scout_err *err)
{
	struct planner p = { .arena = arena, .err = err };
	struct text_need **needs = NULL;
	int rc;

	buf_init(&p.fold, MEM_QUERY);
	out->tree = input->tree;
	out->filters = input->filters;
	out->narrow = input->narrow;
	out->by_line = input->by_line;
	rc = find_needs(&p, out, &needs);
	if (rc < 0)
		return rc;
	out->is_boolean = look_at(out->tree->root, out->by_line, out) &&
			  !(out->narrow && out->narrow->is_set) &&
			  !out->by_line;
	rc = plan_leaves(&p, input, needs, out);
	out->tally = NULL;
	if (!rc && input->counts)
		rc = make_tally(&p, out);
	buf_release(&p.fold);
	return rc;
}
