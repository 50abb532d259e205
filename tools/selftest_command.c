#include "tools/selftest_command.h"

#include "base/os.h"
#include "query/selftest/selftest.h"
#include "tools/cli.h"
#include "tools/index_arg.h"

static const char program[] = "scout-index";

enum {
	SELFTEST_EQUAL = 0,
	SELFTEST_DIFFERENT = 1,
	DEFAULT_QUERIES = 100,
	MAX_QUERIES = 1000000,
	MAX_SECONDS = 1000000,
	DIFFERENCES_NAMED = 100,
};

struct selftest_flags {
	const char *index_dir;
	uint64_t seed, queries, seconds, nthreads;
	int force_remote, quiet, help;
	struct flag_list folders;
};

#define FIELD(f) offsetof(struct selftest_flags, f)
#define NUMBER(name, letter, field, what, help) \
	{ name, letter, what, help, FLAG_NUMBER, FIELD(field), 0, NULL }

static const struct flag selftest_table[] = {
	{ "index", 0, "DIR", "the index in DIR", FLAG_TEXT, FIELD(index_dir), 0,
	  NULL },
	NUMBER("queries", 0, queries, "N", "ask N questions (100)"),
	NUMBER("seconds", 0, seconds, "S", "begin no question after S seconds"),
	NUMBER("seed", 0, seed, "N", "the questions of that seed"),
	NUMBER("threads", 'j', nthreads, "N", "threads (0: one a processor)"),
	{ "force-remote", 0, NULL, "read an index on a network file system",
	  FLAG_SET, FIELD(force_remote), true, NULL },
	{ "quiet", 'q', NULL, "print differences only", FLAG_SET, FIELD(quiet),
	  true, NULL },
	{ "help", 'h', NULL, "this help", FLAG_SET, FIELD(help), true, NULL },
};

static const struct flag_table selftest_rows = {
	selftest_table, sizeof(selftest_table) / sizeof(selftest_table[0])
};

/* One run of the command. */
struct selftest_run {
	struct selftest_flags flags;
	struct output *out;
	uint64_t shown;
};

static void show_difference(void *ctx, const char *text)
{
	struct selftest_run *run = ctx;

	if (run->shown++ >= DIFFERENCES_NAMED)
		return;
	output_put_str(run->out, text);
	output_end_line(run->out);
	output_flush(run->out);
}

static void show_message(void *ctx, const char *text)
{
	(void)ctx;
	cli_message(program, "%s", text);
}

static void show_left_out(struct output *out, const struct selftest_report *r)
{
	if (!r->nchanged && !r->nnew && !r->ngone && !r->nmoving)
		return;
	output_printf(out, "left out, not as they were indexed: %llu files "
		      "changed, %llu new, %llu gone",
		      (unsigned long long)r->nchanged,
		      (unsigned long long)r->nnew,
		      (unsigned long long)r->ngone);
	if (r->nmoving)
		output_printf(out, "; %llu answers about files that changed "
			      "meanwhile", (unsigned long long)r->nmoving);
	output_end_line(out);
}

static void show_report(struct selftest_run *run,
			const struct selftest_report *r, int64_t elapsed_ns)
{
	struct output *out = run->out;

	if (run->shown > DIFFERENCES_NAMED)
		output_printf(out, "%llu more differences\n",
			      (unsigned long long)(run->shown -
						   DIFFERENCES_NAMED));
	if (run->flags.quiet && !r->ndifferences)
		return;
	output_printf(out, "%llu questions, %llu answers in %llu files, "
		      "%.1f s, seed %llu\n", (unsigned long long)r->nquestions,
		      (unsigned long long)r->nanswers,
		      (unsigned long long)r->nfiles, (double)elapsed_ns / 1e9,
		      (unsigned long long)run->flags.seed);
	show_left_out(out, r);
	if (r->ndifferences)
		output_printf(out, "the index is wrong; differences: %llu\n",
			      (unsigned long long)r->ndifferences);
	else
		output_put_str(out, "the index answers as its files do\n");
}

static int test_index(struct selftest_run *run, const char *index_dir,
		      int *out_code, struct scout_err *err)
{
	const struct selftest_flags *f = &run->flags;
	struct selftest_options options = {
		.seed = f->seed, .nquestions = f->queries,
		.most_ns = (int64_t)f->seconds * 1000000000,
		.nthreads = (unsigned)(f->nthreads > 256 ? 256 : f->nthreads),
		.difference = show_difference, .message = show_message,
		.ctx = run };
	struct selftest_report report;
	struct scout_index *index;
	int64_t start = os_mono_ns();
	int rc = scout_index_open(index_dir, &index, err);

	if (rc < 0)
		return rc;
	rc = scout_selftest(index, &options, &report, err);
	scout_index_close(index);
	if (rc < 0)
		return rc;
	show_report(run, &report, os_mono_ns() - start);
	*out_code = report.ndifferences ? SELFTEST_DIFFERENT : SELFTEST_EQUAL;
	return SCOUT_OK;
}

static int parse(const char **args, size_t nargs, struct arena *arena,
		 struct selftest_flags *flags, struct scout_err *err)
{
	int rc;

	flags->queries = DEFAULT_QUERIES;
	flags->seed = (uint64_t)os_now_ns() % 1000000000;
	rc = flags_parse(&selftest_rows, args, nargs, flags, &flags->folders,
			 arena, err);
	if (rc < 0 || flags->help)
		return rc;
	if (flags->folders.nitems + (flags->index_dir != NULL) > 1)
		return scout_err_set(err, SCOUT_E_USAGE, "selftest takes one "
				     "folder or --index DIR");
	if (!flags->queries || flags->queries > MAX_QUERIES)
		return scout_err_set(err, SCOUT_E_USAGE, "--queries is to be "
				     "1 to %d", MAX_QUERIES);
	if (flags->seconds > MAX_SECONDS)
		return scout_err_set(err, SCOUT_E_USAGE, "--seconds is to be "
				     "at most %d", MAX_SECONDS);
	return SCOUT_OK;
}

static int run_selftest(const char **args, size_t nargs, struct output *out,
			int *out_code, struct scout_err *err)
{
	struct selftest_run run = { .out = out };
	struct buf index_dir = BUF_INIT(MEM_OTHER);
	struct flag_list *folders = &run.flags.folders;
	struct arena arena;
	int rc;

	arena_init(&arena, MEM_OTHER);
	rc = parse(args, nargs, &arena, &run.flags, err);
	if (!rc && run.flags.help) {
		command_print_help(&selftest_command, out);
		goto out;
	}
	if (!rc)
		rc = index_arg_find(run.flags.index_dir,
				    folders->nitems ? folders->items[0] : NULL,
				    run.flags.force_remote, &index_dir, err);
	if (!rc)
		rc = test_index(&run, (const char *)index_dir.ptr, out_code,
				err);
out:
	buf_release(&index_dir);
	arena_release(&arena);
	return rc;
}

const struct command selftest_command = {
	"selftest", "[FLAGS] [DIR]",
	"compare the index's answers with those of its files", &selftest_rows,
	run_selftest
};
