#include "query/match/match_tree.h"

struct builder {
	struct arena *arena;
	struct match_tree *tree;
	size_t leaves_cap;
	struct scout_err *err;
};

static int out_of_memory(struct builder *b)
{
	return scout_err_set(b->err, SCOUT_E_NOMEM, "planning a query");
}

static int unsupported(struct builder *b, const struct ast *node,
		       const char *what)
{
	return scout_err_syntax(b->err, node->pos, node->len,
				"%s is not supported yet", what);
}

static const char *kind_name(const struct ast *node)
{
	switch (node->kind) {
	case AST_NOT_NEAR:
		return "NOT NEAR";
	case AST_FUZZY:
		return "a fuzzy word";
	case AST_PART:
		return "part:";
	case AST_REGEX:
		return "a regex inside NEAR or BEFORE";
	case AST_LITERAL:
		return "lit: inside NEAR or BEFORE";
	case AST_FILTER:
		return "a filter";
	default:
		return "this operand";
	}
}

/* --- Leaves -------------------------------------------------------------- */

static int add_leaf(struct builder *b, const struct ast *node, unsigned *out)
{
	struct match_tree *t = b->tree;
	const struct ast **grown;

	if (t->nleaves == b->leaves_cap) {
		b->leaves_cap = b->leaves_cap ? b->leaves_cap * 2 : 8;
		grown = arena_alloc(b->arena,
				    b->leaves_cap * sizeof(*grown));
		if (!grown)
			return out_of_memory(b);
		if (t->nleaves)
			memcpy(grown, t->leaves,
			       t->nleaves * sizeof(*grown));
		t->leaves = grown;
	}
	t->leaves[t->nleaves] = node;
	*out = t->nleaves++;
	return SCOUT_OK;
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
static bool words_may_overlap(const struct ast *a, const struct ast *b)
{
	size_t i, j;

	for (i = 0; i < a->npieces; i++)
		for (j = 0; j < b->npieces; j++)
			if (pieces_may_meet(a, &a->pieces[i], b, &b->pieces[j]))
				return true;
	return false;
}

/* --- NEAR and BEFORE ----------------------------------------------------- */

/* The words that may stand for one operand: itself, or the branches of an OR. */
static int collect_operand(struct builder *b, const struct ast *node,
			   struct near_spec *near, unsigned *cap)
{
	unsigned *grown;
	size_t i;
	int rc = SCOUT_OK;

	if (node->kind == AST_OR) {
		for (i = 0; i < node->nchild && !rc; i++)
			rc = collect_operand(b, node->child[i], near, cap);
		return rc;
	}
	if (node->kind == AST_NEAR || node->kind == AST_BEFORE)
		return unsupported(b, node, "a NEAR or BEFORE inside another");
	if (node->kind != AST_WORDS)
		return unsupported(b, node, kind_name(node));
	if (near->nleaves == *cap) {
		*cap = *cap ? *cap * 2 : 8;
		grown = arena_alloc(b->arena, *cap * sizeof(*grown));
		if (!grown)
			return out_of_memory(b);
		if (near->nleaves)
			memcpy(grown, near->leaves,
			       near->nleaves * sizeof(*grown));
		near->leaves = grown;
	}
	return add_leaf(b, node, &near->leaves[near->nleaves++]);
}

static bool same_operand(const struct builder *b, const struct near_spec *near,
			 const struct near_operand *x,
			 const struct near_operand *y)
{
	const struct ast **leaves = b->tree->leaves;
	unsigned l;

	if (x->nleaves != y->nleaves)
		return false;
	for (l = 0; l < x->nleaves; l++)
		if (!same_words(leaves[near->leaves[x->first_leaf + l]],
				leaves[near->leaves[y->first_leaf + l]]))
			return false;
	return true;
}

/* Counts an operand that was written before as needed once more, and takes the
 * last one back. */
static void merge_operand(const struct builder *b, struct near_spec *near)
{
	struct near_operand *last = &near->operands[near->noperands - 1];
	unsigned o;

	for (o = 0; o + 1 < near->noperands; o++) {
		if (!same_operand(b, near, &near->operands[o], last))
			continue;
		near->operands[o].needed++;
		near->nleaves = last->first_leaf;
		near->noperands--;
		return;
	}
}

/* Whether any two occurrences that one match could hold may overlap. */
static bool operands_may_overlap(const struct builder *b,
				 const struct near_spec *near)
{
	const struct ast **leaves = b->tree->leaves;
	unsigned i, j;

	for (i = 0; i < near->nleaves; i++) {
		const struct ast *x = leaves[near->leaves[i]];

		if (x->npieces > 1)
			return true;	/* perhaps with itself */
		for (j = i + 1; j < near->nleaves; j++)
			if (words_may_overlap(x, leaves[near->leaves[j]]))
				return true;
	}
	return false;
}

/* The exact search over overlapping occurrences has its limit. */
static int check_states(struct builder *b, const struct ast *node,
			const struct near_spec *near)
{
	uint64_t states = 1;
	unsigned o;

	for (o = 0; o < near->noperands && states <= NEAR_MAX_STATES; o++)
		states *= (uint64_t)near->operands[o].needed + 1;
	if (near->ordered || states <= NEAR_MAX_STATES ||
	    !operands_may_overlap(b, near))
		return SCOUT_OK;
	return scout_err_syntax(b->err, node->pos, node->len,
				"a NEAR of more than 16 operands that may "
				"overlap each other (prefixes, phrases, case) "
				"is not supported");
}

static int build_near(struct builder *b, const struct ast *node,
		      struct near_spec *near)
{
	unsigned cap = 0;
	size_t i;
	int rc = SCOUT_OK;

	near->ordered = node->kind == AST_BEFORE;
	near->distance = node->distance;
	near->in_lines = node->in_lines;
	near->operands = arena_calloc(b->arena, node->nchild,
				      sizeof(*near->operands));
	if (!near->operands)
		return out_of_memory(b);
	for (i = 0; i < node->nchild && !rc; i++) {
		struct near_operand *op = &near->operands[near->noperands++];

		op->first_leaf = near->nleaves;
		op->needed = 1;
		rc = collect_operand(b, node->child[i], near, &cap);
		op->nleaves = near->nleaves - op->first_leaf;
		if (!rc && !near->ordered)
			merge_operand(b, near);
	}
	return rc < 0 ? rc : check_states(b, node, near);
}

/* --- The tree ------------------------------------------------------------ */

static int build(struct builder *b, const struct ast *ast,
		 struct match_node **out);

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
		return build_near(b, ast, &node->near);
	case AST_REGEX:
	case AST_LITERAL:
		node->kind = AST_WORDS;
		return add_leaf(b, ast, &node->leaf);
	case AST_WORDS:
		return add_leaf(b, ast, &node->leaf);
	default:
		return unsupported(b, ast, kind_name(ast));
	}
}

int match_tree_make(const struct ast *root, struct arena *arena,
		    struct match_tree *out, struct scout_err *err)
{
	struct builder b = { .arena = arena, .tree = out, .err = err };

	*out = (struct match_tree){ .root = NULL };
	return build(&b, root, &out->root);
}
