/*
 * `scout-index check`: verifies an index and says what is wrong with it.
 *
 * The check runs in a child process, so that even a damaged page of the store,
 * which may crash whoever reads it, ends in a verdict.  Exit codes: 0 the index
 * is sound, 1 it is damaged, 2 it could not be checked (said on stderr).
 */
#ifndef SCOUT_TOOLS_CHECK_COMMAND_H
#define SCOUT_TOOLS_CHECK_COMMAND_H

#include "tools/command.h"

extern const struct command check_command;

#endif
