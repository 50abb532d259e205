#include "query/plan/text_need.h"

#include "index_format/fold.h"
#include "query/plan/need_words.h"

enum { MAX_COPIES = 4 };	/* of a repeat that are written out */

/* Texts as need_words.h has them. */
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

static void *get(struct need_maker *k, size_t size)
{
	return need_alloc(k, size);
}

/* One of several texts must be there, with anything around it. */
static struct text_need *one_of(struct need_maker *k, const struct texts *texts)
{
	return need_of_texts(k, texts->at, texts->n);
}

/* --- Texts --------------------------------------------------------------- */

static struct texts one_text(const char *s)
{
	struct texts t = { .n = 1 };

	t.at[0] = span_str(s);
	return t;
}

/* Atoms stand beside ASCII only. */
static bool has_mixture(const struct texts *a, const struct texts *b)
{
	bool has_atom = false, has_wide = false;
	size_t i;

	for (i = 0; i < a->n + b->n; i++) {
		struct span s = i < a->n ? a->at[i] : b->at[i - a->n];

		has_wide |= !span_is_ascii(s);
		has_atom |= s.len && memchr(s.ptr, TEXT_ATOM, s.len);
	}
	return has_atom && has_wide;
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
	       longest[0] + longest[1] <= NEED_MAX_BYTES && !has_mixture(a, b);
}

static void add_text(struct texts *t, struct span text)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (span_eq(t->at[i], text))
			return;
	t->at[t->n++] = text;
}

/* Every text of a followed by every one of b; blanks become one. */
static void append(struct need_maker *k, struct texts *a, const struct texts *b)
{
	struct texts out = { .n = 0 };
	size_t i, j;

	for (i = 0; i < a->n; i++)
		for (j = 0; j < b->n; j++) {
			struct span x = a->at[i], y = b->at[j];
			uint8_t *copy = get(k, x.len + y.len + 1);

			if (!copy)
				return;
			if (x.len && y.len && x.ptr[x.len - 1] == ' ' &&
			    *y.ptr == ' ')
				x.len--;
			memcpy(copy, x.ptr, x.len);
			memcpy(copy + x.len, y.ptr, y.len);
			add_text(&out, span_of(copy, x.len + y.len));
		}
	*a = out;
}

static bool unite(struct texts *a, const struct texts *b)
{
	struct texts sum = *a;
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (sum.n == NEED_MAX_TEXTS)
			return false;
		add_text(&sum, b->at[i]);
	}
	*a = sum;
	return true;
}

/* --- Nodes --------------------------------------------------------------- */

static struct known know(struct need_maker *k, const struct regex_node *node);

static struct known all_of(const struct texts *t)
{
	return (struct known){ .is_all = true, .all = *t, .need = &need_nothing };
}

static struct known only(struct text_need *need)
{
	return (struct known){ .need = need };
}

/* The condition of what is known. */
static struct text_need *need_of(struct need_maker *k, const struct known *n)
{
	return n->is_all ? one_of(k, &n->all) : n->need;
}

static bool is_ascii_word(unsigned c)
{
	return (c >= '0' && c <= '9') || c == '_' ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* A part of a word as a text. */
static struct known atom_of(struct need_maker *k, const struct regex_node *node)
{
	struct texts t = { .n = 0 };
	uint8_t *bytes = get(k, 2);
	int number = need_add_atom(k, node);

	if (!bytes || number < 0)
		return only(&need_nothing);
	bytes[0] = TEXT_ATOM;
	bytes[1] = (uint8_t)number;
	add_text(&t, span_of(bytes, 2));
	return all_of(&t);
}

static bool is_inside(const struct need_maker *k, const struct regex_node *node)
{
	return word_part_of(node, k->trusts_words).is_inside;
}

static bool put_char(struct need_maker *k, struct texts *t, int32_t c,
		     bool any_case)
{
	uint8_t *bytes = get(k, 4);
	size_t n = 0;

	if (!bytes || t->n == NEED_MAX_TEXTS)
		return false;
	if (c >= 0x80) {
		n = utf8_encode(c, bytes);
	} else if (!c || !is_ascii_word((unsigned)c)) {
		bytes[n++] = ' ';
	} else {
		if (any_case)
			bytes[n++] = TEXT_ANY_CASE;
		bytes[n++] = (uint8_t)(any_case ? c | 0x20 : c);
	}
	add_text(t, span_of(bytes, n));
	return true;
}

/* Whether a set has both cases of an ASCII letter. */
static bool has_both_cases(const struct regex_set *set, int32_t c)
{
	return c < 128 && (c | 0x20) >= 'a' && (c | 0x20) <= 'z' &&
	       regex_set_has_ascii(set, (unsigned)c | 0x20) &&
	       regex_set_has_ascii(set, (unsigned)c & ~0x20u);
}

/* White space beyond ASCII parts words, too, but for U+180E, which is as if it
 * were not there. */
static struct known know_blank(const struct regex_set *set)
{
	struct texts t = one_text(" ");
	unsigned c;

	if (set->other_kinds != REGEX_OTHER_BLANKS || set->nothers)
		return only(&need_nothing);
	for (c = 0; c < 128; c++)
		if (regex_set_has_ascii(set, c) && is_ascii_word(c))
			return only(&need_nothing);
	add_text(&t, span_str(""));
	return all_of(&t);
}

/* Whether a set is better left as it is than written out. */
static bool is_class(const struct regex_set *set)
{
	enum { FEW = 4 };
	unsigned c, n = 0;

	for (c = 0; c < 128; c++)
		if (regex_set_has_ascii(set, c) && is_ascii_word(c))
			n += !has_both_cases(set, (int32_t)c) || c >= 'a';
	return n > FEW || set->any_other;
}

/* A character: one that folds like a letter, or a few, or a separator, or a part
 * of a word. */
static struct known know_char(struct need_maker *k,
			      const struct regex_node *node)
{
	const struct regex_set *set = &node->set;
	struct texts t = { .n = 0 };
	bool has_separator = false;
	unsigned c, i;

	if (set->letter) {
		put_char(k, &t, set->letter, has_both_cases(set, set->letter));
		return all_of(&t);
	}
	if (is_class(set) && is_inside(k, node))
		return atom_of(k, node);
	if (set->any_other)
		return know_blank(set);
	for (c = 0; c < 128; c++) {
		bool both = has_both_cases(set, (int32_t)c);

		if (!regex_set_has_ascii(set, c) || (both && c < 'a'))
			continue;
		if (!is_ascii_word(c))
			has_separator = true;
		else if (!put_char(k, &t, (int32_t)c, both))
			return only(&need_nothing);
	}
	for (i = 0; i < set->nothers; i++)
		if (!put_char(k, &t, set->others[i], false))
			return only(&need_nothing);
	if (has_separator && !put_char(k, &t, ' ', false))
		return only(&need_nothing);
	return t.n ? all_of(&t) : only(&need_nothing);
}

/* The runs of children whose texts are all known, as they are found. */
struct runs {
	struct texts run;	/* the one under way */
	bool is_all;		/* there is nothing else */
	struct text_need *needs[64];
	size_t n;
};

/* False if there are too many. */
static bool add_need(struct runs *r, struct text_need *need)
{
	r->is_all = false;
	if (r->n == sizeof(r->needs) / sizeof(r->needs[0]))
		return false;
	r->needs[r->n++] = need;
	return true;
}

/* Adds a child; false if no more should be. */
static bool add_child(struct need_maker *k, struct runs *r,
		      const struct regex_node *node)
{
	struct known child = know(k, node);

	/* what a lookaround wants does not end the run */
	if (node->kind == REGEX_ALSO)
		return add_need(r, child.need);
	if ((!child.is_all || !can_append(&r->run, &child.all)) &&
	    is_inside(k, node))
		child = atom_of(k, node);
	if (child.is_all && can_append(&r->run, &child.all)) {
		append(k, &r->run, &child.all);
		return true;
	}
	/* here the run ends, and perhaps another begins */
	if (!add_need(r, one_of(k, &r->run)))
		return false;
	r->run = child.is_all ? child.all : one_text("");
	return child.is_all || add_need(r, child.need);
}

static struct known know_cat(struct need_maker *k, const struct regex_node *node)
{
	struct runs r = { .run = one_text(""), .is_all = true };
	bool goes_on = true;
	size_t i;

	for (i = 0; i < node->nchild && goes_on && !k->failed; i++)
		goes_on = add_child(k, &r, node->child[i]);
	if (r.is_all)
		return all_of(&r.run);
	if (goes_on)
		add_need(&r, one_of(k, &r.run));
	return only(need_join(k, NEED_ALL, r.needs, r.n));
}

static struct known know_alt(struct need_maker *k, const struct regex_node *node)
{
	struct text_need **needs = get(k, node->nchild * sizeof(*needs));
	struct known sum = { .is_all = true, .need = &need_nothing };
	struct known *children = get(k, node->nchild * sizeof(*children));
	size_t i;

	for (i = 0; i < node->nchild && !k->failed; i++) {
		children[i] = know(k, node->child[i]);
		sum.is_all = sum.is_all && children[i].is_all &&
			     unite(&sum.all, &children[i].all);
	}
	if (sum.is_all || k->failed)
		return sum;
	if (is_inside(k, node))
		return atom_of(k, node);
	for (i = 0; i < node->nchild && !k->failed; i++)
		needs[i] = need_of(k, &children[i]);
	return only(k->failed ? &need_nothing :
				need_join(k, NEED_ONE, needs, node->nchild));
}

/* Whether all that a node matches is a separator, or nothing. */
static bool is_blank(const struct known *n)
{
	size_t i;

	for (i = 0; i < n->all.n; i++)
		if (n->all.at[i].len && !span_eq(n->all.at[i], span_str(" ")))
			return false;
	return n->is_all && n->all.n;
}

static bool has_atom(const struct known *n)
{
	size_t i;

	for (i = 0; i < n->all.n; i++)
		if (n->all.at[i].len &&
		    memchr(n->all.at[i].ptr, TEXT_ATOM, n->all.at[i].len))
			return true;
	return false;
}

/* So many times the same; false if that is too much. */
static bool copy_texts(struct need_maker *k, struct texts *t, uint32_t times)
{
	const struct texts one = *t;
	uint32_t i;

	if (times > MAX_COPIES)
		return false;
	for (i = 1; i < times; i++) {
		if (!can_append(t, &one))
			return false;
		append(k, t, &one);
	}
	return true;
}

/* What may follow the first min copies. */
static const struct regex_node *rest_of(struct need_maker *k,
					const struct regex_node *node)
{
	struct regex_node *rest = get(k, sizeof(*rest));

	if (!rest)
		return node;
	*rest = *node;
	rest->min = 0;
	if (rest->max != REGEX_NO_LIMIT)
		rest->max -= node->min;
	return rest;
}

/* The copies that must be there, written out, and an atom for those that may. */
static bool copy_and_rest(struct need_maker *k, const struct regex_node *node,
			  struct texts *t)
{
	struct known rest;

	if (!node->min || !copy_texts(k, t, node->min))
		return false;
	if (node->min == node->max)
		return true;
	if (!is_inside(k, node))
		return false;
	rest = atom_of(k, rest_of(k, node));
	if (!rest.is_all || !can_append(t, &rest.all))
		return false;
	append(k, t, &rest.all);
	return true;
}

static struct known know_repeat(struct need_maker *k,
				const struct regex_node *node)
{
	struct known one = know(k, node->child[0]), sum = one;
	struct texts empty = one_text("");

	if (!node->max)
		return all_of(&empty);
	/* any number of separators is as good as one */
	if (is_blank(&one)) {
		if (!node->min)
			unite(&one.all, &empty);
		return one;
	}
	if (!node->min && node->max == 1 && one.is_all &&
	    unite(&one.all, &empty))
		return one;
	if (one.is_all && !has_atom(&one) && copy_and_rest(k, node, &sum.all))
		return sum;
	if (is_inside(k, node))
		return atom_of(k, node);
	if (one.is_all && node->min && node->min == node->max &&
	    copy_texts(k, &sum.all, node->min))
		return sum;
	return only(node->min ? need_of(k, &one) : &need_nothing);
}

static struct known know(struct need_maker *k, const struct regex_node *node)
{
	static const char border[] = { TEXT_BORDER, 0 };
	struct known n;
	struct texts t;

	if (k->failed)
		return only(&need_nothing);
	switch (node->kind) {
	case REGEX_CHAR:
		return know_char(k, node);
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
	case REGEX_BORDER:
		t = one_text(border);
		return all_of(&t);
	case REGEX_ALSO:
		n = know(k, node->child[0]);
		return only(need_of(k, &n));
	case REGEX_ANYTHING:
		break;
	}
	return only(&need_nothing);
}

int text_need_make(const struct regex_node *tree, bool trusts_words,
		   struct arena *arena, struct text_need **out)
{
	struct need_maker k;
	struct known n;

	need_maker_init(&k, trusts_words, arena);
	n = know(&k, tree);
	*out = need_of(&k, &n);
	if (k.npieces > NEED_MAX_PIECES)
		*out = &need_nothing;
	need_maker_release(&k);
	return k.failed ? SCOUT_E_NOMEM : SCOUT_OK;
}
