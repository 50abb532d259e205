#include "index_format/tree_diff.h"

enum tree_state tree_compare(const struct doc_info *doc,
			     const struct os_stat *st, int64_t run_started_ns)
{
	if (doc->size_bytes != st->size || doc->mtime_ns != st->mtime_ns ||
	    doc->ctime_ns != st->ctime_ns)
		return TREE_CHANGED;
	if (doc->ino != st->ino ||
	    time_is_racy(doc->mtime_ns, run_started_ns) ||
	    time_is_racy(doc->ctime_ns, run_started_ns))
		return TREE_UNSURE;
	return TREE_SAME;
}

/*
 * Both sides are in path order: the next document is nearly always the next
 * file.
 */

static void count_state(struct tree_diff *d, enum tree_state state)
{
	d->nsame += state == TREE_SAME;
	d->nunsure += state == TREE_UNSURE;
	d->nchanged += state == TREE_CHANGED;
}

/* Sets the documents of one segment against the files. */
static int compare_segment(struct tree_diff *d, struct index_snapshot *snapshot,
			   const struct file_list *list, size_t segment,
			   struct path_cache *paths, struct scout_err *err)
{
	struct segment_reader *seg = &snapshot->segments[segment];
	struct doc_info info;
	size_t at = 0;
	doc_id doc;
	int rc;

	for (doc = 0; doc < seg->ndocs; doc++) {
		if (segment_is_deleted(seg, doc))
			continue;
		rc = segment_doc(seg, doc, paths, &info, err);
		if (rc < 0)
			return rc;
		at = file_list_seek(list, at, info.path);
		if (at < list->nfiles && span_eq(file_entry_path(&list->files[at]),
					      info.path)) {
			struct tree_file *f = &d->files[at];

			if (f->state != TREE_NEW)
				return scout_err_set(err, SCOUT_E_CORRUPT,
						     "two documents are '%s'",
						     list->files[at].path);
			f->state = tree_compare(&info, &list->files[at].st,
						seg->run_started_ns);
			f->segment = (uint32_t)segment;
			f->doc = doc;
			count_state(d, f->state);
			at++;
		} else {
			d->gone[segment][doc >> 3] |=
				(uint8_t)(1 << (doc & 7));
			d->ngone++;
		}
	}
	return SCOUT_OK;
}

static int allocate(struct tree_diff *d, const struct index_snapshot *snapshot,
		    const struct file_list *list, enum scout_mem_owner owner)
{
	size_t i;

	d->files = scout_calloc(owner, list->nfiles + 1, sizeof(*d->files));
	d->gone = scout_calloc(owner, snapshot->nsegments + 1,
			       sizeof(*d->gone));
	if (!d->files || !d->gone)
		return SCOUT_E_NOMEM;
	d->nsegments = snapshot->nsegments;
	for (i = 0; i < d->nsegments; i++) {
		size_t ndocs = snapshot->segments[i].ndocs;

		d->gone[i] = scout_calloc(owner, ndocs / 8 + 1, 1);
		if (!d->gone[i])
			return SCOUT_E_NOMEM;
	}
	return SCOUT_OK;
}

int tree_diff_make(struct index_snapshot *snapshot,
		   const struct file_list *list, enum scout_mem_owner owner,
		   struct tree_diff *out, struct scout_err *err)
{
	struct tree_diff d = { .files = NULL };
	struct path_cache paths = { .stream = NULL };
	size_t i;
	int rc = allocate(&d, snapshot, list, owner);

	if (rc < 0)
		scout_err_set(err, rc, "comparing the index with its files");
	for (i = 0; i < snapshot->nsegments && !rc; i++)
		rc = compare_segment(&d, snapshot, list, i, &paths, err);
	path_cache_release(&paths);
	if (rc < 0) {
		tree_diff_release(&d);
		return rc;
	}
	d.nnew = list->nfiles - d.nsame - d.nunsure - d.nchanged;
	*out = d;
	return SCOUT_OK;
}

void tree_diff_release(struct tree_diff *diff)
{
	size_t i;

	for (i = 0; diff->gone && i < diff->nsegments; i++)
		scout_free(diff->gone[i]);
	scout_free(diff->gone);
	scout_free(diff->files);
	*diff = (struct tree_diff){ .files = NULL };
}
