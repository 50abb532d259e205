/* `scout-index stats`: shows what an index holds and what its build took. */
#ifndef SCOUT_TOOLS_STATS_COMMAND_H
#define SCOUT_TOOLS_STATS_COMMAND_H

#include "tools/command.h"

extern const struct command stats_command;

#endif
