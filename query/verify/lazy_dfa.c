#include "query/verify/lazy_dfa.h"

#include "base/hash.h"
#include "base/mem.h"

enum {
	MAX_STATES = 2048,
	NSLOTS = 2 * MAX_STATES,
	/* states may be forgotten this often, */
	FREE_FLUSHES = 8,
	/* and as often again as there is so much text for each time */
	FLUSH_BYTES = 256 << 10,
	/* after so many bytes without a match, */
	CALM_BYTES = 16 << 10,
	/* as many are read in lanes, which wait for each other's look-ups */
	NLANES = 4,
	LANE_BYTES = CALM_BYTES / NLANES,
	/* the transitions of the first states are none */
	UNKNOWN = 0,
	MATCH = 1,
	FIRST_STATE = 2,
};

/*
 * A state is known by its offset in `next`, a row for each.  Its set holds the
 * states of the automaton that look at a byte (or at the end of a line).
 */
struct lazy_dfa {
	const struct byte_nfa *nfa;
	uint32_t stride;	/* of a row: a power of two */
	unsigned shift;
	size_t words;		/* of a set */
	uint32_t *next;		/* by state, then class */
	uint64_t *sets;		/* by state */
	uint32_t nstates;
	uint16_t slots[NSLOTS];	/* hash table of the sets; 0: none */
	uint32_t start;		/* at the start of a line: MATCH, or the first */
	bool skips_ascii;	/* from it, ASCII leads nowhere else */
	/* working memory */
	uint64_t *set;		/* being made */
	uint64_t *seen;
	uint32_t *stack;
	bool matches;		/* the set being made accepts */
	/* is it worth it? */
	uint64_t bytes, nflushes;
	bool gave_up;		/* it was not, the last time */
	uint64_t calm_bytes;	/* since something matched */
};

/* --- Sets ---------------------------------------------------------------- */

static bool bit_is_set(const uint64_t *set, uint32_t i)
{
	return set[i / 64] >> (i % 64) & 1;
}

static void set_bit(uint64_t *set, uint32_t i)
{
	set[i / 64] |= (uint64_t)1 << (i % 64);
}

static void clear_sets(struct lazy_dfa *d)
{
	memset(d->set, 0, d->words * sizeof(*d->set));
	memset(d->seen, 0, d->words * sizeof(*d->seen));
	d->matches = false;
}

/* Adds a state of the automaton and what it leads to without a byte. */
static void add_closure(struct lazy_dfa *d, uint32_t state, bool at_start,
			bool at_line_end)
{
	const struct nfa_state *states = d->nfa->states;
	uint32_t n = 0;

	d->stack[n++] = state;
	while (n) {
		const struct nfa_state *s = &states[state = d->stack[--n]];

		if (bit_is_set(d->seen, state))
			continue;
		set_bit(d->seen, state);
		switch (s->kind) {
		case NFA_MATCH:
			d->matches = true;
			break;
		case NFA_SPLIT:
			d->stack[n++] = s->next;
			d->stack[n++] = s->other;
			break;
		case NFA_LINE_START:
			if (at_start)
				d->stack[n++] = s->next;
			break;
		case NFA_LINE_END:
			if (at_line_end)
				d->stack[n++] = s->next;
			set_bit(d->set, state);
			break;
		case NFA_BYTE:
			set_bit(d->set, state);
			break;
		}
	}
}

/* --- States -------------------------------------------------------------- */

/* The slot of a set: where it is, or could be put. */
static uint16_t *find_slot(struct lazy_dfa *d, const uint64_t *set)
{
	size_t bytes = d->words * sizeof(*set);
	uint32_t slot = (uint32_t)scout_hash64(set, bytes) % NSLOTS;

	while (d->slots[slot] &&
	       memcmp(d->sets + d->slots[slot] * d->words, set, bytes))
		slot = (slot + 1) % NSLOTS;
	return &d->slots[slot];
}

/* Adds a state whose set is in its place already. */
static void add_state(struct lazy_dfa *d)
{
	uint32_t s = d->nstates++;

	*find_slot(d, d->sets + s * d->words) = (uint16_t)s;
	memset(d->next + ((size_t)s << d->shift), 0,
	       d->stride * sizeof(*d->next));
}

/* Forgets all states but the one at the start of a line. */
static void forget_states(struct lazy_dfa *d)
{
	memset(d->slots, 0, sizeof(d->slots));
	d->nstates = FIRST_STATE;
	if (d->start != MATCH)
		add_state(d);
}

/* The state of d->set: UNKNOWN if there is no room for it. */
static uint32_t find_state(struct lazy_dfa *d)
{
	uint16_t found = *find_slot(d, d->set);

	if (found)
		return found;
	if (d->nstates == MAX_STATES)
		return UNKNOWN;
	memcpy(d->sets + d->nstates * d->words, d->set,
	       d->words * sizeof(*d->set));
	add_state(d);
	return d->nstates - 1;
}

static void make_start(struct lazy_dfa *d)
{
	clear_sets(d);
	add_closure(d, d->nfa->start, true, false);
	d->start = d->matches ? MATCH : FIRST_STATE;
	memcpy(d->sets + FIRST_STATE * d->words, d->set,
	       d->words * sizeof(*d->set));
	forget_states(d);
}

/* Whether a line may end in a state. */
static bool accepts_end(struct lazy_dfa *d, uint32_t state)
{
	const uint64_t *from = d->sets + state * d->words;
	uint32_t i;

	clear_sets(d);
	for (i = 0; i < d->nfa->nstates; i++)
		if (bit_is_set(from, i) &&
		    d->nfa->states[i].kind == NFA_LINE_END)
			add_closure(d, d->nfa->states[i].next, true, true);
	return d->matches;
}

/* Fills d->set with what a byte makes of a state. */
static void step(struct lazy_dfa *d, uint32_t state, uint8_t byte)
{
	const uint64_t *from = d->sets + state * d->words;
	const struct nfa_state *states = d->nfa->states;
	size_t w;

	clear_sets(d);
	for (w = 0; w < d->words; w++) {
		uint64_t bits = from[w];

		for (; bits; bits &= bits - 1) {
			uint32_t i = (uint32_t)(w * 64) +
				     (uint32_t)__builtin_ctzll(bits);

			if (states[i].kind == NFA_BYTE &&
			    byte_set_has(&d->nfa->sets[states[i].set], byte))
				add_closure(d, states[i].next, false, false);
		}
	}
	add_closure(d, d->nfa->start, false, false);
}

/*
 * The state after a byte.  When there is no room for another, all are forgotten
 * first, and state means nothing any more.
 */
static uint32_t make_next(struct lazy_dfa *d, uint32_t state, uint8_t byte)
{
	uint32_t to;

	if (byte == '\n') {
		to = accepts_end(d, state) ? MATCH : d->start;
	} else {
		step(d, state, byte);
		to = d->matches ? MATCH : find_state(d);
	}
	if (to != UNKNOWN) {
		d->next[((size_t)state << d->shift) + d->nfa->class_of[byte]] =
			to << d->shift;
		return to;
	}
	forget_states(d);
	d->nflushes++;
	return find_state(d);
}

/* Whether it takes a byte beyond ASCII to get away from the start. */
static bool stays_in_ascii(struct lazy_dfa *d)
{
	uint8_t byte;

	if (d->start == MATCH)
		return false;
	for (byte = 0; byte < 128; byte++)
		if (make_next(d, d->start, byte) != d->start)
			return false;
	return true;
}

/* --- Life ---------------------------------------------------------------- */

int lazy_dfa_new(const struct byte_nfa *nfa, struct lazy_dfa **out)
{
	struct lazy_dfa *d = scout_calloc(MEM_QUERY, 1, sizeof(*d));

	if (!d)
		return SCOUT_E_NOMEM;
	d->nfa = nfa;
	while (1u << d->shift < nfa->nclasses)
		d->shift++;
	d->stride = 1u << d->shift;
	d->words = (nfa->nstates + 63) / 64;
	d->next = scout_malloc(MEM_QUERY, ((size_t)MAX_STATES << d->shift) *
						  sizeof(*d->next));
	d->sets = scout_malloc(MEM_QUERY, MAX_STATES * d->words *
						  sizeof(*d->sets));
	d->set = scout_malloc(MEM_QUERY, d->words * sizeof(*d->set));
	d->seen = scout_malloc(MEM_QUERY, d->words * sizeof(*d->seen));
	/* a state is put on it by each that leads to it, two at most */
	d->stack = scout_malloc(MEM_QUERY, (2 * (size_t)nfa->nstates + 1) *
						   sizeof(*d->stack));
	if (!d->next || !d->sets || !d->set || !d->seen || !d->stack) {
		lazy_dfa_free(d);
		return SCOUT_E_NOMEM;
	}
	make_start(d);
	d->skips_ascii = stays_in_ascii(d);
	*out = d;
	return SCOUT_OK;
}

void lazy_dfa_free(struct lazy_dfa *d)
{
	if (!d)
		return;
	scout_free(d->next);
	scout_free(d->sets);
	scout_free(d->set);
	scout_free(d->seen);
	scout_free(d->stack);
	scout_free(d);
}

/* --- Texts --------------------------------------------------------------- */

static bool is_worth_it(const struct lazy_dfa *d)
{
	return d->nflushes <= FREE_FLUSHES + d->bytes / FLUSH_BYTES;
}

/* The first byte beyond ASCII, or end. */
static const uint8_t *skip_ascii(const uint8_t *p, const uint8_t *end)
{
	uint64_t v[4];

	for (; end - p >= (ptrdiff_t)sizeof(v); p += sizeof(v)) {
		memcpy(v, p, sizeof(v));
		if ((v[0] | v[1] | v[2] | v[3]) & 0x8080808080808080)
			break;
	}
	while (p < end && *p < 128)
		p++;
	return p;
}

/* Goes on from *p, in state s, as far as states are known (and, where ASCII can
 * be skipped, to the start); returns the last one and the byte that led out of
 * it, or end, in *p. */
static uint32_t run(const struct lazy_dfa *d, uint32_t s, const uint8_t **p,
		    const uint8_t *end)
{
	const uint32_t known = (FIRST_STATE + d->skips_ascii) << d->shift;
	const uint32_t *next = d->next;
	const uint8_t *class_of = d->nfa->class_of, *at = *p;
	uint32_t to;

	s <<= d->shift;
	for (; at < end; at++) {
		to = next[s + class_of[*at]];
		if (to < known)
			break;
		s = to;
	}
	*p = at;
	return s >> d->shift;
}

/* The same for a text of one lane, which is not empty. */
static const uint8_t *find_line(struct lazy_dfa *d, struct span text)
{
	const uint8_t *p = text.ptr, *end = p + text.len;
	uint32_t s = d->start, to;

	for (;;) {
		const uint8_t *from = p;

		d->gave_up = !is_worth_it(d);
		if (d->gave_up)
			return p;
		if (s == d->start && d->skips_ascii)
			p = skip_ascii(p, end);
		s = run(d, s, &p, end);
		d->bytes += (size_t)(p - from) + 1;
		if (p == end)
			break;
		to = d->next[((size_t)s << d->shift) + d->nfa->class_of[*p]];
		to >>= d->shift;
		s = to == MATCH || to == d->start ? to : make_next(d, s, *p);
		if (s == MATCH)
			return p;
		if (++p == end)
			break;
	}
	/* the last line may have no '\n' */
	return end[-1] != '\n' && accepts_end(d, s) ? end - 1 : NULL;
}

/* The start of the line after the one at p, or end. */
static const uint8_t *next_line(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) :
					   NULL;

	return newline ? newline + 1 : end;
}

/* Reads n bytes from each place on; false if a state is met that matches or is
 * not known. */
static bool run_lanes(const struct lazy_dfa *d,
		      const uint8_t *const at[NLANES + 1], size_t n,
		      uint32_t s[NLANES])
{
	const uint32_t known = FIRST_STATE << d->shift, *next = d->next;
	const uint8_t *class_of = d->nfa->class_of;
	const uint8_t *a = at[0], *b = at[1], *c = at[2], *e = at[3];
	uint32_t sa = s[0], sb = s[1], sc = s[2], se = s[3];
	size_t i;

	for (i = 0; i < n; i++) {
		sa = next[sa + class_of[a[i]]];
		sb = next[sb + class_of[b[i]]];
		sc = next[sc + class_of[c[i]]];
		se = next[se + class_of[e[i]]];
		if ((sa < known) | (sb < known) | (sc < known) | (se < known))
			return false;
	}
	s[0] = sa;
	s[1] = sb;
	s[2] = sc;
	s[3] = se;
	return true;
}

/*
 * Looks for a match in lanes: a state waits for memory, those of other lanes use
 * the time.  p is the start of a line; returns that of the first line that was not
 * passed so.
 */
static const uint8_t *skim(struct lazy_dfa *d, const uint8_t *p,
			   const uint8_t *end)
{
	while (end - p > CALM_BYTES) {
		const uint8_t *at[NLANES + 1] = { p }, *stop;
		uint32_t s[NLANES];
		size_t least = SIZE_MAX, n;
		unsigned i;

		for (i = 0; i < NLANES; i++) {
			at[i + 1] = next_line(p + (i + 1) * LANE_BYTES, end);
			n = (size_t)(at[i + 1] - at[i]);
			least = n < least ? n : least;
			s[i] = d->start << d->shift;
		}
		/* a line without an end is not whole */
		if (at[NLANES] == end || !run_lanes(d, at, least, s))
			break;
		for (i = 0; i < NLANES; i++) {
			stop = at[i] + least;
			s[i] = run(d, s[i] >> d->shift, &stop, at[i + 1]);
			if (stop < at[i + 1])
				return p;
		}
		d->bytes += (size_t)(at[NLANES] - p);
		p = at[NLANES];
	}
	return p;
}

const uint8_t *lazy_dfa_find_line(struct lazy_dfa *d, struct span text)
{
	const uint8_t *p = text.ptr, *end = p + text.len, *stop, *hit;

	d->gave_up = false;
	if (p == end || d->start == MATCH)
		return p == end ? NULL : p;
	while (p < end) {
		if (d->calm_bytes >= CALM_BYTES && !d->skips_ascii)
			p = skim(d, p, end);
		stop = end - p > CALM_BYTES && !d->skips_ascii ?
			       next_line(p + CALM_BYTES, end) : end;
		hit = p < end ? find_line(d, span_of(p, (size_t)(stop - p))) :
				NULL;
		if (hit) {
			d->calm_bytes = 0;
			return hit;
		}
		d->calm_bytes += (size_t)(stop - p);
		p = stop;
	}
	return NULL;
}

bool lazy_dfa_accepts(const struct lazy_dfa *d)
{
	return !d->gave_up;
}
