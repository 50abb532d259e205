/*
 * scout-index: make an index, keep it, and show what is in it.
 */
#include <unistd.h>

#include "base/buf.h"
#include "base/tree/file_type.h"
#include "tools/cli.h"
#include "tools/command.h"
#include "tools/completion.h"
#include "tools/config.h"
#include "tools/interrupt.h"
#include "tools/query_flags.h"

static const char program[] = "scout-index";

/* In the order in which help shows them. */
static const struct command *const commands[] = {
	&build_command, &update_command, &watch_command, &compact_command,
	&status_command, &stats_command, &check_command, &selftest_command,
	&dump_command, &list_command, &add_command, &remove_command,
	&schedule_command,
};

enum { NCOMMANDS = sizeof(commands) / sizeof(commands[0]) };

/* Words that are answered here. */
static const char *const other_words[] = { "types", "completions", "help",
					   "version" };

enum { NOTHERS = sizeof(other_words) / sizeof(other_words[0]) };

static void print_types(struct output *out)
{
	const char *const *glob;
	size_t i;

	for (i = 0; i < file_type_count(); i++) {
		const char *between = ": ";

		output_put_str(out, file_type_name(i));
		for (glob = file_type_globs(i); *glob; glob++) {
			output_put_str(out, between);
			output_put_str(out, *glob);
			between = ", ";
		}
		output_end_line(out);
	}
}

static void put_upper(struct output *out, const char *text)
{
	for (; *text; text++)
		output_put_byte(out, (uint8_t)(*text >= 'a' && *text <= 'z' ?
						       *text - 32 : *text));
}

static void print_usage(struct output *out)
{
	size_t i;

	output_put_str(out, "scout-index: make an index of a tree of files\n\n");
	for (i = 0; i < NCOMMANDS; i++)
		output_printf(out, "%s scout-index %s %s\n",
			      i ? "      " : "usage:", commands[i]->name,
			      commands[i]->usage);
	output_put_str(out,
		"       scout-index types\n"
		"       scout-index completions bash|zsh|fish PROGRAM\n"
		"       scout-index help [COMMAND]\n"
		"       scout-index version\n");
	for (i = 0; i < NCOMMANDS; i++) {
		output_put_str(out, "\n");
		put_upper(out, commands[i]->name);
		output_printf(out, ": %s\n", commands[i]->help);
		flags_print_help(commands[i]->flags, out);
	}
	output_put_str(out,
		"\n"
		"The index is the folder .scout in DIR unless --index or\n"
		"$SCOUT_INDEX names another.  Searched with scout-query.\n"
		"\n"
		"EXIT CODES\n"
		"  0 done, 1 done but some files could not be read, 2 failed,\n"
		"  75 not started: another run, or the load.\n"
		"  status: 0 fresh, 1 stale, 2 broken.\n"
		"  check: 0 sound, 1 damaged, 2 could not be checked.\n");
}

static const char *next_word(const void *ctx, size_t n)
{
	(void)ctx;
	if (n < NCOMMANDS)
		return commands[n]->name;
	return n - NCOMMANDS < NOTHERS ? other_words[n - NCOMMANDS] : NULL;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* text, and every word that may come after scout-index. */
static int name_commands(const char *text, struct scout_err *err)
{
	struct buf all = BUF_INIT(MEM_OTHER);
	const char *word, *names;
	size_t n;

	for (n = 0; (word = next_word(NULL, n)) != NULL; n++)
		buf_printf(&all, "%s%s", n ? ", " : "", word);
	names = buf_cstr(&all);
	scout_err_set(err, SCOUT_E_USAGE, "%s %s", text,
		      names ? names : "see scout-index help");
	buf_release(&all);
	return SCOUT_E_USAGE;
}

static int unknown_command(const char *name, struct scout_err *err)
{
	const char *meant = closest_word(name, next_word, NULL);
	const char *dashes = strspn(name, "-") ? "flag" : "command";
	char text[96];

	if (meant)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "unknown %s '%s'; did you mean %s?",
				     dashes, name, meant);
	snprintf(text, sizeof(text), "unknown %s '%.60s'; there are", dashes,
		 name);
	return name_commands(text, err);
}

static bool is_one_of(const char *word, const char *a, const char *b,
		      const char *c)
{
	return !strcmp(word, a) || !strcmp(word, b) || !strcmp(word, c);
}

static int print_help(const char *about, struct output *out,
		      struct scout_err *err)
{
	const struct command *command;

	if (!about) {
		print_usage(out);
		return SCOUT_OK;
	}
	command = find_command(about);
	if (!command)
		return unknown_command(about, err);
	command_print_help(command, out);
	return SCOUT_OK;
}

/* The script by which a shell completes one of the two programs. */
static int print_completions(const char *shell_name, const char *name,
			     struct output *out, struct scout_err *err)
{
	const struct completed_program programs[] = {
		{ "scout-index", NULL, commands, NCOMMANDS, other_words,
		  NOTHERS },
		{ "scout-query", &query_flag_table, NULL, 0, NULL, 0 },
	};
	int shell = shell_name ? completion_shell_named(shell_name) : -1;
	size_t i;

	if (shell < 0)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "completions wants bash, zsh or fish");
	for (i = 0; name && i < 2; i++) {
		if (strcmp(name, programs[i].name) != 0)
			continue;
		completion_print((enum completion_shell)shell, &programs[i],
				 out);
		return SCOUT_OK;
	}
	return scout_err_set(err, SCOUT_E_USAGE,
			     "completions wants a shell and scout-index or "
			     "scout-query");
}

/* Runs a command with its flags of the configuration file before those of the
 * command line. */
static int run_command(const struct command *command, const char **args,
		       size_t nargs, struct output *out, int *out_code,
		       struct scout_err *err)
{
	struct flag_list all = { 0 };
	struct arena arena;
	struct command_run run = { .arena = &arena, .out = out, .err = err };
	const char *path;
	size_t i, nconfig;
	int rc;

	arena_init(&arena, MEM_OTHER);
	rc = config_read(&arena, command->name, &all, &path, err);
	nconfig = all.nitems;
	for (i = 0; i < nargs && !rc; i++)
		rc = flag_list_add(&all, args[i], &arena, err);
	if (!rc)
		rc = command_call(command, all.items, all.nitems, &run);
	*out_code = run.exit_code;
	if (rc == SCOUT_E_USAGE && nconfig)
		cli_message(program, "note: what stands under [%s] in %s comes "
			    "first", command->name, path);
	arena_release(&arena);
	return rc;
}

static int run(int argc, char **argv, struct output *out, int *out_code,
	       struct scout_err *err)
{
	const struct command *command;

	*out_code = EXIT_DONE;
	if (argc < 2)
		return name_commands("what to do? there are", err);
	command = find_command(argv[1]);
	if (command)
		return run_command(command, (const char **)argv + 2,
				   (size_t)argc - 2, out, out_code, err);
	if (is_one_of(argv[1], "types", "--type-list", "type-list"))
		print_types(out);
	else if (!strcmp(argv[1], "completions"))
		return print_completions(argc > 2 ? argv[2] : NULL,
					 argc > 3 ? argv[3] : NULL, out, err);
	else if (is_one_of(argv[1], "help", "--help", "-h"))
		return print_help(argc > 2 ? argv[2] : NULL, out, err);
	else if (is_one_of(argv[1], "version", "--version", "-V"))
		cli_print_version(out, program);
	else
		return unknown_command(argv[1], err);
	return SCOUT_OK;
}

int main(int argc, char **argv)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct output out;
	int code = EXIT_FAILED, rc;

	cli_ignore_sigpipe();
	rc = output_init(&out, STDOUT_FILENO, &err);
	if (!rc)
		rc = run(argc, argv, &out, &code, &err);
	if (rc < 0) {
		if (!err.code)
			err.code = (enum scout_status)rc;
		output_flush(&out);
		cli_print_err(program, &err);
		code = command_failure_code(&err);
	} else {
		code = cli_finish(program, &out, code);
	}
	output_release(&out);
	return code;
}
