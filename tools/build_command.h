/* `scout-index build`: makes the index of a folder. */
#ifndef SCOUT_TOOLS_BUILD_COMMAND_H
#define SCOUT_TOOLS_BUILD_COMMAND_H

#include "tools/command.h"

extern const struct command build_command;

#endif
