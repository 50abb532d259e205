/* `scout-index update`: bring an index up to date with its folder. */
#include "tools/command.h"

#include <stdlib.h>

#include "index_format/place.h"
#include "indexer/index_rules.h"
#include "indexer/update.h"
#include "tools/cli.h"
#include "tools/job.h"
#include "tools/path_list.h"
#include "tools/registry.h"
#include "tools/repair.h"
#include "tools/run_report.h"

static const char program[] = "scout-index";

struct update_flags {
	struct run_flags run;
	const char *paths_from; /* file, or "-" */
	int null;		/* paths end with a NUL */
	int repair, allow_empty;
};

#define FIELD(f) offsetof(struct update_flags, f)

static const struct flag update_table[] = {
	INDEX_ARG_ROW(struct update_flags, run.index, "the index in DIR"),
	{ "paths-from", 0, "FILE",
	  "look at the files and folders named in FILE (-: input) alone",
	  FLAG_TEXT, FIELD(paths_from), 0, NULL },
	{ "null", '0', NULL, "they end with NUL, not with a line", FLAG_SET,
	  FIELD(null), true, NULL },
	RUN_ROWS(struct update_flags, "write"),
	{ "repair", 0, NULL,
	  "check it first; a broken index is set aside and made anew", FLAG_SET,
	  FIELD(repair), true, NULL },
	{ "allow-empty", 0, NULL,
	  "take all files out of the index if the folder has none left",
	  FLAG_SET, FIELD(allow_empty), true, NULL },
	RUN_TALK_ROWS(struct update_flags),
	RUN_FIGURE_ROWS(struct update_flags),
	FLAG_HELP_ROW,
};

/* One run of the command. */
struct updates {
	struct job job;
	struct command_run *run;
	const struct update_flags *flags;
	struct buf paths;
	struct update_report update; /* of the index under way */
};

static uint8_t paths_end(const struct updates *s)
{
	return s->flags->null ? 0 : '\n';
}

/* Of what folder an index is that cannot say so: the one that it lies in. */
static const char *guess_root(struct updates *s, const char *index_dir)
{
	const char *end = index_dir + strlen(index_dir);

	if (s->run->words.nitems)
		return s->run->words.items[0];
	if (end - index_dir < 8 || strcmp(end - 8, "/.scout"))
		return NULL;
	return arena_dup(s->run->arena, index_dir,
			 (size_t)(end - 8 - index_dir));
}

/* Makes the index anew that was set aside. */
static int rebuild(struct updates *s, struct build_options *options,
		   struct repair *repair, struct scout_err *err)
{
	int rc = SCOUT_OK;

	if (!repair->has_rules) {
		repair->root = guess_root(s, options->index_dir);
		rc = walk_rules_load_global(&repair->rules, s->run->arena, err);
	}
	if (rc < 0)
		return rc;
	cli_message(program,
		    "the index in '%s' was broken; it is now in '%s', "
		    "and a new one is made%s",
		    options->index_dir, repair->where,
		    repair->has_rules
			    ? ""
			    : ", by the rules that a build has without flags");
	if (!repair->root)
		return scout_err_set(err, SCOUT_E_CORRUPT,
				     "it cannot be read of which folder the "
				     "index in '%s' was; make it anew with "
				     "'scout-index build --index'",
				     options->index_dir);
	options->root = repair->root;
	options->rules = &repair->rules;
	return scout_build(options, &s->job.built, err);
}

/* Updates an index; one of another format or with other Unicode tables is built
 * anew, by its own rules. */
static int update_or_build(struct updates *s, struct build_options *o,
			   struct scout_err *err)
{
	struct scout_err why = SCOUT_ERR_INIT;
	struct index_rules rules;
	int rc = scout_update(o, &s->job.built, &s->update, err);

	if (rc != SCOUT_E_VERSION ||
	    index_rules_read(o->index_dir, s->run->arena, &rules, &why) < 0)
		return rc;
	job_say_rebuild(&s->job, err->msg);
	scout_err_clear(err);
	build_report_release(&s->job.built);
	o->root = rules.root;
	o->rules = &rules.rules;
	return scout_build(o, &s->job.built, err);
}

static int update_or_repair(struct updates *s, struct build_options *options,
			    struct scout_err *err)
{
	struct repair repair = { .is_broken = false };
	int rc = SCOUT_OK;

	if (s->flags->repair)
		rc = repair_begin(options->index_dir, &options->lock,
				  s->run->arena, &repair, err);
	if (rc < 0)
		return rc;
	if (repair.is_broken)
		return rebuild(s, options, &repair, err);
	return update_or_build(s, options, err);
}

/* Updates one index. */
static int update(struct updates *s, const char *index_dir, int *out_code,
		  struct scout_err *err)
{
	struct build_options options;
	int rc;

	s->update = (struct update_report){ .is_done = false };
	job_options(&s->job, index_dir, &options);
	options.paths = buf_span(&s->paths);
	options.paths_end = paths_end(s);
	options.allow_empty = s->flags->allow_empty;
	rc = job_begin(&s->job, err);
	if (!rc)
		rc = update_or_repair(s, &options, err);
	progress_clear(&s->job.progress);
	if (!rc || s->update.is_done)
		*out_code = run_report_print(&s->flags->run, index_dir,
					     &s->job.built, &s->update,
					     s->run->out);
	return job_end(&s->job, index_dir, rc,
		       s->update.new_files + s->update.changed_files, out_code,
		       err);
}

static int update_named(struct updates *s)
{
	struct command_run *run = s->run;
	const char *dir;
	int rc = command_find_index(run, &s->flags->run.index, &dir);

	if (!rc && s->flags->paths_from)
		rc = path_list_read(s->flags->paths_from, paths_end(s),
				    &s->paths, run->err);
	return rc < 0 ? rc : update(s, dir, &run->exit_code, run->err);
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
static int update_all(struct updates *s, const struct registry *all)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct command_run *run = s->run;
	size_t i;
	int rc;

	for (i = 0; i < all->nentries; i++) {
		int code = EXIT_DONE;

		rc = index_place_check(all->entries[i].dir,
				       s->flags->run.index.force_remote, &err);
		if (!rc)
			rc = update(s, all->entries[i].dir, &code, &err);
		if (rc == SCOUT_E_CANCELLED) {
			*run->err = err;
			return rc;
		}
		if (rc < 0) {
			cli_message(program, "%s: %s", all->entries[i].name,
				    cli_err_text(&err));
			code = command_failure_code(&err);
		}
		scout_err_clear(&err);
		run->exit_code = worse(run->exit_code, code);
	}
	return SCOUT_OK;
}

/* Without a word on which index: all that have names. */
static int update_wanted(struct updates *s)
{
	const struct index_arg *index = &s->flags->run.index;
	const char *env = getenv("SCOUT_INDEX");
	struct registry all = { 0 };
	int rc = SCOUT_OK;

	/* paths are of one index */
	if (!index->index_dir && !s->run->words.nitems && !(env && *env) &&
	    !s->flags->paths_from)
		rc = registry_read(s->run->arena, &all, s->run->err);
	if (rc < 0)
		return rc;
	return all.nentries ? update_all(s, &all) : update_named(s);
}

static int run_updates(struct command_run *run)
{
	struct updates s = { .run = run,
			     .flags = run->options,
			     .paths = BUF_INIT(MEM_OTHER) };
	int rc = command_check_index(run, &s.flags->run.index);

	if (rc < 0)
		return rc;
	job_init(&s.job, run, &s.flags->run);
	rc = job_finish(&s.job, update_wanted(&s));
	buf_release(&s.paths);
	return rc;
}

const struct command update_command = {
	.name = "update",
	.usage = "[FLAGS] [DIR]",
	.help = "take in what has changed in the files of an index, or of all\n"
		"that have names",
	.flags = FLAG_TABLE(update_table),
	.options_bytes = sizeof(struct update_flags),
	.run = run_updates,
};
