/*
 * Command-line flags from a table.
 *
 * A table row says how a flag is written and which field of the program's
 * options struct it sets.  Long flags take their value as --name=value or
 * --name value, short ones as -n value, -nvalue or -n=value; switches bundle
 * (-ln).  A later flag overrides an earlier one.
 */
#ifndef SCOUT_TOOLS_FLAGS_H
#define SCOUT_TOOLS_FLAGS_H

#include "base/arena.h"
#include "base/err.h"
#include "tools/output.h"

enum flag_action {
	FLAG_SET,	/* int field = constant */
	FLAG_NUMBER,	/* uint64_t field = value */
	FLAG_SIZE,	/* uint64_t field = value with K, M, G */
	FLAG_TEXT,	/* const char * field = value */
	FLAG_LIST,	/* struct flag_list field: value appended */
	FLAG_CALL,	/* apply(options, flag, value, err) */
	FLAG_HELP,	/* help is wanted: flags_parse ends with SCOUT_END */
	FLAG_REFUSED,	/* an error; help says why or what to use instead */
};

struct flag {
	const char *name;	/* long form, without dashes */
	char letter;		/* short form, or 0 */
	const char *value;	/* name of its value; NULL: a switch; with a
				 * '[' before it: empty where none follows */
	const char *help;	/* NULL: not shown */
	enum flag_action action;
	size_t offset;		/* of the field in the options struct */
	int constant;
	int (*apply)(void *options, const struct flag *flag, const char *value,
		     struct scout_err *err);
};

struct flag_table {
	const struct flag *flags;
	size_t nflags;
};

/* The table of an array of rows: a const struct flag_table *. */
#define FLAG_TABLE(rows) \
	(&(const struct flag_table){ rows, sizeof(rows) / sizeof((rows)[0]) })

#define FLAG_HELP_ROW \
	{ "help", 'h', NULL, "this help", FLAG_HELP, 0, 0, NULL }

/* Values in the order given; borrowed from the arguments. */
struct flag_list {
	const char **items;
	size_t nitems;
	size_t cap;
};

/*
 * Applies nargs arguments to options.  Arguments that are no flags (and all
 * after "--") are appended to positional.  arena holds the lists.
 * SCOUT_END if help is wanted; SCOUT_E_USAGE with a text that names the
 * argument; SCOUT_E_NOMEM.
 */
int flags_parse(const struct flag_table *table, const char **args, size_t nargs,
		void *options, struct flag_list *positional,
		struct arena *arena, struct scout_err *err);

/* The n-th value; NULL if there are not so many. */
static inline const char *flag_list_at(const struct flag_list *list, size_t n)
{
	return n < list->nitems ? list->items[n] : NULL;
}

/* Appends one value; SCOUT_E_NOMEM. */
int flag_list_add(struct flag_list *list, const char *item, struct arena *arena,
		  struct scout_err *err);

/* Prints the rows that have a help text, aligned. */
void flags_print_help(const struct flag_table *table, struct output *out);

/*
 * The candidate closest to word, if close enough to be what was meant; NULL if
 * none is.  next(ctx, n) is the n-th candidate, NULL after the last.
 */
const char *closest_word(const char *word,
			 const char *(*next)(const void *ctx, size_t n),
			 const void *ctx);

#endif
