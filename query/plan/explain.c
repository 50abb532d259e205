#include "query/plan/explain.h"

#include "query/language/parser.h"
#include "query/language/query_error.h"
#include "query/plan/segment_run.h"

typedef unsigned long long ull;

/* What the index has of a word or prefix, over all segments. */
struct found {
	uint64_t nblocks;
	uint64_t ndocs;
	uint64_t noccurrences;
	uint64_t nterms;
	uint64_t nunsure;	/* documents of which the text decides */
	bool is_too_many;	/* more occurrences than are kept */
};

/* A word that is a term of its own. */
static int look_up_term(const struct piece_plan *p, struct segment_reader *seg,
			struct found *f, struct scout_err *err)
{
	enum term_verdict verdict = TERM_YES;
	struct term_scratch scratch;
	struct term_info info;
	int rc = segment_find_term(seg, p->term, &info, err);

	if (rc < 0)
		return rc == SCOUT_E_NOTFOUND ? SCOUT_OK : rc;
	if (p->match.test) {
		term_scratch_init(&scratch);
		rc = p->match.test(&p->match, &scratch, p->term, info.surface,
				   &verdict);
		term_scratch_release(&scratch);
	}
	if (rc < 0 || verdict == TERM_NO)
		return rc;
	f->nterms++;
	f->ndocs += info.df;
	f->noccurrences += info.cf;
	if (verdict == TERM_PERHAPS)
		f->nunsure += info.df;
	return SCOUT_OK;
}

static int look_up(const struct piece_plan *p, struct segment_reader *seg,
		   struct found *f, struct scout_err *err)
{
	struct expand_options options = { .counts = true };
	struct expansion x;
	struct arena arena;
	int rc;

	if (!p->is_expanded)
		return look_up_term(p, seg, f, err);
	arena_init(&arena, MEM_QUERY);
	rc = expand_terms(seg, &p->match, &options, &arena, &x, err);
	if (!rc) {
		f->nblocks += x.nblocks;
		f->nterms += x.nterms;
		f->ndocs += x.ndocs;
		f->noccurrences += x.noccurrences;
		f->is_too_many |= x.noccurrences > EXPAND_MAX_POSITIONS;
		if (x.unsure)
			f->nunsure += set_count(x.unsure, seg->ndocs);
	}
	arena_release(&arena);
	return rc;
}

/* What it cost, and how far it goes. */
static void put_found(const struct found *f, bool is_expanded,
		      bool needs_positions, struct buf *out)
{
	if (is_expanded)
		buf_printf(out, ", %llu blocks, %llu terms", (ull)f->nblocks,
			   (ull)f->nterms);
	buf_printf(out, ", %llu files, %llu occurrences", (ull)f->ndocs,
		   (ull)f->noccurrences);
	if (f->nunsure)
		buf_printf(out, "; of %llu files the text decides",
			   (ull)f->nunsure);
	if (f->is_too_many && needs_positions)
		buf_put_str(out, "; too many for their places to be known");
}

static int explain_piece(struct span piece, const struct piece_plan *p,
			 bool needs_positions,
			 struct index_snapshot *snapshot, struct buf *out,
			 struct scout_err *err)
{
	struct found f = { 0 };
	size_t i;
	int rc = SCOUT_OK;

	buf_put_str(out, "    ");
	put_printable(piece, out);
	buf_printf(out, ": %s", p->is_expanded ? p->match.name : "word ");
	if (!p->is_expanded)
		put_printable(p->term, out);
	for (i = 0; snapshot && i < snapshot->nsegments && !rc; i++)
		rc = look_up(p, &snapshot->segments[i], &f, err);
	if (rc < 0)
		return rc;
	if (snapshot)
		put_found(&f, p->is_expanded, needs_positions, out);
	buf_put_u8(out, '\n');
	return SCOUT_OK;
}

static void indent(struct buf *out, unsigned depth)
{
	while (depth--)
		buf_put_str(out, "  ");
}

/* What the index is asked about a regex or lit:. */
static int explain_need(const struct query_plan *plan,
			const struct leaf_need *need, unsigned depth,
			struct index_snapshot *snapshot, struct buf *out,
			struct scout_err *err)
{
	const struct leaf_plan *leaf = &plan->leaves[need->leaf];
	size_t i;
	int rc = SCOUT_OK;

	if (need->kind != NEED_PHRASE) {
		indent(out, depth);
		buf_put_str(out, need->kind == NEED_ALL ? "all of\n" :
							  "one of\n");
		for (i = 0; i < need->nchild && !rc; i++)
			rc = explain_need(plan, need->child[i], depth + 1,
					  snapshot, out, err);
		return rc;
	}
	if (leaf->npieces > 1) {
		indent(out, depth);
		buf_put_str(out, "one after the other\n");
	}
	for (i = 0; i < leaf->npieces && !rc; i++) {
		const struct piece_plan *p = &leaf->pieces[i];
		const struct need_word *w = p->match.ctx;

		indent(out, depth - 1 - (leaf->npieces == 1));
		rc = explain_piece(w->shown, p, leaf->needs_positions, snapshot,
				   out, err);
	}
	return rc;
}

static const char *how(const struct leaf_plan *leaf)
{
	if (leaf->is_anywhere)
		return "not narrowed by the index: every file is read";
	if (leaf->is_approximate)
		return "narrowed by the index, decided by the text";
	return "answered by the index";
}

/* How many documents of a segment a filter lets through, of how many that had to
 * be looked at. */
static int count_passing(const struct query_plan *plan, unsigned filter,
			 struct segment_reader *seg, uint64_t *npassing,
			 uint64_t *nlooked_at)
{
	const struct match_node node = { .kind = AST_FILTER, .leaf = filter };
	struct doc_filter f = { .seg = NULL };
	struct arena arena;
	doc_id doc, from, to;
	bool passes;
	int rc;

	arena_init(&arena, MEM_QUERY);
	rc = doc_filter_open(&f, seg, plan->filters, NULL, &arena);
	if (!rc)
		rc = doc_filter_range(&f, &node, &from, &to);
	*nlooked_at += rc < 0 ? 0 : to - from;
	for (doc = from; !rc && doc < to; doc++) {
		rc = doc_filter_test(&f, filter, doc, &passes);
		*npassing += !rc && passes && !segment_is_deleted(seg, doc);
	}
	doc_filter_close(&f);
	arena_release(&arena);
	return rc;
}

static int explain_filter(const struct query_plan *plan, unsigned filter,
			  struct index_snapshot *snapshot, struct buf *out,
			  struct scout_err *err)
{
	uint64_t npassing = 0, nlooked_at = 0;
	size_t i;
	int rc = SCOUT_OK;

	buf_printf(out, "  filter %u: ", filter);
	ast_print(plan->tree->filters[filter], out);
	for (i = 0; snapshot && i < snapshot->nsegments && !rc; i++)
		rc = count_passing(plan, filter, &snapshot->segments[i],
				   &npassing, &nlooked_at);
	if (rc < 0)
		return scout_err_set(err, rc, "looking at documents");
	if (snapshot)
		buf_printf(out, ": %llu files of %llu", (ull)npassing,
			   (ull)nlooked_at);
	buf_put_u8(out, '\n');
	return SCOUT_OK;
}

/* How many documents are looked at closer, before any is. */
static int explain_candidates(const struct query_plan *plan,
			      struct index_snapshot *snapshot, struct buf *out,
			      struct scout_err *err)
{
	const struct segment_run_options options = { .trusts_flags = true };
	uint64_t most = 0, ndocs = 0;
	struct segment_run run;
	struct arena arena;
	size_t i;
	int rc = SCOUT_OK;

	arena_init(&arena, MEM_QUERY);
	for (i = 0; i < snapshot->nsegments && !rc; i++) {
		rc = segment_run_open(&run, &snapshot->segments[i], plan,
				      &options, &arena, err);
		if (!rc)
			most += run.iter->cost;
		ndocs += snapshot->segments[i].ndocs;
		segment_run_close(&run);
	}
	arena_release(&arena);
	if (!rc)
		buf_printf(out, "  looked at: at most %llu of %llu files\n",
			   (ull)most, (ull)ndocs);
	return rc;
}

int plan_explain(const struct query_plan *plan, const struct ast *root,
		 struct index_snapshot *snapshot, struct buf *out,
		 struct scout_err *err)
{
	unsigned l;
	size_t i;
	int rc = SCOUT_OK;

	buf_put_str(out, "query: ");
	ast_print(root, out);
	buf_put_u8(out, '\n');
	for (l = 0; l < plan->tree->nleaves && !rc; l++) {
		const struct leaf_plan *leaf = &plan->leaves[l];

		buf_printf(out, "  operand %u: ", l);
		ast_print(plan->tree->leaves[l], out);
		buf_printf(out, ": %s\n", how(leaf));
		for (i = 0; i < leaf->npieces && !rc; i++)
			rc = explain_piece(
				plan->tree->leaves[l]->pieces[i].raw,
				&leaf->pieces[i], leaf->needs_positions,
				snapshot, out, err);
		if (leaf->need && !rc)
			rc = explain_need(plan, leaf->need, 2, snapshot, out,
					  err);
	}
	for (l = 0; l < plan->tree->nfilters && !rc; l++)
		rc = explain_filter(plan, l, snapshot, out, err);
	if (plan->by_line)
		buf_put_str(out, "  asked of each line by itself\n");
	if (plan->narrow && plan->narrow->is_set)
		buf_put_str(out, "  only files that -g, -t and -T let "
				 "through\n");
	if (!rc && snapshot)
		rc = explain_candidates(plan, snapshot, out, err);
	return rc < 0 ? rc : buf_status(out);
}
