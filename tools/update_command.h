/* `scout-index update`: bring an index up to date with its folder. */
#ifndef SCOUT_TOOLS_UPDATE_COMMAND_H
#define SCOUT_TOOLS_UPDATE_COMMAND_H

#include "tools/command.h"

extern const struct command update_command;

#endif
