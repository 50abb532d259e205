/* Part of a dump: the stored values as they are. */
#ifndef SCOUT_INDEX_FORMAT_DUMP_RAW_H
#define SCOUT_INDEX_FORMAT_DUMP_RAW_H

#include "index_format/dumper.h"

/* Key, length and XXH3 of every value. */
int dump_raw(struct dumper *d, struct scout_err *err);
/* The same for the values that make the content: dictionary blocks, and chunks
 * but those of the document table, which holds times. */
int dump_raw_content(struct dumper *d, struct scout_err *err);
/* The skip list, a line for every path. */
int dump_skip_list(struct dumper *d, struct scout_err *err);

#endif
