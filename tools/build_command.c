/* `scout-index build`: makes the index of a folder. */
#include "tools/command.h"

#include <fcntl.h>

#include "base/os.h"
#include "indexer/index_rules.h"
#include "indexer/update.h"
#include "tools/build_flags.h"
#include "tools/job.h"
#include "tools/run_report.h"

enum { DELETE_LIST_MAX_BYTES = 256 << 20 };

/* One run of the command. */
struct build {
	struct job job;
	struct command_run *run;
	const struct build_flags *flags;
	const char *index_dir; /* NULL: not known yet */
	struct walk_rules rules;
	uint8_t *delete_docs;
	struct update_report update; /* if it is one */
};

static int check_arguments(const struct build *b)
{
	const struct flag_list *folders = &b->run->words;
	struct scout_err *err = b->run->err;

	if (!folders->nitems)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "build wants the folder to index");
	if (folders->nitems > 1)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "build takes one folder; '%s' is one too "
				     "many",
				     folders->items[1]);
	if (b->flags->segment_docs > UINT32_MAX)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--segment-docs is too large");
	return SCOUT_OK;
}

static int read_delete_docs(struct build *b, struct build_options *o)
{
	const char *file = b->flags->delete_docs;
	size_t len;
	int rc;

	if (!file)
		return SCOUT_OK;
	rc = os_read_file(AT_FDCWD, file, DELETE_LIST_MAX_BYTES,
			  &b->delete_docs, &len);
	if (rc < 0)
		return scout_err_sys(b->run->err, -rc, "%s", file);
	o->delete_docs = span_of(b->delete_docs, len);
	return SCOUT_OK;
}

static int fill_options(struct build *b, struct build_options *o)
{
	const char *folder = b->run->words.items[0];
	struct arena *arena = b->run->arena;
	struct scout_err *err = b->run->err;
	int rc;

	rc = build_flags_rules(b->flags, arena, &b->rules, err);
	if (!rc)
		rc = index_arg_place(&b->flags->run.index, folder, arena,
				     &b->index_dir, err);
	if (rc < 0)
		return rc;
	job_options(&b->job, b->index_dir, o);
	o->root = folder;
	o->rules = &b->rules;
	o->allow_empty = b->flags->allow_empty;
	o->segment_docs = (uint32_t)b->flags->segment_docs;
	return read_delete_docs(b, o);
}

/* Whether there is an index that an update makes what a build would. */
static bool can_update(struct build *b, const struct build_options *o)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct index_rules rules;
	const char *why;
	int rc;

	if (b->flags->rebuild || o->segment_docs || b->flags->delete_docs)
		return false;
	rc = index_rules_read(o->index_dir, b->run->arena, &rules, &err);
	if (rc == SCOUT_E_NOTFOUND)
		return false;
	if (!rc && index_rules_match(&rules, o->root, o->rules, &why))
		return true;
	job_say_rebuild(&b->job, rc < 0 ? err.msg : why);
	return false;
}

/* Updates an index that fits; else, or if it is damaged, builds it. */
static int update_or_build(struct build *b, const struct build_options *o)
{
	struct scout_err *err = b->run->err;
	int rc;

	if (can_update(b, o)) {
		rc = scout_update(o, &b->job.built, &b->update, err);
		if (rc != SCOUT_E_CORRUPT && rc != SCOUT_E_VERSION)
			return rc;
		job_say_rebuild(&b->job, err->msg);
		scout_err_clear(err);
		build_report_release(&b->job.built);
		b->update.is_done = false;
	}
	return scout_build(o, &b->job.built, err);
}

/* Whatever becomes of it, the report has it. */
static int build_index(struct build *b)
{
	struct command_run *run = b->run;
	struct build_options options;
	uint64_t files = 0;
	int rc = fill_options(b, &options);

	if (!rc)
		rc = job_begin(&b->job, run->err);
	if (!rc)
		rc = update_or_build(b, &options);
	progress_clear(&b->job.progress);
	if (!rc || b->update.is_done) {
		files = b->job.built.stats->files;
		run->exit_code =
			run_report_print(&b->flags->run, b->index_dir,
					 &b->job.built, NULL, run->out);
	}
	return job_end(&b->job, b->index_dir, rc, files, &run->exit_code,
		       run->err);
}

static int build(struct command_run *run)
{
	struct build b = { .run = run, .flags = run->options };
	int rc = check_arguments(&b);

	if (rc < 0)
		return rc;
	job_init(&b.job, run, &b.flags->run);
	rc = job_finish(&b.job, build_index(&b));
	scout_free(b.delete_docs);
	return rc;
}

const struct command build_command = {
	.name = "build",
	.usage = "[FLAGS] DIR",
	.help = "make an index of the files in DIR, or bring it up to date",
	.flags = &build_flag_table,
	.options_bytes = sizeof(struct build_flags),
	.run = build,
};
