/*
 * Separators as they are written in arguments: \n, \r, \t, \0, \\ and \xHH stand
 * for a byte; any other backslash for itself.
 */
#ifndef SCOUT_TOOLS_UNESCAPE_H
#define SCOUT_TOOLS_UNESCAPE_H

#include "base/buf.h"

/* Appends the bytes that text stands for. */
void unescape(const char *text, struct buf *out);

#endif
