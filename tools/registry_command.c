#include "tools/registry_command.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/os.h"
#include "index_format/index_state.h"
#include "indexer/last_run.h"
#include "tools/index_arg.h"
#include "tools/json.h"
#include "tools/registry.h"
#include "tools/time_text.h"

struct registry_flags {
	const char *index_dir;
	int json, names, force_remote, help;
	struct flag_list words;
};

#define FIELD(f) offsetof(struct registry_flags, f)
#define HELP_ROW \
	{ "help", 'h', NULL, "this help", FLAG_SET, FIELD(help), true, NULL }

static const struct flag list_table[] = {
	{ "names", 0, NULL, "the names only", FLAG_SET, FIELD(names), true,
	  NULL },
	{ "json", 0, NULL, "as JSON", FLAG_SET, FIELD(json), true, NULL },
	HELP_ROW,
};

static const struct flag add_table[] = {
	{ "index", 0, "DIR", "the index in DIR", FLAG_TEXT, FIELD(index_dir), 0,
	  NULL },
	{ "force-remote", 0, NULL, "an index on a network file system",
	  FLAG_SET, FIELD(force_remote), true, NULL },
	HELP_ROW,
};

static const struct flag remove_table[] = { HELP_ROW };

#define ROWS(table) { table, sizeof(table) / sizeof((table)[0]) }

static const struct flag_table list_rows = ROWS(list_table);
static const struct flag_table add_rows = ROWS(add_table);
static const struct flag_table remove_rows = ROWS(remove_table);

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

static int list(const struct registry_flags *f, struct arena *arena,
		struct output *out, struct scout_err *err)
{
	bool as_array = f->json && !f->names;
	struct registry registry;
	size_t i;
	int rc;

	rc = registry_read(arena, &registry, err);
	if (rc < 0)
		return rc;
	if (as_array)
		output_put_byte(out, '[');
	for (i = 0; i < registry.nentries; i++) {
		if (as_array && i)
			output_put_byte(out, ',');
		list_entry(f, out, &registry.entries[i]);
	}
	if (as_array)
		output_put_str(out, "]\n");
	return SCOUT_OK;
}

/* --- add, remove */

/* There must be an index, or the name would be of nothing. */
static int add(const struct registry_flags *f, struct arena *arena,
	       struct output *out, struct scout_err *err)
{
	struct buf dir = BUF_INIT(MEM_OTHER);
	struct index_state state;
	char path[PATH_MAX];
	int rc;

	(void)out;
	if (!f->words.nitems)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "add wants a name and the folder");
	if (f->words.nitems + (f->index_dir != NULL) > 2)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "add takes one name and one folder, or "
				     "--index DIR");
	rc = index_arg_find(f->index_dir,
			    f->words.nitems > 1 ? f->words.items[1] : NULL,
			    f->force_remote, &dir, err);
	if (!rc)
		rc = index_state_read(buf_cstr(&dir), arena, &state, err);
	if (!rc && !realpath(buf_cstr(&dir), path))
		rc = scout_err_sys(err, errno, "%s", buf_cstr(&dir));
	if (!rc)
		rc = registry_add(f->words.items[0], path, err);
	buf_release(&dir);
	return rc;
}

static int remove_names(const struct registry_flags *f, struct arena *arena,
			struct output *out, struct scout_err *err)
{
	size_t i;
	int rc = SCOUT_OK;

	(void)arena;
	(void)out;
	if (!f->words.nitems)
		return scout_err_set(err, SCOUT_E_USAGE, "remove wants a name");
	for (i = 0; i < f->words.nitems && !rc; i++)
		rc = registry_remove(f->words.items[i], err);
	return rc;
}

/* --- all of them */

static int run_one(const struct command *command,
		   int (*fn)(const struct registry_flags *, struct arena *,
			     struct output *, struct scout_err *),
		   const char **args, size_t nargs, struct output *out,
		   struct scout_err *err)
{
	struct registry_flags f = { 0 };
	struct arena arena;
	int rc;

	arena_init(&arena, MEM_OTHER);
	rc = flags_parse(command->flags, args, nargs, &f, &f.words, &arena,
			 err);
	if (!rc && f.help)
		command_print_help(command, out);
	else if (!rc)
		rc = fn(&f, &arena, out, err);
	arena_release(&arena);
	return rc;
}

static int run_list(const char **args, size_t nargs, struct output *out,
		    int *out_code, struct scout_err *err)
{
	(void)out_code;
	return run_one(&list_command, list, args, nargs, out, err);
}

static int run_add(const char **args, size_t nargs, struct output *out,
		   int *out_code, struct scout_err *err)
{
	(void)out_code;
	return run_one(&add_command, add, args, nargs, out, err);
}

static int run_remove(const char **args, size_t nargs, struct output *out,
		      int *out_code, struct scout_err *err)
{
	(void)out_code;
	return run_one(&remove_command, remove_names, args, nargs, out, err);
}

const struct command list_command = {
	"list", "[FLAGS]", "show the indexes that have names", &list_rows,
	run_list
};
const struct command add_command = {
	"add", "NAME [DIR]", "give the index of DIR a name", &add_rows, run_add
};
const struct command remove_command = {
	"remove", "NAME...", "forget names; the indexes stay", &remove_rows,
	run_remove
};
