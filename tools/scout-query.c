/*
 * scout-query: ask an index and print the answer as ripgrep would.
 *
 * The flow: flags, target (an index or a bare folder), query, a printer as its
 * sink, remarks, exit code.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "index_format/place.h"
#include "query/query.h"
#include "tools/batch.h"
#include "tools/cli.h"
#include "tools/print_explanation.h"
#include "tools/print_json.h"
#include "tools/print_text.h"
#include "tools/query_flags.h"
#include "tools/registry.h"
#include "tools/search_report.h"

static const char program[] = "scout-query";

/* One run of the program. */
struct session {
	struct arena arena;		/* arguments */
	struct query_flags flags;
	struct query_options options;
	struct output out;
	int64_t start_ns;
	struct scout_err err;
	/* what is searched: an index, or a folder without one */
	struct buf index_dir;
	struct scout_index *index;
	const char *root;
	bool named;			/* by the user, not found above him */
	/* the search */
	struct buf text;
	struct scout_query *query;
	struct display_path paths;
	bool as_json;			/* which printer is in use */
	struct text_printer text_printer;
	struct json_printer json_printer;
	struct operand_counts counts;	/* --explain */
	struct scout_query_stats stats;
	/* several indexes, each with a query of its own */
	struct query_source *sources;
	size_t nsources;
};

/* Which folder holds the index.  *out_given as the user calls it, or NULL.
 * SCOUT_E_NOTFOUND says how to make one. */
static int find_index(struct session *s, const char **out_given)
{
	const char *env = getenv("SCOUT_INDEX");
	struct scout_err err = SCOUT_ERR_INIT;
	int rc;

	*out_given = s->flags.indexes.nitems ? s->flags.indexes.items[0] :
		     env && *env	     ? env :
					       NULL;
	s->named = *out_given != NULL;
	if (s->named)
		return registry_resolve(*out_given, &s->index_dir, &s->err);
	rc = scout_index_find(".", &s->index_dir, &err);
	if (rc == SCOUT_E_NOTFOUND)
		return scout_err_set(&s->err, SCOUT_E_NOTFOUND,
				     "no index here or in a folder above; make "
				     "one with 'scout-index build DIR' or name "
				     "one with --index");
	if (rc < 0)
		s->err = err;
	return rc;
}

/* Whether there is an index in the folder .scout of dir. */
static bool has_index_inside(const char *dir)
{
	struct buf path = BUF_INIT(MEM_OTHER);
	struct scout_index *index = NULL;
	struct scout_err err = SCOUT_ERR_INIT;
	const char *inside;
	bool found;

	buf_printf(&path, "%s/.scout", dir);
	inside = buf_cstr(&path);
	found = inside && scout_index_open(inside, &index, &err) == SCOUT_OK;
	scout_index_close(index);
	buf_release(&path);
	return found;
}

/* No index where the user says there is one: what else could be meant. */
static int no_such_index(struct session *s, const char *given)
{
	const char *by = s->flags.indexes.nitems ? "" : " (of SCOUT_INDEX)";

	scout_err_clear(&s->err);
	if (*given && has_index_inside(given))
		return scout_err_set(&s->err, SCOUT_E_NOTFOUND,
				     "no index in '%s'%s, but there is one in "
				     "'%s/.scout'", given, by, given);
	if (registry_is_name(given))
		return scout_err_set(&s->err, SCOUT_E_NOTFOUND,
				     "no index in '%s'%s and none of that name; "
				     "'scout-index list' shows the names", given,
				     by);
	return scout_err_set(&s->err, SCOUT_E_NOTFOUND,
			     "no index in '%s'%s; 'scout-index build --index "
			     "'%s' DIR' would make one", given, by, given);
}

/* Opens the index in the folder that index_dir names; given: what the user calls
 * it, NULL if it was found. */
static int open_index(struct session *s, const char *given,
		      struct scout_index **out)
{
	const char *dir = buf_cstr(&s->index_dir);
	int rc;

	if (!dir)
		return scout_err_set(&s->err, SCOUT_E_NOMEM, "index path");
	rc = index_place_check(dir, s->flags.force_remote, &s->err);
	if (rc < 0)
		return rc;
	rc = s->flags.check_reads ?
		     scout_index_open_checked(dir, out, &s->err) :
		     scout_index_open(dir, out, &s->err);
	return rc == SCOUT_E_NOTFOUND && given ? no_such_index(s, given) : rc;
}

/* Opens what is to be searched. */
static int open_target(struct session *s)
{
	const char *given;
	int rc;

	if (s->flags.root) {
		s->root = s->flags.root;
		s->named = true;
		return SCOUT_OK;
	}
	rc = find_index(s, &given);
	if (rc == SCOUT_E_NOTFOUND && s->flags.brute && !s->named) {
		scout_err_clear(&s->err);
		s->root = ".";
		return SCOUT_OK;
	}
	if (rc < 0)
		return rc;
	rc = open_index(s, given, &s->index);
	if (rc == SCOUT_OK)
		s->root = scout_index_root(s->index);
	return rc;
}

static bool has_color(const struct session *s)
{
	return color_wanted((enum color_when)s->flags.color, STDOUT_FILENO);
}

/* Instead of a printer: what counts what there is to be explained. */
static int make_counter(struct session *s, struct scout_sink *out)
{
	struct explanation plan;
	int rc = scout_query_explain(s->query, &plan, &s->err);

	if (!rc)
		rc = operand_counts_init(&s->counts, plan.noperands,
					 &s->arena, &s->err);
	s->counts.program = s->flags.no_messages ? NULL : program;
	*out = operand_counts_sink(&s->counts);
	return rc;
}

/* Makes the printer that the flags ask for, as a sink. */
static int make_printer(struct session *s, struct scout_sink *out)
{
	const struct query_flags *flags = &s->flags;
	const char *messages = s->flags.no_messages ? NULL : program;
	int rc;

	if (flags->explain)
		return make_counter(s, out);
	s->as_json = flags->json && !flags->quiet;
	if (s->as_json) {
		rc = json_printer_init(&s->json_printer, &s->paths, &s->out,
				       &s->err);
		s->json_printer.program = messages;
		s->json_printer.with_operands =
			scout_query_parsed(s->query)->root->nchild > 0;
		*out = json_printer_sink(&s->json_printer);
		return rc;
	}
	rc = text_printer_init(&s->text_printer, flags, has_color(s),
			       &s->paths, &s->out, &s->err);
	s->text_printer.program = messages;
	*out = text_printer_sink(&s->text_printer);
	return rc;
}

/* --explain, of all that was asked. */
static int explain(struct session *s, uint64_t elapsed)
{
	size_t i, n = s->nsources ? s->nsources : 1;
	struct explained_source *sources = arena_calloc(&s->arena, n,
							sizeof(*sources));
	struct explained_run run = { .sources = sources, .nsources = n,
				     .stats = &s->stats,
				     .elapsed_ns = elapsed };
	int rc = SCOUT_OK;

	if (!sources)
		return scout_err_set(&s->err, SCOUT_E_NOMEM, "explaining");
	for (i = 0; i < n && !rc; i++) {
		struct query_source *q = s->nsources ? &s->sources[i] : NULL;

		sources[i].root = q ? scout_index_root(q->index) : s->root;
		sources[i].stats = q ? &q->stats : &s->stats;
		rc = scout_query_explain(q ? q->query : s->query,
					 &sources[i].plan, &s->err);
	}
	if (s->options.detail == DETAIL_TEXT)
		run.counts = &s->counts;
	if (!rc)
		rc = s->flags.json ? print_explanation_json(&s->out, &run) :
				     print_explanation(&s->out, &run);
	return rc;
}

/* What comes after the last hit. */
static int print_end(struct session *s)
{
	uint64_t elapsed = (uint64_t)(os_mono_ns() - s->start_ns);

	if (s->flags.explain)
		return explain(s, elapsed);
	if (s->as_json)
		json_printer_summary(&s->json_printer, &s->stats, elapsed);
	else if (s->flags.stats && !s->flags.json)
		report_stats(&s->out, &s->stats, s->text_printer.bytes_printed,
			     elapsed, s->stats.index_time_ns != 0);
	return SCOUT_OK;
}

/* The exit code of a search that ran; as ripgrep's. */
static int search_code(const struct session *s)
{
	uint64_t files = s->flags.explain ? s->counts.files :
			 s->as_json ? s->json_printer.files :
				      s->text_printer.files;

	if (files && s->flags.quiet)
		return EXIT_MATCH;
	if (s->stats.truncated_files && s->flags.fail_on_truncate)
		return EXIT_TRUNCATED;
	if (s->stats.unreadable_files)
		return EXIT_TROUBLE;
	return files ? EXIT_MATCH : EXIT_NO_MATCH;
}

/* Asks the index, or reads the folder, and prints. */
static int search_target(struct session *s)
{
	struct scout_sink sink;
	int rc = open_target(s);

	if (rc < 0)
		return rc;
	rc = display_path_init(&s->paths, s->root, s->flags.absolute_path,
			       s->named, &s->err);
	if (!rc)
		rc = make_printer(s, &sink);
	return rc < 0 ? rc : scout_query_run(s->query, s->index, s->root,
					     &sink, &s->stats, &s->err);
}

/* Opens all the indexes that the flags name. */
static int open_sources(struct session *s)
{
	size_t i, n = s->flags.indexes.nitems;
	int rc = SCOUT_OK;

	s->sources = arena_calloc(&s->arena, n, sizeof(*s->sources));
	if (!s->sources)
		return scout_err_set(&s->err, SCOUT_E_NOMEM, "indexes");
	s->nsources = n;
	for (i = 0; i < n && !rc; i++) {
		buf_clear(&s->index_dir);
		rc = registry_resolve(s->flags.indexes.items[i],
				      &s->index_dir, &s->err);
		if (!rc)
			rc = open_index(s, s->flags.indexes.items[i],
					&s->sources[i].index);
	}
	return rc;
}

/* Reads the query once for each index. */
static int read_queries(struct session *s)
{
	size_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < s->nsources && !rc; i++)
		rc = scout_query_new(buf_span(&s->text), &s->options,
				     &s->sources[i].query, &s->err);
	return rc;
}

/* The same of several indexes; paths are absolute. */
static int search_many(struct session *s)
{
	struct scout_sink sink;
	int rc = open_sources(s);

	if (!rc)
		rc = read_queries(s);
	if (!rc)
		rc = display_path_init(&s->paths, "/", true, true, &s->err);
	if (!rc)
		rc = make_printer(s, &sink);
	if (!rc)
		rc = scout_query_run_many(s->sources, s->nsources,
					  s->flags.dedup ? DEDUP_CONTENT :
							   DEDUP_PATH,
					  &sink, &s->stats, &s->err);
	return rc;
}

static int search(struct session *s, int *out_code)
{
	int rc;

	rc = query_flags_text(&s->flags, &s->text,
			      &s->options.parse.form, &s->err);
	if (rc < 0)
		return rc;
	rc = scout_query_new(buf_span(&s->text), &s->options, &s->query,
			     &s->err);
	if (rc < 0)
		return rc;
	report_notes(program, scout_query_parsed(s->query));
	report_path_arguments(program, s->flags.words.items,
			      s->flags.words.nitems);
	if (s->flags.max_count_given && !s->flags.max_count) {
		*out_code = EXIT_NO_MATCH;	/* -m 0: no line can match */
		return SCOUT_OK;
	}
	rc = s->flags.indexes.nitems > 1 ? search_many(s) : search_target(s);
	if (rc < 0 && !s->out.failed)
		return rc;
	if (!s->out.failed)
		rc = print_end(s);
	else
		rc = SCOUT_OK;	/* cli_finish looks at why */
	if (!s->flags.no_messages)
		report_stale(program, &s->stats);
	*out_code = search_code(s);
	return rc;
}

static int batch(struct session *s, int *out_code)
{
	struct scout_index *indexes[QUERY_MAX_INDEXES];
	struct batch_totals totals = { 0 };
	size_t i;
	int rc;

	rc = s->flags.indexes.nitems > 1 ? open_sources(s) : open_target(s);
	if (rc < 0)
		return rc;
	indexes[0] = s->index;
	for (i = 0; i < s->nsources; i++)
		indexes[i] = s->sources[i].index;
	rc = batch_run(s->flags.batch, indexes, s->nsources ? s->nsources : 1,
		       &s->options, s->flags.repeat, &s->out, &totals,
		       &s->err);
	if (rc < 0 && !s->out.failed)
		return rc;
	*out_code = totals.errors ? EXIT_TROUBLE :
		    totals.matched ? EXIT_MATCH : EXIT_NO_MATCH;
	return SCOUT_OK;
}

/* What the flags ask for, to its exit code. */
static int run(struct session *s, int argc, char **argv, int *out_code)
{
	int rc;

	rc = output_init(&s->out, STDOUT_FILENO, &s->err);
	if (rc < 0)
		return rc;
	rc = query_flags_parse(argc, argv, &s->arena, &s->flags, &s->err);
	if (rc < 0)
		return rc;
	*out_code = EXIT_MATCH;
	if (s->flags.help) {
		query_flags_print_help(&s->out, s->flags.long_help);
		return SCOUT_OK;
	}
	if (s->flags.version) {
		cli_print_version(&s->out, program);
		return SCOUT_OK;
	}
	if (s->flags.by_line != UNSET)
		s->out.by_line = s->flags.by_line == YES;
	query_flags_options(&s->flags, &s->options);
	s->options.lines_only = !s->flags.json && !s->flags.explain &&
				!text_printer_uses_matches(&s->flags,
							   has_color(s));
	return s->flags.batch ? batch(s, out_code) : search(s, out_code);
}

static void session_init(struct session *s)
{
	*s = (struct session){ .start_ns = os_mono_ns() };
	arena_init(&s->arena, MEM_OTHER);
	buf_init(&s->index_dir, MEM_OTHER);
	buf_init(&s->text, MEM_OTHER);
}

static void session_release(struct session *s)
{
	size_t i;

	for (i = 0; i < s->nsources; i++) {
		scout_query_free(s->sources[i].query);
		scout_index_close(s->sources[i].index);
	}
	text_printer_release(&s->text_printer);
	json_printer_release(&s->json_printer);
	display_path_release(&s->paths);
	scout_query_free(s->query);
	scout_index_close(s->index);
	buf_release(&s->text);
	buf_release(&s->index_dir);
	output_release(&s->out);
	arena_release(&s->arena);
}

int main(int argc, char **argv)
{
	struct session s;
	int code = EXIT_TROUBLE, rc;

	cli_ignore_sigpipe();
	session_init(&s);
	rc = run(&s, argc, argv, &code);
	if (rc < 0) {
		if (!s.err.code)
			s.err.code = rc;
		code = EXIT_TROUBLE;
		output_flush(&s.out);
		if (s.err.code == SCOUT_E_SYNTAX && s.text.ptr)
			report_syntax_error(program, buf_span(&s.text),
					    &s.err);
		else
			cli_print_err(program, &s.err);
	} else {
		code = cli_finish(program, &s.out, code);
	}
	session_release(&s);
	return code;
}
