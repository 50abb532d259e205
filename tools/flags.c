#include "tools/flags.h"

#include <string.h>

#include "tools/cli.h"

/* Where the reading of the arguments stands. */
struct flag_reader {
	const struct flag_table *table;
	const char **args;
	size_t nargs;
	size_t next;
	void *options;
	struct arena *arena;
	bool wants_help;
	struct scout_err *err;
};

int flag_list_add(struct flag_list *list, const char *item, struct arena *arena,
		  struct scout_err *err)
{
	if (list->nitems == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 8;
		const char **items = arena_calloc(arena, cap, sizeof(*items));

		if (!items)
			return scout_err_set(err, SCOUT_E_NOMEM, "arguments");
		if (list->nitems)
			memcpy(items, list->items,
			       list->nitems * sizeof(*items));
		list->items = items;
		list->cap = cap;
	}
	list->items[list->nitems++] = item;
	return SCOUT_OK;
}

/* "-x, --name" or "--name", for messages. */
static const char *flag_title(const struct flag *flag, char title[64])
{
	if (flag->letter)
		snprintf(title, 64, "-%c, --%s", flag->letter, flag->name);
	else
		snprintf(title, 64, "--%s", flag->name);
	return title;
}

static int bad_value(const struct flag *flag, const char *value,
		     const char *wanted, struct scout_err *err)
{
	char title[64];

	return scout_err_set(err, SCOUT_E_USAGE, "%s wants %s, not '%s'",
			     flag_title(flag, title), wanted, value);
}

static int apply_flag(struct flag_reader *r, const struct flag *flag,
		      const char *value)
{
	char *field = (char *)r->options + flag->offset;
	char title[64];

	switch (flag->action) {
	case FLAG_SET:
		*(int *)field = flag->constant;
		return SCOUT_OK;
	case FLAG_NUMBER:
		if (!cli_parse_number(value, (uint64_t *)field))
			return bad_value(flag, value, "a number", r->err);
		return SCOUT_OK;
	case FLAG_SIZE:
		if (!cli_parse_size(value, (uint64_t *)field))
			return bad_value(flag, value,
					 "a size such as 256M or 1G", r->err);
		return SCOUT_OK;
	case FLAG_TEXT:
		*(const char **)field = value;
		return SCOUT_OK;
	case FLAG_LIST:
		return flag_list_add((struct flag_list *)field, value, r->arena,
				     r->err);
	case FLAG_CALL:
		return flag->apply(r->options, flag, value, r->err);
	case FLAG_HELP:
		r->wants_help = true;
		return SCOUT_OK;
	case FLAG_REFUSED:
		break;
	}
	return scout_err_set(r->err, SCOUT_E_USAGE, "%s: %s",
			     flag_title(flag, title), flag->help);
}

static const struct flag *find_letter(const struct flag_table *table, char c)
{
	size_t i;

	for (i = 0; i < table->nflags; i++)
		if (c && table->flags[i].letter == c)
			return &table->flags[i];
	return NULL;
}

static const struct flag *find_name(const struct flag_table *table,
				    const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < table->nflags; i++)
		if (strlen(table->flags[i].name) == len &&
		    !memcmp(table->flags[i].name, name, len))
			return &table->flags[i];
	return NULL;
}

enum { CLOSE_MAX_LEN = 40 };

/* Edits (insert, delete, replace) between two short words. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[CLOSE_MAX_LEN + 1];
	size_t la = strlen(a), lb = strlen(b), i, j;

	if (la > CLOSE_MAX_LEN || lb > CLOSE_MAX_LEN)
		return SIZE_MAX;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= lb; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

const char *closest_word(const char *word,
			 const char *(*next)(const void *ctx, size_t n),
			 const void *ctx)
{
	size_t len = strlen(word);
	size_t best = 1 + len / 4;	/* more edits than that is another word */
	const char *found = NULL, *candidate;
	size_t n;

	if (best > 3)
		best = 3;
	for (n = 0; (candidate = next(ctx, n)) != NULL; n++) {
		size_t d = edit_distance(word, candidate);

		/* what it begins is a good guess too, if nothing is closer */
		if (len >= 3 && !strncmp(candidate, word, len) && d > best)
			d = best;
		if (d < best || (d == best && !found)) {
			best = d;
			found = candidate;
		}
	}
	return found;
}

static const char *next_shown_name(const void *ctx, size_t n)
{
	const struct flag_table *table = ctx;

	return n < table->nflags ? table->flags[n].name : NULL;
}

static int unknown_flag(struct flag_reader *r, const char *name, size_t len)
{
	char word[CLOSE_MAX_LEN + 1];
	const char *meant = NULL;

	if (len <= CLOSE_MAX_LEN) {
		memcpy(word, name, len);
		word[len] = '\0';
		meant = closest_word(word, next_shown_name, r->table);
	}
	if (meant)
		return scout_err_set(r->err, SCOUT_E_USAGE,
				     "unknown flag --%.*s; did you mean --%s?",
				     (int)len, name, meant);
	return scout_err_set(r->err, SCOUT_E_USAGE,
			     "unknown flag --%.*s; --help lists them all",
			     (int)len, name);
}

/* The value after its flag; SCOUT_E_USAGE if there is none. */
static int take_value(struct flag_reader *r, const struct flag *flag,
		      const char **out)
{
	char title[64];

	if (*flag->value == '[' &&
	    (r->next == r->nargs || *r->args[r->next] == '-')) {
		*out = "";
		return SCOUT_OK;
	}
	if (r->next == r->nargs)
		return scout_err_set(r->err, SCOUT_E_USAGE,
				     "%s wants a value (%s)",
				     flag_title(flag, title), flag->value);
	*out = r->args[r->next++];
	return SCOUT_OK;
}

/* text: what follows the two dashes. */
static int read_long(struct flag_reader *r, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : strlen(text);
	const struct flag *flag = find_name(r->table, text, len);
	const char *value = equals ? equals + 1 : NULL;
	int rc;

	if (!flag)
		return unknown_flag(r, text, len);
	if (value && !flag->value && flag->action != FLAG_REFUSED)
		return scout_err_set(r->err, SCOUT_E_USAGE,
				     "--%s takes no value", flag->name);
	if (!value && flag->value) {
		rc = take_value(r, flag, &value);
		if (rc < 0)
			return rc;
	}
	return apply_flag(r, flag, value);
}

/* text: the letters after one dash. */
static int read_letters(struct flag_reader *r, const char *text)
{
	const struct flag *flag;
	const char *value;
	int rc;

	for (; *text; text++) {
		flag = find_letter(r->table, *text);
		if (!flag)
			return scout_err_set(r->err, SCOUT_E_USAGE,
				"unknown flag -%c; --help lists them all "
				"(what starts with '-' and is no flag comes "
				"after --)", *text);
		if (flag->value)
			break;
		rc = apply_flag(r, flag, NULL);
		if (rc < 0)
			return rc;
	}
	if (!*text)
		return SCOUT_OK;
	value = text + 1;
	if (*value == '=')
		return apply_flag(r, flag, value + 1);
	if (!*value) {
		rc = take_value(r, flag, &value);
		if (rc < 0)
			return rc;
	}
	return apply_flag(r, flag, value);
}

int flags_parse(const struct flag_table *table, const char **args, size_t nargs,
		void *options, struct flag_list *positional,
		struct arena *arena, struct scout_err *err)
{
	struct flag_reader r = { .table = table, .args = args, .nargs = nargs,
				 .options = options, .arena = arena,
				 .err = err };
	bool only_positional = false;
	int rc = SCOUT_OK;

	while (r.next < r.nargs && rc == SCOUT_OK) {
		const char *arg = r.args[r.next++];

		if (only_positional || arg[0] != '-' || !arg[1])
			rc = flag_list_add(positional, arg, arena, err);
		else if (arg[1] != '-')
			rc = read_letters(&r, arg + 1);
		else if (arg[2])
			rc = read_long(&r, arg + 2);
		else
			only_positional = true;
	}
	return rc == SCOUT_OK && r.wants_help ? SCOUT_END : rc;
}

enum { HELP_COLUMN = 30 };

void flags_print_help(const struct flag_table *table, struct output *out)
{
	size_t i;

	for (i = 0; i < table->nflags; i++) {
		const struct flag *f = &table->flags[i];
		char left[80];
		int n;

		if (!f->help || f->action == FLAG_REFUSED)
			continue;
		n = snprintf(left, sizeof(left), "  %c%c%c --%s%s%s",
			     f->letter ? '-' : ' ', f->letter ? f->letter : ' ',
			     f->letter ? ',' : ' ', f->name,
			     f->value ? " " : "", f->value ? f->value : "");
		if (n >= HELP_COLUMN)
			output_printf(out, "%s\n%*s%s\n", left, HELP_COLUMN, "",
				      f->help);
		else
			output_printf(out, "%-*s%s\n", HELP_COLUMN, left,
				      f->help);
	}
}
