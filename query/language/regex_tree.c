#include "query/language/regex_tree.h"

#include "index_format/fold.h"

enum {
	LONG_S = 0x17f,
	KELVIN = 0x212a,
	MAX_RANGE = 1024,	/* characters that are looked at one by one */
};

void regex_set_add(struct regex_set *s, int32_t c)
{
	unsigned i;

	if (c < 128) {
		s->ascii[c / 64] |= (uint64_t)1 << (c % 64);
		return;
	}
	for (i = 0; i < s->nothers; i++)
		if (s->others[i] == c)
			return;
	if (s->nothers == REGEX_MAX_OTHERS)
		regex_set_add_others(s, 0);
	else
		s->others[s->nothers++] = c;
}

bool regex_char_is_foreign(int32_t c)
{
	struct kept_word folded;
	uint8_t bytes[4];
	unsigned n;

	if (c < 128 || char_class_of(c) != CHAR_WORD)
		return false;
	n = utf8_encode(c, bytes);
	return fold_kept(span_of(bytes, n), &folded) == SCOUT_OK &&
	       !span_is_ascii(span_of(folded.bytes, folded.len));
}

static bool is_foreign(int32_t first, int32_t last)
{
	int32_t c;

	if (last - first >= MAX_RANGE)
		return false;
	for (c = first; c <= last; c++)
		if (!regex_char_is_foreign(c))
			return false;
	return true;
}

void regex_set_add_range(struct regex_set *s, int32_t first, int32_t last)
{
	int32_t c;

	for (c = first; c <= last && c < 128; c++)
		regex_set_add(s, c);
	if (last >= 128 && last - c >= REGEX_MAX_OTHERS)
		regex_set_add_others(s, is_foreign(c, last) ?
						REGEX_OTHER_FOREIGN : 0);
	else
		for (; c <= last; c++)
			regex_set_add(s, c);
}

void regex_set_add_all(struct regex_set *s)
{
	s->ascii[0] = s->ascii[1] = UINT64_MAX;
	regex_set_add_others(s, 0);
}

void regex_set_add_others(struct regex_set *s, unsigned kinds)
{
	bool is_known = kinds && (!s->any_other || s->other_kinds);

	s->other_kinds = is_known ? s->other_kinds | kinds : 0;
	s->any_other = true;
}

/*
 * Among the ASCII letters only k and s are equal to a character beyond (U+212A,
 * U+017F).  Of others all beyond ASCII are taken.
 */
void regex_set_add_cases(struct regex_set *s)
{
	const uint64_t letters = 0x07fffffe07fffffe;
	bool has_others = s->any_other || s->nothers;
	uint64_t high = s->ascii[1] & letters;

	if (has_others) {
		/* one of them may be such a k or s */
		s->is_loose |= !regex_set_has_ascii(s, 'k') ||
			       !regex_set_has_ascii(s, 's');
		regex_set_add(s, 'k');
		regex_set_add(s, 's');
		/* letters are letters in any case; but of those that are named
		 * one may be a symbol, or a mark */
		regex_set_add_others(s, s->nothers || s->other_kinds &
							REGEX_OTHER_FOREIGN ?
						0 : s->other_kinds);
		high = s->ascii[1] & letters;
	}
	s->ascii[1] |= high << 32 | high >> 32;
	if (regex_set_has_ascii(s, 'k'))
		regex_set_add(s, KELVIN);
	if (regex_set_has_ascii(s, 's'))
		regex_set_add(s, LONG_S);
}

bool regex_tree_is_exact(const struct regex_node *tree)
{
	size_t i;

	if (tree->is_loose || tree->kind == REGEX_ANYTHING ||
	    tree->kind == REGEX_BORDER ||
	    (tree->kind == REGEX_CHAR && tree->set.is_loose))
		return false;
	for (i = 0; i < tree->nchild; i++)
		if (!regex_tree_is_exact(tree->child[i]))
			return false;
	return true;
}
