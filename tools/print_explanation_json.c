#include "tools/print_explanation.h"

#include "tools/json.h"

/* Where a member of an object or list comes next; a comma if not first. */
static void comma(struct output *out, bool *any)
{
	if (*any)
		output_put_byte(out, ',');
	*any = true;
}

static void put_key(struct output *out, const char *key)
{
	output_put_byte(out, '"');
	output_put_str(out, key);
	output_put_str(out, "\":");
}

/* The first member of an object, then others. */
static void put_text(struct output *out, const char *before, const char *key,
		     struct span text)
{
	output_put_str(out, before);
	put_key(out, key);
	json_put_lossy(out, text);
}

static void put_number(struct output *out, const char *before, const char *key,
		       uint64_t n)
{
	output_put_str(out, before);
	put_key(out, key);
	output_put_u64(out, n);
}

/* What ast_print makes of a node. */
static int put_node_text(struct output *out, const char *before,
			 const char *key, const struct ast *node)
{
	struct buf text = BUF_INIT(MEM_OTHER);
	int rc;

	ast_print(node, &text);
	rc = buf_status(&text);
	if (!rc)
		put_text(out, before, key, buf_span(&text));
	buf_release(&text);
	return rc;
}

static const char *kind_name(const struct ast *node)
{
	switch (node->kind) {
	case AST_AND:
		return "and";
	case AST_OR:
		return "or";
	case AST_NOT:
		return "not";
	case AST_NEAR:
		return "near";
	case AST_BEFORE:
		return "before";
	case AST_NOT_NEAR:
		return "not near";
	case AST_WORDS:
		if (node->npieces > 1)
			return "phrase";
		return node->pieces[0].nitems ? "glob" : "word";
	case AST_FUZZY:
		return "fuzzy";
	case AST_PART:
		return "part";
	case AST_REGEX:
		return "regex";
	case AST_LITERAL:
		return "literal";
	case AST_FILTER:
		break;
	}
	return "filter";
}

/* The number of an operand or filter, as the plan has it. */
static void put_leaf_number(struct output *out, const struct explanation *plan,
			    const struct ast *node)
{
	size_t i;

	for (i = 0; i < plan->noperands; i++)
		if (plan->operands[i].node == node)
			put_number(out, ",", "operand", i);
	for (i = 0; i < plan->nfilters; i++)
		if (plan->filters[i].node == node)
			put_number(out, ",", "filter", i);
}

static int put_tree(struct output *out, const struct explanation *plan,
		    const struct ast *node)
{
	size_t i;
	int rc = SCOUT_OK;

	put_text(out, "{", "kind", span_str(kind_name(node)));
	if (node->kind >= AST_NEAR && node->kind <= AST_NOT_NEAR) {
		if (node->distance < UINT32_MAX)
			put_number(out, ",", "distance", node->distance);
		put_text(out, ",", "unit",
			 span_str(node->in_lines ? "lines" : "words"));
	}
	put_number(out, ",", "pos", node->pos);
	put_number(out, ",", "len", node->len);
	if (!node->nchild) {
		put_leaf_number(out, plan, node);
		rc = put_node_text(out, ",", "text", node);
	} else {
		output_put_str(out, ",\"children\":[");
	}
	for (i = 0; i < node->nchild && !rc; i++) {
		if (i)
			output_put_byte(out, ',');
		rc = put_tree(out, plan, node->child[i]);
	}
	output_put_str(out, node->nchild ? "]}" : "}");
	return rc;
}

static void put_piece(struct output *out, const struct explained_piece *piece)
{
	const struct piece_tally *n = &piece->counts;

	put_text(out, "{", "text", piece->text);
	put_text(out, ",", "how", span_str(piece->how));
	if (!piece->is_expanded)
		put_text(out, ",", "term", piece->term);
	put_number(out, ",", "blocks", n->nblocks);
	put_number(out, ",", "terms", n->nterms);
	put_number(out, ",", "files", n->ndocs);
	put_number(out, ",", "occurrences", n->noccurrences);
	put_number(out, ",", "unsure_files", n->nunsure);
	output_put_str(out, piece->lacks_places ? ",\"places_known\":false}" :
						  ",\"places_known\":true}");
}

static void put_pieces(struct output *out,
		       const struct explained_piece *pieces, size_t n)
{
	bool any = false;
	size_t i;

	output_put_str(out, ",\"pieces\":[");
	for (i = 0; i < n; i++) {
		comma(out, &any);
		put_piece(out, &pieces[i]);
	}
	output_put_byte(out, ']');
}

static void put_need(struct output *out, const struct explained_need *need)
{
	bool any = false;
	size_t i;

	put_text(out, "{", "kind", span_str(need->kind == NEED_PHRASE ?
						    "phrase" :
					    need->kind == NEED_ALL ? "all" :
								     "one"));
	if (need->kind == NEED_PHRASE) {
		put_pieces(out, need->pieces, need->npieces);
		put_number(out, ",", "segments_not_asked", need->ncommon);
		put_number(out, ",", "segments_spared", need->nspared);
	} else {
		output_put_str(out, ",\"children\":[");
		for (i = 0; i < need->nchild; i++) {
			comma(out, &any);
			put_need(out, &need->child[i]);
		}
		output_put_byte(out, ']');
	}
	output_put_byte(out, '}');
}

/* How the index is asked for it, and what came of that. */
static void put_operand_plan(struct output *out,
			     const struct explained_operand *o)
{
	static const char *const by[] = { "index", "index and text", "text" };

	put_text(out, ",", "answered_by", span_str(by[o->by]));
	output_put_str(out, o->by == BY_TEXT ? ",\"narrows\":false" :
					       ",\"narrows\":true");
	if (o->why)
		put_text(out, ",", "why", span_str(o->why));
	put_pieces(out, o->pieces, o->npieces);
	if (o->need) {
		output_put_str(out, ",\"needs\":");
		put_need(out, o->need);
	}
	put_number(out, ",", "estimated_files", o->most_files);
	put_number(out, ",", "asked_files", o->asked_files);
	put_number(out, ",", "real_files", o->found_files);
}

static int put_operand(struct output *out, const struct explanation *plan,
		       size_t i)
{
	const struct explained_operand *o = &plan->operands[i];
	int rc;

	put_number(out, "{", "operand", i);
	rc = put_node_text(out, ",", "text", o->node);
	put_text(out, ",", "kind", span_str(kind_name(o->node)));
	if (plan->has_counts)
		put_operand_plan(out, o);
	output_put_byte(out, '}');
	return rc;
}

static int put_filter(struct output *out, const struct explanation *plan,
		      size_t i)
{
	const struct explained_filter *f = &plan->filters[i];
	int rc;

	put_number(out, "{", "filter", i);
	rc = put_node_text(out, ",", "text", f->node);
	if (plan->has_counts) {
		put_number(out, ",", "estimated_files", f->most_files);
		put_number(out, ",", "asked", f->nasked);
		put_number(out, ",", "passed", f->npassed);
	}
	output_put_byte(out, '}');
	return rc;
}

static int put_plan(struct output *out, const struct explanation *plan)
{
	bool any = false;
	size_t i;
	int rc = SCOUT_OK;

	output_put_str(out, "{\"operands\":[");
	for (i = 0; i < plan->noperands && !rc; i++) {
		comma(out, &any);
		rc = put_operand(out, plan, i);
	}
	output_put_str(out, "],\"filters\":[");
	for (i = 0, any = false; i < plan->nfilters && !rc; i++) {
		comma(out, &any);
		rc = put_filter(out, plan, i);
	}
	output_put_str(out, plan->by_line ? "],\"scope\":\"line\"" :
					    "],\"scope\":\"file\"");
	output_put_str(out, plan->has_globs ? ",\"globs_or_types\":true" :
					      ",\"globs_or_types\":false");
	if (plan->has_counts) {
		put_number(out, ",", "segments", plan->nsegments);
		put_number(out, ",", "files", plan->nfiles);
		put_number(out, ",", "estimated_files", plan->most_files);
		put_number(out, ",", "real_files", plan->looked_at);
	}
	output_put_byte(out, '}');
	return rc;
}

static void put_work(struct output *out, const struct scout_query_stats *s)
{
	put_number(out, "\"work\":{", "candidates", s->candidates);
	put_number(out, ",", "files_opened", s->searched_files);
	put_number(out, ",", "bytes_read", s->bytes_read);
	put_number(out, ",", "index_bytes", s->index_bytes);
	put_number(out, ",", "changed_files", s->changed_files);
	put_number(out, ",", "gone_files", s->gone_files);
	put_number(out, ",", "new_files", s->new_files);
	put_number(out, ",", "unreadable_files", s->unreadable_files);
	output_put_str(out, s->is_fresh ? ",\"fresh\":true}" :
					  ",\"fresh\":false}");
	put_number(out, ",\"time_ns\":{", "parse", s->parse_ns);
	put_number(out, ",", "open", s->open_ns);
	put_number(out, ",", "walk", s->walk_ns);
	put_number(out, ",", "plan", s->plan_ns);
	put_number(out, ",", "match", s->match_ns);
	put_number(out, ",", "verify", s->verify_ns);
	put_number(out, ",", "total", s->total_ns);
	output_put_byte(out, '}');
}

static int put_source(struct output *out, const struct explained_source *s)
{
	int rc;

	put_text(out, "{", "root", span_str(s->root));
	output_put_str(out, ",\"plan\":");
	rc = put_plan(out, &s->plan);
	output_put_byte(out, ',');
	put_work(out, s->stats);
	output_put_byte(out, '}');
	return rc;
}

static void put_answer(struct output *out, const struct explained_run *run)
{
	const struct operand_counts *c = run->counts;
	bool any = false;
	size_t i;

	put_number(out, ",\"answer\":{", "files", run->stats->matched_files);
	put_number(out, ",", "lines", run->stats->matched_lines);
	put_number(out, ",", "matches", run->stats->matches);
	if (c) {
		output_put_str(out, ",\"operands\":[");
		for (i = 0; i < c->noperands; i++) {
			comma(out, &any);
			put_number(out, "{", "operand", i);
			put_number(out, ",", "files", c->operands[i].files);
			put_number(out, ",", "lines", c->operands[i].lines);
			put_number(out, ",", "matches",
				   c->operands[i].matches);
			output_put_byte(out, '}');
		}
		output_put_byte(out, ']');
	}
	output_put_str(out, "},");
}

int print_explanation_json(struct output *out, const struct explained_run *run)
{
	const struct explanation *first = &run->sources[0].plan;
	bool any = false;
	size_t i;
	int rc;

	put_text(out, "{", "query", first->parsed->text);
	output_put_str(out, ",\"tree\":");
	rc = put_tree(out, first, first->parsed->root);
	output_put_str(out, ",\"sources\":[");
	for (i = 0; i < run->nsources && !rc; i++) {
		comma(out, &any);
		rc = put_source(out, &run->sources[i]);
	}
	output_put_byte(out, ']');
	put_answer(out, run);
	put_work(out, run->stats);
	put_number(out, ",", "elapsed_ns", run->elapsed_ns);
	output_put_byte(out, '}');
	output_end_line(out);
	return rc;
}
