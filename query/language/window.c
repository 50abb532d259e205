#include "query/language/window.h"

int window_check_operand(const struct ast *node, struct scout_err *err)
{
	const char *what;
	size_t i;
	int rc;

	switch (node->kind) {
	case AST_AND:
		what = "AND";
		break;
	case AST_NOT:
		what = "NOT";
		break;
	case AST_FILTER:
		what = "a filter";
		break;
	case AST_OR:
		for (i = 0; i < node->nchild; i++) {
			rc = window_check_operand(node->child[i], err);
			if (rc < 0)
				return rc;
		}
		return SCOUT_OK;
	default:
		return SCOUT_OK;
	}
	return scout_err_syntax(err, node->pos, node->len,
				"NEAR and BEFORE measure between places in the "
				"text, and %s has none", what);
}

/* The fewest positions that an occurrence of node can span. */
static uint64_t shortest(const struct ast *node)
{
	uint64_t least = UINT64_MAX, sum = 0, n;
	size_t i;

	switch (node->kind) {
	case AST_WORDS:
		return node->npieces;
	case AST_NOT_NEAR:
		return shortest(node->child[0]);
	case AST_OR:
		for (i = 0; i < node->nchild; i++) {
			n = shortest(node->child[i]);
			least = n < least ? n : least;
		}
		return least;
	case AST_NEAR:
	case AST_BEFORE:
		for (i = 0; i < node->nchild; i++)
			sum += shortest(node->child[i]);
		return sum;
	default:
		return 1;
	}
}

/* The operands in the middle stand between the outer two; without an order, the
 * two longest stand outside. */
uint64_t window_least_distance(const struct ast *node)
{
	uint64_t sum = 0, longest = 0, second = 0, n;
	size_t i;

	for (i = 0; i < node->nchild; i++) {
		n = shortest(node->child[i]);
		sum += n;
		if (node->kind == AST_BEFORE) {
			if (!i || i + 1 == node->nchild)
				longest += n;
		} else if (n > longest) {
			second = longest;
			longest = n;
		} else if (n > second) {
			second = n;
		}
	}
	return sum - longest - second + 1;
}
