/*
 * Prints the files of a tree, each path followed by a NUL, as the walk sees
 * it.  Flags are spelled as ripgrep's; tests/walk/run compares the two.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/tree/walk.h"

enum { MAX_VALUES = 64 };

struct args {
	struct walk_rules rules;
	struct walk_options options;
	const char *globs[MAX_VALUES];
	const char *types[MAX_VALUES];
	const char *types_not[MAX_VALUES];
	const char *ignore_files[MAX_VALUES];
	size_t nignore_files;
	bool global;
	bool stats;
};

static bool add_value(const char **values, size_t *n, const char *value)
{
	if (!value || *n == MAX_VALUES)
		return false;
	values[(*n)++] = value;
	return true;
}

/* A number with an optional K, M or G. */
static bool parse_size(const char *text, uint64_t *out)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	*out = strtoull(text, &end, 10);
	if (!*end)
		return true;
	unit = strchr(units, *end);
	if (!unit || end[1])
		return false;
	*out <<= 10 * (unit - units + 1);
	return true;
}

/* A flag without a value; false if it is not one. */
static bool parse_switch(struct args *a, const char *arg)
{
	if (!strcmp(arg, "--hidden"))
		a->rules.hidden = true;
	else if (!strcmp(arg, "--no-ignore"))
		a->rules.no_ignore = true;
	else if (!strcmp(arg, "--no-ignore-vcs"))
		a->rules.no_ignore_vcs = true;
	else if (!strcmp(arg, "--no-ignore-exclude"))
		a->rules.no_ignore_exclude = true;
	else if (!strcmp(arg, "--no-ignore-dot"))
		a->rules.no_ignore_dot = true;
	else if (!strcmp(arg, "--no-ignore-parent"))
		a->rules.no_ignore_parent = true;
	else if (!strcmp(arg, "--no-ignore-global"))
		a->global = false;
	else if (!strcmp(arg, "--no-require-git"))
		a->rules.no_require_git = true;
	else if (!strcmp(arg, "--follow") || !strcmp(arg, "-L"))
		a->rules.follow = true;
	else if (!strcmp(arg, "--one-file-system"))
		a->rules.one_file_system = true;
	else if (!strcmp(arg, "--global"))
		a->global = true;
	else if (!strcmp(arg, "--stats"))
		a->stats = true;
	else if (!strncmp(arg, "-u", 2) && strspn(arg + 1, "u") < 4 &&
		 !arg[1 + strspn(arg + 1, "u")]) {
		a->rules.no_ignore = true;
		a->rules.hidden |= strlen(arg) > 2;
		a->rules.include_binary |= strlen(arg) > 3;
	} else {
		return false;
	}
	return true;
}

static bool parse_value(struct args *a, const char *arg, const char *value)
{
	struct walk_rules *r = &a->rules;
	uint64_t n;

	if (!strcmp(arg, "-g"))
		return add_value(a->globs, &r->nglobs, value);
	if (!strcmp(arg, "--iglob")) {	/* after those of -g */
		r->nglobs_icase++;
		return add_value(a->globs, &r->nglobs, value);
	}
	if (!strcmp(arg, "--ignore-file"))
		return add_value(a->ignore_files, &a->nignore_files, value);
	if (!strcmp(arg, "--max-depth")) {
		r->has_max_depth = true;
		return parse_size(value, &r->max_depth);
	}
	if (!strcmp(arg, "-t"))
		return add_value(a->types, &r->ntypes, value);
	if (!strcmp(arg, "-T"))
		return add_value(a->types_not, &r->ntypes_not, value);
	if (!strcmp(arg, "--max-filesize"))
		return parse_size(value, &r->max_filesize);
	if (!strcmp(arg, "--exclude-dir")) {
		a->options.exclude_dir = value;
		return value != NULL;
	}
	if (!strcmp(arg, "--threads") && parse_size(value, &n) && n && n < 256) {
		a->options.nthreads = (unsigned)n;
		return true;
	}
	return false;
}

static bool parse_args(struct args *a, int argc, char **argv)
{
	int i;

	a->options.nthreads = 2;
	a->options.rules = &a->rules;
	a->rules.globs = a->globs;
	a->rules.types = a->types;
	a->rules.types_not = a->types_not;
	for (i = 1; i < argc; i++) {
		if (argv[i][0] != '-') {
			if (a->options.root)
				return false;
			a->options.root = argv[i];
		} else if (!parse_switch(a, argv[i])) {
			if (!parse_value(a, argv[i], argv[i + 1]))
				return false;
			i++;
		}
	}
	return a->options.root != NULL;
}

static void warn(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "walk-list: %s\n", text);
}

static void print_stats(const struct file_list *list)
{
	unsigned i;

	fprintf(stderr, "files %zu\nfolders %" PRIu64 "\nwarnings %" PRIu64 "\n",
		list->nfiles, list->nfolders, list->warnings);
	for (i = 1; i < SKIP_REASONS; i++)
		if (list->skip_count[i])
			fprintf(stderr, "%s %" PRIu64 "\n",
				skip_reason_name((enum skip_reason)i),
				list->skip_count[i]);
}

int main(int argc, char **argv)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct file_list list = { 0 };
	struct args a = { 0 };
	struct arena arena;
	int64_t start;
	size_t i;
	int rc;

	arena_init(&arena, MEM_OTHER);
	if (!parse_args(&a, argc, argv)) {
		fprintf(stderr, "usage: walk-list [FLAGS] ROOT\n");
		return 2;
	}
	a.options.warn = warn;
	rc = a.global ? walk_rules_load_global(&a.rules, &arena, &err) : SCOUT_OK;
	if (rc >= 0)
		rc = walk_rules_load_files(&a.rules, a.ignore_files,
					   a.nignore_files, &arena, &err);
	start = os_mono_ns();
	if (rc >= 0)
		rc = scout_walk(&a.options, &list, &err);
	if (rc < 0) {
		fprintf(stderr, "walk-list: %s\n", err.msg);
		arena_release(&arena);
		return 2;
	}
	if (a.stats) {
		fprintf(stderr, "ms %.1f\n", (double)(os_mono_ns() - start) / 1e6);
		print_stats(&list);
	}
	for (i = 0; i < list.nfiles; i++)
		fwrite(list.files[i].path, 1, list.files[i].path_len + 1, stdout);
	file_list_release(&list);
	arena_release(&arena);
	return 0;
}
