/*
 * `scout-index check`: verifies an index and says what is wrong with it.
 *
 * The check runs in a child process, so that even a damaged page of the store,
 * which may crash whoever reads it, ends in a verdict.
 */
#ifndef SCOUT_TOOLS_CHECK_COMMAND_H
#define SCOUT_TOOLS_CHECK_COMMAND_H

#include "base/err.h"
#include "tools/output.h"

/*
 * Runs the command.  *out_code: 0 the index is sound, 1 it is damaged, 2 it
 * could not be checked (said on stderr).  Negative for bad arguments and the
 * like, with the text in err.
 */
int check_command_run(const char **args, size_t nargs, struct output *out,
		      int *out_code, struct scout_err *err);

/* The command's flags, for the help text. */
void check_command_print_help(struct output *out);

#endif
