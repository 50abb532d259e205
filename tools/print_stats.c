#include "tools/print_stats.h"

#include <stdio.h>
#include <time.h>

#include "indexer/indexer.h"

typedef unsigned long long ull;

enum { FIGURE_BYTES = 40 };

/* Figures for people ---------------------------------------------------- */

/* 1,234,567 */
static const char *grouped(uint64_t v, char out[FIGURE_BYTES])
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (ull)v);
	int i, o = 0;

	for (i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			out[o++] = ',';
		out[o++] = digits[i];
	}
	out[o] = '\0';
	return out;
}

/* 1.06 GiB */
static const char *human_bytes(uint64_t v, char out[FIGURE_BYTES])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double d = (double)v;
	int unit = -1;

	while (d >= 1024 && unit < 3) {
		d /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(out, FIGURE_BYTES, "%llu bytes", (ull)v);
	else
		snprintf(out, FIGURE_BYTES, d < 10 ? "%.2f %s" : "%.1f %s", d,
			 units[unit]);
	return out;
}

static double per(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static double percent(uint64_t part, uint64_t whole)
{
	return per(100.0 * (double)part, (double)whole);
}

static void row(struct output *out, const char *name, const char *figure,
		const char *remark)
{
	output_printf(out, "  %-22s %16s%s%s\n", name, figure,
		      *remark ? "  " : "", remark);
}

static void count_row(struct output *out, const char *name, uint64_t v,
		      const char *remark)
{
	char figure[FIGURE_BYTES];

	row(out, name, grouped(v, figure), remark);
}

static void bytes_row(struct output *out, const char *name, uint64_t v,
		      const char *remark)
{
	char figure[FIGURE_BYTES];

	row(out, name, human_bytes(v, figure), remark);
}

static void seconds_row(struct output *out, const char *name, int64_t ns,
			const char *remark)
{
	char figure[FIGURE_BYTES];

	snprintf(figure, sizeof(figure), "%.3f s", (double)ns / 1e9);
	row(out, name, figure, remark);
}

static uint64_t sum_skipped(const struct index_stats *s)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < SKIP_REASONS; i++)
		sum += s->skipped[i];
	return sum;
}

static void print_contents(struct output *out, const struct index_stats *s)
{
	char remark[96];
	unsigned i;

	output_put_str(out, "\ncontents\n");
	count_row(out, "files", s->files, "");
	bytes_row(out, "text", s->text_bytes, "");
	count_row(out, "lines", s->lines, "");
	count_row(out, "words", s->words, "");
	count_row(out, "distinct words", s->terms,
		  s->segments > 1 ? "summed over the segments" : "");
	snprintf(remark, sizeof(remark), "%.1f a file",
		 per((double)s->postings, (double)s->files));
	count_row(out, "word-file pairs", s->postings, remark);
	count_row(out, "segments", s->segments, "");
	if (s->deleted)
		count_row(out, "marked deleted", s->deleted, "");
	count_row(out, "left out", sum_skipped(s),
		  sum_skipped(s) ? "files and folders; --list-skipped names "
				   "them" : "");
	for (i = 0; i < SKIP_REASONS; i++) {
		if (!s->skipped[i])
			continue;
		snprintf(remark, sizeof(remark), "  %s",
			 skip_reason_name((enum skip_reason)i));
		count_row(out, remark, s->skipped[i], "");
	}
}

/* Some stages are timed by the wall clock, the others on every thread. */
static bool is_thread_time(unsigned stage)
{
	return stage >= STAGE_READ && stage <= STAGE_MERGE;
}

static void print_time(struct output *out, const struct index_stats *s)
{
	double seconds = (double)s->elapsed_ns / 1e9;
	char remark[96];
	unsigned i;

	output_put_str(out, "\ntime\n");
	snprintf(remark, sizeof(remark), "%.0f files a minute, %.1f MB/s",
		 per(60.0 * (double)s->files, seconds),
		 per((double)s->text_bytes / 1e6, seconds));
	seconds_row(out, "by the clock", s->elapsed_ns, remark);
	snprintf(remark, sizeof(remark), "%llu thread%s", (ull)s->threads,
		 s->threads == 1 ? "" : "s");
	seconds_row(out, "of the processors", s->cpu_ns, remark);
	for (i = 0; i < BUILD_STAGES; i++) {
		snprintf(remark, sizeof(remark), "  %s",
			 build_stage_name((enum build_stage)i));
		seconds_row(out, remark, s->stage_ns[i], is_thread_time(i) ?
			    "thread seconds" : "by the clock");
	}
}

static void print_memory(struct output *out, const struct index_stats *s)
{
	char figure[FIGURE_BYTES], remark[96];
	unsigned i;

	output_put_str(out, "\nmemory\n");
	snprintf(remark, sizeof(remark), "of a budget of %s",
		 human_bytes(s->memory_budget_bytes, figure));
	bytes_row(out, "most at once", s->mem_total_peak_bytes, remark);
	for (i = 0; i < MEM_OWNERS; i++) {
		if (!s->mem_peak_bytes[i])
			continue;
		snprintf(remark, sizeof(remark), "  %s",
			 scout_mem_owner_name((enum scout_mem_owner)i));
		bytes_row(out, remark, s->mem_peak_bytes[i], "");
	}
	bytes_row(out, "kernel: peak", s->rss_peak_bytes,
		  "resident, file pages included");
	bytes_row(out, "kernel: own at end", s->rss_anon_bytes, "");
	bytes_row(out, "kernel: file at end", s->rss_file_bytes,
		  "pages of files, given back when needed");
	snprintf(remark, sizeof(remark), "%s of them written to disk",
		 human_bytes(s->runs_spilled_bytes, figure));
	count_row(out, "sorted runs", s->runs, remark);
}

static void print_size(struct output *out, const struct index_stats *s)
{
	char remark[96];
	unsigned i;

	output_put_str(out, "\nsize\n");
	snprintf(remark, sizeof(remark), "%5.1f%% of the text",
		 percent(s->index_bytes, s->text_bytes));
	bytes_row(out, "index on disk", s->index_bytes, remark);
	for (i = 0; i < s->nsizes; i++) {
		char name[64];

		snprintf(name, sizeof(name), "  %s", s->sizes[i].name);
		snprintf(remark, sizeof(remark), "%5.1f%%",
			 percent(s->sizes[i].bytes, s->text_bytes));
		bytes_row(out, name, s->sizes[i].bytes, remark);
	}
}

void print_stats_text(struct output *out, const char *index_dir,
		      const struct index_stats *stats)
{
	time_t when = (time_t)(stats->started_ns / 1000000000);
	char date[40] = "?";
	struct tm tm;

	if (localtime_r(&when, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S %z", &tm);
	output_put_str(out, "index  ");
	output_put_str(out, index_dir);
	output_printf(out, "\nmade   %s\n", date);
	print_contents(out, stats);
	print_time(out, stats);
	print_memory(out, stats);
	print_size(out, stats);
}
