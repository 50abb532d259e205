#include "tools/check_command.h"

#include <sys/wait.h>

#include "base/os.h"
#include "index_format/check.h"
#include "tools/child.h"
#include "tools/cli.h"
#include "tools/flags.h"
#include "tools/index_arg.h"

static const char program[] = "scout-index";

enum { CHECK_SOUND = 0, CHECK_DAMAGED = 1, CHECK_FAILED = 2 };

struct check_flags {
	const char *index_dir;
	uint64_t max_problems;
	int force_remote, quiet, help;
	struct flag_list folders;
};

#define FIELD(f) offsetof(struct check_flags, f)

static const struct flag check_table[] = {
	{ "index", 0, "DIR", "the index in DIR", FLAG_TEXT, FIELD(index_dir), 0,
	  NULL },
	{ "max-problems", 0, "N", "name at most N problems (100)", FLAG_NUMBER,
	  FIELD(max_problems), 0, NULL },
	{ "force-remote", 0, NULL, "read an index on a network file system",
	  FLAG_SET, FIELD(force_remote), true, NULL },
	{ "quiet", 'q', NULL, "print nothing, only exit with a code", FLAG_SET,
	  FIELD(quiet), true, NULL },
	{ "help", 'h', NULL, "this help", FLAG_SET, FIELD(help), true, NULL },
};

static const struct flag_table check_rows = {
	check_table, sizeof(check_table) / sizeof(check_table[0])
};

/* One run of the command. */
struct check_run {
	struct check_flags flags;
	const char *index_dir;
	struct output *out;
};

static void show_problem(void *ctx, const char *line)
{
	struct check_run *run = ctx;

	if (run->flags.quiet)
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

	if (run->flags.quiet)
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

	options.max_problems = run->flags.max_problems;
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
	if (!run->flags.quiet)
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

static int parse(const char **args, size_t nargs, struct arena *arena,
		 struct check_flags *flags, struct scout_err *err)
{
	int rc = flags_parse(&check_rows, args, nargs, flags, &flags->folders,
			     arena, err);

	if (rc < 0 || flags->help)
		return rc;
	if (flags->folders.nitems + (flags->index_dir != NULL) > 1)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "check takes one folder or --index DIR");
	return SCOUT_OK;
}

static int run_check(const char **args, size_t nargs, struct output *out,
		     int *out_code, struct scout_err *err)
{
	struct check_run run = { .out = out };
	struct buf index_dir = BUF_INIT(MEM_OTHER);
	struct flag_list *folders = &run.flags.folders;
	struct arena arena;
	int rc;

	arena_init(&arena, MEM_OTHER);
	rc = parse(args, nargs, &arena, &run.flags, err);
	if (!rc && run.flags.help) {
		command_print_help(&check_command, out);
		goto out;
	}
	if (!rc)
		rc = index_arg_find(run.flags.index_dir,
				    folders->nitems ? folders->items[0] : NULL,
				    run.flags.force_remote, &index_dir, err);
	if (!rc) {
		run.index_dir = (const char *)index_dir.ptr;
		rc = check_in_child(&run, out_code, err);
	}
out:
	buf_release(&index_dir);
	arena_release(&arena);
	return rc;
}

const struct command check_command = {
	"check", "[FLAGS] [DIR]", "verify an index", &check_rows, run_check
};
