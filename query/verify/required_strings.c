#include "query/verify/required_strings.h"

#include "base/err.h"

enum { MAX_CHAR_STRINGS = 8 };

/* What is known of the texts of a node: all of them, or strings of which each
 * has one. */
struct info {
	bool is_all;
	struct required_strings all;
	struct required_strings best;
};

struct finder {
	struct arena *arena;
	bool failed;
};

/* --- Sets of strings ------------------------------------------------------ */

static void set_shortest(struct required_strings *s)
{
	size_t i;

	s->shortest = SIZE_MAX;
	for (i = 0; i < s->n; i++)
		if (s->strings[i].len < s->shortest)
			s->shortest = s->strings[i].len;
}

static bool reserve(struct finder *f, struct required_strings *s, size_t n)
{
	s->strings = arena_alloc(f->arena, (n + 1) * sizeof(*s->strings));
	s->n = n;
	f->failed |= !s->strings;
	return s->strings;
}

static struct required_strings empty_string(struct finder *f)
{
	struct required_strings s = { .n = 0 };

	if (reserve(f, &s, 1))
		s.strings[0] = span_of("", 0);
	return s;
}

/* Which of two is the better filter.  Longer strings are rarer, fewer of them
 * are faster. */
static void keep_better(struct required_strings *best,
			const struct required_strings *other)
{
	size_t a = best->n ? best->shortest : 0;
	size_t b = other->n ? other->shortest : 0;

	if (b > a || (b == a && b && other->n < best->n))
		*best = *other;
}

/* Whether all of a followed by all of b is still a set to work with. */
static bool can_join(const struct required_strings *a,
		     const struct required_strings *b)
{
	size_t i, longest_a = 0, longest_b = 0;

	for (i = 0; i < a->n; i++)
		if (a->strings[i].len > longest_a)
			longest_a = a->strings[i].len;
	for (i = 0; i < b->n; i++)
		if (b->strings[i].len > longest_b)
			longest_b = b->strings[i].len;
	return a->n * b->n <= REQUIRED_MAX_STRINGS &&
	       longest_a + longest_b <= REQUIRED_MAX_BYTES;
}

static struct required_strings join(struct finder *f,
				    const struct required_strings *a,
				    const struct required_strings *b)
{
	struct required_strings out = { .any_case = a->any_case |
						    b->any_case };
	size_t i, j, n = 0;

	if (!reserve(f, &out, a->n * b->n))
		return out;
	for (i = 0; i < a->n; i++)
		for (j = 0; j < b->n; j++) {
			struct span x = a->strings[i], y = b->strings[j];
			uint8_t *text = arena_alloc(f->arena, x.len + y.len);

			f->failed |= !text;
			if (!text)
				return out;
			memcpy(text, x.ptr, x.len);
			memcpy(text + x.len, y.ptr, y.len);
			out.strings[n++] = span_of(text, x.len + y.len);
		}
	set_shortest(&out);
	return out;
}

/* Adds the strings of b to those of a, if there is room. */
static bool unite(struct finder *f, struct required_strings *a,
		  const struct required_strings *b)
{
	struct required_strings out = { .any_case = a->any_case |
						    b->any_case };

	if (a->n + b->n > REQUIRED_MAX_STRINGS ||
	    !reserve(f, &out, a->n + b->n))
		return false;
	if (a->n)
		memcpy(out.strings, a->strings, a->n * sizeof(*a->strings));
	memcpy(out.strings + a->n, b->strings, b->n * sizeof(*b->strings));
	set_shortest(&out);
	*a = out;
	return true;
}

/* --- Nodes --------------------------------------------------------------- */

static struct info find(struct finder *f, const struct regex_node *node);

static struct info unknown(void)
{
	return (struct info){ .is_all = false };
}

static struct info only(const struct required_strings *s)
{
	struct info i = { .is_all = true, .all = *s };

	set_shortest(&i.all);
	if (i.all.shortest)
		i.best = i.all;
	return i;
}

static size_t encode(int32_t c, uint8_t out[4])
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (uint8_t)(c < 0x10000 ? 0xe0 | c >> 12 : 0xf0 | c >> 18);
	if (c < 0x10000) {
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

static void put_char(struct finder *f, struct required_strings *s, int32_t c)
{
	uint8_t bytes[4];
	size_t n = encode(c, bytes);
	char *copy = arena_dup(f->arena, bytes, n);

	f->failed |= !copy;
	if (copy)
		s->strings[s->n++] = span_of(copy, n);
}

static struct info find_char(struct finder *f, const struct regex_set *set)
{
	struct required_strings s = { .n = 0 };
	unsigned c, i;

	if (regex_set_count(set) > MAX_CHAR_STRINGS ||
	    !reserve(f, &s, MAX_CHAR_STRINGS))
		return unknown();
	s.n = 0;
	for (c = 0; c < 128; c++) {
		bool is_upper = c >= 'A' && c <= 'Z';

		if (!regex_set_has_ascii(set, c))
			continue;
		/* of a letter in both cases the small one stands for both */
		if (is_upper && regex_set_has_ascii(set, c | 0x20))
			s.any_case = true;
		else
			put_char(f, &s, (int32_t)c);
	}
	for (i = 0; i < set->nothers; i++)
		put_char(f, &s, set->others[i]);
	return s.n ? only(&s) : unknown();
}

static struct info find_cat(struct finder *f, const struct regex_node *node)
{
	struct required_strings run = empty_string(f);
	struct info sum = { .is_all = true }, child;
	size_t i;

	for (i = 0; i < node->nchild && !f->failed; i++) {
		child = find(f, node->child[i]);
		if (f->failed)
			break;
		keep_better(&sum.best, &child.best);
		if (child.is_all && can_join(&run, &child.all)) {
			run = join(f, &run, &child.all);
			continue;
		}
		/* the run ends; this child may begin another */
		sum.is_all = false;
		if (run.n && run.shortest)
			keep_better(&sum.best, &run);
		run = child.is_all ? child.all : empty_string(f);
	}
	if (run.n && run.shortest)
		keep_better(&sum.best, &run);
	sum.all = run;
	return sum;
}

static struct info find_alt(struct finder *f, const struct regex_node *node)
{
	struct info sum = { .is_all = true }, child;
	bool has_best = true;
	size_t i;

	for (i = 0; i < node->nchild && !f->failed; i++) {
		child = find(f, node->child[i]);
		sum.is_all = sum.is_all && child.is_all &&
			     unite(f, &sum.all, &child.all);
		has_best = has_best && child.best.n &&
			   unite(f, &sum.best, &child.best);
	}
	if (!has_best)
		sum.best.n = 0;
	return sum;
}

static struct info find_repeat(struct finder *f, const struct regex_node *node)
{
	struct info one = find(f, node->child[0]), sum;
	struct required_strings empty = empty_string(f);
	uint32_t i;

	if (f->failed || !node->min) {
		if (node->max != 1 || !one.is_all ||
		    !unite(f, &empty, &one.all))
			return unknown();
		return only(&empty);
	}
	sum = one;
	for (i = 1; i < node->min && sum.is_all; i++) {
		if (!can_join(&sum.all, &one.all)) {
			sum.is_all = false;
			break;
		}
		sum.all = join(f, &sum.all, &one.all);
	}
	if (sum.is_all && sum.all.shortest && !f->failed)
		keep_better(&sum.best, &sum.all);
	sum.is_all &= node->min == node->max;
	return sum;
}

static struct info find(struct finder *f, const struct regex_node *node)
{
	struct required_strings empty;

	if (f->failed)
		return unknown();
	switch (node->kind) {
	case REGEX_CHAR:
		return find_char(f, &node->set);
	case REGEX_CAT:
		return find_cat(f, node);
	case REGEX_ALT:
		return find_alt(f, node);
	case REGEX_REPEAT:
		return find_repeat(f, node);
	case REGEX_ANYTHING:
		return unknown();
	default:
		empty = empty_string(f);
		return only(&empty);
	}
}

int required_strings_find(const struct regex_node *tree, struct arena *arena,
			  struct required_strings *out)
{
	struct finder f = { .arena = arena };
	struct info i = find(&f, tree);

	if (f.failed)
		return SCOUT_E_NOMEM;
	*out = i.best;
	return SCOUT_OK;
}
