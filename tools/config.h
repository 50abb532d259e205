/*
 * The user's configuration file: flags that stand before those of the command
 * line.
 *
 * One argument per line, white space around it removed; empty lines and lines
 * that start with '#' are skipped.  They are for scout-query, up to a line
 * "[build]", or another command of scout-index: what follows is for that.
 */
#ifndef SCOUT_TOOLS_CONFIG_H
#define SCOUT_TOOLS_CONFIG_H

#include "tools/flags.h"

/*
 * The folder of the user's settings: $XDG_CONFIG_HOME/scout, else
 * ~/.config/scout; in arena.  NULL if neither variable is set, or memory is
 * short.
 */
const char *config_folder(struct arena *arena);

/*
 * Finds the file: $SCOUT_CONFIG (empty: none), else
 * $XDG_CONFIG_HOME/scout/config, else ~/.config/scout/config, and appends its
 * arguments of a section to args, in arena; section NULL: those for
 * scout-query.  *out_path names the file, or is NULL if there
 * is none.  A missing file is an error only if SCOUT_CONFIG names it.
 */
int config_read(struct arena *arena, const char *section,
		struct flag_list *args, const char **out_path,
		struct scout_err *err);

#endif
