#include "query/plan/word_regex.h"

#include "index_format/fold.h"
#include "index_format/surface.h"

enum {
	LONG_S = 0x17f,
	KELVIN = 0x212a,
	FOREIGN_BITS = 12,	/* that a letter beyond ASCII tells, about */
};

static bool is_ascii_word(unsigned c)
{
	return (c >= '0' && c <= '9') || c == '_' ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static unsigned lower(unsigned c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* --- What a part says ---------------------------------------------------- */

static unsigned min_u(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* How many of the 37 letters of terms a set has. */
static unsigned count_folded(const struct regex_set *set)
{
	uint64_t seen[2] = { 0, 0 };
	unsigned c, n = 0;

	for (c = 0; c < 128; c++)
		if (regex_set_has_ascii(set, c) &&
		    !(seen[lower(c) / 64] >> (lower(c) % 64) & 1)) {
			seen[lower(c) / 64] |= (uint64_t)1 << (lower(c) % 64);
			n++;
		}
	return n;
}

static unsigned bits_of(unsigned nletters)
{
	static const struct {
		unsigned most, bits;
	} rows[] = { { 1, 5 }, { 2, 4 }, { 4, 3 }, { 10, 2 }, { 19, 1 } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (nletters <= rows[i].most)
			return rows[i].bits;
	return 0;
}

/* Most words are not spelt so. */
static bool has_capitals_only(const struct regex_set *set)
{
	const uint64_t capitals = 0x07fffffe;

	return set->ascii[1] & capitals &&
	       !(set->ascii[1] & capitals << 32) && !set->ascii[0];
}

/* Whether of what each of the others folds to, something is beyond ASCII. */
static bool has_foreign_others(const struct regex_set *set)
{
	unsigned i;

	for (i = 0; i < set->nothers; i++)
		if (!regex_char_is_foreign(set->others[i]))
			return false;
	return set->any_other ? set->other_kinds == REGEX_OTHER_FOREIGN :
				set->nothers > 0;
}

static struct word_part part_of_set(const struct regex_set *set,
				    bool trusts_words)
{
	unsigned c, i, n = count_folded(set);
	bool is_foreign = has_foreign_others(set);
	struct word_part p = { .is_inside = true,
			       .has_others = set->any_other && !is_foreign };

	if (set->any_other && set->other_kinds != REGEX_OTHER_FOREIGN)
		p.is_inside = trusts_words && set->other_kinds &&
			      !(set->other_kinds & REGEX_OTHER_BLANKS);
	for (c = 0; c < 128; c++)
		p.is_inside &= !regex_set_has_ascii(set, c) || is_ascii_word(c);
	for (i = 0; i < set->nothers; i++)
		p.is_inside &= char_class_of(set->others[i]) == CHAR_WORD;
	p.may_vanish = !is_foreign && (set->any_other || set->nothers);
	p.is_any = n == 37;
	p.bits = is_foreign && !n ? FOREIGN_BITS :
		 set->any_other	  ? 0 : bits_of(n) + has_capitals_only(set);
	return p;
}

static struct word_part part_of_list(const struct regex_node *node,
				     bool trusts_words)
{
	bool is_cat = node->kind == REGEX_CAT;
	struct word_part sum = { .is_inside = true, .may_vanish = is_cat,
				 .is_any = is_cat,
				 .bits = is_cat ? 0 : UINT32_MAX };
	size_t i;

	for (i = 0; i < node->nchild; i++) {
		struct word_part p = word_part_of(node->child[i],
						  trusts_words);

		sum.is_inside &= p.is_inside;
		sum.has_others |= p.has_others;
		if (is_cat) {
			sum.may_vanish &= p.may_vanish;
			sum.is_any &= p.is_any;
			sum.bits = min_u(sum.bits + p.bits, 1000);
		} else {
			sum.may_vanish |= p.may_vanish;
			sum.is_any |= p.is_any;
			sum.bits = min_u(sum.bits, p.bits);
		}
	}
	return sum;
}

struct word_part word_part_of(const struct regex_node *node, bool trusts_words)
{
	struct word_part p;

	switch (node->kind) {
	case REGEX_CHAR:
		return part_of_set(&node->set, trusts_words);
	case REGEX_CAT:
	case REGEX_ALT:
		return part_of_list(node, trusts_words);
	case REGEX_REPEAT:
		p = word_part_of(node->child[0], trusts_words);
		p.may_vanish |= !node->min;
		p.is_any |= !node->min;
		p.bits *= min_u(node->min, 16);
		p.has_others &= node->max > 0;
		return p;
	case REGEX_EMPTY:
	case REGEX_BORDER:
		return (struct word_part){ .is_inside = true,
					   .may_vanish = true,
					   .is_any = true };
	default:
		return (struct word_part){ .is_inside = false };
	}
}

/* --- Trees --------------------------------------------------------------- */

/* Which of the two automata a tree is for. */
struct copier {
	struct arena *arena;
	bool is_raw;
	bool failed;
};

static struct regex_node *new_node(struct copier *c, enum regex_kind kind,
				   size_t nchild)
{
	struct regex_node *n = arena_calloc(c->arena, 1, sizeof(*n));

	if (n && nchild)
		n->child = arena_calloc(c->arena, nchild, sizeof(*n->child));
	c->failed |= !n || (nchild && !n->child);
	if (c->failed)
		return NULL;
	n->kind = kind;
	n->nchild = nchild;
	return n;
}

static struct regex_node *either(struct copier *c, struct regex_node *a,
				 struct regex_node *b)
{
	struct regex_node *n = new_node(c, REGEX_ALT, 2);

	if (!n)
		return NULL;
	n->child[0] = a;
	n->child[1] = b;
	return n;
}

/* Nothing, at an end of the word. */
static struct regex_node *at_end(struct copier *c)
{
	return either(c, new_node(c, REGEX_LINE_START, 0),
		      new_node(c, REGEX_LINE_END, 0));
}

/* Any text with a character beyond ASCII in it. */
static struct regex_node *something_foreign(struct copier *c)
{
	struct regex_node *n = new_node(c, REGEX_CAT, 3);

	if (!n)
		return NULL;
	n->child[0] = new_node(c, REGEX_ANYTHING, 0);
	n->child[1] = new_node(c, REGEX_CHAR, 0);
	n->child[2] = new_node(c, REGEX_ANYTHING, 0);
	if (c->failed)
		return NULL;
	n->child[1]->set.any_other = true;
	return n;
}

/* Of a set, the characters that are in terms; those beyond ASCII may be folded
 * to anything. */
static struct regex_node *copy_set(struct copier *c,
				   const struct regex_set *set)
{
	struct regex_node *n = new_node(c, REGEX_CHAR, 0);
	bool has_others = set->any_other;
	unsigned b, i;

	if (!n)
		return NULL;
	for (b = 0; b < 128; b++)
		if (regex_set_has_ascii(set, b))
			regex_set_add(&n->set, (int32_t)(c->is_raw ? b :
								lower(b)));
	for (i = 0; i < set->nothers && !c->is_raw; i++) {
		if (set->others[i] == KELVIN)
			regex_set_add(&n->set, 'k');
		else if (set->others[i] == LONG_S)
			regex_set_add(&n->set, 's');
		else
			has_others = true;
	}
	if (!has_others)
		return n;
	if (has_foreign_others(set))
		return c->is_raw ? n : either(c, n, something_foreign(c));
	/* a letter that is ignorable is no part of a word that it stands
	 * beside */
	return either(c, n, c->is_raw ? at_end(c) :
					new_node(c, REGEX_ANYTHING, 0));
}

static struct regex_node *copy(struct copier *c, const struct regex_node *node)
{
	struct regex_node *n;
	size_t i;

	if (c->failed)
		return NULL;
	if (node->kind == REGEX_CHAR)
		return copy_set(c, &node->set);
	if (node->kind == REGEX_BORDER)
		return c->is_raw ? at_end(c) : new_node(c, REGEX_EMPTY, 0);
	n = new_node(c, node->kind, node->nchild);
	for (i = 0; i < node->nchild && !c->failed; i++)
		n->child[i] = copy(c, node->child[i]);
	if (c->failed)
		return NULL;
	n->min = node->min;
	n->max = node->max;
	return n;
}

/* The tree of a word with its ends. */
static struct regex_node *with_ends(struct copier *c,
				    const struct regex_node *word,
				    bool is_open_before, bool is_open_after)
{
	struct regex_node *n = new_node(c, REGEX_CAT, 3);

	if (!n)
		return NULL;
	n->child[0] = new_node(c, is_open_before ? REGEX_ANYTHING :
						   REGEX_LINE_START, 0);
	n->child[1] = copy(c, word);
	n->child[2] = new_node(c, is_open_after ? REGEX_EMPTY :
						  REGEX_LINE_END, 0);
	return c->failed ? NULL : n;
}

static int make(const struct regex_node *word, bool is_open_before,
		bool is_open_after, bool is_raw, struct arena *arena,
		struct word_dfa *out)
{
	struct copier c = { .arena = arena, .is_raw = is_raw };
	struct regex_node *tree = with_ends(&c, word, is_open_before,
					    is_open_after);

	return tree ? word_dfa_make(tree, arena, out) : SCOUT_E_NOMEM;
}

/* Whether the spelling of a word makes a difference. */
static bool is_spelt(const struct regex_node *node)
{
	size_t i;
	unsigned c;

	if (node->kind == REGEX_BORDER)
		return true;
	if (node->kind == REGEX_CHAR) {
		for (c = 'a'; c <= 'z'; c++)
			if (regex_set_has_ascii(&node->set, c) !=
			    regex_set_has_ascii(&node->set, c - 0x20))
				return true;
		/* in an ASCII word there is none of the others */
		return node->set.any_other || node->set.nothers;
	}
	for (i = 0; i < node->nchild; i++)
		if (is_spelt(node->child[i]))
			return true;
	return false;
}

int word_regex_make(const struct regex_node *word, bool is_open_before,
		    bool is_open_after, struct arena *arena,
		    struct word_regex *out)
{
	int rc = make(word, is_open_before, is_open_after, false, arena,
		      &out->folded);

	out->has_raw = is_spelt(word);
	if (!rc && out->has_raw)
		rc = make(word, is_open_before, is_open_after, true, arena,
			  &out->raw);
	return rc;
}

/* --- Asking -------------------------------------------------------------- */

/* Whether a term as it is spelt by a bit of its surface matches. */
static bool matches_spelt(const struct word_dfa *d, struct span term,
			  unsigned bit)
{
	uint32_t state = d->start;
	size_t i, nupper = bit == SURFACE_LOWER	  ? 0 :
			   bit == SURFACE_CAPITAL ? 1 : term.len;

	for (i = 0; i < term.len && word_dfa_goes_on(d, state); i++) {
		uint8_t b = term.ptr[i];

		if (i < nupper && b >= 'a' && b <= 'z')
			b &= (uint8_t)~0x20;
		state = word_dfa_step(d, state, b);
	}
	return word_dfa_ends(d, state);
}

bool word_regex_matches(const struct word_regex *w, struct word_dfa_run *run,
			struct span term, unsigned surface)
{
	unsigned bit;

	if (!word_dfa_matches(&w->folded, run, term))
		return false;
	if (!w->has_raw || !surface || surface & SURFACE_OTHER)
		return true;
	for (bit = SURFACE_LOWER; bit < SURFACE_OTHER; bit <<= 1)
		if (surface & bit && matches_spelt(&w->raw, term, bit))
			return true;
	return false;
}
