#include "index_format/check_filters.h"

int filter_check_init(struct filter_check *f, struct checker *c,
		      struct checked_segment *seg)
{
	f->checker = c;
	f->seg = seg;
	f->group = 0;
	return filter_init(&f->made, MEM_OTHER);
}

void filter_check_release(struct filter_check *f)
{
	filter_release(&f->made);
}

void filter_check_term(struct filter_check *f, struct span term)
{
	filter_add(&f->made, term);
}

/* After damage to terms the filters cannot be made again. */
static void compare_group(struct filter_check *f)
{
	struct checked_segment *seg = f->seg;
	struct check_layout *layout = &seg->layout[STREAM_FILTERS];
	struct span made = filter_finish(&f->made), stored;

	if (seg->terms_damaged || layout->is_lost)
		return;
	if (stream_at(&seg->streams[STREAM_FILTERS], layout->next,
		      &stored) < 0 ||
	    stored.len < made.len) {
		checker_segment_problem(f->checker, seg,
					"filters: group %u is not in the stream",
					f->group);
		layout->is_lost = true;
		return;
	}
	if (memcmp(stored.ptr, made.ptr, made.len))
		checker_segment_problem(f->checker, seg,
					"filters: group %u does not fit the "
					"dictionary", f->group);
	check_layout_advance(seg, STREAM_FILTERS, layout->next, made.len);
}

static void end_group(struct filter_check *f)
{
	compare_group(f);
	filter_clear(&f->made);
	f->group++;
}

void filter_check_block(struct filter_check *f)
{
	filter_end_block(&f->made);
	if (f->made.nblocks == FILTER_BLOCKS)
		end_group(f);
}

void filter_check_end(struct filter_check *f)
{
	if (f->made.nblocks)
		end_group(f);
	if (!f->seg->terms_damaged)
		check_layout_end(f->checker, f->seg, STREAM_FILTERS);
}
