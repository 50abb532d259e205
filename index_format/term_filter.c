#include "index_format/term_filter.h"

#include "base/err.h"

int filter_init(struct filter_writer *w, enum scout_mem_owner owner)
{
	memset(w, 0, sizeof(*w));
	w->rows = scout_calloc(owner, 1, FILTER_GROUP_BYTES);
	return w->rows ? SCOUT_OK : SCOUT_E_NOMEM;
}

void filter_release(struct filter_writer *w)
{
	scout_free(w->rows);
	w->rows = NULL;
}

static void set_bit(uint64_t block[FILTER_BITS / 64], unsigned bit)
{
	block[bit / 64] |= (uint64_t)1 << bit % 64;
}

void filter_set_term(uint64_t block[FILTER_BITS / 64], struct span last,
		     struct span term)
{
	size_t shared = 0, i;

	while (shared < last.len && shared < term.len &&
	       last.ptr[shared] == term.ptr[shared])
		shared++;
	/* trigrams that lie in what is shared are set already */
	for (i = shared < 2 ? 0 : shared - 2; i + 3 <= term.len; i++)
		set_bit(block, filter_bit(term.ptr[i], term.ptr[i + 1],
					  term.ptr[i + 2]));
	if (term.len >= TERM_CUT_MIN_BYTES)
		set_bit(block, FILTER_CUT_BIT);
	if (term.len >= 2)
		set_bit(block, filter_bit(term.ptr[term.len - 2],
					  term.ptr[term.len - 1], 0));
}

void filter_add(struct filter_writer *w, struct span term)
{
	filter_set_term(w->block, span_of(w->last, w->last_len), term);
	memcpy(w->last, term.ptr, term.len);
	w->last_len = (unsigned)term.len;
}

void filter_end_block(struct filter_writer *w)
{
	uint8_t *column = w->rows + w->nblocks / 8;
	uint8_t mask = (uint8_t)(1 << w->nblocks % 8);
	unsigned i;
	uint64_t bits;

	SCOUT_ASSERT(w->nblocks < FILTER_BLOCKS);
	for (i = 0; i < FILTER_BITS / 64; i++)
		for (bits = w->block[i]; bits; bits &= bits - 1)
			column[(i * 64 + (unsigned)__builtin_ctzll(bits)) *
			       (size_t)FILTER_ROW_BYTES] |= mask;
	memset(w->block, 0, sizeof(w->block));
	w->last_len = 0;
	w->nblocks++;
}

struct span filter_finish(struct filter_writer *w)
{
	size_t row = filter_row_bytes(w->nblocks), i;

	/* rows of a smaller group close up */
	for (i = 1; i < FILTER_BITS && row < FILTER_ROW_BYTES; i++)
		memmove(w->rows + i * row, w->rows + i * FILTER_ROW_BYTES, row);
	return span_of(w->rows, row * FILTER_BITS);
}

void filter_clear(struct filter_writer *w)
{
	memset(w->rows, 0, FILTER_GROUP_BYTES);
	w->nblocks = 0;
}
