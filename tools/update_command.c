#include "tools/update_command.h"

#include <stdlib.h>
#include <unistd.h>

#include "index_format/place.h"
#include "indexer/index_rules.h"
#include "indexer/update.h"
#include "tools/build_flags.h"
#include "tools/cli.h"
#include "tools/index_arg.h"
#include "tools/interrupt.h"
#include "tools/job_report.h"
#include "tools/path_list.h"
#include "tools/progress.h"
#include "tools/registry.h"
#include "tools/repair.h"
#include "tools/run_report.h"

static const char program[] = "scout-index";

/* One run of the command. */
struct update_run {
	struct arena arena;
	struct build_flags flags;
	struct output *out;
	struct progress progress;
	struct buf index_dir;
	struct buf paths;
	struct build_report report;
	struct update_report update;
	struct job_report jobs;		/* of --report */
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

static uint8_t paths_end(const struct update_run *s)
{
	return s->flags.null ? 0 : '\n';
}

static void fill_options(struct update_run *s, const char *index_dir,
			 struct build_options *o)
{
	const struct build_flags *f = &s->flags;

	*o = (struct build_options){
		.index_dir = index_dir,
		.nthreads = (unsigned)(f->nthreads > 256 ? 256 : f->nthreads),
		.memory_bytes = f->memory_bytes,
		.force_remote = f->force_remote,
		.lock = run_flags_want_lock(&f->run, "scout-index update"),
		.progress = progress_show,
		.progress_ctx = &s->progress,
		.warn = show_warning,
		.warn_ctx = s,
	};
	if (!f->paths_from)
		return;
	o->paths = buf_span(&s->paths);
	o->paths_end = paths_end(s);
}

/* Of what folder an index is that cannot say so: the one that it lies in. */
static const char *guess_root(struct update_run *s, const char *index_dir)
{
	const char *end = index_dir + strlen(index_dir);

	if (s->flags.folders.nitems)
		return s->flags.folders.items[0];
	if (end - index_dir < 8 || strcmp(end - 8, "/.scout"))
		return NULL;
	return arena_dup(&s->arena, index_dir, (size_t)(end - 8 - index_dir));
}

/* Makes the index anew that was set aside. */
static int rebuild(struct update_run *s, struct build_options *options,
		   struct repair *repair, struct scout_err *err)
{
	int rc = SCOUT_OK;

	if (!repair->has_rules) {
		repair->root = guess_root(s, options->index_dir);
		rc = walk_rules_load_global(&repair->rules, &s->arena, err);
	}
	if (rc < 0)
		return rc;
	cli_message(program, "the index in '%s' was broken; it is now in '%s', "
		    "and a new one is made%s", options->index_dir,
		    repair->where, repair->has_rules ? "" :
		    ", by the rules that a build has without flags");
	if (!repair->root)
		return scout_err_set(err, SCOUT_E_CORRUPT,
				     "it cannot be read of which folder the "
				     "index in '%s' was; make it anew with "
				     "'scout-index build --index'",
				     options->index_dir);
	options->root = repair->root;
	options->rules = &repair->rules;
	return scout_build(options, &s->report, err);
}

/* Updates an index; one of another format or with other Unicode tables is built
 * anew, by its own rules. */
static int update_or_build(struct update_run *s, struct build_options *o,
			   struct scout_err *err)
{
	struct scout_err why = SCOUT_ERR_INIT;
	struct index_rules rules;
	int rc = scout_update(o, &s->report, &s->update, err);

	if (rc != SCOUT_E_VERSION ||
	    index_rules_read(o->index_dir, &s->arena, &rules, &why) < 0)
		return rc;
	progress_clear(&s->progress);
	if (!s->flags.quiet)
		cli_message(program, "%s; building it anew", err->msg);
	scout_err_clear(err);
	o->root = rules.root;
	o->rules = &rules.rules;
	return scout_build(o, &s->report, err);
}

static int update_or_repair(struct update_run *s, struct build_options *options,
			    struct scout_err *err)
{
	struct repair repair = { .is_broken = false };
	int rc = SCOUT_OK;

	if (s->flags.repair)
		rc = repair_begin(options->index_dir, &options->lock, &s->arena,
				  &repair, err);
	if (rc < 0)
		return rc;
	if (repair.is_broken)
		return rebuild(s, options, &repair, err);
	return update_or_build(s, options, err);
}

/* Updates one index. */
static int update(struct update_run *s, const char *index_dir, int *out_code,
		  struct scout_err *err)
{
	struct build_options options;
	int rc;

	fill_options(s, index_dir, &options);
	job_report_start(&s->jobs);
	progress_init(&s->progress,
		      !s->flags.quiet && run_report_wants(s->flags.progress,
							  STDERR_FILENO));
	rc = run_flags_begin(&s->flags.run, err);
	if (!rc)
		rc = update_or_repair(s, &options, err);
	progress_clear(&s->progress);
	if (!rc)
		*out_code = run_report_print(&s->flags, index_dir, &s->report,
					     &s->update, s->out);
	job_report_add(&s->jobs, "update", index_dir, rc, *out_code, err,
		       s->update.new_files + s->update.changed_files);
	build_report_release(&s->report);
	return rc < 0 ? run_flags_failed(&s->flags.run, rc, out_code, err) :
			rc;
}

static int update_named(struct update_run *s, int *out_code)
{
	const struct flag_list *folders = &s->flags.folders;
	int rc;

	rc = index_arg_find(s->flags.index_dir,
			    folders->nitems ? folders->items[0] : NULL,
			    s->flags.force_remote, &s->index_dir, s->err);
	if (!rc && s->flags.paths_from)
		rc = path_list_read(s->flags.paths_from, paths_end(s),
				    &s->paths, s->err);
	return rc < 0 ? rc : update(s, buf_cstr(&s->index_dir), out_code,
				    s->err);
}

/* Failed, some unreadable, not started, done: the first that there is. */
static int worse(int a, int b)
{
	static const int order[] = { EXIT_FAILED, EXIT_SOME_UNREADABLE,
				     EXIT_LOCKED };
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return EXIT_DONE;
}

/* Updates all; one that fails does not keep the others from it. */
static int update_all(struct update_run *s, const struct registry *all,
		      int *out_code)
{
	struct scout_err err = SCOUT_ERR_INIT;
	size_t i;
	int rc;

	for (i = 0; i < all->nentries; i++) {
		int code = EXIT_DONE;

		rc = index_place_check(all->entries[i].dir,
				       s->flags.force_remote, &err);
		if (!rc)
			rc = update(s, all->entries[i].dir, &code, &err);
		if (rc == SCOUT_E_CANCELLED) {
			*s->err = err;
			return rc;
		}
		if (rc < 0) {
			cli_message(program, "%s: %s", all->entries[i].name,
				    cli_err_text(&err));
			code = command_failure_code(&err);
		}
		scout_err_clear(&err);
		*out_code = worse(*out_code, code);
	}
	return SCOUT_OK;
}

/* Without a word on which index: all that have names. */
static int update_wanted(struct update_run *s, int *out_code)
{
	const char *env = getenv("SCOUT_INDEX");
	struct registry all = { 0 };
	int rc = SCOUT_OK;

	/* paths are of one index */
	if (!s->flags.index_dir && !s->flags.folders.nitems &&
	    !(env && *env) && !s->flags.paths_from)
		rc = registry_read(&s->arena, &all, s->err);
	if (rc < 0)
		return rc;
	interrupt_catch();
	return all.nentries ? update_all(s, &all, out_code) :
			      update_named(s, out_code);
}

static int run(const char **args, size_t nargs, struct output *out,
	       int *out_code, struct scout_err *err)
{
	struct update_run s = { .out = out, .err = err };
	int rc;

	arena_init(&s.arena, MEM_OTHER);
	buf_init(&s.index_dir, MEM_OTHER);
	buf_init(&s.paths, MEM_OTHER);
	job_report_init(&s.jobs, &s.flags.run.reports);
	rc = update_flags_parse(args, nargs, &s.arena, &s.flags, err);
	if (!rc && s.flags.help) {
		command_print_help(&update_command, out);
	} else if (!rc) {
		rc = update_wanted(&s, out_code);
		rc = job_report_end(&s.jobs, rc, *out_code, err);
	}
	job_report_release(&s.jobs);
	buf_release(&s.index_dir);
	buf_release(&s.paths);
	arena_release(&s.arena);
	return rc;
}

const struct command update_command = {
	"update", "[FLAGS] [DIR]",
	"take in what has changed in the files of an index, or of all\n"
	"that have names", &update_flag_table,
	run
};
