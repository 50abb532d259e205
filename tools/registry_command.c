/* `scout-index list`, `add` and `remove`: indexes by name. */
#include "tools/command.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/os.h"
#include "index_format/index_state.h"
#include "indexer/last_run.h"
#include "tools/json.h"
#include "tools/registry.h"
#include "tools/time_text.h"

struct registry_flags {
	struct index_arg index;
	int json, names;
};

#define FIELD(f) offsetof(struct registry_flags, f)

static const struct flag list_table[] = {
	{ "names", 0, NULL, "the names only", FLAG_SET, FIELD(names), true,
	  NULL },
	{ "json", 0, NULL, "as JSON", FLAG_SET, FIELD(json), true, NULL },
	FLAG_HELP_ROW,
};

static const struct flag add_table[] = {
	INDEX_ARG_ROW(struct registry_flags, index, "the index in DIR"),
	FORCE_REMOTE_ROW(struct registry_flags, index,
			 "an index on a network file system"),
	FLAG_HELP_ROW,
};

static const struct flag remove_table[] = { FLAG_HELP_ROW };

/* --- list */

static int64_t age_ns(const struct registry_entry *e,
		      const struct index_state *state)
{
	struct last_run last;

	last_run_read(e->dir, &last);
	return os_now_ns() - last_run_index_time(&last, state->run_started_ns);
}

static void list_as_text(struct output *out, const struct registry_entry *e,
			 const struct index_state *state,
			 const struct scout_err *err)
{
	char age[TIME_TEXT_BYTES];

	output_put_str(out, e->name);
	output_put_byte(out, '\t');
	if (state) {
		output_printf(out, "%llu files\t%s\t",
			      (unsigned long long)state->documents,
			      time_text_age(age_ns(e, state), age));
		output_put_str(out, state->root);
	} else {
		output_put_str(out, "-\t-\t");
		output_put_str(out, err->msg);
	}
	output_put_byte(out, '\t');
	output_put_str(out, e->dir);
	output_end_line(out);
}

static void list_as_json(struct output *out, const struct registry_entry *e,
			 const struct index_state *state,
			 const struct scout_err *err)
{
	output_put_str(out, "{\"name\":");
	json_put_string(out, span_str(e->name));
	output_put_str(out, ",\"index\":");
	json_put_data(out, span_str(e->dir));
	if (state) {
		output_put_str(out, ",\"root\":");
		json_put_data(out, span_str(state->root));
		output_printf(out, ",\"files\":%llu,\"age_seconds\":%.3f",
			      (unsigned long long)state->documents,
			      (double)age_ns(e, state) / 1e9);
	} else {
		output_put_str(out, ",\"error\":");
		json_put_lossy(out, span_str(err->msg));
	}
	output_put_byte(out, '}');
}

static void list_entry(const struct registry_flags *f, struct output *out,
		       const struct registry_entry *e)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct index_state state;
	struct arena arena;
	bool is_there;

	if (f->names) {
		output_put_str(out, e->name);
		output_end_line(out);
		return;
	}
	arena_init(&arena, MEM_OTHER);
	is_there = index_state_read(e->dir, &arena, &state, &err) == SCOUT_OK;
	if (f->json)
		list_as_json(out, e, is_there ? &state : NULL, &err);
	else
		list_as_text(out, e, is_there ? &state : NULL, &err);
	arena_release(&arena);
}

static int list(struct command_run *run)
{
	const struct registry_flags *f = run->options;
	bool as_array = f->json && !f->names;
	struct registry registry;
	size_t i;
	int rc;

	rc = registry_read(run->arena, &registry, run->err);
	if (rc < 0)
		return rc;
	if (as_array)
		output_put_byte(run->out, '[');
	for (i = 0; i < registry.nentries; i++) {
		if (as_array && i)
			output_put_byte(run->out, ',');
		list_entry(f, run->out, &registry.entries[i]);
	}
	if (as_array)
		output_put_str(run->out, "]\n");
	return SCOUT_OK;
}

/* --- add, remove */

/* There must be an index, or the name would be of nothing. */
static int add(struct command_run *run)
{
	const struct registry_flags *f = run->options;
	const struct flag_list *words = &run->words;
	struct index_state state;
	char path[PATH_MAX];
	const char *dir;
	int rc;

	if (!words->nitems)
		return scout_err_set(run->err, SCOUT_E_USAGE,
				     "add wants a name and the folder");
	if (words->nitems + (f->index.index_dir != NULL) > 2)
		return scout_err_set(run->err, SCOUT_E_USAGE,
				     "add takes one name and one folder, or "
				     "--index DIR");
	rc = index_arg_find(&f->index, flag_list_at(words, 1), run->arena, &dir,
			    run->err);
	if (!rc)
		rc = index_state_read(dir, run->arena, &state, run->err);
	if (!rc && !realpath(dir, path))
		rc = scout_err_sys(run->err, errno, "%s", dir);
	return rc < 0 ? rc : registry_add(words->items[0], path, run->err);
}

static int remove_names(struct command_run *run)
{
	size_t i;
	int rc = SCOUT_OK;

	if (!run->words.nitems)
		return scout_err_set(run->err, SCOUT_E_USAGE,
				     "remove wants a name");
	for (i = 0; i < run->words.nitems && !rc; i++)
		rc = registry_remove(run->words.items[i], run->err);
	return rc;
}

/* --- all of them */

const struct command list_command = {
	.name = "list",
	.usage = "[FLAGS]",
	.help = "show the indexes that have names",
	.flags = FLAG_TABLE(list_table),
	.options_bytes = sizeof(struct registry_flags),
	.run = list,
};
const struct command add_command = {
	.name = "add",
	.usage = "NAME [DIR]",
	.help = "give the index of DIR a name",
	.flags = FLAG_TABLE(add_table),
	.options_bytes = sizeof(struct registry_flags),
	.run = add,
};
const struct command remove_command = {
	.name = "remove",
	.usage = "NAME...",
	.help = "forget names; the indexes stay",
	.flags = FLAG_TABLE(remove_table),
	.options_bytes = sizeof(struct registry_flags),
	.run = remove_names,
};
