/* The flags of scout-query, one row each. */
#include "tools/query_flags.h"

#include "tools/cli.h"
#include "tools/unescape.h"

/* Rows of the table below. */
#define FIELD(f) offsetof(struct query_flags, f)
#define SET(name, letter, field, value, help) \
	{ name, letter, NULL, help, FLAG_SET, FIELD(field), value, NULL }
#define NUMBER(name, letter, field, what, help) \
	{ name, letter, what, help, FLAG_NUMBER, FIELD(field), 0, NULL }
#define TEXT(name, letter, field, what, help) \
	{ name, letter, what, help, FLAG_TEXT, FIELD(field), 0, NULL }
#define LIST(name, letter, field, what, help) \
	{ name, letter, what, help, FLAG_LIST, FIELD(field), 0, NULL }
#define CALL(name, letter, what, fn, help) \
	{ name, letter, what, help, FLAG_CALL, 0, 0, fn }
#define REFUSED(name, letter, what, why) \
	{ name, letter, what, why, FLAG_REFUSED, 0, 0, NULL }

/* As in ripgrep, -A and -B together replace an earlier -C, and it them. */
static int apply_context(void *options, const struct flag *flag,
			 const char *value, struct scout_err *err)
{
	struct query_flags *f = options;
	uint64_t n;

	if (!cli_parse_number(value, &n))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "-%c, --%s wants a number of lines, "
				     "not '%s'", flag->letter, flag->name,
				     value);
	if (n > UINT32_MAX)	/* no text has so many */
		n = UINT32_MAX;
	f->passthru = false;
	if (f->context_both && flag->letter != 'C')
		f->before = f->after = 0;
	f->context_both = flag->letter == 'C';
	if (flag->letter != 'A')
		f->before = n;
	if (flag->letter != 'B')
		f->after = n;
	return SCOUT_OK;
}

static int apply_max_count(void *options, const struct flag *flag,
			   const char *value, struct scout_err *err)
{
	struct query_flags *f = options;

	if (!cli_parse_number(value, &f->max_count))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "-m, --%s wants a number, not '%s'",
				     flag->name, value);
	f->max_count_given = true;
	return SCOUT_OK;
}

/* Flags that undo each other: the last one given counts. */
static int apply_count(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err)
{
	struct query_flags *f = options;

	(void)value;
	(void)err;
	f->count = flag->letter == 'c';
	f->count_matches = !f->count;
	return SCOUT_OK;
}

static int apply_paths(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err)
{
	struct query_flags *f = options;

	(void)value;
	(void)err;
	f->paths = true;
	f->without_match = flag->letter != 'l';
	return SCOUT_OK;
}

static int apply_pretty(void *options, const struct flag *flag,
			const char *value, struct scout_err *err)
{
	struct query_flags *f = options;

	(void)flag;
	(void)value;
	(void)err;
	if (f->color == COLOR_AUTO)
		f->color = COLOR_PRETTY;
	f->heading = f->line_number = YES;
	return SCOUT_OK;
}

/* Which of the words value is; -1 and an error if none. */
static int choose(const struct flag *flag, const char *value,
		  const char *const *words, struct scout_err *err)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], value))
			return i;
	return scout_err_set(err, SCOUT_E_USAGE, "--%s wants %s, not '%s'",
			     flag->name, flag->value, value);
}

static int apply_color(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err)
{
	static const char *const words[] = { "auto", "never", "always", "ansi",
					     NULL };
	struct query_flags *f = options;
	int n = choose(flag, value, words, err);

	if (n < 0)
		return n;
	f->color = n < 2 ? n : COLOR_ALWAYS;
	return SCOUT_OK;
}

static int apply_colors(void *options, const struct flag *flag,
			const char *value, struct scout_err *err)
{
	struct query_flags *f = options;

	(void)flag;
	return colors_apply(&f->colors, value, err);
}

static int apply_verify(void *options, const struct flag *flag,
			const char *value, struct scout_err *err)
{
	static const char *const words[] = { "auto", "always", "never", NULL };
	struct query_flags *f = options;
	int n = choose(flag, value, words, err);

	if (n < 0)
		return n;
	f->verify = n == 0 ? VERIFY_AUTO : n == 1 ? VERIFY_ALWAYS :
						    VERIFY_NEVER;
	return SCOUT_OK;
}

static int apply_sort(void *options, const struct flag *flag,
		      const char *value, struct scout_err *err)
{
	/* by enum query_sort; none is what comes anyway */
	static const char *const words[] = { "path", "modified", "size",
					     "score", "none", NULL };
	struct query_flags *f = options;
	int n;

	if (!strcmp(value, "accessed") || !strcmp(value, "created"))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--%s=%s is not supported", flag->name,
				     value);
	n = choose(flag, value, words, err);
	if (n < 0)
		return n;
	f->sort_given = true;
	f->sort = n == 4 ? SORT_PATH : n;
	f->sort_reversed = n != 4 && !strcmp(flag->name, "sortr");
	return SCOUT_OK;
}

static int apply_scope(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err)
{
	struct query_flags *f = options;

	(void)flag;
	f->line_scope = !strcmp(value, "line");
	if (f->line_scope || !strcmp(value, "file"))
		return SCOUT_OK;
	return scout_err_set(err, SCOUT_E_USAGE,
			     "--scope wants file or line, not '%s'", value);
}

static int apply_hyperlink(void *options, const struct flag *flag,
			   const char *value, struct scout_err *err)
{
	struct query_flags *f = options;

	(void)flag;
	return hyperlink_parse(value, &f->hyperlink, err);
}

static int apply_path_separator(void *options, const struct flag *flag,
				const char *value, struct scout_err *err)
{
	struct query_flags *f = options;
	struct buf byte = BUF_INIT(MEM_OTHER);
	int rc = SCOUT_OK;

	unescape(value, &byte);
	if (buf_status(&byte) < 0)
		rc = scout_err_set(err, SCOUT_E_NOMEM, "arguments");
	else if (byte.len > 1)
		rc = scout_err_set(err, SCOUT_E_USAGE,
				   "--%s wants one byte, not '%s'", flag->name,
				   value);
	else
		f->path_separator = byte.len ? byte.ptr[0] : '/';
	buf_release(&byte);
	return rc;
}

/* --context-separator and its opposite, which has no value. */
static int apply_group_separator(void *options, const struct flag *flag,
				 const char *value, struct scout_err *err)
{
	struct query_flags *f = options;

	(void)flag;
	(void)err;
	f->group_separator = value;
	f->no_group_separator = !value;
	return SCOUT_OK;
}

/* -u: as --no-ignore, then --hidden, then --binary, too. */
static int apply_unrestricted(void *options, const struct flag *flag,
			      const char *value, struct scout_err *err)
{
	struct query_flags *f = options;

	(void)flag;
	(void)value;
	(void)err;
	f->files.include_binary = f->files.hidden;
	f->files.hidden = f->files.no_ignore;
	f->files.no_ignore = true;
	return SCOUT_OK;
}

/* The rest of what chooses files; --no-... and --ignore undo it. */
static int apply_files(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err)
{
	struct query_flags *f = options;
	const struct {
		const char *name;
		bool *field;
		bool value;
	} flags[] = {
		{ "hidden", &f->files.hidden, true },
		{ "no-ignore", &f->files.no_ignore, true },
		{ "ignore", &f->files.no_ignore, false },
		{ "follow", &f->files.follow, true },
		{ "no-follow", &f->files.follow, false },
		{ "one-file-system", &f->files.one_file_system, true },
		{ "no-one-file-system", &f->files.one_file_system, false },
		{ "no-require-git", &f->files.no_require_git, true },
		{ "require-git", &f->files.no_require_git, false },
	};
	size_t i;

	(void)value;
	(void)err;
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(flags[i].name, flag->name))
			*flags[i].field = flags[i].value;
	return SCOUT_OK;
}

static int apply_nothing(void *options, const struct flag *flag,
			 const char *value, struct scout_err *err)
{
	(void)options;
	(void)flag;
	(void)value;
	(void)err;
	return SCOUT_OK;
}

static const struct flag table[] = {
	LIST("regexp", 'e', patterns, "QUERY",
	     "a query; several are alternatives"),
	LIST("glob", 'g', globs, "GLOB",
	     "only files that GLOB matches, or not, if it begins with '!'"),
	LIST("iglob", 0, iglobs, "GLOB", "the same, ignoring case"),
	SET("glob-case-insensitive", 0, globs_icase, true,
	    "-g ignores case, too"),
	SET("no-glob-case-insensitive", 0, globs_icase, false, NULL),
	LIST("type", 't', types, "TYPE", "only files of this type"),
	LIST("type-not", 'T', types_not, "TYPE", "no files of this type"),
	SET("ignore-case", 'i', case_mode, CASE_IGNORE,
	    "no operand compares case"),
	SET("case-sensitive", 's', case_mode, CASE_SENSITIVE,
	    "all operands compare case"),
	SET("smart-case", 'S', case_mode, CASE_SMART,
	    "operands with an upper-case letter compare case"),
	SET("fixed-strings", 'F', fixed_strings, true,
	    "the query is a text to be found as it is"),
	SET("pcre2", 'P', pcre2, true, "the query is a regex (PCRE2)"),
	SET("word-regexp", 'w', word_regexp, true,
	    "with -F or -P: only matches that are whole words"),
	SET("line-regexp", 'x', line_regexp, true,
	    "with -F or -P: only matches that are whole lines"),
	{ "index", 0, "DIR", "use the index in DIR or of that name; several: "
	  "all of them", FLAG_LIST, FIELD(indexes), 0, NULL },
	SET("dedup", 0, dedup, true,
	    "with several indexes: files with the same bytes once"),
	SET("force-remote", 0, force_remote, true,
	    "use an index on a network file system"),
	SET("fresh", 0, fresh, YES, "find new and changed files, too: walk the tree"),
	SET("no-fresh", 0, fresh, NO, "do not, whatever the configuration says"),
	SET("brute", 0, brute, true, "read every file, use no index"),
	TEXT("root", 0, root, "DIR",
	     "with --brute: search DIR, without any index"),
	SET("search-zip", 'z', search_zip, true,
	    "with --brute: search .gz and .zst files, too"),
	SET("no-search-zip", 0, search_zip, false, NULL),
	CALL("verify", 0, "auto, always or never", apply_verify,
	     "which candidates to open"),
	SET("check-reads", 0, check_reads, true,
	    "verify the checksums of what is read of the index"),
	NUMBER("threads", 'j', nthreads, "N", "threads, up to 256 (0: one a processor)"),
	CALL("scope", 0, "file or line", apply_scope,
	     "what the query is asked of: each file, or each line by itself"),

	CALL("count", 'c', NULL, apply_count, "print counts of lines"),
	CALL("count-matches", 0, NULL, apply_count, "print counts of matches"),
	CALL("files-with-matches", 'l', NULL, apply_paths,
	     "print only the paths of files that match"),
	CALL("files-without-match", 0, NULL, apply_paths,
	     "print only the paths of files that do not"),
	SET("only-matching", 'o', only_matching, true,
	    "print only the matching parts of lines"),
	SET("quiet", 'q', quiet, true, "print nothing; see the exit code"),
	SET("json", 0, json, true, "print ripgrep's JSON lines"),
	SET("no-json", 0, json, false, NULL),
	SET("vimgrep", 0, vimgrep, true, "one line per match, with column"),
	CALL("after-context", 'A', "N", apply_context, "show N lines after"),
	CALL("before-context", 'B', "N", apply_context, "show N lines before"),
	CALL("context", 'C', "N", apply_context, "show N lines around"),
	SET("passthru", 0, passthru, true, "show all lines of files that match"),
	SET("passthrough", 0, passthru, true, NULL),
	SET("include-zero", 0, include_zero, true,
	    "with counts: also files with none"),
	SET("no-include-zero", 0, include_zero, false, NULL),
	SET("files", 0, files_only, true, "print the paths of all files"),
	CALL("max-count", 'm', "N", apply_max_count,
	     "at most N matching lines of a file (0: nothing matches)"),

	SET("line-number", 'n', line_number, YES, "show line numbers"),
	SET("no-line-number", 'N', line_number, NO, "show no line numbers"),
	SET("with-filename", 'H', filename, YES, "show paths"),
	SET("no-filename", 'I', filename, NO, "show no paths"),
	SET("heading", 0, heading, YES, "group lines below their path"),
	SET("no-heading", 0, heading, NO, "put the path on every line"),
	SET("column", 0, column, YES, "show the column of the first match"),
	SET("no-column", 0, column, NO, "show no columns"),
	SET("byte-offset", 'b', byte_offset, true,
	    "show the offset in the file"),
	SET("null", '0', null, true, "end paths with a NUL byte"),
	CALL("path-separator", 0, "SEP", apply_path_separator,
	     "what stands between the folders of a path"),
	TEXT("field-match-separator", 0, match_separator, "SEP",
	     "what follows path, line and column (:)"),
	TEXT("field-context-separator", 0, context_separator, "SEP",
	     "the same before context lines (-)"),
	CALL("context-separator", 0, "SEP", apply_group_separator,
	     "what stands between groups of lines (--)"),
	CALL("no-context-separator", 0, NULL, apply_group_separator,
	     "nothing stands between them"),
	SET("trim", 0, trim, true, "drop white space before lines"),
	SET("no-trim", 0, trim, false, NULL),
	NUMBER("max-columns", 'M', max_columns, "N",
	       "leave out lines longer than N bytes (0: none)"),
	SET("max-columns-preview", 0, preview, true,
	    "show the beginning of such lines"),
	SET("no-max-columns-preview", 0, preview, false, NULL),
	SET("absolute-path", 0, absolute_path, true, "show absolute paths"),
	CALL("color", 0, "auto, always, never or ansi", apply_color,
	     "when to use colours"),
	CALL("colors", 0, "SPEC", apply_colors,
	     "a colour, such as match:fg:blue"),
	CALL("hyperlink-format", 0, "FORMAT", apply_hyperlink,
	     "links where there are colours: a name (file, vscode, kitty,...) "
	     "or a URL with {path}"),
	TEXT("hostname-bin", 0, hostname_bin, "COMMAND",
	     "prints what {host} is in links"),
	CALL("pretty", 'p', NULL, apply_pretty,
	     "as --color always --heading --line-number"),
	CALL("sort", 0, "path, modified, size or score", apply_sort,
	     "the order of files; score: the best first"),
	CALL("sortr", 0, "path, modified, size or score", apply_sort,
	     "the same, reversed"),
	NUMBER("top", 0, top, "N", "only the N files that answer best (0: all)"),
	CALL("sort-files", 0, NULL, apply_nothing, NULL),
	SET("line-buffered", 0, by_line, YES, "write every line at once"),
	SET("block-buffered", 0, by_line, NO, "write in large blocks"),
	SET("no-line-buffered", 0, by_line, UNSET, NULL),
	SET("no-block-buffered", 0, by_line, UNSET, NULL),

	SET("stats", 0, stats, true, "print figures of the search"),
	SET("no-stats", 0, stats, false, NULL),
	SET("explain", 0, explain, true, "print how the query was answered; as JSON with --json"),
	TEXT("batch", 0, batch, "FILE", "count many queries, one a line"),
	NUMBER("repeat", 0, repeat, "N",
	       "with --batch: run each N times (1 to 100000), report the median"),
	SET("no-messages", 0, no_messages, true,
	    "say nothing of unreadable files"),
	SET("messages", 0, no_messages, false, NULL),
	SET("fail-on-truncate", 0, fail_on_truncate, true,
	    "exit 3 if an answer had to be cut short"),
	SET("no-config", 0, no_config, true, "read no configuration file"),
	SET("help", 'h', help, true, "short help; --help says more"),
	SET("version", 'V', version, true, "print the version"),

	CALL("hidden", '.', NULL, apply_files, "hidden files, too: with an "
	     "index, what it was made with decides"),
	CALL("no-ignore", 0, NULL, apply_files, "ignored files, too; the same"),
	CALL("ignore", 0, NULL, apply_files, NULL),
	CALL("no-require-git", 0, NULL, apply_files,
	     "heed .gitignore outside of git, too; the same"),
	CALL("require-git", 0, NULL, apply_files, NULL),
	CALL("unrestricted", 'u', NULL, apply_unrestricted,
	     "--no-ignore; -uu --hidden, -uuu binary files, too"),
	CALL("follow", 'L', NULL, apply_files,
	     "follow symbolic links; the same"),
	CALL("no-follow", 0, NULL, apply_files, NULL),
	CALL("one-file-system", 0, NULL, apply_files,
	     "stay on one file system; the same"),
	CALL("no-one-file-system", 0, NULL, apply_files, NULL),

	/* accepted for the sake of scripts: what they ask for is so anyway */
	CALL("mmap", 0, NULL, apply_nothing, NULL),
	CALL("no-mmap", 0, NULL, apply_nothing, NULL),
	CALL("dfa-size-limit", 0, "SIZE", apply_nothing, NULL),
	CALL("regex-size-limit", 0, "SIZE", apply_nothing, NULL),
	CALL("unicode", 0, NULL, apply_nothing, NULL),
	CALL("no-ignore-messages", 0, NULL, apply_nothing, NULL),
	CALL("ignore-messages", 0, NULL, apply_nothing, NULL),
	CALL("no-sort-files", 0, NULL, apply_nothing, NULL),
	CALL("no-crlf", 0, NULL, apply_nothing, NULL),
	CALL("no-text", 0, NULL, apply_nothing, NULL),
	CALL("no-binary", 0, NULL, apply_nothing, NULL),
	CALL("no-multiline", 0, NULL, apply_nothing, NULL),
	CALL("no-invert-match", 0, NULL, apply_nothing, NULL),
	CALL("no-encoding", 0, NULL, apply_nothing, NULL),
	CALL("no-pre", 0, NULL, apply_nothing, NULL),
	CALL("no-auto-hybrid-regex", 0, NULL, apply_nothing, NULL),

	/* what ripgrep has and an index cannot, or need not: see
	 * docs/output.md */
	REFUSED("no-hidden", 0, NULL, "which files there are is decided by "
		"scout-index build; -g '!.*' leaves hidden ones out"),
	REFUSED("no-ignore-vcs", 0, NULL, "which files there are is decided by "
		"scout-index build; its --no-ignore heeds no ignore file"),
	REFUSED("no-ignore-dot", 0, NULL, "which files there are is decided "
		"by scout-index build; its --no-ignore heeds no ignore file"),
	REFUSED("no-ignore-exclude", 0, NULL, "which files there are is decided "
		"by scout-index build; its --no-ignore heeds no ignore file"),
	REFUSED("no-ignore-files", 0, NULL, "which files there are is decided "
		"by scout-index build; its --no-ignore heeds no ignore file"),
	REFUSED("no-ignore-global", 0, NULL, "which files there are is decided "
		"by scout-index build; its --no-ignore heeds no ignore file"),
	REFUSED("no-ignore-parent", 0, NULL, "which files there are is decided "
		"by scout-index build; its --no-ignore heeds no ignore file"),
	REFUSED("max-depth", 'd', "N", "which files there are is decided by "
		"scout-index build; -g '!/*/*/**' keeps two levels"),
	REFUSED("max-filesize", 0, "SIZE",
		"not a flag here; add size:..SIZE to the query"),
	REFUSED("ignore-file", 0, "FILE", "which files there are is decided by "
		"scout-index build; .scoutignore in the tree is read"),
	REFUSED("text", 'a', NULL, "binary files are not in an index, unless it "
		"was made with scout-index build -uuu"),
	REFUSED("binary", 0, NULL, "binary files are not in an index, unless it "
		"was made with scout-index build -uuu"),
	REFUSED("invert-match", 'v', NULL,
		"not supported; NOT in the query and --files-without-match "
		"work on whole files"),
	REFUSED("multiline", 'U', NULL,
		"not supported; write /REGEX/m in the query"),
	REFUSED("multiline-dotall", 0, NULL,
		"not supported; write /(?s)REGEX/m in the query"),
	REFUSED("crlf", 0, NULL,
		"not supported; write \\r?$ in the regex"),
	REFUSED("null-data", 0, NULL, "not supported: lines end with \\n"),
	REFUSED("engine", 0, "ENGINE", "there is one: regexes are PCRE2's; "
		"-P takes the query for one"),
	REFUSED("auto-hybrid-regex", 0, NULL, "there is one engine: regexes are "
		"PCRE2's; -P takes the query for one"),
	REFUSED("pcre2-version", 0, NULL, "--version says it"),
	REFUSED("no-unicode", 0, NULL,
		"not supported: regexes are about Unicode"),
	REFUSED("no-pcre2-unicode", 0, NULL,
		"not supported: regexes are about Unicode"),
	REFUSED("encoding", 'E', "ENCODING", "not supported: files are UTF-8, or "
		"UTF-16 with a byte order mark"),
	REFUSED("file", 'f', "FILE",
		"not supported; --batch FILE counts many queries"),
	REFUSED("replace", 'r', "TEXT",
		"not supported: lines are printed as the files have them"),
	REFUSED("stop-on-nonmatch", 0, NULL,
		"not supported; -m N ends a file after N lines"),
	REFUSED("pre", 0, "COMMAND", "not supported: the index knows the text "
		"of the files themselves"),
	REFUSED("pre-glob", 0, "GLOB", "not supported, as --pre"),
	REFUSED("type-add", 0, "SPEC",
		"not supported; path: and -g take globs"),
	REFUSED("type-clear", 0, "TYPE",
		"not supported; path: and -g take globs"),
	REFUSED("type-list", 0, NULL, "scout-index types lists them"),
	REFUSED("generate", 0, "KIND", "man pages and completions come with the "
		"installation; scout-index completions prints the latter"),
	REFUSED("debug", 0, NULL, "--explain and --stats tell what was done"),
	REFUSED("trace", 0, NULL, "--explain and --stats tell what was done"),
};

const struct flag_table query_flag_table = {
	table, sizeof(table) / sizeof(table[0])
};
