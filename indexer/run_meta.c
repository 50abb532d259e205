#include "indexer/run_meta.h"

#include "index_format/meta_value.h"
#include "index_format/skip_list.h"
#include "indexer/index_folder.h"

static int put_skip_part(struct index_run *r, struct buf *part, uint32_t number,
			 struct scout_err *err)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, SKIPPED_KEY, number);
	int rc = meta_value_put(r->store, span_of(key, len), part, err);

	buf_clear(part);
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
int run_meta_put_skipped(struct index_run *r, struct scout_err *err)
{
	const struct file_list *l = r->files;
	struct buf part = BUF_INIT(MEM_OTHER);
	size_t i = 0, k = 0;
	uint32_t nparts = 0;
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
		    path_cmp(span_of(f->path, f->path_len),
			     span_of(s->path, s->path_len)) > 0)
			f = NULL;
		put_skipped(&part, f ? f : s);
		if (f)
			i++;
		else
			k++;
		if (part.len >= SKIP_PART_BYTES)
			rc = put_skip_part(r, &part, nparts++, err);
	}
	if (!rc && (part.len || buf_status(&part) < 0))
		rc = put_skip_part(r, &part, nparts, err);
	buf_release(&part);
	return rc;
}

static void count_skipped(struct index_run *r)
{
	size_t i;

	for (i = 0; i < SKIP_REASONS; i++)
		r->stats->skipped[i] = r->files->skip_count[i];
	for (i = 0; i < r->files->nfiles; i++)
		if (r->files->files[i].skip != SKIP_NONE)
			r->stats->skipped[r->files->files[i].skip]++;
}

void run_meta_finish_stats(struct index_run *r)
{
	struct os_memory mem;
	unsigned i;

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
			      .run_started_ns = r->started_ns };
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
