#include "query/plan/segment_docs.h"

static struct doc_iter *leaf_iter(struct segment_run *r, unsigned leaf);

/* The documents that may have what a regex or lit: needs. */
static struct doc_iter *need_iter(struct segment_run *r,
				  const struct leaf_need *need)
{
	struct doc_iter **child;
	size_t i, n = need->nchild;

	if (need->kind == NEED_PHRASE)
		return leaf_iter(r, need->leaf);
	child = arena_alloc(r->arena, n * sizeof(*child));
	for (i = 0; child && i < n; i++) {
		child[i] = need_iter(r, need->child[i]);
		if (!child[i])
			return NULL;
	}
	if (!child)
		return NULL;
	return need->kind == NEED_ALL ? doc_iter_and(child, n, r->arena)
				      : doc_iter_or(child, n, r->arena);
}

/* The documents that have all words of a leaf. */
static struct doc_iter *leaf_iter(struct segment_run *r, unsigned leaf)
{
	struct leaf_run *l = &r->leaves[leaf];
	struct doc_iter **child;
	size_t i, n = l->plan->npieces;

	if (l->plan->is_anywhere || l->is_common)
		return doc_iter_all(r->seg, r->arena);
	if (l->plan->need)
		return need_iter(r, l->plan->need);
	child = arena_alloc(r->arena, n * sizeof(*child));
	for (i = 0; child && i < n; i++) {
		child[i] = doc_iter_word(&l->words[i], r->arena);
		if (!child[i])
			return NULL;
	}
	return child ? doc_iter_and(child, n, r->arena) : NULL;
}

/* A node about the file alone, as a test of documents. */
struct node_test {
	struct doc_filter *filter;
	const struct match_node *node;
	bool negated;
};

static int passes_node(void *ctx, doc_id doc, bool *out)
{
	const struct node_test *t = ctx;
	int rc = doc_filter_test_node(t->filter, t->node, doc, out);

	*out ^= t->negated;
	return rc;
}

static int filter_iter(struct segment_run *r, const struct match_node *node,
		       bool negated, struct doc_iter **out)
{
	struct node_test *ctx = arena_alloc(r->arena, sizeof(*ctx));
	struct doc_test test = { .passes = passes_node,
				 .ctx = ctx,
				 .to = r->seg->ndocs };
	int rc = SCOUT_OK;

	if (!ctx)
		return SCOUT_E_NOMEM;
	*ctx = (struct node_test){ &r->filter, node, negated };
	if (!negated)
		rc = doc_filter_range(&r->filter, node, &test.from, &test.to);
	*out = doc_iter_test(&test, r->arena);
	return rc;
}

static int make_iter(struct segment_run *r, const struct match_node *node,
		     bool negated, struct doc_iter **out);

static int children_iter(struct segment_run *r, const struct match_node *node,
			 bool negated, struct doc_iter **out)
{
	struct doc_iter **child;
	size_t i;
	int rc = SCOUT_OK;

	child = arena_alloc(r->arena, node->nchild * sizeof(*child));
	if (!child)
		return SCOUT_E_NOMEM;
	for (i = 0; i < node->nchild && !rc; i++)
		rc = make_iter(r, node->child[i], negated, &child[i]);
	if (rc < 0)
		return rc;
	*out = (node->kind == AST_OR) != negated
		       ? doc_iter_or(child, node->nchild, r->arena)
		       : doc_iter_and(child, node->nchild, r->arena);
	return SCOUT_OK;
}

/* The documents that may match a node, or its opposite. */
static int make_iter(struct segment_run *r, const struct match_node *node,
		     bool negated, struct doc_iter **out)
{
	int rc = SCOUT_OK;

	if (node->kind == AST_NOT)
		rc = make_iter(r, node->child[0], !negated, out);
	else if (match_node_is_filter(node))
		rc = filter_iter(r, node, negated, out);
	else if (node->kind == AST_AND || node->kind == AST_OR)
		rc = children_iter(r, node, negated, out);
	else if (negated)
		*out = doc_iter_all(r->seg, r->arena);
	else if (node->kind == AST_NOT_NEAR)
		rc = make_iter(r, node->child[0], false, out);
	else if (match_node_is_near(node))
		rc = children_iter(r, node, false, out);
	else
		*out = leaf_iter(r, node->leaf);
	return rc < 0 ? rc : *out ? SCOUT_OK : SCOUT_E_NOMEM;
}

int segment_docs_make(struct segment_run *r, struct doc_iter **out)
{
	return make_iter(r, r->plan->tree->root, false, out);
}
