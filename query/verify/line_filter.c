#include "query/verify/line_filter.h"

#include "query/verify/required_sets.h"
#include "query/verify/required_strings.h"

enum {
	MIN_STRING = 2,		/* bytes of a string worth looking for, */
	LONG_STRING = 4,	/* also if a sequence of sets decides */
	/* places in 64 KiB at which a sequence that does not decide is better
	 * than the automaton: both cost the same at about twice as many */
	MAX_PLACES = 700,
};

/* Whether a tree is one string and nothing else. */
static bool is_string(const struct regex_node *node)
{
	size_t i;

	if (node->kind == REGEX_CHAR)
		return regex_set_count(&node->set) == 1 ||
		       (regex_set_count(&node->set) == 2 && node->set.letter);
	if (node->kind != REGEX_CAT)
		return false;
	for (i = 0; i < node->nchild; i++)
		if (!is_string(node->child[i]))
			return false;
	return true;
}

/* Whether all letters are in both cases, or none is: a search has one way. */
static bool has_one_case(const struct regex_node *node, bool any_case)
{
	size_t i;

	if (node->kind == REGEX_CHAR) {
		int32_t c = node->set.letter | 0x20;

		return (regex_set_count(&node->set) == 2) == any_case ||
		       c < 'a' || c > 'z';
	}
	for (i = 0; i < node->nchild; i++)
		if (!has_one_case(node->child[i], any_case))
			return false;
	return true;
}

static void use_strings(struct line_filter *f,
			const struct required_strings *strings,
			const struct regex_node *tree)
{
	if (strings->n > 1) {
		f->kind = FILTER_STRINGS;
		memsearch_set_init(&f->strings, strings->strings, strings->n,
				   strings->any_case);
		return;
	}
	f->kind = FILTER_STRING;
	memsearch_init(&f->string, strings->strings[0], strings->any_case);
	f->is_exact = is_string(tree) &&
		      has_one_case(tree, strings->any_case) &&
		      !memchr(strings->strings[0].ptr, '\n',
			      strings->strings[0].len);
}

/* Uses a sequence of sets, if it is worth it. */
static void use_sets(struct line_filter *f, const struct required_sets *r)
{
	setsearch_init(&f->sets, r->sets, r->n, r->has_beyond);
	if (!r->is_whole && setsearch_expected(&f->sets) > MAX_PLACES)
		return;
	f->kind = FILTER_SETS;
	f->sets_have_start = r->has_start;
	f->sets_have_end = r->has_end;
	f->sets_decide = r->is_whole;
	f->sets_match = r->is_match;
}

/* Chooses what finds lines; none: the automaton has to. */
static int choose(struct line_filter *f, const struct regex_node *tree,
		  struct arena *arena)
{
	struct required_strings strings;
	struct required_sets sets;
	size_t shortest;
	int rc = required_strings_find(tree, arena, &strings);

	if (rc < 0)
		return rc;
	required_sets_find(tree, &sets);
	shortest = sets.is_whole && !is_string(tree) ? LONG_STRING : MIN_STRING;
	if (strings.n && strings.shortest >= shortest)
		use_strings(f, &strings, tree);
	else if (sets.n)
		use_sets(f, &sets);
	return SCOUT_OK;
}

int line_filter_make(const struct regex_node *tree, struct arena *arena,
		     struct line_filter *out)
{
	int rc;

	*out = (struct line_filter){ .kind = FILTER_NONE };
	rc = choose(out, tree, arena);
	if (rc < 0 || out->is_exact || out->sets_decide)
		return rc;
	rc = byte_nfa_make(tree, arena, &out->nfa);
	if (rc == SCOUT_E_LIMIT)
		return SCOUT_OK;
	if (!rc && out->kind == FILTER_NONE)
		out->kind = FILTER_AUTOMATON;
	return rc;
}

void line_filter_use_for_texts(struct line_filter *f)
{
	if (f->kind == FILTER_AUTOMATON || f->kind == FILTER_SETS)
		f->kind = FILTER_NONE;
}

void line_filter_string(struct line_filter *f, struct span string)
{
	*f = (struct line_filter){ .kind = FILTER_STRING, .is_exact = true };
	memsearch_init(&f->string, string, false);
}

void line_filter_run_release(struct line_filter_run *run)
{
	lazy_dfa_free(run->dfa);
	run->dfa = NULL;
}

/* --- Sets ---------------------------------------------------------------- */

/* Whether the sequence stands at a place of text that has its start before it or
 * its end in it. */
static bool stands_at_edge(const struct setsearch *s, struct span text,
			   ptrdiff_t at)
{
	ptrdiff_t len = (ptrdiff_t)text.len;
	unsigned i;

	if (at < -1 || at + s->n > len + 1)
		return false;
	for (i = 0; i < s->n; i++, at++) {
		/* what follows the last '\n' is no line */
		if (at == len && len && text.ptr[len - 1] == '\n')
			return false;
		if (!ascii_set_has(&s->sets[i],
				   at < 0 || at == len ? '\n' : text.ptr[at]))
			return false;
	}
	return true;
}

static const uint8_t *find_sets(const struct line_filter *f, struct span text)
{
	const struct setsearch *s = &f->sets;
	const uint8_t *p;

	if (f->sets_have_start && stands_at_edge(s, text, -1))
		return text.ptr;
	p = setsearch_find(s, text);
	/* the '\n' before a line is not on it, and it is none if nothing
	 * follows */
	if (p && f->sets_have_start && *p == '\n' && s->n > 1)
		return p + 1;
	if (!p && f->sets_have_end && text.len &&
	    stands_at_edge(s, text, (ptrdiff_t)text.len + 1 - s->n))
		p = text.ptr + text.len - 1;
	return p;
}

/* --- Finding ------------------------------------------------------------- */

static int make_dfa(const struct line_filter *f, struct line_filter_run *run)
{
	return run->dfa ? SCOUT_OK : lazy_dfa_new(&f->nfa, &run->dfa);
}

int line_filter_find(const struct line_filter *f, struct line_filter_run *run,
		     struct span text, const uint8_t **out)
{
	size_t which;
	int rc;

	switch (f->kind) {
	case FILTER_STRING:
		*out = memsearch_find(&f->string, text);
		return SCOUT_OK;
	case FILTER_STRINGS:
		*out = memsearch_set_find(&f->strings, text, &which);
		return SCOUT_OK;
	case FILTER_SETS:
		*out = find_sets(f, text);
		return SCOUT_OK;
	case FILTER_AUTOMATON:
		rc = make_dfa(f, run);
		if (!rc)
			*out = lazy_dfa_find_line(run->dfa, text);
		return rc;
	case FILTER_NONE:
		break;
	}
	*out = text.len ? text.ptr : NULL;
	return SCOUT_OK;
}

static int find_line(const struct line_filter *f, struct line_filter_run *run,
		     struct span text, struct found_line *out,
		     const uint8_t **out_at)
{
	const uint8_t *at = NULL, *newline, *end = text.ptr + text.len;
	int rc = line_filter_find(f, run, text, &at);

	*out = (struct found_line){ .start = NULL };
	if (rc < 0 || !at)
		return rc;
	newline = memrchr(text.ptr, '\n', (size_t)(at - text.ptr));
	out->start = newline ? newline + 1 : text.ptr;
	newline = memchr(at, '\n', (size_t)(end - at));
	out->stop = newline ? newline : end;
	*out_at = at;
	return SCOUT_OK;
}

/* Asks the automaton of a line of ASCII; *out_passes is false if nothing matches
 * in it. */
static int decide_by_automaton(const struct line_filter *f,
			       struct line_filter_run *run,
			       struct found_line *line, bool *out_passes)
{
	struct span text = span_of(line->start,
				   (size_t)(line->stop - line->start));
	int rc = make_dfa(f, run);

	if (rc < 0 || !text.len)
		return rc;
	*out_passes = lazy_dfa_find_line(run->dfa, text);
	line->is_sure = *out_passes && lazy_dfa_accepts(run->dfa);
	return SCOUT_OK;
}

/*
 * What can be said of a line that passed at `at`.  A match counts if all before it
 * is ASCII: where bytes that are not UTF-8 stand before it, PCRE2 may not find
 * what it would find without them (/.*;/).
 */
static int decide(const struct line_filter *f, struct line_filter_run *run,
		  const uint8_t *at, struct found_line *line, bool *out_passes)
{
	struct span all = span_of(line->start,
				  (size_t)(line->stop - line->start));
	struct span before = at < line->stop ?
				     span_of(all.ptr,
					     (size_t)(at + 1 - all.ptr)) : all;

	*out_passes = true;
	if (f->is_exact)
		line->is_sure = true;
	else if (f->kind == FILTER_SETS && f->sets_decide)
		line->is_sure = span_is_ascii(before);
	else if (f->nfa.is_exact && f->kind == FILTER_AUTOMATON)
		line->is_sure = lazy_dfa_accepts(run->dfa) &&
				span_is_ascii(before);
	else if (f->nfa.is_exact && f->kind != FILTER_NONE &&
		 span_is_ascii(all))
		return decide_by_automaton(f, run, line, out_passes);
	return SCOUT_OK;
}

int line_filter_next(const struct line_filter *f, struct line_filter_run *run,
		     struct span text, bool decides, struct found_line *out)
{
	const uint8_t *at = NULL, *end = text.ptr + text.len;
	bool passes = true;
	int rc;

	do {
		rc = find_line(f, run, text, out, &at);
		if (rc < 0 || !out->start || !decides)
			break;
		rc = decide(f, run, at, out, &passes);
		if (out->stop == end)
			text.len = 0;
		else
			text = span_of(out->stop + 1,
				       (size_t)(end - out->stop) - 1);
		if (!passes)
			*out = (struct found_line){ .start = NULL };
	} while (!rc && !passes && text.len);
	return rc;
}
