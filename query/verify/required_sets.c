#include "query/verify/required_sets.h"

/*
 * A run of neighbours, which ends where something follows that has no fixed
 * length.
 */
struct finder {
	struct required_sets run, best;
	uint64_t least;		/* expected places of the best */
	bool any_before;	/* something may stand before the run */
};

/* --- Runs ---------------------------------------------------------------- */

static void keep_better(struct finder *f)
{
	struct required_sets *run = &f->run;
	struct setsearch s;
	uint64_t places;

	/* the start and the end of a line alone say nothing */
	if (run->n > (unsigned)run->has_start + run->has_end) {
		setsearch_init(&s, run->sets, run->n, false);
		places = setsearch_expected(&s);
		if (places < f->least) {
			f->least = places;
			f->best = *run;
		}
	}
	*run = (struct required_sets){ .n = 0 };
}

/* What may be of any length, or is not known, comes here. */
static void end_run(struct finder *f)
{
	keep_better(f);
	f->any_before = true;
}

static const struct ascii_set newline = { { (uint64_t)1 << '\n', 0 } };

static void put_set(struct finder *f, const struct regex_set *set)
{
	struct ascii_set ascii = { { set->ascii[0] & ~newline.bits[0],
				     set->ascii[1] } };

	if (f->run.n == SETSEARCH_MAX || f->run.has_end ||
	    !(ascii.bits[0] | ascii.bits[1]))
		end_run(f);
	f->any_before = true;
	if (!(ascii.bits[0] | ascii.bits[1]))
		return;
	f->run.sets[f->run.n++] = ascii;
	f->run.has_beyond |= set->any_other || set->nothers;
}

static void put_line_start(struct finder *f)
{
	if (f->run.n || f->any_before)
		return;		/* it says nothing new, or nothing matches */
	f->run.has_start = true;
	f->run.sets[f->run.n++] = newline;
}

static void put_line_end(struct finder *f)
{
	if (f->run.has_end)
		return;
	if (f->run.n == SETSEARCH_MAX)
		end_run(f);
	f->run.has_end = true;
	f->run.sets[f->run.n++] = newline;
}

/* --- Nodes --------------------------------------------------------------- */

static void put(struct finder *f, const struct regex_node *node);

static void put_repeat(struct finder *f, const struct regex_node *node)
{
	const struct regex_node *child = node->child[0];
	uint32_t i, n = node->min < SETSEARCH_MAX ? node->min : SETSEARCH_MAX;

	if (child->kind != REGEX_CHAR) {
		if (n)
			put(f, child);
		if (node->min != 1 || node->max != 1)
			end_run(f);
		return;
	}
	for (i = 0; i < n; i++)
		put_set(f, &child->set);
	if (node->min == node->max && n == node->min)
		return;
	end_run(f);
	for (i = 0; i < n; i++)
		put_set(f, &child->set);
}

static void put(struct finder *f, const struct regex_node *node)
{
	size_t i;

	switch (node->kind) {
	case REGEX_EMPTY:
	case REGEX_BORDER:
	case REGEX_ALSO:
		break;
	case REGEX_CHAR:
		put_set(f, &node->set);
		break;
	case REGEX_CAT:
		for (i = 0; i < node->nchild; i++)
			put(f, node->child[i]);
		break;
	case REGEX_REPEAT:
		put_repeat(f, node);
		break;
	case REGEX_LINE_START:
		put_line_start(f);
		break;
	case REGEX_LINE_END:
		put_line_end(f);
		break;
	case REGEX_ALT:
	case REGEX_ANYTHING:
		end_run(f);
		break;
	}
}

/* --- The whole regex ----------------------------------------------------- */

/* A sequence that is to be all there is. */
struct whole {
	struct finder f;
	/* what came last has no fixed length: of it the least is enough, if
	 * nothing follows */
	bool is_ended;
	bool is_fixed;		/* nothing so far had no fixed length */
	bool failed;
};

static void put_whole(struct whole *w, const struct regex_node *node)
{
	struct required_sets *run = &w->f.run;
	bool is_first = !run->n && !w->f.any_before;
	uint32_t i, n = node->kind == REGEX_REPEAT ? node->min : 1;
	const struct regex_node *one = node;

	if (node->kind == REGEX_EMPTY)
		return;
	if (node->kind == REGEX_CAT) {
		for (i = 0; i < node->nchild && !w->failed; i++)
			put_whole(w, node->child[i]);
		return;
	}
	if (node->kind == REGEX_REPEAT)
		one = node->child[0];
	w->failed |= w->is_ended;
	if (node->kind == REGEX_LINE_START && is_first)
		put_line_start(&w->f);
	else if (node->kind == REGEX_LINE_END && !run->has_end)
		put_line_end(&w->f);
	else if (one->kind != REGEX_CHAR || run->has_end ||
		 run->n + (uint64_t)n > SETSEARCH_MAX)
		w->failed = true;
	if (w->failed || one->kind != REGEX_CHAR)
		return;
	for (i = 0; i < n && !w->failed; i++) {
		put_set(&w->f, &one->set);
		w->failed |= !run->n;	/* beyond ASCII */
	}
	w->f.any_before = true;
	if (node->kind != REGEX_REPEAT || node->max == node->min)
		return;
	w->is_fixed = false;
	w->is_ended = !is_first;
}

/* Whether the tree asks for nothing but a sequence, of which *out is enough. */
static bool find_whole(const struct regex_node *tree, struct required_sets *out)
{
	struct whole w = { .is_fixed = true,
			   .failed = !regex_tree_is_exact(tree) };

	put_whole(&w, tree);
	if (w.failed || w.f.run.n < 1u + w.f.run.has_start)
		return false;
	*out = w.f.run;
	out->is_whole = true;
	out->is_match = w.is_fixed && !out->has_start && !out->has_end;
	return true;
}

void required_sets_find(const struct regex_node *tree,
			struct required_sets *out)
{
	struct finder f = { .least = UINT64_MAX };

	if (find_whole(tree, out))
		return;
	put(&f, tree);
	keep_better(&f);
	*out = f.best;
}
