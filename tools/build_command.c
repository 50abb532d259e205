#include "tools/build_command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "index_format/inspect.h"
#include "indexer/indexer.h"
#include "tools/build_flags.h"
#include "tools/cli.h"
#include "tools/interrupt.h"
#include "tools/print_skipped.h"
#include "tools/print_stats.h"
#include "tools/print_stats_json.h"
#include "tools/progress.h"
#include "tools/registry.h"

static const char program[] = "scout-index";

enum {
	UNREADABLE_NAMED = 10,		/* this many are named on stderr */
	DELETE_LIST_MAX_BYTES = 256 << 20,
};

/* One run of the command. */
struct build_run {
	struct arena arena;
	struct build_flags flags;
	struct walk_rules rules;
	struct output *out;
	struct progress progress;
	struct buf index_dir;		/* as printed */
	uint8_t *delete_docs;
	struct build_report report;
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

static bool choose(int when, int fd)
{
	return when == WHEN_AUTO ? isatty(fd) : when == WHEN_ALWAYS;
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
	return buf_cstr(&s->index_dir) ?
		       SCOUT_OK :
		       scout_err_set(s->err, SCOUT_E_NOMEM, "index path");
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
			return scout_err_sys(s->err, -rc, "%s",
					     f->delete_docs);
		o->delete_docs = span_of(s->delete_docs, len);
	}
	return SCOUT_OK;
}

/* Names the first unreadable files, so that none is missed in silence. */
static void report_unreadable(const struct build_run *s, uint64_t count)
{
	struct skipped_cursor cursor = { 0 };
	const struct file_entry *e;
	unsigned named = 0;

	while (named < UNREADABLE_NAMED &&
	       (e = skipped_next(&s->report.files, &cursor)) != NULL) {
		if (e->skip != SKIP_UNREADABLE)
			continue;
		cli_message(program, "%.*s: %s", (int)e->path_len, e->path,
			    strerror(e->sys));
		named++;
	}
	if (count > named)
		cli_message(program, "%llu more could not be read; "
			    "--list-skipped names them all",
			    (unsigned long long)(count - named));
}

static void list_report_skipped(struct build_run *s)
{
	struct skipped_cursor cursor = { 0 };
	const struct file_entry *e;
	struct skipped_printer p;

	skipped_printer_begin(&p, s->out, s->flags.json);
	while ((e = skipped_next(&s->report.files, &cursor)) != NULL)
		skipped_printer_add(&p, span_of(e->path, e->path_len),
				    (enum skip_reason)e->skip, e->is_dir,
				    e->sys);
	skipped_printer_end(&p);
}

/* Where the bytes are is known once they are all written. */
static void add_sizes(struct build_run *s, const char *dir)
{
	struct index_stats *stats = s->report.stats;
	struct scout_err err = SCOUT_ERR_INIT;
	struct index_stats stored;

	if (stats->index_bytes ||
	    scout_inspect_stats(dir, &s->arena, &stored, &err) < 0)
		return;
	memcpy(stats->sizes, stored.sizes, sizeof(stats->sizes));
	stats->nsizes = stored.nsizes;
	stats->index_bytes = stored.index_bytes;
}

static void print_report(struct build_run *s)
{
	const char *dir = buf_cstr(&s->index_dir);
	bool list = s->flags.list_skipped;
	bool figures = !s->flags.quiet && choose(s->flags.stats, STDOUT_FILENO);

	if (s->flags.json || figures)
		add_sizes(s, dir);
	if (s->flags.json) {
		print_stats_json(s->out, dir, s->report.stats);
		if (list) {
			output_put_str(s->out, ",\"skipped_paths\":");
			list_report_skipped(s);
		}
		output_put_byte(s->out, '}');
		output_end_line(s->out);
		return;
	}
	if (list)
		list_report_skipped(s);
	if (figures)
		print_stats_text(s->out, dir, s->report.stats);
}

static int build(struct build_run *s, int *out_code)
{
	struct build_options options;
	uint64_t unreadable;
	int rc;

	rc = fill_options(s, &options);
	if (rc < 0)
		return rc;
	progress_init(&s->progress, !s->flags.quiet &&
				    choose(s->flags.progress, STDERR_FILENO));
	interrupt_catch();
	rc = run_flags_begin(&s->flags.run, s->err);
	if (!rc)
		rc = scout_build(&options, &s->report, s->err);
	progress_clear(&s->progress);
	if (rc < 0)
		return run_flags_failed(&s->flags.run, rc, out_code, s->err);
	unreadable = s->report.stats->skipped[SKIP_UNREADABLE];
	if (unreadable)
		report_unreadable(s, unreadable);
	print_report(s);
	*out_code = unreadable ? EXIT_SOME_UNREADABLE : EXIT_DONE;
	return SCOUT_OK;
}

static int run(const char **args, size_t nargs, struct output *out,
	       int *out_code, struct scout_err *err)
{
	struct build_run s = { .out = out, .err = err };
	int rc;

	arena_init(&s.arena, MEM_OTHER);
	buf_init(&s.index_dir, MEM_OTHER);
	rc = build_flags_parse(args, nargs, &s.arena, &s.flags, err);
	if (!rc && s.flags.help)
		command_print_help(&build_command, out);
	else if (!rc)
		rc = build(&s, out_code);
	build_report_release(&s.report);
	scout_free(s.delete_docs);
	buf_release(&s.index_dir);
	arena_release(&s.arena);
	return rc;
}

const struct command build_command = {
	"build", "[FLAGS] DIR", "make an index of the files in DIR",
	&build_flag_table, run
};
