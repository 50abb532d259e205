#include "index_format/dictionary.h"

#include "base/hash.h"

enum {
	BLOCK_HEAD = 4,		/* terms, offset of the infos */
	RESTART_BYTES = 4,	/* offset of a term, offset of its info */
	CHECKSUM_BYTES = 8,
	KIND_BITS = 2,
};

void dict_block_init(struct dict_block_writer *w, enum scout_mem_owner owner)
{
	memset(w, 0, sizeof(*w));
	buf_init(&w->terms, owner);
	buf_init(&w->infos, owner);
}

void dict_block_release(struct dict_block_writer *w)
{
	buf_release(&w->terms);
	buf_release(&w->infos);
}

static unsigned restarts(unsigned nterms)
{
	return (nterms + DICT_RESTART - 1) / DICT_RESTART;
}

static void put_term(struct dict_block_writer *w, struct span term,
		     bool is_restart)
{
	unsigned shared = 0;

	if (!is_restart) {
		while (shared < w->last_len && shared < term.len &&
		       w->last[shared] == term.ptr[shared])
			shared++;
		buf_put_u8(&w->terms, (uint8_t)shared);
	}
	buf_put_u8(&w->terms, (uint8_t)(term.len - shared));
	buf_put(&w->terms, term.ptr + shared, term.len - shared);
}

static void put_info(struct buf *out, const struct term_info *info,
		     const struct term_info *prev)
{
	buf_put_varint(out, (uint64_t)info->df << KIND_BITS | info->kind);
	buf_put_varint(out, info->cf - info->df);
	switch (info->kind) {
	case POSTING_INLINE:
		buf_put_u8(out, (uint8_t)info->inline_bytes.len);
		buf_put_span(out, info->inline_bytes);
		break;
	case POSTING_SHORT:
		buf_put_varint(out, info->addr - prev->addr);
		buf_put_varint(out, info->short_bytes);
		break;
	case POSTING_BLOCKS:
		buf_put_varint(out, info->docs_addr - prev->docs_addr);
		buf_put_varint(out, info->skip_slot - prev->skip_slot);
		break;
	}
}

/* What the next term's addresses are relative to. */
static void advance_prev(struct term_info *prev, const struct term_info *info)
{
	if (info->kind == POSTING_SHORT) {
		prev->addr = info->addr + info->short_bytes;
	} else if (info->kind == POSTING_BLOCKS) {
		prev->docs_addr = info->docs_addr;
		prev->skip_slot = info->skip_slot;
	}
}

int dict_block_add(struct dict_block_writer *w, struct span term,
		   const struct term_info *info)
{
	size_t terms_len = w->terms.len, infos_len = w->infos.len, size;
	bool is_restart = w->nterms % DICT_RESTART == 0;
	struct term_info prev = w->prev;

	SCOUT_ASSERT(term.len <= TERM_MAX_BYTES);
	if (is_restart)
		memset(&prev, 0, sizeof(prev));
	put_term(w, term, is_restart);
	put_info(&w->infos, info, &prev);
	if (buf_status(&w->terms) < 0 || buf_status(&w->infos) < 0)
		return SCOUT_E_NOMEM;
	size = BLOCK_HEAD + RESTART_BYTES * restarts(w->nterms + 1) +
	       w->terms.len + w->infos.len + CHECKSUM_BYTES;
	if (size > DICT_BLOCK_BYTES) {
		SCOUT_ASSERT(w->nterms > 0);
		w->terms.len = terms_len;
		w->infos.len = infos_len;
		return SCOUT_END;
	}
	if (is_restart) {
		w->term_restart[w->nterms / DICT_RESTART] = (uint16_t)terms_len;
		w->info_restart[w->nterms / DICT_RESTART] = (uint16_t)infos_len;
	}
	if (!w->nterms) {
		memcpy(w->first, term.ptr, term.len);
		w->first_len = (unsigned)term.len;
	}
	memcpy(w->last, term.ptr, term.len);
	w->last_len = (unsigned)term.len;
	advance_prev(&prev, info);
	w->prev = prev;
	w->nterms++;
	return SCOUT_OK;
}

int dict_block_finish(struct dict_block_writer *w, struct buf *out)
{
	unsigned n = restarts(w->nterms), i;
	size_t head = BLOCK_HEAD + RESTART_BYTES * (size_t)n;

	SCOUT_ASSERT(w->nterms > 0);
	buf_clear(out);
	buf_put_le16(out, (uint16_t)w->nterms);
	buf_put_le16(out, (uint16_t)(head + w->terms.len));
	for (i = 0; i < n; i++) {
		buf_put_le16(out, (uint16_t)(head + w->term_restart[i]));
		buf_put_le16(out, (uint16_t)(head + w->terms.len +
					     w->info_restart[i]));
	}
	buf_put_span(out, buf_span(&w->terms));
	buf_put_span(out, buf_span(&w->infos));
	if (buf_status(out) < 0)
		return SCOUT_E_NOMEM;
	buf_put_le64(out, scout_hash64(out->ptr, out->len));
	buf_clear(&w->terms);
	buf_clear(&w->infos);
	w->nterms = 0;
	memset(&w->prev, 0, sizeof(w->prev));
	return buf_status(out);
}

int dict_block_open(struct dict_block *b, struct span bytes)
{
	unsigned infos;

	if (bytes.len < BLOCK_HEAD + RESTART_BYTES + CHECKSUM_BYTES ||
	    bytes.len > DICT_BLOCK_BYTES)
		return SCOUT_E_CORRUPT;
	b->bytes = span_of(bytes.ptr, bytes.len - CHECKSUM_BYTES);
	b->nterms = get_le16(bytes.ptr);
	b->nrestarts = restarts(b->nterms);
	infos = get_le16(bytes.ptr + 2);
	if (!b->nterms || infos > b->bytes.len ||
	    infos < BLOCK_HEAD + RESTART_BYTES * b->nrestarts)
		return SCOUT_E_CORRUPT;
	b->terms_end = bytes.ptr + infos;
	b->next = 0;
	b->p = bytes.ptr + BLOCK_HEAD + RESTART_BYTES * b->nrestarts;
	b->info_p = b->terms_end;
	b->term_len = 0;
	return SCOUT_OK;
}

static const uint8_t *get_info(const uint8_t *p, const uint8_t *end,
			       struct term_info *info)
{
	uint64_t df_kind, extra, a, b;

	p = get_varint64(p, end, &df_kind);
	p = p ? get_varint64(p, end, &extra) : NULL;
	if (!p || (df_kind >> KIND_BITS) > SEGMENT_MAX_DOCS ||
	    !(df_kind >> KIND_BITS) || extra > UINT64_MAX / 2)
		return NULL;
	info->df = (uint32_t)(df_kind >> KIND_BITS);
	info->cf = info->df + extra;
	switch (df_kind & ((1 << KIND_BITS) - 1)) {
	case POSTING_INLINE:
		info->kind = POSTING_INLINE;
		if (p >= end || *p > POSTING_INLINE_MAX || end - p - 1 < *p)
			return NULL;
		info->inline_bytes = span_of(p + 1, *p);
		return p + 1 + *p;
	case POSTING_SHORT:
		info->kind = POSTING_SHORT;
		/* the place where the term before ended */
		info->addr += info->short_bytes;
		p = get_varint64(p, end, &a);
		p = p ? get_varint32(p, end, &info->short_bytes) : NULL;
		if (!p)
			return NULL;
		info->addr += a;
		return p;
	case POSTING_BLOCKS:
		info->kind = POSTING_BLOCKS;
		p = get_varint64(p, end, &a);
		p = p ? get_varint64(p, end, &b) : NULL;
		if (!p)
			return NULL;
		info->docs_addr += a;
		info->skip_slot += b;
		return p;
	default:
		return NULL;
	}
}

static int next_term(struct dict_block *b)
{
	unsigned shared = 0, rest;

	if (b->next % DICT_RESTART) {
		if (b->p >= b->terms_end)
			return SCOUT_E_CORRUPT;
		shared = *b->p++;
	}
	if (b->p >= b->terms_end)
		return SCOUT_E_CORRUPT;
	rest = *b->p++;
	if (shared > b->term_len || shared + rest > TERM_MAX_BYTES ||
	    rest > (size_t)(b->terms_end - b->p))
		return SCOUT_E_CORRUPT;
	memcpy(b->term + shared, b->p, rest);
	b->term_len = shared + rest;
	b->p += rest;
	return SCOUT_OK;
}

int dict_block_next(struct dict_block *b)
{
	int rc;

	if (b->next == b->nterms)
		return SCOUT_END;
	if (!b->info_p)
		return SCOUT_E_CORRUPT;	/* and it stays so */
	if (b->next % DICT_RESTART == 0)
		memset(&b->info, 0, sizeof(b->info));
	rc = next_term(b);
	if (rc < 0)
		return rc;
	b->info_p = get_info(b->info_p, b->bytes.ptr + b->bytes.len, &b->info);
	if (!b->info_p)
		return SCOUT_E_CORRUPT;
	b->next++;
	return SCOUT_OK;
}

/* The whole term at a restart; false if it is damaged. */
static bool restart_term(const struct dict_block *b, unsigned restart,
			 struct span *out)
{
	const uint8_t *slot = b->bytes.ptr + BLOCK_HEAD +
			      RESTART_BYTES * restart;
	unsigned off = get_le16(slot), info = get_le16(slot + 2);
	const uint8_t *p = b->bytes.ptr + off;
	size_t first = BLOCK_HEAD + RESTART_BYTES * (size_t)b->nrestarts;

	if (off < first || p >= b->terms_end || info > b->bytes.len ||
	    *p > (size_t)(b->terms_end - p - 1))
		return false;
	*out = span_of(p + 1, *p);
	return true;
}

int dict_block_seek(struct dict_block *b, struct span wanted)
{
	unsigned lo = 0, hi = b->nrestarts, mid;
	const uint8_t *slot;
	struct span term;
	int rc;

	/* the last restart whose term is <= wanted */
	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if (!restart_term(b, mid, &term))
			return SCOUT_E_CORRUPT;
		if (span_cmp(term, wanted) <= 0)
			lo = mid;
		else
			hi = mid;
	}
	if (!restart_term(b, lo, &term))
		return SCOUT_E_CORRUPT;
	slot = b->bytes.ptr + BLOCK_HEAD + RESTART_BYTES * lo;
	b->next = lo * DICT_RESTART;
	b->p = b->bytes.ptr + get_le16(slot);
	b->info_p = b->bytes.ptr + get_le16(slot + 2);
	do {
		rc = dict_block_next(b);
		if (rc)
			return rc;
	} while (span_cmp(span_of(b->term, b->term_len), wanted) < 0);
	return SCOUT_OK;
}
