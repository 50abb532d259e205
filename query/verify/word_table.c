#include "query/verify/word_table.h"

#include "base/hash.h"
#include "index_format/fold.h"

#define NO_ELEMENT UINT32_MAX

enum { EMPTY_PREFIX = 256 };

/* --- Making -------------------------------------------------------------- */

static uint32_t slot_of(const struct word_table *t, struct span text,
			unsigned flags)
{
	uint64_t h = scout_hash64(text.ptr, text.len);

	return (uint32_t)(h + flags * 0x9e3779b9u) & (t->nslots - 1);
}

static uint32_t *head_of(struct word_table *t, const struct word_pattern *p)
{
	switch (p->kind) {
	case PATTERN_WORD:
		return &t->slots[slot_of(t, p->text, p->flags)];
	case PATTERN_PREFIX:
		return &t->prefixes[p->text.len ? p->text.ptr[0] :
						  EMPTY_PREFIX];
	default:
		return &t->others;
	}
}

/* Lets ASCII words of least to most bytes through, whatever their start. */
static void allow_lengths(struct word_table *t, size_t least, size_t most)
{
	uint64_t bits = UINT64_MAX << (least < 63 ? least : 63);
	unsigned c;

	if (most < 63)
		bits &= ~(UINT64_MAX << (most + 1));
	for (c = 0; c < 128; c++)
		t->lengths[c] |= bits;
}

/* Which ASCII words a glob may match: none if a literal of it is not ASCII. */
static void note_glob_lengths(struct word_table *t,
			      const struct word_pattern *p)
{
	size_t i, n = 0;

	for (i = 0; i < p->nitems; i++) {
		n += p->items[i].kind == GLOB_ONE;
		if (p->items[i].kind != GLOB_LITERAL)
			continue;
		n += p->items[i].composed.len;
		if (!span_is_ascii(p->items[i].composed))
			return;
	}
	allow_lengths(t, n, SIZE_MAX);
}

static void note_text_lengths(struct word_table *t,
			      const struct word_pattern *p)
{
	unsigned n = p->text.len < 63 ? (unsigned)p->text.len : 63;
	uint8_t c;

	if (p->kind == PATTERN_PREFIX && !n)
		allow_lengths(t, 0, SIZE_MAX);
	if (!n || !span_is_ascii(p->text))
		return;
	c = p->text.ptr[0];
	if (c >= 'A' && c <= 'Z')
		c |= 0x20;
	t->lengths[c] |= p->kind == PATTERN_PREFIX ? UINT64_MAX << n :
						     (uint64_t)1 << n;
}

/* Notes which ASCII words the pattern may match. */
static void note_lengths(struct word_table *t, const struct word_pattern *p)
{
	size_t n, edits;

	switch (p->kind) {
	case PATTERN_GLOB:
		note_glob_lengths(t, p);
		break;
	case PATTERN_FUZZY:
		n = p->edits->nchars;
		edits = p->edits->max_edits;
		allow_lengths(t, n > edits ? n - edits : 0, n + edits);
		break;
	case PATTERN_PART:
		if (span_is_ascii(p->text))
			allow_lengths(t, p->text.len, SIZE_MAX);
		break;
	default:
		note_text_lengths(t, p);
	}
}

static uint32_t find_or_add(struct word_table *t, const struct word_pattern *p)
{
	uint32_t *head = head_of(t, p), i;

	for (i = *head; i != NO_ELEMENT; i = t->elements[i].next)
		if (word_pattern_eq(&t->elements[i].pattern, p))
			return i;
	i = t->nelements++;
	t->elements[i].pattern = *p;
	t->elements[i].next = *head;
	*head = i;
	note_lengths(t, p);
	t->variants |= 1u << p->flags;
	if (p->kind != PATTERN_WORD)
		t->composed_variants |= 1u << p->flags;
	return i;
}

static size_t count_pieces(const struct match_tree *tree)
{
	unsigned l;
	size_t n = 0;

	for (l = 0; l < tree->nleaves; l++)
		n += tree->leaves[l]->npieces;
	return n;
}

static int make_slots(struct word_table *t, size_t npieces, struct arena *arena)
{
	t->nslots = 16;
	while (t->nslots < 2 * npieces)
		t->nslots *= 2;
	t->slots = arena_alloc(arena, t->nslots * sizeof(*t->slots));
	t->elements = arena_calloc(arena, npieces, sizeof(*t->elements));
	if (!t->slots || !t->elements)
		return SCOUT_E_NOMEM;
	memset(t->slots, 0xff, t->nslots * sizeof(*t->slots));
	memset(t->prefixes, 0xff, sizeof(t->prefixes));
	t->others = NO_ELEMENT;
	return SCOUT_OK;
}

/* The bytes of a text may be empty: words of nothing but marks, without marks. */
static int add_leaf(struct word_table *t, unsigned l, const struct ast *leaf,
		    struct arena *arena)
{
	struct word_pattern p;
	size_t i;

	t->pieces[l] = arena_alloc(arena, leaf->npieces * sizeof(**t->pieces));
	if (!t->pieces[l])
		return SCOUT_E_NOMEM;
	for (i = 0; i < leaf->npieces; i++) {
		if (word_pattern_make(leaf, &leaf->pieces[i], arena, &p) < 0)
			return SCOUT_E_NOMEM;
		t->pieces[l][i] = find_or_add(t, &p);
	}
	return SCOUT_OK;
}

int word_table_make(const struct match_tree *tree, struct arena *arena,
		    struct word_table *out, struct scout_err *err)
{
	unsigned l;

	memset(out, 0, sizeof(*out));
	out->pieces = arena_alloc(arena, tree->nleaves * sizeof(*out->pieces));
	if (!out->pieces || make_slots(out, count_pieces(tree), arena) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "planning a query");
	for (l = 0; l < tree->nleaves; l++)
		if (add_leaf(out, l, tree->leaves[l], arena) < 0)
			return scout_err_set(err, SCOUT_E_NOMEM,
					     "planning a query");
	return SCOUT_OK;
}

int word_scratch_init(struct word_scratch *s, const struct word_table *t)
{
	buf_init(&s->folded, MEM_QUERY);
	buf_init(&s->composed, MEM_QUERY);
	buf_init(&s->part, MEM_QUERY);
	s->nfound = 0;
	s->found = scout_malloc(MEM_QUERY,
				((size_t)t->nelements + 1) * sizeof(*s->found));
	return s->found ? SCOUT_OK : SCOUT_E_NOMEM;
}

void word_scratch_release(struct word_scratch *s)
{
	buf_release(&s->folded);
	buf_release(&s->composed);
	buf_release(&s->part);
	scout_free(s->found);
	s->found = NULL;
}

/* --- Comparing ----------------------------------------------------------- */

/* The words equal to folded, which went through flags. */
static void find_equal(const struct word_table *t, struct span folded,
		       unsigned flags, struct word_scratch *s)
{
	uint32_t i = t->slots[slot_of(t, folded, flags)];

	for (; i != NO_ELEMENT; i = t->elements[i].next)
		if (t->elements[i].pattern.flags == flags &&
		    span_eq(t->elements[i].pattern.text, folded))
			s->found[s->nfound++] = i;
}

static void find_prefixes(const struct word_table *t, struct span composed,
			  unsigned flags, struct word_scratch *s)
{
	unsigned first = composed.len ? composed.ptr[0] : EMPTY_PREFIX;
	uint32_t i;

	for (i = t->prefixes[first]; i != NO_ELEMENT; i = t->elements[i].next)
		if (t->elements[i].pattern.flags == flags &&
		    span_has_prefix(composed, t->elements[i].pattern.text))
			s->found[s->nfound++] = i;
	if (first == EMPTY_PREFIX)
		return;
	for (i = t->prefixes[EMPTY_PREFIX]; i != NO_ELEMENT;
	     i = t->elements[i].next)
		if (t->elements[i].pattern.flags == flags)
			s->found[s->nfound++] = i;
}

/* All patterns but words, asked of a word that went through flags. */
static int find_others(const struct word_table *t, struct span word,
		       struct span composed, unsigned flags,
		       struct word_scratch *s)
{
	uint32_t i;
	bool matches;

	find_prefixes(t, composed, flags, s);
	for (i = t->others; i != NO_ELEMENT; i = t->elements[i].next) {
		const struct word_pattern *p = &t->elements[i].pattern;

		if (p->flags != flags)
			continue;
		if (word_pattern_matches(p, word, composed, composed, &s->part,
					 &matches) < 0)
			return SCOUT_E_NOMEM;
		if (matches)
			s->found[s->nfound++] = i;
	}
	return SCOUT_OK;
}

/* Puts word, folded, into s->folded. */
static int fold(struct span word, unsigned flags, struct word_scratch *s)
{
	buf_clear(&s->folded);
	return fold_whole(word, flags, &s->folded);
}

int word_table_match_ascii(const struct word_table *t, struct span word,
			   struct word_scratch *s)
{
	struct span folded = word;
	unsigned flags;

	s->nfound = 0;
	for (flags = 0; flags < WORD_VARIANTS; flags++) {
		if (!(t->variants >> flags & 1))
			continue;
		if (flags & FOLD_CASE) {
			if (fold(word, FOLD_CASE, s) < 0)
				return SCOUT_E_NOMEM;
			folded = buf_span(&s->folded);
		}
		find_equal(t, folded, flags, s);
		if ((t->composed_variants >> flags & 1) &&
		    find_others(t, word, folded, flags, s) < 0)
			return SCOUT_E_NOMEM;
		folded = word;
	}
	return SCOUT_OK;
}

static int match_variant(const struct word_table *t, struct span word,
			 unsigned flags, struct word_scratch *s)
{
	find_equal(t, buf_span(&s->folded), flags, s);
	if (!(t->composed_variants >> flags & 1))
		return SCOUT_OK;
	buf_clear(&s->composed);
	if (fold_compose(buf_span(&s->folded), &s->composed) < 0)
		return SCOUT_E_NOMEM;
	return find_others(t, word, buf_span(&s->composed), flags, s);
}

int word_table_match(const struct word_table *t, struct span word,
		     struct word_scratch *s, bool *out_is_word)
{
	unsigned flags;

	s->nfound = 0;
	if (fold(word, FOLD_CASE, s) < 0)
		return SCOUT_E_NOMEM;
	*out_is_word = s->folded.len > 0;
	if (!*out_is_word)
		return SCOUT_OK;
	if ((t->variants >> FOLD_CASE & 1) &&
	    match_variant(t, word, FOLD_CASE, s) < 0)
		return SCOUT_E_NOMEM;
	for (flags = 0; flags < WORD_VARIANTS; flags++) {
		if (flags == FOLD_CASE || !(t->variants >> flags & 1))
			continue;
		if (fold(word, flags, s) < 0 ||
		    match_variant(t, word, flags, s) < 0)
			return SCOUT_E_NOMEM;
	}
	return SCOUT_OK;
}

int word_is_word(struct span word, struct word_scratch *s, bool *out)
{
	if (fold(word, FOLD_CASE, s) < 0)
		return SCOUT_E_NOMEM;
	*out = s->folded.len > 0;
	return SCOUT_OK;
}

/* ASCII, whose folding is lower case: without a copy. */
static bool ascii_matches(const struct word_pattern *p, struct span word)
{
	size_t i;

	if (p->kind == PATTERN_PREFIX ? word.len < p->text.len :
					word.len != p->text.len)
		return false;
	for (i = 0; i < p->text.len; i++) {
		uint8_t c = word.ptr[i];

		if ((p->flags & FOLD_CASE) && c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (c != p->text.ptr[i])
			return false;
	}
	return true;
}

int word_element_matches(const struct word_table *t, uint32_t element,
			 struct span word, bool word_is_ascii,
			 struct word_scratch *s, bool *out)
{
	const struct word_pattern *p = &t->elements[element].pattern;

	if (word_is_ascii &&
	    (p->kind == PATTERN_WORD || p->kind == PATTERN_PREFIX)) {
		*out = ascii_matches(p, word);
		return SCOUT_OK;
	}
	if (fold(word, p->flags, s) < 0)
		return SCOUT_E_NOMEM;
	buf_clear(&s->composed);
	if (p->kind != PATTERN_WORD &&
	    fold_compose(buf_span(&s->folded), &s->composed) < 0)
		return SCOUT_E_NOMEM;
	return word_pattern_matches(p, word, buf_span(&s->folded),
				    buf_span(&s->composed), &s->part, out);
}
