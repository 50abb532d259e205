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

static const struct flag build_table[] = {
	INDEX_ARG_ROW(struct build_flags, run.index,
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
	REFUSED("iglob", 0, "GLOB", "not supported yet"),
	REFUSED("no-ignore-vcs", 0, NULL, "not supported yet"),
	REFUSED("ignore-file", 0, "FILE", "not supported yet"),
	REFUSED("max-depth", 0, "N", "not supported yet"),
};

const struct flag_table build_flag_table = {
	build_table, sizeof(build_table) / sizeof(build_table[0])
};

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
