/* Lists, document blocks, skip entries and position groups. */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

void make_room(struct postings *p, uint32_t df, uint64_t cf)
{
	p->df = df;
	p->cf = cf;
	if (df > p->docs_room) {
		free(p->docs);
		free(p->freqs);
		p->docs_room = df * (size_t)2;
		p->docs = take_memory(p->docs_room, sizeof(*p->docs));
		p->freqs = take_memory(p->docs_room, sizeof(*p->freqs));
	}
	if (cf > p->positions_room) {
		free(p->positions);
		p->positions_room = cf * 2;
		p->positions =
			take_memory(p->positions_room, sizeof(*p->positions));
	}
}

/* n documents; base is the number that a gap of 0 stands for, or, of an inline
 * list, what the first gap's zigzag is added to. */
static void read_run(struct bytes *in, uint32_t n, int64_t base, int is_inline,
		     uint32_t *docs, uint32_t *freqs)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		uint64_t head = get_varint(in), freq = 1;
		int64_t doc;

		need(head >> 1 <= UINT32_MAX * (uint64_t)2, "a huge gap");
		doc = base + (is_inline && i == 0 ? unzigzag(head >> 1)
						  : (int64_t)(head >> 1));
		need(doc >= 0 && doc <= UINT32_MAX,
		     "a document beyond 32 bits");
		if (!(head & 1))
			freq = get_varint(in) + 2;
		need(freq >= 1 && freq <= UINT32_MAX,
		     "a frequency beyond 32 bits");
		docs[i] = (uint32_t)doc;
		freqs[i] = (uint32_t)freq;
		base = doc + 1;
	}
}

/* From gaps to positions, from the first ordinal of a document on. */
struct gap_reader {
	struct postings *p;
	uint64_t ordinal;
	uint32_t doc, of_doc; /* which document, which position of it */
	uint32_t last;
};

static uint32_t counts_from(const struct gap_reader *g)
{
	return g->of_doc == 0 ? 0 : g->last;
}

static void add_gap(struct gap_reader *g, uint32_t gap)
{
	uint64_t position = (uint64_t)counts_from(g) + gap;

	need(g->of_doc == 0 || gap > 0, "a position twice");
	need(position <= UINT32_MAX, "a position beyond 32 bits");
	g->last = (uint32_t)position;
	g->p->positions[g->ordinal++] = g->last;
	if (++g->of_doc == g->p->freqs[g->doc]) {
		g->doc++;
		g->of_doc = 0;
	}
}

/* One block of gaps: 128 of them, or what is left. */
static void read_gaps(struct bytes *in, struct gap_reader *g)
{
	uint64_t n = g->p->cf - g->ordinal, i;
	uint32_t gaps[128];

	if (n >= 128) {
		n = 128;
		get_patched(in, gaps);
	} else {
		for (i = 0; i < n; i++)
			gaps[i] = get_varint32(in);
	}
	for (i = 0; i < n; i++)
		add_gap(g, gaps[i]);
}

static void check_sum(const struct postings *p)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < p->df; i++)
		sum += p->freqs[i];
	need(sum == p->cf, "the frequencies do not make cf");
}

void read_list(struct bytes *in, struct postings *p, int64_t first_base,
	       int is_inline)
{
	struct gap_reader g = { p, 0, 0, 0, 0 };

	read_run(in, p->df, first_base, is_inline, p->docs, p->freqs);
	check_sum(p);
	while (g.ordinal < p->cf)
		read_gaps(in, &g);
	need(in->at == in->end, "bytes after a list");
}

static unsigned bits_of(uint32_t v)
{
	unsigned n = 0;

	while (v) {
		v >>= 1;
		n++;
	}
	return n;
}

static void read_bitset(struct bytes *in, int64_t base, uint32_t last,
			uint32_t *docs)
{
	uint64_t size = ((uint64_t)last - (uint64_t)base) / 8 + 1, k;
	struct bytes set;
	unsigned n = 0, widest = 0;

	need((int64_t)last >= base, "a skip entry before its block");
	set = get_bytes(in, size);
	for (k = 0; k < size * 8; k++) {
		if (!(set.at[k / 8] >> (k % 8) & 1))
			continue;
		need(n < 128, "more than 128 bits in a bitset");
		docs[n++] = (uint32_t)((uint64_t)base + k);
	}
	need(n == 128, "fewer than 128 bits in a bitset");
	for (k = 0; k < 128; k++) {
		int64_t before = k ? (int64_t)docs[k - 1] + 1 : base;
		unsigned w = bits_of((uint32_t)(docs[k] - before));

		if (w > widest)
			widest = w;
	}
	need(size < 16 * widest, "a bitset that is not smaller than packed");
	counts.bitsets++;
}

static void read_packed_docs(struct bytes *in, unsigned w, int64_t base,
			     uint32_t last, uint32_t *docs)
{
	int64_t first = base;
	uint32_t gaps[128];
	unsigned i;

	need(w <= 32, "the first byte of a document block is unknown");
	get_packed(in, w, gaps);
	for (i = 0; i < 128; i++) {
		int64_t doc = base + gaps[i];

		need(doc <= UINT32_MAX, "a document beyond 32 bits");
		docs[i] = (uint32_t)doc;
		base = doc + 1;
	}
	need((last - first) / 8 + 1 >= 16 * (int64_t)w,
	     "a packed block that is larger than a bitset");
	counts.packed++;
}

static void read_full_block(struct bytes *in, int64_t base, uint32_t last,
			    uint32_t *docs, uint32_t *freqs)
{
	unsigned kind = (unsigned)get_le(in, 1), i;

	if (kind == 0x40)
		read_bitset(in, base, last, docs);
	else
		read_packed_docs(in, kind, base, last, docs);
	get_patched(in, freqs);
	for (i = 0; i < 128; i++)
		need(++freqs[i] != 0, "a frequency beyond 32 bits");
}

static unsigned norm_of(uint32_t n)
{
	unsigned s;

	if (n < 16)
		return n;
	s = bits_of(n) - 1 - 3;
	return 8 * s + (n >> s);
}

/* The rest of the skip entry, once the block is known. */
static void check_skip_entry(const struct segment *seg, const uint8_t *entry,
			     const uint32_t *docs, const uint32_t *freqs,
			     unsigned n, uint64_t before)
{
	unsigned norm = 255, largest = 0, i;

	for (i = 0; i < n; i++) {
		unsigned here;

		need(docs[i] < seg->ndocs, "a document beyond the segment");
		here = norm_of(seg->docs[docs[i]].words);
		norm = here < norm ? here : norm;
		largest = freqs[i] > largest ? freqs[i] : largest;
	}
	need(le_at(entry, 4) == docs[n - 1], "last document of a skip entry");
	need(le_at(entry + 9, 5) == before,
	     "positions before, in a skip entry");
	need(entry[14] == (largest > 255 ? 255 : largest),
	     "largest frequency of a skip entry");
	need(entry[15] == norm, "length norm of a skip entry");
}

static void read_doc_blocks(struct segment *seg, uint64_t docs_at,
			    uint64_t slot, struct postings *p)
{
	uint64_t before = 0;
	uint32_t i, k;

	for (i = 0; i < p->df; i += 128) {
		const uint8_t *entry =
			at_slot(seg, SKIP_ENTRIES, 16, slot + i / 128);
		uint64_t address = le_at(entry + 4, 5);
		int64_t base = i ? (int64_t)p->docs[i - 1] + 1 : 0;
		uint32_t n = p->df - i < 128 ? p->df - i : 128;
		struct bytes in = at_address(seg, DOCUMENTS, address);
		const uint8_t *start = in.at;

		need(i > 0 || address == docs_at,
		     "the first block is not where the dictionary says");
		if (n == 128) {
			read_full_block(&in, base, (uint32_t)le_at(entry, 4),
					p->docs + i, p->freqs + i);
		} else {
			read_run(&in, n, base, 0, p->docs + i, p->freqs + i);
			counts.short_last++;
		}
		need(in.at - start <= 4096,
		     "a document block above 4096 bytes");
		done(seg, DOCUMENTS, address, (uint64_t)(in.at - start));
		check_skip_entry(seg, entry, p->docs + i, p->freqs + i, n,
				 before);
		for (k = 0; k < n; k++)
			before += p->freqs[i + k];
	}
}

/* One group, with the numbers `before` if the term is dense. */
static void read_group(struct bytes *in, struct gap_reader *g, int is_dense)
{
	uint64_t rest = g->p->cf - g->ordinal;
	unsigned n = rest >= 1024 ? 8 : (unsigned)((rest + 127) / 128), i;
	struct bytes lengths = get_bytes(in, 2 * n);
	struct bytes before = get_bytes(in, is_dense ? 4 * n : 0);

	for (i = 0; i < n; i++) {
		struct bytes block =
			get_bytes(in, le_at(lengths.at + 2 * i, 2));

		if (is_dense) {
			need(le_at(before.at + 4 * i, 4) == counts_from(g),
			     "the position before a block");
			counts.before++;
		}
		read_gaps(&block, g);
		need(block.at == block.end, "bytes after a block of positions");
	}
	counts.groups++;
}

void read_blocks(struct segment *seg, uint64_t docs_at, uint64_t slot,
		 struct postings *p)
{
	struct gap_reader g = { p, 0, 0, 0, 0 };
	uint64_t nblocks = ((uint64_t)p->df + 127) / 128;
	uint64_t ngroups = (p->cf + 1023) / 1024, i;
	int is_dense = p->cf > (uint64_t)32 * p->df;

	need(slot == seg->next[SKIP_ENTRIES], "a slot that does not follow");
	read_doc_blocks(seg, docs_at, slot, p);
	check_sum(p);
	for (i = 0; i < ngroups; i++) {
		const uint8_t *entry =
			at_slot(seg, SKIP_ENTRIES, 16, slot + nblocks + i / 2);
		uint64_t address = le_at(entry + i % 2 * 8, 8);
		struct bytes in = at_address(seg, POSITIONS, address);
		const uint8_t *start = in.at;

		read_group(&in, &g, is_dense);
		need(in.at - start <= 16384,
		     "a position group above 16384 bytes");
		done(seg, POSITIONS, address, (uint64_t)(in.at - start));
		if (i == ngroups - 1 && i % 2 == 0) {
			need(le_at(entry + 8, 8) == 0, "the rest of a slot");
			counts.odd_groups++;
		}
	}
	counts.several_groups += ngroups > 1;
	seg->next[SKIP_ENTRIES] = slot + nblocks + (ngroups + 1) / 2;
}
