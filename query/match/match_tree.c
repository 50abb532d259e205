#include "query/match/match_tree.h"

struct builder {
	struct arena *arena;
	struct match_tree *tree;
	struct scout_err *err;
};

static int out_of_memory(struct builder *b)
{
	return scout_err_set(b->err, SCOUT_E_NOMEM, "planning a query");
}

/* --- Leaves -------------------------------------------------------------- */

/* Appends to an array in the arena, which has room for a power of two. */
static int append(struct builder *b, const struct ast ***array, unsigned *n,
		  const struct ast *node)
{
	const struct ast **grown = *array;

	if (!(*n & (*n - 1))) {
		grown = arena_alloc(b->arena,
				    (*n ? 2 * (size_t)*n : 1) *
					    sizeof(*grown));
		if (!grown)
			return out_of_memory(b);
		if (*n)
			memcpy(grown, *array, *n * sizeof(*grown));
		*array = grown;
	}
	grown[(*n)++] = node;
	return SCOUT_OK;
}

static int add_leaf(struct builder *b, const struct ast *node, unsigned *out)
{
	*out = b->tree->nleaves;
	return append(b, &b->tree->leaves, &b->tree->nleaves, node);
}

static int add_filter(struct builder *b, const struct ast *node, unsigned *out)
{
	*out = b->tree->nfilters;
	return append(b, &b->tree->filters, &b->tree->nfilters, node);
}

static bool same_piece(const struct ast_piece *a, const struct ast_piece *b)
{
	size_t i;

	if (a->nitems != b->nitems)
		return false;
	for (i = 0; i < a->nitems; i++)
		if (a->items[i].kind != b->items[i].kind ||
		    !span_eq(a->items[i].composed, b->items[i].composed))
			return false;
	return a->nitems || span_eq(a->folded, b->folded);
}

/* Whether two leaves have the same occurrences in every text. */
static bool same_words(const struct ast *a, const struct ast *b)
{
	size_t i;

	if (a->npieces != b->npieces || a->sensitive != b->sensitive ||
	    a->no_marks != b->no_marks)
		return false;
	for (i = 0; i < a->npieces; i++)
		if (!same_piece(&a->pieces[i], &b->pieces[i]))
			return false;
	return true;
}

/* The same for any two operands. */
static bool same_leaf(const struct ast *a, const struct ast *b)
{
	return a->kind == b->kind && a->distance == b->distance &&
	       same_words(a, b) &&
	       (a->kind == AST_WORDS || a->kind == AST_FUZZY ||
		a->kind == AST_PART ||
		(span_eq(a->text, b->text) &&
		 a->regex_icase == b->regex_icase &&
		 a->regex_multiline == b->regex_multiline));
}

/* Whether a word could be both pieces; true where that takes thought. */
static bool pieces_may_meet(const struct ast *a, const struct ast_piece *pa,
			    const struct ast *b, const struct ast_piece *pb)
{
	if (pa->nitems || pb->nitems || a->sensitive || b->sensitive ||
	    a->no_marks || b->no_marks)
		return true;
	return span_eq(pa->folded, pb->folded);
}

/* Whether occurrences of the two could overlap. */
static bool leaves_may_overlap(const struct ast *a, const struct ast *b)
{
	size_t i, j;

	if (a->kind != AST_WORDS || b->kind != AST_WORDS)
		return true;
	for (i = 0; i < a->npieces; i++)
		for (j = 0; j < b->npieces; j++)
			if (pieces_may_meet(a, &a->pieces[i], b, &b->pieces[j]))
				return true;
	return false;
}

/* --- NEAR, BEFORE and NOT NEAR ------------------------------------------- */

static int build(struct builder *b, const struct ast *ast,
		 struct match_node **out);

/* Whether two operands have the same occurrences in every text. */
static bool same_operand(const struct ast *a, const struct ast *b)
{
	size_t i;

	if (a->kind >= AST_WORDS || b->kind >= AST_WORDS)
		return same_leaf(a, b);
	if (a->kind != b->kind || a->nchild != b->nchild ||
	    a->distance != b->distance || a->in_lines != b->in_lines)
		return false;
	for (i = 0; i < a->nchild; i++)
		if (!same_operand(a->child[i], b->child[i]))
			return false;
	return true;
}

/* The child that an operand of a NEAR is the same as; nchild if it is new. */
static size_t find_same(const struct ast *node, const size_t *written,
			size_t nchild, size_t i)
{
	size_t c;

	if (node->kind == AST_BEFORE)
		return nchild;
	for (c = 0; c < nchild; c++)
		if (same_operand(node->child[written[c]], node->child[i]))
			return c;
	return nchild;
}

/* Operands that are written twice become one that is needed twice. */
static int build_operands(struct builder *b, const struct ast *ast,
			  struct match_node *node)
{
	size_t *written = arena_alloc(b->arena,
				      ast->nchild * sizeof(*written));
	struct match_node *child;
	size_t i, c;
	int rc;

	node->child = arena_calloc(b->arena, ast->nchild, sizeof(*node->child));
	node->needed = arena_calloc(b->arena, ast->nchild,
				    sizeof(*node->needed));
	if (!written || !node->child || !node->needed)
		return out_of_memory(b);
	for (i = 0; i < ast->nchild; i++) {
		rc = build(b, ast->child[i], &child);
		if (rc < 0)
			return rc;
		c = find_same(ast, written, node->nchild, i);
		node->needed[c]++;
		if (c < node->nchild)
			continue;
		node->child[c] = child;
		written[c] = i;
		node->nchild++;
	}
	return SCOUT_OK;
}

static size_t count_leaves(const struct match_node *node)
{
	size_t i, n = 0;

	if (match_node_is_leaf(node))
		return 1;
	for (i = 0; i < node->nchild; i++)
		n += count_leaves(node->child[i]);
	return n;
}

/* Adds the leaves of an operand that is one, or an OR of them; false if it is
 * something else. */
static bool take_leaves(const struct match_node *node, struct near_spec *near)
{
	size_t i;

	if (match_node_is_leaf(node)) {
		near->leaves[near->nleaves++] = node->leaf;
		return true;
	}
	if (node->kind != AST_OR)
		return false;
	for (i = 0; i < node->nchild; i++)
		if (!take_leaves(node->child[i], near))
			return false;
	return true;
}

/* Fills in what near.h needs; leaves noperands 0 if that cannot answer it. */
static int flatten(struct builder *b, struct match_node *node)
{
	struct near_spec *near = &node->near;
	size_t i;

	near->leaves = arena_alloc(b->arena, count_leaves(node) *
						     sizeof(*near->leaves));
	near->operands = arena_calloc(b->arena, node->nchild,
				      sizeof(*near->operands));
	if (!near->leaves || !near->operands)
		return out_of_memory(b);
	for (i = 0; i < node->nchild; i++) {
		struct near_operand *op = &near->operands[i];

		op->first_leaf = near->nleaves;
		op->needed = node->needed[i];
		if (!take_leaves(node->child[i], near)) {
			near->nleaves = 0;
			return SCOUT_OK;
		}
		op->nleaves = near->nleaves - op->first_leaf;
	}
	near->noperands = (unsigned)node->nchild;
	return SCOUT_OK;
}

/* Whether any two occurrences that one match could hold may overlap. */
static bool operands_may_overlap(const struct builder *b,
				 const struct near_spec *near)
{
	const struct ast **leaves = b->tree->leaves;
	unsigned i, j;

	for (i = 0; i < near->nleaves; i++) {
		const struct ast *x = leaves[near->leaves[i]];

		if (x->kind != AST_WORDS || x->npieces > 1)
			return true;	/* perhaps with itself */
		for (j = i + 1; j < near->nleaves; j++)
			if (leaves_may_overlap(x, leaves[near->leaves[j]]))
				return true;
	}
	return false;
}

/* The exact search over overlapping occurrences has its limit. */
static int check_states(struct builder *b, const struct ast *ast,
			const struct match_node *node)
{
	uint64_t states = 1;
	size_t i;

	for (i = 0; i < node->nchild && states <= NEAR_MAX_STATES; i++)
		states *= (uint64_t)node->needed[i] + 1;
	if (node->near.ordered || states <= NEAR_MAX_STATES ||
	    (node->near.noperands && !operands_may_overlap(b, &node->near)))
		return SCOUT_OK;
	return scout_err_syntax(b->err, ast->pos, ast->len,
				"a NEAR of more than 16 operands that may "
				"overlap each other (prefixes, phrases, case) "
				"is not supported");
}

static void take_distance(const struct ast *ast, struct match_node *node)
{
	node->near.ordered = ast->kind == AST_BEFORE;
	node->near.distance = ast->distance;
	node->near.in_lines = ast->in_lines;
}

static int build_near(struct builder *b, const struct ast *ast,
		      struct match_node *node)
{
	int rc;

	take_distance(ast, node);
	rc = build_operands(b, ast, node);
	if (!rc)
		rc = flatten(b, node);
	return rc < 0 ? rc : check_states(b, ast, node);
}

/* --- The tree ------------------------------------------------------------ */

/* How much work a node's verdict is, roughly. */
static unsigned effort(const struct builder *b, const struct match_node *node)
{
	unsigned most = 0, e;
	size_t i;

	if (node->kind == AST_FILTER)
		return 0;
	if (match_node_is_leaf(node))
		return b->tree->leaves[node->leaf]->npieces == 1 ? 1 : 2;
	if (match_node_is_near(node))
		return 3;
	for (i = 0; i < node->nchild; i++) {
		e = effort(b, node->child[i]);
		most = e > most ? e : most;
	}
	return most;
}

/* What is soon told comes first: it may be all that is needed. */
static void sort_by_effort(const struct builder *b, struct match_node *node)
{
	size_t i, j;

	for (i = 1; i < node->nchild; i++) {
		struct match_node *c = node->child[i];
		unsigned e = effort(b, c);

		for (j = i; j && effort(b, node->child[j - 1]) > e; j--)
			node->child[j] = node->child[j - 1];
		node->child[j] = c;
	}
}

static int build_children(struct builder *b, const struct ast *ast,
			  struct match_node *node)
{
	size_t i;
	int rc = SCOUT_OK;

	node->nchild = ast->nchild;
	node->child = arena_calloc(b->arena, ast->nchild,
				   sizeof(*node->child));
	if (!node->child)
		return out_of_memory(b);
	for (i = 0; i < ast->nchild && !rc; i++)
		rc = build(b, ast->child[i], &node->child[i]);
	if (!rc && (ast->kind == AST_AND || ast->kind == AST_OR))
		sort_by_effort(b, node);
	return rc;
}

static int build(struct builder *b, const struct ast *ast,
		 struct match_node **out)
{
	struct match_node *node = arena_calloc(b->arena, 1, sizeof(*node));

	if (!node)
		return out_of_memory(b);
	*out = node;
	node->kind = ast->kind;
	switch (ast->kind) {
	case AST_AND:
	case AST_OR:
	case AST_NOT:
		return build_children(b, ast, node);
	case AST_NEAR:
	case AST_BEFORE:
		return build_near(b, ast, node);
	case AST_NOT_NEAR:
		take_distance(ast, node);
		return build_children(b, ast, node);
	case AST_FILTER:
		return add_filter(b, ast, &node->leaf);
	default:
		return add_leaf(b, ast, &node->leaf);
	}
}

bool match_node_is_filter(const struct match_node *node)
{
	size_t i;

	if (node->kind == AST_FILTER)
		return true;
	if (node->kind != AST_AND && node->kind != AST_OR &&
	    node->kind != AST_NOT)
		return false;
	for (i = 0; i < node->nchild; i++)
		if (!match_node_is_filter(node->child[i]))
			return false;
	return true;
}

int match_tree_make(const struct ast *root, struct arena *arena,
		    struct match_tree *out, struct scout_err *err)
{
	struct builder b = { .arena = arena, .tree = out, .err = err };

	*out = (struct match_tree){ .root = NULL };
	return build(&b, root, &out->root);
}
