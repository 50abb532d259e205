/* `scout-index dump`: prints what is in an index as text. */
#include "tools/command.h"

#include "index_format/dump.h"

enum { WHAT_NOTHING = -1 };

struct dump_flags {
	struct index_arg index;
	int what;		/* enum dump_what, or WHAT_NOTHING */
	const char *argument;	/* prefix, word or path; NULL: none */
};

static int apply_what(void *options, const struct flag *flag, const char *value,
		      struct scout_err *err)
{
	struct dump_flags *f = options;

	if (f->what != WHAT_NOTHING)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "dump prints one thing at a time");
	f->what = flag->constant;
	f->argument = value;
	return SCOUT_OK;
}

#define WHAT(name, value, what, help) \
	{ name, 0, value, help, FLAG_CALL, 0, what, apply_what }

static const struct flag dump_table[] = {
	INDEX_ARG_ROW(struct dump_flags, index, "the index in DIR"),
	WHAT("manifest", NULL, DUMP_MANIFEST, "folder, rules and segments"),
	WHAT("docs", NULL, DUMP_DOCS, "every document"),
	WHAT("terms", "[PREFIX]", DUMP_TERMS,
	     "terms (with that prefix), files, occurrences"),
	WHAT("postings", "TERM", DUMP_POSTINGS, "where a term is"),
	WHAT("lines", "PATH", DUMP_LINES, "the line map of a file"),
	WHAT("stats", NULL, DUMP_STATS, "the figures of the last run"),
	WHAT("raw", NULL, DUMP_RAW, "keys, lengths and hashes as stored"),
	WHAT("content", NULL, DUMP_CONTENT,
	     "all that does not depend on when, where or how it was made"),
	FORCE_REMOTE_ROW(struct dump_flags, index,
			 "read an index on a network file system"),
	FLAG_HELP_ROW,
};

static int put_text(void *ctx, const void *ptr, size_t len)
{
	struct output *out = ctx;

	output_put(out, ptr, len);
	return out->failed ? SCOUT_E_CANCELLED : SCOUT_OK;
}

static void preset(void *options)
{
	struct dump_flags *f = options;

	f->what = WHAT_NOTHING;
}

static int dump(struct command_run *run)
{
	const struct dump_flags *flags = run->options;
	struct dump_options options = { .what = (enum dump_what)flags->what };
	const char *index_dir;
	int rc;

	if (flags->what == WHAT_NOTHING)
		return scout_err_set(run->err, SCOUT_E_USAGE,
				     "dump what? --manifest, --docs, --terms, "
				     "--postings, --lines, --stats, --raw or "
				     "--content");
	rc = command_find_index(run, &flags->index, &index_dir);
	if (rc < 0)
		return rc;
	if (flags->argument)
		options.argument = span_str(flags->argument);
	rc = scout_dump(index_dir, &options, put_text, run->out, run->err);
	/* a failed write is the caller's to tell */
	return rc < 0 && run->out->failed ? SCOUT_OK : rc;
}

const struct command dump_command = {
	.name = "dump",
	.usage = "WHAT [DIR]",
	.help = "print what is in an index",
	.flags = FLAG_TABLE(dump_table),
	.options_bytes = sizeof(struct dump_flags),
	.preset = preset,
	.run = dump,
};
