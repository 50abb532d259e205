#include "tools/print_explanation.h"

#include "query/language/query_error.h"

typedef unsigned long long ull;

/* Its text is made in a buffer and printed at the end. */
struct printer {
	struct buf text;
	const struct explained_run *run;
	const struct explanation *plan;
};

static void indent(struct printer *p, unsigned depth)
{
	while (depth--)
		buf_put_str(&p->text, "  ");
}

static void put_piece(struct printer *p, const struct explained_piece *piece,
		      unsigned depth)
{
	const struct piece_tally *n = &piece->counts;

	indent(p, depth);
	put_printable(piece->text, &p->text);
	buf_printf(&p->text, ": %s", piece->how);
	if (!piece->is_expanded) {
		buf_put_u8(&p->text, ' ');
		put_printable(piece->term, &p->text);
	}
	if (piece->is_expanded)
		buf_printf(&p->text, ", %llu blocks, %llu terms",
			   (ull)n->nblocks, (ull)n->nterms);
	buf_printf(&p->text, ", %llu files, %llu occurrences",
		   (ull)n->ndocs, (ull)n->noccurrences);
	if (n->nunsure)
		buf_printf(&p->text, "; of %llu files the text decides",
			   (ull)n->nunsure);
	if (piece->lacks_places)
		buf_put_str(&p->text,
			    "; too many for their places to be known");
	buf_put_u8(&p->text, '\n');
}

static void put_need(struct printer *p, const struct explained_need *need,
		     unsigned depth)
{
	size_t i;

	if (need->kind != NEED_PHRASE) {
		indent(p, depth);
		buf_put_str(&p->text, need->kind == NEED_ALL ? "all of\n" :
							       "one of\n");
	} else if (need->npieces > 1) {
		indent(p, depth);
		buf_put_str(&p->text, "one after the other\n");
		depth++;
	}
	for (i = 0; i < need->npieces; i++)
		put_piece(p, &need->pieces[i], depth);
	if (need->ncommon) {
		indent(p, depth);
		buf_printf(&p->text, "not asked in %u of %u segments: in too "
			   "many files to narrow\n", need->ncommon,
			   p->plan->nsegments);
	}
	if (need->nspared) {
		indent(p, depth);
		buf_printf(&p->text, "not looked up in %u of %u segments: the "
			   "others narrow enough\n", need->nspared,
			   p->plan->nsegments);
	}
	for (i = 0; i < need->nchild; i++)
		put_need(p, &need->child[i], depth + 1);
}

static void put_how(struct printer *p, const struct explained_operand *o)
{
	switch (o->by) {
	case BY_INDEX:
		buf_put_str(&p->text, ": answered by the index\n");
		break;
	case BY_INDEX_AND_TEXT:
		buf_put_str(&p->text,
			    ": narrowed by the index, decided by the text\n");
		break;
	case BY_TEXT:
		buf_printf(&p->text, ": not narrowed by the index: %s\n",
			   o->why);
		break;
	}
}

/* How the index is asked for an operand. */
static void put_plan(struct printer *p, const struct explained_operand *o)
{
	size_t i;

	put_how(p, o);
	for (i = 0; i < o->npieces; i++)
		put_piece(p, &o->pieces[i], 2);
	if (o->need)
		put_need(p, o->need, 2);
}

/* What was expected of an operand, and what came. */
static void put_counts(struct printer *p, size_t i)
{
	const struct explained_operand *o = &p->plan->operands[i];
	const struct operand_counts *counts = p->run->counts;

	if (p->plan->has_counts)
		buf_printf(&p->text, "    estimated: in %llu files at most; "
			   "real: in %llu of %llu that were asked for it\n",
			   (ull)o->most_files, (ull)o->found_files,
			   (ull)o->asked_files);
	if (counts && p->run->nsources == 1)
		buf_printf(&p->text, "    in the answer: %llu files, %llu "
			   "lines, %llu matches\n",
			   (ull)counts->operands[i].files,
			   (ull)counts->operands[i].lines,
			   (ull)counts->operands[i].matches);
}

static void put_operand(struct printer *p, size_t i)
{
	const struct explained_operand *o = &p->plan->operands[i];

	buf_printf(&p->text, "  operand %zu: ", i);
	ast_print(o->node, &p->text);
	if (p->plan->has_counts)
		put_plan(p, o);
	else
		buf_put_u8(&p->text, '\n');
	put_counts(p, i);
}

static void put_filter(struct printer *p, size_t i)
{
	const struct explained_filter *f = &p->plan->filters[i];

	buf_printf(&p->text, "  filter %zu: ", i);
	ast_print(f->node, &p->text);
	if (p->plan->has_counts)
		buf_printf(&p->text, ": estimated: %llu files at most; real: "
			   "%llu passed of %llu that were held against it",
			   (ull)f->most_files, (ull)f->npassed,
			   (ull)f->nasked);
	buf_put_u8(&p->text, '\n');
}

static void put_work(struct printer *p, const struct scout_query_stats *s)
{
	buf_printf(&p->text, "work: %llu candidates, %llu files opened, "
		   "%llu bytes read, %llu bytes of the index\n",
		   (ull)s->candidates, (ull)s->searched_files,
		   (ull)s->bytes_read, (ull)s->index_bytes);
	if (s->is_fresh)
		buf_printf(&p->text, "since the index was made: %llu files "
			   "changed, %llu gone, %llu new\n",
			   (ull)s->changed_files, (ull)s->gone_files,
			   (ull)s->new_files);
	buf_printf(&p->text, "time: parse %.3f ms, open %.3f ms, walk %.3f ms, "
		   "plan %.3f ms, match %.3f ms, verify %.3f ms, total "
		   "%.3f ms\n", (double)s->parse_ns / 1e6,
		   (double)s->open_ns / 1e6, (double)s->walk_ns / 1e6,
		   (double)s->plan_ns / 1e6, (double)s->match_ns / 1e6,
		   (double)s->verify_ns / 1e6, (double)s->total_ns / 1e6);
}

static void put_source(struct printer *p, const struct explained_source *s)
{
	size_t i;

	p->plan = &s->plan;
	if (p->run->nsources > 1)
		buf_printf(&p->text, "index of %s\n", s->root);
	for (i = 0; i < s->plan.noperands; i++)
		put_operand(p, i);
	for (i = 0; i < s->plan.nfilters; i++)
		put_filter(p, i);
	if (s->plan.by_line)
		buf_put_str(&p->text, "  asked of each line by itself\n");
	if (s->plan.has_globs)
		buf_put_str(&p->text, "  only files that -g, --iglob, -t and "
				      "-T let through\n");
	if (s->plan.has_counts)
		buf_printf(&p->text, "  looked at: at most %llu of %llu files; "
			   "real: %llu\n", (ull)s->plan.most_files,
			   (ull)s->plan.nfiles, (ull)s->plan.looked_at);
	else
		buf_put_str(&p->text, "  no index was asked: every file is "
				      "read\n");
	if (p->run->nsources > 1)
		put_work(p, s->stats);
}

/* In the answer of several indexes, which is merged. */
static void put_merged_counts(struct printer *p)
{
	const struct operand_counts *c = p->run->counts;
	size_t i;

	for (i = 0; c && i < c->noperands; i++)
		buf_printf(&p->text, "operand %zu in the answer: %llu files, "
			   "%llu lines, %llu matches\n", i,
			   (ull)c->operands[i].files,
			   (ull)c->operands[i].lines,
			   (ull)c->operands[i].matches);
}

int print_explanation(struct output *out, const struct explained_run *run)
{
	const struct scout_query_stats *s = run->stats;
	struct printer p = { .run = run };
	size_t i;
	int rc;

	buf_init(&p.text, MEM_OTHER);
	buf_put_str(&p.text, "query: ");
	ast_print(run->sources[0].plan.parsed->root, &p.text);
	buf_put_u8(&p.text, '\n');
	for (i = 0; i < run->nsources; i++)
		put_source(&p, &run->sources[i]);
	if (run->nsources > 1) {
		put_merged_counts(&p);
		buf_put_str(&p.text, "all of them\n");
	}
	buf_printf(&p.text, "answer: %llu files, %llu lines, %llu matches\n",
		   (ull)s->matched_files, (ull)s->matched_lines,
		   (ull)s->matches);
	put_work(&p, s);
	rc = buf_status(&p.text);
	if (!rc)
		output_put_span(out, buf_span(&p.text));
	buf_release(&p.text);
	return rc;
}
