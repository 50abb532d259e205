/* `scout-index schedule`: have update run now and then. */
#ifndef SCOUT_TOOLS_SCHEDULE_COMMAND_H
#define SCOUT_TOOLS_SCHEDULE_COMMAND_H

#include "tools/command.h"

extern const struct command schedule_command;

#endif
