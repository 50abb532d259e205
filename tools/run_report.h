/*
 * What a run that wrote an index says at its end: files it could not read, what
 * it left out, figures.
 */
#ifndef SCOUT_TOOLS_RUN_REPORT_H
#define SCOUT_TOOLS_RUN_REPORT_H

#include "indexer/update.h"
#include "tools/run_flags.h"
#include "tools/output.h"

/*
 * Prints it, as the flags ask, about the index in dir; unreadable files are
 * named on stderr in any case, so that none is missed in silence.  Returns the
 * exit code of the run.  update: what an update did, or NULL.
 */
int run_report_print(const struct run_flags *flags, const char *dir,
		     struct build_report *report,
		     const struct update_report *update, struct output *out);

/* Whether to show something that is asked for with an enum when, on that
 * descriptor. */
bool run_report_wants(int when, int fd);

#endif
