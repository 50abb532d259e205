/*
 * `scout-index check`: verifies an index and says what is wrong with it.
 *
 * The check runs in a child process, so that even a damaged page of the store,
 * which may crash whoever reads it, ends in a verdict.  Exit codes: 0 the index
 * is sound, 1 it is damaged, 2 it could not be checked (said on stderr).
 */
#include "tools/command.h"

#include <sys/wait.h>

#include "base/os.h"
#include "index_format/check.h"
#include "tools/child.h"
#include "tools/cli.h"

static const char program[] = "scout-index";

enum { CHECK_SOUND = 0, CHECK_DAMAGED = 1, CHECK_FAILED = 2 };

struct check_flags {
	struct index_arg index;
	uint64_t max_problems;
	int quiet;
};

#define FIELD(f) offsetof(struct check_flags, f)

static const struct flag check_table[] = {
	INDEX_ARG_ROW(struct check_flags, index, "the index in DIR"),
	{ "max-problems", 0, "N", "name at most N problems (100)", FLAG_NUMBER,
	  FIELD(max_problems), 0, NULL },
	FORCE_REMOTE_ROW(struct check_flags, index,
			 "read an index on a network file system"),
	{ "quiet", 'q', NULL, "print nothing, only exit with a code", FLAG_SET,
	  FIELD(quiet), true, NULL },
	FLAG_HELP_ROW,
};


/* One run of the command. */
struct check_run {
	const struct check_flags *flags;
	const char *index_dir;
	struct output *out;
};

static void show_problem(void *ctx, const char *line)
{
	struct check_run *run = ctx;

	if (run->flags->quiet)
		return;
	output_put_str(run->out, line);
	output_end_line(run->out);
	/* what comes next may be a crash */
	output_flush(run->out);
}

static void show_verdict(struct check_run *run, const struct check_counts *n,
			 int64_t elapsed_ns)
{
	struct output *out = run->out;

	if (run->flags->quiet)
		return;
	if (n->unnamed)
		output_printf(out, "%llu values are left over from a run that "
			      "was stopped; the next one removes them\n",
			      (unsigned long long)n->unnamed);
	output_printf(out, "%.1f MiB in %.1f s: segments %llu, documents %llu, "
		      "lines %llu, terms %llu, postings %llu, positions "
		      "%llu\n",
		      (double)n->bytes / (1 << 20), (double)elapsed_ns / 1e9,
		      (unsigned long long)n->segments,
		      (unsigned long long)n->documents,
		      (unsigned long long)n->lines,
		      (unsigned long long)n->terms,
		      (unsigned long long)n->postings,
		      (unsigned long long)n->positions);
	if (n->problems)
		output_printf(out, "the index is damaged; problems: %llu\n",
			      (unsigned long long)n->problems);
	else
		output_put_str(out, "the index is sound\n");
}

/* In the child: the exit code. */
static int check_here(void *ctx)
{
	struct check_options options = CHECK_OPTIONS_INIT;
	struct scout_err err = SCOUT_ERR_INIT;
	struct check_run *run = ctx;
	struct check_counts counts;
	int64_t start = os_mono_ns();
	int code;

	options.max_problems = run->flags->max_problems;
	if (scout_check(run->index_dir, &options, show_problem, run, &counts,
			&err) < 0) {
		output_flush(run->out);
		cli_print_err(program, &err);
		return CHECK_FAILED;
	}
	show_verdict(run, &counts, os_mono_ns() - start);
	code = counts.problems ? CHECK_DAMAGED : CHECK_SOUND;
	return cli_finish(program, run->out, code);
}

static int code_of_end(struct check_run *run, int status)
{
	int number = child_crashed(status);

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (!number) {
		cli_message(program, "the check was stopped by signal %d",
			    WTERMSIG(status));
		return CHECK_FAILED;
	}
	if (!run->flags->quiet)
		output_printf(run->out, "the index is damaged (the check was "
			      "stopped by signal %d)\n", number);
	return CHECK_DAMAGED;
}

static int check_in_child(struct check_run *run, int *out_code,
			  struct scout_err *err)
{
	int status, rc;

	output_flush(run->out);
	rc = child_call(check_here, run, &status, err);
	if (!rc)
		*out_code = code_of_end(run, status);
	return rc;
}

static int check(struct command_run *command)
{
	struct check_run run = { .flags = command->options,
				 .out = command->out };
	int rc = command_find_index(command, &run.flags->index,
				    &run.index_dir);

	return rc < 0 ? rc : check_in_child(&run, &command->exit_code,
					    command->err);
}

const struct command check_command = {
	.name = "check",
	.usage = "[FLAGS] [DIR]",
	.help = "verify an index",
	.flags = FLAG_TABLE(check_table),
	.options_bytes = sizeof(struct check_flags),
	.run = check,
};
