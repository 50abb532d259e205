/*
 * A command of scout-index: what its file offers to the table in scout-index.c,
 * which finds it by its name, reads its flags, prints its help and runs it.
 */
#ifndef SCOUT_TOOLS_COMMAND_H
#define SCOUT_TOOLS_COMMAND_H

#include "base/err.h"
#include "tools/flags.h"
#include "tools/index_arg.h"
#include "tools/output.h"

/* Exit codes of commands that change an index. */
enum command_exit {
	EXIT_DONE = 0,
	EXIT_SOME_UNREADABLE = 1,
	EXIT_FAILED = 2,
	EXIT_LOCKED = 75,		/* EX_TEMPFAIL: try again later */
	EXIT_SIGNAL = 128,		/* plus the signal's number */
};

/* One run of a command. */
struct command_run {
	const struct command *command;
	void *options;			/* as its flags have it */
	struct flag_list words;		/* its arguments that are no flags */
	struct arena *arena;		/* lives until it ends */
	struct output *out;
	int exit_code;			/* EXIT_DONE unless set */
	struct scout_err *err;
};

struct command {
	const char *name;
	const char *usage;		/* its arguments: "[FLAGS] DIR" */
	const char *help;		/* what it does, half a line */
	const struct flag_table *flags;
	size_t options_bytes;		/* of the struct that the flags set */
	/* sets what is not zero without flags; NULL: nothing is */
	void (*preset)(void *options);
	/* Negative with a text in run->err if it failed. */
	int (*run)(struct command_run *run);
};

extern const struct command build_command, update_command, watch_command,
	compact_command, status_command, stats_command, check_command,
	selftest_command, dump_command, list_command, add_command,
	remove_command, schedule_command;

/*
 * Reads the arguments after the command's name, and runs it or prints its help.
 * run: zeroed but for arena, out and err.
 */
int command_call(const struct command *command, const char **args, size_t nargs,
		 struct command_run *run);

/* SCOUT_E_USAGE if there are more words than the one of which index it is. */
int command_check_index(const struct command_run *run,
			const struct index_arg *index);

/* Finds the index that the flag or the only word means, as index_arg_find. */
int command_find_index(const struct command_run *run,
		       const struct index_arg *index, const char **out_dir);

/* The exit code of a command that failed with err. */
int command_failure_code(const struct scout_err *err);

/* Prints usage and flags: what COMMAND --help shows. */
void command_print_help(const struct command *command, struct output *out);

#endif
