#include "query/plan/word_dfa.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "base/mem.h"
#include "query/language/byte_nfa.h"

enum {
	DEAD,
	MATCH,
	START,
	MAX_STATES = 1024,
	NSLOTS = 2 * MAX_STATES,
};

/* A state stands for the set of those of the other automaton that look at a byte
 * or at the end of the word. */
struct maker {
	struct byte_nfa nfa;
	size_t words;		/* of a set */
	uint64_t *sets;		/* by state */
	uint16_t slots[NSLOTS];	/* hash table of the sets; 0: none */
	uint32_t *next;		/* rows as in word_dfa */
	uint32_t stride;	/* of them */
	unsigned nstates;
	/* the set being made */
	uint64_t *set, *seen;
	uint32_t *stack;
	bool matches;
};

static bool has_bit(const uint64_t *set, uint32_t i)
{
	return set[i / 64] >> (i % 64) & 1;
}

static void set_bit(uint64_t *set, uint32_t i)
{
	set[i / 64] |= (uint64_t)1 << (i % 64);
}

static void clear_set(struct maker *k)
{
	memset(k->set, 0, k->words * sizeof(*k->set));
	memset(k->seen, 0, k->words * sizeof(*k->seen));
	k->matches = false;
}

/* Adds a state and what it leads to without a byte. */
static void add_closure(struct maker *k, uint32_t state, bool at_start,
			bool at_end)
{
	uint32_t n = 0;

	k->stack[n++] = state;
	while (n) {
		const struct nfa_state *s = &k->nfa.states[k->stack[--n]];

		state = k->stack[n];
		if (has_bit(k->seen, state))
			continue;
		set_bit(k->seen, state);
		if (s->kind == NFA_MATCH)
			k->matches = true;
		else if (s->kind == NFA_BYTE || s->kind == NFA_LINE_END)
			set_bit(k->set, state);
		if (s->kind == NFA_SPLIT)
			k->stack[n++] = s->other;
		if (s->kind == NFA_SPLIT ||
		    (s->kind == NFA_LINE_START && at_start) ||
		    (s->kind == NFA_LINE_END && at_end))
			k->stack[n++] = s->next;
	}
}

static bool is_empty(const struct maker *k)
{
	size_t i;

	for (i = 0; i < k->words; i++)
		if (k->set[i])
			return false;
	return true;
}

/* The state of the set that was made; MAX_STATES if there is no room. */
static unsigned find_state(struct maker *k)
{
	size_t bytes = k->words * sizeof(*k->set);
	uint32_t slot = (uint32_t)scout_hash64(k->set, bytes) % NSLOTS;

	if (k->matches)
		return MATCH;
	if (is_empty(k))
		return DEAD;
	while (k->slots[slot]) {
		if (!memcmp(k->sets + k->slots[slot] * k->words, k->set, bytes))
			return k->slots[slot];
		slot = (slot + 1) % NSLOTS;
	}
	if (k->nstates == MAX_STATES)
		return MAX_STATES;
	memcpy(k->sets + k->nstates * k->words, k->set, bytes);
	k->slots[slot] = (uint16_t)k->nstates;
	return k->nstates++;
}

/* The least state of a set from i on; nstates if there is none. */
static uint32_t next_in_set(const struct maker *k, const uint64_t *set,
			    uint32_t i)
{
	size_t w = i / 64;
	uint64_t bits;

	if (w >= k->words)
		return k->nfa.nstates;
	bits = set[w] & UINT64_MAX << (i % 64);
	while (!bits && ++w < k->words)
		bits = set[w];
	return bits ? (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits) :
		      k->nfa.nstates;
}

static bool accepts_end(struct maker *k, unsigned state)
{
	const uint64_t *from = k->sets + state * k->words;
	uint32_t i;

	clear_set(k);
	for (i = next_in_set(k, from, 0); i < k->nfa.nstates;
	     i = next_in_set(k, from, i + 1))
		if (k->nfa.states[i].kind == NFA_LINE_END)
			add_closure(k, k->nfa.states[i].next, false, true);
	return k->matches;
}

static unsigned step(struct maker *k, unsigned state, uint8_t byte)
{
	const uint64_t *from = k->sets + state * k->words;
	uint32_t i;

	clear_set(k);
	for (i = next_in_set(k, from, 0); i < k->nfa.nstates;
	     i = next_in_set(k, from, i + 1)) {
		const struct nfa_state *s = &k->nfa.states[i];

		if (s->kind == NFA_BYTE &&
		    byte_set_has(&k->nfa.sets[s->set], byte))
			add_closure(k, s->next, false, false);
	}
	return find_state(k);
}

/* All transitions of a state lead to another, or back to it. */
static void fill_row(struct maker *k, unsigned state, unsigned to)
{
	uint32_t *row = k->next + state * k->stride;
	unsigned class;

	for (class = 0; class + 1 < k->stride; class++)
		row[class] = to * k->stride;
	row[class] = to == MATCH;
}

static int make_row(struct maker *k, unsigned state)
{
	uint32_t *row = k->next + state * k->stride;
	unsigned class, to;

	for (class = 0; class + 1 < k->stride; class++) {
		to = step(k, state, k->nfa.example[class]);
		if (to == MAX_STATES)
			return SCOUT_E_LIMIT;
		row[class] = to * k->stride;
	}
	row[class] = accepts_end(k, state);
	return SCOUT_OK;
}

static int make_states(struct maker *k)
{
	unsigned state, first;
	int rc = SCOUT_OK;

	fill_row(k, DEAD, DEAD);
	fill_row(k, MATCH, MATCH);
	k->nstates = START;
	clear_set(k);
	add_closure(k, k->nfa.start, true, false);
	first = find_state(k);
	if (first != START) {
		fill_row(k, START, first);
		k->nstates = START + 1;
		return SCOUT_OK;
	}
	for (state = START; state < k->nstates && !rc; state++)
		rc = make_row(k, state);
	return rc;
}

static int reserve(struct maker *k)
{
	k->words = (k->nfa.nstates + 63) / 64;
	k->stride = k->nfa.nclasses + 1;
	k->sets = scout_malloc(MEM_QUERY, MAX_STATES * k->words *
						  sizeof(*k->sets));
	k->next = scout_malloc(MEM_QUERY, (size_t)MAX_STATES * k->stride *
						  sizeof(*k->next));
	k->set = scout_malloc(MEM_QUERY, k->words * sizeof(*k->set));
	k->seen = scout_malloc(MEM_QUERY, k->words * sizeof(*k->seen));
	/* a state is put on it by each that leads to it, two at most */
	k->stack = scout_malloc(MEM_QUERY, (2 * (size_t)k->nfa.nstates + 1) *
						   sizeof(*k->stack));
	return k->sets && k->next && k->set && k->seen && k->stack ?
		       SCOUT_OK : SCOUT_E_NOMEM;
}

static void release(struct maker *k)
{
	scout_free(k->sets);
	scout_free(k->next);
	scout_free(k->set);
	scout_free(k->seen);
	scout_free(k->stack);
	scout_free(k);
}

static int keep(const struct maker *k, struct arena *arena,
		struct word_dfa *out)
{
	size_t bytes = (size_t)k->nstates * k->stride * sizeof(*k->next);

	out->nclasses = k->nfa.nclasses;
	memcpy(out->class_of, k->nfa.class_of, sizeof(out->class_of));
	out->dead = DEAD * k->stride;
	out->match = MATCH * k->stride;
	out->start = START * k->stride;
	out->next = (const uint32_t *)(void *)arena_dup(arena, k->next, bytes);
	return out->next ? SCOUT_OK : SCOUT_E_NOMEM;
}

int word_dfa_make(const struct regex_node *tree, struct arena *arena,
		  struct word_dfa *out)
{
	struct maker *k = scout_calloc(MEM_QUERY, 1, sizeof(*k));
	struct arena own;
	int rc;

	if (!k)
		return SCOUT_E_NOMEM;
	arena_init(&own, MEM_QUERY);
	rc = byte_nfa_make(tree, &own, &k->nfa);
	if (!rc)
		rc = reserve(k);
	if (!rc)
		rc = make_states(k);
	if (!rc)
		rc = keep(k, arena, out);
	arena_release(&own);
	release(k);
	return rc;
}

/* --- Running ------------------------------------------------------------- */

/* How many bytes of a word are those looked at last. */
static unsigned in_common(const struct word_dfa_run *run, struct span word)
{
	unsigned n = run->len < word.len ? run->len : (unsigned)word.len, i = 0;
	uint64_t differs;

	for (; i + sizeof(differs) <= n; i += sizeof(differs)) {
		differs = get_le64(run->bytes + i) ^ get_le64(word.ptr + i);
		if (differs)
			return i + (unsigned)__builtin_ctzll(differs) / 8;
	}
	while (i < n && run->bytes[i] == word.ptr[i])
		i++;
	return i;
}

bool word_dfa_matches(const struct word_dfa *d, struct word_dfa_run *run,
		      struct span word)
{
	unsigned i;
	uint32_t state;

	SCOUT_ASSERT(word.len <= TERM_MAX_BYTES);
	if (run->dfa != d) {
		run->dfa = d;
		run->len = 0;
		run->states[0] = d->start;
	}
	i = in_common(run, word);
	state = run->states[i];
	while (i < word.len && word_dfa_goes_on(d, state)) {
		state = word_dfa_step(d, state, word.ptr[i]);
		run->bytes[i] = word.ptr[i];
		i++;
		run->states[i] = state;
	}
	run->len = i;
	return word_dfa_ends(d, state);
}
