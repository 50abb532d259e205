/*
 * `scout-index watch`: keeps an index up to date until it is told to end.
 *
 * Exit codes: 0 after SIGINT or SIGTERM, 2 if there is nothing left to watch.
 */
#include "tools/command.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/os_watch.h"
#include "index_format/index_stats.h"
#include "indexer/watch.h"
#include "tools/cli.h"
#include "tools/interrupt.h"

static const char program[] = "scout-index";

#define SECOND_NS INT64_C(1000000000)

enum { MAX_DELAY_SECONDS = 3600 };

struct watch_flags {
	struct index_arg index;
	uint64_t memory_bytes, nthreads;
	int64_t delay_ns, reconcile_ns, fallback_ns;
	int nice, quiet, verbose;
};

/* Seconds, with a fraction. */
static int apply_delay(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err)
{
	struct watch_flags *f = options;
	char *end;
	double v = strtod(value, &end);

	if (*value < '0' || *value > '9' || *end ||
	    strspn(value, "0123456789.") != strlen(value) ||
	    v > MAX_DELAY_SECONDS)
		return scout_err_set(err, SCOUT_E_USAGE, "--%s wants a number "
				     "of seconds such as 0.5, not '%s'",
				     flag->name, value);
	f->delay_ns = (int64_t)(v * (double)SECOND_NS);
	return SCOUT_OK;
}

static int apply_interval(void *options, const struct flag *flag,
			  const char *value, struct scout_err *err)
{
	int64_t *out = (int64_t *)(void *)((char *)options + flag->offset);
	uint64_t seconds;

	if (!cli_parse_seconds(value, &seconds) || !seconds ||
	    seconds > INT32_MAX)
		return scout_err_set(err, SCOUT_E_USAGE, "--%s wants a time "
				     "such as 30m, not '%s'", flag->name,
				     value);
	*out = (int64_t)seconds * SECOND_NS;
	return SCOUT_OK;
}

#define FIELD(f) offsetof(struct watch_flags, f)

static const struct flag watch_table[] = {
	INDEX_ARG_ROW(struct watch_flags, index, "the index in DIR"),
	{ "delay", 0, "SECONDS", "of quiet before an update (1)", FLAG_CALL,
	  FIELD(delay_ns), 0, apply_delay },
	{ "reconcile", 0, "TIME", "look at the whole tree so often (1h)",
	  FLAG_CALL, FIELD(reconcile_ns), 0, apply_interval },
	{ "fallback", 0, "TIME",
	  "the same while some folders cannot be watched (1m)", FLAG_CALL,
	  FIELD(fallback_ns), 0, apply_interval },
	{ "memory", 0, "SIZE", "memory to work in (256M)", FLAG_SIZE,
	  FIELD(memory_bytes), 0, NULL },
	{ "threads", 'j', "N", "threads (0: one a processor)", FLAG_NUMBER,
	  FIELD(nthreads), 0, NULL },
	{ "nice", 0, NULL, "give way to other programs", FLAG_SET, FIELD(nice),
	  true, NULL },
	FORCE_REMOTE_ROW(struct watch_flags, index,
			 "write an index on a network file system"),
	{ "verbose", 'v', NULL, "tell of every update", FLAG_SET,
	  FIELD(verbose), true, NULL },
	{ "quiet", 'q', NULL, "tell of failures only", FLAG_SET, FIELD(quiet),
	  true, NULL },
	FLAG_HELP_ROW,
};


/* One run of the command. */
struct watch_run {
	const struct watch_flags *flags;
	uint64_t unreadable;	/* told of last */
};

/* --- News ---------------------------------------------------------------- */

static void show_unreadable(struct watch_run *run, const struct watch_event *e)
{
	uint64_t n = e->report->stats->skipped[SKIP_UNREADABLE];

	if (n && n != run->unreadable)
		cli_message(program, "%" PRIu64 " files could not be read; "
			    "scout-index stats --list-skipped names them", n);
	run->unreadable = n;
}

static void show_update(const struct watch_event *e)
{
	cli_message(program, "%" PRIu64 " new, %" PRIu64 " changed, %" PRIu64
		    " gone, %.3f s", e->update->new_files,
		    e->update->changed_files, e->update->gone_files,
		    (double)e->elapsed_ns / 1e9);
}

static void show_partial(const struct watch_event *e)
{
	uint64_t limit = os_watch_limit();

	cli_message(program, "%" PRIu64 " of %" PRIu64 " folders cannot be "
		    "watched (fs.inotify.max_user_watches is %" PRIu64 "); "
		    "the tree is looked at every %" PRId64 " s instead",
		    e->nunwatched, e->nfolders, limit,
		    e->interval_ns / SECOND_NS);
}

static void show_event(void *ctx, const struct watch_event *e)
{
	struct watch_run *run = ctx;
	const struct watch_flags *f = run->flags;

	switch (e->news) {
	case WATCH_READY:
		if (!f->quiet)
			cli_message(program, "watching %" PRIu64 " folders",
				    e->nfolders - e->nunwatched);
		show_unreadable(run, e);
		break;
	case WATCH_UPDATED:
		if (f->verbose)
			show_update(e);
		show_unreadable(run, e);
		break;
	case WATCH_OVERFLOW:
		if (!f->quiet)
			cli_message(program, "changes came faster than they "
				    "could be noted; looking at the whole "
				    "tree");
		break;
	case WATCH_PARTIAL:
		show_partial(e);
		break;
	case WATCH_WHOLE:
		if (!f->quiet)
			cli_message(program, "all folders are watched");
		break;
	case WATCH_BUSY:
		if (f->verbose)
			cli_message(program, "%s; waiting", e->err->msg);
		break;
	case WATCH_FAILED:
		cli_message(program, "%s; trying again in %" PRId64 " s",
			    e->err->msg, e->retry_ns / SECOND_NS);
		break;
	}
}

static void show_warning(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;	/* each walk would repeat it; build and update tell */
}

/* --- The command --------------------------------------------------------- */

static void preset(void *options)
{
	struct watch_flags *f = options;

	f->delay_ns = SECOND_NS;
	f->reconcile_ns = 3600 * SECOND_NS;
	f->fallback_ns = 60 * SECOND_NS;
}

static int watch_index(struct watch_run *run, const char *index_dir,
		       struct scout_err *err)
{
	const struct watch_flags *f = run->flags;
	const struct build_options build = {
		.index_dir = index_dir,
		.nthreads = (unsigned)(f->nthreads > 256 ? 256 : f->nthreads),
		.memory_bytes = f->memory_bytes,
		.force_remote = f->index.force_remote,
		/* what is at work in it may empty it for a moment */
		.allow_empty = true,
		.lock = { .command = "scout-index watch" },
		.warn = show_warning };
	const struct watch_options options = {
		.build = &build, .delay_ns = f->delay_ns,
		.reconcile_ns = f->reconcile_ns, .fallback_ns = f->fallback_ns,
		.event = show_event, .event_ctx = run };
	int rc;

	interrupt_catch();
	if (f->nice)
		(void)os_be_nice();
	rc = scout_watch(&options, err);
	if (rc == SCOUT_E_CANCELLED && interrupt_number()) {
		/* told to end: that is how it ends */
		scout_err_clear(err);
		return SCOUT_OK;
	}
	return rc;
}

static int watch(struct command_run *command)
{
	struct watch_run run = { .flags = command->options };
	const char *index_dir;
	int rc = command_find_index(command, &run.flags->index, &index_dir);

	return rc < 0 ? rc : watch_index(&run, index_dir, command->err);
}

const struct command watch_command = {
	.name = "watch",
	.usage = "[FLAGS] [DIR]",
	.help = "keep an index up to date as files change",
	.flags = FLAG_TABLE(watch_table),
	.options_bytes = sizeof(struct watch_flags),
	.preset = preset,
	.run = watch,
};
