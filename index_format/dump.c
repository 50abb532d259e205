#include "index_format/dump.h"

#include <stddef.h>

#include "index_format/dump_docs.h"
#include "index_format/dump_raw.h"
#include "index_format/dump_terms.h"
#include "index_format/index_stats.h"
#include "index_format/meta_value.h"

/* Manifest ------------------------------------------------------------- */

static void put_segment(struct dumper *d, const struct segment_meta *m,
			bool with_run)
{
	unsigned i;

	dumper_put_str(d, "segment\t");
	dumper_put_u64(d, m->number);
	dumper_put_field(d, "documents", m->ndocs);
	dumper_put_field(d, "deleted", m->ndeleted);
	dumper_put_field(d, "wild", m->nwild);
	dumper_put_field(d, "words", m->nwords);
	dumper_put_field(d, "terms", m->nterms);
	dumper_put_field(d, "postings", m->npostings);
	dumper_put_field(d, "blocks", m->dict_blocks);
	dumper_put_field(d, "block_bytes", m->dict_bytes);
	dumper_put_str(d, "\tblock_keys=");
	dumper_put_hash(d, m->dict_keys);
	if (with_run) {
		dumper_put_field(d, "touched", m->ntouched);
		dumper_put_field(d, "run_started_ns",
				 (uint64_t)m->run_started_ns);
	}
	dumper_end_line(d);
	for (i = 0; i < STREAMS; i++) {
		dumper_put_str(d, "stream\t");
		dumper_put_u64(d, m->number);
		dumper_put_str(d, "\t");
		dumper_put_str(d, stream_name((enum stream_id)i));
		dumper_put_field(d, "chunks", m->nchunks[i]);
		dumper_put_field(d, "bytes", m->stream_bytes[i]);
		dumper_end_line(d);
	}
}

static void put_manifest(struct dumper *d, bool with_run)
{
	const struct manifest *m = &d->manifest;
	uint32_t i;

	dumper_put_str(d, "format");
	dumper_put_field(d, "version", m->version);
	dumper_end_line(d);
	if (with_run) {
		dumper_put_str(d, "root\t");
		dumper_put_bytes(d, span_str(m->root));
		dumper_put_field(d, "run_started_ns",
				 (uint64_t)m->run_started_ns);
		dumper_end_line(d);
	}
	dumper_put_str(d, "rules\t");
	dumper_put_bytes(d, m->rules);
	dumper_end_line(d);
	for (i = 0; i < m->nsegments; i++)
		put_segment(d, &m->segments[i], with_run);
}

/* Statistics ----------------------------------------------------------- */

struct figure {
	const char *name;
	size_t offset;
};

#define FIGURE(f) { #f, offsetof(struct index_stats, f) }
static const struct figure figures[] = {
	FIGURE(files), FIGURE(text_bytes), FIGURE(lines), FIGURE(words),
	FIGURE(terms), FIGURE(postings), FIGURE(segments), FIGURE(deleted),
	FIGURE(started_ns), FIGURE(elapsed_ns), FIGURE(cpu_ns),
	FIGURE(threads), FIGURE(memory_budget_bytes), FIGURE(runs),
	FIGURE(runs_spilled_bytes), FIGURE(mem_total_peak_bytes),
	FIGURE(rss_anon_bytes), FIGURE(rss_file_bytes), FIGURE(rss_peak_bytes),
};

static void put_array(struct dumper *d, const char *name, unsigned index,
		      uint64_t value)
{
	dumper_put_str(d, name);
	dumper_put_str(d, "\t");
	dumper_put_u64(d, index);
	dumper_put_str(d, "\t");
	dumper_put_u64(d, value);
	dumper_end_line(d);
}

/* Only those not 0. */
static void put_arrays(struct dumper *d, const struct index_stats *s)
{
	unsigned i;

	for (i = 0; i < SKIP_REASONS; i++) {
		if (!s->skipped[i])
			continue;
		dumper_put_str(d, "skipped\t");
		dumper_put_str(d, skip_reason_name((enum skip_reason)i));
		dumper_put_str(d, "\t");
		dumper_put_u64(d, s->skipped[i]);
		dumper_end_line(d);
	}
	for (i = 0; i < STATS_MAX_STAGES; i++)
		if (s->stage_ns[i])
			put_array(d, "stage_ns", i, (uint64_t)s->stage_ns[i]);
	for (i = 0; i < MEM_OWNERS; i++) {
		if (!s->mem_peak_bytes[i])
			continue;
		dumper_put_str(d, "mem_peak_bytes\t");
		dumper_put_str(d, scout_mem_owner_name(
					  (enum scout_mem_owner)i));
		dumper_put_str(d, "\t");
		dumper_put_u64(d, s->mem_peak_bytes[i]);
		dumper_end_line(d);
	}
}

static int dump_stats(struct dumper *d, struct scout_err *err)
{
	struct index_stats stats;
	struct span bytes;
	uint64_t value;
	size_t i;
	int rc;

	rc = meta_value_get(d->snap->txn, span_str(STATS_KEY), &bytes);
	if (!rc)
		rc = index_stats_decode(bytes, &stats);
	if (rc < 0)
		return scout_err_set(err, SCOUT_E_CORRUPT,
				     "the statistics are damaged");
	for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		memcpy(&value, (const char *)&stats + figures[i].offset,
		       sizeof(value));
		dumper_put_str(d, figures[i].name);
		dumper_put_str(d, "\t");
		dumper_put_u64(d, value);
		dumper_end_line(d);
	}
	put_arrays(d, &stats);
	return SCOUT_OK;
}

/* Everything ----------------------------------------------------------- */

static int dump_content(struct dumper *d, struct scout_err *err)
{
	int rc;

	put_manifest(d, false);
	rc = dump_docs(d, false, err);
	if (!rc)
		rc = dump_skip_list(d, err);
	if (!rc)
		rc = dump_terms(d, span_of(NULL, 0), true, err);
	if (!rc)
		rc = dump_line_maps(d, err);
	return rc ? rc : dump_raw_content(d, err);
}

static int dump_what(struct dumper *d, const struct dump_options *o,
		     struct scout_err *err)
{
	switch (o->what) {
	case DUMP_MANIFEST:
		put_manifest(d, true);
		return SCOUT_OK;
	case DUMP_DOCS:
		return dump_docs(d, true, err);
	case DUMP_TERMS:
		return dump_terms(d, o->argument, false, err);
	case DUMP_POSTINGS:
		return dump_postings_of(d, o->argument, err);
	case DUMP_LINES:
		return dump_lines_of(d, o->argument, err);
	case DUMP_STATS:
		return dump_stats(d, err);
	case DUMP_RAW:
		return dump_raw(d, err);
	case DUMP_CONTENT:
		return dump_content(d, err);
	}
	return scout_err_set(err, SCOUT_E_USAGE, "nothing to dump");
}

static int read_manifest(struct dumper *d, struct scout_err *err)
{
	struct span bytes;
	int rc;

	rc = store_get(d->snap->txn, STORE_META, span_str(MANIFEST_KEY),
		       &bytes);
	return rc < 0 ? rc : manifest_decode(bytes, &d->arena, &d->manifest,
					     err);
}

int scout_dump(const char *index_dir, const struct dump_options *options,
	       dump_sink_fn sink, void *sink_ctx, struct scout_err *err)
{
	struct dumper d = { .sink = sink, .sink_ctx = sink_ctx };
	int rc;

	buf_init(&d.text, MEM_OTHER);
	arena_init(&d.arena, MEM_OTHER);
	rc = snapshot_open(index_dir, &d.snap, err);
	if (!rc)
		rc = read_manifest(&d, err);
	if (!rc)
		rc = dump_what(&d, options, err);
	/* what was read before damage is worth seeing */
	dumper_flush(&d);
	if (!rc)
		rc = dumper_status(&d);
	snapshot_close(d.snap);
	arena_release(&d.arena);
	buf_release(&d.text);
	return rc < 0 ? scout_err_set(err, rc, "dumping '%s'", index_dir) : rc;
}
