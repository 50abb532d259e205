/* Part of a dump: terms and their postings. */
#ifndef SCOUT_INDEX_FORMAT_DUMP_TERMS_H
#define SCOUT_INDEX_FORMAT_DUMP_TERMS_H

#include "index_format/dumper.h"

/* A line for every term that begins with prefix (which is folded first);
 * with_postings: after each, a line for every document. */
int dump_terms(struct dumper *d, struct span prefix, bool with_postings,
	       struct scout_err *err);
/* The same for one word, with the paths of its documents.  SCOUT_E_NOTFOUND. */
int dump_postings_of(struct dumper *d, struct span word,
		     struct scout_err *err);

#endif
