#include "query/verify/line_filter.h"

#include "query/verify/required_strings.h"

enum { MIN_STRING = 2 };	/* bytes of a string worth looking for */

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

int line_filter_make(const struct regex_node *tree, struct arena *arena,
		     struct line_filter *out)
{
	struct required_strings strings;
	int rc = required_strings_find(tree, arena, &strings);

	*out = (struct line_filter){ .kind = FILTER_NONE };
	if (rc < 0)
		return rc;
	if (strings.n && strings.shortest >= MIN_STRING) {
		use_strings(out, &strings, tree);
		return SCOUT_OK;
	}
	rc = byte_nfa_make(tree, arena, &out->nfa);
	if (rc == SCOUT_E_LIMIT)
		return SCOUT_OK;
	if (!rc)
		out->kind = FILTER_AUTOMATON;
	return rc;
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
	case FILTER_AUTOMATON:
		rc = run->dfa ? SCOUT_OK : lazy_dfa_new(&f->nfa, &run->dfa);
		if (!rc)
			*out = lazy_dfa_find_line(run->dfa, text);
		return rc;
	case FILTER_NONE:
		break;
	}
	*out = text.len ? text.ptr : NULL;
	return SCOUT_OK;
}
