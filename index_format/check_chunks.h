/* Part of a check: the stream chunks of all segments and their checksums. */
#ifndef SCOUT_INDEX_FORMAT_CHECK_CHUNKS_H
#define SCOUT_INDEX_FORMAT_CHECK_CHUNKS_H

#include "index_format/checker.h"

/* Checks keys, sizes and checksums of every chunk, and finds the chunks for the
 * parts that read them later. */
int check_chunks(struct checker *c);

#endif
