#include "tools/build_flags.h"

#include "tools/cli.h"

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

static int apply_max_depth(void *options, const struct flag *flag,
			   const char *value, struct scout_err *err)
{
	struct build_flags *f = options;

	f->has_max_depth = true;
	if (cli_parse_number(value, &f->max_depth) &&
	    f->max_depth <= UINT32_MAX)
		return SCOUT_OK;
	return scout_err_set(err, SCOUT_E_USAGE, "--%s wants a number of "
			     "levels, not '%s'", flag->name, value);
}

static const struct flag build_table[] = {
	INDEX_ARG_ROW(struct build_flags, run.index,
		      "put the index in DIR, not in .scout in the folder"),
	SET("hidden", '.', hidden, true, "index names that start with a dot"),
	SET("no-hidden", 0, hidden, false, NULL),
	SET("no-ignore", 0, no_ignore, true,
	    "heed no ignore file but those of --ignore-file"),
	SET("ignore", 0, no_ignore, false, NULL),
	SET("no-ignore-vcs", 0, no_ignore_vcs, true,
	    "heed no .gitignore, and no other ignore file of git's"),
	SET("ignore-vcs", 0, no_ignore_vcs, false, NULL),
	SET("no-ignore-exclude", 0, no_ignore_exclude, true,
	    "heed no .git/info/exclude"),
	SET("ignore-exclude", 0, no_ignore_exclude, false, NULL),
	SET("no-ignore-global", 0, no_ignore_global, true,
	    "heed no global excludes of git's"),
	SET("ignore-global", 0, no_ignore_global, false, NULL),
	SET("no-ignore-dot", 0, no_ignore_dot, true, "heed no .ignore"),
	SET("ignore-dot", 0, no_ignore_dot, false, NULL),
	SET("no-ignore-parent", 0, no_ignore_parent, true,
	    "heed no ignore file in the folders above"),
	SET("ignore-parent", 0, no_ignore_parent, false, NULL),
	SET("no-require-git", 0, no_require_git, true,
	    "heed .gitignore outside git work trees too"),
	SET("require-git", 0, no_require_git, false, NULL),
	VALUE(FLAG_LIST, "ignore-file", 0, ignore_files, "FILE",
	      "heed FILE, too, as if it were in the folder"),
	SET("no-ignore-files", 0, no_ignore_files, true,
	    "heed no --ignore-file"),
	SET("ignore-files", 0, no_ignore_files, false, NULL),
	CALL("unrestricted", 'u', NULL, apply_unrestricted,
	     "-u: --no-ignore; -uu: --hidden too; -uuu: --binary too"),
	SET("binary", 0, binary, true, "index files that hold a NUL"),
	SET("no-binary", 0, binary, false, NULL),
	SET("text", 'a', binary, true, NULL),
	SET("no-text", 0, binary, false, NULL),
	SET("search-zip", 'z', search_zip, true,
	    "index what is in .gz and .zst files"),
	SET("no-search-zip", 0, search_zip, false, NULL),
	VALUE(FLAG_LIST, "glob", 'g', globs, "GLOB",
	      "only paths that match; !GLOB: only others"),
	VALUE(FLAG_LIST, "iglob", 0, iglobs, "GLOB", "the same, ignoring case"),
	SET("glob-case-insensitive", 0, globs_icase, true,
	    "every -g ignores case"),
	SET("no-glob-case-insensitive", 0, globs_icase, false, NULL),
	VALUE(FLAG_LIST, "type", 't', types, "TYPE", "only files of this type"),
	VALUE(FLAG_LIST, "type-not", 'T', types_not, "TYPE",
	      "no files of this type"),
	SET("follow", 'L', follow, true, "follow symbolic links"),
	SET("no-follow", 0, follow, false, NULL),
	SET("one-file-system", 0, one_file_system, true,
	    "stay on the folder's file system"),
	SET("no-one-file-system", 0, one_file_system, false, NULL),
	CALL("max-depth", 'd', "N", apply_max_depth,
	     "no files more than N levels deep (1: those in DIR itself)"),
	CALL("maxdepth", 0, "N", apply_max_depth, NULL),
	VALUE(FLAG_SIZE, "max-filesize", 0, max_filesize, "SIZE",
	      "skip larger files (10M)"),

	RUN_ROWS(struct build_flags, "put"),

	SET("rebuild", 0, rebuild, true,
	    "read all files again, whatever the index has of them"),
	SET("allow-empty", 0, allow_empty, true,
	    "take all files out of the index if the folder has none left"),

	RUN_TALK_ROWS(struct build_flags),
	RUN_FIGURE_ROWS(struct build_flags),
	FLAG_HELP_ROW,

	VALUE(FLAG_NUMBER, "segment-docs", 0, segment_docs, "N", NULL),
	VALUE(FLAG_TEXT, "delete-docs", 0, delete_docs, "LISTFILE", NULL),

	REFUSED("ignore-file-case-insensitive", 0, NULL, "not supported; write "
		"[Aa] in the ignore file, or use --iglob"),
	REFUSED("no-ignore-messages", 0, NULL, "--quiet prints errors only"),
	REFUSED("type-add", 0, "SPEC", "not supported; -g takes globs"),
	REFUSED("type-clear", 0, "TYPE", "not supported; -g takes globs"),
	REFUSED("type-list", 0, NULL, "scout-index types lists them"),
	REFUSED("files", 0, NULL, "scout-query --files lists those of an index, "
		"--list-skipped what is left out"),
	REFUSED("encoding", 'E', "ENCODING", "not supported: files are UTF-8, "
		"or UTF-16 with a byte order mark"),
	REFUSED("pre", 0, "COMMAND", "not supported: an index is of the text of "
		"the files themselves"),
	REFUSED("pre-glob", 0, "GLOB", "not supported, as --pre"),
};

const struct flag_table build_flag_table = {
	build_table, sizeof(build_table) / sizeof(build_table[0])
};

/* As in ripgrep, those of --iglob come after those of -g. */
static int put_globs(const struct build_flags *flags, struct arena *arena,
		     struct walk_rules *out, struct scout_err *err)
{
	struct flag_list all = flags->globs;
	size_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < flags->iglobs.nitems && !rc; i++)
		rc = flag_list_add(&all, flags->iglobs.items[i], arena, err);
	out->globs = all.items;
	out->nglobs = all.nitems;
	out->nglobs_icase = flags->globs_icase ? all.nitems :
						 flags->iglobs.nitems;
	return rc;
}

static int put_ignore_files(const struct build_flags *flags,
			    struct arena *arena, struct walk_rules *out,
			    struct scout_err *err)
{
	int rc = SCOUT_OK;

	if (!flags->no_ignore_files)
		rc = walk_rules_load_files(out, flags->ignore_files.items,
					   flags->ignore_files.nitems, arena,
					   err);
	if (!rc && !out->no_ignore && !out->no_ignore_vcs &&
	    !flags->no_ignore_global)
		rc = walk_rules_load_global(out, arena, err);
	return rc;
}

int build_flags_rules(const struct build_flags *flags, struct arena *arena,
		      struct walk_rules *out, struct scout_err *err)
{
	int rc;

	*out = (struct walk_rules){
		.hidden = flags->hidden || flags->unrestricted >= 2,
		.no_ignore = flags->no_ignore || flags->unrestricted >= 1,
		.no_ignore_vcs = flags->no_ignore_vcs,
		.no_ignore_exclude = flags->no_ignore_exclude,
		.no_ignore_dot = flags->no_ignore_dot,
		.no_ignore_parent = flags->no_ignore_parent,
		.no_require_git = flags->no_require_git,
		.follow = flags->follow,
		.one_file_system = flags->one_file_system,
		.include_binary = flags->binary || flags->unrestricted >= 3,
		.search_zip = flags->search_zip,
		.has_max_depth = flags->has_max_depth,
		.max_depth = flags->max_depth,
		.max_filesize = flags->max_filesize,
		.types = flags->types.items,
		.ntypes = flags->types.nitems,
		.types_not = flags->types_not.items,
		.ntypes_not = flags->types_not.nitems,
	};
	rc = put_globs(flags, arena, out, err);
	if (!rc)
		rc = walk_rules_check(out, err);
	return rc < 0 ? rc : put_ignore_files(flags, arena, out, err);
}
