/* `scout-index compact`: make an index as small as it can be. */
#ifndef SCOUT_TOOLS_COMPACT_COMMAND_H
#define SCOUT_TOOLS_COMPACT_COMMAND_H

#include "tools/command.h"

extern const struct command compact_command;

#endif
