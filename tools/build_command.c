#include "tools/build_command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "indexer/index_rules.h"
#include "indexer/update.h"
#include "tools/build_flags.h"
#include "tools/cli.h"
#include "tools/interrupt.h"
#include "tools/progress.h"
#include "tools/run_report.h"
#include "tools/registry.h"
#include "tools/job_report.h"

static const char program[] = "scout-index";

enum {
	DELETE_LIST_MAX_BYTES = 256 << 20,
};

/* One run of the command. */
struct build_run {
	struct arena arena;
	struct build_flags flags;
	struct walk_rules rules;
	struct output *out;
	struct progress progress;
	struct buf index_dir; /* as printed */
	uint8_t *delete_docs;
	struct build_report report;
	struct job_report runs;		/* of --report */
	struct scout_err *err;
};

static void show_warning(void *ctx, const char *text)
{
	struct build_run *s = ctx;

	if (s->flags.quiet)
		return;
	progress_clear(&s->progress);
	cli_message(program, "%s", text);
}

/* The index folder's name: flag, environment, .scout in the folder. */
static int put_index_dir(struct build_run *s)
{
	const char *env = getenv("SCOUT_INDEX");
	const char *folder = s->flags.folders.items[0];

	if (s->flags.index_dir)
		return registry_resolve(s->flags.index_dir, &s->index_dir,
					s->err);
	if (env && *env)
		return registry_resolve(env, &s->index_dir, s->err);
	buf_printf(&s->index_dir, "%s%s.scout", folder,
		   folder[0] && folder[strlen(folder) - 1] == '/' ? "" : "/");
	return buf_cstr(&s->index_dir)
		       ? SCOUT_OK
		       : scout_err_set(s->err, SCOUT_E_NOMEM, "index path");
}

static int fill_options(struct build_run *s, struct build_options *o)
{
	const struct build_flags *f = &s->flags;
	int rc;

	build_flags_rules(f, &s->rules);
	rc = walk_rules_check(&s->rules, s->err);
	if (rc == SCOUT_OK && !s->rules.no_ignore)
		rc = walk_rules_load_global(&s->rules, &s->arena, s->err);
	if (rc == SCOUT_OK)
		rc = put_index_dir(s);
	if (rc < 0)
		return rc;
	*o = (struct build_options){
		.root = f->folders.items[0],
		.index_dir = buf_cstr(&s->index_dir),
		.rules = &s->rules,
		.nthreads = (unsigned)(f->nthreads > 256 ? 256 : f->nthreads),
		.memory_bytes = f->memory_bytes,
		.force_remote = f->force_remote,
		.lock = run_flags_want_lock(&f->run, "scout-index build"),
		.segment_docs = (uint32_t)f->segment_docs,
		.progress = progress_show,
		.progress_ctx = &s->progress,
		.warn = show_warning,
		.warn_ctx = s,
	};
	if (f->delete_docs) {
		size_t len;

		rc = os_read_file(AT_FDCWD, f->delete_docs,
				  DELETE_LIST_MAX_BYTES, &s->delete_docs, &len);
		if (rc < 0)
			return scout_err_sys(s->err, -rc, "%s", f->delete_docs);
		o->delete_docs = span_of(s->delete_docs, len);
	}
	return SCOUT_OK;
}

/* Says why all is read again. */
static void say_rebuild(struct build_run *s, const char *why)
{
	progress_clear(&s->progress);
	if (!s->flags.quiet)
		cli_message(program, "%s; building it anew", why);
}

/* Whether there is an index that an update makes what a build would. */
static bool can_update(struct build_run *s, const struct build_options *o)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct index_rules rules;
	const char *why;
	int rc;

	if (s->flags.rebuild || s->flags.segment_docs || s->flags.delete_docs)
		return false;
	rc = index_rules_read(o->index_dir, &s->arena, &rules, &err);
	if (rc == SCOUT_E_NOTFOUND)
		return false;
	if (!rc && index_rules_match(&rules, o->root, o->rules, &why))
		return true;
	say_rebuild(s, rc < 0 ? err.msg : why);
	return false;
}

/* Updates an index that fits; else, or if it is damaged, builds it. */
static int update_or_build(struct build_run *s, const struct build_options *o)
{
	struct update_report update;
	int rc;

	if (can_update(s, o)) {
		rc = scout_update(o, &s->report, &update, s->err);
		if (rc != SCOUT_E_CORRUPT && rc != SCOUT_E_VERSION)
			return rc;
		say_rebuild(s, s->err->msg);
		scout_err_clear(s->err);
	}
	return scout_build(o, &s->report, s->err);
}

static int build(struct build_run *s, int *out_code)
{
	struct build_options options;
	int rc;

	rc = fill_options(s, &options);
	if (rc < 0)
		return rc;
	job_report_start(&s->runs);
	progress_init(&s->progress,
		      !s->flags.quiet && run_report_wants(s->flags.progress,
							  STDERR_FILENO));
	interrupt_catch();
	rc = run_flags_begin(&s->flags.run, s->err);
	if (!rc)
		rc = update_or_build(s, &options);
	progress_clear(&s->progress);
	if (rc < 0)
		return rc;
	*out_code = run_report_print(&s->flags, buf_cstr(&s->index_dir),
				     &s->report, NULL, s->out);
	return SCOUT_OK;
}

/* Whatever became of it, the report has it. */
static int build_and_report(struct build_run *s, int *out_code)
{
	int rc = build(s, out_code);

	job_report_add(&s->runs, "build", buf_cstr(&s->index_dir), rc,
		       *out_code, s->err,
		       s->report.stats ? s->report.stats->files : 0);
	if (rc < 0)
		rc = run_flags_failed(&s->flags.run, rc, out_code, s->err);
	return job_report_end(&s->runs, rc, *out_code, s->err);
}

static int run(const char **args, size_t nargs, struct output *out,
	       int *out_code, struct scout_err *err)
{
	struct build_run s = { .out = out, .err = err };
	int rc;

	arena_init(&s.arena, MEM_OTHER);
	buf_init(&s.index_dir, MEM_OTHER);
	job_report_init(&s.runs, &s.flags.run.reports);
	rc = build_flags_parse(args, nargs, &s.arena, &s.flags, err);
	if (!rc && s.flags.help)
		command_print_help(&build_command, out);
	else if (!rc)
		rc = build_and_report(&s, out_code);
	job_report_release(&s.runs);
	build_report_release(&s.report);
	scout_free(s.delete_docs);
	buf_release(&s.index_dir);
	arena_release(&s.arena);
	return rc;
}

const struct command build_command = {
	"build", "[FLAGS] DIR",
	"make an index of the files in DIR, or bring it up to date",
	&build_flag_table, run
};
