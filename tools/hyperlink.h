/*
 * Links in output on a terminal (OSC 8), as ripgrep's --hyperlink-format asks for
 * them.
 *
 * A format is text with {path}, {line}, {column}, {host} and {wslprefix} in it,
 * or one of the names that hyperlink_parse knows.  A link points to the file at
 * its absolute path, percent-encoded.
 */
#ifndef SCOUT_TOOLS_HYPERLINK_H
#define SCOUT_TOOLS_HYPERLINK_H

#include "base/buf.h"
#include "base/err.h"
#include "tools/output.h"

enum { HYPERLINK_MAX_PARTS = 64 };

enum hyperlink_kind {
	LINK_TEXT,
	LINK_PATH,
	LINK_LINE,
	LINK_COLUMN,
	LINK_HOST,
	LINK_WSL_PREFIX,
};

struct hyperlink_part {
	enum hyperlink_kind kind;
	struct span text;	/* of LINK_TEXT, borrowed from the format */
};

/* A parsed format; no parts: no links.  A zeroed one is such. */
struct hyperlink {
	struct hyperlink_part parts[HYPERLINK_MAX_PARTS];
	size_t nparts;
	bool needs_line;	/* has {line} */
	bool needs_host;	/* has {host} */
};

/*
 * Reads a format or the name of one; out borrows it.  SCOUT_E_USAGE if {path} is
 * missing, there is {column} but no {line}, a variable is unknown or not closed,
 * or it does not begin as a URL does.
 */
int hyperlink_parse(const char *format, struct hyperlink *out,
		    struct scout_err *err);

/* What stands for {host}: what the program hostname_bin (NULL: none) prints, else
 * the name of this machine. */
void hyperlink_put_host(const char *hostname_bin, struct buf *out);

/* Appends a path as {path} has it. */
void hyperlink_put_path(struct span path, struct buf *out);

/* What a link is made of, besides its format. */
struct hyperlink_values {
	struct span path;	/* encoded */
	struct span host;
	uint64_t line, column;	/* from 1 */
};

/* Begins a link; what is printed until hyperlink_end is what one clicks on. */
void hyperlink_begin(const struct hyperlink *link,
		     const struct hyperlink_values *values, struct output *out);
void hyperlink_end(struct output *out);

#endif
