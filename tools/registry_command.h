/* `scout-index list`, `add` and `remove`: indexes by name. */
#ifndef SCOUT_TOOLS_REGISTRY_COMMAND_H
#define SCOUT_TOOLS_REGISTRY_COMMAND_H

#include "tools/command.h"

extern const struct command list_command;
extern const struct command add_command;
extern const struct command remove_command;

#endif
