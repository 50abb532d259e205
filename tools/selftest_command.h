/*
 * `scout-index selftest`: asks random questions with the index and without it
 * and compares the answers.  Exit codes: 0 equal, 1 a difference, 2 an error.
 */
#ifndef SCOUT_TOOLS_SELFTEST_COMMAND_H
#define SCOUT_TOOLS_SELFTEST_COMMAND_H

#include "tools/command.h"

extern const struct command selftest_command;

#endif
