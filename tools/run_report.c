#include "tools/run_report.h"

#include <unistd.h>

#include "index_format/inspect.h"
#include "tools/cli.h"
#include "tools/command.h"
#include "tools/print_skipped.h"
#include "tools/print_stats.h"
#include "tools/print_stats_json.h"

static const char program[] = "scout-index";

enum { UNREADABLE_NAMED = 10 }; /* this many are named on stderr */

bool run_report_wants(int when, int fd)
{
	return when == WHEN_AUTO ? isatty(fd) : when == WHEN_ALWAYS;
}

/* Names the first unreadable files, so that none is missed in silence. */
static void report_unreadable(const struct build_report *report, uint64_t count)
{
	struct skipped_cursor cursor = { 0 };
	const struct file_entry *e;
	char room[REASON_TEXT_BYTES];
	unsigned named = 0;

	while (named < UNREADABLE_NAMED &&
	       (e = skipped_next(&report->files, &cursor)) != NULL) {
		if (e->skip != SKIP_UNREADABLE)
			continue;
		cli_message(program, "%.*s: %s", (int)e->path_len, e->path,
			    scout_reason_text(e->sys, room));
		named++;
	}
	if (count > named)
		cli_message(program,
			    "%llu more could not be read; "
			    "--list-skipped names them all",
			    (unsigned long long)(count - named));
}

static void list_report_skipped(const struct run_flags *flags,
				const struct build_report *report,
				struct output *out)
{
	struct skipped_cursor cursor = { 0 };
	const struct file_entry *e;
	struct skipped_printer p;

	skipped_printer_begin(&p, out, flags->json);
	while ((e = skipped_next(&report->files, &cursor)) != NULL)
		skipped_printer_add(&p, span_of(e->path, e->path_len),
				    (enum skip_reason)e->skip, e->is_dir,
				    e->sys);
	skipped_printer_end(&p);
}

/* Where the bytes are is known once they are all written. */
static void add_sizes(struct index_stats *stats, const char *dir)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct index_stats stored;
	struct arena arena;

	if (stats->index_bytes)
		return;
	arena_init(&arena, MEM_OTHER);
	if (scout_inspect_stats(dir, &arena, &stored, &err) == SCOUT_OK) {
		memcpy(stats->sizes, stored.sizes, sizeof(stats->sizes));
		stats->nsizes = stored.nsizes;
		stats->index_bytes = stored.index_bytes;
	}
	arena_release(&arena);
}

static void put_update(const struct update_report *u, struct output *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} figures[] = {
		{ "new_files", u->new_files },
		{ "changed_files", u->changed_files },
		{ "gone_files", u->gone_files },
		{ "touched_files", u->touched_files },
		{ "compared_files", u->compared_files },
		{ "merges", u->merges },
		{ "slowest_put_ns", (uint64_t)u->slowest_put_ns },
	};
	size_t i;

	output_printf(out, ",\"update\":{\"written\":%s,\"new_generation\":%s",
		      u->is_written ? "true" : "false",
		      u->is_moved ? "true" : "false");
	for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		output_printf(out, ",\"%s\":%llu", figures[i].name,
			      (unsigned long long)figures[i].value);
	output_put_byte(out, '}');
}

int run_report_print(const struct run_flags *flags, const char *dir,
		     struct build_report *report,
		     const struct update_report *update, struct output *out)
{
	uint64_t unreadable = report->stats->skipped[SKIP_UNREADABLE];
	int code = unreadable ? EXIT_SOME_UNREADABLE : EXIT_DONE;
	bool figures =
		!flags->quiet && run_report_wants(flags->stats, STDOUT_FILENO);

	if (unreadable)
		report_unreadable(report, unreadable);
	if (flags->json || figures)
		add_sizes(report->stats, dir);
	if (flags->json) {
		print_stats_json(out, dir, report->stats);
		if (update)
			put_update(update, out);
		if (flags->list_skipped) {
			output_put_str(out, ",\"skipped_paths\":");
			list_report_skipped(flags, report, out);
		}
		output_put_byte(out, '}');
		output_end_line(out);
		return code;
	}
	if (flags->list_skipped)
		list_report_skipped(flags, report, out);
	if (figures)
		print_stats_text(out, dir, report->stats);
	return code;
}
