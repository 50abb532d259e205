/* Part of a check: the dictionary, and with it the postings of every term. */
#ifndef SCOUT_INDEX_FORMAT_CHECK_TERMS_H
#define SCOUT_INDEX_FORMAT_CHECK_TERMS_H

#include "index_format/checker.h"

/* Checks the keys of all dictionary blocks. */
int check_dict_keys(struct checker *c);
/* Checks the blocks of one segment whose documents are checked, and all that
 * they lead to. */
int check_terms(struct checker *c, struct checked_segment *seg);

#endif
