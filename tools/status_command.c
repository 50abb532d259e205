#include "tools/status_command.h"

#include "base/os.h"
#include "index_format/index_state.h"
#include "indexer/last_run.h"
#include "indexer/staleness.h"
#include "tools/child.h"
#include "tools/cli.h"
#include "tools/index_arg.h"
#include "tools/print_status.h"

static const char program[] = "scout-index";

enum { SECOND_NS = 1000000000 };

struct status_flags {
	const char *index_dir;
	int has_max_age;
	uint64_t max_age_s;
	uint64_t nthreads;
	int no_compare, json, quiet, force_remote, help;
	struct flag_list folders;
};

static int apply_max_age(void *options, const struct flag *flag,
			 const char *value, struct scout_err *err)
{
	struct status_flags *f = options;

	f->has_max_age = true;
	if (cli_parse_seconds(value, &f->max_age_s))
		return SCOUT_OK;
	return scout_err_set(err, SCOUT_E_USAGE, "--%s wants a time such as "
			     "90s, 15m, 2h or 1d, not '%s'", flag->name, value);
}

#define FIELD(f) offsetof(struct status_flags, f)

static const struct flag status_table[] = {
	{ "index", 0, "DIR", "the index in DIR", FLAG_TEXT, FIELD(index_dir), 0,
	  NULL },
	{ "max-age", 0, "TIME", "an older index is stale, changed or not",
	  FLAG_CALL, 0, 0, apply_max_age },
	{ "no-compare", 0, NULL, "do not compare it with its folder", FLAG_SET,
	  FIELD(no_compare), true, NULL },
	{ "threads", 'j', "N", "threads (0: one a processor)", FLAG_NUMBER,
	  FIELD(nthreads), 0, NULL },
	{ "json", 0, NULL, "as JSON", FLAG_SET, FIELD(json), true, NULL },
	{ "quiet", 'q', NULL, "print nothing, only exit with a code", FLAG_SET,
	  FIELD(quiet), true, NULL },
	{ "force-remote", 0, NULL, "read an index on a network file system",
	  FLAG_SET, FIELD(force_remote), true, NULL },
	{ "help", 'h', NULL, "this help", FLAG_SET, FIELD(help), true, NULL },
};

static const struct flag_table status_rows = {
	status_table, sizeof(status_table) / sizeof(status_table[0])
};

/* One run of the command. */
struct status_run {
	struct status_flags flags;
	const char *index_dir;
	struct output *out;
};

static void judge(struct status_run *run, struct index_status *s)
{
	const struct status_flags *f = &run->flags;

	s->age_ns = os_now_ns() -
		    last_run_index_time(&s->last, s->state.run_started_ns);
	s->is_old = f->has_max_age &&
		    (uint64_t)(s->age_ns / SECOND_NS) > f->max_age_s;
	s->verdict = s->is_old || staleness_any(&s->stale) ? STATUS_STALE :
							     STATUS_FRESH;
}

static void look(struct status_run *run, struct arena *arena,
		 struct index_status *s)
{
	struct scout_err err = SCOUT_ERR_INIT;
	int rc;

	s->dir = run->index_dir;
	s->verdict = STATUS_BROKEN;
	last_run_read(run->index_dir, &s->last);
	rc = index_state_read(run->index_dir, arena, &s->state, &err);
	s->has_state = rc == SCOUT_OK;
	if (!rc && !run->flags.no_compare) {
		rc = scout_staleness(run->index_dir,
				     (unsigned)run->flags.nthreads, &s->stale,
				     &err);
		s->is_compared = rc == SCOUT_OK;
	}
	if (rc < 0)
		snprintf(s->error, sizeof(s->error), "%s", cli_err_text(&err));
	else
		judge(run, s);
}

static void print(struct status_run *run, const struct index_status *s)
{
	if (run->flags.quiet)
		return;
	if (run->flags.json)
		print_status_json(run->out, s);
	else
		print_status_text(run->out, s);
}

/* In the child: the exit code. */
static int status_here(void *ctx)
{
	struct status_run *run = ctx;
	struct index_status s = { .verdict = STATUS_BROKEN };
	struct arena arena;

	arena_init(&arena, MEM_OTHER);
	look(run, &arena, &s);
	print(run, &s);
	arena_release(&arena);
	return cli_finish(program, run->out, s.verdict);
}

/* Reading crashed: all that is left to say. */
static void print_crash(struct status_run *run, int number)
{
	struct index_status s = { .verdict = STATUS_BROKEN,
				  .dir = run->index_dir };

	last_run_read(run->index_dir, &s.last);
	snprintf(s.error, sizeof(s.error), "reading it was stopped by signal "
		 "%d: it is damaged", number);
	print(run, &s);
}

static int status(struct status_run *run, int *out_code, struct scout_err *err)
{
	int code, rc;

	output_flush(run->out);
	rc = child_call(status_here, run, &code, err);
	if (rc < 0)
		return rc;
	*out_code = child_exit_code(code);
	if (child_crashed(code)) {
		*out_code = STATUS_BROKEN;
		print_crash(run, child_crashed(code));
	}
	return SCOUT_OK;
}

static int run(const char **args, size_t nargs, struct output *out,
	       int *out_code, struct scout_err *err)
{
	struct status_run run = { .out = out };
	struct buf index_dir = BUF_INIT(MEM_OTHER);
	struct flag_list *folders = &run.flags.folders;
	struct arena arena;
	int rc;

	arena_init(&arena, MEM_OTHER);
	rc = flags_parse(&status_rows, args, nargs, &run.flags, folders, &arena,
			 err);
	if (!rc && folders->nitems + (run.flags.index_dir != NULL) > 1)
		rc = scout_err_set(err, SCOUT_E_USAGE,
				   "status takes one folder, name or --index "
				   "DIR");
	if (!rc && run.flags.help) {
		command_print_help(&status_command, out);
	} else if (!rc) {
		rc = index_arg_find(run.flags.index_dir,
				    folders->nitems ? folders->items[0] : NULL,
				    run.flags.force_remote, &index_dir, err);
		run.index_dir = (const char *)index_dir.ptr;
		if (!rc)
			rc = status(&run, out_code, err);
	}
	buf_release(&index_dir);
	arena_release(&arena);
	return rc;
}

const struct command status_command = {
	"status", "[FLAGS] [DIR]",
	"is it up to date? exit code 0: fresh, 1: stale, 2: broken",
	&status_rows, run
};
