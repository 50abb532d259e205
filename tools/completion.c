#include "tools/completion.h"

#include <string.h>

int completion_shell_named(const char *name)
{
	static const char *const names[] = { "bash", "zsh", "fish" };
	int i;

	for (i = 0; i < 3; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/* --- What a flag's value is, by the name that help gives it -------------- */

enum value_kind { VALUE_NONE, VALUE_ANY, VALUE_DIR, VALUE_FILE, VALUE_TYPE,
		  VALUE_WORDS };

static enum value_kind value_kind(const struct flag *f)
{
	if (!f->value)
		return VALUE_NONE;
	if (!strcmp(f->value, "TYPE"))
		return VALUE_TYPE;
	if (strstr(f->value, "DIR"))
		return VALUE_DIR;
	if (strstr(f->value, "FILE"))
		return VALUE_FILE;
	/* "auto, always or never": words to choose from */
	return *f->value >= 'a' && *f->value <= 'z' ? VALUE_WORDS : VALUE_ANY;
}

/* The words of "auto, always or never", a space between them. */
static void put_words(struct output *out, const char *text)
{
	const char *between = "";

	while (*text) {
		size_t n = strcspn(text, ", ");

		if (n && !(n == 2 && !strncmp(text, "or", 2))) {
			output_put_str(out, between);
			output_put(out, text, n);
			between = " ";
		}
		text += n;
		text += strspn(text, ", ");
	}
}

static bool is_shown(const struct flag *f)
{
	return f->help && f->action != FLAG_REFUSED;
}

/* The next flag from *i on that help shows; NULL after the last. */
static const struct flag *next_shown(const struct flag_table *t, size_t *i)
{
	while (t && *i < t->nflags) {
		const struct flag *f = &t->flags[(*i)++];

		if (is_shown(f))
			return f;
	}
	return NULL;
}

/* scout-query as a part of a function's name: scout_query. */
static void put_identifier(struct output *out, const char *name)
{
	for (; *name; name++)
		output_put_byte(out, (uint8_t)(*name == '-' ? '_' : *name));
}

static void put_command_names(const struct completed_program *p,
			      struct output *out)
{
	size_t i;

	for (i = 0; i < p->ncommands; i++)
		output_printf(out, "%s%s", i ? " " : "", p->commands[i]->name);
	for (i = 0; i < p->nwords; i++)
		output_printf(out, " %s", p->words[i]);
}

/* --- bash ---------------------------------------------------------------- */

/* What comes after a flag that wants a value: a case of $prev. */
static void bash_value(const struct flag *f, struct output *out)
{
	enum value_kind kind = value_kind(f);

	if (kind == VALUE_NONE)
		return;
	output_printf(out, "\t--%s", f->name);
	if (f->letter)
		output_printf(out, "|-%c", f->letter);
	output_put_str(out, ") ");
	switch (kind) {
	case VALUE_DIR:
		output_put_str(out, "compopt -o filenames; mapfile -t COMPREPLY "
			       "< <(compgen -d -- \"$cur\")");
		break;
	case VALUE_FILE:
		output_put_str(out, "compopt -o filenames; mapfile -t COMPREPLY "
			       "< <(compgen -f -- \"$cur\")");
		break;
	case VALUE_TYPE:
		output_put_str(out, "mapfile -t COMPREPLY < <(compgen -W "
			       "\"$(scout-index types | cut -d: -f1)\" -- "
			       "\"$cur\")");
		break;
	case VALUE_WORDS:
		output_put_str(out, "mapfile -t COMPREPLY < <(compgen -W \"");
		put_words(out, f->value);
		output_put_str(out, "\" -- \"$cur\")");
		break;
	case VALUE_NONE:
	case VALUE_ANY:
		output_put_str(out, ":");
		break;
	}
	output_put_str(out, "; return ;;\n");
}

/* Values and names of the flags of one table. */
static void bash_table(const struct flag_table *t, struct output *out)
{
	const struct flag *f;
	size_t i = 0;

	output_put_str(out, "\tcase $prev in\n");
	while ((f = next_shown(t, &i)) != NULL)
		bash_value(f, out);
	output_put_str(out, "\tesac\n\tflags=\"");
	i = 0;
	while ((f = next_shown(t, &i)) != NULL) {
		output_printf(out, " --%s", f->name);
		if (f->letter)
			output_printf(out, " -%c", f->letter);
	}
	output_put_str(out, "\"\n");
}

static void bash_commands(const struct completed_program *p,
			  struct output *out)
{
	size_t i;

	output_put_str(out, "\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
		       "\t\tmapfile -t COMPREPLY < <(compgen -W \"");
	put_command_names(p, out);
	output_put_str(out, "\" -- \"$cur\")\n\t\treturn\n\tfi\n"
		       "\tcase ${COMP_WORDS[1]} in\n");
	for (i = 0; i < p->ncommands; i++) {
		output_printf(out, "\t%s)\n", p->commands[i]->name);
		bash_table(p->commands[i]->flags, out);
		output_put_str(out, "\t;;\n");
	}
	output_put_str(out, "\tesac\n");
}

static void print_bash(const struct completed_program *p, struct output *out)
{
	output_put_str(out, "_");
	put_identifier(out, p->name);
	output_put_str(out, "() {\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} flags=\n"
		"\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		"\tCOMPREPLY=()\n"
		"\t# --name=value comes as three words\n"
		"\tif [ \"$cur\" = \"=\" ]; then\n"
		"\t\tcur=\n"
		"\telif [ \"$prev\" = \"=\" ]; then\n"
		"\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
		"\tfi\n");
	if (p->flags)
		bash_table(p->flags, out);
	else
		bash_commands(p, out);
	output_put_str(out,
		"\tcase $cur in\n"
		"\t-*) mapfile -t COMPREPLY < <(compgen -W \"$flags\" -- "
		"\"$cur\") ;;\n"
		"\tesac\n"
		"}\n"
		"complete -o default -F _");
	put_identifier(out, p->name);
	output_printf(out, " %s\n", p->name);
}

/* --- zsh ----------------------------------------------------------------- */

/* Text inside '...[here]...': brackets, colons and quotes mean something. */
static void zsh_put(struct output *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			output_put_str(out, "'\\''");
		else if (strchr("[]:\\", *text))
			output_printf(out, "\\%c", *text);
		else
			output_put_byte(out, (uint8_t)*text);
	}
}

/* ":name:action", what a value is completed with. */
static void zsh_value(const struct flag *f, struct output *out)
{
	enum value_kind kind = value_kind(f);

	if (kind == VALUE_NONE)
		return;
	output_put_byte(out, ':');
	zsh_put(out, kind == VALUE_WORDS ? "when" : f->value);
	output_put_byte(out, ':');
	switch (kind) {
	case VALUE_DIR:
		output_put_str(out, "_files -/");
		break;
	case VALUE_FILE:
		output_put_str(out, "_files");
		break;
	case VALUE_TYPE:
		output_put_str(out, "_scout_types");
		break;
	case VALUE_WORDS:
		output_put_byte(out, '(');
		put_words(out, f->value);
		output_put_byte(out, ')');
		break;
	case VALUE_NONE:
	case VALUE_ANY:
		break;
	}
}

static void zsh_flag(const struct flag *f, struct output *out)
{
	/* long values may be joined with =; all may be given again */
	const char *join = f->value ? "=" : "";

	if (f->letter)
		output_printf(out, " \\\n\t'*'{-%c%s,--%s%s}'[", f->letter,
			      f->value ? "+" : "", f->name, join);
	else
		output_printf(out, " \\\n\t'*--%s%s[", f->name, join);
	zsh_put(out, f->help);
	output_put_byte(out, ']');
	zsh_value(f, out);
	output_put_byte(out, '\'');
}

static void zsh_table(const struct flag_table *t, const char *rest,
		      struct output *out)
{
	const struct flag *f;
	size_t i = 0;

	output_put_str(out, "_arguments -s -S");
	while ((f = next_shown(t, &i)) != NULL)
		zsh_flag(f, out);
	output_printf(out, " \\\n\t'*:%s'\n", rest);
}

static void zsh_commands(const struct completed_program *p, struct output *out)
{
	size_t i;

	output_put_str(out, "if (( CURRENT == 2 )); then\n\tcompadd ");
	put_command_names(p, out);
	output_put_str(out, "\n\treturn\nfi\nlocal command=$words[2]\n"
		       "shift words\n(( CURRENT-- ))\ncase $command in\n");
	for (i = 0; i < p->ncommands; i++) {
		output_printf(out, "%s)\n", p->commands[i]->name);
		zsh_table(p->commands[i]->flags, "folder:_files -/", out);
		output_put_str(out, ";;\n");
	}
	output_put_str(out, "esac\n");
}

static void print_zsh(const struct completed_program *p, struct output *out)
{
	output_printf(out, "#compdef %s\n"
		      "_scout_types() { compadd -- "
		      "${${(f)\"$(scout-index types)\"}%%%%:*} }\n", p->name);
	if (p->flags)
		zsh_table(p->flags, "query:", out);
	else
		zsh_commands(p, out);
}

/* --- fish ---------------------------------------------------------------- */

static void fish_put(struct output *out, const char *text)
{
	output_put_byte(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			output_put_byte(out, '\\');
		output_put_byte(out, (uint8_t)*text);
	}
	output_put_byte(out, '\'');
}

static void fish_flag(const struct completed_program *p, const char *command,
		      const struct flag *f, struct output *out)
{
	output_printf(out, "complete -c %s", p->name);
	if (command)
		output_printf(out, " -n '__fish_seen_subcommand_from %s'",
			      command);
	if (f->letter)
		output_printf(out, " -s %c", f->letter);
	output_printf(out, " -l %s -d ", f->name);
	fish_put(out, f->help);
	switch (value_kind(f)) {
	case VALUE_DIR:
		output_put_str(out, " -x -a '(__fish_complete_directories)'");
		break;
	case VALUE_FILE:
		output_put_str(out, " -r -F");
		break;
	case VALUE_TYPE:
		output_put_str(out, " -x -a '(scout-index types | "
			       "string replace -r \":.*\" \"\")'");
		break;
	case VALUE_WORDS:
		output_put_str(out, " -x -a '");
		put_words(out, f->value);
		output_put_byte(out, '\'');
		break;
	case VALUE_ANY:
		output_put_str(out, " -x");
		break;
	case VALUE_NONE:
		break;
	}
	output_end_line(out);
}

static void print_fish(const struct completed_program *p, struct output *out)
{
	const struct flag *f;
	size_t i = 0, n;

	while ((f = next_shown(p->flags, &i)) != NULL)
		fish_flag(p, NULL, f, out);
	if (p->flags)
		return;
	output_printf(out, "complete -c %s -n __fish_use_subcommand -f -a '",
		      p->name);
	put_command_names(p, out);
	output_put_str(out, "'\n");
	for (n = 0; n < p->ncommands; n++) {
		i = 0;
		while ((f = next_shown(p->commands[n]->flags, &i)) != NULL)
			fish_flag(p, p->commands[n]->name, f, out);
	}
}

void completion_print(enum completion_shell shell,
		      const struct completed_program *program,
		      struct output *out)
{
	switch (shell) {
	case COMPLETE_BASH:
		print_bash(program, out);
		break;
	case COMPLETE_ZSH:
		print_zsh(program, out);
		break;
	case COMPLETE_FISH:
		print_fish(program, out);
		break;
	}
}
