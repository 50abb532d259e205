/* A list of paths from a file or the standard input: --paths-from. */
#ifndef SCOUT_TOOLS_PATH_LIST_H
#define SCOUT_TOOLS_PATH_LIST_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Appends the bytes of the file ("-": the standard input) to out, and an end after
 * the last path if it has none.  SCOUT_E_IO, SCOUT_E_NOMEM.
 */
int path_list_read(const char *from, uint8_t end, struct buf *out,
		   struct scout_err *err);

#endif
