#include "query/plan/text_plan.h"

#include "index_format/fold.h"
#include "query/plan/term_regex.h"
#include "query/verify/regex.h"

int text_plan_need(const struct ast *leaf, struct arena *arena,
		   struct text_need **out)
{
	unsigned flags = leaf->sensitive ? 0 : REGEX_PARSE_IGNORE_CASE;
	struct regex_node *tree;
	int rc;

	if (leaf->kind == AST_LITERAL)
		flags |= REGEX_PARSE_LITERAL;
	rc = regex_parse(leaf->text, flags, arena, &tree);
	/* a newer version of Unicode has letters that are none for scout */
	return rc < 0 ? rc :
			text_need_make(tree,
				       regex_is_of_unicode(
					       fold_unicode_version()),
				       arena, out);
}

unsigned text_plan_count(const struct text_need *need)
{
	unsigned sum = need->kind == NEED_PHRASE;
	size_t i;

	for (i = 0; i < need->nchild; i++)
		sum += text_plan_count(need->child[i]);
	return sum;
}

static int plan_word(const struct need_word *w, struct arena *arena,
		     struct leaf_plan *leaf, struct piece_plan *out)
{
	leaf->minds_overlong = true;
	out->is_expanded = !w->is_literal || w->is_open_before ||
			   w->is_open_after;
	if (!out->is_expanded)
		out->term = span_of(w->folded.ptr, fold_kept_len(w->folded));
	return term_regex_make(w, arena, &out->match);
}

static int plan_phrase(const struct text_need *need, struct arena *arena,
		       struct leaf_plan *out)
{
	size_t i;
	int rc = SCOUT_OK;

	out->is_approximate = out->only_narrows = true;
	out->npieces = need->nwords;
	out->needs_positions = need->nwords > 1;
	out->pieces = arena_calloc(arena, need->nwords, sizeof(*out->pieces));
	if (!out->pieces)
		return SCOUT_E_NOMEM;
	for (i = 0; i < need->nwords && !rc; i++)
		rc = plan_word(&need->words[i], arena, out, &out->pieces[i]);
	return rc;
}

int text_plan_make(const struct text_need *need, struct arena *arena,
		   struct leaf_plan *leaves, unsigned *next,
		   struct leaf_need **out)
{
	struct leaf_need *n = arena_calloc(arena, 1, sizeof(*n));
	size_t i;
	int rc = SCOUT_OK;

	if (!n)
		return SCOUT_E_NOMEM;
	*out = n;
	n->kind = need->kind;
	if (need->kind == NEED_PHRASE) {
		n->leaf = (*next)++;
		return plan_phrase(need, arena, &leaves[n->leaf]);
	}
	n->nchild = need->nchild;
	n->child = arena_calloc(arena, n->nchild, sizeof(*n->child));
	if (!n->child)
		return SCOUT_E_NOMEM;
	for (i = 0; i < n->nchild && !rc; i++)
		rc = text_plan_make(need->child[i], arena, leaves, next,
				    &n->child[i]);
	return rc;
}
