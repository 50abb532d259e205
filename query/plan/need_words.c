#include "query/plan/need_words.h"

#include "index_format/fold.h"
#include "query/language/regex_print.h"

enum {
	/* bytes of a piece of a word: shorter ones are in nearly every text */
	MIN_INSIDE = 3, MIN_END = 2, MIN_START = 2,
	/* bits that a word with other parts must tell */
	MIN_OPEN_BITS = 12, MIN_WHOLE_BITS = 10,
	LETTER_BITS = 5,
};

struct text_need need_nothing = { .kind = NEED_NOTHING };

/* --- Life ---------------------------------------------------------------- */

void need_maker_init(struct need_maker *k, bool trusts_words,
		     struct arena *arena)
{
	*k = (struct need_maker){ .arena = arena,
				  .trusts_words = trusts_words };
	buf_init(&k->text, MEM_QUERY);
	buf_init(&k->fold, MEM_QUERY);
	k->batch = scout_malloc(MEM_QUERY, sizeof(*k->batch));
	k->failed = !k->batch;
}

void need_maker_release(struct need_maker *k)
{
	scout_free(k->batch);
	buf_release(&k->text);
	buf_release(&k->fold);
}

void *need_alloc(struct need_maker *k, size_t size)
{
	void *p = k->failed ? NULL : arena_calloc(k->arena, 1, size);

	k->failed |= !p;
	return p;
}

int need_add_atom(struct need_maker *k, const struct regex_node *node)
{
	if (k->natoms == NEED_MAX_ATOMS)
		return -1;
	k->atoms[k->natoms] = node;
	return NEED_FIRST_ATOM + (int)k->natoms++;
}

/* --- Conditions ---------------------------------------------------------- */

/* How rare what is asked for is likely to be: the length of its longest word. */
static size_t strength(const struct text_need *n)
{
	size_t sum = n->kind == NEED_ONE ? SIZE_MAX : 0, i, s;

	for (i = 0; i < n->nwords; i++)
		if (n->words[i].strength > sum)
			sum = n->words[i].strength;
	for (i = 0; i < n->nchild; i++) {
		s = strength(n->child[i]);
		if (n->kind == NEED_ONE ? s < sum : s > sum)
			sum = s;
	}
	return sum;
}
/*
 * Of several conditions that must all hold, keeps some, the best ones first:
 * each costs time to look up, so that those that come later are asked only if
 * those before say too little (need_run.h), and the weak ones never.
 */
static void keep_strong(struct text_need *all)
{
	enum { MOST = 4 };
	struct text_need *need;
	size_t i, j;

	for (i = 1; i < all->nchild; i++) {
		need = all->child[i];
		for (j = i; j && strength(all->child[j - 1]) < strength(need);
		     j--)
			all->child[j] = all->child[j - 1];
		all->child[j] = need;
	}
	for (i = 1; i < all->nchild && i < MOST; i++)
		if (2 * strength(all->child[i]) <= strength(all->child[0]))
			break;
	all->nchild = all->nchild ? i : 0;
}

struct text_need *need_join(struct need_maker *k, enum need_kind kind,
			    struct text_need **needs, size_t n)
{
	struct text_need *sum;
	size_t i;

	sum = need_alloc(k, sizeof(*sum));
	if (!sum)
		return &need_nothing;
	sum->kind = kind;
	sum->child = need_alloc(k, (n + 1) * sizeof(*sum->child));
	for (i = 0; i < n && !k->failed; i++) {
		if (needs[i]->kind != NEED_NOTHING)
			sum->child[sum->nchild++] = needs[i];
		else if (kind == NEED_ONE)
			return &need_nothing;
	}
	if (k->failed || !sum->nchild)
		return &need_nothing;
	if (kind == NEED_ALL)
		keep_strong(sum);
	return sum->nchild == 1 ? sum->child[0] : sum;
}

/* --- Words of texts that are not ASCII ------------------------------------ */

static size_t least_bytes(const struct need_word *w)
{
	return w->is_open_before && w->is_open_after ? MIN_INSIDE :
	       w->is_open_before ? MIN_END :
	       w->is_open_after	 ? MIN_START : 1;
}

/* Whether a text has only what neither starts, ends nor parts a word. */
static bool is_transparent(struct span s)
{
	const uint8_t *p = s.ptr, *end = p + s.len;
	int32_t cp;

	while (p < end) {
		p += utf8_decode(p, end, &cp);
		if (cp < 0 || char_class_of(cp) != CHAR_IGNORABLE)
			return false;
	}
	return true;
}

static enum char_class class_at(const uint8_t *p, const uint8_t *end)
{
	int32_t cp;

	utf8_decode(p, end, &cp);
	return cp < 0 ? CHAR_OTHER : char_class_of(cp);
}

/* Cuts off what marks that may stand beside a piece could put elsewhere. */
static struct span cut_ends(struct span folded, const struct need_word *w)
{
	struct span core = fold_stable_core(folded);
	const uint8_t *start = w->is_open_before ? core.ptr : folded.ptr;
	const uint8_t *end = w->is_open_after ? core.ptr + core.len :
						folded.ptr + folded.len;

	if (!w->is_open_before && !w->is_open_after)
		return folded;
	return core.len ? span_of(start, (size_t)(end - start)) : core;
}

/* The word is this, with what may stand beside it. */
static void set_literal(struct need_word *w, struct span folded)
{
	w->folded = w->shown = folded;
	w->is_literal = true;
	w->literals = &w->folded;
	w->nliterals = 1;
	w->starts_with_literal = !w->is_open_before;
	w->ends_with_literal = !w->is_open_after;
	w->strength = (unsigned)folded.len;
}

/* Folds the words of k->text, one after the other, as the batch has them. */
static int fold_words(struct need_maker *k)
{
	uint32_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < k->batch->ntokens && !rc; i++)
		rc = fold_whole(span_of(k->text.ptr + k->batch->tokens[i].start,
					k->batch->tokens[i].len),
				FOLD_CASE, &k->fold);
	return rc;
}

/* Folds a word, and cuts off what text beside it may change; false if too
 * little is left to ask for. */
static bool fold_word(struct need_maker *k, struct span raw, struct need_word *w)
{
	char *copy;
	size_t least = least_bytes(w);

	buf_clear(&k->fold);
	k->failed |= fold_whole(raw, FOLD_CASE, &k->fold) < 0;
	copy = k->failed ? NULL : arena_dup(k->arena, k->fold.ptr,
					    k->fold.len);
	k->failed |= !copy;
	if (k->failed)
		return false;
	w->folded = cut_ends(span_of(copy, k->fold.len), w);
	set_literal(w, w->folded);
	return w->folded.len >= least;
}

/* Word i of the batch.  False if it says nothing, or nothing that is sure. */
static bool take_word(struct need_maker *k, uint32_t i, struct need_word *w,
		      bool *is_unsure)
{
	const struct token *tok = &k->batch->tokens[i];
	const uint8_t *start = k->text.ptr + tok->start;
	const uint8_t *after = start + tok->len;
	const uint8_t *end = k->text.ptr + k->text.len;

	w->is_open_before = !i && is_transparent(span_of(k->text.ptr,
							 tok->start));
	w->is_open_after = i + 1 == k->batch->ntokens &&
		is_transparent(span_of(after, (size_t)(end - after)));
	if (w->is_open_before) {
		enum char_class class = class_at(start, end);

		/* one starts a word always; a mark may be part of a word that
		 * what follows it is not */
		w->is_open_before = class != CHAR_SINGLE;
		*is_unsure |= class == CHAR_SINGLE_MARK || class == CHAR_MARK;
	}
	return fold_word(k, span_of(start, tok->len), w);
}

/* k->text = the letters of a text alone. */
static void put_plain(struct need_maker *k, struct span text)
{
	size_t i;

	buf_clear(&k->text);
	for (i = 0; i < text.len; i++)
		if (text.ptr[i] != TEXT_BORDER &&
		    text.ptr[i] != TEXT_ANY_CASE)
			buf_put_u8(&k->text, text.ptr[i]);
}

/* The greatest character of folded text. */
static struct span greatest(struct span folded)
{
	const uint8_t *p = folded.ptr, *end = p + folded.len;
	struct span best = span_of(p, 0);
	int32_t cp, most = 0;
	unsigned n;

	for (; p < end; p += n) {
		n = utf8_decode(p, end, &cp);
		if (!n)
			break;
		if (cp > most) {
			most = cp;
			best = span_of(p, n);
		}
	}
	return best;
}

/* Of the words in k->text one character, which is in a term of a match whatever
 * stands beside it: folding goes by characters, and moves them at most. */
static struct text_need *rare_char(struct need_maker *k)
{
	struct text_need *need = need_alloc(k, sizeof(*need));
	struct need_word *w = need_alloc(k, sizeof(*w));
	char *copy;

	buf_clear(&k->fold);
	k->failed |= fold_words(k) < 0;
	copy = k->failed ? NULL : arena_dup(k->arena, k->fold.ptr, k->fold.len);
	k->failed |= !copy;
	if (k->failed)
		return &need_nothing;
	w->is_open_before = w->is_open_after = true;
	set_literal(w, greatest(span_of(copy, k->fold.len)));
	if (!w->folded.len || *w->folded.ptr < 0x80)
		return &need_nothing;
	need->kind = NEED_PHRASE;
	need->words = w;
	need->nwords = 1;
	k->npieces++;
	return need;
}

/*
 * The words of a text that is not ASCII.  Words in the middle are whole; the
 * first and the last may be pieces, and are left out if they are too short to be
 * of use.
 */
static struct text_need *wide_phrase(struct need_maker *k, struct span raw)
{
	struct text_need *need = need_alloc(k, sizeof(*need));
	struct need_word *words;
	struct tokenizer t;
	bool is_unsure = false;
	uint32_t i;

	put_plain(k, raw);
	k->failed |= !buf_reserve(&k->text, TOKEN_PADDING);
	if (k->failed)
		return &need_nothing;
	memset(k->text.ptr + k->text.len, 0, TOKEN_PADDING);
	tokenizer_start(&t, buf_span(&k->text), true, true);
	/* a text is far shorter than a batch */
	if (!tokenizer_next(&t, k->batch))
		return &need_nothing;
	words = need_alloc(k, (k->batch->ntokens + 1) * sizeof(*words));
	for (i = 0; i < k->batch->ntokens && !k->failed; i++)
		need->nwords += take_word(k, i, &words[need->nwords],
					  &is_unsure);
	need->kind = NEED_PHRASE;
	need->words = words;
	k->npieces += need->nwords;
	if (need->nwords && !k->failed && !is_unsure)
		return need;
	return rare_char(k);
}


/* --- Words of ASCII texts -------------------------------------------------- */

/* A word, or a piece of one, as it stands in a text: letters, atoms, borders. */
struct item {
	uint8_t kind;		/* TEXT_ATOM, TEXT_BORDER, 0: a letter */
	bool any_case;
	uint8_t letter;
	const struct regex_node *atom;
	struct word_part part;	/* of the atom */
};

struct items {
	struct item *at;
	size_t n;
};

/* Reads the text up to the next blank, and moves past that. */
static struct items read_items(struct need_maker *k, struct span *text)
{
	struct items out = { need_alloc(k, (text->len + 1) *
						   sizeof(struct item)), 0 };
	const uint8_t *p = text->ptr, *end = p + text->len;

	for (; p < end && *p != ' ' && !k->failed; p++) {
		struct item *i = &out.at[out.n++];

		if (*p == TEXT_ANY_CASE) {
			i->any_case = true;
			p++;
		}
		if (*p == TEXT_ATOM) {
			i->kind = TEXT_ATOM;
			i->atom = k->atoms[*++p - NEED_FIRST_ATOM];
			i->part = word_part_of(i->atom, k->trusts_words);
		} else if (*p == TEXT_BORDER) {
			i->kind = TEXT_BORDER;
		} else {
			i->letter = *p;
		}
	}
	if (p < end)
		p++;
	*text = span_of(p, (size_t)(end - p));
	return out;
}

/* Whether an item says nothing where anything may stand beside it. */
static bool is_idle(const struct item *i)
{
	return i->kind == TEXT_ATOM && i->part.is_any;
}

/* Leaves out what is idle at open ends, and the borders outside of it. */
static struct items trim(struct items s, const struct need_word *w)
{
	size_t i;

	for (i = 0; w->is_open_before && i < s.n; i++) {
		if (s.at[i].kind == TEXT_BORDER)
			continue;
		if (!is_idle(&s.at[i]))
			break;
		s.at += i + 1;
		s.n -= i + 1;
		i = SIZE_MAX;
	}
	for (i = s.n; w->is_open_after && i--;) {
		if (s.at[i].kind == TEXT_BORDER)
			continue;
		if (!is_idle(&s.at[i]))
			break;
		s.n = i;
	}
	return s;
}

static struct regex_node *node_of(struct need_maker *k, const struct item *i)
{
	struct regex_node *n;

	if (i->kind == TEXT_ATOM)
		return (struct regex_node *)i->atom;
	n = need_alloc(k, sizeof(*n));
	if (!n)
		return NULL;
	n->kind = i->kind == TEXT_BORDER ? REGEX_BORDER : REGEX_CHAR;
	n->set.letter = i->letter;
	if (n->kind == REGEX_CHAR)
		regex_set_add(&n->set, i->letter);
	if (i->any_case)
		regex_set_add(&n->set, i->letter ^ 0x20);
	return n;
}

static struct regex_node *tree_of(struct need_maker *k, struct items s)
{
	struct regex_node *n = need_alloc(k, sizeof(*n));
	size_t i;

	if (n)
		n->child = need_alloc(k, (s.n + 1) * sizeof(*n->child));
	if (k->failed)
		return NULL;
	n->kind = REGEX_CAT;
	n->nchild = s.n;
	for (i = 0; i < s.n; i++)
		n->child[i] = node_of(k, &s.at[i]);
	return k->failed ? NULL : n;
}

/* A tree as --explain shows it. */
static struct span show(struct need_maker *k, const struct regex_node *tree)
{
	struct buf text = BUF_INIT(MEM_QUERY);
	struct span out = { NULL, 0 };
	char *copy;

	regex_print(tree, &text);
	copy = buf_status(&text) < 0 ? NULL :
				       arena_dup(k->arena, text.ptr, text.len);
	k->failed |= !copy;
	if (copy)
		out = span_of(copy, text.len);
	buf_release(&text);
	return out;
}

static uint8_t fold_letter(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* The runs of letters of a word. */
static void find_literals(struct need_maker *k, struct items s,
			  struct need_word *w)
{
	struct span *runs = need_alloc(k, (s.n + 1) * sizeof(*runs));
	uint8_t *bytes = need_alloc(k, s.n + 1);
	size_t i, n = 0;
	bool in_run = false;

	w->starts_with_literal = !w->is_open_before;
	for (i = 0; i < s.n && !k->failed; i++) {
		if (s.at[i].kind == TEXT_BORDER)
			continue;
		if (s.at[i].kind == TEXT_ATOM) {
			in_run = false;
			w->starts_with_literal &= n > 0;
			continue;
		}
		if (!in_run)
			runs[n++] = span_of(bytes, 0);
		in_run = true;
		runs[n - 1].len++;
		*bytes++ = fold_letter(s.at[i].letter);
	}
	w->starts_with_literal &= n > 0;
	w->ends_with_literal = !w->is_open_after && in_run;
	w->literals = runs;
	w->nliterals = n;
	for (i = 0; i < n; i++)
		if (runs[i].len > w->folded.len)
			w->folded = runs[i];
}

/* What the items of a word say together. */
static struct word_part part_of_items(struct items s)
{
	struct word_part sum = { .is_inside = true, .may_vanish = true };
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.at[i].kind == TEXT_BORDER)
			continue;
		if (s.at[i].kind == TEXT_ATOM) {
			sum.may_vanish &= s.at[i].part.may_vanish;
			sum.has_others |= s.at[i].part.has_others;
			sum.bits += s.at[i].part.bits;
		} else {
			sum.may_vanish = false;
			sum.bits += LETTER_BITS;
		}
	}
	return sum;
}

/* Whether a word says enough to be asked for. */
static bool is_enough(const struct need_word *w, unsigned bits)
{
	if (w->is_literal)
		return w->folded.len >= least_bytes(w);
	return bits >= (w->is_open_before || w->is_open_after ?
				MIN_OPEN_BITS : MIN_WHOLE_BITS);
}

/* Makes the automata of a word; what is too large for that is left at its
 * longest literal. */
static bool make_regex(struct need_maker *k, struct items s,
		       struct need_word *w)
{
	struct word_regex *re = need_alloc(k, sizeof(*re));
	struct regex_node *tree = tree_of(k, s);
	int rc;

	if (k->failed)
		return false;
	w->shown = show(k, tree);
	rc = word_regex_make(tree, w->is_open_before, w->is_open_after,
			     k->arena, re);
	k->failed |= rc == SCOUT_E_NOMEM;
	if (!rc && (re->has_raw || !w->is_literal))
		w->regex = re;
	if (rc != SCOUT_E_LIMIT || w->is_literal)
		return !k->failed;
	w->is_open_before = w->is_open_after = w->is_literal = true;
	w->shown = w->folded;
	w->starts_with_literal = w->ends_with_literal = false;
	w->strength = (unsigned)w->folded.len;
	return w->folded.len >= MIN_INSIDE;
}

/* The word of some items; false if it says nothing, or too little. */
static bool make_word(struct need_maker *k, struct items s,
		      struct need_word *w, bool *has_others)
{
	struct word_part part;
	size_t i;

	s = trim(s, w);
	part = part_of_items(s);
	/* a word that is not there takes no position */
	if (k->failed || part.may_vanish)
		return false;
	w->is_literal = true;
	for (i = 0; i < s.n; i++)
		w->is_literal &= s.at[i].kind != TEXT_ATOM;
	w->strength = part.bits / LETTER_BITS;
	find_literals(k, s, w);
	if (k->failed || !is_enough(w, part.bits) || !make_regex(k, s, w))
		return false;
	*has_others |= part.has_others && !w->is_literal;
	return true;
}

/* Phrases being made of a text. */
struct phrases {
	struct text_need **done;
	size_t n;
	struct need_word *words;	/* of the one under way */
	size_t nwords;
};

static void end_phrase(struct need_maker *k, struct phrases *p)
{
	struct text_need *need = p->nwords ? need_alloc(k, sizeof(*need)) :
					     NULL;

	if (!need)
		return;
	need->kind = NEED_PHRASE;
	need->words = p->words;
	need->nwords = p->nwords;
	k->npieces += p->nwords;
	p->words += p->nwords;
	p->nwords = 0;
	p->done[p->n++] = need;
}

/*
 * The words of an ASCII text.  Those in the middle are whole; the first and the
 * last may be pieces.  One that says too little ends a phrase, and the next one
 * begins another.
 */
static struct text_need *phrase(struct need_maker *k, struct span text,
				bool *has_others)
{
	struct phrases p = {
		.done = need_alloc(k, (text.len + 1) * sizeof(*p.done)),
		.words = need_alloc(k, (text.len + 1) * sizeof(*p.words)),
	};
	bool is_first = true, ends_with_blank;

	if (k->failed || !text.len)
		return &need_nothing;
	ends_with_blank = text.ptr[text.len - 1] == ' ';
	for (; text.len && !k->failed; is_first = false) {
		struct need_word *w = &p.words[p.nwords];
		struct items s = read_items(k, &text);
		size_t i;

		for (i = 0; i < s.n && s.at[i].kind == TEXT_BORDER; i++)
			;
		if (i == s.n)
			continue;	/* no word at all */
		w->is_open_before = is_first;
		w->is_open_after = !text.len && !ends_with_blank;
		if (make_word(k, s, w, has_others)) {
			p.nwords++;
			continue;
		}
		memset(w, 0, sizeof(*w));
		end_phrase(k, &p);
	}
	end_phrase(k, &p);
	return k->failed ? &need_nothing :
			   need_join(k, NEED_ALL, p.done, p.n);
}

/* --- Words by themselves --------------------------------------------------- */

/* A word of a script without spaces. */
static struct text_need *single(struct need_maker *k)
{
	struct text_need *need = need_alloc(k, sizeof(*need));
	struct need_word *w = need_alloc(k, sizeof(*w));

	if (k->failed)
		return &need_nothing;
	*w = (struct need_word){ .is_single = true,
				  .shown = span_str("(any)"),
				  .strength = 4 };
	need->kind = NEED_PHRASE;
	need->words = w;
	need->nwords = 1;
	k->npieces++;
	return need;
}

/* What is there of a text if its atoms may have parted words. */
static struct text_need *without_others(struct need_maker *k, struct span text)
{
	struct text_need **parts = need_alloc(k, (text.len + 1) *
							 sizeof(*parts));
	const uint8_t *p = text.ptr, *end = p + text.len, *start = p;
	bool ignored = false;
	size_t n = 0;

	for (; p < end && !k->failed; p++) {
		if (*p != TEXT_ATOM)
			continue;
		p++;
		if (!word_part_of(k->atoms[*p - NEED_FIRST_ATOM],
				  k->trusts_words).has_others)
			continue;
		parts[n++] = phrase(k, span_of(start,
					       (size_t)(p - 1 - start)),
				    &ignored);
		start = p + 1;
	}
	if (k->failed)
		return &need_nothing;
	parts[n++] = phrase(k, span_of(start, (size_t)(end - start)), &ignored);
	return need_join(k, NEED_ALL, parts, n);
}

/* Both; b is looked up first. */
static struct text_need *both(struct need_maker *k, struct text_need *a,
			      struct text_need *b)
{
	struct text_need *need = need_alloc(k, sizeof(*need));

	if (a->kind == NEED_NOTHING)
		return b;
	if (need)
		need->child = need_alloc(k, 2 * sizeof(*need->child));
	if (k->failed)
		return &need_nothing;
	need->kind = NEED_ALL;
	need->child[0] = b;
	need->child[1] = a;
	need->nchild = 2;
	return need;
}

struct text_need *need_of_texts(struct need_maker *k, const struct span *texts,
				size_t n)
{
	struct text_need *needs[NEED_MAX_TEXTS + 1], *rest[NEED_MAX_TEXTS];
	bool has_others;
	size_t i, nrest = 0;

	for (i = 0; i < n; i++) {
		if (k->failed || k->npieces > NEED_MAX_PIECES)
			return &need_nothing;
		has_others = false;
		needs[i] = span_is_ascii(texts[i]) ?
				   phrase(k, texts[i], &has_others) :
				   wide_phrase(k, texts[i]);
		if (needs[i]->kind == NEED_NOTHING)
			return &need_nothing;
		if (has_others)
			rest[nrest++] = without_others(k, texts[i]);
	}
	/* where what is beyond ASCII is words by themselves */
	if (nrest)
		needs[n++] = both(k, need_join(k, NEED_ONE, rest, nrest),
				  single(k));
	return need_join(k, NEED_ONE, needs, n);
}
