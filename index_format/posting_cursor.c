/* The posting cursor of segment_reader.h (format, "Postings"). */
#include "index_format/segment_reader.h"

#include "index_format/postings.h"

/* The whole list of an inline or short term is one block. */
static int open_run(struct posting_cursor *c, struct span bytes)
{
	const uint8_t *end = bytes.ptr + bytes.len;

	if (c->info.df > SHORT_MAX_DOCS)
		return SCOUT_E_CORRUPT;
	if (c->info.kind == POSTING_SHORT)
		c->run = doc_run_get(bytes.ptr, end, DOC_NONE, c->info.df,
				     c->docs, c->freqs);
	else
		c->run = inline_run_get(bytes, c->info.base_doc, c->info.df,
					c->docs, c->freqs);
	c->run_end = end;
	c->in_block = c->info.df;
	c->has_freqs = true;
	if (!c->run || c->docs[c->in_block - 1] >= c->seg->ndocs)
		return SCOUT_E_CORRUPT;
	c->seg->snapshot->bytes_touched += bytes.len;
	return SCOUT_OK;
}

int posting_cursor_init(struct posting_cursor *c, struct segment_reader *seg,
			const struct term_info *info)
{
	struct span bytes;
	int rc;

	c->seg = seg;
	c->info = *info;
	c->doc = DOC_NONE;
	c->freq = 0;
	c->at_end = false;
	c->block = 0;
	c->nblocks = 1;
	c->in_block = 0;
	c->index = UINT32_MAX;
	c->block_ordinal = c->ordinal = 0;
	c->ordinal_index = 0;
	c->has_freqs = false;
	c->run = NULL;
	c->group = c->next_block = UINT64_MAX;
	c->pos_block = UINT64_MAX;
	c->positions = NULL;
	c->positions_cap = 0;
	if (info->cf > seg->nwords || info->df > seg->ndocs)
		return SCOUT_E_CORRUPT;
	switch (info->kind) {
	case POSTING_INLINE:
	case POSTING_REPEAT:
		return open_run(c, info->inline_bytes);
	case POSTING_SHORT:
		rc = stream_at(&seg->streams[STREAM_SHORT], info->addr, &bytes);
		if (rc < 0)
			return rc;
		if (bytes.len < info->short_bytes)
			return SCOUT_E_CORRUPT;
		return open_run(c, span_of(bytes.ptr, info->short_bytes));
	case POSTING_BLOCKS:
		c->nblocks = (info->df + DOCS_BLOCK - 1) / DOCS_BLOCK;
		c->block = UINT32_MAX;	/* none decoded */
		return SCOUT_OK;
	}
	return SCOUT_E_CORRUPT;
}

void posting_cursor_release(struct posting_cursor *c)
{
	scout_free(c->positions);
	c->positions = NULL;
}

static int read_skip(struct posting_cursor *c, uint32_t block,
		     struct skip_entry *out)
{
	struct span slot;
	int rc = stream_slot(&c->seg->streams[STREAM_SKIP],
			     c->info.skip_slot + block, &slot);

	if (rc < 0)
		return rc;
	skip_entry_get(slot.ptr, out);
	return SCOUT_OK;
}

static int decode_block(struct posting_cursor *c, uint32_t block)
{
	struct skip_entry e, before = { .last_doc = DOC_NONE };
	struct span bytes;
	const uint8_t *p, *end;
	int rc;

	rc = read_skip(c, block, &e);
	if (!rc && block)
		rc = read_skip(c, block - 1, &before);
	if (!rc)
		rc = stream_at(&c->seg->streams[STREAM_DOCS], e.addr, &bytes);
	if (rc < 0)
		return rc;
	end = bytes.ptr + bytes.len;
	c->in_block = DOCS_BLOCK;
	c->has_freqs = false;
	if (block == c->nblocks - 1 && c->info.df % DOCS_BLOCK) {
		c->in_block = c->info.df % DOCS_BLOCK;
		c->has_freqs = true;
		p = doc_run_get(bytes.ptr, end, before.last_doc, c->in_block,
				c->docs, c->freqs);
	} else {
		p = doc_block_get(bytes.ptr, end, before.last_doc, e.last_doc,
				  c->docs);
	}
	if (!p || c->docs[c->in_block - 1] != e.last_doc ||
	    e.last_doc >= c->seg->ndocs)
		return SCOUT_E_CORRUPT;
	c->seg->snapshot->bytes_touched += (size_t)(p - bytes.ptr);
	c->freq_bytes = p;
	c->block_end = end;
	c->block = block;
	c->block_ordinal = c->ordinal = e.ordinal;
	c->ordinal_index = 0;
	return SCOUT_OK;
}

static int stand_on(struct posting_cursor *c, uint32_t index)
{
	posting_stand(c, index);
	return SCOUT_OK;
}

static int past_end(struct posting_cursor *c)
{
	c->at_end = true;
	c->doc = DOC_NONE;
	return SCOUT_END;
}

int posting_next(struct posting_cursor *c)
{
	uint32_t next;
	int rc;

	if (c->at_end)
		return SCOUT_END;
	if (c->block != UINT32_MAX && c->index + 1 < c->in_block)
		return stand_on(c, c->index + 1);
	next = c->block == UINT32_MAX ? 0 : c->block + 1;
	if (next >= c->nblocks)
		return past_end(c);
	rc = decode_block(c, next);
	return rc < 0 ? rc : stand_on(c, 0);
}

/* First block from `from` on whose last document is >= target: doubling steps,
 * then halving. */
static int find_block(struct posting_cursor *c, uint32_t from, doc_id target,
		      uint32_t *out)
{
	uint32_t lo = from, hi = from, step = 1, mid;
	struct skip_entry e;
	int rc;

	/* [from, lo) end before target; look for the first that does not */
	for (;;) {
		if (hi >= c->nblocks) {
			hi = c->nblocks;
			break;
		}
		rc = read_skip(c, hi, &e);
		if (rc < 0)
			return rc;
		if (e.last_doc >= target)
			break;
		lo = hi + 1;
		hi = lo + step;
		step *= 2;
	}
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		rc = read_skip(c, mid, &e);
		if (rc < 0)
			return rc;
		if (e.last_doc >= target)
			hi = mid;
		else
			lo = mid + 1;
	}
	*out = lo;
	return SCOUT_OK;
}

int posting_block_bound(struct posting_cursor *c, doc_id doc,
			struct posting_bound *out)
{
	struct skip_entry e;
	uint32_t block;
	int rc;

	*out = (struct posting_bound){ .last_doc = DOC_NONE - 1,
				       .max_freq = UINT32_MAX };
	if (c->info.kind != POSTING_BLOCKS)
		return SCOUT_OK;
	rc = find_block(c, c->block == UINT32_MAX ? 0 : c->block, doc, &block);
	if (!rc && block < c->nblocks)
		rc = read_skip(c, block, &e);
	if (rc < 0)
		return rc;
	if (block == c->nblocks) {
		out->max_freq = 0;
		return SCOUT_OK;
	}
	out->last_doc = e.last_doc;
	out->max_freq = e.max_freq == UINT8_MAX ? UINT32_MAX : e.max_freq;
	out->min_norm = e.min_norm;
	return SCOUT_OK;
}

/* First document of the decoded block from `from` on that is >= target. */
static uint32_t find_in_block(const struct posting_cursor *c, uint32_t from,
			      doc_id target)
{
	uint32_t lo = from, hi = c->in_block, near = from + 4;

	/* often it is one of the next few */
	for (; lo < hi && lo < near; lo++)
		if (c->docs[lo] >= target)
			return lo;
	while (lo < hi && hi - lo > 8) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (c->docs[mid] < target)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo < hi && c->docs[lo] < target)
		lo++;
	return lo;
}

int posting_seek(struct posting_cursor *c, doc_id target)
{
	uint32_t from, index, block;
	bool decoded = c->block != UINT32_MAX;
	int rc;

	if (c->at_end)
		return SCOUT_END;
	if (c->doc != DOC_NONE && c->doc >= target)
		return SCOUT_OK;
	from = c->index == UINT32_MAX ? 0 : c->index;
	if (decoded && c->docs[c->in_block - 1] >= target) {
		index = find_in_block(c, from, target);
		return stand_on(c, index);
	}
	if (c->info.kind != POSTING_BLOCKS)
		return past_end(c);
	rc = find_block(c, decoded ? c->block + 1 : 0, target, &block);
	if (rc < 0)
		return rc;
	if (block >= c->nblocks)
		return past_end(c);
	rc = decode_block(c, block);
	if (rc < 0)
		return rc;
	return stand_on(c, find_in_block(c, 0, target));
}

/* Frequencies are unpacked only when somebody asks. */
static int load_freqs(struct posting_cursor *c)
{
	uint32_t i;

	if (c->has_freqs)
		return SCOUT_OK;
	if (!pfor_get(c->freq_bytes, c->block_end, c->freqs))
		return SCOUT_E_CORRUPT;
	for (i = 0; i < DOCS_BLOCK; i++)
		if (!++c->freqs[i])
			return SCOUT_E_CORRUPT;
	c->has_freqs = true;
	return SCOUT_OK;
}

int posting_freq(struct posting_cursor *c, uint32_t *out)
{
	int rc = load_freqs(c);

	if (rc < 0)
		return rc;
	*out = c->freq = c->freqs[c->index];
	return SCOUT_OK;
}
