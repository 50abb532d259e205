#include "indexer/accumulator.h"

#include "indexer/word_key.h"

enum {
	ACC_SLOTS_MIN = 1 << 13,
	ACC_NOTE_BYTES = 1 << 20,
	FIRST_SLICE_BYTES = 12,	/* with the link */
	LAST_SLICE_BYTES = 4096,
	LINK_BYTES = 4,
	HEAD_BYTES = 22,	/* struct term_head as stored */
	PREFETCH_GROUP = 16,
};

struct acc_slot {
	uint32_t hash;
	uint32_t term;	/* offset, 0 = free */
};

/*
 * In front of a term's bytes; after these its first slice.  Stored unaligned:
 * terms are millions, so padding would cost megabytes.
 */
struct term_head {
	uint32_t last_doc;	/* of its last posting, plus 1 */
	uint32_t write;		/* where the next byte goes */
	uint32_t slice_end;	/* where this slice's link is */
	uint32_t slice_bytes;	/* of this slice */
	uint32_t bytes;		/* of its postings */
	uint8_t len;		/* of the term */
	uint8_t surface;	/* how it is spelt: bits of enum surface */
};

static struct term_head head_at(const struct accumulator *acc, uint32_t term)
{
	struct term_head h;

	memcpy(&h, acc->base + term, HEAD_BYTES);
	return h;
}

static void put_head(struct accumulator *acc, uint32_t term,
		     const struct term_head *h)
{
	memcpy(acc->base + term, h, HEAD_BYTES);
}

int accumulator_init(struct accumulator *acc, size_t max_bytes)
{
	memset(acc, 0, sizeof(*acc));
	SCOUT_ASSERT(max_bytes < UINT32_MAX);
	acc->reserved_bytes = max_bytes;
	acc->base = scout_reserve(max_bytes);
	if (!acc->base)
		return SCOUT_E_NOMEM;
	acc->used = 1;
	return SCOUT_OK;
}

void accumulator_clear(struct accumulator *acc)
{
	scout_free(acc->slots);
	acc->slots = NULL;
	acc->nslots = acc->nterms = 0;
	acc->npostings = 0;
	if (acc->noted)
		scout_reserve_reset(acc->base, acc->reserved_bytes);
	scout_mem_note(MEM_ACCUMULATE, -(int64_t)acc->noted);
	acc->noted = 0;
	acc->used = 1;
}

void accumulator_release(struct accumulator *acc)
{
	if (!acc->base)
		return;
	accumulator_clear(acc);
	scout_unreserve(acc->base, acc->reserved_bytes);
	acc->base = NULL;
}

size_t accumulator_bytes(const struct accumulator *acc)
{
	return acc->used + (size_t)acc->nslots * sizeof(struct acc_slot) +
	       (size_t)acc->nterms * sizeof(struct sorted_term);
}

size_t accumulator_need(const struct file_terms *file)
{
	/* a term: head, bytes, first slice and a slot (doubling table); a
	 * posting: document and frequency, a fresh slice; five bytes a
	 * position at the worst, but a slice is at most doubled */
	return (size_t)file->nterms *
		       (HEAD_BYTES + FIRST_SLICE_BYTES + 2 * VARINT_MAX64 +
			LINK_BYTES + 4 * sizeof(struct acc_slot)) +
	       file->text.len + (size_t)file->nwords * 5 * 2 +
	       (size_t)LAST_SLICE_BYTES;
}

static int grow_slots(struct accumulator *acc)
{
	uint32_t n = acc->nslots ? acc->nslots * 2 : ACC_SLOTS_MIN, i, at;
	struct acc_slot *slots;

	slots = scout_calloc(MEM_ACCUMULATE, n, sizeof(*slots));
	if (!slots)
		return SCOUT_E_NOMEM;
	for (i = 0; i < acc->nslots; i++) {
		if (!acc->slots[i].term)
			continue;
		at = acc->slots[i].hash & (n - 1);
		while (slots[at].term)
			at = (at + 1) & (n - 1);
		slots[at] = acc->slots[i];
	}
	scout_free(acc->slots);
	acc->slots = slots;
	acc->nslots = n;
	return SCOUT_OK;
}

/* Takes n bytes of the region. */
static uint32_t take(struct accumulator *acc, size_t n)
{
	uint32_t at = (uint32_t)acc->used;

	acc->used += n;
	if (acc->used > acc->noted) {
		scout_mem_note(MEM_ACCUMULATE, ACC_NOTE_BYTES);
		acc->noted += ACC_NOTE_BYTES;
	}
	return at;
}

static uint32_t new_term(struct accumulator *acc, struct span text)
{
	size_t data = FIRST_SLICE_BYTES - LINK_BYTES;
	uint32_t term = take(acc, HEAD_BYTES + text.len + FIRST_SLICE_BYTES);
	struct term_head h = { .len = (uint8_t)text.len,
			       .slice_bytes = FIRST_SLICE_BYTES };

	h.write = term + HEAD_BYTES + (uint32_t)text.len;
	h.slice_end = h.write + (uint32_t)data;
	put_head(acc, term, &h);
	memcpy(acc->base + term + HEAD_BYTES, text.ptr, text.len);
	acc->nterms++;
	return term;
}

/* Appends bytes to the chain of slices. */
static void put_bytes(struct accumulator *acc, struct term_head *h,
		      const uint8_t *p, size_t n)
{
	h->bytes += (uint32_t)n;
	while (n > h->slice_end - h->write) {
		size_t part = h->slice_end - h->write;
		uint32_t next;

		memcpy(acc->base + h->write, p, part);
		p += part;
		n -= part;
		if (h->slice_bytes < LAST_SLICE_BYTES)
			h->slice_bytes *= 2;
		next = take(acc, h->slice_bytes);
		memcpy(acc->base + h->slice_end, &next, LINK_BYTES);
		h->write = next;
		h->slice_end = next + h->slice_bytes - LINK_BYTES;
	}
	memcpy(acc->base + h->write, p, n);
	h->write += (uint32_t)n;
}

static void put_posting(struct accumulator *acc, uint32_t term, uint32_t doc,
			uint8_t surface, const term_pos *positions, uint32_t n)
{
	struct term_head h = head_at(acc, term);
	uint8_t bytes[256], *p = bytes;
	term_pos before = 0;
	uint32_t i;

	p = put_varint(p, (uint64_t)(doc + 1 - h.last_doc) << 1 | (n == 1));
	if (n != 1)
		p = put_varint(p, n);
	for (i = 0; i < n; i++) {
		if ((size_t)(p - bytes) > sizeof(bytes) - VARINT_MAX32) {
			put_bytes(acc, &h, bytes, (size_t)(p - bytes));
			p = bytes;
		}
		p = put_varint(p, positions[i] - before);
		before = positions[i];
	}
	put_bytes(acc, &h, bytes, (size_t)(p - bytes));
	h.last_doc = doc + 1;
	h.surface |= surface;
	put_head(acc, term, &h);
	acc->npostings++;
}

static uint32_t find_or_add(struct accumulator *acc,
			    const struct file_terms *file,
			    const struct file_term *t)
{
	struct span text = file_term_text(file, t);
	uint32_t at = t->hash & (acc->nslots - 1), term;

	for (; (term = acc->slots[at].term); at = (at + 1) & (acc->nslots - 1)) {
		const uint8_t *rec = acc->base + term;

		if (acc->slots[at].hash == t->hash &&
		    rec[HEAD_BYTES - 2] == t->len &&
		    !memcmp(rec + HEAD_BYTES, text.ptr, text.len))
			return term;
	}
	term = new_term(acc, text);
	acc->slots[at].hash = t->hash;
	acc->slots[at].term = term;
	return term;
}

/*
 * Every term is one or two cache misses; asking for a group of them ahead lets
 * the misses overlap.
 */
static void prefetch_group(const struct accumulator *acc,
			   const struct file_term *t, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		__builtin_prefetch(&acc->slots[t[i].hash & (acc->nslots - 1)]);
	for (i = 0; i < n; i++) {
		uint32_t term =
			acc->slots[t[i].hash & (acc->nslots - 1)].term;

		__builtin_prefetch(acc->base + term);
	}
	for (i = 0; i < n; i++) {
		uint32_t term =
			acc->slots[t[i].hash & (acc->nslots - 1)].term;

		__builtin_prefetch(acc->base + head_at(acc, term).write, 1);
	}
}

int accumulator_add(struct accumulator *acc, const struct file_terms *file,
		    uint32_t doc)
{
	size_t fresh = (size_t)file->nterms * LAST_SLICE_BYTES;
	uint32_t i, k, n, term;
	int rc;

	/* every term may begin a slice, no longer than all it has so far */
	if (fresh > acc->used)
		fresh = acc->used;
	if (acc->reserved_bytes - acc->used < accumulator_need(file) + fresh)
		return SCOUT_E_LIMIT;
	while (acc->nslots < (acc->nterms + file->nterms) * (uint64_t)2) {
		rc = grow_slots(acc);
		if (rc < 0)
			return rc;
	}
	for (i = 0; i < file->nterms; i += n) {
		n = file->nterms - i < PREFETCH_GROUP ? file->nterms - i :
							PREFETCH_GROUP;
		prefetch_group(acc, file->terms + i, n);
		for (k = i; k < i + n; k++) {
			const struct file_term *t = &file->terms[k];

			term = find_or_add(acc, file, t);
			put_posting(acc, term, doc, t->surface,
				    file->positions + t->first, t->count);
		}
	}
	return SCOUT_OK;
}

struct span accumulator_term(const struct accumulator *acc, uint32_t term)
{
	return span_of(acc->base + term + HEAD_BYTES,
		       acc->base[term + HEAD_BYTES - 2]);
}

uint8_t accumulator_surface(const struct accumulator *acc, uint32_t term)
{
	return acc->base[term + HEAD_BYTES - 1];
}

static void set_slice(const struct accumulator *acc, struct postings_slice *s)
{
	s->end = s->at + s->slice_bytes - LINK_BYTES;
	s->is_last = s->end == s->slice_end;
	s->bytes = span_of(acc->base + s->at,
			   (s->is_last ? s->write : s->end) - s->at);
}

uint32_t postings_slice_first(const struct accumulator *acc, uint32_t term,
			      struct postings_slice *s)
{
	struct term_head h = head_at(acc, term);

	s->at = term + HEAD_BYTES + h.len;
	s->slice_bytes = FIRST_SLICE_BYTES;
	s->slice_end = h.slice_end;
	s->write = h.write;
	set_slice(acc, s);
	return h.bytes;
}

bool postings_slice_next(const struct accumulator *acc,
			 struct postings_slice *s)
{
	if (s->is_last)
		return false;
	memcpy(&s->at, acc->base + s->end, LINK_BYTES);
	if (s->slice_bytes < LAST_SLICE_BYTES)
		s->slice_bytes *= 2;
	set_slice(acc, s);
	return true;
}

/* Bytes [depth, depth + 8) of a term as a number. */
static uint64_t key_at(const struct accumulator *acc, uint32_t term,
		       unsigned depth)
{
	struct span t = accumulator_term(acc, term);

	if (depth >= t.len)
		return 0;
	return word_order_key(t.ptr + depth, (uint32_t)t.len - depth);
}

static void insertion_sort(struct sorted_term *t, size_t n)
{
	size_t i, k;

	for (i = 1; i < n; i++) {
		struct sorted_term x = t[i];

		for (k = i; k && t[k - 1].key > x.key; k--)
			t[k] = t[k - 1];
		t[k] = x;
	}
}

static uint64_t median3(uint64_t a, uint64_t b, uint64_t c)
{
	if (a > b) {
		uint64_t x = a;

		a = b;
		b = x;
	}
	if (b > c)
		b = c;
	return a > b ? a : b;
}

/* Quicksort by key; the larger half is looped over, so depth is logarithmic. */
static void sort_keys(struct sorted_term *t, size_t n)
{
	while (n > 24) {
		uint64_t pivot = median3(t[0].key, t[n / 2].key, t[n - 1].key);
		size_t i = 0, j = n - 1;

		for (;;) {
			struct sorted_term x;

			while (t[i].key < pivot)
				i++;
			while (t[j].key > pivot)
				j--;
			if (i >= j)
				break;
			x = t[i];
			t[i++] = t[j];
			t[j--] = x;
		}
		if (i == j && t[i].key <= pivot)
			i++;
		/* [0, i) <= pivot <= [i, n) */
		if (i < n - i) {
			sort_keys(t, i);
			t += i;
			n -= i;
		} else {
			sort_keys(t + i, n - i);
			n = i;
		}
	}
	insertion_sort(t, n);
}

/*
 * Multikey sort, 8 bytes at a time (Bentley and Sedgewick, "Fast Algorithms for
 * Sorting and Searching Strings", 1997): sort by the cached bytes, then each
 * stretch of equals by the next eight.
 */
static void sort_from(const struct accumulator *acc, struct sorted_term *t,
		      size_t n, unsigned depth)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (i + 8 < n)
			__builtin_prefetch(acc->base + t[i + 8].term +
					   HEAD_BYTES + depth);
		t[i].key = key_at(acc, t[i].term, depth);
	}
	sort_keys(t, n);
	for (i = 0; i < n; i = k) {
		for (k = i + 1; k < n && t[k].key == t[i].key; k++)
			;
		if (k - i > 1)
			sort_from(acc, t + i, k - i, depth + 8);
	}
}

int accumulator_sort(struct accumulator *acc, struct sorted_term **out)
{
	struct sorted_term *t;
	uint32_t i, n = 0;

	t = scout_malloc(MEM_ACCUMULATE, (size_t)acc->nterms * sizeof(*t));
	if (!t)
		return SCOUT_E_NOMEM;
	for (i = 0; i < acc->nslots; i++)
		if (acc->slots[i].term)
			t[n++].term = acc->slots[i].term;
	SCOUT_ASSERT(n == acc->nterms);
	scout_free(acc->slots);
	acc->slots = NULL;
	acc->nslots = 0;
	sort_from(acc, t, n, 0);
	*out = t;
	return SCOUT_OK;
}
