#include "indexer/run_meta.h"

#include "index_format/meta_value.h"
#include "index_format/skip_list.h"
#include "indexer/index_folder.h"

/* The skip list while it is put. */
struct skip_list_writer {
	struct index_run *run;
	struct store_txn *old;
	struct buf part;
	uint32_t nparts;
	bool changed;
};

static int put_skip_part(struct skip_list_writer *w, struct scout_err *err)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, SKIPPED_KEY, w->nparts++);
	struct span before;
	int rc = SCOUT_OK;

	if (buf_status(&w->part) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "the skip list");
	if (!w->old || meta_value_get(w->old, span_of(key, len), &before) < 0 ||
	    !span_eq(before, buf_span(&w->part))) {
		w->changed = true;
		rc = meta_value_put(w->run->store, span_of(key, len), &w->part,
				    err);
	}
	buf_clear(&w->part);
	return rc;
}

/* Parts of the index before that are too many now. */
static int delete_other_parts(struct skip_list_writer *w, struct scout_err *err)
{
	uint8_t key[META_KEY_MAX];
	struct span before;
	uint32_t i;
	size_t len;
	int rc = SCOUT_OK;

	for (i = w->nparts; w->old && !rc; i++) {
		len = meta_key_put(key, SKIPPED_KEY, i);
		if (meta_value_get(w->old, span_of(key, len), &before) ==
		    SCOUT_E_NOTFOUND)
			break;
		w->changed = true;
		rc = store_delete(w->run->store, STORE_META, span_of(key, len),
				  err);
	}
	return rc;
}

/* What was found out by opening a file, and need not be again while its stat is
 * the same. */
static bool keeps_stat(const struct file_entry *f)
{
	return f->skip == SKIP_BINARY;
}

static void put_skipped(struct buf *out, const struct file_entry *f)
{
	struct skipped_path s = {
		.path = span_of(f->path, f->path_len),
		.reason = (enum skip_reason)f->skip,
		.is_dir = f->is_dir,
		.sys = f->sys,
		.has_stat = keeps_stat(f),
		.st = f->st,
	};

	skipped_path_put(out, &s);
}

/* Both lists are in path order; so is what is stored. */
static int put_skip_parts(struct skip_list_writer *w, struct scout_err *err)
{
	const struct file_list *l = w->run->files;
	size_t i = 0, k = 0;
	int rc = SCOUT_OK;

	while (!rc && (i < l->nfiles || k < l->nskipped)) {
		const struct file_entry *f =
			i < l->nfiles ? &l->files[i] : NULL;
		const struct file_entry *s =
			k < l->nskipped ? &l->skipped[k] : NULL;

		if (f && f->skip == SKIP_NONE) {
			i++;
			continue;
		}
		if (f && s &&
		    path_cmp(file_entry_path(f), file_entry_path(s)) > 0)
			f = NULL;
		put_skipped(&w->part, f ? f : s);
		if (f)
			i++;
		else
			k++;
		if (w->part.len >= SKIP_PART_BYTES)
			rc = put_skip_part(w, err);
	}
	if (!rc && (w->part.len || buf_status(&w->part) < 0))
		rc = put_skip_part(w, err);
	return rc ? rc : delete_other_parts(w, err);
}

int run_meta_put_skipped(struct index_run *r, struct store_txn *old,
			 bool *out_changed, struct scout_err *err)
{
	struct skip_list_writer w = { .run = r, .old = old };
	int rc;

	buf_init(&w.part, MEM_OTHER);
	rc = put_skip_parts(&w, err);
	*out_changed = w.changed;
	buf_release(&w.part);
	return rc;
}

static void count_skipped(struct index_run *r)
{
	uint64_t *counts = r->stats->skipped;
	size_t i;

	memset(counts, 0, sizeof(r->stats->skipped));
	for (i = 0; i < r->files->nskipped; i++)
		counts[r->files->skipped[i].skip]++;
	for (i = 0; i < r->files->nfiles; i++)
		if (r->files->files[i].skip != SKIP_NONE)
			counts[r->files->files[i].skip]++;
}

void run_meta_sum_segments(struct index_run *r,
			   const struct segment_meta *segments, uint32_t n)
{
	struct index_stats *s = r->stats;
	uint32_t i;

	s->segments = n;
	s->words = s->terms = s->postings = s->deleted = 0;
	for (i = 0; i < n; i++) {
		s->words += segments[i].nwords;
		s->terms += segments[i].nterms;
		s->postings += segments[i].npostings;
		s->deleted += segments[i].ndeleted;
	}
}

void run_meta_finish_stats(struct index_run *r)
{
	struct os_memory mem;
	unsigned i;

	if (!r->has_walked)
		return;
	count_skipped(r);
	r->stats->started_ns = r->started_ns;
	r->stats->elapsed_ns = os_mono_ns() - r->started_mono_ns;
	r->stats->cpu_ns = os_cpu_ns() - r->started_cpu_ns;
	r->stats->threads = r->nthreads;
	r->stats->memory_budget_bytes = r->memory_bytes;
	for (i = 0; i < MEM_OWNERS; i++)
		r->stats->mem_peak_bytes[i] = scout_mem_peak(i);
	r->stats->mem_total_peak_bytes = scout_mem_total_peak();
	os_memory(&mem);
	r->stats->rss_anon_bytes = mem.rss_anon_bytes;
	r->stats->rss_file_bytes = mem.rss_file_bytes;
	r->stats->rss_peak_bytes = mem.peak_bytes;
}

int run_meta_put_manifest(struct index_run *r,
			  const struct segment_meta *segments,
			  uint32_t nsegments, struct scout_err *err)
{
	struct buf rules = BUF_INIT(MEM_OTHER), bytes = BUF_INIT(MEM_OTHER);
	struct buf root = BUF_INIT(MEM_OTHER);
	struct manifest m = { .segments = (struct segment_meta *)segments,
			      .nsegments = nsegments,
			      .run_started_ns = r->whole_started_ns };
	int rc = SCOUT_E_NOMEM;

	walk_rules_encode(r->rules, &rules);
	index_folder_put_root(r->index_dir, r->root, &root);
	m.rules = buf_span(&rules);
	m.root = buf_cstr(&root);
	if (m.root && !buf_status(&rules)) {
		manifest_encode(&m, &bytes);
		rc = buf_status(&bytes);
	}
	if (rc < 0)
		scout_err_set(err, rc, "writing the manifest");
	else
		rc = store_put(r->store, STORE_META, span_str(MANIFEST_KEY),
			       buf_span(&bytes), false, err);
	buf_release(&rules);
	buf_release(&root);
	buf_release(&bytes);
	return rc;
}

int run_meta_put_stats(struct index_run *r, struct scout_err *err)
{
	struct buf bytes = BUF_INIT(MEM_OTHER);
	int rc;

	index_stats_encode(r->stats, &bytes);
	rc = meta_value_put(r->store, span_str(STATS_KEY), &bytes, err);
	buf_release(&bytes);
	return rc;
}
