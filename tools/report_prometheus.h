/*
 * A report of runs in Prometheus' text format (0.0.4), for the textfile
 * collector of its node exporter.  Every sample has the index folder as a label,
 * so that the files of several indexes can lie in one folder.
 */
#ifndef SCOUT_TOOLS_REPORT_PROMETHEUS_H
#define SCOUT_TOOLS_REPORT_PROMETHEUS_H

#include "tools/job_report.h"

/* Prints it. */
void report_prometheus(struct output *out, const struct job_report *report);

#endif
