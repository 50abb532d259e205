/*
 * Reading a range of a sorted run through a buffer of fixed size, term by term.
 *
 * The postings of the term that the reader stands on are handed out in pieces,
 * so a term may be larger than the buffer.  An error while reading ends the
 * reader, and run_reader_status tells it.  One thread at a time.
 */
#ifndef SCOUT_INDEXER_RUN_READER_H
#define SCOUT_INDEXER_RUN_READER_H

#include "indexer/sorted_run.h"

enum { RUN_READER_MIN_BYTES = 4096 };

struct run_reader {
	int fd;
	unsigned source;	/* of the run */
	uint64_t at, to;	/* offsets of what is to be read from the file */
	uint8_t *buf;		/* borrowed */
	size_t buf_bytes;
	const uint8_t *p, *end;	/* not yet taken, in buf */
	struct span start, stop;	/* start: empty once it was passed */
	/* current term */
	uint64_t key;		/* its first 8 bytes as a number */
	uint8_t term[TERM_MAX_BYTES];
	unsigned term_len;
	uint8_t surface;	/* bits of enum surface */
	/* its postings: a chunk goes from p to chunk_end and on in the file */
	const uint8_t *chunk_end;
	uint64_t chunk_rest;
	bool has_more_chunks;
	int sys;		/* errno of a failed read, else 0 */
};

/*
 * Stands before the first term of the range start <= term < stop (a stop of
 * length 0 is the end of everything).  start, stop and buf are borrowed; buf has
 * at least RUN_READER_MIN_BYTES.
 */
void run_reader_open(struct run_reader *r, const struct sorted_run *run,
		     struct span start, struct span stop, uint8_t *buf,
		     size_t buf_bytes);
/* To the next term, whatever was taken of this one's postings; SCOUT_END at the
 * end or after an error. */
int run_reader_next(struct run_reader *r);
/* SCOUT_OK, or why the reader came to its end. */
int run_reader_status(const struct run_reader *r, struct scout_err *err);

/* To the next chunk of the term, when this one is used up; false if there is
 * none.  The first chunk of a term is there at once. */
bool run_reader_next_chunk(struct run_reader *r);
/* Reads more of the chunk; afterwards [p, chunk_end) has VARINT_MAX64 bytes, or
 * the chunk ends there. */
void run_reader_refill(struct run_reader *r);
/* Takes a piece of the chunk; its length is 0 at the end of it. */
struct span run_reader_piece(struct run_reader *r);

/* Takes n numbers of the chunk, and returns their sum; zeros after an error. */
uint32_t run_reader_varints(struct run_reader *r, uint32_t *out, uint32_t n);

/* Whether the term of a comes before that of b. */
bool run_reader_before(const struct run_reader *a, const struct run_reader *b);

static inline struct span run_reader_term(const struct run_reader *r)
{
	return span_of(r->term, r->term_len);
}

/* Whether all of the chunk was taken. */
static inline bool run_reader_chunk_ended(const struct run_reader *r)
{
	return r->p >= r->chunk_end && !r->chunk_rest;
}

/* Takes a number of the chunk; 0 after an error. */
static inline uint64_t run_reader_varint(struct run_reader *r)
{
	uint64_t v;

	if (r->chunk_end - r->p < VARINT_MAX64 && r->chunk_rest)
		run_reader_refill(r);
	if (r->p < r->chunk_end && *r->p < 0x80)
		return *r->p++;
	r->p = get_varint64(r->p, r->chunk_end, &v);
	if (r->p)
		return v;
	SCOUT_ASSERT(r->sys);
	r->p = r->chunk_end;
	return 0;
}

#endif
