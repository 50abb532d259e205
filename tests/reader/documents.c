/* Document records, paths, and line maps. */
#include "reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static void set_where(const struct segment *seg, uint32_t doc)
{
	snprintf(where, sizeof(where), "segment %u, document %u",
		 (unsigned)seg->number, (unsigned)doc);
}

static void read_record(struct segment *seg, uint32_t number)
{
	const uint8_t *at = at_slot(seg, DOCUMENT_TABLE, 64, number);
	struct document *doc = &seg->docs[number];
	int i;

	set_where(seg, number);
	doc->size = le_at(at, 8);
	doc->hash_low = le_at(at + 32, 8);
	doc->hash_high = le_at(at + 40, 8);
	doc->words = (uint32_t)le_at(at + 48, 4);
	doc->lines = (uint32_t)le_at(at + 52, 4);
	doc->lines_at = le_at(at + 56, 5);
	doc->flags = (uint16_t)le_at(at + 61, 2);
	need(doc->flags < 64, "a reserved flag");
	need(at[63] == 0, "the reserved byte");
	need(doc->lines > 0 || doc->lines_at == 0, "line map of no lines");
	need(doc->lines > 0 || doc->words == 0, "words on no line");
	for (i = 0; i < 6; i++)
		counts.flags[i] += doc->flags >> i & 1;
}

/* The paths of one block; returns the bytes that it takes. */
static uint64_t read_path_block(struct segment *seg, struct bytes in,
				uint32_t first)
{
	const uint8_t *start = in.at;
	uint32_t npaths = get_varint32(&in), plain_bytes = get_varint32(&in);
	uint32_t frame_bytes = get_varint32(&in), i;
	uint32_t wanted = seg->ndocs - first < 64 ? seg->ndocs - first : 64;
	struct bytes frame = get_bytes(&in, frame_bytes), plain;
	uint8_t *memory;
	char *path = "";
	uint32_t length = 0;

	need(npaths == wanted, "the number of paths of a block");
	need(plain_bytes <= 1048576, "a path block above 1048576 bytes");
	memory = take_memory(plain_bytes + 1, 1);
	need(ZSTD_findFrameCompressedSize(frame.at, frame_bytes) == frame_bytes,
	     "not one zstd frame");
	need(ZSTD_decompress(memory, plain_bytes, frame.at, frame_bytes) ==
		     plain_bytes,
	     "a frame that does not unpack to its length");
	plain.at = memory;
	plain.end = memory + plain_bytes;
	for (i = 0; i < npaths; i++) {
		uint32_t shared = get_varint32(&plain);
		uint32_t rest = get_varint32(&plain);
		struct bytes end = get_bytes(&plain, rest);
		char *made = take_memory((uint64_t)shared + rest + 1, 1);

		need(shared <= length, "more of a path shared than there is");
		need(shared + rest > 0, "an empty path");
		need(!memchr(end.at, 0, rest), "a NUL in a path");
		memcpy(made, path, shared);
		memcpy(made + shared, end.at, rest);
		need(made[0] != '/', "a path that is not relative");
		seg->docs[first + i].path = path = made;
		length = shared + rest;
	}
	need(plain.at == plain.end, "bytes after the paths");
	free(memory);
	counts.path_blocks++;
	return (uint64_t)(in.at - start);
}

static void read_paths(struct segment *seg)
{
	uint32_t nblocks = (seg->ndocs + 63) / 64, i;

	check_slots(seg, PATH_INDEX, 8, nblocks);
	for (i = 0; i < nblocks; i++) {
		uint64_t address = le_at(at_slot(seg, PATH_INDEX, 8, i), 8);
		struct bytes rest;

		snprintf(where, sizeof(where), "segment %u, path block %u",
			 (unsigned)seg->number, (unsigned)i);
		rest = at_address(seg, PATHS, address);
		done(seg, PATHS, address, read_path_block(seg, rest, 64 * i));
	}
	must_end(seg, PATHS);
	for (i = 1; i < seg->ndocs; i++) {
		set_where(seg, i);
		need(compare_paths(seg->docs[i - 1].path, seg->docs[i].path) <
			     0,
		     "paths that do not ascend");
	}
}

int is_deleted(const struct segment *seg, uint32_t doc)
{
	return seg->ndeleted && seg->deleted.at[doc / 8] >> (doc % 8) & 1;
}

static void check_deleted(struct segment *seg)
{
	uint32_t n = 0, i;

	set_where(seg, 0);
	if (!seg->ndeleted)
		return;
	need(left(seg->deleted) >= (seg->ndocs + 7) / 8,
	     "the deletions are short");
	for (i = 0; i < seg->ndocs; i++)
		n += (uint32_t)is_deleted(seg, i);
	need(n == seg->ndeleted, "ndeleted");
	counts.deleted += n;
}

static void check_wild(struct segment *seg)
{
	uint32_t i, k = 0;

	need(left(seg->wild) == 4 * (size_t)seg->nwild,
	     "length of the wild ones");
	for (i = 0; i < seg->ndocs; i++) {
		int is_named =
			k < seg->nwild && le_at(seg->wild.at + 4 * k, 4) == i;

		set_where(seg, i);
		need(is_named == (seg->docs[i].flags >> 1 & 1),
		     "wild by the flag and by the list are not the same");
		k += (uint32_t)is_named;
	}
	need(k == seg->nwild, "wild documents that do not ascend");
}

/* Their times and inodes are printed by nobody. */
static void check_touched(const struct segment *seg)
{
	uint32_t i, doc, before = 0;

	set_where(seg, 0);
	need(left(seg->touched) == 28 * (size_t)seg->ntouched,
	     "length of the touched ones");
	for (i = 0; i < seg->ntouched; i++) {
		doc = (uint32_t)le_at(seg->touched.at + 28 * i, 4);
		need(doc < seg->ndocs && (!i || doc > before),
		     "touched documents that do not ascend");
		before = doc;
	}
}

void read_documents(struct segment *seg)
{
	uint64_t words = 0;
	uint32_t i;

	seg->docs = take_memory(seg->ndocs, sizeof(*seg->docs));
	check_slots(seg, DOCUMENT_TABLE, 64, seg->ndocs);
	for (i = 0; i < seg->ndocs; i++) {
		read_record(seg, i);
		words += seg->docs[i].words;
	}
	need(words == seg->nwords, "nwords is not the sum of the documents");
	read_paths(seg);
	check_deleted(seg);
	check_wild(seg);
	check_touched(seg);
}

static void print_flags(unsigned flags)
{
	static const char *const names[] = { "overlong", "wild", "reordered",
					     "utf16", "bom", "packed" };
	const char *before = "\tflags=";
	int i;

	for (i = 0; i < 6; i++) {
		if (!(flags >> i & 1))
			continue;
		put_text(before);
		put_text(names[i]);
		before = ",";
	}
}

void print_documents(const struct segment *seg)
{
	uint32_t i;

	for (i = 0; i < seg->ndocs; i++) {
		const struct document *doc = &seg->docs[i];
		const uint8_t *path = (const uint8_t *)doc->path;
		const struct bytes text = { path, path + strlen(doc->path) };

		put_text("document\t");
		put_number(seg->number);
		put_text(":");
		put_number(i);
		put_text("\tbytes=");
		put_number(doc->size);
		put_text("\tlines=");
		put_number(doc->lines);
		put_text("\twords=");
		put_number(doc->words);
		put_text("\tlines_at=");
		put_number(doc->lines_at);
		put_text("\thash=");
		put_hex(doc->hash_high);
		put_hex(doc->hash_low);
		print_flags(doc->flags);
		if (is_deleted(seg, i))
			put_text("\tdeleted");
		put_text("\t");
		put_escaped(text);
		put_text("\n");
	}
}

/* --- line maps */

struct line_reader {
	const struct document *doc;
	uint64_t lines, words, last_byte; /* so far */
};

static void print_record(uint64_t nlines, uint64_t first_byte,
			 const uint64_t *offsets, const uint64_t *sums)
{
	uint64_t i;

	for (i = 0; i < nlines; i++) {
		if (i % 64 == 0) {
			put_text("@");
			put_number(first_byte + (i ? offsets[i / 64 - 1] : 0));
			put_text(" ");
		}
		put_number(sums[i] - (i ? sums[i - 1] : 0));
		put_text(" ");
	}
}

/* Lines have at least a byte each, their line feed. */
static void check_offsets(struct line_reader *r, uint64_t first_byte,
			  const uint64_t *offsets, uint64_t n)
{
	uint64_t i, at;

	for (i = 0; i < n; i++) {
		at = first_byte + (i ? offsets[i - 1] : 0);
		need(r->lines + i == 0 ? at == 0 : at > r->last_byte,
		     "lines that do not ascend");
		need(i == 0 || at - r->last_byte >= 64, "lines without a byte");
		r->last_byte = at;
	}
}

static uint64_t read_line_record(struct line_reader *r, struct bytes in)
{
	const uint8_t *start = in.at;
	uint32_t length = get_varint32(&in);
	struct bytes body = get_bytes(&in, length);
	uint64_t nlines = get_varint(&body), first_word = get_varint(&body);
	uint64_t first_byte = get_varint(&body), words, ngroups, last_group;
	uint64_t offsets[63], sums[4096];

	need(nlines >= 1 && nlines <= 4096, "lines of a record");
	need(nlines <= r->doc->lines - r->lines,
	     "more lines than the document");
	need(first_word == r->words, "the first word of a record");
	need(first_byte <= (uint64_t)1 << 56, "the first byte of a record");
	words = r->doc->words - r->words;
	if (r->lines + nlines < r->doc->lines) {
		need(nlines == 4096, "a record of fewer lines before others");
		words = get_varint(&body);
		need(words <= r->doc->words - r->words, "words of a record");
	}
	ngroups = (nlines + 63) / 64;
	if (ngroups > 1) {
		last_group = get_varint(&body);
		get_elias_fano(&body, ngroups - 1, last_group, offsets);
		counts.record_groups++;
	}
	get_elias_fano(&body, nlines, words, sums);
	need(body.at == body.end, "bytes after a record");
	check_offsets(r, first_byte, offsets, ngroups);
	print_record(nlines, first_byte, offsets, sums);
	r->lines += nlines;
	r->words += words;
	counts.records++;
	need(in.at - start <= 32768, "a record above 32768 bytes");
	return (uint64_t)(in.at - start);
}

static void read_document_lines(struct segment *seg, uint32_t number)
{
	struct line_reader r = { &seg->docs[number], 0, 0, 0 };
	uint64_t address = r.doc->lines_at;

	set_where(seg, number);
	put_text("lines\t");
	put_number(seg->number);
	put_text(":");
	put_number(number);
	put_text("\t");
	counts.several_records += r.doc->lines > 4096;
	while (r.lines < r.doc->lines) {
		struct bytes rest = at_address(seg, LINE_MAPS, address);

		done(seg, LINE_MAPS, address, read_line_record(&r, rest));
		address = seg->next[LINE_MAPS];
		if ((address & 0xfffff) ==
		    left(seg->chunks[LINE_MAPS][address >> 20]))
			address = ((address >> 20) + 1) << 20;
	}
	need(r.words == r.doc->words, "the words of the records");
	put_text("\n");
}

void read_line_maps(struct segment *seg)
{
	uint32_t i;

	for (i = 0; i < seg->ndocs; i++)
		read_document_lines(seg, i);
	must_end(seg, LINE_MAPS);
}
