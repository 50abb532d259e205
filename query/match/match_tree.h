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
	enum ast_kind kind;	/* AND, OR, NOT, NEAR, BEFORE; of all leaves
				 * WORDS */
	struct match_node **child;	/* AND, OR, NOT */
	size_t nchild;
	unsigned leaf;
	struct near_spec near;	/* NEAR, BEFORE */
};

struct match_tree {
	struct match_node *root;
	const struct ast **leaves;	/* by number, in the order written */
	unsigned nleaves;
};

/*
 * Makes the tree in arena.  SCOUT_E_SYNTAX with the place for what cannot be
 * answered yet, SCOUT_E_NOMEM.
 */
int match_tree_make(const struct ast *root, struct arena *arena,
		    struct match_tree *out, struct scout_err *err);

#endif
