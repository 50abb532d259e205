#include "index_format/postings.h"

#include "index_format/bitpack.h"
#include "index_format/prefix_sum.h"

enum {
	DOCS_BITSET = 0x40,	/* first byte of a block: a bitset follows */
	GROUP_HEAD_BYTES = 6,	/* of a block: its length, the position before */
};

void skip_entry_put(const struct skip_entry *e, uint8_t out[SKIP_ENTRY_BYTES])
{
	put_le32(out, e->last_doc);
	put_le32(out + 4, (uint32_t)e->addr);
	out[8] = (uint8_t)(e->addr >> 32);
	put_le32(out + 9, (uint32_t)e->ordinal);
	out[13] = (uint8_t)(e->ordinal >> 32);
	out[14] = e->max_freq;
	out[15] = e->min_norm;
}

void skip_entry_get(const uint8_t in[SKIP_ENTRY_BYTES], struct skip_entry *e)
{
	e->last_doc = get_le32(in);
	e->addr = get_le32(in + 4) | (uint64_t)in[8] << 32;
	e->ordinal = get_le32(in + 9) | (uint64_t)in[13] << 32;
	e->max_freq = in[14];
	e->min_norm = in[15];
}

void posting_encoder_init(struct posting_encoder *e,
			  enum scout_mem_owner owner)
{
	buf_init(&e->doc_bytes, owner);
	buf_init(&e->skips, owner);
	buf_init(&e->group_bytes, owner);
	buf_init(&e->group_lens, owner);
	e->norms = NULL;
	posting_encoder_begin(e, SURFACE_OTHER);
}

void posting_encoder_set_norms(struct posting_encoder *e, const uint8_t *norms)
{
	e->norms = norms;
}

void posting_encoder_release(struct posting_encoder *e)
{
	buf_release(&e->doc_bytes);
	buf_release(&e->skips);
	buf_release(&e->group_bytes);
	buf_release(&e->group_lens);
}

void posting_encoder_begin(struct posting_encoder *e, uint8_t surface)
{
	e->surface = surface;
	e->ndocs = e->ngaps = 0;
	e->is_long = e->has_last_doc = false;
	e->df = 0;
	e->cf = e->block_ordinal = 0;
	e->last_doc = 0;
	e->last_pos = 0;
	buf_clear(&e->doc_bytes);
	buf_clear(&e->skips);
	buf_clear(&e->group_bytes);
	buf_clear(&e->group_lens);
	e->npieces = e->nskips_dropped = e->ngroups_dropped = 0;
}

/* gap - 1 shifted left, the low bit says "frequency 1"; else it follows. */
static void doc_run_put(struct buf *out, bool has_base, doc_id base,
			unsigned n, const uint32_t *docs, const uint32_t *freqs)
{
	uint64_t gap;
	unsigned i;

	for (i = 0; i < n; i++) {
		gap = has_base ? (uint64_t)docs[i] - base - 1 : docs[i];
		has_base = true;
		base = docs[i];
		buf_put_varint(out, gap << 1 | (freqs[i] == 1));
		if (freqs[i] != 1)
			buf_put_varint(out, freqs[i] - 2);
	}
}

const uint8_t *doc_run_get(const uint8_t *p, const uint8_t *end, doc_id base,
			   unsigned n, uint32_t *docs, uint32_t *freqs)
{
	uint64_t v, doc = base == DOC_NONE ? 0 : (uint64_t)base + 1;
	uint32_t freq;
	unsigned i;

	for (i = 0; i < n; i++) {
		p = get_varint64(p, end, &v);
		if (!p || (v >> 1) > DOC_NONE)
			return NULL;
		doc += v >> 1;
		freq = 1;
		if (!(v & 1)) {
			p = get_varint32(p, end, &freq);
			if (!p || freq > UINT32_MAX - 2)
				return NULL;
			freq += 2;
		}
		if (doc >= DOC_NONE)
			return NULL;
		docs[i] = (uint32_t)doc++;
		freqs[i] = freq;
	}
	return p;
}

static void doc_bitset_put(struct buf *out, uint64_t first, const uint32_t *docs,
			   size_t nbytes)
{
	uint8_t *bits;
	unsigned i;

	buf_put_u8(out, DOCS_BITSET);
	if (!buf_reserve(out, nbytes))
		return;
	bits = out->ptr + out->len;
	memset(bits, 0, nbytes);
	for (i = 0; i < DOCS_BLOCK; i++) {
		uint64_t bit = docs[i] - first;

		bits[bit >> 3] |= (uint8_t)(1 << (bit & 7));
	}
	out->len += nbytes;
}

/* 128 documents: gaps in a frame of reference, or a bitset if that is smaller. */
static void doc_block_put(struct buf *out, bool has_base, doc_id base,
			  const uint32_t *docs)
{
	uint64_t first = has_base ? (uint64_t)base + 1 : 0;
	uint32_t gaps[DOCS_BLOCK];
	size_t bitset_bytes;
	unsigned i, width;

	for (i = 0; i < DOCS_BLOCK; i++)
		gaps[i] = i ? docs[i] - docs[i - 1] - 1 :
			      (uint32_t)(docs[0] - first);
	width = pack_width(gaps, DOCS_BLOCK);
	bitset_bytes = (size_t)((docs[DOCS_BLOCK - 1] - first) >> 3) + 1;
	if (bitset_bytes < pack_bytes(width)) {
		doc_bitset_put(out, first, docs, bitset_bytes);
		return;
	}
	buf_put_u8(out, (uint8_t)width);
	if (!buf_reserve(out, pack_bytes(width)))
		return;
	pack_values(gaps, width, out->ptr + out->len);
	out->len += pack_bytes(width);
}

static const uint8_t *doc_bitset_get(const uint8_t *p, const uint8_t *end,
				     uint64_t first, doc_id last_doc,
				     uint32_t *docs)
{
	size_t nbytes, i, size;
	unsigned n = 0;
	uint64_t bits;

	if (last_doc < first)
		return NULL;
	nbytes = (size_t)((last_doc - first) >> 3) + 1;
	if ((size_t)(end - p) < nbytes)
		return NULL;
	for (i = 0; i < nbytes; i += size) {
		size = nbytes - i >= 8 ? 8 : 1;
		bits = size == 8 ? get_le64(p + i) : p[i];
		for (; bits; bits &= bits - 1) {
			if (n == DOCS_BLOCK)
				return NULL;
			docs[n++] = (uint32_t)(first + i * 8 +
					       (unsigned)__builtin_ctzll(bits));
		}
	}
	return n == DOCS_BLOCK ? p + nbytes : NULL;
}

const uint8_t *doc_block_get(const uint8_t *p, const uint8_t *end, doc_id base,
			     doc_id last_doc, uint32_t *docs)
{
	uint64_t doc = base == DOC_NONE ? 0 : (uint64_t)base + 1;
	unsigned width;

	if (p >= end)
		return NULL;
	width = *p++;
	if (width == DOCS_BITSET) {
		p = doc_bitset_get(p, end, doc, last_doc, docs);
	} else {
		if (width > 32 || (size_t)(end - p) < pack_bytes(width))
			return NULL;
		unpack_values(p, width, docs);
		p += pack_bytes(width);
		if (prefix_sum(docs, width, doc) > DOC_NONE)
			return NULL;
	}
	return p && docs[DOCS_BLOCK - 1] == last_doc ? p : NULL;
}

/* Puts the staged documents into a block of their own. */
static void finish_doc_block(struct posting_encoder *e)
{
	struct skip_entry skip = { .last_doc = e->docs[e->ndocs - 1],
				   .ordinal = e->block_ordinal };
	size_t start = e->doc_bytes.len;
	uint32_t freqs[DOCS_BLOCK], max = 0;
	uint8_t min_norm = e->norms ? UINT8_MAX : 0;
	unsigned i;

	for (i = 0; i < e->ndocs; i++) {
		if (e->freqs[i] > max)
			max = e->freqs[i];
		if (e->norms && e->norms[e->docs[i]] < min_norm)
			min_norm = e->norms[e->docs[i]];
		e->block_ordinal += e->freqs[i];
	}
	skip.min_norm = min_norm;
	if (e->ndocs == DOCS_BLOCK) {
		doc_block_put(&e->doc_bytes, e->has_last_doc, e->last_doc,
			      e->docs);
		for (i = 0; i < DOCS_BLOCK; i++)
			freqs[i] = e->freqs[i] - 1;
		pfor_put(&e->doc_bytes, freqs);
	} else {
		doc_run_put(&e->doc_bytes, e->has_last_doc, e->last_doc,
			    e->ndocs, e->docs, e->freqs);
	}
	skip.addr = e->doc_bytes.len - start;
	skip.max_freq = max > 255 ? 255 : (uint8_t)max;
	buf_put(&e->skips, &skip, sizeof(skip));
	e->last_doc = skip.last_doc;
	e->has_last_doc = true;
	e->ndocs = 0;
}

static void put_positions(struct buf *out, const uint32_t *gaps, unsigned n)
{
	unsigned i;

	if (n == POSITIONS_BLOCK) {
		pfor_put(out, gaps);
		return;
	}
	for (i = 0; i < n; i++)
		buf_put_varint(out, gaps[i]);
}

/*
 * A group: the lengths of its blocks, the position before each, the blocks.
 * Whether the positions are kept is known when the term ends: segment_writer.
 */
static void finish_group(struct posting_encoder *e, unsigned first, unsigned n)
{
	size_t start = e->group_bytes.len, head;
	unsigned nblocks = (n + POSITIONS_BLOCK - 1) / POSITIONS_BLOCK, b;
	const uint32_t *gaps = e->gaps + first;
	const term_pos *starts = e->starts + first / POSITIONS_BLOCK;
	uint32_t len;

	if (!buf_reserve(&e->group_bytes, GROUP_HEAD_BYTES * (size_t)nblocks))
		return;
	e->group_bytes.len += GROUP_HEAD_BYTES * (size_t)nblocks;
	for (b = 0; b < nblocks; b++)
		put_le32(e->group_bytes.ptr + start + 2 * (size_t)nblocks +
				 4 * (size_t)b,
			 starts[b]);
	for (b = 0; b < nblocks; b++) {
		unsigned from = b * POSITIONS_BLOCK;
		unsigned count = n - from < POSITIONS_BLOCK ? n - from :
							      POSITIONS_BLOCK;

		head = e->group_bytes.len;
		put_positions(&e->group_bytes, gaps + from, count);
		if (buf_status(&e->group_bytes) < 0)
			return;
		put_le16(e->group_bytes.ptr + start + 2 * b,
			 (uint16_t)(e->group_bytes.len - head));
	}
	len = (uint32_t)(e->group_bytes.len - start);
	buf_put(&e->group_lens, &len, sizeof(len));
}

/* Writes whole groups; keeps the rest staged. */
static void drain_groups(struct posting_encoder *e)
{
	unsigned done = 0;

	while (e->ngaps - done >= GROUP_POSITIONS) {
		finish_group(e, done, GROUP_POSITIONS);
		done += GROUP_POSITIONS;
	}
	memmove(e->starts, e->starts + done / POSITIONS_BLOCK,
		((e->ngaps - done + POSITIONS_BLOCK - 1) / POSITIONS_BLOCK) *
			sizeof(e->starts[0]));
	memmove(e->gaps, e->gaps + done,
		(e->ngaps - done) * sizeof(e->gaps[0]));
	e->ngaps -= done;
}

void posting_encoder_doc(struct posting_encoder *e, doc_id doc)
{
	if (e->ndocs == DOCS_BLOCK) {
		e->is_long = true;
		finish_doc_block(e);
	}
	e->docs[e->ndocs] = doc;
	e->freqs[e->ndocs] = 0;
	e->ndocs++;
	e->df++;
	e->last_pos = 0;
}

uint32_t *posting_encoder_room(struct posting_encoder *e, uint32_t *out_room)
{
	if (e->ngaps >= (e->is_long ? GROUP_POSITIONS : SHORT_MAX_POSITIONS)) {
		e->is_long = true;
		drain_groups(e);
	}
	if (e->ngaps % POSITIONS_BLOCK == 0)
		e->starts[e->ngaps / POSITIONS_BLOCK] = e->last_pos;
	*out_room = POSITIONS_BLOCK - e->ngaps % POSITIONS_BLOCK;
	return e->gaps + e->ngaps;
}

void posting_encoder_position(struct posting_encoder *e, term_pos pos)
{
	uint32_t room;

	*posting_encoder_room(e, &room) = pos - e->last_pos;
	posting_encoder_gaps_put(e, 1, pos);
}

void posting_encoder_positions(struct posting_encoder *e, const term_pos *pos,
			       size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		posting_encoder_position(e, pos[i]);
}

static uint32_t count_skips(const struct posting_encoder *e)
{
	return (uint32_t)(e->skips.len / sizeof(struct skip_entry));
}

static uint32_t count_groups(const struct posting_encoder *e)
{
	return (uint32_t)(e->group_lens.len / sizeof(uint32_t));
}

/* Whether all was made: a buffer forgets a failure when it is emptied. */
static int encoder_status(const struct posting_encoder *e)
{
	if (buf_status(&e->doc_bytes) < 0 || buf_status(&e->skips) < 0 ||
	    buf_status(&e->group_bytes) < 0 || buf_status(&e->group_lens) < 0)
		return SCOUT_E_NOMEM;
	return SCOUT_OK;
}

int posting_encoder_piece(const struct posting_encoder *e,
			  struct list_piece *out)
{
	int rc = encoder_status(e);

	if (rc < 0)
		return rc;
	out->nskips = count_skips(e) - e->nskips_dropped;
	out->ngroups = count_groups(e) - e->ngroups_dropped;
	out->doc_bytes = buf_span(&e->doc_bytes);
	out->group_bytes = buf_span(&e->group_bytes);
	return SCOUT_OK;
}

void posting_encoder_drop(struct posting_encoder *e)
{
	e->nskips_dropped = count_skips(e);
	e->ngroups_dropped = count_groups(e);
	e->npieces++;
	buf_clear(&e->doc_bytes);
	buf_clear(&e->group_bytes);
}

/* Heads of the in-memory form; our own process reads it back at once. */
struct term_head {
	uint32_t df;
	uint16_t kind, surface;
	uint64_t cf;
	uint32_t term_len, bytes_len;
	uint32_t nskips, ngroups, npieces, zero;
	uint64_t doc_bytes_len, group_bytes_len;
};

static void finish_short(struct posting_encoder *e, struct term_head *head)
{
	unsigned done = 0;

	doc_run_put(&e->doc_bytes, false, 0, e->ndocs, e->docs, e->freqs);
	while (done < e->ngaps) {
		unsigned n = e->ngaps - done;

		if (n > POSITIONS_BLOCK)
			n = POSITIONS_BLOCK;
		put_positions(&e->doc_bytes, e->gaps + done, n);
		done += n;
	}
	head->bytes_len = (uint32_t)e->doc_bytes.len;
	head->kind = e->doc_bytes.len <= POSTING_INLINE_MAX ? POSTING_INLINE :
							      POSTING_SHORT;
}

static void finish_long(struct posting_encoder *e, struct term_head *head)
{
	if (e->ndocs)
		finish_doc_block(e);
	drain_groups(e);
	if (e->ngaps)
		finish_group(e, 0, e->ngaps);
	head->kind = POSTING_BLOCKS;
	head->nskips = count_skips(e);
	head->ngroups = count_groups(e);
	head->npieces = e->npieces;
	head->doc_bytes_len = e->doc_bytes.len;
	head->group_bytes_len = e->group_bytes.len;
}

int posting_encoder_finish(struct posting_encoder *e, struct span term,
			   struct buf *out)
{
	struct term_head head = { .df = e->df, .cf = e->cf,
				  .surface = e->surface,
				  .term_len = (uint32_t)term.len };

	SCOUT_ASSERT(e->df && e->cf >= e->df);
	if (e->is_long || e->ndocs > SHORT_MAX_DOCS)
		finish_long(e, &head);
	else
		finish_short(e, &head);
	buf_put(out, &head, sizeof(head));
	buf_put_span(out, term);
	if (head.kind == POSTING_BLOCKS) {
		buf_put_span(out, buf_span(&e->skips));
		buf_put_span(out, buf_span(&e->group_lens));
		buf_put_span(out, buf_span(&e->group_bytes));
	}
	buf_put_span(out, buf_span(&e->doc_bytes));
	return encoder_status(e) < 0 ? SCOUT_E_NOMEM : buf_status(out);
}

static struct span take(struct span *bytes, size_t n)
{
	struct span s = { bytes->ptr, n };

	SCOUT_ASSERT(n <= bytes->len);
	bytes->ptr += n;
	bytes->len -= n;
	return s;
}

void encoded_term_next(struct span *bytes, struct encoded_term *out)
{
	struct term_head head;

	memset(out, 0, sizeof(*out));
	memcpy(&head, take(bytes, sizeof(head)).ptr, sizeof(head));
	out->df = head.df;
	out->cf = head.cf;
	out->kind = (enum posting_kind)head.kind;
	out->surface = (uint8_t)head.surface;
	out->term = take(bytes, head.term_len);
	if (out->kind != POSTING_BLOCKS) {
		out->bytes = take(bytes, head.bytes_len);
		return;
	}
	out->nskips = head.nskips;
	out->ngroups = head.ngroups;
	out->npieces = head.npieces;
	out->skips = take(bytes, head.nskips * sizeof(struct skip_entry)).ptr;
	out->group_lens = take(bytes, head.ngroups * sizeof(uint32_t)).ptr;
	out->group_bytes = take(bytes, head.group_bytes_len);
	out->doc_bytes = take(bytes, head.doc_bytes_len);
}
