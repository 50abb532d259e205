/*
 * Stored bytes as readable text: printable ASCII and the letters, digits and
 * marks of valid UTF-8 as they are, a backslash doubled, every other byte as
 * \xNN.  A line of text stays one line, whatever the bytes.  Any thread.
 */
#ifndef SCOUT_INDEX_FORMAT_ESCAPE_H
#define SCOUT_INDEX_FORMAT_ESCAPE_H

#include "base/buf.h"
#include "base/span.h"

/* Appends the bytes as readable text. */
void escape_put(struct buf *out, struct span bytes);

#endif
