/*
 * `scout-index selftest`: asks random questions with the index and without it
 * and compares the answers.  Exit codes: 0 equal, 1 a difference, 2 an error.
 */
#include "tools/command.h"

#include "base/os.h"
#include "query/selftest/selftest.h"
#include "tools/cli.h"

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
	struct index_arg index;
	uint64_t seed, queries, seconds, nthreads;
	int quiet;
};

#define FIELD(f) offsetof(struct selftest_flags, f)
#define NUMBER(name, letter, field, what, help) \
	{ name, letter, what, help, FLAG_NUMBER, FIELD(field), 0, NULL }

static const struct flag selftest_table[] = {
	INDEX_ARG_ROW(struct selftest_flags, index, "the index in DIR"),
	NUMBER("queries", 0, queries, "N", "ask N questions (100)"),
	NUMBER("seconds", 0, seconds, "S", "begin no question after S seconds"),
	NUMBER("seed", 0, seed, "N", "the questions of that seed"),
	NUMBER("threads", 'j', nthreads, "N", "threads (0: one a processor)"),
	FORCE_REMOTE_ROW(struct selftest_flags, index,
			 "read an index on a network file system"),
	{ "quiet", 'q', NULL, "print differences only", FLAG_SET, FIELD(quiet),
	  true, NULL },
	FLAG_HELP_ROW,
};


/* One run of the command. */
struct selftest_run {
	const struct selftest_flags *flags;
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
	if (run->flags->quiet && !r->ndifferences)
		return;
	output_printf(out, "%llu questions, %llu answers in %llu files, "
		      "%.1f s, seed %llu\n", (unsigned long long)r->nquestions,
		      (unsigned long long)r->nanswers,
		      (unsigned long long)r->nfiles, (double)elapsed_ns / 1e9,
		      (unsigned long long)run->flags->seed);
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
	const struct selftest_flags *f = run->flags;
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

static void preset(void *options)
{
	struct selftest_flags *f = options;

	f->queries = DEFAULT_QUERIES;
	f->seed = (uint64_t)os_now_ns() % 1000000000;
}

static int check_flags(const struct selftest_flags *f, struct scout_err *err)
{
	if (!f->queries || f->queries > MAX_QUERIES)
		return scout_err_set(err, SCOUT_E_USAGE, "--queries is to be "
				     "1 to %d", MAX_QUERIES);
	if (f->seconds > MAX_SECONDS)
		return scout_err_set(err, SCOUT_E_USAGE, "--seconds is to be "
				     "at most %d", MAX_SECONDS);
	return SCOUT_OK;
}

static int selftest(struct command_run *command)
{
	struct selftest_run run = { .flags = command->options,
				    .out = command->out };
	const char *index_dir;
	int rc = check_flags(run.flags, command->err);

	if (!rc)
		rc = command_find_index(command, &run.flags->index,
					&index_dir);
	return rc < 0 ? rc : test_index(&run, index_dir, &command->exit_code,
					command->err);
}

const struct command selftest_command = {
	.name = "selftest",
	.usage = "[FLAGS] [DIR]",
	.help = "compare the index's answers with those of its files",
	.flags = FLAG_TABLE(selftest_table),
	.options_bytes = sizeof(struct selftest_flags),
	.preset = preset,
	.run = selftest,
};
