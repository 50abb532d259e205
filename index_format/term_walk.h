/*
 * The terms of a segment in order, with leaps: for whoever looks at terms alone,
 * knows from one of them that the next ones are not wanted either, and asks for
 * the infos of few.
 *
 * A walk is used by one thread, within its snapshot.
 */
#ifndef SCOUT_INDEX_FORMAT_TERM_WALK_H
#define SCOUT_INDEX_FORMAT_TERM_WALK_H

#include "index_format/segment_reader.h"

struct term_walk {
	struct segment_reader *seg;
	struct store_cursor *cursor;
	struct dict_block block;
	unsigned group_number;		/* of the group at hand */
	struct dict_group group;
	unsigned next;			/* term in it */
	bool at_end;
	uint32_t nblocks;		/* decoded */
	struct span term;	/* current; borrowed until the next call */
};

/* Stands before the first term.  Close it whatever happened. */
int term_walk_open(struct term_walk *w, struct segment_reader *seg,
		   struct scout_err *err);
void term_walk_close(struct term_walk *w);

/* SCOUT_OK with w->term, SCOUT_END, SCOUT_E_CORRUPT. */
int term_walk_next(struct term_walk *w, struct scout_err *err);

/* Goes to before the first term >= target, which must be greater than the
 * current term. */
int term_walk_leap(struct term_walk *w, struct span target,
		   struct scout_err *err);

/* What is known of the current term; borrowed as it is.  Cheap if asked of
 * terms in order. */
int term_walk_info(struct term_walk *w, struct term_info *out,
		   struct scout_err *err);

/* The number of the current term in w->block. */
static inline unsigned term_walk_number(const struct term_walk *w)
{
	return w->group_number * DICT_RESTART + w->next - 1;
}

#endif
