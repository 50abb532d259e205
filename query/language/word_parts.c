#include "query/language/word_parts.h"

#include "index_format/fold.h"

/* A character with the marks after it. */
struct letter {
	enum char_kind kind;
	const uint8_t *end;
};

/* Reads the letter at p, if p is before end. */
static bool read_letter(const uint8_t *p, const uint8_t *end,
			struct letter *out)
{
	int32_t cp;
	unsigned n;

	if (p >= end)
		return false;
	n = utf8_decode(p, end, &cp);
	out->kind = char_kind_of(cp);
	p += n ? n : 1;
	while (p < end) {
		n = utf8_decode(p, end, &cp);
		if (char_kind_of(cp) != CHAR_KIND_MARK)
			break;
		p += n ? n : 1;
	}
	out->end = p;
	return true;
}

/* Whether a part ends between a and b; the word goes on with next, or not. */
static bool is_border(const struct letter *a, const struct letter *b,
		      const struct letter *next)
{
	bool upper = b->kind == CHAR_KIND_UPPER;

	if (b->kind == CHAR_KIND_CONNECTOR)
		return true;
	/* marks that begin a word are of no kind */
	if (a->kind == CHAR_KIND_MARK)
		return false;
	if ((a->kind == CHAR_KIND_NUMBER) != (b->kind == CHAR_KIND_NUMBER))
		return true;
	if (upper && a->kind == CHAR_KIND_LOWER)
		return true;
	return upper && a->kind == CHAR_KIND_UPPER && next &&
	       next->kind == CHAR_KIND_LOWER;
}

bool part_walk_next(struct part_walk *w, struct span *out)
{
	struct letter a, b, next;
	const uint8_t *start;
	bool has_next;

	do {
		start = w->p;
		if (!read_letter(start, w->end, &a))
			return false;
		w->p = a.end;
	} while (a.kind == CHAR_KIND_CONNECTOR);

	while (read_letter(a.end, w->end, &b)) {
		has_next = read_letter(b.end, w->end, &next);
		if (is_border(&a, &b, has_next ? &next : NULL))
			break;
		a = b;
	}
	w->p = a.end;
	*out = span_of(start, (size_t)(a.end - start));
	return true;
}
