/*
 * `scout-index watch`: keeps an index up to date until it is told to end.
 *
 * Exit codes: 0 after SIGINT or SIGTERM, 2 if there is nothing left to watch.
 */
#ifndef SCOUT_TOOLS_WATCH_COMMAND_H
#define SCOUT_TOOLS_WATCH_COMMAND_H

#include "tools/command.h"

extern const struct command watch_command;

#endif
