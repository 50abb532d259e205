/* `scout-index stats`: shows what an index holds and what its build took. */
#include "tools/command.h"

#include "index_format/inspect.h"
#include "tools/print_skipped.h"
#include "tools/print_stats.h"
#include "tools/print_stats_json.h"

struct stats_flags {
	struct index_arg index;
	int list_skipped, json;
};

#define FIELD(f) offsetof(struct stats_flags, f)

static const struct flag stats_table[] = {
	INDEX_ARG_ROW(struct stats_flags, index, "the index in DIR"),
	FORCE_REMOTE_ROW(struct stats_flags, index,
			 "read an index on a network file system"),
	{ "list-skipped", 0, NULL, "name every path left out, and why",
	  FLAG_SET, FIELD(list_skipped), true, NULL },
	{ "json", 0, NULL, "print the figures as JSON", FLAG_SET, FIELD(json),
	  true, NULL },
	FLAG_HELP_ROW,
};

static int add_skipped(void *ctx, struct span path, enum skip_reason reason,
		       bool is_dir, int detail)
{
	struct skipped_printer *p = ctx;

	skipped_printer_add(p, path, reason, is_dir, detail);
	return p->out->failed ? SCOUT_E_CANCELLED : SCOUT_OK;
}

static int list_skipped(const struct command_run *run, const char *dir)
{
	const struct stats_flags *flags = run->options;
	struct skipped_printer p;
	int rc;

	skipped_printer_begin(&p, run->out, flags->json);
	rc = scout_inspect_skipped(dir, add_skipped, &p, run->err);
	skipped_printer_end(&p);
	return run->out->failed ? SCOUT_OK : rc;
}

static int print_json(const struct command_run *run, const char *dir,
		      const struct index_stats *stats)
{
	const struct stats_flags *flags = run->options;
	int rc = SCOUT_OK;

	print_stats_json(run->out, dir, stats);
	if (flags->list_skipped) {
		output_put_str(run->out, ",\"skipped_paths\":");
		rc = list_skipped(run, dir);
	}
	output_put_byte(run->out, '}');
	output_end_line(run->out);
	return rc;
}

static int show_stats(struct command_run *run)
{
	const struct stats_flags *flags = run->options;
	struct index_stats stats;
	const char *dir;
	int rc = command_find_index(run, &flags->index, &dir);

	if (!rc)
		rc = scout_inspect_stats(dir, run->arena, &stats, run->err);
	if (rc < 0)
		return rc;
	if (flags->json)
		return print_json(run, dir, &stats);
	if (flags->list_skipped)
		return list_skipped(run, dir);
	print_stats_text(run->out, dir, &stats);
	return SCOUT_OK;
}

const struct command stats_command = {
	.name = "stats",
	.usage = "[FLAGS] [DIR]",
	.help = "show the figures of an index",
	.flags = FLAG_TABLE(stats_table),
	.options_bytes = sizeof(struct stats_flags),
	.run = show_stats,
};
