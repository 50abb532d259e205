/* `scout-index dump`: prints what is in an index as text. */
#ifndef SCOUT_TOOLS_DUMP_COMMAND_H
#define SCOUT_TOOLS_DUMP_COMMAND_H

#include "tools/command.h"

extern const struct command dump_command;

#endif
