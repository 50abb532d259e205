/* Reads an index by docs/index-format.md alone: nothing here is shared with
 * scout.  Whatever the page does not allow ends the program with a message. */
#ifndef READER_H
#define READER_H

#include <stddef.h>
#include <stdint.h>

enum {
	SHORT_POSTINGS,
	DOCUMENTS,
	SKIP_ENTRIES,
	POSITIONS,
	LINE_MAPS,
	DOCUMENT_TABLE,
	PATHS,
	PATH_INDEX,
	FILTERS,
	NSTREAMS
};
#define CHUNK_MAX 1048560u

/* Bytes in front of a reader. */
struct bytes {
	const uint8_t *at, *end;
};

struct document {
	uint64_t size, hash_low, hash_high, lines_at;
	uint32_t words, lines;
	uint16_t flags;
	char *path;
	/* What the terms say: occurrences, and the sum of their positions. */
	uint64_t seen_words, seen_sum;
};

struct segment {
	uint32_t number, ndocs, ndeleted, nwild, ntouched;
	uint64_t nwords, nterms, npostings;
	uint32_t dict_blocks;
	uint64_t dict_bytes, dict_keys;
	uint32_t nchunks[NSTREAMS];
	uint64_t stream_bytes[NSTREAMS];
	struct bytes *chunks[NSTREAMS];
	/* How far a stream has been read that is read from start to end. */
	uint64_t next[NSTREAMS];
	struct bytes *blocks, *keys;
	struct bytes deleted, wild, touched;
	struct document *docs;
};

/* What was met, for the driver to see that the index is rich. */
struct counts {
	uint64_t inlines, shorts, block_terms, repeats;
	uint64_t packed, bitsets, exceptions, short_last, before, groups;
	uint64_t odd_groups, several_groups;
	uint64_t records, several_records, record_groups;
	uint64_t path_blocks, filter_groups, chunk_turns, skip_parts;
	uint64_t flags[6], deleted;
};
extern struct counts counts;
/* Where the reader is, for messages. */
extern char where[400];
/* Print the content, or only check. */
extern int printing;

/* bytes.c */
void fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
void need(int good, const char *what);
uint64_t get_le(struct bytes *in, int n);
uint64_t le_at(const uint8_t *at, int n);
uint64_t get_varint(struct bytes *in);
uint32_t get_varint32(struct bytes *in);
struct bytes get_bytes(struct bytes *in, uint64_t n);
struct bytes get_string(struct bytes *in);
size_t left(struct bytes in);
int varint_size(uint64_t v);
int64_t unzigzag(uint64_t v);
uint64_t hash(struct bytes in, uint64_t seed);
void *take_memory(uint64_t n, size_t size);
void get_packed(struct bytes *in, unsigned w, uint32_t values[128]);
void get_patched(struct bytes *in, uint32_t values[128]);
void get_elias_fano(struct bytes *in, uint64_t n, uint64_t last, uint64_t *out);
int compare_paths(const char *a, const char *b);
/* Output. */
void put_text(const char *text);
void put_number(uint64_t v);
void put_hex(uint64_t v);
void put_escaped(struct bytes in);
void put_flush(void);

/* store.c */
extern const char *const stream_names[NSTREAMS];
extern int heeds_sums;
void open_store(const char *folder);
/* The value of a name in `meta`, and of a number if it is not negative, without
 * its checksum; 0 if there is none. */
int find_meta(const char *name, int64_t number, struct bytes *value);
void read_segment_values(struct segment *seg);
void check_totals(const struct segment *segments, uint32_t nsegments);

/* streams.c: a chunk's rest from an address that must be where the stream was
 * left; done() says what was used of it. */
struct bytes at_address(struct segment *seg, int stream, uint64_t address);
void done(struct segment *seg, int stream, uint64_t address, uint64_t length);
void must_end(struct segment *seg, int stream);
const uint8_t *at_slot(const struct segment *seg, int stream, unsigned size,
		       uint64_t slot);
void check_slots(const struct segment *seg, int stream, unsigned size,
		 uint64_t n);

/* documents.c */
void read_documents(struct segment *seg);
int is_deleted(const struct segment *seg, uint32_t doc);
void print_documents(const struct segment *seg);
void read_line_maps(struct segment *seg);

/* postings.c */
struct postings {
	uint32_t df;
	uint64_t cf;
	uint32_t *docs, *freqs, *positions;
	size_t docs_room, positions_room;
};
void make_room(struct postings *p, uint32_t df, uint64_t cf);
void read_list(struct bytes *in, struct postings *p, int64_t first_base,
	       int is_inline);
void read_blocks(struct segment *seg, uint64_t docs_at, uint64_t slot,
		 struct postings *p);

/* dictionary.c */
void read_dictionary(struct segment *seg);
#endif
