#include "query/plan/doc_filter.h"

int doc_filter_open(struct doc_filter *f, struct segment_reader *seg,
		    const struct file_filters *filters,
		    const struct path_narrow *narrow, struct arena *arena)
{
	unsigned i;

	*f = (struct doc_filter){ .seg = seg, .filters = filters,
				  .narrow = narrow, .doc = DOC_NONE };
	f->memo = arena_calloc(arena, filters->n, sizeof(*f->memo));
	if (!f->memo)
		return SCOUT_E_NOMEM;
	for (i = 0; i < filters->n; i++)
		f->memo[i].doc = DOC_NONE;
	return SCOUT_OK;
}

void doc_filter_close(struct doc_filter *f)
{
	path_cache_release(&f->paths);
	regex_matcher_free(f->matcher);
	f->matcher = NULL;
}

static int get_facts(struct doc_filter *f, doc_id doc, bool with_path)
{
	struct doc_info info = { .path = { NULL, 0 } };
	int rc;

	if (f->doc == doc && (f->has_path || !with_path))
		return SCOUT_OK;
	f->doc = DOC_NONE;
	rc = segment_doc(f->seg, doc, with_path ? &f->paths : NULL, &info,
			 NULL);
	if (rc < 0)
		return rc;
	f->facts = (struct file_facts){ info.path, info.size_bytes,
					info.mtime_ns };
	f->has_path = with_path;
	f->doc = doc;
	return SCOUT_OK;
}

int doc_filter_test(struct doc_filter *f, unsigned i, doc_id doc, bool *out)
{
	struct filter_memo *memo = &f->memo[i];
	int rc = SCOUT_OK;

	if (memo->doc != doc) {
		rc = get_facts(f, doc, file_filter_wants_path(f->filters, i));
		if (!rc)
			rc = file_filter_test(f->filters, i, &f->facts,
					      &f->matcher, &memo->passes);
		if (rc < 0)
			return rc;
		memo->doc = doc;
		memo->ntested++;
		memo->npassed += memo->passes;
	}
	*out = memo->passes;
	return SCOUT_OK;
}

int doc_filter_test_node(struct doc_filter *f, const struct match_node *node,
			 doc_id doc, bool *out)
{
	bool stop_at = node->kind == AST_OR;
	size_t i;
	int rc = SCOUT_OK;

	if (node->kind == AST_FILTER)
		return doc_filter_test(f, node->leaf, doc, out);
	if (node->kind == AST_NOT) {
		rc = doc_filter_test_node(f, node->child[0], doc, out);
		*out = !*out;
		return rc;
	}
	*out = !stop_at;
	for (i = 0; i < node->nchild && !rc && *out != stop_at; i++)
		rc = doc_filter_test_node(f, node->child[i], doc, out);
	return rc;
}

int doc_filter_test_narrow(struct doc_filter *f, doc_id doc, bool *out)
{
	int rc;

	*out = true;
	if (!f->narrow || !f->narrow->is_set)
		return SCOUT_OK;
	rc = get_facts(f, doc, true);
	if (!rc)
		*out = path_narrow_has(f->narrow, f->facts.path);
	return rc;
}

/* The first document, from `from` on, that is not before a folder; or not in it
 * either. */
static int find_folder(struct doc_filter *f, struct span folder, doc_id from,
		       bool beyond, doc_id *out)
{
	doc_id lo = from, hi = f->seg->ndocs, mid;
	bool before;
	int rc;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		rc = get_facts(f, mid, true);
		if (rc < 0)
			return rc;
		before = path_cmp(f->facts.path, folder) < 0 ||
			 (beyond && span_has_prefix(f->facts.path, folder));
		if (before)
			lo = mid + 1;
		else
			hi = mid;
	}
	*out = lo;
	return SCOUT_OK;
}

int doc_filter_range(struct doc_filter *f, const struct match_node *node,
		     doc_id *out_from, doc_id *out_to)
{
	doc_id from, to;
	struct span folder;
	size_t i;
	int rc = SCOUT_OK;

	*out_from = 0;
	*out_to = f->seg->ndocs;
	for (i = 0; node->kind == AST_AND && i < node->nchild && !rc; i++) {
		rc = doc_filter_range(f, node->child[i], &from, &to);
		if (!rc && from > *out_from)
			*out_from = from;
		if (!rc && to < *out_to)
			*out_to = to;
	}
	if (node->kind != AST_FILTER)
		return rc;
	folder = file_filter_folder(f->filters, node->leaf);
	if (!folder.len)
		return SCOUT_OK;
	rc = find_folder(f, folder, 0, false, out_from);
	return rc < 0 ? rc : find_folder(f, folder, *out_from, true, out_to);
}
