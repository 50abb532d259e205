#include "query/verify/word_table.h"

#include "base/hash.h"
#include "index_format/fold.h"
#include "query/language/parser.h"

#define NO_ELEMENT UINT32_MAX

enum { EMPTY_PREFIX = 256 };

/* --- Making -------------------------------------------------------------- */

static uint32_t slot_of(const struct word_table *t, struct span text,
			unsigned flags)
{
	uint64_t h = scout_hash64(text.ptr, text.len);

	return (uint32_t)(h + flags * 0x9e3779b9u) & (t->nslots - 1);
}

static uint32_t *head_of(struct word_table *t, const struct word_element *e)
{
	if (e->nitems)
		return &t->globs;
	if (e->is_prefix)
		return &t->prefixes[e->text.len ? e->text.ptr[0] :
						  EMPTY_PREFIX];
	return &t->slots[slot_of(t, e->text, e->flags)];
}

/* Which ASCII words a glob may match: none if a literal of it is not ASCII. */
static void note_glob_lengths(struct word_table *t,
			      const struct word_element *e)
{
	size_t i, n = 0;
	unsigned c;

	for (i = 0; i < e->nitems; i++) {
		n += e->items[i].kind == GLOB_ONE;
		if (e->items[i].kind != GLOB_LITERAL)
			continue;
		n += e->items[i].composed.len;
		if (!span_is_ascii(e->items[i].composed))
			return;
	}
	if (n > 63)
		n = 63;
	for (c = 0; c < 128; c++)
		t->lengths[c] |= UINT64_MAX << n;
}

/* Notes which ASCII words the element may match. */
static void note_lengths(struct word_table *t, const struct word_element *e)
{
	unsigned n = e->text.len < 63 ? (unsigned)e->text.len : 63;
	uint8_t c;

	if (e->nitems) {
		note_glob_lengths(t, e);
		return;
	}
	if (e->is_prefix && !n)
		memset(t->lengths, 0xff, sizeof(t->lengths));
	if (!n || !span_is_ascii(e->text))
		return;
	c = e->text.ptr[0];
	if (c >= 'A' && c <= 'Z')
		c |= 0x20;
	t->lengths[c] |= e->is_prefix ? UINT64_MAX << n : (uint64_t)1 << n;
}

static uint32_t find_or_add(struct word_table *t, const struct word_element *e)
{
	uint32_t *head = head_of(t, e), i;

	for (i = *head; i != NO_ELEMENT && !e->nitems; i = t->elements[i].next)
		if (t->elements[i].flags == e->flags &&
		    span_eq(t->elements[i].text, e->text))
			return i;
	i = t->nelements++;
	t->elements[i] = *e;
	t->elements[i].next = *head;
	*head = i;
	note_lengths(t, e);
	t->variants |= 1u << e->flags;
	if (e->is_prefix || e->nitems)
		t->glob_variants |= 1u << e->flags;
	return i;
}

/* The bytes of a text may be empty: words of nothing but marks, without marks. */
static uint32_t add_piece(struct word_table *t, const struct ast *leaf,
			  const struct ast_piece *piece)
{
	struct word_element e = { .is_prefix = ast_is_prefix(piece) };

	e.flags = (leaf->sensitive ? 0 : FOLD_CASE) |
		  (leaf->no_marks ? FOLD_NO_MARKS : 0);
	if (piece->nitems && !e.is_prefix) {
		e.items = piece->items;
		e.nitems = piece->nitems;
	} else {
		e.text = e.is_prefix ? piece->items[0].composed :
				       piece->folded;
	}
	return find_or_add(t, &e);
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
	t->globs = NO_ELEMENT;
	return SCOUT_OK;
}

int word_table_make(const struct match_tree *tree, struct arena *arena,
		    struct word_table *out, struct scout_err *err)
{
	unsigned l;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->pieces = arena_alloc(arena, tree->nleaves * sizeof(*out->pieces));
	if (!out->pieces || make_slots(out, count_pieces(tree), arena) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "planning a query");
	for (l = 0; l < tree->nleaves; l++) {
		const struct ast *leaf = tree->leaves[l];

		out->pieces[l] = arena_alloc(arena, leaf->npieces *
						    sizeof(**out->pieces));
		if (!out->pieces[l])
			return scout_err_set(err, SCOUT_E_NOMEM,
					     "planning a query");
		for (i = 0; i < leaf->npieces; i++)
			out->pieces[l][i] =
				add_piece(out, leaf, &leaf->pieces[i]);
	}
	return SCOUT_OK;
}

int word_scratch_init(struct word_scratch *s, const struct word_table *t)
{
	buf_init(&s->folded, MEM_QUERY);
	buf_init(&s->composed, MEM_QUERY);
	s->nfound = 0;
	s->found = scout_malloc(MEM_QUERY,
				((size_t)t->nelements + 1) * sizeof(*s->found));
	return s->found ? SCOUT_OK : SCOUT_E_NOMEM;
}

void word_scratch_release(struct word_scratch *s)
{
	buf_release(&s->folded);
	buf_release(&s->composed);
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
		if (t->elements[i].flags == flags &&
		    span_eq(t->elements[i].text, folded))
			s->found[s->nfound++] = i;
}

static void find_globs(const struct word_table *t, struct span composed,
		       unsigned flags, struct word_scratch *s)
{
	uint32_t i;

	for (i = t->globs; i != NO_ELEMENT; i = t->elements[i].next)
		if (t->elements[i].flags == flags &&
		    word_glob_match(t->elements[i].items,
				    t->elements[i].nitems, composed))
			s->found[s->nfound++] = i;
}

static void find_prefixes(const struct word_table *t, struct span composed,
			  unsigned flags, struct word_scratch *s)
{
	unsigned first = composed.len ? composed.ptr[0] : EMPTY_PREFIX;
	uint32_t i;

	for (i = t->prefixes[first]; i != NO_ELEMENT; i = t->elements[i].next)
		if (t->elements[i].flags == flags &&
		    span_has_prefix(composed, t->elements[i].text))
			s->found[s->nfound++] = i;
	if (first == EMPTY_PREFIX)
		return;
	for (i = t->prefixes[EMPTY_PREFIX]; i != NO_ELEMENT;
	     i = t->elements[i].next)
		if (t->elements[i].flags == flags)
			s->found[s->nfound++] = i;
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
		if (t->glob_variants >> flags & 1) {
			find_prefixes(t, folded, flags, s);
			find_globs(t, folded, flags, s);
		}
		folded = word;
	}
	return SCOUT_OK;
}

static int match_variant(const struct word_table *t, unsigned flags,
			 struct word_scratch *s)
{
	find_equal(t, buf_span(&s->folded), flags, s);
	if (!(t->glob_variants >> flags & 1))
		return SCOUT_OK;
	buf_clear(&s->composed);
	if (fold_compose(buf_span(&s->folded), &s->composed) < 0)
		return SCOUT_E_NOMEM;
	find_prefixes(t, buf_span(&s->composed), flags, s);
	find_globs(t, buf_span(&s->composed), flags, s);
	return SCOUT_OK;
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
	if ((t->variants >> FOLD_CASE & 1) && match_variant(t, FOLD_CASE, s) < 0)
		return SCOUT_E_NOMEM;
	for (flags = 0; flags < WORD_VARIANTS; flags++) {
		if (flags == FOLD_CASE || !(t->variants >> flags & 1))
			continue;
		if (fold(word, flags, s) < 0 || match_variant(t, flags, s) < 0)
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
static bool ascii_matches(const struct word_element *e, struct span word)
{
	size_t i;

	if (e->is_prefix ? word.len < e->text.len : word.len != e->text.len)
		return false;
	for (i = 0; i < e->text.len; i++) {
		uint8_t c = word.ptr[i];

		if ((e->flags & FOLD_CASE) && c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (c != e->text.ptr[i])
			return false;
	}
	return true;
}

int word_element_matches(const struct word_table *t, uint32_t element,
			 struct span word, bool word_is_ascii,
			 struct word_scratch *s, bool *out)
{
	const struct word_element *e = &t->elements[element];

	if (word_is_ascii && !e->nitems) {
		*out = ascii_matches(e, word);
		return SCOUT_OK;
	}
	if (fold(word, e->flags, s) < 0)
		return SCOUT_E_NOMEM;
	if (!e->is_prefix && !e->nitems) {
		*out = span_eq(buf_span(&s->folded), e->text);
		return SCOUT_OK;
	}
	buf_clear(&s->composed);
	if (fold_compose(buf_span(&s->folded), &s->composed) < 0)
		return SCOUT_E_NOMEM;
	*out = e->nitems ? word_glob_match(e->items, e->nitems,
					   buf_span(&s->composed)) :
			   span_has_prefix(buf_span(&s->composed), e->text);
	return SCOUT_OK;
}
