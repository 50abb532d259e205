#include "query/verify/text_pattern.h"

/* Where in the query the byte at pos of a regex is: after the slash, and
 * slashes in it have a backslash there. */
static size_t place_in_query(const struct ast *node, size_t pos)
{
	size_t i, place = node->pos + 1 + pos;

	if (node->is_plain)
		return pos < node->len ? pos : 0;
	for (i = 0; i < pos && i < node->text.len; i++)
		place += node->text.ptr[i] == '/';
	return place < node->pos + node->len ? place : node->pos;
}

static int compile(struct text_pattern *p, struct scout_err *err)
{
	struct scout_err sub = SCOUT_ERR_INIT;
	const struct ast *node = p->node;
	unsigned flags = node->sensitive ? 0 : REGEX_IGNORE_CASE;
	int rc;

	if (node->kind == AST_LITERAL)
		flags |= REGEX_LITERAL;
	else if (node->regex_multiline)
		flags |= REGEX_MULTILINE;
	rc = regex_new(node->text, flags, &p->re, &sub);
	if (rc != SCOUT_E_SYNTAX)
		return rc < 0 ? scout_err_set(err, rc, "%s", sub.msg) : rc;
	return node->kind == AST_LITERAL ?
		       scout_err_syntax(err, node->pos, node->len,
					"lit: cannot ignore case in this: %s",
					sub.msg) :
		       scout_err_syntax(err, place_in_query(node, sub.pos), 1,
					"this regex: %s", sub.msg);
}

/* Which lines, or for a pattern that spans lines which texts, may match. */
static int make_filter(struct text_pattern *p, struct arena *arena,
		       struct scout_err *err)
{
	const struct ast *node = p->node;
	struct regex_node *tree;
	unsigned flags = node->sensitive ? 0 : REGEX_PARSE_IGNORE_CASE;
	int rc;

	if (node->kind == AST_LITERAL)
		flags |= REGEX_PARSE_LITERAL;
	rc = regex_parse(node->text, flags, arena, &tree);
	if (!rc)
		rc = line_filter_make(tree, arena, &p->filter);
	if (p->spans_lines)
		line_filter_use_for_texts(&p->filter);
	return rc < 0 ? scout_err_set(err, rc, "planning a query") : rc;
}

static int make_pattern(struct text_pattern *p, struct arena *arena,
			struct scout_err *err)
{
	const struct ast *node = p->node;
	int rc;

	p->spans_lines = node->kind == AST_REGEX && node->regex_multiline;
	if (node->kind == AST_LITERAL) {
		p->is_impossible = node->text.len &&
				   memchr(node->text.ptr, '\n',
					  node->text.len);
		if (p->is_impossible)
			return SCOUT_OK;
		if (node->sensitive && node->text.len) {
			line_filter_string(&p->filter, node->text);
			return SCOUT_OK;
		}
	}
	rc = compile(p, err);
	if (!rc && !p->is_plain)
		rc = make_filter(p, arena, err);
	if (!rc && p->filter.is_exact) {
		regex_free(p->re);
		p->re = NULL;
	}
	return rc;
}

static bool is_text(const struct ast *leaf)
{
	return leaf->kind == AST_REGEX || leaf->kind == AST_LITERAL;
}

int text_patterns_make(const struct match_tree *tree, unsigned flags,
		       struct arena *arena, struct text_patterns *out,
		       struct scout_err *err)
{
	unsigned l, n = 0;
	int rc = SCOUT_OK;

	*out = (struct text_patterns){ .items = NULL };
	for (l = 0; l < tree->nleaves; l++)
		n += is_text(tree->leaves[l]);
	if (!n)
		return SCOUT_OK;
	out->items = arena_calloc(arena, n, sizeof(*out->items));
	out->of_leaf = arena_alloc(arena, tree->nleaves *
						  sizeof(*out->of_leaf));
	if (!out->items || !out->of_leaf)
		return scout_err_set(err, SCOUT_E_NOMEM, "planning a query");
	for (l = 0; l < tree->nleaves && !rc; l++) {
		struct text_pattern *p = &out->items[out->n];

		out->of_leaf[l] = n;
		if (!is_text(tree->leaves[l]))
			continue;
		p->leaf = l;
		p->node = tree->leaves[l];
		out->of_leaf[l] = out->n++;
		p->is_plain = flags & TEXT_PATTERN_PLAIN;
		rc = make_pattern(p, arena, err);
		p->spans_lines &= !(flags & TEXT_PATTERN_BY_LINE);
		out->any_spans_lines |= p->spans_lines;
	}
	return rc;
}

void text_patterns_release(struct text_patterns *p)
{
	unsigned i;

	for (i = 0; i < p->n; i++)
		regex_free(p->items[i].re);
	*p = (struct text_patterns){ .items = NULL };
}
