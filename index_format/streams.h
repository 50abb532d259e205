/*
 * Streams: the long byte sequences of a segment, cut into chunks that are
 * values of the store (format, "Streams").
 *
 * An address is chunk << 20 | offset in the chunk.  A block never straddles a
 * chunk: what does not fit begins in the next.  Streams of fixed-width slots
 * are addressed by slot number instead.
 */
#ifndef SCOUT_INDEX_FORMAT_STREAMS_H
#define SCOUT_INDEX_FORMAT_STREAMS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum stream_id {
	STREAM_SHORT,	  /* short posting lists with their positions */
	STREAM_DOCS,	  /* blocks of documents and frequencies */
	STREAM_SKIP,	  /* slots: skip entries, position group entries */
	STREAM_POSITIONS, /* groups of position blocks */
	STREAM_LINES,	  /* line maps */
	STREAM_DOC_TABLE, /* slots: document records */
	STREAM_PATHS,	  /* path blocks */
	STREAM_PATH_INDEX, /* slots: addresses of path blocks */
	STREAM_FILTERS,	  /* groups of dictionary filters */
	STREAMS
};

/* Short lower-case name, for reports; static. */
const char *stream_name(enum stream_id id);

enum {
	CHUNK_SHIFT = 20,
	CHUNK_BYTES = (1 << CHUNK_SHIFT) - 16,	/* fills whole pages of 4096 */
	SKIP_SLOT_BYTES = 16,
	STREAM_MAX_CHUNKS = 1 << 20,	/* addresses have 40 bits */
};

/* Bytes of a slot of that stream, or 0 if it is addressed by bytes. */
unsigned stream_slot_bytes(enum stream_id id);

/* Most bytes that a block of the stream has; a reader that verifies what it
 * hands out looks no further ahead. */
size_t stream_block_max(enum stream_id id);

struct store_txn;
struct read_check;

/* What was verified of a chunk. */
struct chunk_check {
	struct span sums;
	_Atomic uint64_t good;	/* bit per range (checksum.h) */
};

/* Reads chunks in place; looks each up in the store once. */
struct stream_reader {
	struct store_txn *txn;
	uint32_t segment;
	enum stream_id id;
	uint32_t nchunks;
	struct span *chunks;	/* looked up so far; ptr NULL = not yet */
	/* set if what is read is verified, else NULL */
	struct read_check *check;
	struct chunk_check *checked;	/* of each chunk */
};

/*
 * The bytes from an address to the end of its chunk, borrowed from the
 * snapshot: at least one.  With s->check only those that were verified, which
 * hold the block at the address.  SCOUT_E_CORRUPT if the address is not in the
 * stream, or if a checksum does not fit.
 */
int stream_at(const struct stream_reader *s, uint64_t addr, struct span *out);
/* Looks up all chunks, so that threads may share what was found.
 * SCOUT_E_CORRUPT. */
int stream_look_up_all(const struct stream_reader *s);
/* The slot of that number and those after it in the same chunk (at least one
 * whole slot). */
int stream_slot(const struct stream_reader *s, uint64_t slot, struct span *out);

#endif
