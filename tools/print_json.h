/*
 * Hits as JSON lines: ripgrep's messages begin, match, context, end, summary,
 * with its keys in its order.
 *
 * Additions are extra keys: "changed" in an end message (the file differed from
 * the index and was read as it is now), "scout" in the summary.
 */
#ifndef SCOUT_TOOLS_PRINT_JSON_H
#define SCOUT_TOOLS_PRINT_JSON_H

#include "query/sink.h"
#include "tools/display_path.h"
#include "tools/output.h"

struct json_printer {
	struct output *out;
	struct display_path *paths;
	bool with_operands;	/* submatches say of which operand */
	const char *program;	/* for messages on stderr; NULL: none */
	struct output path;		/* the file's path as a data object; in
					 * memory only, never flushed */
	/* the file being printed */
	int64_t start_ns;
	uint64_t start_bytes;		/* output_total at its begin */
	uint64_t lines, matches;
	/* all files */
	uint64_t files;
	uint64_t bytes_printed;		/* as ripgrep counts: no end messages */
};

/* out and paths are borrowed.  SCOUT_E_NOMEM. */
int json_printer_init(struct json_printer *p, struct display_path *paths,
		      struct output *out, struct scout_err *err);
void json_printer_release(struct json_printer *p);

/* The sink; its messages go to stderr if p->program is set. */
struct scout_sink json_printer_sink(struct json_printer *p);

/* The summary message.  elapsed_ns is that of the whole process. */
void json_printer_summary(struct json_printer *p,
			  const struct scout_query_stats *stats,
			  uint64_t elapsed_ns);

#endif
