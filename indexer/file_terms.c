#include "indexer/file_terms.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "index_format/fold.h"

enum {
	SLOTS_MIN = 256,
	KEY_BYTES = 16,
	TEXT_PADDING = KEY_BYTES,	/* readable bytes after the last term */
};

/* Words of up to 16 bytes are compared as two integers. */
struct word_key {
	uint64_t a, b;
};

/* mask_bytes + 16 - n begins with n bytes of ones. */
static const uint8_t mask_bytes[32] = {
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255,
};

/* n <= 16 bytes at p (16 readable), ASCII letters in lower case, zeros after. */
static inline struct word_key load_key(const uint8_t *p, uint32_t n)
{
	struct word_key k;
#if defined(__SSE2__)
	__m128i v = _mm_loadu_si128((const __m128i *)p), upper;

	upper = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('A' - 1)),
			      _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), v));
	v = _mm_or_si128(v, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
	v = _mm_and_si128(v, _mm_loadu_si128((const __m128i *)(mask_bytes +
							       KEY_BYTES - n)));
	memcpy(&k, &v, sizeof(k));
#else
	uint8_t bytes[KEY_BYTES] = { 0 };
	uint32_t i;

	for (i = 0; i < n; i++)
		bytes[i] = p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i];
	memcpy(&k, bytes, sizeof(k));
#endif
	return k;
}

/* Which of a word's bytes (up to 16 at p) are letters of either case. */
struct letters {
	uint32_t upper, lower;
};

static inline struct letters load_letters(const uint8_t *p, uint32_t n)
{
	struct letters l = { 0, 0 };
#if defined(__SSE2__)
	const __m128i v = _mm_loadu_si128((const __m128i *)p);
	const uint32_t in_word = ((uint32_t)1 << n) - 1;
	__m128i upper, lower;

	upper = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('A' - 1)),
			      _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), v));
	lower = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8('a' - 1)),
			      _mm_cmpgt_epi8(_mm_set1_epi8('z' + 1), v));
	l.upper = (uint32_t)_mm_movemask_epi8(upper) & in_word;
	l.lower = (uint32_t)_mm_movemask_epi8(lower) & in_word;
#else
	uint32_t i;

	for (i = 0; i < n; i++) {
		l.upper |= (uint32_t)(p[i] >= 'A' && p[i] <= 'Z') << i;
		l.lower |= (uint32_t)(p[i] >= 'a' && p[i] <= 'z') << i;
	}
#endif
	return l;
}

static inline uint8_t surface_of_letters(struct letters l)
{
	if (!l.upper)
		return SURFACE_LOWER;
	if (l.upper == 1)
		return SURFACE_CAPITAL;
	return l.lower ? SURFACE_OTHER : SURFACE_UPPER;
}

/* How an ASCII word is spelt. */
static inline uint8_t surface_of(const uint8_t *p, uint32_t len)
{
	struct letters all = { 0, 0 }, l;
	uint32_t at, n;

	if (len <= KEY_BYTES)
		return surface_of_letters(load_letters(p, len));
	for (at = 0; at < len; at += n) {
		n = len - at < KEY_BYTES ? len - at : KEY_BYTES;
		l = load_letters(p + at, n);
		/* past the first 16 bytes any letter is not the first one */
		all.upper |= at && l.upper ? l.upper | 2 : l.upper;
		all.lower |= l.lower;
	}
	return surface_of_letters(all);
}

/* The folded 64 x 64 bit product, as in wyhash. */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide p = (wide)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static inline uint64_t key_hash(struct word_key k, uint32_t n)
{
	return mix(k.a ^ 0x9e3779b97f4a7c15u, k.b ^ n ^ 0xd6e8feb86659fd93u);
}

/* A longer word: two hashes stand for its bytes, which are compared too. */
static struct word_key long_key(const uint8_t *p, uint32_t len)
{
	struct word_key k, sum = { len, 0x2545f4914f6cdd1du };
	uint32_t at, n;

	for (at = 0; at < len; at += n) {
		n = len - at < KEY_BYTES ? len - at : KEY_BYTES;
		k = load_key(p + at, n);
		sum.a = mix(sum.a ^ k.a, k.b ^ 0x9e3779b97f4a7c15u);
		sum.b = mix(sum.b ^ k.b, k.a ^ 0xd6e8feb86659fd93u);
	}
	return sum;
}

void file_terms_init(struct file_terms *f)
{
	memset(f, 0, sizeof(*f));
	buf_init(&f->text, MEM_TOKENIZE);
}

void file_terms_release(struct file_terms *f)
{
	scout_free(f->terms);
	scout_free(f->slots);
	scout_free(f->ids);
	scout_free(f->positions);
	buf_release(&f->text);
	file_terms_init(f);
}

void file_terms_begin(struct file_terms *f, term_pos base)
{
	/* back to a small table: a cold large one costs more than growing */
	f->nslots = SLOTS_MIN;
	if (f->slots)
		memset(f->slots, 0, SLOTS_MIN * sizeof(*f->slots));
	f->nterms = f->nwords = 0;
	f->base = base;
	f->has_overlong = f->has_wild = f->has_reordered = false;
	buf_clear(&f->text);
}

/* Doubles the table, or makes the first one. */
static int grow_slots(struct file_terms *f)
{
	uint32_t n = f->slots ? f->nslots * 2 : SLOTS_MIN, i, at;
	uint32_t *slots;

	if (n > f->slots_cap) {
		slots = scout_realloc(MEM_TOKENIZE, f->slots,
				      n * sizeof(*slots));
		if (!slots)
			return SCOUT_E_NOMEM;
		f->slots = slots;
		f->slots_cap = n;
	}
	f->nslots = n;
	memset(f->slots, 0, n * sizeof(*f->slots));
	for (i = 0; i < f->nterms; i++) {
		at = f->terms[i].hash & (n - 1);
		while (f->slots[at])
			at = (at + 1) & (n - 1);
		f->slots[at] = i + 1;
	}
	return SCOUT_OK;
}

static int grow_terms(struct file_terms *f)
{
	uint32_t cap = f->terms_cap ? f->terms_cap * 2 : SLOTS_MIN;
	struct file_term *terms;

	terms = scout_realloc(MEM_TOKENIZE, f->terms, cap * sizeof(*terms));
	if (!terms)
		return SCOUT_E_NOMEM;
	f->terms = terms;
	f->terms_cap = cap;
	return SCOUT_OK;
}

static int grow_words(struct file_terms *f, uint32_t extra)
{
	uint32_t cap = f->words_cap ? f->words_cap : TOKEN_BATCH;
	uint32_t *ids;
	term_pos *positions;

	while (cap < f->nwords + extra)
		cap *= 2;
	ids = scout_realloc(MEM_TOKENIZE, f->ids, cap * sizeof(*ids));
	if (!ids)
		return SCOUT_E_NOMEM;
	f->ids = ids;
	positions = scout_realloc(MEM_TOKENIZE, f->positions,
				  cap * sizeof(*positions));
	if (!positions)
		return SCOUT_E_NOMEM;
	f->positions = positions;
	f->words_cap = cap;
	return SCOUT_OK;
}

/* Stores the folded bytes of a new term. */
static int put_text(struct file_terms *f, const uint8_t *p, uint32_t len)
{
	uint32_t at, n;
	struct word_key k;

	if (!buf_reserve(&f->text, (size_t)len + 2 * KEY_BYTES))
		return SCOUT_E_NOMEM;
	for (at = 0; at < len; at += KEY_BYTES) {
		n = len - at < KEY_BYTES ? len - at : KEY_BYTES;
		k = load_key(p + at, n);
		memcpy(f->text.ptr + f->text.len + at, &k, KEY_BYTES);
	}
	f->text.len += len;
	return SCOUT_OK;
}

static bool same_text(const struct file_terms *f, const struct file_term *t,
		      const uint8_t *p)
{
	const uint8_t *text = f->text.ptr + t->text;
	uint32_t at, n;
	struct word_key x, y;

	for (at = 0; at < t->len; at += KEY_BYTES) {
		n = t->len - at < KEY_BYTES ? t->len - at : KEY_BYTES;
		x = load_key(p + at, n);
		y = load_key(text + at, n);
		if (x.a != y.a || x.b != y.b)
			return false;
	}
	return true;
}

static int add_term(struct file_terms *f, const uint8_t *p, uint32_t len,
		    uint8_t surface, struct word_key key, uint32_t hash,
		    uint32_t slot)
{
	struct file_term *t;
	int rc;

	if (f->nterms == f->terms_cap) {
		rc = grow_terms(f);
		if (rc < 0)
			return rc;
	}
	t = &f->terms[f->nterms];
	t->a = key.a;
	t->b = key.b;
	t->hash = hash;
	t->text = (uint32_t)f->text.len;
	t->count = 1;
	t->len = (uint16_t)len;
	t->surface = surface;
	rc = put_text(f, p, len);
	if (rc < 0)
		return rc;
	f->slots[slot] = ++f->nterms;
	f->ids[f->nwords++] = f->nterms - 1;
	return f->nterms * 2 > f->nslots ? grow_slots(f) : SCOUT_OK;
}

/* Adds a word in ASCII (or already folded); p has 16 readable bytes after it. */
static inline int add_word(struct file_terms *f, const uint8_t *p, uint32_t len,
			   uint8_t surface)
{
	struct word_key key;
	uint32_t hash, at, id;
	uint64_t h;

	key = len <= KEY_BYTES ? load_key(p, len) : long_key(p, len);
	h = key_hash(key, len);
	hash = (uint32_t)(h ^ h >> 32);
	for (at = hash & (f->nslots - 1); (id = f->slots[at]);
	     at = (at + 1) & (f->nslots - 1)) {
		struct file_term *t = &f->terms[id - 1];

		if (t->a == key.a && t->b == key.b && t->len == len &&
		    (len <= KEY_BYTES || same_text(f, t, p))) {
			t->count++;
			t->surface |= surface;
			f->ids[f->nwords++] = id - 1;
			return SCOUT_OK;
		}
	}
	return add_term(f, p, len, surface, key, hash, at);
}

/* A word that is not plain ASCII, or too long to be kept whole. */
static int add_folded(struct file_terms *f, struct span word)
{
	uint8_t padded[TERM_MAX_BYTES + 1 + 2 * KEY_BYTES];
	struct kept_word kept;
	int rc = fold_kept(word, &kept);

	if (rc < 0)
		return rc;
	f->has_overlong |= kept.is_cut;
	f->has_wild |= kept.is_wild;
	f->has_reordered |= kept.reordered;
	if (!kept.len)
		return SCOUT_OK;	/* unreachable: such words do not start */
	memcpy(padded, kept.bytes, kept.len);
	memset(padded + kept.len, 0, 2 * KEY_BYTES);
	return add_word(f, padded, kept.len, SURFACE_OTHER);
}

int file_terms_add(struct file_terms *f, const uint8_t *text,
		   const struct token_batch *batch)
{
	uint32_t i;
	int rc = SCOUT_OK;

	if (f->words_cap - f->nwords < batch->ntokens)
		rc = grow_words(f, batch->ntokens);
	if (!rc && !f->slots)
		rc = grow_slots(f);
	for (i = 0; i < batch->ntokens && !rc; i++) {
		struct token t = batch->tokens[i];

		if (t.is_ascii && t.len <= TERM_MAX_BYTES)
			rc = add_word(f, text + t.start, t.len,
				      surface_of(text + t.start, t.len));
		else
			rc = add_folded(f, span_of(text + t.start, t.len));
	}
	return rc;
}

int file_terms_finish(struct file_terms *f)
{
	uint32_t i, sum = 0;

	for (i = 0; i < f->nterms; i++) {
		f->terms[i].first = sum;
		sum += f->terms[i].count;
	}
	/* first is a cursor while the positions are dealt out, then set back */
	for (i = 0; i < f->nwords; i++)
		f->positions[f->terms[f->ids[i]].first++] = f->base + i;
	for (i = 0; i < f->nterms; i++)
		f->terms[i].first -= f->terms[i].count;
	return SCOUT_OK;
}
