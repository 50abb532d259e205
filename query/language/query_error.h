/*
 * Pieces of a query inside messages.
 *
 * A message is one line on a terminal, and a query may hold anything: control
 * characters become spaces, bytes that are not UTF-8 become `?`, and long
 * pieces are cut.  query_error_print itself is declared in parser.h.
 */
#ifndef SCOUT_QUERY_LANGUAGE_QUERY_ERROR_H
#define SCOUT_QUERY_LANGUAGE_QUERY_ERROR_H

#include "base/buf.h"
#include "base/span.h"

enum excerpt_style {
	EXCERPT_PLAIN,
	EXCERPT_IN_QUOTES,	/* \ and " escaped, as inside quotes */
};

struct excerpt {
	char text[64];
};

/* Fills e with a printable piece of s; returns e->text. */
const char *excerpt_of(struct span s, enum excerpt_style style,
		       struct excerpt *e);

/* Appends s as a terminal may show it. */
void put_printable(struct span s, struct buf *out);

#endif
