/* Dictionary blocks, and the filters made of their terms. */
#include "reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INLINE, SHORT, BLOCKS, REPEAT };
static const char *const kind_names[] = { "inline", "short", "blocks",
					  "repeat" };

/* What differences in a block count from; all of it begins anew at a restart.
 */
struct before {
	int64_t first_doc;
	uint64_t short_end, docs_at, slot;
	int has_head;
};

struct reader {
	struct segment *seg;
	uint8_t *filters; /* 256 bytes a block, by bits of rows */
	uint8_t *filter;  /* that of this block */
	struct postings now, head;
	struct before before;
	uint8_t term[255], last_term[255];
	unsigned length, last_length;
	uint64_t nterms, npostings, nwords;
};

static void add_trigrams(struct reader *r)
{
	unsigned i;

	if (r->length >= 252)
		r->filter[0] |= 1;
	for (i = 0; i + 1 < r->length; i++) {
		uint32_t c = i + 2 < r->length ? r->term[i + 2] : 0;
		uint32_t v = r->term[i] + 256u * r->term[i + 1] + 65536u * c;
		uint32_t bit = (uint32_t)(v * 2654435761u) >> 21;

		if (bit == 0)
			bit = 1;
		r->filter[bit / 8] |= (uint8_t)(1u << bit % 8);
	}
}

static void read_term(struct reader *r, struct bytes *in, int is_restart)
{
	unsigned shared = is_restart ? 0 : (unsigned)get_le(in, 1);
	unsigned rest = (unsigned)get_le(in, 1);
	struct bytes end = get_bytes(in, rest);
	int order;

	need(shared <= r->length, "more bytes shared than there are");
	need(shared + rest >= 1 && shared + rest <= 255, "length of a term");
	memcpy(r->last_term, r->term, r->length);
	r->last_length = r->length;
	memcpy(r->term + shared, end.at, rest);
	r->length = shared + rest;
	order = memcmp(r->last_term, r->term,
		       r->last_length < r->length ? r->last_length : r->length);
	need(r->nterms == 0 || order < 0 ||
		     (order == 0 && r->last_length < r->length),
	     "terms that do not ascend");
	snprintf(where, sizeof(where), "segment %u, term %.*s",
		 (unsigned)r->seg->number, (int)r->length, (char *)r->term);
	add_trigrams(r);
}

/* The bytes that an inline list has if its first document stands as it is. */
static uint64_t plain_size(struct bytes list, uint32_t first_doc)
{
	struct bytes in = list;
	uint64_t head = get_varint(&in);

	return left(list) - (uint64_t)varint_size(head) +
	       (uint64_t)varint_size((uint64_t)first_doc << 1 | (head & 1));
}

/* Sizes of a list and of its positions; at most 127 of them.  The positions of
 * a repeat are those of a list but for each document's first. */
static uint64_t positions_size(const struct postings *p,
			       const struct postings *head)
{
	uint64_t at = 0, size = 0;
	uint32_t i, k;

	for (i = 0; i < p->df; i++) {
		for (k = 0; k < p->freqs[i]; k++, at++) {
			uint64_t v = p->positions[at];
			int64_t d;

			if (k > 0) {
				v -= p->positions[at - 1];
			} else if (head) {
				d = (int64_t)v - head->positions[at];
				v = d < 0 ? (uint64_t)(-2 * d - 1)
					  : (uint64_t)(2 * d);
			}
			size += (uint64_t)varint_size(v);
		}
	}
	return size;
}

static uint64_t run_size(const struct postings *p, uint64_t first_gap)
{
	uint64_t size = 0, gap = first_gap;
	uint32_t i;

	for (i = 0; i < p->df; i++) {
		if (i > 0)
			gap = p->docs[i] - p->docs[i - 1] - 1;
		size += (uint64_t)varint_size(gap << 1);
		if (p->freqs[i] > 1)
			size += (uint64_t)varint_size(p->freqs[i] - 2);
	}
	return size;
}

/* Would this term be a repeat of the head? */
static int fits_head(const struct reader *r)
{
	const struct postings *p = &r->now, *head = &r->head;

	return r->before.has_head && head->cf <= 127 && p->df == head->df &&
	       !memcmp(p->docs, head->docs, p->df * sizeof(*p->docs)) &&
	       !memcmp(p->freqs, head->freqs, p->df * sizeof(*p->freqs));
}

/* A writer takes kind 3 where it can be and is not longer than kind 0. */
static void check_choice(const struct reader *r, unsigned kind)
{
	const struct postings *p = &r->now;
	uint64_t list, other;

	if ((kind != INLINE && kind != REPEAT) || !fits_head(r))
		return;
	list = run_size(p, 0) + positions_size(p, NULL);
	other = 1 + positions_size(p, &r->head);
	list += 1 + (uint64_t)varint_size((uint64_t)(p->df - 1) << 7);
	if (p->cf > p->df)
		list += (uint64_t)varint_size(p->cf - p->df - 1);
	need((kind == REPEAT) == (other <= list),
	     "a repeat where an inline list is shorter, or the other way");
	need(kind == INLINE ||
		     run_size(p, p->docs[0]) + positions_size(p, NULL) <= 64,
	     "a repeat whose list has more than 64 bytes");
}

/* What can be a spelling of the term at all. */
static void check_surface(const struct reader *r, unsigned surface)
{
	int first = 0, later = 0;
	unsigned i;

	for (i = 0; i < r->length; i++) {
		uint8_t c = r->term[i];

		if (c > 127) {
			need(surface == 8, "ASCII spells what is not ASCII");
			return;
		}
		need(c < 'A' || c > 'Z', "a term with an upper-case letter");
		if (c >= 'a' && c <= 'z')
			*(i ? &later : &first) = 1;
	}
	need(!(surface & 2) || first, "a first letter that is none");
	need(!(surface & 4) || later, "upper case without letters");
}

static void swap_postings(struct postings *a, struct postings *b)
{
	struct postings c = *a;

	*a = *b;
	*b = c;
}

static void read_inline(struct reader *r, struct bytes *in)
{
	struct bytes list = get_bytes(in, get_le(in, 1)), all = list;

	need(left(list) <= 68, "an inline list above 68 bytes");
	read_list(&list, &r->now, r->before.first_doc, 1);
	need(plain_size(all, r->now.docs[0]) <= 64,
	     "an inline list that should be a short one");
	r->before.first_doc = r->now.docs[0];
	counts.inlines++;
}

static void read_short(struct reader *r, struct bytes *in)
{
	uint64_t address = r->before.short_end + get_varint(in);
	uint32_t length = get_varint32(in);
	struct bytes rest = at_address(r->seg, SHORT_POSTINGS, address);
	struct bytes list = get_bytes(&rest, length);

	need(length <= 32768, "a short list above 32768 bytes");
	need(length > 64, "a short list that should be inline");
	done(r->seg, SHORT_POSTINGS, address, length);
	read_list(&list, &r->now, 0, 0);
	r->before.short_end = address + length;
	counts.shorts++;
}

static void read_blocked(struct reader *r, struct bytes *in)
{
	r->before.docs_at += get_varint(in);
	r->before.slot += get_varint(in);
	read_blocks(r->seg, r->before.docs_at, r->before.slot, &r->now);
	counts.block_terms++;
}

static void read_repeat(struct reader *r, struct bytes *in)
{
	const struct postings *head = &r->head;
	uint64_t at = 0;
	uint32_t i, k;

	need(r->before.has_head, "a repeat without a head");
	need(head->cf <= 127, "a repeat of more than 127 positions");
	make_room(&r->now, head->df, head->cf);
	for (i = 0; i < head->df; i++) {
		int64_t v = head->positions[at] + unzigzag(get_varint(in));

		r->now.docs[i] = head->docs[i];
		r->now.freqs[i] = head->freqs[i];
		for (k = 0; k < head->freqs[i]; k++) {
			if (k > 0) {
				uint64_t gap = get_varint32(in);

				need(gap > 0, "a position twice");
				v += (int64_t)gap;
			}
			need(v >= 0 && v <= UINT32_MAX,
			     "a position of a repeat");
			r->now.positions[at++] = (uint32_t)v;
		}
	}
	counts.repeats++;
}

static void add_to_documents(struct reader *r)
{
	const struct postings *p = &r->now;
	uint64_t at = 0;
	uint32_t i, k;

	for (i = 0; i < p->df; i++) {
		struct document *doc;

		need(p->docs[i] < r->seg->ndocs,
		     "a document beyond the segment");
		doc = &r->seg->docs[p->docs[i]];
		doc->seen_words += p->freqs[i];
		for (k = 0; k < p->freqs[i]; k++) {
			need(p->positions[at] < doc->words,
			     "a position beyond the document");
			doc->seen_sum += p->positions[at++];
		}
	}
	r->nterms++;
	r->npostings += p->df;
	r->nwords += p->cf;
}

static void print_term(const struct reader *r, unsigned kind, unsigned surface)
{
	const struct postings *p = &r->now;
	const struct bytes term = { r->term, r->term + r->length };
	uint64_t at = 0;
	uint32_t i, k;

	put_text("term\t");
	put_number(r->seg->number);
	put_text("\tdf=");
	put_number(p->df);
	put_text("\tcf=");
	put_number(p->cf);
	put_text("\tsurface=");
	put_number(surface);
	put_text("\t");
	put_text(kind_names[kind]);
	put_text("\t");
	put_escaped(term);
	put_text("\n");
	for (i = 0; i < p->df; i++) {
		put_text("\t");
		put_number(p->docs[i]);
		put_text(":");
		for (k = 0; k < p->freqs[i]; k++) {
			put_text(" ");
			put_number(p->positions[at++]);
		}
		put_text("\n");
	}
}

static void read_info(struct reader *r, struct bytes *in)
{
	uint64_t head = get_varint(in), df = (head >> 7) + 1, cf;
	unsigned kind = head & 3, surface = head >> 2 & 15;

	need(surface != 0, "a term without a surface");
	if (kind == REPEAT) {
		need(head >> 6 == 0, "bits 6 and up of the head of a repeat");
		read_repeat(r, in);
	} else {
		need(df <= 4000000, "df above 4000000");
		need(df <= r->seg->ndocs, "df above the number of documents");
		cf = df + (head & 64 ? get_varint(in) + 1 : 0);
		need(cf <= r->seg->nwords, "cf above the number of words");
		need((kind == BLOCKS) == (df >= 128 || cf > 4096),
		     "a kind that does not go with df and cf");
		make_room(&r->now, (uint32_t)df, cf);
		if (kind == INLINE)
			read_inline(r, in);
		else if (kind == SHORT)
			read_short(r, in);
		else
			read_blocked(r, in);
	}
	check_choice(r, kind);
	check_surface(r, surface);
	add_to_documents(r);
	print_term(r, kind, surface);
	if (kind == INLINE) {
		swap_postings(&r->now, &r->head);
		r->before.has_head = 1;
	}
}

static void read_block(struct reader *r, struct bytes block, struct bytes key)
{
	const struct before none = { 0 };
	struct bytes body = { block.at, block.end - 8 }, in = body, terms,
		     infos;
	uint32_t nterms, infos_at, nrestarts, i;
	struct bytes restarts;

	nterms = (uint32_t)get_le(&in, 2);
	infos_at = (uint32_t)get_le(&in, 2);
	need(nterms > 0, "a block without terms");
	nrestarts = (nterms + 15) / 16;
	restarts = get_bytes(&in, 4 * (uint64_t)nrestarts);
	need(infos_at >= 4 + 4 * nrestarts && infos_at <= left(body),
	     "the offset of the infos");
	terms.at = in.at;
	infos.at = terms.end = body.at + infos_at;
	infos.end = body.end;
	for (i = 0; i < nterms; i++) {
		if (i % 16 == 0) {
			const uint8_t *restart = restarts.at + i / 16 * 4;

			need(terms.at == body.at + le_at(restart, 2) &&
				     infos.at ==
					     body.at + le_at(restart + 2, 2),
			     "a restart that is elsewhere");
			r->before = none;
		}
		read_term(r, &terms, i % 16 == 0);
		if (i == 0)
			need(left(key) == r->length &&
				     memcmp(key.at, r->term, r->length) == 0,
			     "the key is not the first term");
		read_info(r, &infos);
	}
	need(terms.at == terms.end, "bytes between terms and infos");
	need(infos.at == infos.end, "bytes after the infos");
}

static void check_group(const struct reader *r, const uint8_t *rows,
			uint32_t first, uint32_t n)
{
	uint32_t width = (n + 7) / 8, row, k;
	uint8_t *made = take_memory(2048, width);

	for (k = 0; k < n; k++) {
		const uint8_t *filter = r->filters + (first + k) * (size_t)256;

		for (row = 0; row < 2048; row++)
			if (filter[row / 8] >> (row % 8) & 1)
				made[row * width + k / 8] |=
					(uint8_t)(1u << k % 8);
	}
	need(memcmp(made, rows, 2048 * (size_t)width) == 0,
	     "a filter that is not that of its terms");
	free(made);
}

static void check_filters(struct reader *r)
{
	struct segment *seg = r->seg;
	uint32_t first, turns = 0;

	for (first = 0; first < seg->dict_blocks; first += 512) {
		uint32_t n = seg->dict_blocks - first;
		uint64_t address = seg->next[FILTERS];
		struct bytes rest;

		if (n > 512)
			n = 512;
		/* Nothing says where a group is: it follows, or begins the
		 * next chunk. */
		if ((address & 0xfffff) + 2048 * (uint64_t)((n + 7) / 8) >
		    CHUNK_MAX)
			address = (uint64_t)++turns << 20;
		snprintf(where, sizeof(where),
			 "segment %u, filters of block %u",
			 (unsigned)seg->number, (unsigned)first);
		rest = at_address(seg, FILTERS, address);
		rest = get_bytes(&rest, 2048 * (uint64_t)((n + 7) / 8));
		check_group(r, rest.at, first, n);
		done(seg, FILTERS, address, left(rest));
		counts.filter_groups++;
	}
}

static void check_words(const struct segment *seg)
{
	uint32_t i;

	for (i = 0; i < seg->ndocs; i++) {
		const struct document *doc = &seg->docs[i];
		uint64_t n = doc->words;

		snprintf(where, sizeof(where), "segment %u, document %u",
			 (unsigned)seg->number, (unsigned)i);
		need(doc->seen_words == n, "occurrences are not the words");
		need(doc->seen_sum == (n ? n * (n - 1) / 2 : 0),
		     "positions that are not 0 to n - 1");
	}
}

void read_dictionary(struct segment *seg)
{
	struct reader r = { .seg = seg };
	uint32_t i;

	r.filters = take_memory(seg->dict_blocks, 256);
	for (i = 0; i < seg->dict_blocks; i++) {
		r.filter = r.filters + i * (size_t)256;
		read_block(&r, seg->blocks[i], seg->keys[i]);
	}
	check_filters(&r);
	snprintf(where, sizeof(where), "segment %u", (unsigned)seg->number);
	need(r.nterms == seg->nterms, "nterms");
	need(r.npostings == seg->npostings, "npostings");
	need(r.nwords == seg->nwords, "nwords is not the sum of all cf");
	must_end(seg, SHORT_POSTINGS);
	must_end(seg, DOCUMENTS);
	must_end(seg, POSITIONS);
	must_end(seg, FILTERS);
	check_slots(seg, SKIP_ENTRIES, 16, seg->next[SKIP_ENTRIES]);
	check_words(seg);
	free(r.filters);
	free(r.now.docs);
	free(r.now.freqs);
	free(r.now.positions);
	free(r.head.docs);
	free(r.head.freqs);
	free(r.head.positions);
}
