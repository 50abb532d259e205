#include "query/match/span_tree.h"

#include "query/match/near_any.h"

/* A node and its occurrences. */
struct span_node {
	const struct match_node *node;
	struct span_list spans;
	bool *takes_part;		/* by index in spans */
	struct span_node *child;
};

struct span_tree {
	struct match_run *run;
	bool is_exact;		/* all leaves that occur are */
	bool have_positions;	/* ... and tell where */
};

static int make(struct span_tree *t, const struct match_node *node,
		struct span_node *out);

/* --- Occurrences, from the leaves up ------------------------------------- */

static int make_leaf(struct span_tree *t, struct span_node *out)
{
	struct match_run *run = t->run;
	struct leaf_spans s;
	int rc = run->source.leaf(run->source.ctx, out->node->leaf, true, &s);

	if (rc < 0 || !s.n)
		return rc;
	t->is_exact &= s.is_exact;
	t->have_positions &= !s.only_present;
	if (s.only_present)
		return SCOUT_OK;
	return span_list_of_leaf(&s, &run->scratch, &out->spans);
}

static int make_children(struct span_tree *t, struct span_node *out)
{
	const struct match_node *node = out->node;
	size_t i;
	int rc = SCOUT_OK;

	out->child = arena_calloc(&t->run->scratch, node->nchild,
				  sizeof(*out->child));
	if (!out->child)
		return SCOUT_E_NOMEM;
	for (i = 0; i < node->nchild && !rc; i++)
		rc = make(t, node->child[i], &out->child[i]);
	return rc;
}

/* Of an OR: those of all branches. */
static int unite(struct span_tree *t, struct span_node *out)
{
	size_t c, i;
	int rc;

	for (c = 0; c < out->node->nchild; c++) {
		const struct span_list *l = &out->child[c].spans;

		for (i = 0; i < l->n; i++) {
			rc = span_list_put(&out->spans, l->first[i],
					   l->last[i], &t->run->scratch);
			if (rc < 0)
				return rc;
		}
	}
	return span_list_finish(&out->spans, &t->run->scratch);
}

static int make_near(struct span_tree *t, const struct span_node *from,
		     struct any_near *out)
{
	const struct match_node *node = from->node;
	size_t i;

	*out = (struct any_near){ .noperands = (unsigned)node->nchild,
				  .distance = node->near.distance,
				  .in_lines = node->near.in_lines,
				  .ordered = node->near.ordered,
				  .limits = &t->run->source.lines };
	out->operands = arena_calloc(&t->run->scratch, node->nchild,
				     sizeof(*out->operands));
	if (!out->operands)
		return SCOUT_E_NOMEM;
	for (i = 0; i < node->nchild; i++) {
		out->operands[i].spans = &from->child[i].spans;
		out->operands[i].takes_part = from->child[i].takes_part;
		out->operands[i].needed = node->needed ? node->needed[i] : 1;
	}
	return SCOUT_OK;
}

/*
 * NOT NEAR.  If the index may name too many of what must not be near, those of
 * the first operand that are found near some say nothing: all stay, and the
 * text decides.
 */
static int make_without(struct span_tree *t, struct span_node *out)
{
	bool was_exact = t->is_exact;
	struct any_near near;
	int rc;

	out->child = arena_calloc(&t->run->scratch, 2, sizeof(*out->child));
	if (!out->child)
		return SCOUT_E_NOMEM;
	rc = make(t, out->node->child[0], &out->child[0]);
	if (rc < 0)
		return rc;
	was_exact = t->is_exact;
	t->is_exact = true;
	rc = make(t, out->node->child[1], &out->child[1]);
	if (rc < 0)
		return rc;
	if (!t->is_exact) {
		out->spans = out->child[0].spans;
		return SCOUT_OK;
	}
	t->is_exact = was_exact;
	rc = make_near(t, out, &near);
	return rc < 0 ? rc : near_any_without(&near, &t->run->scratch,
					      &out->spans);
}

static int make(struct span_tree *t, const struct match_node *node,
		struct span_node *out)
{
	struct any_near near;
	int rc;

	out->node = node;
	switch (node->kind) {
	case AST_OR:
		rc = make_children(t, out);
		return rc < 0 ? rc : unite(t, out);
	case AST_NEAR:
	case AST_BEFORE:
		rc = make_children(t, out);
		if (!rc)
			rc = make_near(t, out, &near);
		return rc < 0 ? rc : near_any_spans(&near, &t->run->scratch,
						    &out->spans);
	case AST_NOT_NEAR:
		return make_without(t, out);
	default:
		return make_leaf(t, out);
	}
}

/* The operator itself: its operands, and for NOT NEAR what is left. */
static int make_root(struct span_tree *t, const struct match_node *node,
		     struct span_node *out)
{
	out->node = node;
	return node->kind == AST_NOT_NEAR ? make_without(t, out) :
					    make_children(t, out);
}

int span_tree_eval(struct match_run *run, const struct match_node *node,
		   enum verdict *out)
{
	struct span_tree t = { run, true, true };
	struct span_node root = { .node = NULL };
	struct any_near near;
	bool found;
	int rc = make_root(&t, node, &root);

	if (rc < 0)
		return rc;
	if (!t.have_positions) {
		*out = VERDICT_MAYBE;
		return SCOUT_OK;
	}
	found = root.spans.n > 0;
	if (node->kind != AST_NOT_NEAR) {
		rc = make_near(&t, &root, &near);
		if (!rc)
			rc = near_any_match(&near, &run->scratch, &found);
	}
	if (rc < 0)
		return rc;
	*out = !found ? VERDICT_NO : t.is_exact ? VERDICT_YES : VERDICT_MAYBE;
	return SCOUT_OK;
}

/* --- What takes part, from the operator down ----------------------------- */

static int mark(struct span_tree *t, struct span_node *n);

static int alloc_flags(struct span_tree *t, struct span_node *n)
{
	n->takes_part = arena_calloc(&t->run->scratch, n->spans.n,
				     sizeof(*n->takes_part));
	return n->takes_part ? SCOUT_OK : SCOUT_E_NOMEM;
}

static int put_leaf(struct span_tree *t, const struct span_node *n)
{
	struct hit_list *hits = &t->run->hits;
	size_t i;
	int rc = hit_list_begin_run(hits);

	for (i = 0; i < n->spans.n && !rc; i++) {
		struct hit h = { .first = n->spans.first[i],
				 .last = n->spans.last[i],
				 .leaf = n->node->leaf };

		if (n->takes_part[i])
			rc = hit_list_put(hits, &h);
	}
	return rc;
}

/* Gives the flags of a node on to the same spans of a child. */
static int hand_down(struct span_tree *t, const struct span_node *n,
		     struct span_node *child)
{
	size_t i, at;
	int rc = alloc_flags(t, child);

	if (rc < 0)
		return rc;
	for (i = 0; i < child->spans.n; i++) {
		at = span_list_find(&n->spans, child->spans.first[i],
				    child->spans.last[i]);
		child->takes_part[i] = at < n->spans.n && n->takes_part[at];
	}
	return mark(t, child);
}

/* The operands of a NEAR: of the choices that its flags want, or of all. */
static int mark_operands(struct span_tree *t, struct span_node *n, bool all)
{
	struct any_near near;
	size_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < n->node->nchild && !rc; i++)
		rc = alloc_flags(t, &n->child[i]);
	if (!rc)
		rc = make_near(t, n, &near);
	if (!rc)
		rc = near_any_mark(&near, all ? NULL : &n->spans,
				   n->takes_part, &t->run->scratch);
	for (i = 0; i < n->node->nchild && !rc; i++)
		rc = mark(t, &n->child[i]);
	return rc;
}

/* Marks what is below a node whose flags are set. */
static int mark(struct span_tree *t, struct span_node *n)
{
	size_t i;
	int rc = SCOUT_OK;

	switch (n->node->kind) {
	case AST_OR:
		for (i = 0; i < n->node->nchild && !rc; i++)
			rc = hand_down(t, n, &n->child[i]);
		return rc;
	case AST_NEAR:
	case AST_BEFORE:
		return mark_operands(t, n, false);
	case AST_NOT_NEAR:
		return hand_down(t, n, &n->child[0]);
	default:
		return put_leaf(t, n);
	}
}

int span_tree_collect(struct match_run *run, const struct match_node *node,
		      bool *exact)
{
	struct span_tree t = { run, true, true };
	struct span_node root = { .node = NULL };
	int rc = make_root(&t, node, &root);

	if (rc < 0)
		return rc;
	*exact &= t.is_exact && t.have_positions;
	if (!t.have_positions)
		return SCOUT_OK;
	if (node->kind != AST_NOT_NEAR)
		return mark_operands(&t, &root, true);
	rc = alloc_flags(&t, &root);
	if (rc < 0)
		return rc;
	memset(root.takes_part, true, root.spans.n);
	return mark(&t, &root);
}
