/*
 * scout-index: make an index and show what is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "base/tree/file_type.h"
#include "index_format/inspect.h"
#include "indexer/indexer.h"
#include "query/query.h"
#include "tools/build_flags.h"
#include "tools/check_command.h"
#include "tools/cli.h"
#include "tools/dump_command.h"
#include "tools/index_arg.h"
#include "tools/print_skipped.h"
#include "tools/print_stats.h"
#include "tools/print_stats_json.h"
#include "tools/progress.h"

static const char program[] = "scout-index";

enum {
	EXIT_DONE = 0,
	EXIT_SOME_UNREADABLE = 1,
	EXIT_FAILED = 2,
	EXIT_LOCKED = 75,		/* EX_TEMPFAIL: try again later */
	EXIT_SIGNAL = 128,		/* plus the signal's number */
	UNREADABLE_NAMED = 10,		/* this many are named on stderr */
	DELETE_LIST_MAX_BYTES = 256 << 20,
};

/* One run of the program. */
struct session {
	struct arena arena;
	struct build_flags flags;
	struct walk_rules rules;
	struct output out;
	struct progress progress;
	struct buf index_dir;		/* as printed */
	uint8_t *delete_docs;
	struct build_report report;
	struct scout_err err;
};

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t caught_signal;

static void on_signal(int number)
{
	caught_signal = number;
	scout_build_cancel();
}

/* The first signal asks the build to stop, a second one ends at once. */
static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigemptyset(&sa.sa_mask);
	sa.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

/* build ------------------------------------------------------------------ */

static void show_warning(void *ctx, const char *text)
{
	struct session *s = ctx;

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
static const char *build_index_dir(struct session *s)
{
	const char *env = getenv("SCOUT_INDEX");
	const char *folder = s->flags.folders.items[0];

	if (s->flags.index_dir)
		buf_put_str(&s->index_dir, s->flags.index_dir);
	else if (env && *env)
		buf_put_str(&s->index_dir, env);
	else
		buf_printf(&s->index_dir, "%s%s.scout", folder,
			   folder[0] && folder[strlen(folder) - 1] == '/' ?
				   "" : "/");
	return buf_cstr(&s->index_dir);
}

static int fill_options(struct session *s, struct build_options *o)
{
	const struct build_flags *f = &s->flags;
	int rc;

	build_flags_rules(f, &s->rules);
	rc = walk_rules_check(&s->rules, &s->err);
	if (rc == SCOUT_OK && !s->rules.no_ignore)
		rc = walk_rules_load_global(&s->rules, &s->arena, &s->err);
	if (rc < 0)
		return rc;
	*o = (struct build_options){
		.root = f->folders.items[0],
		.index_dir = build_index_dir(s),
		.rules = &s->rules,
		.nthreads = (unsigned)(f->nthreads > 256 ? 256 : f->nthreads),
		.memory_bytes = f->memory_bytes,
		.force_remote = f->force_remote,
		.segment_docs = (uint32_t)f->segment_docs,
		.progress = progress_show,
		.progress_ctx = &s->progress,
		.warn = show_warning,
		.warn_ctx = s,
	};
	if (!o->index_dir)
		return scout_err_set(&s->err, SCOUT_E_NOMEM, "index path");
	if (f->delete_docs) {
		size_t len;

		rc = os_read_file(AT_FDCWD, f->delete_docs,
				  DELETE_LIST_MAX_BYTES, &s->delete_docs, &len);
		if (rc < 0)
			return scout_err_sys(&s->err, -rc, "%s",
					     f->delete_docs);
		o->delete_docs = span_of(s->delete_docs, len);
	}
	return SCOUT_OK;
}

/* Names the first unreadable files, so that none is missed in silence. */
static void report_unreadable(const struct session *s, uint64_t count)
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

static void list_report_skipped(struct session *s)
{
	struct skipped_cursor cursor = { 0 };
	const struct file_entry *e;
	struct skipped_printer p;

	skipped_printer_begin(&p, &s->out, s->flags.json);
	while ((e = skipped_next(&s->report.files, &cursor)) != NULL)
		skipped_printer_add(&p, span_of(e->path, e->path_len),
				    (enum skip_reason)e->skip, e->is_dir,
				    e->sys);
	skipped_printer_end(&p);
}

/* Where the bytes are is known once they are all written. */
static void add_sizes(struct session *s, const char *dir)
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

static void print_report(struct session *s)
{
	const char *dir = buf_cstr(&s->index_dir);
	bool list = s->flags.list_skipped;
	bool figures = !s->flags.quiet && choose(s->flags.stats, STDOUT_FILENO);

	if (s->flags.json || figures)
		add_sizes(s, dir);
	if (s->flags.json) {
		print_stats_json(&s->out, dir, s->report.stats);
		if (list) {
			output_put_str(&s->out, ",\"skipped_paths\":");
			list_report_skipped(s);
		}
		output_put_byte(&s->out, '}');
		output_end_line(&s->out);
		return;
	}
	if (list)
		list_report_skipped(s);
	if (figures)
		print_stats_text(&s->out, dir, s->report.stats);
}

static void print_usage(struct output *out);

static int run_build(struct session *s, const char **args, size_t nargs,
		     int *out_code)
{
	struct build_options options;
	uint64_t unreadable;
	int rc;

	rc = build_flags_parse(args, nargs, &s->arena, &s->flags, &s->err);
	if (rc < 0)
		return rc;
	if (s->flags.help) {
		print_usage(&s->out);
		return SCOUT_OK;
	}
	rc = fill_options(s, &options);
	if (rc < 0)
		return rc;
	progress_init(&s->progress, !s->flags.quiet &&
				    choose(s->flags.progress, STDERR_FILENO));
	catch_signals();
	rc = scout_build(&options, &s->report, &s->err);
	progress_clear(&s->progress);
	if (rc < 0)
		return rc;
	unreadable = s->report.stats->skipped[SKIP_UNREADABLE];
	if (unreadable)
		report_unreadable(s, unreadable);
	print_report(s);
	*out_code = unreadable ? EXIT_SOME_UNREADABLE : EXIT_DONE;
	return SCOUT_OK;
}

/* stats ------------------------------------------------------------------ */

static int add_skipped(void *ctx, struct span path, enum skip_reason reason,
		       bool is_dir, int detail)
{
	struct skipped_printer *p = ctx;

	skipped_printer_add(p, path, reason, is_dir, detail);
	return p->out->failed ? SCOUT_E_CANCELLED : SCOUT_OK;
}

static int list_stored_skipped(struct session *s, const char *dir)
{
	struct skipped_printer p;
	int rc;

	skipped_printer_begin(&p, &s->out, s->flags.json);
	rc = scout_inspect_skipped(dir, add_skipped, &p, &s->err);
	skipped_printer_end(&p);
	return s->out.failed ? SCOUT_OK : rc;
}

static int run_stats(struct session *s, const char **args, size_t nargs)
{
	struct index_stats stats;
	const char *dir;
	int rc;

	rc = stats_flags_parse(args, nargs, &s->arena, &s->flags, &s->err);
	if (rc < 0)
		return rc;
	if (s->flags.help) {
		print_usage(&s->out);
		return SCOUT_OK;
	}
	rc = index_arg_find(s->flags.index_dir,
			    s->flags.folders.nitems ?
				    s->flags.folders.items[0] : NULL,
			    s->flags.force_remote, &s->index_dir, &s->err);
	if (rc < 0)
		return rc;
	dir = buf_cstr(&s->index_dir);
	if (!dir)
		return scout_err_set(&s->err, SCOUT_E_NOMEM, "index path");
	rc = scout_inspect_stats(dir, &s->arena, &stats, &s->err);
	if (rc < 0)
		return rc;
	if (s->flags.json) {
		print_stats_json(&s->out, dir, &stats);
		if (s->flags.list_skipped) {
			output_put_str(&s->out, ",\"skipped_paths\":");
			rc = list_stored_skipped(s, dir);
		}
		output_put_byte(&s->out, '}');
		output_end_line(&s->out);
		return rc;
	}
	if (s->flags.list_skipped)
		return list_stored_skipped(s, dir);
	print_stats_text(&s->out, dir, &stats);
	return SCOUT_OK;
}

/* The rest ---------------------------------------------------------------- */

static void print_types(struct output *out)
{
	const char *const *glob;
	size_t i;

	for (i = 0; i < file_type_count(); i++) {
		const char *between = ": ";

		output_put_str(out, file_type_name(i));
		for (glob = file_type_globs(i); *glob; glob++) {
			output_put_str(out, between);
			output_put_str(out, *glob);
			between = ", ";
		}
		output_end_line(out);
	}
}

static void print_usage(struct output *out)
{
	output_put_str(out,
		"scout-index: make an index of a tree of files\n"
		"\n"
		"usage: scout-index build [FLAGS] DIR\n"
		"       scout-index stats [FLAGS] [DIR]\n"
		"       scout-index check [FLAGS] [DIR]\n"
		"       scout-index dump WHAT [DIR]\n"
		"       scout-index types\n"
		"       scout-index help\n"
		"       scout-index version\n"
		"\n"
		"BUILD\n");
	build_flags_print_help(out);
	output_put_str(out, "\nSTATS\n");
	stats_flags_print_help(out);
	output_put_str(out, "\nCHECK\n");
	check_command_print_help(out);
	output_put_str(out, "\nDUMP\n");
	dump_command_print_help(out);
	output_put_str(out,
		"\n"
		"The index is the folder .scout in DIR unless --index or\n"
		"$SCOUT_INDEX names another.  Searched with scout-query.\n"
		"\n"
		"EXIT CODES\n"
		"  0 done, 1 done but some files could not be read, 2 failed,\n"
		"  75 another run is writing the index.\n"
		"  check: 0 sound, 1 damaged, 2 could not be checked.\n");
}

static const char *const commands[] = {
	"build", "stats", "check", "dump", "types", "help", "version", NULL
};

static const char *next_command(const void *ctx, size_t n)
{
	(void)ctx;
	return commands[n];
}

static int unknown_command(struct session *s, const char *name)
{
	const char *meant = closest_word(name, next_command, NULL);
	const char *dashes = strspn(name, "-") ? "flag" : "command";

	if (meant)
		return scout_err_set(&s->err, SCOUT_E_USAGE,
				     "unknown %s '%s'; did you mean %s?",
				     dashes, name, meant);
	return scout_err_set(&s->err, SCOUT_E_USAGE,
			     "unknown %s '%s'; there are build, stats, check, "
			     "dump, types, help, version", dashes, name);
}

static bool is_one_of(const char *word, const char *a, const char *b,
		      const char *c)
{
	return !strcmp(word, a) || !strcmp(word, b) || !strcmp(word, c);
}

static int run(struct session *s, int argc, char **argv, int *out_code)
{
	const char **args = (const char **)argv + 2;
	size_t nargs = argc > 2 ? (size_t)argc - 2 : 0;
	int rc;

	rc = output_init(&s->out, STDOUT_FILENO, &s->err);
	if (rc < 0)
		return rc;
	*out_code = EXIT_DONE;
	if (argc < 2)
		return scout_err_set(&s->err, SCOUT_E_USAGE,
				     "what to do? build, stats, check, dump, "
				     "types, help or version");
	if (!strcmp(argv[1], "build"))
		return run_build(s, args, nargs, out_code);
	if (!strcmp(argv[1], "stats"))
		return run_stats(s, args, nargs);
	if (!strcmp(argv[1], "check"))
		return check_command_run(args, nargs, &s->out, out_code,
					 &s->err);
	if (!strcmp(argv[1], "dump"))
		return dump_command_run(args, nargs, &s->out, &s->err);
	if (is_one_of(argv[1], "types", "--type-list", "type-list"))
		print_types(&s->out);
	else if (is_one_of(argv[1], "help", "--help", "-h"))
		print_usage(&s->out);
	else if (is_one_of(argv[1], "version", "--version", "-V"))
		cli_print_version(&s->out, program);
	else
		return unknown_command(s, argv[1]);
	return SCOUT_OK;
}

static int failure_code(const struct session *s)
{
	if (s->err.code == SCOUT_E_CANCELLED && caught_signal)
		return EXIT_SIGNAL + caught_signal;
	return s->err.code == SCOUT_E_LOCKED ? EXIT_LOCKED : EXIT_FAILED;
}

static void session_release(struct session *s)
{
	build_report_release(&s->report);
	scout_free(s->delete_docs);
	buf_release(&s->index_dir);
	output_release(&s->out);
	arena_release(&s->arena);
}

int main(int argc, char **argv)
{
	struct session s = { .delete_docs = NULL };
	int code = EXIT_FAILED, rc;

	cli_ignore_sigpipe();
	arena_init(&s.arena, MEM_OTHER);
	buf_init(&s.index_dir, MEM_OTHER);
	rc = run(&s, argc, argv, &code);
	if (rc < 0) {
		if (!s.err.code)
			s.err.code = rc;
		output_flush(&s.out);
		cli_print_err(program, &s.err);
		code = failure_code(&s);
	} else {
		code = cli_finish(program, &s.out, code);
	}
	session_release(&s);
	return code;
}
