/* The positions of segment_reader.h and position_reader.h (format, "Postings",
 * "Position groups"). */
#include "index_format/position_reader.h"
#include "index_format/postings.h"

static unsigned blocks_in_group(const struct posting_cursor *c, uint64_t group)
{
	uint64_t left = c->info.cf - group * GROUP_POSITIONS;

	return left >= GROUP_POSITIONS ?
		       GROUP_BLOCKS :
		       (unsigned)((left + POSITIONS_BLOCK - 1) /
				  POSITIONS_BLOCK);
}

/* Makes a group the one at hand, of a list in blocks. */
static int find_group(struct posting_cursor *c, uint64_t group)
{
	struct span slot;
	int rc;

	if (group == c->group)
		return SCOUT_OK;
	c->group = UINT64_MAX;	/* none, if this fails */
	if (group * GROUP_POSITIONS >= c->info.cf)
		return SCOUT_E_CORRUPT;
	rc = stream_slot(&c->seg->streams[STREAM_SKIP],
			 c->info.skip_slot + c->nblocks + group / 2, &slot);
	if (rc < 0)
		return rc;
	rc = stream_at(&c->seg->streams[STREAM_POSITIONS],
		       get_le64(slot.ptr + group % 2 * GROUP_ENTRY_BYTES),
		       &c->group_bytes);
	if (rc < 0)
		return rc;
	c->next_block = group * GROUP_BLOCKS;
	c->next_block_at = group_head_bytes(blocks_in_group(c, group),
					    c->info.df, c->info.cf);
	if (c->group_bytes.len < c->next_block_at)
		return SCOUT_E_CORRUPT;
	c->group = group;
	return SCOUT_OK;
}

/* Decodes position block number `block` of a list in blocks. */
static int load_group_block(struct posting_cursor *c, uint64_t block)
{
	const uint8_t *p, *end;
	uint64_t left;
	unsigned n;
	int rc;

	if (block < c->next_block)
		c->group = UINT64_MAX;	/* back to its start */
	rc = find_group(c, block / GROUP_BLOCKS);
	if (rc < 0)
		return rc;
	for (; c->next_block < block; c->next_block++)
		c->next_block_at += get_le16(c->group_bytes.ptr +
					     2 * (c->next_block % GROUP_BLOCKS));
	left = c->info.cf - block * POSITIONS_BLOCK;
	n = left < POSITIONS_BLOCK ? (unsigned)left : POSITIONS_BLOCK;
	if (block * POSITIONS_BLOCK >= c->info.cf ||
	    c->next_block_at > c->group_bytes.len)
		return SCOUT_E_CORRUPT;
	p = c->group_bytes.ptr + c->next_block_at;
	end = c->group_bytes.ptr + c->group_bytes.len;
	if (!position_block_get(p, end, n, c->pos_values))
		return SCOUT_E_CORRUPT;
	c->seg->snapshot->bytes_touched +=
		get_le16(c->group_bytes.ptr + 2 * (block % GROUP_BLOCKS));
	c->pos_block = block;
	return SCOUT_OK;
}

/* A repeat has one block, relative to the list that it repeats. */
static int load_repeat(struct posting_cursor *c)
{
	struct span head = { c->run, (size_t)(c->run_end - c->run) };

	if (!repeat_positions_get(c->info.repeat_bytes, head, c->freqs,
				  c->info.df, (uint32_t)c->info.cf,
				  c->pos_values))
		return SCOUT_E_CORRUPT;
	c->seg->snapshot->bytes_touched += c->info.repeat_bytes.len;
	c->pos_block = 0;
	return SCOUT_OK;
}

/* The same for an inline or short list: block after block from its start. */
static int load_run_block(struct posting_cursor *c, uint64_t block)
{
	const uint8_t *p = c->run;
	uint64_t b, left;

	if (block * POSITIONS_BLOCK >= c->info.cf)
		return SCOUT_E_CORRUPT;
	if (c->info.kind == POSTING_REPEAT)
		return load_repeat(c);
	for (b = 0; b <= block; b++) {
		left = c->info.cf - b * POSITIONS_BLOCK;
		p = position_block_get(p, c->run_end,
			       left < POSITIONS_BLOCK ? (unsigned)left :
							POSITIONS_BLOCK,
			       c->pos_values);
		if (!p)
			return SCOUT_E_CORRUPT;
	}
	c->pos_block = block;
	return SCOUT_OK;
}

/* Makes block number `block` the decoded one. */
static int load_block(struct posting_cursor *c, uint64_t block)
{
	if (block == c->pos_block)
		return SCOUT_OK;
	c->pos_block = UINT64_MAX;	/* none, if this fails */
	return c->run ? load_run_block(c, block) : load_group_block(c, block);
}

/* Ordinal of the first position of the current document. */
static uint64_t current_ordinal(struct posting_cursor *c)
{
	if (c->ordinal_index > c->index) {
		c->ordinal = c->block_ordinal;
		c->ordinal_index = 0;
	}
	while (c->ordinal_index < c->index)
		c->ordinal += c->freqs[c->ordinal_index++];
	return c->ordinal;
}

static int reserve_positions(struct posting_cursor *c, size_t n)
{
	size_t cap = c->positions_cap ? c->positions_cap : 64;
	term_pos *grown;

	if (n <= c->positions_cap)
		return SCOUT_OK;
	while (cap < n)
		cap *= 2;
	grown = scout_realloc(MEM_QUERY, c->positions, cap * sizeof(*grown));
	if (!grown)
		return SCOUT_E_NOMEM;
	c->positions = grown;
	c->positions_cap = cap;
	return SCOUT_OK;
}

/* Turns n gaps of the decoded block into positions after *pos.  The first gap of
 * a document may be 0, the others never are. */
static int add_gaps(const uint32_t *gaps, uint32_t n, bool is_first,
		    uint64_t *pos, term_pos *out)
{
	uint64_t at = *pos + gaps[0];
	bool has_zero = !is_first && !gaps[0];
	uint32_t i;

	/* one test at the end: sums of 32-bit gaps cannot wrap 64 bits */
	out[0] = (term_pos)at;
	for (i = 1; i < n; i++) {
		has_zero |= !gaps[i];
		at += gaps[i];
		out[i] = (term_pos)at;
	}
	*pos = at;
	return has_zero || at > UINT32_MAX ? SCOUT_E_CORRUPT : SCOUT_OK;
}

int posting_positions(struct posting_cursor *c, const term_pos **out,
		      uint32_t *out_n)
{
	uint64_t ordinal, pos = 0;
	uint32_t done, n;
	int rc;

	rc = posting_freq(c, &done);
	if (rc < 0)
		return rc;
	ordinal = current_ordinal(c);
	if (ordinal + c->freq > c->info.cf)
		return SCOUT_E_CORRUPT;
	rc = reserve_positions(c, c->freq);
	for (done = 0; done < c->freq && !rc; done += n, ordinal += n) {
		rc = load_block(c, ordinal / POSITIONS_BLOCK);
		if (rc < 0)
			break;
		n = POSITIONS_BLOCK - (uint32_t)(ordinal % POSITIONS_BLOCK);
		if (n > c->freq - done)
			n = c->freq - done;
		rc = add_gaps(c->pos_values + ordinal % POSITIONS_BLOCK, n,
			      !done, &pos, c->positions + done);
	}
	if (rc < 0)
		return rc;
	*out = c->positions;
	*out_n = c->freq;
	return SCOUT_OK;
}

/* --- One position after the other ---------------------------------------- */

int position_reader_open(struct position_reader *r, struct posting_cursor *c)
{
	uint32_t freq;
	int rc = posting_freq(c, &freq);

	if (rc < 0)
		return rc;
	r->cursor = c;
	r->ordinal = current_ordinal(c);
	r->end = r->ordinal + freq;
	r->gap = r->gap_end = c->pos_values;
	r->pos = 0;
	if (r->end > c->info.cf)
		return SCOUT_E_CORRUPT;
	return position_next(r);
}

int position_refill(struct position_reader *r)
{
	uint32_t in_block = (uint32_t)(r->ordinal % POSITIONS_BLOCK), n;
	int rc;

	if (r->ordinal == r->end)
		return SCOUT_END;
	rc = load_block(r->cursor, r->ordinal / POSITIONS_BLOCK);
	if (rc < 0)
		return rc;
	n = POSITIONS_BLOCK - in_block;
	if (n > r->end - r->ordinal)
		n = (uint32_t)(r->end - r->ordinal);
	r->gap = r->cursor->pos_values + in_block;
	r->gap_end = r->gap + n;
	r->ordinal += n;
	return SCOUT_OK;
}

/* Leaves out blocks of a dense term that end before target, by the position kept
 * in front of the one after them. */
static int skip_blocks(struct position_reader *r, uint64_t target)
{
	struct posting_cursor *c = r->cursor;
	uint64_t next, before;
	const uint8_t *starts;
	int rc;

	for (;;) {
		next = r->ordinal / POSITIONS_BLOCK + 1;
		if (next * POSITIONS_BLOCK >= r->end)
			return SCOUT_OK;
		rc = find_group(c, next / GROUP_BLOCKS);
		if (rc < 0)
			return rc;
		starts = c->group_bytes.ptr +
			 2 * (size_t)blocks_in_group(c, c->group);
		before = get_le32(starts + 4 * (next % GROUP_BLOCKS));
		if (before >= target)
			return SCOUT_OK;
		r->ordinal = next * POSITIONS_BLOCK;
		r->pos = before;
	}
}

/* Adds up the gaps at hand as long as their sum stays below target. */
static void add_below(struct position_reader *r, uint64_t target)
{
	const uint32_t *g = r->gap, *end = r->gap_end;
	uint64_t pos = r->pos, sum;

	for (; end - g >= 8; g += 8) {
		sum = ((uint64_t)g[0] + g[1] + g[2] + g[3]) +
		      ((uint64_t)g[4] + g[5] + g[6] + g[7]);
		if (pos + sum >= target)
			break;
		pos += sum;
	}
	while (g < end && pos < target)
		pos += *g++;
	r->gap = g;
	r->pos = pos;
}

int position_seek(struct position_reader *r, uint64_t target)
{
	const struct posting_cursor *c = r->cursor;
	bool has_starts = c->info.kind == POSTING_BLOCKS &&
			  positions_are_dense(c->info.df, c->info.cf);
	int rc;

	for (;;) {
		add_below(r, target);
		if (r->pos >= target)
			return SCOUT_OK;
		rc = has_starts && r->ordinal < r->end ?
			     skip_blocks(r, target) : SCOUT_OK;
		if (!rc)
			rc = position_refill(r);
		if (rc)
			return rc;
	}
}

static inline bool are_near(uint64_t a, uint64_t b, uint32_t after,
			    uint32_t before)
{
	/* differences below 1 wrap to large numbers */
	return b - a - 1 < after || a - b - 1 < before;
}

/* When two positions are near enough. */
struct nearness {
	bool meets;	/* offset positions apart, else at most after or before */
	uint32_t offset, after, before;
};

static inline bool is_near(const struct nearness *n, uint64_t at, uint64_t to)
{
	return n->meets ? at == to : are_near(at, to, n->after, n->before);
}

/*
 * Two lists of like lengths are merged step by step, as far as both have gaps at
 * hand.  Which of them moves is chance, so it is computed and not branched on: a
 * wrong guess would cost as much as several steps.
 */
static inline void merge_to(struct position_reader *a,
			    struct position_reader *b, struct nearness near)
{
	const uint32_t *x = a->gap, *y = b->gap;
	const uint32_t *x_end = a->gap_end, *y_end = b->gap_end;
	uint64_t at = a->pos + near.offset, to = b->pos, mask;

	while (!is_near(&near, at, to) && x < x_end && y < y_end) {
		mask = (uint64_t)0 - (at < to);
		at += *x & mask;
		to += *y & ~mask;
		x -= (int64_t)mask;
		y += 1 + (int64_t)mask;
	}
	a->gap = x;
	b->gap = y;
	a->pos = at - near.offset;
	b->pos = to;
}

enum { SKEW = 8 };	/* from here on the shorter list leads */

static bool is_skewed(const struct position_reader *a,
		      const struct position_reader *b)
{
	uint64_t na = position_count(a), nb = position_count(b);

	return na > nb * SKEW || nb > na * SKEW;
}

/* Each in turn moves to where the other says, leaving out what is between. */
static int meet_by_seeking(struct position_reader *a, struct position_reader *b,
			   uint32_t offset)
{
	int rc = SCOUT_OK;

	while (!rc && a->pos + offset != b->pos)
		rc = a->pos + offset < b->pos ?
			     position_seek(a, b->pos - offset) :
			     position_seek(b, a->pos + offset);
	return rc;
}

int position_meet(struct position_reader *a, struct position_reader *b,
		  uint32_t offset)
{
	int rc = SCOUT_OK;

	if (is_skewed(a, b))
		return meet_by_seeking(a, b, offset);
	while (!rc) {
		merge_to(a, b, (struct nearness){ true, offset, 0, 0 });
		if (a->pos + offset == b->pos)
			break;
		rc = a->pos + offset < b->pos ? position_next(a) :
						position_next(b);
	}
	return rc;
}

static int near_by_seeking(struct position_reader *a, struct position_reader *b,
			   uint32_t after, uint32_t before)
{
	int rc = SCOUT_OK;

	while (!rc && !are_near(a->pos, b->pos, after, before)) {
		if (a->pos == b->pos)
			rc = position_next(b);
		else if (a->pos < b->pos)
			rc = position_seek(a, b->pos - a->pos > after ?
						      b->pos - after :
						      a->pos + 1);
		else
			rc = position_seek(b, a->pos - b->pos > before ?
						      a->pos - before :
						      b->pos + 1);
	}
	return rc;
}

int position_near(struct position_reader *a, struct position_reader *b,
		  uint32_t after, uint32_t before)
{
	int rc = SCOUT_OK;

	if (is_skewed(a, b))
		return near_by_seeking(a, b, after, before);
	while (!rc) {
		merge_to(a, b, (struct nearness){ false, 0, after, before });
		if (are_near(a->pos, b->pos, after, before))
			break;
		rc = a->pos < b->pos ? position_next(a) : position_next(b);
	}
	return rc;
}
