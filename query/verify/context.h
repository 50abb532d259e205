/*
 * Hit lines with the lines around them, as answers.
 */
#ifndef SCOUT_QUERY_VERIFY_CONTEXT_H
#define SCOUT_QUERY_VERIFY_CONTEXT_H

#include "query/verify/answers.h"
#include "query/verify/hit_lines.h"
#include "query/verify/line_scan.h"

/*
 * Adds the lines of hits (finished) and their context to the file at work.
 * scan has just been started on the text.  SCOUT_E_NOTFOUND if the text does
 * not have the lines (it changed), SCOUT_E_LIMIT if that is too much to hold,
 * SCOUT_E_IO, SCOUT_E_NOMEM, or what the sink returned.
 */
int context_put(struct line_scan *scan, const struct hit_lines *hits,
		uint32_t before, uint32_t after, struct answers *out);

#endif
