#include "tools/update_command.h"

#include <unistd.h>

#include "indexer/update.h"
#include "tools/build_flags.h"
#include "tools/cli.h"
#include "tools/index_arg.h"
#include "tools/interrupt.h"
#include "tools/progress.h"
#include "tools/run_report.h"

static const char program[] = "scout-index";

/* One run of the command. */
struct update_run {
	struct arena arena;
	struct build_flags flags;
	struct output *out;
	struct progress progress;
	struct buf index_dir;
	struct build_report report;
	struct update_report update;
	struct scout_err *err;
};

static void show_warning(void *ctx, const char *text)
{
	struct update_run *s = ctx;

	if (s->flags.quiet)
		return;
	progress_clear(&s->progress);
	cli_message(program, "%s", text);
}

static int fill_options(struct update_run *s, struct build_options *o)
{
	const struct build_flags *f = &s->flags;
	int rc;

	rc = index_arg_find(f->index_dir,
			    f->folders.nitems ? f->folders.items[0] : NULL,
			    f->force_remote, &s->index_dir, s->err);
	if (rc < 0)
		return rc;
	*o = (struct build_options){
		.index_dir = buf_cstr(&s->index_dir),
		.nthreads = (unsigned)(f->nthreads > 256 ? 256 : f->nthreads),
		.memory_bytes = f->memory_bytes,
		.force_remote = f->force_remote,
		.lock = run_flags_want_lock(&f->run, "scout-index update"),
		.progress = progress_show,
		.progress_ctx = &s->progress,
		.warn = show_warning,
		.warn_ctx = s,
	};
	if (!o->index_dir)
		return scout_err_set(s->err, SCOUT_E_NOMEM, "index path");
	return SCOUT_OK;
}

static int update(struct update_run *s, int *out_code)
{
	struct build_options options;
	int rc;

	rc = fill_options(s, &options);
	if (rc < 0)
		return rc;
	progress_init(&s->progress,
		      !s->flags.quiet && run_report_wants(s->flags.progress,
							  STDERR_FILENO));
	interrupt_catch();
	rc = run_flags_begin(&s->flags.run, s->err);
	if (!rc)
		rc = scout_update(&options, &s->report, &s->update, s->err);
	progress_clear(&s->progress);
	if (rc < 0)
		return run_flags_failed(&s->flags.run, rc, out_code, s->err);
	*out_code = run_report_print(&s->flags, options.index_dir, &s->report,
				     s->out);
	return SCOUT_OK;
}

static int run(const char **args, size_t nargs, struct output *out,
	       int *out_code, struct scout_err *err)
{
	struct update_run s = { .out = out, .err = err };
	int rc;

	arena_init(&s.arena, MEM_OTHER);
	buf_init(&s.index_dir, MEM_OTHER);
	rc = update_flags_parse(args, nargs, &s.arena, &s.flags, err);
	if (!rc && s.flags.help)
		command_print_help(&update_command, out);
	else if (!rc)
		rc = update(&s, out_code);
	build_report_release(&s.report);
	buf_release(&s.index_dir);
	arena_release(&s.arena);
	return rc;
}

const struct command update_command = {
	"update", "[FLAGS] [DIR]",
	"take in what has changed in the files of an index", &update_flag_table,
	run
};
