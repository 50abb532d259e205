#include "tools/query_flags.h"

#include <stdlib.h>

#include "query/language/plain_pattern.h"
#include "tools/config.h"

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
	if (flags->json && !flags->explain && (flags->count || flags->count_matches ||
			    flags->paths))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--json cannot be used with -c, "
				     "--count-matches, -l or "
				     "--files-without-match");
	if (flags->files_only && (flags->words.nitems ||
				  flags->patterns.nitems))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--files takes no query; -g 'FOLDER/**' "
				     "and -t choose files");
	if (flags->include_zero && flags->line_scope)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--include-zero and --scope=line cannot "
				     "both be used");
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

	*flags = (struct query_flags){ .repeat = 1, .path_separator = '/' };
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
	/* as in ripgrep, those of --iglob come after those of -g */
	for (i = 0; i < (int)flags->iglobs.nitems; i++) {
		rc = flag_list_add(&flags->globs, flags->iglobs.items[i],
				   arena, err);
		if (rc < 0)
			return rc;
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
	if (flags->files_only)
		return PRINT_PATHS;
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
	if (flags->files_only) {
		buf_put_str(out, "size:0..");
		return buf_status(out) < 0 ?
			       scout_err_set(err, SCOUT_E_NOMEM, "query text") :
			       SCOUT_OK;
	}
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
	out->fresh = flags->fresh == YES ||
		     (flags->fresh == UNSET && flags->fresh_default);
	out->counts = flags->explain;
	out->files_without_match = flags->paths && flags->without_match &&
				   out->detail == DETAIL_FILES;
	if (out->detail == DETAIL_TEXT) {
		out->before = flags->passthru ? UINT32_MAX :
						(uint32_t)flags->before;
		out->after = flags->passthru ? UINT32_MAX :
					       (uint32_t)flags->after;
	}
	out->max_count = flags->max_count;
	out->parse.has_all_files = flags->include_zero &&
				   (out->detail == DETAIL_LINES ||
				    out->detail == DETAIL_MATCHES);
	out->narrow = flags->files;
	out->narrow.search_zip = flags->search_zip;
	out->narrow.globs = flags->globs.items;
	out->narrow.nglobs = flags->globs.nitems;
	out->narrow.nglobs_icase = flags->globs_icase ? flags->globs.nitems :
							flags->iglobs.nitems;
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
