#include "tools/query_flags.h"

#include <stdlib.h>

#include "query/language/plain_pattern.h"
#include "tools/cli.h"
#include "tools/config.h"

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

	if (!cli_parse_number(value, &n) || n > UINT32_MAX)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "-%c, --%s wants a number of lines, "
				     "not '%s'", flag->letter, flag->name,
				     value);
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
	NUMBER("threads", 'j', nthreads, "N", "threads (0: one a processor)"),
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
	CALL("max-count", 'm', "N", apply_max_count,
	     "at most N matching lines of a file"),

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
	SET("trim", 0, trim, true, "drop white space before lines"),
	SET("no-trim", 0, trim, false, NULL),
	NUMBER("max-columns", 'M', max_columns, "N",
	       "leave out lines longer than N bytes"),
	SET("max-columns-preview", 0, preview, true,
	    "show the beginning of such lines"),
	SET("no-max-columns-preview", 0, preview, false, NULL),
	SET("absolute-path", 0, absolute_path, true, "show absolute paths"),
	CALL("color", 0, "auto, always, never or ansi", apply_color,
	     "when to use colours"),
	CALL("colors", 0, "SPEC", apply_colors,
	     "a colour, such as match:fg:blue"),
	CALL("pretty", 'p', NULL, apply_pretty,
	     "as --color always --heading --line-number"),
	CALL("sort", 0, "path, modified, size or score", apply_sort,
	     "the order of files; score: the best first"),
	CALL("sortr", 0, "path, modified, size or score", apply_sort,
	     "the same, reversed"),
	NUMBER("top", 0, top, "N", "only the N files that answer best"),
	CALL("sort-files", 0, NULL, apply_nothing, NULL),
	SET("line-buffered", 0, by_line, YES, "write every line at once"),
	SET("block-buffered", 0, by_line, NO, "write in large blocks"),
	SET("no-line-buffered", 0, by_line, UNSET, NULL),
	SET("no-block-buffered", 0, by_line, UNSET, NULL),

	SET("stats", 0, stats, true, "print figures of the search"),
	SET("no-stats", 0, stats, false, NULL),
	SET("explain", 0, explain, true, "print how the query was answered"),
	TEXT("batch", 0, batch, "FILE", "count many queries, one a line"),
	NUMBER("repeat", 0, repeat, "N",
	       "with --batch: run each N times, report the median"),
	SET("no-messages", 0, no_messages, true,
	    "say nothing of unreadable files"),
	SET("messages", 0, no_messages, false, NULL),
	SET("fail-on-truncate", 0, fail_on_truncate, true,
	    "exit 3 if an answer had to be cut short"),
	SET("no-config", 0, no_config, true, "read no configuration file"),
	SET("help", 'h', help, true, "short help; --help says more"),
	SET("version", 'V', version, true, "print the version"),

	REFUSED("hyperlink-format", 0, "FORMAT", "not supported yet"),
	REFUSED("path-separator", 0, "SEP", "not supported yet"),
	REFUSED("iglob", 0, "GLOB", "not supported yet"),
	REFUSED("hidden", '.', NULL,
		"which files there are is decided by scout-index build"),
	REFUSED("no-ignore", 0, NULL,
		"which files there are is decided by scout-index build"),
	REFUSED("unrestricted", 'u', NULL,
		"which files there are is decided by scout-index build"),
	REFUSED("follow", 'L', NULL,
		"which files there are is decided by scout-index build"),
	REFUSED("invert-match", 'v', NULL,
		"not supported; NOT in the query and --files-without-match "
		"work on whole files"),
	REFUSED("multiline", 'U', NULL,
		"not supported; write /REGEX/m in the query"),
	REFUSED("file", 'f', "FILE",
		"not supported; --batch FILE counts many queries"),
	REFUSED("replace", 'r', "TEXT", "not supported"),
};

const struct flag_table query_flag_table = {
	table, sizeof(table) / sizeof(table[0])
};

/* True if --no-config stands among the flags of the command line. */
static bool has_no_config(char **argv, int argc)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], "--no-config"))
			return true;
	return false;
}

static int parse_config(struct arena *arena, struct query_flags *flags,
			struct scout_err *err)
{
	struct flag_list args = { 0 }, words = { 0 };
	struct scout_err sub = SCOUT_ERR_INIT;
	const char *path;
	int rc;

	rc = config_read(arena, NULL, &args, &path, err);
	if (rc < 0 || !path)
		return rc;
	rc = flags_parse(&query_flag_table, args.items, args.nitems, flags, &words,
			 arena, &sub);
	if (rc < 0)
		return scout_err_set(err, sub.code, "%s: %s", path, sub.msg);
	if (words.nitems)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "%s: '%s' is no flag (a flag and its value "
				     "stand on one line as --name=value)",
				     path, words.items[0]);
	return SCOUT_OK;
}

/*
 * Whether to be fresh if the command line does not say: $SCOUT_FRESH, else the
 * configuration file, whose flags have just been read.
 */
static int set_fresh_default(struct query_flags *flags, struct scout_err *err)
{
	const char *env = getenv("SCOUT_FRESH");

	flags->fresh_default = flags->fresh == YES;
	flags->fresh = UNSET;
	if (!env || !*env)
		return SCOUT_OK;
	if (strcmp(env, "0") && strcmp(env, "1"))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "SCOUT_FRESH is to be 1 or 0, not '%s'",
				     env);
	flags->fresh_default = *env == '1';
	return SCOUT_OK;
}

static int check(const struct query_flags *flags, struct scout_err *err)
{
	if (flags->json && (flags->count || flags->count_matches ||
			    flags->paths))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--json cannot be used with -c, "
				     "--count-matches, -l or "
				     "--files-without-match");
	if (flags->fixed_strings && flags->pcre2)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "-F and -P cannot both be used");
	if ((flags->word_regexp || flags->line_regexp) &&
	    !flags->fixed_strings && !flags->pcre2)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "-w and -x go with -F or -P; a word of a "
				     "query matches whole words anyway");
	if (flags->batch && (flags->fixed_strings || flags->pcre2))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--batch takes queries, not patterns: -F "
				     "and -P cannot be used with it");
	if (flags->root && !flags->brute)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--root is for --brute; an index knows "
				     "its root");
	if (flags->root && flags->indexes.nitems)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--root and --index cannot both be used");
	if (flags->batch && (flags->words.nitems || flags->patterns.nitems))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "with --batch the queries come from its "
				     "file, not from the command line");
	if (flags->indexes.nitems > 1 && (flags->batch || flags->explain))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--%s is for one index",
				     flags->batch ? "batch" : "explain");
	if (flags->indexes.nitems > QUERY_MAX_INDEXES)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "at most %d indexes can be asked at once",
				     QUERY_MAX_INDEXES);
	if (flags->batch && flags->brute)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--batch and --brute cannot both be used");
	if (flags->batch && flags->fresh == YES)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--batch counts what the index has; it "
				     "cannot be used with --fresh");
	if (flags->batch && !flags->repeat)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--repeat wants at least 1");
	return SCOUT_OK;
}

/* -h and --help are one row of the table but not the same. */
static bool has_long_help(char **argv, int argc)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], "--help"))
			return true;
	return false;
}

int query_flags_parse(int argc, char **argv, struct arena *arena,
		      struct query_flags *flags, struct scout_err *err)
{
	struct flag_list args = { 0 };
	size_t by_config;
	int rc, i;

	*flags = (struct query_flags){ .repeat = 1 };
	colors_init(&flags->colors);
	if (!has_no_config(argv, argc)) {
		rc = parse_config(arena, flags, err);
		if (rc < 0)
			return rc;
	}
	rc = set_fresh_default(flags, err);
	if (rc < 0)
		return rc;
	by_config = flags->indexes.nitems;
	for (i = 1; i < argc; i++) {
		rc = flag_list_add(&args, argv[i], arena, err);
		if (rc < 0)
			return rc;
	}
	rc = flags_parse(&query_flag_table, args.items, args.nitems, flags,
			 &flags->words, arena, err);
	if (rc < 0)
		return rc;
	if (flags->indexes.nitems > by_config) {
		/* those of the command line replace the others */
		flags->indexes.items += by_config;
		flags->indexes.nitems -= by_config;
	}
	flags->long_help = flags->help && has_long_help(argv, argc);
	if (flags->help || flags->version)
		return SCOUT_OK;
	return check(flags, err);
}

enum print_mode query_flags_mode(const struct query_flags *flags)
{
	if (flags->quiet)
		return PRINT_NOTHING;
	if (flags->count_matches || (flags->count && flags->only_matching))
		return PRINT_COUNT_MATCHES;
	if (flags->count)
		return PRINT_COUNT;
	return flags->paths ? PRINT_PATHS : PRINT_LINES;
}

static void join(const struct flag_list *list, const char *before,
		 const char *between, const char *after, struct buf *out)
{
	size_t i;

	for (i = 0; i < list->nitems; i++) {
		buf_put_str(out, i ? between : before);
		buf_put_str(out, list->items[i]);
	}
	buf_put_str(out, after);
}

/* The patterns of -F and -P: those of -e, else the one argument. */
static int pattern_text(const struct query_flags *flags, struct buf *out,
			enum query_form *out_form, struct scout_err *err)
{
	const struct flag_list *list = flags->patterns.nitems ?
					       &flags->patterns : &flags->words;
	const struct plain_pattern pattern = {
		.items = list->items, .n = list->nitems,
		.is_literal = flags->fixed_strings,
		.whole_words = flags->word_regexp,
		.whole_lines = flags->line_regexp };

	if (flags->words.nitems > 1)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "'%s' is one argument too many: with -F or "
				     "-P the query is one pattern (more after -e; "
				     "for a folder, -g 'FOLDER/**')",
				     flags->words.items[1]);
	if (!list->nitems)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "no pattern given; -h shows how to ask");
	plain_pattern_put(&pattern, out, out_form);
	if (buf_status(out) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "query text");
	return SCOUT_OK;
}

int query_flags_text(const struct query_flags *flags, struct buf *out,
		     enum query_form *out_form, struct scout_err *err)
{
	*out_form = QUERY_LANGUAGE;
	if (flags->patterns.nitems && flags->words.nitems)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "'%s' is one argument too many after -e "
				     "(to search in a folder, add path:FOLDER/ "
				     "to the query)", flags->words.items[0]);
	if (flags->fixed_strings || flags->pcre2)
		return pattern_text(flags, out, out_form, err);
	if (flags->patterns.nitems > 1)
		join(&flags->patterns, "(", ") OR (", ")", out);
	else if (flags->patterns.nitems)
		join(&flags->patterns, "", "", "", out);
	else if (flags->words.nitems)
		join(&flags->words, "", " ", "", out);
	else
		return scout_err_set(err, SCOUT_E_USAGE,
				     "no query given; -h shows how to ask");
	if (buf_status(out) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "query text");
	return SCOUT_OK;
}

static enum query_detail detail_of(const struct query_flags *flags)
{
	switch (query_flags_mode(flags)) {
	case PRINT_COUNT:
		return DETAIL_LINES;
	case PRINT_COUNT_MATCHES:
		return DETAIL_MATCHES;
	case PRINT_PATHS:
	case PRINT_NOTHING:
		return DETAIL_FILES;
	case PRINT_LINES:
		break;
	}
	return DETAIL_TEXT;
}

void query_flags_options(const struct query_flags *flags,
			 struct query_options *out)
{
	*out = (struct query_options)QUERY_OPTIONS_INIT;
	out->parse.case_mode = (enum case_mode)flags->case_mode;
	out->detail = detail_of(flags);
	out->verify = (enum verify_mode)flags->verify;
	out->brute = flags->brute;
	out->by_line = flags->line_scope;
	out->search_zip = flags->search_zip;
	out->fresh = flags->fresh == YES ||
		     (flags->fresh == UNSET && flags->fresh_default);
	out->files_without_match = flags->paths && flags->without_match &&
				   out->detail == DETAIL_FILES;
	if (out->detail == DETAIL_TEXT) {
		out->before = (uint32_t)flags->before;
		out->after = (uint32_t)flags->after;
	}
	out->max_count = flags->max_count;
	out->narrow.globs = flags->globs.items;
	out->narrow.nglobs = flags->globs.nitems;
	out->narrow.types = flags->types.items;
	out->narrow.ntypes = flags->types.nitems;
	out->narrow.types_not = flags->types_not.items;
	out->narrow.ntypes_not = flags->types_not.nitems;
	out->top = flags->top;
	out->sort = flags->top && !flags->sort_given ?
			    SORT_SCORE : (enum query_sort)flags->sort;
	out->sort_reversed = flags->sort_reversed;
	out->stop_at_first = flags->quiet && !flags->stats;
	out->nthreads = (unsigned)(flags->nthreads > 256 ? 256 :
							   flags->nthreads);
}

static const char usage_text[] =
	"scout-query: search a tree of files through its index\n"
	"\n"
	"usage: scout-query [FLAGS] QUERY...\n"
	"       scout-query [FLAGS] -e QUERY [-e QUERY]...\n"
	"       scout-query [FLAGS] -F TEXT | -P REGEX\n"
	"       scout-query [FLAGS] --batch FILE\n"
	"\n"
	"  scout-query kmalloc                     a word, in any case\n"
	"  scout-query 'kmalloc AND (lock OR mutex)'\n"
	"  scout-query 'kfree NEAR/5 \"use after free\"'\n"
	"  scout-query 'ext4_* -path:Documentation/'\n"
	"\n";

static const char more_help[] =
	"\n"
	"QUERIES\n"
	"  word  \"a phrase\"  pre*  *fix  f?o  fuzzy~  part:name\n"
	"  /regex/  lit:\"exact text\"  path:dir/  file:*.c  ext:c,h  lang:c\n"
	"  size:>10k  modified:7d\n"
	"  a b is a AND b; OR, NOT or -x, NEAR/n, BEFORE/n, NOT NEAR/n,\n"
	"  NEAR/nl in lines; parentheses.  See scout-query-language(7).\n"
	"\n"
	"THE INDEX\n"
	"  --index DIR, else $SCOUT_INDEX, else .scout in the current folder\n"
	"  or the nearest folder above it.  Made by: scout-index build DIR\n"
	"\n"
	"CONFIGURATION\n"
	"  $SCOUT_CONFIG, else $XDG_CONFIG_HOME/scout/config, else\n"
	"  ~/.config/scout/config: one argument per line, '#' for comments.\n"
	"  SCOUT_FRESH=1 is --fresh by default, SCOUT_FRESH=0 is not.\n"
	"\n"
	"EXIT CODES\n"
	"  0 something matched, 1 nothing did, 2 an error (with -q a match\n"
	"  wins), 3 with --fail-on-truncate if the answer may be incomplete.\n";

void query_flags_print_help(struct output *out, bool is_long)
{
	output_put_str(out, usage_text);
	output_put_str(out, "FLAGS\n");
	flags_print_help(&query_flag_table, out);
	if (is_long)
		output_put_str(out, more_help);
}
