#include "indexer/changes.h"

#include "base/tree/path_set.h"
#include "index_format/skip_list.h"
#include "index_format/touched.h"
#include "index_format/tree_diff.h"
#include "indexer/content_check.h"

/* While the changes are being found. */
struct finder {
	struct index_run *run;
	struct index_snapshot *snapshot;
	struct changes *changes;
	struct tree_diff diff;
	/* files to be compared by content, and their places in the list */
	struct content_item *items;
	size_t *item_places;
	size_t nitems;
};

static bool same_stat(const struct os_stat *a, const struct os_stat *b)
{
	return a->size == b->size && a->mtime_ns == b->mtime_ns &&
	       a->ctime_ns == b->ctime_ns && a->ino == b->ino;
}

static bool is_racy(const struct os_stat *st, int64_t run_started_ns)
{
	return time_is_racy(st->mtime_ns, run_started_ns) ||
	       time_is_racy(st->ctime_ns, run_started_ns);
}

/* --- Files that were skipped before --------------------------------------- */

/* What had to be opened to be skipped, and is as it was, is skipped again. */
static int mark_skipped(struct finder *f)
{
	struct skip_list_cursor c = { .txn = f->snapshot->txn };
	const struct file_list *l = f->run->files;
	int64_t assured = f->snapshot->run_started_ns;
	struct skipped_path s;
	size_t at = 0;
	int rc;

	while (!(rc = skip_list_next(&c, &s))) {
		if (!s.has_stat)
			continue;
		if (is_racy(&s.st, assured)) {
			f->changes->nassured +=
				!is_racy(&s.st, f->run->started_ns);
			continue;
		}
		at = file_list_seek(l, at, s.path);
		if (at < l->nfiles &&
		    span_eq(file_entry_path(&l->files[at]), s.path) &&
		    same_stat(&l->files[at].st, &s.st))
			l->files[at].skip = (uint8_t)s.reason;
	}
	return rc < 0 ? rc : SCOUT_OK;
}

/* --- Documents ------------------------------------------------------------ */

/* Marks a document deleted, and takes it out of the figures. */
static int delete_doc(struct finder *f, size_t segment, doc_id doc,
		      struct scout_err *err)
{
	struct segment_change *s = &f->changes->segments[segment];
	struct doc_info info;
	int rc = segment_doc(&f->snapshot->segments[segment], doc, NULL, &info,
			     err);

	if (rc < 0)
		return rc;
	s->deleted[doc >> 3] |= (uint8_t)(1 << (doc & 7));
	s->nnew_deleted++;
	f->changes->gone_files++;
	f->changes->gone_lines += info.nlines;
	f->changes->gone_bytes += info.size_bytes;
	return SCOUT_OK;
}

/* What was not looked at is not gone. */
static int is_gone(struct finder *f, size_t segment, doc_id doc,
		   struct path_cache *paths, bool *out, struct scout_err *err)
{
	struct doc_info info;
	int rc;

	*out = true;
	if (!f->run->only)
		return SCOUT_OK;
	rc = segment_doc(&f->snapshot->segments[segment], doc, paths, &info,
			 err);
	if (!rc)
		*out = path_set_holds(f->run->only, info.path);
	return rc;
}

static int delete_gone(struct finder *f, struct scout_err *err)
{
	struct path_cache paths = { .stream = NULL };
	bool gone;
	size_t s;
	doc_id doc;
	int rc = SCOUT_OK;

	for (s = 0; s < f->changes->nsegments; s++)
		for (doc = 0; doc < f->snapshot->segments[s].ndocs && !rc;
		     doc++) {
			if (!(f->diff.gone[s][doc >> 3] >> (doc & 7) & 1))
				continue;
			rc = is_gone(f, s, doc, &paths, &gone, err);
			if (!rc && gone) {
				f->changes->ngone++;
				rc = delete_doc(f, s, doc, err);
			}
		}
	path_cache_release(&paths);
	return rc;
}

static void read_file(struct finder *f, size_t place)
{
	struct changes *c = f->changes;

	c->files[c->nfiles] = f->run->files->files[place];
	c->places[c->nfiles++] = place;
}

/* The file is to be read: what the index has of it goes. */
static int replace_doc(struct finder *f, size_t place, struct scout_err *err)
{
	const struct tree_file *t = &f->diff.files[place];

	f->changes->nchanged++;
	return delete_doc(f, t->segment, t->doc, err);
}

/* The content decides about files that have the size that they had. */
static int ask_content(struct finder *f, size_t place, struct scout_err *err)
{
	const struct tree_file *t = &f->diff.files[place];
	const struct file_entry *file = &f->run->files->files[place];
	struct content_item *item = &f->items[f->nitems];
	struct doc_info info;
	int rc;

	rc = segment_doc(&f->snapshot->segments[t->segment], t->doc, NULL,
			 &info, err);
	if (rc < 0)
		return rc;
	if (info.size_bytes != file->st.size)
		return replace_doc(f, place, err);
	*item = (struct content_item){ .file = file,
				       .hash = info.content_hash };
	f->item_places[f->nitems++] = place;
	return SCOUT_OK;
}

static int take_items(struct finder *f, struct scout_err *err)
{
	size_t i;
	int rc = content_check(f->run, f->items, f->nitems, err);

	f->changes->ncompared = f->nitems;
	for (i = 0; i < f->nitems && !rc; i++) {
		struct tree_file *t = &f->diff.files[f->item_places[i]];

		if (f->items[i].is_same)
			t->state = TREE_SAME;
		else
			rc = replace_doc(f, f->item_places[i], err);
		/* one from the future has to be compared again anyway */
		f->changes->nassured +=
			f->items[i].is_same &&
			!is_racy(&f->items[i].st, f->run->started_ns);
	}
	return rc;
}

/* --- Touched documents ---------------------------------------------------- */

static int cmp_touched(const void *va, const void *vb)
{
	const struct touched_doc *a = va, *b = vb;

	return (a->doc > b->doc) - (a->doc < b->doc);
}

/* Joins the entries of a segment with new ones (ascending), which win. */
static void join_touched(const struct segment_reader *seg,
			 const struct touched_doc *new, size_t n,
			 struct segment_change *out)
{
	struct touched_doc old;
	size_t i = 0, k = 0;

	while (i < seg->ntouched || k < n) {
		if (i < seg->ntouched)
			touched_get(seg->touched, i, &old);
		if (i < seg->ntouched && k < n && old.doc == new[k].doc) {
			i++;
			continue;
		}
		if (i < seg->ntouched && (k == n || old.doc < new[k].doc)) {
			touched_put(&out->touched, &old);
			i++;
		} else {
			touched_put(&out->touched, &new[k++]);
		}
		out->ntouched++;
	}
}

/* The new entries of one segment. */
static int touch_segment(struct finder *f, size_t segment)
{
	struct segment_reader *seg = &f->snapshot->segments[segment];
	struct segment_change *out = &f->changes->segments[segment];
	struct buf new = BUF_INIT(MEM_OTHER);
	struct doc_info info;
	size_t i, n;
	int rc = SCOUT_OK;

	for (i = 0; i < f->nitems && !rc; i++) {
		const struct tree_file *t = &f->diff.files[f->item_places[i]];
		const struct os_stat *st = &f->items[i].st;
		struct touched_doc entry = { t->doc, st->mtime_ns, st->ctime_ns,
					     st->ino };

		if (!f->items[i].is_same || t->segment != segment)
			continue;
		rc = segment_doc(seg, t->doc, NULL, &info, NULL);
		if (rc < 0 ||
		    (info.mtime_ns == st->mtime_ns &&
		     info.ctime_ns == st->ctime_ns && info.ino == st->ino))
			continue;
		buf_put(&new, &entry, sizeof(entry));
		f->changes->ntouched++;
	}
	if (!rc)
		rc = buf_status(&new);
	n = new.len / sizeof(struct touched_doc);
	if (!rc && n) {
		qsort(new.ptr, n, sizeof(struct touched_doc), cmp_touched);
		join_touched(seg, (struct touched_doc *)new.ptr, n, out);
		out->touches = true;
		rc = buf_status(&out->touched);
	}
	buf_release(&new);
	return rc;
}

/* --- The whole ------------------------------------------------------------ */

static int decide_file(struct finder *f, size_t place, struct scout_err *err)
{
	struct file_entry *file = &f->run->files->files[place];

	switch (f->diff.files[place].state) {
	case TREE_NEW:
		f->changes->nnew += file->skip == SKIP_NONE;
		return SCOUT_OK;
	case TREE_SAME:
		return SCOUT_OK;
	case TREE_UNSURE:
	case TREE_CHANGED:
		return ask_content(f, place, err);
	}
	return SCOUT_OK;
}

static int allocate(struct finder *f)
{
	struct changes *c = f->changes;
	size_t i, n = f->run->files->nfiles, bytes;

	c->files = scout_calloc(MEM_OTHER, n, sizeof(*c->files));
	c->places = scout_calloc(MEM_OTHER, n, sizeof(*c->places));
	f->items = scout_calloc(MEM_OTHER, n, sizeof(*f->items));
	f->item_places = scout_calloc(MEM_OTHER, n, sizeof(*f->item_places));
	c->segments = scout_calloc(MEM_OTHER, f->snapshot->nsegments,
				   sizeof(*c->segments));
	if (!c->files || !c->places || !f->items || !f->item_places ||
	    !c->segments)
		return SCOUT_E_NOMEM;
	c->nsegments = f->snapshot->nsegments;
	for (i = 0; i < c->nsegments; i++) {
		const struct segment_reader *seg = &f->snapshot->segments[i];

		bytes = ((size_t)seg->ndocs + 7) / 8;
		buf_init(&c->segments[i].touched, MEM_OTHER);
		c->segments[i].deleted = scout_calloc(MEM_OTHER, bytes, 1);
		if (!c->segments[i].deleted)
			return SCOUT_E_NOMEM;
		if (seg->deleted)
			memcpy(c->segments[i].deleted, seg->deleted, bytes);
	}
	return SCOUT_OK;
}

static int find(struct finder *f, struct scout_err *err)
{
	const struct file_list *l = f->run->files;
	size_t i;
	int rc = allocate(f);

	if (!rc)
		rc = mark_skipped(f);
	if (!rc)
		rc = tree_diff_make(f->snapshot, l, MEM_OTHER, &f->diff, err);
	if (!rc)
		rc = delete_gone(f, err);
	for (i = 0; i < l->nfiles && !rc; i++)
		rc = decide_file(f, i, err);
	if (!rc)
		rc = take_items(f, err);
	for (i = 0; i < l->nfiles && !rc; i++)
		if (f->diff.files[i].state != TREE_SAME &&
		    l->files[i].skip == SKIP_NONE)
			read_file(f, i);
	for (i = 0; i < f->changes->nsegments && !rc; i++)
		rc = touch_segment(f, i);
	return rc;
}

int changes_find(struct index_run *run, struct index_snapshot *snapshot,
		 struct changes *out, struct scout_err *err)
{
	struct finder f = { .run = run, .snapshot = snapshot, .changes = out };
	int rc;

	memset(out, 0, sizeof(*out));
	rc = find(&f, err);
	tree_diff_release(&f.diff);
	scout_free(f.items);
	scout_free(f.item_places);
	return rc < 0 ? scout_err_set(err, rc, "looking for changes") : rc;
}

void changes_release(struct changes *c)
{
	size_t i;

	for (i = 0; i < c->nsegments; i++) {
		scout_free(c->segments[i].deleted);
		buf_release(&c->segments[i].touched);
	}
	scout_free(c->segments);
	scout_free(c->files);
	scout_free(c->places);
	memset(c, 0, sizeof(*c));
}
