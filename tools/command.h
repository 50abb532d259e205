/*
 * A command of scout-index: what its file offers to the table in scout-index.c,
 * which finds it by its name, prints its help and runs it.
 */
#ifndef SCOUT_TOOLS_COMMAND_H
#define SCOUT_TOOLS_COMMAND_H

#include "base/err.h"
#include "tools/flags.h"
#include "tools/output.h"

/* Exit codes of commands that change an index. */
enum command_exit {
	EXIT_DONE = 0,
	EXIT_SOME_UNREADABLE = 1,
	EXIT_FAILED = 2,
	EXIT_LOCKED = 75,		/* EX_TEMPFAIL: try again later */
	EXIT_SIGNAL = 128,		/* plus the signal's number */
};

struct command {
	const char *name;
	const char *usage;		/* its arguments: "[FLAGS] DIR" */
	const char *help;		/* what it does, half a line */
	const struct flag_table *flags;	/* NULL: none */
	/*
	 * Runs it with the arguments after its name.  *out_code is EXIT_DONE
	 * unless set.  Negative with a text in err if it failed.
	 */
	int (*run)(const char **args, size_t nargs, struct output *out,
		   int *out_code, struct scout_err *err);
};

/* The exit code of a command that failed with err. */
int command_failure_code(const struct scout_err *err);

/* Prints usage and flags: what COMMAND --help shows. */
void command_print_help(const struct command *command, struct output *out);

#endif
