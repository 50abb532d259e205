#include "index_format/index_stats.h"

enum { STATS_VERSION = 1, STATS_NAME_MAX = 64 };

/* Every plain figure, in the order it is stored. */
static unsigned list_figures(struct index_stats *s, uint64_t *out[])
{
	uint64_t *all[] = {
		&s->files, &s->text_bytes, &s->lines, &s->words, &s->terms,
		&s->postings, &s->segments, &s->deleted,
		(uint64_t *)&s->started_ns, (uint64_t *)&s->elapsed_ns,
		(uint64_t *)&s->cpu_ns, &s->threads, &s->memory_budget_bytes,
		&s->runs, &s->runs_spilled_bytes, &s->mem_total_peak_bytes,
		&s->rss_anon_bytes, &s->rss_file_bytes, &s->rss_peak_bytes,
		&s->index_bytes,
	};
	unsigned i, n = sizeof(all) / sizeof(all[0]);

	for (i = 0; i < n; i++)
		out[i] = all[i];
	return n;
}

enum { STATS_FIGURES = 20 };

void index_stats_encode(const struct index_stats *stats, struct buf *out)
{
	struct index_stats s = *stats;
	uint64_t *figures[STATS_FIGURES];
	unsigned i, n = list_figures(&s, figures);

	SCOUT_ASSERT(n == STATS_FIGURES);
	buf_put_varint(out, STATS_VERSION);
	for (i = 0; i < n; i++)
		buf_put_varint(out, *figures[i]);
	buf_put_varint(out, SKIP_REASONS);
	for (i = 0; i < SKIP_REASONS; i++)
		buf_put_varint(out, s.skipped[i]);
	buf_put_varint(out, STATS_MAX_STAGES);
	for (i = 0; i < STATS_MAX_STAGES; i++)
		buf_put_varint(out, (uint64_t)s.stage_ns[i]);
	buf_put_varint(out, MEM_OWNERS);
	for (i = 0; i < MEM_OWNERS; i++)
		buf_put_varint(out, s.mem_peak_bytes[i]);
}

/* An array that may have been longer or shorter when it was written. */
static const uint8_t *get_array(const uint8_t *p, const uint8_t *end,
				uint64_t *values, unsigned max)
{
	uint64_t n, i, v;

	p = get_varint64(p, end, &n);
	for (i = 0; p && i < n; i++) {
		p = get_varint64(p, end, &v);
		if (p && i < max)
			values[i] = v;
	}
	return p;
}

int index_stats_decode(struct span bytes, struct index_stats *out)
{
	const uint8_t *p = bytes.ptr, *end = bytes.ptr + bytes.len;
	struct index_stats s = { 0 };
	uint64_t *figures[STATS_FIGURES], version;
	unsigned i, n = list_figures(&s, figures);

	p = get_varint64(p, end, &version);
	if (!p || version != STATS_VERSION)
		return SCOUT_E_CORRUPT;
	for (i = 0; i < n && p; i++)
		p = get_varint64(p, end, figures[i]);
	p = p ? get_array(p, end, s.skipped, SKIP_REASONS) : NULL;
	p = p ? get_array(p, end, (uint64_t *)s.stage_ns, STATS_MAX_STAGES) :
		NULL;
	p = p ? get_array(p, end, s.mem_peak_bytes, MEM_OWNERS) : NULL;
	if (p != end)
		return SCOUT_E_CORRUPT;
	*out = s;
	return SCOUT_OK;
}
