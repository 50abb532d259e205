#include "query/plan/term_hits.h"

/* Terms of a group, by the bits of their numbers in it. */
struct found_group {
	const uint8_t *block;
	uint16_t block_len;
	uint16_t number;	/* of the group */
	uint16_t whole, in_overlong;	/* what is added of them */
};

_Static_assert(DICT_RESTART <= 16, "a bit for each term of a group");

void term_hits_init(struct term_hits *h, struct segment_reader *seg)
{
	*h = (struct term_hits){ .seg = seg };
	buf_init(&h->groups, MEM_QUERY);
}

void term_hits_release(struct term_hits *h)
{
	scout_free(h->freq);
	h->freq = NULL;
	buf_release(&h->groups);
}

static struct found_group *groups_of(const struct term_hits *h)
{
	return (struct found_group *)(void *)h->groups.ptr;
}

static size_t ngroups_of(const struct term_hits *h)
{
	return h->groups.len / sizeof(struct found_group);
}

/* Notes where a term is, beside others of its group. */
static int note_place(struct term_hits *h, const struct term_place *place,
		      bool in_overlong)
{
	uint16_t bit = (uint16_t)(1 << place->number % DICT_RESTART);
	struct found_group g = {
		.block = place->block.ptr,
		.block_len = (uint16_t)place->block.len,
		.number = (uint16_t)(place->number / DICT_RESTART),
	}, *last = groups_of(h) + ngroups_of(h);

	if (ngroups_of(h) && last[-1].block == g.block &&
	    last[-1].number == g.number) {
		last--;
	} else {
		buf_put(&h->groups, &g, sizeof(g));
		if (buf_status(&h->groups) < 0)
			return SCOUT_E_NOMEM;
		last = groups_of(h) + ngroups_of(h) - 1;
	}
	last->whole |= in_overlong ? 0 : bit;
	last->in_overlong |= in_overlong ? bit : 0;
	return SCOUT_OK;
}

int doc_has_overlong(struct segment_reader *seg, doc_id doc, bool *out)
{
	struct doc_info info;
	int rc = segment_doc(seg, doc, NULL, &info, NULL);

	if (!rc)
		*out = info.flags & DOC_OVERLONG;
	return rc;
}

static int next_posting(struct term_hits *h, struct posting_cursor *c,
			bool in_overlong)
{
	bool is_overlong = true;
	int rc;

	do {
		rc = posting_next(c);
		if (!rc && in_overlong)
			rc = doc_has_overlong(h->seg, c->doc, &is_overlong);
	} while (!rc && !is_overlong);
	return rc;
}

static int count_postings(struct term_hits *h, struct posting_cursor *c,
			  bool in_overlong)
{
	uint32_t freq;
	int rc;

	while (!(rc = next_posting(h, c, in_overlong))) {
		rc = posting_freq(c, &freq);
		if (rc < 0)
			return rc;
		h->freq[c->doc] += freq;
		h->npositions += freq;
	}
	return rc < 0 ? rc : SCOUT_OK;
}

int term_hits_add(struct term_hits *h, const struct term_place *place,
		  const struct term_info *info, bool in_overlong)
{
	struct posting_cursor c;
	int rc;

	if (!h->freq)
		h->freq = scout_calloc(MEM_QUERY, h->seg->ndocs,
				       sizeof(*h->freq));
	if (!h->freq)
		return SCOUT_E_NOMEM;
	rc = note_place(h, place, in_overlong);
	if (rc < 0)
		return rc;
	rc = posting_cursor_init(&c, h->seg, info);
	if (!rc)
		rc = count_postings(h, &c, in_overlong);
	posting_cursor_release(&c);
	return rc;
}

/* --- The list ------------------------------------------------------------ */

/*
 * The documents, and where their positions begin; start[i + 1] is where the next
 * one of docs[i] goes.  What was the frequency of a document is then its number.
 */
static int make_starts(struct term_hits *h, struct arena *arena,
		       struct position_lists *out)
{
	doc_id doc, n = 0;
	uint32_t at = 0;

	for (doc = 0; doc < h->seg->ndocs; doc++)
		n += h->freq[doc] > 0;
	out->ndocs = n;
	out->docs = arena_alloc(arena, n * sizeof(*out->docs));
	out->start = arena_calloc(arena, (size_t)n + 1, sizeof(*out->start));
	out->positions = arena_alloc(arena, (size_t)h->npositions *
						    sizeof(*out->positions));
	if (!out->docs || !out->start || !out->positions)
		return SCOUT_E_NOMEM;
	for (n = 0, doc = 0; doc < h->seg->ndocs; doc++) {
		if (!h->freq[doc])
			continue;
		out->docs[n] = doc;
		out->start[n + 1] = at;
		at += h->freq[doc];
		h->freq[doc] = n++;
	}
	return SCOUT_OK;
}

static int put_positions(struct term_hits *h, const struct term_info *info,
			 bool in_overlong, struct position_lists *out)
{
	struct posting_cursor c;
	const term_pos *pos;
	uint32_t n, *next;
	int rc = posting_cursor_init(&c, h->seg, info);

	while (!rc && !(rc = next_posting(h, &c, in_overlong))) {
		rc = posting_positions(&c, &pos, &n);
		if (rc < 0)
			break;
		next = &out->start[h->freq[c.doc] + 1];
		memcpy(out->positions + *next, pos, n * sizeof(*pos));
		*next += n;
	}
	posting_cursor_release(&c);
	return rc < 0 ? rc : SCOUT_OK;
}

static int put_group(struct term_hits *h, const struct found_group *g,
		     struct position_lists *out)
{
	unsigned bits = g->whole | g->in_overlong, i;
	struct dict_block b;
	int rc = dict_block_open(&b, span_of(g->block, g->block_len));

	for (; bits && !rc; bits &= bits - 1) {
		i = (unsigned)__builtin_ctz(bits);
		rc = dict_block_read_info(&b, g->number * DICT_RESTART + i);
		if (!rc)
			rc = put_positions(h, &b.info, g->in_overlong >> i & 1,
					   out);
	}
	return rc;
}

static int compare_positions(const void *a, const void *b)
{
	term_pos x = *(const term_pos *)a, y = *(const term_pos *)b;

	return (x > y) - (x < y);
}

/* Few are sorted by insertion: mostly they are in order already. */
static void sort_positions(term_pos *p, size_t n)
{
	size_t i, j;

	if (n > 64) {
		qsort(p, n, sizeof(*p), compare_positions);
		return;
	}
	for (i = 1; i < n; i++) {
		term_pos v = p[i];

		for (j = i; j && p[j - 1] > v; j--)
			p[j] = p[j - 1];
		p[j] = v;
	}
}

int term_hits_finish(struct term_hits *h, struct arena *arena,
		     struct position_lists *out)
{
	const struct found_group *g;
	size_t i, n = ngroups_of(h);
	int rc = SCOUT_OK;

	memset(out, 0, sizeof(*out));
	if (!h->freq)
		return SCOUT_OK;
	if (h->npositions > UINT32_MAX)
		return SCOUT_E_CORRUPT;
	rc = make_starts(h, arena, out);
	for (g = groups_of(h), i = 0; i < n && !rc; i++)
		rc = put_group(h, &g[i], out);
	for (i = 0; i < out->ndocs && !rc; i++)
		sort_positions(out->positions + out->start[i],
			       out->start[i + 1] - out->start[i]);
	return rc;
}
