#include "index_format/dictionary.h"

#include "index_format/checksum.h"
#include "index_format/dict_info.h"

enum {
	BLOCK_HEAD = 4,		/* terms, offset of the infos */
	RESTART_BYTES = 4,	/* offset of a term, offset of its info */
	CHECKSUM_BYTES = 8,
};

void dict_block_init(struct dict_block_writer *w, enum scout_mem_owner owner)
{
	memset(w, 0, sizeof(*w));
	buf_init(&w->terms, owner);
	buf_init(&w->infos, owner);
	buf_init(&w->repeat, owner);
}

void dict_block_release(struct dict_block_writer *w)
{
	buf_release(&w->terms);
	buf_release(&w->infos);
	buf_release(&w->repeat);
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

/* Head and cf of all kinds but REPEAT. */
static void put_counts(struct buf *out, const struct term_info *info)
{
	uint64_t head = (uint64_t)(info->df - 1) << INFO_DF_SHIFT |
			(uint64_t)(info->cf > info->df) << INFO_MORE_SHIFT |
			(uint64_t)info->surface << INFO_KIND_BITS | info->kind;

	buf_put_varint(out, head);
	if (info->cf > info->df)
		buf_put_varint(out, info->cf - info->df - 1);
}

static void put_place(struct buf *out, const struct term_info *info,
		      const struct term_info *prev)
{
	if (info->kind == POSTING_SHORT) {
		buf_put_varint(out, info->addr - prev->addr);
		buf_put_varint(out, info->short_bytes);
	} else {
		buf_put_varint(out, info->docs_addr - prev->docs_addr);
		buf_put_varint(out, info->skip_slot - prev->skip_slot);
	}
}

/* An inline list as it is, with its length in front. */
static void put_inline(struct buf *out, const struct term_info *info,
		       const struct inline_head *head)
{
	size_t at;

	put_counts(out, info);
	at = out->len;
	buf_put_u8(out, 0);
	inline_list_put(out, info->inline_bytes, head->first);
	if (!buf_status(out))
		out->ptr[at] = (uint8_t)(out->len - at - 1);
}

/* Appends an inline list in the smaller form: true if as a repeat of head. */
static bool put_inline_or_repeat(struct buf *out, struct buf *scratch,
				 const struct term_info *info,
				 const struct inline_head *head)
{
	size_t start = out->len;

	put_inline(out, info, head);
	buf_clear(scratch);
	if (head->df != info->df || head->cf != info->cf ||
	    !repeat_list_put(scratch, info->df, head->list,
			     info->inline_bytes) ||
	    1 + scratch->len > out->len - start || buf_status(out) < 0)
		return false;
	out->len = start;
	buf_put_u8(out, (uint8_t)(info->surface << INFO_KIND_BITS | POSTING_REPEAT));
	buf_put_span(out, buf_span(scratch));
	return buf_status(scratch) == SCOUT_OK;
}

/* Later lists are stored relative to this one. */
static void set_head(struct dict_block_writer *w, const struct term_info *info)
{
	SCOUT_ASSERT(info->inline_bytes.len <= POSTING_INLINE_MAX);
	memcpy(w->head_bytes, info->inline_bytes.ptr, info->inline_bytes.len);
	w->head.df = info->df;
	w->head.cf = info->cf;
	w->head.list = span_of(w->head_bytes, info->inline_bytes.len);
	w->head.first = plain_list_first(info->inline_bytes);
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
	bool is_restart = w->nterms % DICT_RESTART == 0, is_repeat = false;
	struct term_info prev = w->prev;
	struct inline_head head = w->head;

	SCOUT_ASSERT(term.len <= TERM_MAX_BYTES && info->df);
	if (is_restart) {
		memset(&prev, 0, sizeof(prev));
		memset(&head, 0, sizeof(head));
	}
	put_term(w, term, is_restart);
	if (info->kind == POSTING_INLINE) {
		is_repeat = put_inline_or_repeat(&w->infos, &w->repeat, info,
						 &head);
	} else {
		put_counts(&w->infos, info);
		put_place(&w->infos, info, &prev);
	}
	if (buf_status(&w->terms) < 0 || buf_status(&w->infos) < 0 ||
	    buf_status(&w->repeat) < 0)
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
	w->head = head;
	if (info->kind == POSTING_INLINE && !is_repeat)
		set_head(w, info);
	w->nterms++;
	return SCOUT_OK;
}

int dict_block_finish(struct dict_block_writer *w, uint64_t seed,
		      struct buf *out)
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
	checksum_put(out, seed);
	buf_clear(&w->terms);
	buf_clear(&w->infos);
	w->nterms = 0;
	memset(&w->prev, 0, sizeof(w->prev));
	memset(&w->head, 0, sizeof(w->head));
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

struct span dict_block_value(const struct dict_block *b)
{
	return span_of(b->bytes.ptr, b->bytes.len + CHECKSUM_BYTES);
}

int dict_block_next(struct dict_block *b)
{
	int rc;

	if (b->next == b->nterms)
		return SCOUT_END;
	if (!b->info_p)
		return SCOUT_E_CORRUPT;	/* and it stays so */
	if (b->next % DICT_RESTART == 0) {
		memset(&b->info, 0, sizeof(b->info));
		memset(&b->head, 0, sizeof(b->head));
	}
	rc = next_term(b);
	if (rc < 0)
		return rc;
	b->info_p = dict_info_get(b->info_p, b->bytes.ptr + b->bytes.len, &b->info,
			     &b->head);
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

bool dict_block_is_ascii(struct span bytes)
{
	struct dict_block b;
	const uint8_t *terms;

	/* the lengths between the terms may look like bytes of others */
	if (dict_block_open(&b, bytes) < 0)
		return false;
	terms = b.bytes.ptr + BLOCK_HEAD + RESTART_BYTES * b.nrestarts;
	return span_is_ascii(span_of(terms, (size_t)(b.terms_end - terms)));
}

int dict_block_find_group(const struct dict_block *b, struct span wanted,
			  unsigned *out)
{
	unsigned lo = 0, hi = b->nrestarts, mid;
	struct span term;

	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if (!restart_term(b, mid, &term))
			return SCOUT_E_CORRUPT;
		if (span_cmp(term, wanted) <= 0)
			lo = mid;
		else
			hi = mid;
	}
	*out = lo;
	return restart_term(b, lo, &term) ? SCOUT_OK : SCOUT_E_CORRUPT;
}

int dict_block_seek(struct dict_block *b, struct span wanted)
{
	unsigned lo;
	const uint8_t *slot;
	int rc = dict_block_find_group(b, wanted, &lo);

	if (rc < 0)
		return rc;
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

/* --- Terms without their infos ------------------------------------------- */

/* The first bytes of a term are kept as words, in two parts; with most terms the
 * first is enough. */
enum { PART = 32, FRONT = 2 * PART };

/*
 * Makes a part of the term before into that of one that shares its first bytes.
 * In words, not in memory: to read what was just written in two pieces would
 * wait for both.
 */
static void change_part(uint64_t part[PART / 8], const uint8_t *bytes,
			unsigned shared)
{
	static const uint8_t keeps[2 * PART] = {
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	};
	uint64_t keep, word;
	unsigned i;

	for (i = 0; i < PART / 8; i++) {
		memcpy(&keep, keeps + PART - shared + 8 * i, sizeof(keep));
		memcpy(&word, bytes + 8 * i, sizeof(word));
		part[i] = (part[i] & keep) | (word & ~keep);
	}
}

/* Writes a term of len <= FRONT bytes that shares some with front, its rest at p;
 * what lies there and before is read as if it were FRONT bytes. */
static void write_front(uint64_t front[FRONT / 8], const uint8_t *p,
			unsigned shared, unsigned len, uint8_t *to)
{
	change_part(front, p - shared, shared < PART ? shared : PART);
	memcpy(to, front, PART);
	if (len <= PART)
		return;
	change_part(front + PART / 8, p - shared + PART,
		    shared > PART ? shared - PART : 0);
	memcpy(to + PART, front + PART / 8, PART);
}

int dict_block_unpack(const struct dict_block *b, unsigned group,
		      struct dict_group *out)
{
	const uint8_t *start = b->bytes.ptr, *end = b->terms_end;
	const uint8_t *slot = start + BLOCK_HEAD + RESTART_BYTES * group;
	const uint8_t *p = start + get_le16(slot);
	const uint8_t *block_end = start + b->bytes.len;
	unsigned i, n = dict_group_terms(b, group), shared, rest, len = 0;
	uint8_t *to = out->text, *before = to;
	uint64_t front[FRONT / 8] = { 0 };

	SCOUT_ASSERT(group < b->nrestarts);
	for (i = 0; i < n; i++) {
		if (end - p < 2)
			return SCOUT_E_CORRUPT;
		shared = i ? *p++ : 0;
		rest = p < end ? *p++ : UINT8_MAX;
		if (shared > len || shared + rest > TERM_MAX_BYTES ||
		    rest > end - p)
			return SCOUT_E_CORRUPT;
		len = shared + rest;
		if (len <= FRONT && p - start >= shared &&
		    block_end - p >= FRONT) {
			write_front(front, p, shared, len, to);
		} else {
			/* GCC would make slow string instructions of memcpy */
			memmove(to, before, shared);
			memmove(to + shared, p, rest);
			memcpy(front, to, FRONT);
		}
		p += rest;
		out->start[i] = (uint16_t)(to - out->text);
		before = to;
		to += len;
		*to++ = 0;
	}
	out->n = n;
	out->start[n] = (uint16_t)(to - out->text);
	memset(to, 0, DICT_GROUP_ZEROS);
	return SCOUT_OK;
}

const uint8_t *dict_group_infos(const struct dict_block *b, unsigned group)
{
	unsigned at;

	SCOUT_ASSERT(group < b->nrestarts);
	at = get_le16(b->bytes.ptr + BLOCK_HEAD + RESTART_BYTES * group + 2);
	return at <= b->bytes.len ? b->bytes.ptr + at : NULL;
}

int dict_block_read_info(struct dict_block *b, unsigned n)
{
	const uint8_t *end = b->bytes.ptr + b->bytes.len;
	unsigned group = n / DICT_RESTART, first = group * DICT_RESTART;

	SCOUT_ASSERT(n < b->nterms);
	if (b->next <= first || b->next > n) {
		b->info_p = dict_group_infos(b, group);
		if (!b->info_p)
			return SCOUT_E_CORRUPT;
		memset(&b->info, 0, sizeof(b->info));
		memset(&b->head, 0, sizeof(b->head));
		b->next = first;
	}
	for (; b->next <= n; b->next++) {
		b->info_p = dict_info_get(b->info_p, end, &b->info, &b->head);
		if (!b->info_p) {
			b->next = 0;	/* nothing to go on from */
			return SCOUT_E_CORRUPT;
		}
	}
	return SCOUT_OK;
}
