/*
 * The figures of an index as aligned text, for people: what was indexed and
 * skipped, what it cost, where the bytes are.
 */
#ifndef SCOUT_TOOLS_PRINT_STATS_H
#define SCOUT_TOOLS_PRINT_STATS_H

#include "index_format/index_stats.h"
#include "tools/output.h"

/* Prints the figures under the index folder's name. */
void print_stats_text(struct output *out, const char *index_dir,
		      const struct index_stats *stats);

#endif
