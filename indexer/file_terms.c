#include "indexer/file_terms.h"

#include "index_format/fold.h"
#include "indexer/word_key.h"

enum {
	SLOTS_MIN = 256,
	TEXT_PADDING = KEY_BYTES,	/* readable bytes after the last term */
};

/* How an ASCII word is spelt. */
static inline uint8_t surface_of(const uint8_t *p, uint32_t len)
{
	struct word_letters all = { 0, 0 }, l;
	uint32_t at, n;

	if (len <= KEY_BYTES)
		return surface_of_letters(word_letters_load(p, len));
	for (at = 0; at < len; at += n) {
		n = len - at < KEY_BYTES ? len - at : KEY_BYTES;
		l = word_letters_load(p + at, n);
		/* past the first 16 bytes any letter is not the first one */
		all.upper |= at && l.upper ? l.upper | 2 : l.upper;
		all.lower |= l.lower;
	}
	return surface_of_letters(all);
}

/* A longer word: two hashes stand for its bytes, which are compared too. */
static struct word_key long_key(const uint8_t *p, uint32_t len)
{
	struct word_key k, sum = { len, 0x2545f4914f6cdd1du };
	uint32_t at, n;

	for (at = 0; at < len; at += n) {
		n = len - at < KEY_BYTES ? len - at : KEY_BYTES;
		k = word_key_load(p + at, n);
		sum.a = key_mix(sum.a ^ k.a, k.b ^ 0x9e3779b97f4a7c15u);
		sum.b = key_mix(sum.b ^ k.b, k.a ^ 0xd6e8feb86659fd93u);
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
		k = word_key_load(p + at, n);
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
		x = word_key_load(p + at, n);
		y = word_key_load(text + at, n);
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

	key = len <= KEY_BYTES ? word_key_load(p, len) : long_key(p, len);
	h = word_key_hash(key, len);
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
