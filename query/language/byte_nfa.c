#include "query/language/byte_nfa.h"

enum {
	MAX_SETS = 512,
	FEW_REPEATS = 3,	/* counted; above, any number if space is short */
};

struct builder {
	struct byte_nfa *nfa;
	bool is_coarse;		/* counts of repeats are not followed far */
	bool is_full;
};

/* --- States: each is made after the one that follows it ------------------- */

static uint32_t add_state(struct builder *b, enum nfa_kind kind, uint32_t next)
{
	struct byte_nfa *n = b->nfa;

	if (n->nstates == BYTE_NFA_MAX_STATES) {
		b->is_full = true;
		return 0;
	}
	n->states[n->nstates] = (struct nfa_state){ .kind = kind,
						    .next = next };
	return n->nstates++;
}

static uint32_t add_split(struct builder *b, uint32_t next, uint32_t other)
{
	uint32_t s = add_state(b, NFA_SPLIT, next);

	b->nfa->states[s].other = other;
	return s;
}

static uint32_t find_set(struct builder *b, const struct byte_set *set)
{
	struct byte_nfa *n = b->nfa;
	uint32_t i;

	for (i = 0; i < n->nsets; i++)
		if (!memcmp(&n->sets[i], set, sizeof(*set)))
			return i;
	if (n->nsets == MAX_SETS) {
		b->is_full = true;
		return 0;
	}
	n->sets[n->nsets] = *set;
	return n->nsets++;
}

static uint32_t add_byte(struct builder *b, const struct byte_set *set,
			 uint32_t next)
{
	uint32_t s = add_state(b, NFA_BYTE, next);

	b->nfa->states[s].set = find_set(b, set);
	return s;
}

static uint32_t add_range(struct builder *b, unsigned first, unsigned last,
			  uint32_t next)
{
	struct byte_set set = { { 0 } };

	for (; first <= last; first++)
		set.bits[first / 64] |= (uint64_t)1 << (first % 64);
	return add_byte(b, &set, next);
}

/* --- Characters ---------------------------------------------------------- */

/* Any character beyond ASCII, and some byte strings that are none. */
static uint32_t compile_any_other(struct builder *b, uint32_t next)
{
	uint32_t one = add_range(b, 0x80, 0xbf, next);
	uint32_t two = add_range(b, 0x80, 0xbf, one);
	uint32_t three = add_range(b, 0x80, 0xbf, two);

	return add_split(b, add_range(b, 0xc2, 0xdf, one),
			 add_split(b, add_range(b, 0xe0, 0xef, two),
				   add_range(b, 0xf0, 0xf4, three)));
}

static unsigned encode(int32_t c, uint8_t out[4])
{
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

static uint32_t compile_other(struct builder *b, int32_t c, uint32_t next)
{
	uint8_t bytes[4];
	unsigned n = encode(c, bytes);

	while (n--)
		next = add_range(b, bytes[n], bytes[n], next);
	return next;
}

static uint32_t compile_char(struct builder *b, const struct regex_set *set,
			     uint32_t next)
{
	struct byte_set ascii = { { set->ascii[0], set->ascii[1], 0, 0 } };
	uint32_t s = add_byte(b, &ascii, next);
	unsigned i;

	if (set->any_other)
		return add_split(b, s, compile_any_other(b, next));
	for (i = 0; i < set->nothers; i++)
		s = add_split(b, s, compile_other(b, set->others[i], next));
	return s;
}

/* --- Nodes --------------------------------------------------------------- */

static uint32_t compile(struct builder *b, const struct regex_node *node,
			uint32_t next);

static uint32_t compile_loop(struct builder *b, const struct regex_node *child,
			     bool at_least_one, uint32_t next)
{
	uint32_t loop = add_split(b, 0, next), entry;

	entry = compile(b, child, loop);
	b->nfa->states[loop].next = entry;
	return at_least_one ? entry : loop;
}

static uint32_t compile_repeat(struct builder *b,
			       const struct regex_node *node, uint32_t next)
{
	const struct regex_node *child = node->child[0];
	uint32_t min = node->min, max = node->max, i, s = next;

	if (b->is_coarse && max > FEW_REPEATS) {
		max = REGEX_NO_LIMIT;
		min = min < FEW_REPEATS ? min : FEW_REPEATS;
	}
	if (max == REGEX_NO_LIMIT) {
		s = compile_loop(b, child, min > 0, next);
		min -= min > 0;
	} else {
		for (i = min; i < max && !b->is_full; i++)
			s = add_split(b, compile(b, child, s), next);
	}
	for (i = 0; i < min && !b->is_full; i++)
		s = compile(b, child, s);
	return s;
}

static uint32_t compile_anything(struct builder *b, uint32_t next)
{
	uint32_t loop = add_split(b, 0, next);
	uint32_t any = add_range(b, 0, 255, loop);

	b->nfa->states[loop].next = any;
	return loop;
}

static uint32_t compile_alternatives(struct builder *b,
				     const struct regex_node *node,
				     uint32_t next)
{
	size_t i = node->nchild - 1;
	uint32_t s = compile(b, node->child[i], next);

	while (i-- && !b->is_full)
		s = add_split(b, compile(b, node->child[i], next), s);
	return s;
}

/* The entry of a node that goes on with next. */
static uint32_t compile(struct builder *b, const struct regex_node *node,
			uint32_t next)
{
	size_t i;

	if (b->is_full)
		return 0;
	switch (node->kind) {
	case REGEX_EMPTY:
	case REGEX_BORDER:
	case REGEX_ALSO:
		return next;
	case REGEX_CHAR:
		return compile_char(b, &node->set, next);
	case REGEX_CAT:
		for (i = node->nchild; i--;)
			next = compile(b, node->child[i], next);
		return next;
	case REGEX_ALT:
		return compile_alternatives(b, node, next);
	case REGEX_REPEAT:
		return compile_repeat(b, node, next);
	case REGEX_LINE_START:
		return add_state(b, NFA_LINE_START, next);
	case REGEX_LINE_END:
		return add_state(b, NFA_LINE_END, next);
	case REGEX_ANYTHING:
		break;
	}
	return compile_anything(b, next);
}

/* --- Classes of bytes ---------------------------------------------------- */

/* Parts the classes by one more set. */
static void refine(struct byte_nfa *n, const struct byte_set *set)
{
	uint8_t part[256][2];
	bool seen[256][2] = { { false } };
	unsigned count = 0, i;

	for (i = 0; i < 256; i++) {
		uint8_t old = n->class_of[i];
		bool in = byte_set_has(set, (uint8_t)i);

		if (!seen[old][in]) {
			seen[old][in] = true;
			n->example[count] = (uint8_t)i;
			part[old][in] = (uint8_t)count++;
		}
		n->class_of[i] = part[old][in];
	}
	n->nclasses = count;
}

static void make_classes(struct byte_nfa *n)
{
	struct byte_set newline = { { (uint64_t)1 << '\n', 0, 0, 0 } };
	uint32_t i;

	memset(n->class_of, 0, sizeof(n->class_of));
	refine(n, &newline);
	for (i = 0; i < n->nsets; i++)
		refine(n, &n->sets[i]);
}

/* --- The whole ----------------------------------------------------------- */

static bool build(struct byte_nfa *n, const struct regex_node *tree,
		  bool is_coarse)
{
	struct builder b = { .nfa = n, .is_coarse = is_coarse };

	n->nstates = n->nsets = 0;
	n->start = compile(&b, tree, add_state(&b, NFA_MATCH, 0));
	return !b.is_full;
}

int byte_nfa_make(const struct regex_node *tree, struct arena *arena,
		  struct byte_nfa *out)
{
	out->states = arena_alloc(arena, BYTE_NFA_MAX_STATES *
						 sizeof(*out->states));
	out->sets = arena_alloc(arena, MAX_SETS * sizeof(*out->sets));
	if (!out->states || !out->sets)
		return SCOUT_E_NOMEM;
	out->is_exact = build(out, tree, false);
	if (!out->is_exact && !build(out, tree, true))
		return SCOUT_E_LIMIT;
	out->is_exact &= regex_tree_is_exact(tree);
	make_classes(out);
	return SCOUT_OK;
}
