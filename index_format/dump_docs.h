/* Part of a dump: documents and their line maps. */
#ifndef SCOUT_INDEX_FORMAT_DUMP_DOCS_H
#define SCOUT_INDEX_FORMAT_DUMP_DOCS_H

#include "index_format/dumper.h"

/* A line for every document of every segment; with_stat: also what depends on
 * when and where it was indexed. */
int dump_docs(struct dumper *d, bool with_stat, struct scout_err *err);
/* A line for every line map. */
int dump_line_maps(struct dumper *d, struct scout_err *err);
/* A line for every line of the document with that path. */
int dump_lines_of(struct dumper *d, struct span path, struct scout_err *err);

#endif
