/*
 * Part of a check: the filters of a segment's dictionary blocks, made again from
 * the terms and compared.
 */
#ifndef SCOUT_INDEX_FORMAT_CHECK_FILTERS_H
#define SCOUT_INDEX_FORMAT_CHECK_FILTERS_H

#include "index_format/checker.h"
#include "index_format/term_filter.h"

struct filter_check {
	struct checker *checker;
	struct checked_segment *seg;
	struct filter_writer made;	/* the group at hand */
	uint32_t group;			/* its number */
};

/* Begins a segment; release it in any case.  SCOUT_OK or SCOUT_E_NOMEM. */
int filter_check_init(struct filter_check *f, struct checker *c,
		      struct checked_segment *seg);
void filter_check_release(struct filter_check *f);
/* Takes the next term of the block at hand. */
void filter_check_term(struct filter_check *f, struct span term);
/* Ends the block, and with the last of a group compares it. */
void filter_check_block(struct filter_check *f);
/* After the last block of the segment. */
void filter_check_end(struct filter_check *f);

#endif
