#include "index_format/inline_list.h"

#include "index_format/postings.h"

/* Small differences of either sign as small numbers. */
static uint64_t zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static int64_t unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

void inline_list_put(struct buf *out, struct span plain, doc_id base)
{
	const uint8_t *p, *end = plain.ptr + plain.len;
	uint64_t head;

	p = get_varint64(plain.ptr, end, &head);
	SCOUT_ASSERT(p);
	buf_put_varint(out, zigzag((int64_t)(head >> 1) - base) << 1 |
				    (head & 1));
	buf_put(out, p, (size_t)(end - p));
}

doc_id plain_list_first(struct span plain)
{
	uint64_t head;
	const uint8_t *p;

	p = get_varint64(plain.ptr, plain.ptr + plain.len, &head);
	SCOUT_ASSERT(p);
	return (doc_id)(head >> 1);
}

static uint32_t sum(const uint32_t *values, unsigned n)
{
	uint32_t total = 0;
	unsigned i;

	for (i = 0; i < n; i++)
		total += values[i];
	return total;
}

bool repeat_list_put(struct buf *out, uint32_t df, struct span head,
		     struct span plain)
{
	uint32_t docs[DOCS_BLOCK], freqs[DOCS_BLOCK], cf, i, left = 0, doc = 0;
	uint32_t mine[POSITIONS_BLOCK], theirs[POSITIONS_BLOCK];
	const uint8_t *p = doc_run_get(head.ptr, head.ptr + head.len, DOC_NONE,
				       df, docs, freqs);
	size_t run_len;

	SCOUT_ASSERT(p);
	run_len = (size_t)(p - head.ptr);
	if (plain.len < run_len || memcmp(plain.ptr, head.ptr, run_len))
		return false;
	cf = sum(freqs, df);
	if (cf > REPEAT_MAX_POSITIONS)
		return false;
	p = position_block_get(p, head.ptr + head.len, cf, theirs);
	SCOUT_ASSERT(p);
	p = position_block_get(plain.ptr + run_len, plain.ptr + plain.len, cf,
			       mine);
	SCOUT_ASSERT(p);
	for (i = 0; i < cf; i++, left--) {
		if (left) {
			buf_put_varint(out, mine[i]);
			continue;
		}
		left = freqs[doc++];
		buf_put_varint(out, zigzag((int64_t)mine[i] - theirs[i]));
	}
	return true;
}

const uint8_t *inline_run_get(struct span list, doc_id base, unsigned n,
			      uint32_t *docs, uint32_t *freqs)
{
	const uint8_t *p, *end = list.ptr + list.len;
	uint64_t head;

	p = inline_list_start(list, base, &head);
	if (!p)
		return NULL;
	docs[0] = (doc_id)(head >> 1);
	freqs[0] = 1;
	if (!(head & 1)) {
		p = get_varint32(p, end, &freqs[0]);
		if (!p || freqs[0] > UINT32_MAX - 2)
			return NULL;
		freqs[0] += 2;
	}
	return doc_run_get(p, end, docs[0], n - 1, docs + 1, freqs + 1);
}

const uint8_t *repeat_positions_get(struct span bytes, struct span head,
				    const uint32_t *freqs, unsigned n,
				    uint32_t cf, uint32_t gaps[POSITIONS_BLOCK])
{
	const uint8_t *p = bytes.ptr, *end = p + bytes.len;
	uint32_t theirs[POSITIONS_BLOCK], i, left = 0, doc = 0;
	uint64_t v;
	int64_t first;

	if (cf > REPEAT_MAX_POSITIONS ||
	    !position_block_get(head.ptr, head.ptr + head.len, cf, theirs))
		return NULL;
	for (i = 0; i < cf; i++, left--) {
		p = get_varint64(p, end, &v);
		if (!p || v > (uint64_t)UINT32_MAX << 1)
			return NULL;
		if (left) {
			if (v > UINT32_MAX)
				return NULL;
			gaps[i] = (uint32_t)v;
			continue;
		}
		if (doc == n)
			return NULL;
		left = freqs[doc++];
		first = theirs[i] + unzigzag(v);
		if (first < 0 || first > UINT32_MAX)
			return NULL;
		gaps[i] = (uint32_t)first;
	}
	return p;
}
