#include "query/language/word_pattern.h"

#include "index_format/fold.h"

/* Where a word is looked at; all positions are at character starts. */
struct place {
	const uint8_t *at;
	const uint8_t *end;
};

static const uint8_t *char_next(const uint8_t *p, const uint8_t *end)
{
	int32_t cp;
	unsigned n = utf8_decode(p, end, &cp);

	return p + (n ? n : 1);
}

static const uint8_t *char_before(const uint8_t *start, const uint8_t *p)
{
	p--;
	while (p > start && (*p & 0xc0) == 0x80)
		p--;
	return p;
}

/* Matches items without GLOB_ANY at the front of *w, which moves past them. */
static bool match_front(const struct glob_item *items, size_t n,
			struct place *w)
{
	const uint8_t *p = w->at;
	size_t i;

	for (i = 0; i < n; i++) {
		struct span s = items[i].composed;

		if (items[i].kind == GLOB_ONE) {
			if (p == w->end)
				return false;
			p = char_next(p, w->end);
			continue;
		}
		if ((size_t)(w->end - p) < s.len ||
		    (s.len && memcmp(p, s.ptr, s.len)))
			return false;
		p += s.len;
	}
	w->at = p;
	return true;
}

/* The same at the back of *w, whose end moves before them. */
static bool match_back(const struct glob_item *items, size_t n,
		       struct place *w)
{
	const uint8_t *p = w->end;

	while (n--) {
		struct span s = items[n].composed;

		if (items[n].kind == GLOB_ONE) {
			if (p == w->at)
				return false;
			p = char_before(w->at, p);
			continue;
		}
		if ((size_t)(p - w->at) < s.len ||
		    (s.len && memcmp(p - s.len, s.ptr, s.len)))
			return false;
		p -= s.len;
	}
	w->end = p;
	return true;
}

/*
 * Finds items without GLOB_ANY as early as possible in *w, which moves past
 * them.  Early is right: what comes after a * can only gain by more room.
 */
static bool match_somewhere(const struct glob_item *items, size_t n,
			    struct place *w)
{
	struct span first;

	while (n && items->kind == GLOB_ONE) {
		if (w->at == w->end)
			return false;
		w->at = char_next(w->at, w->end);
		items++;
		n--;
	}
	if (!n)
		return true;
	first = items->composed;
	for (;;) {
		const uint8_t *hit = w->at;

		/* an empty word may be at NULL */
		if (first.len && w->at == w->end)
			return false;
		if (first.len)
			hit = memmem(w->at, (size_t)(w->end - w->at),
				     first.ptr, first.len);
		if (first.len && !hit)
			return false;
		w->at = hit;
		if (match_front(items, n, w))
			return true;
		if (hit == w->end)
			return false;
		w->at = char_next(hit, w->end);
	}
}

/* Items from i up to the next GLOB_ANY. */
static size_t segment_end(const struct glob_item *items, size_t i, size_t n)
{
	while (i < n && items[i].kind != GLOB_ANY)
		i++;
	return i;
}

bool word_glob_match(const struct glob_item *items, size_t nitems,
		     struct span composed)
{
	struct place w = { composed.ptr, composed.ptr + composed.len };
	size_t i = segment_end(items, 0, nitems), last = nitems, stop;

	if (!match_front(items, i, &w))
		return false;
	if (i == nitems)
		return w.at == w.end;
	while (items[last - 1].kind != GLOB_ANY)
		last--;
	if (!match_back(items + last, nitems - last, &w))
		return false;
	/* what is left stands between the first * and the last */
	for (i++; i < last; i = stop + 1) {
		stop = segment_end(items, i, last);
		if (!match_somewhere(items + i, stop - i, &w))
			return false;
	}
	return true;
}
