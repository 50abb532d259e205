#include "tools/print_stats_json.h"

#include "indexer/indexer.h"
#include "tools/json.h"

/* ,"name":value */
static void put(struct output *out, const char *name, uint64_t value)
{
	output_put_str(out, ",\"");
	output_put_str(out, name);
	output_put_str(out, "\":");
	output_put_u64(out, value);
}

static void put_signed(struct output *out, const char *name, int64_t value)
{
	put(out, name, value > 0 ? (uint64_t)value : 0);
}

static void put_real(struct output *out, const char *name, double value)
{
	output_printf(out, ",\"%s\":%.3f", name, value);
}

/* ,"name":{ */
static void open_object(struct output *out, const char *name)
{
	output_printf(out, ",\"%s\":{", name);
}

/* "name":value, with a comma before it unless it is the first; blanks in a
 * name become '_'. */
static void put_member(struct output *out, bool first, const char *name,
		       uint64_t value)
{
	output_put_str(out, first ? "\"" : ",\"");
	for (; *name; name++)
		output_put_byte(out, *name == ' ' ? '_' : (uint8_t)*name);
	output_put_str(out, "\":");
	output_put_u64(out, value);
}

static double per(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static void put_contents(struct output *out, const struct index_stats *s)
{
	unsigned i;
	bool first = true;

	put(out, "files", s->files);
	open_object(out, "skipped");
	for (i = SKIP_NONE + 1; i < SKIP_REASONS; i++) {
		put_member(out, first, skip_reason_name((enum skip_reason)i),
			   s->skipped[i]);
		first = false;
	}
	output_put_byte(out, '}');
	put(out, "text_bytes", s->text_bytes);
	put(out, "lines", s->lines);
	put(out, "words", s->words);
	put(out, "terms", s->terms);
	put(out, "postings", s->postings);
	put(out, "segments", s->segments);
	put(out, "deleted", s->deleted);
}

static void put_cost(struct output *out, const struct index_stats *s)
{
	double seconds = (double)s->elapsed_ns / 1e9;
	unsigned i;

	put_signed(out, "started_ns", s->started_ns);
	put_signed(out, "elapsed_ns", s->elapsed_ns);
	put_signed(out, "cpu_ns", s->cpu_ns);
	put(out, "threads", s->threads);
	put_real(out, "files_per_minute", per(60.0 * (double)s->files,
					      seconds));
	put_real(out, "mb_per_second", per((double)s->text_bytes / 1e6,
					   seconds));
	put(out, "runs", s->runs);
	put(out, "runs_spilled_bytes", s->runs_spilled_bytes);
	/* read to merge are summed over the threads */
	open_object(out, "stage_ns");
	for (i = 0; i < BUILD_STAGES; i++)
		put_member(out, i == 0, build_stage_name((enum build_stage)i),
			   s->stage_ns[i] > 0 ? (uint64_t)s->stage_ns[i] : 0);
	output_put_byte(out, '}');
}

static void put_memory(struct output *out, const struct index_stats *s)
{
	unsigned i;

	open_object(out, "memory");
	put_member(out, true, "budget_bytes", s->memory_budget_bytes);
	put(out, "accounted_peak_bytes", s->mem_total_peak_bytes);
	open_object(out, "accounted_peak_by_owner");
	for (i = 0; i < MEM_OWNERS; i++)
		put_member(out, i == 0,
			   scout_mem_owner_name((enum scout_mem_owner)i),
			   s->mem_peak_bytes[i]);
	output_put_byte(out, '}');
	put(out, "rss_peak_bytes", s->rss_peak_bytes);
	put(out, "rss_anon_bytes", s->rss_anon_bytes);
	put(out, "rss_file_bytes", s->rss_file_bytes);
	output_put_byte(out, '}');
}

static void put_sizes(struct output *out, const struct index_stats *s)
{
	unsigned i;

	put(out, "index_bytes", s->index_bytes);
	put_real(out, "index_percent_of_text",
		 per(100.0 * (double)s->index_bytes, (double)s->text_bytes));
	open_object(out, "size_bytes");
	for (i = 0; i < s->nsizes; i++)
		put_member(out, i == 0, s->sizes[i].name, s->sizes[i].bytes);
	output_put_byte(out, '}');
}

void print_stats_json(struct output *out, const char *index_dir,
		      const struct index_stats *stats)
{
	output_put_str(out, "{\"index\":");
	json_put_lossy(out, span_str(index_dir));
	put_contents(out, stats);
	put_cost(out, stats);
	put_memory(out, stats);
	put_sizes(out, stats);
}
