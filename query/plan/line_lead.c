#include "query/plan/line_lead.h"

/* In how many documents leads of a node are; DOC_NONE if it has none. */
static doc_id cost(const struct match_node *node, const doc_id *ndocs)
{
	bool is_or = node->kind == AST_OR;
	doc_id best = is_or ? 0 : DOC_NONE, c;
	size_t i;

	if (match_node_is_leaf(node))
		return ndocs[node->leaf];
	if (node->kind == AST_NOT || node->kind == AST_FILTER)
		return DOC_NONE;
	if (node->kind == AST_NOT_NEAR)
		return cost(node->child[0], ndocs);
	for (i = 0; i < node->nchild; i++) {
		c = cost(node->child[i], ndocs);
		if (is_or)
			best = c < DOC_NONE - best ? best + c : DOC_NONE;
		else if (c < best)
			best = c;
	}
	return best;
}

/* Adds the leads of a node that has some. */
static void add(struct line_lead *l, const struct match_node *node,
		const doc_id *ndocs)
{
	doc_id best;
	size_t i;

	if (match_node_is_leaf(node)) {
		l->leaves[l->n++] = node->leaf;
		return;
	}
	if (node->kind == AST_NOT_NEAR) {
		add(l, node->child[0], ndocs);
		return;
	}
	best = cost(node, ndocs);
	for (i = 0; i < node->nchild; i++) {
		if (node->kind == AST_OR) {
			add(l, node->child[i], ndocs);
		} else if (cost(node->child[i], ndocs) == best) {
			add(l, node->child[i], ndocs);
			return;
		}
	}
}

int line_lead_make(const struct match_tree *tree, const doc_id *ndocs,
		   struct arena *arena, struct line_lead *out)
{
	*out = (struct line_lead){ .doc = DOC_NONE };
	buf_init(&out->lines, MEM_QUERY);
	out->leaves = arena_alloc(arena, tree->nleaves * sizeof(*out->leaves));
	if (!out->leaves)
		return SCOUT_E_NOMEM;
	out->is_open = cost(tree->root, ndocs) == DOC_NONE;
	if (!out->is_open)
		add(out, tree->root, ndocs);
	return SCOUT_OK;
}

void line_lead_release(struct line_lead *l)
{
	buf_release(&l->lines);
}

static int compare_lines(const void *va, const void *vb)
{
	const struct line_words *a = va, *b = vb;

	return (a->number > b->number) - (a->number < b->number);
}

/* In order, each once. */
static void sort_lines(struct line_lead *l)
{
	struct line_words *lines = (struct line_words *)l->lines.ptr;
	size_t i, n = l->lines.len / sizeof(*lines), kept = 0;

	if (!n)
		return;
	qsort(lines, n, sizeof(*lines), compare_lines);
	for (i = 0; i < n; i++)
		if (!kept || lines[kept - 1].number != lines[i].number)
			lines[kept++] = lines[i];
	l->lines.len = kept * sizeof(*lines);
}

int line_lead_find(struct line_lead *l, struct match_run *run,
		   int (*line_of)(void *ctx, term_pos pos,
				  struct line_words *out),
		   void *ctx)
{
	struct line_words line = { .end = 0 };
	struct leaf_spans s;
	unsigned i;
	size_t j;
	int rc;

	l->is_known = !l->is_open;
	buf_clear(&l->lines);
	for (i = 0; i < l->n; i++) {
		rc = match_line_spans(run, l->leaves[i], &s);
		if (rc < 0)
			return rc;
		l->is_known &= !s.n || !s.only_present;
		line.end = 0;
		for (j = 0; j < s.n && l->is_known; j++) {
			if (s.first[j] < line.end)
				continue;
			rc = line_of(ctx, s.first[j], &line);
			if (rc < 0)
				return rc;
			buf_put(&l->lines, &line, sizeof(line));
		}
	}
	if (l->n > 1)
		sort_lines(l);
	return buf_status(&l->lines);
}
