#include "query/plan/explain.h"

struct collector {
	const struct query_plan *plan;
	const struct plan_tally *tally;	/* or NULL */
	struct arena *arena;
	bool is_out_of_memory;
};

static void *room(struct collector *c, size_t n, size_t size)
{
	void *p = arena_calloc(c->arena, n ? n : 1, size);

	c->is_out_of_memory |= !p;
	return p;
}

/* The pieces of a leaf; text[i] is what is shown of them. */
static struct explained_piece *collect_pieces(struct collector *c,
					      unsigned leaf)
{
	const struct leaf_plan *plan = &c->plan->leaves[leaf];
	const struct ast *node = leaf < c->plan->tree->nleaves ?
					 c->plan->tree->leaves[leaf] : NULL;
	struct explained_piece *out = room(c, plan->npieces, sizeof(*out));
	size_t i;

	for (i = 0; out && i < plan->npieces; i++) {
		const struct piece_plan *p = &plan->pieces[i];
		const struct need_word *needed = p->match.ctx;

		out[i].is_expanded = p->is_expanded;
		out[i].how = p->is_expanded ? p->match.name : "word";
		out[i].term = p->term;
		if (c->tally)
			out[i].counts = c->tally->leaves[leaf].pieces[i];
		out[i].lacks_places = plan->needs_positions &&
				      out[i].counts.is_too_many;
		out[i].text = node ? node->pieces[i].raw : needed->shown;
	}
	return out;
}

static void collect_need(struct collector *c, const struct leaf_need *need,
			 struct explained_need *out)
{
	size_t i;

	*out = (struct explained_need){ .kind = need->kind };
	if (need->kind == NEED_PHRASE) {
		out->npieces = c->plan->leaves[need->leaf].npieces;
		out->pieces = collect_pieces(c, need->leaf);
		if (c->tally) {
			out->ncommon = c->tally->leaves[need->leaf].ncommon;
			out->nspared = c->tally->leaves[need->leaf].nspared;
		}
		return;
	}
	out->nchild = need->nchild;
	out->child = room(c, need->nchild, sizeof(*out->child));
	for (i = 0; out->child && i < need->nchild; i++)
		collect_need(c, need->child[i], &out->child[i]);
}

static const char *why_anywhere(const struct ast *node)
{
	if (node->kind == AST_REGEX || node->kind == AST_LITERAL)
		return "no word, and no part of one, is in every match";
	return "the order of its marks is not in the index";
}

static void collect_operand(struct collector *c, unsigned l,
			    struct explained_operand *out)
{
	const struct leaf_plan *plan = &c->plan->leaves[l];
	struct explained_need *need = NULL;

	out->node = c->plan->tree->leaves[l];
	out->by = plan->is_anywhere ? BY_TEXT :
		  plan->is_approximate ? BY_INDEX_AND_TEXT : BY_INDEX;
	if (plan->is_anywhere)
		out->why = why_anywhere(out->node);
	out->npieces = plan->npieces;
	out->pieces = collect_pieces(c, l);
	if (plan->need)
		need = room(c, 1, sizeof(*need));
	if (need)
		collect_need(c, plan->need, need);
	out->need = need;
	if (c->tally) {
		out->most_files = c->tally->leaves[l].most_docs;
		out->asked_files = c->tally->leaves[l].nasked;
		out->found_files = c->tally->leaves[l].nfound;
	}
}

static void collect_filter(struct collector *c, unsigned f,
			   struct explained_filter *out)
{
	out->node = c->plan->tree->filters[f];
	if (!c->tally)
		return;
	out->most_files = c->tally->filters[f].most_docs;
	out->nasked = c->tally->filters[f].ntested;
	out->npassed = c->tally->filters[f].npassed;
}

int plan_explain(const struct query_plan *plan,
		 const struct parsed_query *parsed, struct arena *arena,
		 struct explanation *out)
{
	struct collector c = { .plan = plan, .tally = plan->tally,
			       .arena = arena };
	unsigned i;

	*out = (struct explanation){
		.parsed = parsed,
		.noperands = plan->tree->nleaves,
		.nfilters = plan->tree->nfilters,
		.by_line = plan->by_line,
		.has_globs = plan->narrow && plan->narrow->is_set,
		.has_counts = c.tally != NULL };
	if (c.tally) {
		out->nsegments = c.tally->nsegments;
		out->nfiles = c.tally->ndocs;
		out->most_files = c.tally->most_docs;
		out->looked_at = c.tally->nlooked;
	}
	out->operands = room(&c, out->noperands, sizeof(*out->operands));
	out->filters = room(&c, out->nfilters, sizeof(*out->filters));
	for (i = 0; out->operands && i < out->noperands; i++)
		collect_operand(&c, i, &out->operands[i]);
	for (i = 0; out->filters && i < out->nfilters; i++)
		collect_filter(&c, i, &out->filters[i]);
	return c.is_out_of_memory ? SCOUT_E_NOMEM : SCOUT_OK;
}
