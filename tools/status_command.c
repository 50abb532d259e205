/* `scout-index status`: is the index as its folder is, and how is it? */
#include "tools/command.h"

#include "base/os.h"
#include "index_format/index_state.h"
#include "indexer/last_run.h"
#include "indexer/staleness.h"
#include "tools/child.h"
#include "tools/cli.h"
#include "tools/print_status.h"

static const char program[] = "scout-index";

enum { SECOND_NS = 1000000000 };

struct status_flags {
	struct index_arg index;
	int has_max_age;
	uint64_t max_age_s;
	uint64_t nthreads;
	int no_compare, json, quiet;
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
	INDEX_ARG_ROW(struct status_flags, index, "the index in DIR"),
	{ "max-age", 0, "TIME", "an older index is stale, changed or not",
	  FLAG_CALL, 0, 0, apply_max_age },
	{ "no-compare", 0, NULL, "do not compare it with its folder", FLAG_SET,
	  FIELD(no_compare), true, NULL },
	{ "threads", 'j', "N", "threads (0: one a processor)", FLAG_NUMBER,
	  FIELD(nthreads), 0, NULL },
	{ "json", 0, NULL, "as JSON", FLAG_SET, FIELD(json), true, NULL },
	{ "quiet", 'q', NULL, "print nothing, only exit with a code", FLAG_SET,
	  FIELD(quiet), true, NULL },
	FORCE_REMOTE_ROW(struct status_flags, index,
			 "read an index on a network file system"),
	FLAG_HELP_ROW,
};


/* One run of the command. */
struct status_run {
	const struct status_flags *flags;
	const char *index_dir;
	struct output *out;
};

static void judge(struct status_run *run, struct index_status *s)
{
	const struct status_flags *f = run->flags;

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
	if (!rc && !run->flags->no_compare) {
		rc = scout_staleness(run->index_dir,
				     (unsigned)run->flags->nthreads, &s->stale,
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
	if (run->flags->quiet)
		return;
	if (run->flags->json)
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

static int status_in_child(struct status_run *run, int *out_code,
			   struct scout_err *err)
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

static int status(struct command_run *command)
{
	struct status_run run = { .flags = command->options,
				  .out = command->out };
	int rc = command_find_index(command, &run.flags->index,
				    &run.index_dir);

	return rc < 0 ? rc : status_in_child(&run, &command->exit_code,
					     command->err);
}

const struct command status_command = {
	.name = "status",
	.usage = "[FLAGS] [DIR]",
	.help = "is it up to date? exit code 0: fresh, 1: stale, 2: broken",
	.flags = FLAG_TABLE(status_table),
	.options_bytes = sizeof(struct status_flags),
	.run = status,
};
