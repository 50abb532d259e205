/*
 * The figures of an index as one JSON object, exact, for programs.
 */
#ifndef SCOUT_TOOLS_PRINT_STATS_JSON_H
#define SCOUT_TOOLS_PRINT_STATS_JSON_H

#include "index_format/index_stats.h"
#include "tools/output.h"

/*
 * Prints {"index":...,...} without its closing brace and newline, so that the
 * caller can add keys.
 */
void print_stats_json(struct output *out, const char *index_dir,
		      const struct index_stats *stats);

#endif
