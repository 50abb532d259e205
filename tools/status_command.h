/* `scout-index status`: is the index as its folder is, and how is it? */
#ifndef SCOUT_TOOLS_STATUS_COMMAND_H
#define SCOUT_TOOLS_STATUS_COMMAND_H

#include "tools/command.h"

extern const struct command status_command;

#endif
