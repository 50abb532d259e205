/* A report of runs as one JSON object. */
#ifndef SCOUT_TOOLS_REPORT_JSON_H
#define SCOUT_TOOLS_REPORT_JSON_H

#include "tools/job_report.h"

/* Prints it, with a newline at its end. */
void report_json(struct output *out, const struct job_report *report,
		 int exit_code);

#endif
