#include "tools/build_flags.h"

/* Rows of the tables below. */
#define FIELD(f) offsetof(struct build_flags, f)
#define SET(name, letter, field, value, help) \
	{ name, letter, NULL, help, FLAG_SET, FIELD(field), value, NULL }
#define VALUE(action, name, letter, field, what, help) \
	{ name, letter, what, help, action, FIELD(field), 0, NULL }
#define CALL(name, letter, what, fn, help) \
	{ name, letter, what, help, FLAG_CALL, 0, 0, fn }
#define REFUSED(name, letter, what, why) \
	{ name, letter, what, why, FLAG_REFUSED, 0, 0, NULL }

static int apply_unrestricted(void *options, const struct flag *flag,
			      const char *value, struct scout_err *err)
{
	struct build_flags *f = options;

	(void)flag;
	(void)value;
	if (f->unrestricted == 3)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "-u can be given at most three times");
	f->unrestricted++;
	return SCOUT_OK;
}

static int apply_progress(void *options, const struct flag *flag,
			  const char *value, struct scout_err *err)
{
	static const char *const words[] = { "auto", "always", "never" };
	struct build_flags *f = options;
	int i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(words[i], value)) {
			f->progress = i;
			return SCOUT_OK;
		}
	}
	return scout_err_set(err, SCOUT_E_USAGE, "--%s wants %s, not '%s'",
			     flag->name, flag->value, value);
}

static const struct flag build_table[] = {
	VALUE(FLAG_TEXT, "index", 0, index_dir, "DIR",
	      "put the index in DIR, not in .scout in the folder"),
	SET("hidden", '.', hidden, true, "index names that start with a dot"),
	SET("no-hidden", 0, hidden, false, NULL),
	SET("no-ignore", 0, no_ignore, true, "heed no ignore file"),
	SET("ignore", 0, no_ignore, false, NULL),
	SET("no-require-git", 0, no_require_git, true,
	    "heed .gitignore outside git work trees too"),
	SET("require-git", 0, no_require_git, false, NULL),
	CALL("unrestricted", 'u', NULL, apply_unrestricted,
	     "-u: --no-ignore; -uu: --hidden too; -uuu: --binary too"),
	SET("binary", 0, binary, true, "index files that hold a NUL"),
	SET("no-binary", 0, binary, false, NULL),
	SET("search-zip", 'z', search_zip, true,
	    "index what is in .gz and .zst files"),
	SET("no-search-zip", 0, search_zip, false, NULL),
	VALUE(FLAG_LIST, "glob", 'g', globs, "GLOB",
	      "only paths that match; !GLOB: only others"),
	VALUE(FLAG_LIST, "type", 't', types, "TYPE", "only files of this type"),
	VALUE(FLAG_LIST, "type-not", 'T', types_not, "TYPE",
	      "no files of this type"),
	SET("follow", 'L', follow, true, "follow symbolic links"),
	SET("no-follow", 0, follow, false, NULL),
	SET("one-file-system", 0, one_file_system, true,
	    "stay on the folder's file system"),
	SET("no-one-file-system", 0, one_file_system, false, NULL),
	VALUE(FLAG_SIZE, "max-filesize", 0, max_filesize, "SIZE",
	      "skip larger files (10M)"),

	VALUE(FLAG_SIZE, "memory", 0, memory_bytes, "SIZE",
	      "memory to work in (256M)"),
	VALUE(FLAG_NUMBER, "threads", 'j', nthreads, "N",
	      "threads (0: one a processor)"),
	SET("force-remote", 0, force_remote, true,
	    "put an index on a network file system"),
	RUN_FLAG_ROWS(struct build_flags, run),

	SET("rebuild", 0, rebuild, true,
	    "read all files again, whatever the index has of them"),

	SET("quiet", 'q', quiet, true, "print errors only"),
	CALL("progress", 0, "auto, always or never", apply_progress,
	     "show how far it is"),
	SET("stats", 0, stats, WHEN_ALWAYS, "print figures at the end"),
	SET("no-stats", 0, stats, WHEN_NEVER, "print none, even on a terminal"),
	SET("list-skipped", 0, list_skipped, true,
	    "name every path left out, and why"),
	SET("json", 0, json, true, "print the figures as JSON"),
	SET("help", 'h', help, true, "this help"),

	VALUE(FLAG_NUMBER, "segment-docs", 0, segment_docs, "N", NULL),
	VALUE(FLAG_TEXT, "delete-docs", 0, delete_docs, "LISTFILE", NULL),
	REFUSED("iglob", 0, "GLOB", "not supported yet"),
	REFUSED("no-ignore-vcs", 0, NULL, "not supported yet"),
	REFUSED("ignore-file", 0, "FILE", "not supported yet"),
	REFUSED("max-depth", 0, "N", "not supported yet"),
};

static const struct flag update_table[] = {
	VALUE(FLAG_TEXT, "index", 0, index_dir, "DIR", "the index in DIR"),
	VALUE(FLAG_TEXT, "paths-from", 0, paths_from, "FILE",
	      "look at the files and folders named in FILE (-: input) alone"),
	SET("null", '0', null, true, "they end with NUL, not with a line"),
	VALUE(FLAG_SIZE, "memory", 0, memory_bytes, "SIZE",
	      "memory to work in (256M)"),
	VALUE(FLAG_NUMBER, "threads", 'j', nthreads, "N",
	      "threads (0: one a processor)"),
	SET("force-remote", 0, force_remote, true,
	    "write an index on a network file system"),
	RUN_FLAG_ROWS(struct build_flags, run),
	SET("repair", 0, repair, true,
	    "check it first; a broken index is set aside and made anew"),

	SET("quiet", 'q', quiet, true, "print errors only"),
	CALL("progress", 0, "auto, always or never", apply_progress,
	     "show how far it is"),
	SET("stats", 0, stats, WHEN_ALWAYS, "print figures at the end"),
	SET("no-stats", 0, stats, WHEN_NEVER, "print none, even on a terminal"),
	SET("list-skipped", 0, list_skipped, true,
	    "name every path left out, and why"),
	SET("json", 0, json, true, "print the figures as JSON"),
	SET("help", 'h', help, true, "this help"),
};

static const struct flag stats_table[] = {
	VALUE(FLAG_TEXT, "index", 0, index_dir, "DIR", "the index in DIR"),
	SET("force-remote", 0, force_remote, true,
	    "read an index on a network file system"),
	SET("list-skipped", 0, list_skipped, true,
	    "name every path left out, and why"),
	SET("json", 0, json, true, "print the figures as JSON"),
	SET("help", 'h', help, true, "this help"),
};

const struct flag_table build_flag_table = {
	build_table, sizeof(build_table) / sizeof(build_table[0])
};

const struct flag_table stats_flag_table = {
	stats_table, sizeof(stats_table) / sizeof(stats_table[0])
};

static const struct flag compact_table[] = {
	VALUE(FLAG_TEXT, "index", 0, index_dir, "DIR", "the index in DIR"),
	VALUE(FLAG_SIZE, "memory", 0, memory_bytes, "SIZE",
	      "memory to work in (256M)"),
	VALUE(FLAG_NUMBER, "threads", 'j', nthreads, "N",
	      "threads (0: one a processor)"),
	SET("force-remote", 0, force_remote, true,
	    "write an index on a network file system"),
	RUN_FLAG_ROWS(struct build_flags, run),

	SET("quiet", 'q', quiet, true, "print errors only"),
	CALL("progress", 0, "auto, always or never", apply_progress,
	     "show how far it is"),
	SET("help", 'h', help, true, "this help"),
};

const struct flag_table compact_flag_table = {
	compact_table, sizeof(compact_table) / sizeof(compact_table[0])
};

const struct flag_table update_flag_table = {
	update_table, sizeof(update_table) / sizeof(update_table[0])
};

int build_flags_parse(const char **args, size_t nargs, struct arena *arena,
		      struct build_flags *flags, struct scout_err *err)
{
	int rc;

	*flags = (struct build_flags){ 0 };
	rc = flags_parse(&build_flag_table, args, nargs, flags, &flags->folders,
			 arena, err);
	if (rc < 0 || flags->help)
		return rc;
	if (!flags->folders.nitems)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "build wants the folder to index");
	if (flags->folders.nitems > 1)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "build takes one folder; '%s' is one too "
				     "many", flags->folders.items[1]);
	if (flags->segment_docs > UINT32_MAX)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--segment-docs is too large");
	return SCOUT_OK;
}

/* Arguments of a command that changes an index which is there. */
static int change_flags_parse(const char *command,
			      const struct flag_table *table, const char **args,
			      size_t nargs, struct arena *arena,
			      struct build_flags *flags, struct scout_err *err)
{
	int rc;

	*flags = (struct build_flags){ 0 };
	rc = flags_parse(table, args, nargs, flags, &flags->folders, arena,
			 err);
	if (rc < 0 || flags->help)
		return rc;
	if (flags->folders.nitems + (flags->index_dir != NULL) > 1)
		return scout_err_set(err, SCOUT_E_USAGE, "%s takes one folder "
				     "or --index DIR", command);
	return SCOUT_OK;
}

int update_flags_parse(const char **args, size_t nargs, struct arena *arena,
		       struct build_flags *flags, struct scout_err *err)
{
	return change_flags_parse("update", &update_flag_table, args, nargs,
				  arena, flags, err);
}

int compact_flags_parse(const char **args, size_t nargs, struct arena *arena,
			struct build_flags *flags, struct scout_err *err)
{
	return change_flags_parse("compact", &compact_flag_table, args, nargs,
				  arena, flags, err);
}

int stats_flags_parse(const char **args, size_t nargs, struct arena *arena,
		      struct build_flags *flags, struct scout_err *err)
{
	int rc;

	*flags = (struct build_flags){ 0 };
	rc = flags_parse(&stats_flag_table, args, nargs, flags, &flags->folders,
			 arena, err);
	if (rc < 0 || flags->help)
		return rc;
	if (flags->folders.nitems + (flags->index_dir != NULL) > 1)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "stats takes one folder or --index DIR");
	return SCOUT_OK;
}

void build_flags_rules(const struct build_flags *flags, struct walk_rules *out)
{
	*out = (struct walk_rules){
		.hidden = flags->hidden || flags->unrestricted >= 2,
		.no_ignore = flags->no_ignore || flags->unrestricted >= 1,
		.no_require_git = flags->no_require_git,
		.follow = flags->follow,
		.one_file_system = flags->one_file_system,
		.include_binary = flags->binary || flags->unrestricted >= 3,
		.search_zip = flags->search_zip,
		.max_filesize = flags->max_filesize,
		.globs = flags->globs.items,
		.nglobs = flags->globs.nitems,
		.types = flags->types.items,
		.ntypes = flags->types.nitems,
		.types_not = flags->types_not.items,
		.ntypes_not = flags->types_not.nitems,
	};
}
