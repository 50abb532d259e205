#include "tools/dump_command.h"

#include "index_format/dump.h"
#include "tools/flags.h"
#include "tools/index_arg.h"

enum { WHAT_NOTHING = -1 };

struct dump_flags {
	const char *index_dir;
	int what;		/* enum dump_what, or WHAT_NOTHING */
	const char *argument;	/* prefix, word or path; NULL: none */
	int force_remote, help;
	struct flag_list folders;
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

#define FIELD(f) offsetof(struct dump_flags, f)
#define WHAT(name, value, what, help) \
	{ name, 0, value, help, FLAG_CALL, 0, what, apply_what }

static const struct flag dump_table[] = {
	{ "index", 0, "DIR", "the index in DIR", FLAG_TEXT, FIELD(index_dir), 0,
	  NULL },
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
	{ "force-remote", 0, NULL, "read an index on a network file system",
	  FLAG_SET, FIELD(force_remote), true, NULL },
	{ "help", 'h', NULL, "this help", FLAG_SET, FIELD(help), true, NULL },
};

static const struct flag_table dump_rows = {
	dump_table, sizeof(dump_table) / sizeof(dump_table[0])
};

/* --terms may stand alone: then its value is empty. */
static const char **with_empty_prefix(const char **args, size_t nargs,
				      struct arena *arena)
{
	const char **out = arena_calloc(arena, nargs + 1, sizeof(*out));
	size_t i;

	for (i = 0; out && i < nargs; i++) {
		out[i] = args[i];
		if (!strcmp(args[i], "--terms") &&
		    (i + 1 == nargs || args[i + 1][0] == '-'))
			out[i] = "--terms=";
	}
	return out;
}

static int parse(const char **args, size_t nargs, struct arena *arena,
		 struct dump_flags *flags, struct scout_err *err)
{
	int rc;

	args = with_empty_prefix(args, nargs, arena);
	if (!args)
		return scout_err_set(err, SCOUT_E_NOMEM, "arguments");
	rc = flags_parse(&dump_rows, args, nargs, flags, &flags->folders, arena,
			 err);
	if (rc < 0 || flags->help)
		return rc;
	if (flags->what == WHAT_NOTHING)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "dump what? --manifest, --docs, --terms, "
				     "--postings, --lines, --stats, --raw or "
				     "--content");
	if (flags->folders.nitems + (flags->index_dir != NULL) > 1)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "dump takes one folder or --index DIR");
	return SCOUT_OK;
}

static int put_text(void *ctx, const void *ptr, size_t len)
{
	struct output *out = ctx;

	output_put(out, ptr, len);
	return out->failed ? SCOUT_E_CANCELLED : SCOUT_OK;
}

static int dump(const struct dump_flags *flags, const char *index_dir,
		struct output *out, struct scout_err *err)
{
	struct dump_options options = { .what = (enum dump_what)flags->what };
	int rc;

	if (flags->argument)
		options.argument = span_str(flags->argument);
	rc = scout_dump(index_dir, &options, put_text, out, err);
	/* a failed write is the caller's to tell */
	return rc < 0 && out->failed ? SCOUT_OK : rc;
}

static int run_dump(const char **args, size_t nargs, struct output *out,
		    int *out_code, struct scout_err *err)
{
	struct dump_flags flags = { .what = WHAT_NOTHING };
	struct buf index_dir = BUF_INIT(MEM_OTHER);
	struct arena arena;
	int rc;

	(void)out_code;
	arena_init(&arena, MEM_OTHER);
	rc = parse(args, nargs, &arena, &flags, err);
	if (!rc && flags.help) {
		command_print_help(&dump_command, out);
		goto out;
	}
	if (!rc)
		rc = index_arg_find(flags.index_dir,
				    flags.folders.nitems ?
					    flags.folders.items[0] : NULL,
				    flags.force_remote, &index_dir, err);
	if (!rc)
		rc = dump(&flags, (const char *)index_dir.ptr, out, err);
out:
	buf_release(&index_dir);
	arena_release(&arena);
	return rc;
}

const struct command dump_command = {
	"dump", "WHAT [DIR]", "print what is in an index", &dump_rows, run_dump
};
