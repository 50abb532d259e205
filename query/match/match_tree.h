/*
 * A query's tree as it is evaluated: the parser's, with its leaves numbered and
 * the operands of NEAR sorted out.
 *
 * It never changes after it was made and may be shared by threads.
 */
#ifndef SCOUT_QUERY_MATCH_MATCH_TREE_H
#define SCOUT_QUERY_MATCH_MATCH_TREE_H

#include "query/language/ast.h"
#include "query/match/near.h"

struct match_node {
	enum ast_kind kind;
	struct match_node **child;	/* operators */
	size_t nchild;
	unsigned *needed;	/* NEAR: how often each child is; it is there
				 * once, however often it was written */
	unsigned leaf;		/* operands; of a FILTER its number among these */
	/* NEAR, BEFORE, NOT NEAR: the distance; also what near.h needs to
	 * answer it, if operands are but leaves and ORs of them, else
	 * noperands is 0 */
	struct near_spec near;
};

/* Whether a node is an operand that is looked up: no operator, no filter. */
static inline bool match_node_is_leaf(const struct match_node *node)
{
	return node->kind >= AST_WORDS && node->kind != AST_FILTER;
}

/* Whether a node is about the file alone: a filter, or AND, OR, NOT of such. */
bool match_node_is_filter(const struct match_node *node);

/* Whether its operands have to be near each other, or not. */
static inline bool match_node_is_near(const struct match_node *node)
{
	return node->kind == AST_NEAR || node->kind == AST_BEFORE ||
	       node->kind == AST_NOT_NEAR;
}

struct match_tree {
	struct match_node *root;
	const struct ast **leaves;	/* by number, in the order written */
	unsigned nleaves;
	const struct ast **filters;	/* the same for filters */
	unsigned nfilters;
};

/*
 * Makes the tree in arena.  SCOUT_E_SYNTAX with the place for what is beyond
 * a limit, SCOUT_E_NOMEM.
 */
int match_tree_make(const struct ast *root, struct arena *arena,
		    struct match_tree *out, struct scout_err *err);

#endif
