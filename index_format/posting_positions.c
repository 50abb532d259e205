/* The positions of segment_reader.h and position_reader.h (format, "Postings",
 * "Position groups"). */
#include "index_format/position_reader.h"
#include "index_format/postings.h"

/* n values of a partial block, as varints. */
static const uint8_t *get_values(const uint8_t *p, const uint8_t *end,
				 unsigned n, uint32_t *values)
{
	unsigned i;

	if (n == POSITIONS_BLOCK)
		return pfor_get(p, end, values);
	for (i = 0; i < n && p; i++)
		p = get_varint32(p, end, &values[i]);
	return p;
}

/* A group of position blocks of a list in blocks. */
struct group {
	struct span bytes;	/* from its start to the end of the chunk */
	unsigned nblocks;
};

static int find_group(const struct posting_cursor *c, uint64_t group,
		      struct group *out)
{
	uint64_t left;
	struct span slot;
	int rc;

	if (group * GROUP_POSITIONS >= c->info.cf)
		return SCOUT_E_CORRUPT;
	rc = stream_slot(&c->seg->streams[STREAM_SKIP],
			 c->info.skip_slot + c->nblocks + group / 2, &slot);
	if (rc < 0)
		return rc;
	rc = stream_at(&c->seg->streams[STREAM_POSITIONS],
		       get_le64(slot.ptr + group % 2 * GROUP_ENTRY_BYTES),
		       &out->bytes);
	if (rc < 0)
		return rc;
	left = c->info.cf - group * GROUP_POSITIONS;
	out->nblocks = left >= GROUP_POSITIONS ?
			       GROUP_BLOCKS :
			       (unsigned)((left + POSITIONS_BLOCK - 1) /
					  POSITIONS_BLOCK);
	return out->bytes.len < group_head_bytes(out->nblocks, c->info.df,
						 c->info.cf) ?
		       SCOUT_E_CORRUPT : SCOUT_OK;
}

/* Decodes position block number `block` of a list in blocks. */
static int load_group_block(struct posting_cursor *c, uint64_t block)
{
	unsigned in_group = (unsigned)(block % GROUP_BLOCKS), i, n;
	uint64_t left;
	struct group g;
	size_t at;
	int rc;

	rc = find_group(c, block / GROUP_BLOCKS, &g);
	if (rc < 0)
		return rc;
	if (in_group >= g.nblocks)
		return SCOUT_E_CORRUPT;
	at = group_head_bytes(g.nblocks, c->info.df, c->info.cf);
	for (i = 0; i < in_group; i++)
		at += get_le16(g.bytes.ptr + 2 * i);
	left = c->info.cf - block * POSITIONS_BLOCK;
	n = left < POSITIONS_BLOCK ? (unsigned)left : POSITIONS_BLOCK;
	if (at > g.bytes.len ||
	    !get_values(g.bytes.ptr + at, g.bytes.ptr + g.bytes.len, n,
			c->pos_values))
		return SCOUT_E_CORRUPT;
	c->seg->snapshot->bytes_touched += get_le16(g.bytes.ptr + 2 * in_group);
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
		p = get_values(p, c->run_end,
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
	const struct posting_cursor *c = r->cursor;
	uint64_t next, before;
	struct group g;
	int rc;

	for (;;) {
		next = r->ordinal / POSITIONS_BLOCK + 1;
		if (next * POSITIONS_BLOCK >= r->end)
			return SCOUT_OK;
		rc = find_group(c, next / GROUP_BLOCKS, &g);
		if (rc < 0)
			return rc;
		before = get_le32(g.bytes.ptr + 2 * g.nblocks +
				  4 * (next % GROUP_BLOCKS));
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

/*
 * Two lists of like lengths are merged step by step.  Which of them moves is
 * chance, so it is computed and not branched on: a wrong guess would cost as
 * much as several steps.  Both have gaps at hand.
 */
static inline void step(struct position_reader *a, struct position_reader *b,
			bool a_moves)
{
	uint64_t mask = (uint64_t)0 - a_moves;

	a->pos += *a->gap & mask;
	b->pos += *b->gap & ~mask;
	a->gap += a_moves;
	b->gap += !a_moves;
}

static inline bool have_gaps(const struct position_reader *a,
			     const struct position_reader *b)
{
	return a->gap < a->gap_end && b->gap < b->gap_end;
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
	struct position_reader x = *a, y = *b;
	int rc = SCOUT_OK;

	if (is_skewed(a, b))
		return meet_by_seeking(a, b, offset);
	while (!rc) {
		while (x.pos + offset != y.pos && have_gaps(&x, &y))
			step(&x, &y, x.pos + offset < y.pos);
		if (x.pos + offset == y.pos)
			break;
		rc = x.pos + offset < y.pos ? position_next(&x) :
					      position_next(&y);
	}
	*a = x;
	*b = y;
	return rc;
}

static inline bool are_near(const struct position_reader *a,
			    const struct position_reader *b, uint32_t after,
			    uint32_t before)
{
	/* differences below 1 wrap to large numbers */
	return b->pos - a->pos - 1 < after || a->pos - b->pos - 1 < before;
}

static int near_by_seeking(struct position_reader *a, struct position_reader *b,
			   uint32_t after, uint32_t before)
{
	int rc = SCOUT_OK;

	while (!rc && !are_near(a, b, after, before)) {
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
	struct position_reader x = *a, y = *b;
	int rc = SCOUT_OK;

	if (is_skewed(a, b))
		return near_by_seeking(a, b, after, before);
	while (!rc) {
		while (!are_near(&x, &y, after, before) && have_gaps(&x, &y))
			step(&x, &y, x.pos < y.pos);
		if (are_near(&x, &y, after, before))
			break;
		rc = x.pos < y.pos ? position_next(&x) : position_next(&y);
	}
	*a = x;
	*b = y;
	return rc;
}
