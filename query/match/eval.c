#include "query/match/eval.h"

#include "query/match/span_tree.h"

void match_run_init(struct match_run *run, const struct match_tree *tree,
		    const struct match_source *source)
{
	*run = (struct match_run){ .tree = tree, .source = *source };
	arena_init(&run->scratch, MEM_QUERY);
}

void match_run_release(struct match_run *run)
{
	arena_release(&run->scratch);
	hit_list_release(&run->hits);
	line_scope_release(&run->lines);
}

/* --- Verdicts ------------------------------------------------------------ */

static int eval_node(struct match_run *run, const struct match_node *node,
		     enum verdict *out);

static int get_leaf(struct match_run *run, unsigned leaf, bool positions,
		    struct leaf_spans *out)
{
	return run->source.leaf(run->source.ctx, leaf, positions, out);
}

static int eval_filter(struct match_run *run, const struct match_node *node,
		       enum verdict *out)
{
	bool lets_through;
	int rc = run->source.filter(run->source.ctx, node->leaf,
				    &lets_through);

	if (rc == SCOUT_OK)
		*out = lets_through ? VERDICT_YES : VERDICT_NO;
	return rc;
}

static int eval_leaf(struct match_run *run, const struct match_node *node,
		     enum verdict *out)
{
	struct leaf_spans spans;
	int rc = get_leaf(run, node->leaf, false, &spans);

	if (rc < 0)
		return rc;
	*out = !spans.n ? VERDICT_NO :
	       spans.is_exact ? VERDICT_YES : VERDICT_MAYBE;
	return SCOUT_OK;
}

/* AND is the least of its children, OR the greatest. */
static int eval_children(struct match_run *run, const struct match_node *node,
			 enum verdict *out)
{
	bool is_and = node->kind == AST_AND;
	enum verdict sum = is_and ? VERDICT_YES : VERDICT_NO, v;
	size_t i;
	int rc;

	for (i = 0; i < node->nchild; i++) {
		rc = eval_node(run, node->child[i], &v);
		if (rc < 0)
			return rc;
		if (is_and ? v < sum : v > sum)
			sum = v;
		if (sum == (is_and ? VERDICT_NO : VERDICT_YES))
			break;
	}
	*out = sum;
	return SCOUT_OK;
}

/* What is known of the leaves of a NEAR. */
struct near_leaves {
	struct leaf_spans *spans;
	bool is_exact;		/* all that occur are */
	bool have_positions;	/* ... and are told with positions */
	bool any_length;	/* some give their last positions: not for
				 * near.h */
};

static int get_near_leaves(struct match_run *run, const struct near_spec *near,
			   struct near_leaves *out)
{
	unsigned l;
	int rc;

	out->spans = arena_alloc(&run->scratch,
				 near->nleaves * sizeof(*out->spans));
	if (!out->spans)
		return SCOUT_E_NOMEM;
	out->is_exact = out->have_positions = true;
	out->any_length = false;
	for (l = 0; l < near->nleaves; l++) {
		struct leaf_spans *s = &out->spans[l];

		rc = get_leaf(run, near->leaves[l], true, s);
		if (rc < 0)
			return rc;
		out->is_exact &= s->is_exact || !s->n;
		out->have_positions &= !s->only_present || !s->n;
		out->any_length |= s->last && s->n;
	}
	return SCOUT_OK;
}

/* Whether a node can have an occurrence: every operand of a NEAR has to be
 * there at all. */
static int may_occur(struct match_run *run, const struct match_node *node,
		     bool *out)
{
	size_t i, n = node->kind == AST_NOT_NEAR ? 1 : node->nchild;
	struct leaf_spans s;
	int rc = SCOUT_OK;

	if (match_node_is_leaf(node)) {
		rc = get_leaf(run, node->leaf, false, &s);
		*out = !rc && s.n;
		return rc;
	}
	*out = node->kind != AST_OR;
	for (i = 0; i < n && !rc; i++) {
		rc = may_occur(run, node->child[i], out);
		if (*out == (node->kind == AST_OR))
			break;
	}
	return rc;
}

/* Two leaves that the source can compare by itself. */
static int eval_pair(struct match_run *run, const struct near_spec *near,
		     bool *out_known, enum verdict *out)
{
	uint32_t distance = near->distance;
	struct leaf_spans a, b;
	bool found = false;
	int rc;

	*out_known = false;
	if (!run->source.near || !near_is_plain_pair(near))
		return SCOUT_OK;
	rc = run->source.near(run->source.ctx, near->leaves[0],
			      near->leaves[1], distance,
			      near->ordered ? 0 : distance, out_known, &found);
	if (rc < 0 || !*out_known || !found)
		return rc;
	rc = get_leaf(run, near->leaves[0], false, &a);
	if (!rc)
		rc = get_leaf(run, near->leaves[1], false, &b);
	if (!rc)
		*out = a.is_exact && b.is_exact ? VERDICT_YES : VERDICT_MAYBE;
	return rc;
}

static int eval_near(struct match_run *run, const struct match_node *node,
		     enum verdict *out)
{
	struct near_leaves leaves;
	bool found, known;
	int rc;

	*out = VERDICT_NO;
	rc = eval_pair(run, &node->near, &known, out);
	if (rc < 0 || known)
		return rc;
	rc = may_occur(run, node, &found);
	if (rc < 0 || !found)
		return rc;
	if (!node->near.noperands)
		return span_tree_eval(run, node, out);
	rc = get_near_leaves(run, &node->near, &leaves);
	if (!rc && leaves.any_length)
		return span_tree_eval(run, node, out);
	if (!rc && leaves.have_positions)
		rc = near_match(&node->near, leaves.spans, &run->source.lines,
				&run->scratch, &found);
	if (rc < 0)
		return rc;
	if (found)
		*out = leaves.is_exact && leaves.have_positions ? VERDICT_YES :
								  VERDICT_MAYBE;
	return SCOUT_OK;
}

static int eval_node(struct match_run *run, const struct match_node *node,
		     enum verdict *out)
{
	int rc;

	switch (node->kind) {
	case AST_FILTER:
		return eval_filter(run, node, out);
	case AST_NEAR:
	case AST_BEFORE:
	case AST_NOT_NEAR:
		if (!run->only_filters)
			return eval_near(run, node, out);
		*out = VERDICT_MAYBE;
		return SCOUT_OK;
	case AST_NOT:
		rc = eval_node(run, node->child[0], out);
		if (rc == SCOUT_OK)
			*out = VERDICT_YES - *out;
		return rc;
	case AST_AND:
	case AST_OR:
		return eval_children(run, node, out);
	default:
		if (!run->only_filters)
			return eval_leaf(run, node, out);
		*out = VERDICT_MAYBE;
		return SCOUT_OK;
	}
}

int match_eval(struct match_run *run, enum verdict *out)
{
	arena_clear(&run->scratch);
	return eval_node(run, run->tree->root, out);
}

int match_eval_filters(struct match_run *run, enum verdict *out)
{
	int rc;

	run->only_filters = true;
	rc = eval_node(run, run->tree->root, out);
	run->only_filters = false;
	return rc;
}

/* --- Hits ---------------------------------------------------------------- */

static int collect_node(struct match_run *run, const struct match_node *node,
			bool *exact);

static int collect_leaf(struct match_run *run, const struct match_node *node,
			bool *exact)
{
	struct leaf_spans s;
	size_t i;
	int rc = get_leaf(run, node->leaf, true, &s);

	if (rc < 0 || !s.n)
		return rc;
	run->leaf_takes_part[node->leaf] = s.in_text;
	*exact &= s.is_exact && !s.only_present;
	if (s.only_present || s.in_text)
		return SCOUT_OK;
	rc = hit_list_begin_run(&run->hits);
	for (i = 0; i < s.n && !rc; i++) {
		struct hit h = { .first = s.first[i],
				 .last = leaf_span_last(&s, i),
				 .leaf = node->leaf };

		rc = hit_list_put(&run->hits, &h);
	}
	return rc;
}

static int collect_near(struct match_run *run, const struct match_node *node,
			bool *exact)
{
	struct near_leaves leaves;
	bool occur;
	int rc;

	rc = may_occur(run, node, &occur);
	if (rc < 0 || !occur)
		return rc;
	if (!node->near.noperands)
		return span_tree_collect(run, node, exact);
	rc = get_near_leaves(run, &node->near, &leaves);
	if (rc < 0)
		return rc;
	if (leaves.any_length)
		return span_tree_collect(run, node, exact);
	*exact &= leaves.is_exact && leaves.have_positions;
	if (!leaves.have_positions)
		return SCOUT_OK;
	return near_collect(&node->near, leaves.spans, &run->source.lines,
			    &run->scratch, &run->hits);
}

/* Of an OR, the branches that are true. */
static int collect_or(struct match_run *run, const struct match_node *node,
		      bool *exact)
{
	enum verdict v;
	size_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < node->nchild && !rc; i++) {
		rc = eval_node(run, node->child[i], &v);
		if (rc < 0 || v == VERDICT_NO)
			continue;
		*exact &= v == VERDICT_YES;
		rc = collect_node(run, node->child[i], exact);
	}
	return rc;
}

static int collect_node(struct match_run *run, const struct match_node *node,
			bool *exact)
{
	size_t i;
	int rc = SCOUT_OK;

	switch (node->kind) {
	case AST_NEAR:
	case AST_BEFORE:
	case AST_NOT_NEAR:
		return collect_near(run, node, exact);
	case AST_NOT:
	case AST_FILTER:
		return SCOUT_OK;
	case AST_OR:
		return collect_or(run, node, exact);
	case AST_AND:
		for (i = 0; i < node->nchild && !rc; i++)
			rc = collect_node(run, node->child[i], exact);
		return rc;
	default:
		return collect_leaf(run, node, exact);
	}
}

/* Adds to the hits. */
static int collect(struct match_run *run, bool *out_exact)
{
	bool exact = true;
	int rc;

	arena_clear(&run->scratch);
	run->leaf_takes_part = arena_calloc(&run->scratch, run->tree->nleaves,
					    sizeof(bool));
	if (!run->leaf_takes_part)
		return SCOUT_E_NOMEM;
	rc = collect_node(run, run->tree->root, &exact);
	if (!rc)
		*out_exact = exact;
	return rc;
}

int match_collect(struct match_run *run, bool *out_exact)
{
	int rc;

	hit_list_clear(&run->hits);
	rc = collect(run, out_exact);
	return rc < 0 ? rc : hit_list_sort(&run->hits, !run->keeps_leaves,
					   &run->scratch);
}

int match_line_collect(struct match_run *run, bool *out_exact)
{
	size_t before = run->hits.n;
	int rc;

	run->hits.nruns = 0;
	rc = collect(run, out_exact);
	return rc < 0 ? rc : hit_list_sort_from(&run->hits, before,
						!run->keeps_leaves,
						&run->scratch);
}
