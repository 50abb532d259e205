/*
 * Hits as text: ripgrep's forms for terminals and pipes.
 *
 * A text_printer is the sink of a query.  What is byte for byte ripgrep's and
 * what is not is written in docs/query-language.md; a file that matches
 * without hit lines is printed as its path alone.
 */
#ifndef SCOUT_TOOLS_PRINT_TEXT_H
#define SCOUT_TOOLS_PRINT_TEXT_H

#include "base/buf.h"
#include "query/sink.h"
#include "tools/display_path.h"
#include "tools/output.h"
#include "tools/query_flags.h"

struct text_printer {
	/* what is asked for; immutable after text_printer_init */
	enum print_mode mode;
	bool heading, with_path, line_numbers, columns, byte_offset;
	bool only_matching, per_match, trim, null, preview;
	bool uses_matches;	/* submatches matter to what is printed */
	bool has_context;
	bool include_zero;	/* counts of 0 are no matches */
	uint64_t max_columns, max_count;
	const struct colors *colors;	/* NULL: none */
	const struct hyperlink *link;	/* NULL: none */
	struct buf host;		/* of links */
	uint8_t path_separator;
	struct buf separators;		/* owns those below */
	struct span match_separator, context_separator;	/* after fields */
	struct span group_separator;	/* between groups of lines */
	bool has_group_separator;
	struct output *out;
	struct display_path *paths;
	const char *program;	/* for messages on stderr; NULL: none */
	/* the file being printed */
	struct buf path;	/* as printed, coloured */
	size_t path_escapes;	/* bytes of path that are colour */
	struct buf link_path;	/* as links have it */
	bool file_begun;	/* something of it is printed */
	uint64_t start_bytes;	/* output_total at its begin */
	/* all files */
	uint64_t files;
	bool any_printed;
	uint64_t color_bytes;	/* escapes written since the file's begin */
	uint64_t bytes_printed;	/* as --stats counts them: without colours */
};

/* Whether it matters to what is printed where in a line something matches. */
bool text_printer_uses_matches(const struct query_flags *flags, bool color);

/* All arguments but p are borrowed.  color: whether to use flags->colors and
 * links.  SCOUT_E_NOMEM; release it all the same. */
int text_printer_init(struct text_printer *p, const struct query_flags *flags,
		      bool color, struct display_path *paths,
		      struct output *out, struct scout_err *err);
void text_printer_release(struct text_printer *p);

/* The sink; its messages go to stderr if p->program is set. */
struct scout_sink text_printer_sink(struct text_printer *p);

#endif
