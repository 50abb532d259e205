/* `scout-index dump`: prints what is in an index as text. */
#ifndef SCOUT_TOOLS_DUMP_COMMAND_H
#define SCOUT_TOOLS_DUMP_COMMAND_H

#include "base/err.h"
#include "tools/output.h"

/* Runs the command.  Negative on failure, with the text in err. */
int dump_command_run(const char **args, size_t nargs, struct output *out,
		     struct scout_err *err);

/* The command's flags, for the help text. */
void dump_command_print_help(struct output *out);

#endif
