#include "query/fresh.h"

#include "index_format/tree_diff.h"
#include "query/query_walk.h"

/* A file that the text has to decide about. */
static void put_candidate(struct fresh_tree *f, const struct file_entry *file,
			  enum tree_state state)
{
	f->candidates[f->ncandidates++] = (struct candidate){
		.path = file->path, .path_len = file->path_len,
		.size_bytes = file->st.size,
		.is_changed = state == TREE_CHANGED };
}

/* What the index has of a file that is not the same does not count. */
static int take_diff(struct fresh_tree *f, struct tree_diff *diff)
{
	size_t i, n = f->list.nfiles - diff->nsame;

	f->candidates = scout_malloc(MEM_QUERY, n * sizeof(*f->candidates));
	if (!f->candidates)
		return SCOUT_E_NOMEM;
	f->dropped = diff->gone;
	f->nsegments = diff->nsegments;
	diff->gone = NULL;
	for (i = 0; i < f->list.nfiles; i++) {
		const struct tree_file *t = &diff->files[i];

		if (t->state == TREE_SAME)
			continue;
		put_candidate(f, &f->list.files[i], t->state);
		if (t->state != TREE_NEW)
			f->dropped[t->segment][t->doc >> 3] |=
				(uint8_t)(1 << (t->doc & 7));
	}
	return SCOUT_OK;
}

int fresh_tree_make(const struct fresh_options *o, struct fresh_tree *out,
		    struct scout_err *err)
{
	struct fresh_tree f = { .dropped = NULL };
	struct tree_diff diff = { .files = NULL };
	int rc;

	rc = query_walk(o->root, o->index_dir, o->rules, o->nthreads,
			o->emitter, &f.list, err);
	if (rc < 0)
		return rc;
	rc = tree_diff_make(o->snapshot, &f.list, MEM_QUERY, &diff, err);
	if (!rc) {
		o->emitter->stats->new_files = diff.nnew;
		o->emitter->stats->gone_files = diff.ngone;
		rc = take_diff(&f, &diff);
	}
	tree_diff_release(&diff);
	if (rc < 0) {
		fresh_tree_release(&f);
		return scout_err_set(err, rc, "looking for changed files");
	}
	*out = f;
	return SCOUT_OK;
}

void fresh_tree_release(struct fresh_tree *fresh)
{
	size_t i;

	for (i = 0; fresh->dropped && i < fresh->nsegments; i++)
		scout_free(fresh->dropped[i]);
	scout_free(fresh->dropped);
	scout_free(fresh->candidates);
	file_list_release(&fresh->list);
	*fresh = (struct fresh_tree){ .dropped = NULL };
}
