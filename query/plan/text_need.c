#include "query/plan/text_need.h"

#include "base/buf.h"
#include "index_format/fold.h"
#include "index_format/tokenizer.h"

enum {
	MAX_COPIES = 4,		/* of a repeat that are written out */
	/* bytes of a piece of a word: shorter ones are in nearly every text */
	MIN_INSIDE = 3, MIN_END = 2, MIN_START = 2,
};

/* Texts, of which a line break or anything else that parts words is written as a
 * blank: all that counts is where words end. */
struct texts {
	struct span at[NEED_MAX_TEXTS];
	size_t n;
};

/* What is known of a node: all its texts, or else a condition. */
struct known {
	bool is_all;
	struct texts all;
	struct text_need *need;
};

struct maker {
	struct arena *arena;
	struct token_batch *batch;
	struct buf text, fold;
	size_t npieces;
	bool failed;
};

static void *get(struct maker *k, size_t size)
{
	void *p = k->failed ? NULL : arena_calloc(k->arena, 1, size);

	k->failed |= !p;
	return p;
}

/* --- Conditions ---------------------------------------------------------- */

static struct text_need nothing = { .kind = NEED_NOTHING };

/* How rare what is asked for is likely to be: the length of its longest word. */
static size_t strength(const struct text_need *n)
{
	size_t sum = n->kind == NEED_ONE ? SIZE_MAX : 0, i, s;

	for (i = 0; i < n->nwords; i++)
		if (n->words[i].folded.len > sum)
			sum = n->words[i].folded.len;
	for (i = 0; i < n->nchild; i++) {
		s = strength(n->child[i]);
		if (n->kind == NEED_ONE ? s < sum : s > sum)
			sum = s;
	}
	return sum;
}

/* Of several conditions that must all hold, keeps the best ones: a weak one
 * costs more to look up than it saves. */
static void keep_strong(struct text_need *all)
{
	enum { MOST = 3, STRONG = 6 };
	size_t i, best = 0, n = 0, kept;

	for (i = 1; i < all->nchild; i++)
		if (strength(all->child[i]) > strength(all->child[best]))
			best = i;
	kept = 1;
	for (i = 0; i < all->nchild; i++) {
		bool keeps = i == best;

		if (!keeps && kept < MOST && strength(all->child[i]) >= STRONG) {
			keeps = true;
			kept++;
		}
		if (keeps)
			all->child[n++] = all->child[i];
	}
	all->nchild = n;
}

/* Joins conditions that are there; NEED_ALL drops those that ask nothing, and
 * with one of these NEED_ONE asks nothing. */
static struct text_need *join_needs(struct maker *k, enum need_kind kind,
				    struct text_need **needs, size_t n)
{
	struct text_need *sum;
	size_t i;

	sum = get(k, sizeof(*sum));
	if (!sum)
		return &nothing;
	sum->kind = kind;
	sum->child = get(k, (n + 1) * sizeof(*sum->child));
	for (i = 0; i < n && !k->failed; i++) {
		if (needs[i]->kind != NEED_NOTHING)
			sum->child[sum->nchild++] = needs[i];
		else if (kind == NEED_ONE)
			return &nothing;
	}
	if (k->failed || !sum->nchild)
		return &nothing;
	if (kind == NEED_ALL)
		keep_strong(sum);
	return sum->nchild == 1 ? sum->child[0] : sum;
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

/* Folds a word, and cuts off what text beside it may change; false if too
 * little is left to ask for. */
static bool fold_word(struct maker *k, struct span raw, struct need_word *w)
{
	char *copy;
	size_t least = w->is_open_before && w->is_open_after ? MIN_INSIDE :
		       w->is_open_before ? MIN_END :
		       w->is_open_after	 ? MIN_START : 1;

	buf_clear(&k->fold);
	k->failed |= fold_whole(raw, FOLD_CASE, &k->fold) < 0;
	copy = k->failed ? NULL : arena_dup(k->arena, k->fold.ptr,
					    k->fold.len);
	k->failed |= !copy;
	if (k->failed)
		return false;
	w->folded = cut_ends(span_of(copy, k->fold.len), w);
	return w->folded.len >= least;
}

/* Word i of the batch.  False if it says nothing, or nothing that is sure. */
static bool take_word(struct maker *k, uint32_t i, struct need_word *w,
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

/*
 * The words of a text between two places where more may follow.  Words in the
 * middle are whole; the first and the last may be pieces, and are left out if
 * they are too short to be of use.
 */
static struct text_need *phrase(struct maker *k, struct span raw)
{
	struct text_need *need = get(k, sizeof(*need));
	struct need_word *words;
	struct tokenizer t;
	bool is_unsure = false;
	uint32_t i;

	buf_clear(&k->text);
	buf_put_span(&k->text, raw);
	k->failed |= !buf_reserve(&k->text, TOKEN_PADDING);
	if (k->failed)
		return &nothing;
	memset(k->text.ptr + k->text.len, 0, TOKEN_PADDING);
	tokenizer_start(&t, buf_span(&k->text), true, true);
	/* a text is far shorter than a batch */
	if (!tokenizer_next(&t, k->batch))
		return &nothing;
	words = get(k, (k->batch->ntokens + 1) * sizeof(*words));
	for (i = 0; i < k->batch->ntokens && !k->failed; i++)
		need->nwords += take_word(k, i, &words[need->nwords],
					  &is_unsure);
	need->kind = NEED_PHRASE;
	need->words = words;
	k->npieces += need->nwords;
	return need->nwords && !k->failed && !is_unsure ? need : &nothing;
}

/* One of several texts must be there, with anything around it. */
static struct text_need *one_of(struct maker *k, const struct texts *texts)
{
	struct text_need *needs[NEED_MAX_TEXTS];
	size_t i;

	if (k->npieces > NEED_MAX_PIECES)
		return &nothing;
	for (i = 0; i < texts->n; i++) {
		needs[i] = phrase(k, texts->at[i]);
		if (needs[i]->kind == NEED_NOTHING)
			return &nothing;
	}
	return join_needs(k, NEED_ONE, needs, texts->n);
}

/* --- Texts --------------------------------------------------------------- */

static struct texts one_text(const char *s)
{
	struct texts t = { .n = 1 };

	t.at[0] = span_str(s);
	return t;
}

static bool can_append(const struct texts *a, const struct texts *b)
{
	size_t i, longest[2] = { 0, 0 };

	for (i = 0; i < a->n; i++)
		if (a->at[i].len > longest[0])
			longest[0] = a->at[i].len;
	for (i = 0; i < b->n; i++)
		if (b->at[i].len > longest[1])
			longest[1] = b->at[i].len;
	return a->n * b->n <= NEED_MAX_TEXTS &&
	       longest[0] + longest[1] <= NEED_MAX_BYTES;
}

/* Every text of a followed by every one of b. */
static void append(struct maker *k, struct texts *a, const struct texts *b)
{
	struct texts out = { .n = 0 };
	size_t i, j;

	for (i = 0; i < a->n; i++)
		for (j = 0; j < b->n; j++) {
			struct span x = a->at[i], y = b->at[j];
			uint8_t *copy = get(k, x.len + y.len + 1);

			if (!copy)
				return;
			memcpy(copy, x.ptr, x.len);
			memcpy(copy + x.len, y.ptr, y.len);
			out.at[out.n++] = span_of(copy, x.len + y.len);
		}
	*a = out;
}

static bool unite(struct texts *a, const struct texts *b)
{
	size_t i, j;

	for (i = 0; i < b->n; i++) {
		for (j = 0; j < a->n; j++)
			if (span_eq(a->at[j], b->at[i]))
				break;
		if (j < a->n)
			continue;
		if (a->n == NEED_MAX_TEXTS)
			return false;
		a->at[a->n++] = b->at[i];
	}
	return true;
}

/* --- Nodes --------------------------------------------------------------- */

static struct known know(struct maker *k, const struct regex_node *node);

static struct known all_of(const struct texts *t)
{
	return (struct known){ .is_all = true, .all = *t, .need = &nothing };
}

static struct known only(struct text_need *need)
{
	return (struct known){ .need = need };
}

/* The condition of what is known. */
static struct text_need *need_of(struct maker *k, const struct known *n)
{
	return n->is_all ? one_of(k, &n->all) : n->need;
}

static bool is_ascii_word(unsigned c)
{
	return (c >= '0' && c <= '9') || c == '_' ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool put_char(struct maker *k, struct texts *t, int32_t c)
{
	uint8_t *bytes = get(k, 4);
	size_t n = 1;

	if (!bytes || t->n == NEED_MAX_TEXTS)
		return false;
	if (c < 0x80) {
		bytes[0] = c && is_ascii_word((unsigned)c) ? (uint8_t)c : ' ';
	} else {
		n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		bytes[0] = (uint8_t)((0xf00 >> n & 0xff) | c >> 6 * (n - 1));
		bytes[1] = (uint8_t)(0x80 | (c >> 6 * (n - 2) & 0x3f));
		if (n > 2)
			bytes[2] = (uint8_t)(0x80 | (c >> 6 * (n - 3) & 0x3f));
		if (n > 3)
			bytes[3] = (uint8_t)(0x80 | (c & 0x3f));
	}
	t->at[t->n++] = span_of(bytes, n);
	return true;
}

/* A character: one that folds like a letter, or a few, or a separator. */
static struct known know_char(struct maker *k, const struct regex_set *set)
{
	struct texts t = { .n = 0 };
	bool has_separator = false;
	unsigned c, i;

	if (set->letter) {
		put_char(k, &t, set->letter);
		return all_of(&t);
	}
	if (set->any_other)
		return only(&nothing);
	for (c = 0; c < 128; c++) {
		if (!regex_set_has_ascii(set, c))
			continue;
		if (!is_ascii_word(c))
			has_separator = true;
		else if (!put_char(k, &t, (int32_t)c))
			return only(&nothing);
	}
	for (i = 0; i < set->nothers; i++)
		if (!put_char(k, &t, set->others[i]))
			return only(&nothing);
	if (has_separator && !put_char(k, &t, ' '))
		return only(&nothing);
	return t.n ? all_of(&t) : only(&nothing);
}

static struct known know_cat(struct maker *k, const struct regex_node *node)
{
	struct texts run = one_text("");
	struct text_need *needs[64];
	bool is_all = true;
	size_t i, n = 0;

	for (i = 0; i < node->nchild && !k->failed; i++) {
		struct known child = know(k, node->child[i]);

		if (child.is_all && can_append(&run, &child.all)) {
			append(k, &run, &child.all);
			continue;
		}
		/* here the run ends, and perhaps another begins */
		is_all = false;
		if (n + 2 > sizeof(needs) / sizeof(needs[0]))
			break;
		needs[n++] = one_of(k, &run);
		if (!child.is_all)
			needs[n++] = child.need;
		run = child.is_all ? child.all : one_text("");
	}
	if (is_all)
		return all_of(&run);
	if (n < sizeof(needs) / sizeof(needs[0]))
		needs[n++] = one_of(k, &run);
	return only(join_needs(k, NEED_ALL, needs, n));
}

static struct known know_alt(struct maker *k, const struct regex_node *node)
{
	struct text_need **needs = get(k, node->nchild * sizeof(*needs));
	struct known sum = { .is_all = true, .need = &nothing };
	struct known *children = get(k, node->nchild * sizeof(*children));
	size_t i;

	for (i = 0; i < node->nchild && !k->failed; i++) {
		children[i] = know(k, node->child[i]);
		sum.is_all = sum.is_all && children[i].is_all &&
			     unite(&sum.all, &children[i].all);
	}
	if (sum.is_all || k->failed)
		return sum;
	for (i = 0; i < node->nchild && !k->failed; i++)
		needs[i] = need_of(k, &children[i]);
	return only(k->failed ? &nothing :
				join_needs(k, NEED_ONE, needs, node->nchild));
}

/* Whether all that a node matches is one separator. */
static bool is_separator(const struct known *n)
{
	return n->is_all && n->all.n == 1 &&
	       span_eq(n->all.at[0], span_str(" "));
}

static struct known know_repeat(struct maker *k, const struct regex_node *node)
{
	struct known one = know(k, node->child[0]), sum;
	struct texts empty = one_text("");
	uint32_t i;

	/* any number of separators is as good as one */
	if (is_separator(&one)) {
		if (!node->min)
			unite(&one.all, &empty);
		return node->max ? one : all_of(&empty);
	}
	if (!node->min)
		return node->max == 1 && one.is_all &&
				       unite(&one.all, &empty) ?
			       one : only(&nothing);
	if (!one.is_all || node->min != node->max || node->min > MAX_COPIES)
		return only(need_of(k, &one));
	sum = one;
	for (i = 1; i < node->min; i++) {
		if (!can_append(&sum.all, &one.all))
			return only(need_of(k, &one));
		append(k, &sum.all, &one.all);
	}
	return sum;
}

static struct known know(struct maker *k, const struct regex_node *node)
{
	struct texts t;

	if (k->failed)
		return only(&nothing);
	switch (node->kind) {
	case REGEX_CHAR:
		return know_char(k, &node->set);
	case REGEX_CAT:
		return know_cat(k, node);
	case REGEX_ALT:
		return know_alt(k, node);
	case REGEX_REPEAT:
		return know_repeat(k, node);
	case REGEX_EMPTY:
		t = one_text("");
		return all_of(&t);
	case REGEX_LINE_START:
	case REGEX_LINE_END:
		/* no word goes over the end of a line */
		t = one_text(" ");
		return all_of(&t);
	case REGEX_ANYTHING:
		break;
	}
	return only(&nothing);
}

int text_need_make(const struct regex_node *tree, struct arena *arena,
		   struct text_need **out)
{
	struct maker k = { .arena = arena };
	struct known n;

	buf_init(&k.text, MEM_QUERY);
	buf_init(&k.fold, MEM_QUERY);
	k.batch = scout_malloc(MEM_QUERY, sizeof(*k.batch));
	k.failed = !k.batch;
	n = know(&k, tree);
	*out = need_of(&k, &n);
	if (k.npieces > NEED_MAX_PIECES)
		*out = &nothing;
	scout_free(k.batch);
	buf_release(&k.text);
	buf_release(&k.fold);
	return k.failed ? SCOUT_E_NOMEM : SCOUT_OK;
}
