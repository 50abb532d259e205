/*
 * Writing the postings of one term (format, "Postings").
 *
 * Documents are added in order with their positions; the encoder chooses the
 * form (inline, short, blocks) and leaves bytes that know no addresses yet: the
 * segment writer lays them out (segment_writer.h).  One thread at a time.
 */
#ifndef SCOUT_INDEX_FORMAT_POSTINGS_H
#define SCOUT_INDEX_FORMAT_POSTINGS_H

#include "base/buf.h"
#include "index_format/bitpack.h"
#include "index_format/dictionary.h"
#include "index_format/limits.h"

enum {
	SHORT_MAX_DOCS = DOCS_BLOCK - 1,
	SHORT_MAX_POSITIONS = 4096,
	GROUP_BLOCKS = 8,	/* position blocks in a group */
	GROUP_POSITIONS = GROUP_BLOCKS * POSITIONS_BLOCK,
	STAGED_BLOCKS = SHORT_MAX_POSITIONS / POSITIONS_BLOCK + GROUP_BLOCKS,
	SKIP_ENTRY_BYTES = 16,
	GROUP_ENTRY_BYTES = 8,
	DENSE_FREQ = 32,	/* positions a document from which ... */
};

/* ... the blocks of a position group have an absolute position each. */
static inline bool positions_are_dense(uint32_t df, uint64_t cf)
{
	return cf > (uint64_t)df * DENSE_FREQ;
}

/* Bytes of a position group before its blocks. */
static inline size_t group_head_bytes(unsigned nblocks, uint32_t df,
				      uint64_t cf)
{
	return (size_t)nblocks * (positions_are_dense(df, cf) ? 6 : 2);
}

/* An entry of the skip array, before layout (format, "Skip entries"). */
struct skip_entry {
	uint32_t last_doc;
	uint64_t addr;		/* of the block; while encoding its length */
	uint64_t ordinal;	/* positions before the block */
	uint8_t max_freq;	/* largest frequency, 255 = that or more */
	uint8_t min_norm;	/* smallest length norm (length_norm.h) */
};
void skip_entry_put(const struct skip_entry *e, uint8_t out[SKIP_ENTRY_BYTES]);
void skip_entry_get(const uint8_t in[SKIP_ENTRY_BYTES], struct skip_entry *e);

struct posting_encoder {
	/* staged: a short list so far */
	uint32_t docs[DOCS_BLOCK];
	uint32_t freqs[DOCS_BLOCK];
	unsigned ndocs;			/* staged, not yet in a block */
	uint32_t gaps[STAGED_BLOCKS * POSITIONS_BLOCK];
	unsigned ngaps;			/* staged, not yet in a group */
	/* the position before each block of staged gaps */
	term_pos starts[STAGED_BLOCKS];
	const uint8_t *norms;		/* by document, or NULL: all 0 */
	uint8_t surface;
	bool is_long;			/* blocks were begun */
	uint32_t df;
	uint64_t cf;
	uint32_t last_doc;		/* of the block before */
	bool has_last_doc;
	uint64_t block_ordinal;		/* positions before the staged docs */
	term_pos last_pos;
	struct buf doc_bytes;		/* blocks, one after the other */
	struct buf skips;		/* struct skip_entry, lengths in addr */
	struct buf group_bytes;		/* groups, one after the other */
	struct buf group_lens;		/* uint32_t each */
	/* dropped in pieces */
	uint32_t npieces, nskips_dropped, ngroups_dropped;
};

void posting_encoder_init(struct posting_encoder *e,
			  enum scout_mem_owner owner);
void posting_encoder_release(struct posting_encoder *e);

/* The length norm of every document, borrowed; without it they are 0. */
void posting_encoder_set_norms(struct posting_encoder *e,
			       const uint8_t *norms);
/* Begins a term that is spelt in that way (enum surface). */
void posting_encoder_begin(struct posting_encoder *e, uint8_t surface);
/* Begins the next document; doc ascends. */
void posting_encoder_doc(struct posting_encoder *e, doc_id doc);
/* Adds a position of that document; they ascend. */
void posting_encoder_position(struct posting_encoder *e, term_pos pos);
/*
 * The same many at a time: room for at least one gap between positions (the
 * first of a document as the difference to 0, the others to the one before);
 * posting_encoder_gaps_put then tells how many were put there, and what the last
 * position is.
 */
uint32_t *posting_encoder_room(struct posting_encoder *e, uint32_t *out_room);
static inline void posting_encoder_gaps_put(struct posting_encoder *e,
					    uint32_t n, term_pos last)
{
	e->ngaps += n;
	e->last_pos = last;
	e->freqs[e->ndocs - 1] += n;
	e->cf += n;
}
/* Adds n positions of that document. */
void posting_encoder_positions(struct posting_encoder *e, const term_pos *pos,
			       size_t n);
/*
 * A list in blocks can be taken away in pieces while it is encoded, so that it
 * is never held whole; entries of skips and group lengths stay.  The bytes are
 * borrowed until posting_encoder_drop, after which they are the caller's to
 * bring back (segment_writer_begin_long).
 */
struct list_piece {
	uint32_t nskips, ngroups;
	struct span doc_bytes, group_bytes;
};
static inline size_t posting_encoder_bytes(const struct posting_encoder *e)
{
	return e->doc_bytes.len + e->group_bytes.len;
}
/* What was not yet dropped.  SCOUT_OK or SCOUT_E_NOMEM. */
int posting_encoder_piece(const struct posting_encoder *e,
			  struct list_piece *out);
void posting_encoder_drop(struct posting_encoder *e);
/*
 * Ends the term and appends it to out in the form segment_writer_add_term
 * reads.  SCOUT_OK or SCOUT_E_NOMEM.
 */
int posting_encoder_finish(struct posting_encoder *e, struct span term,
			   struct buf *out);

/* A term as posting_encoder_finish left it. */
struct encoded_term {
	struct span term;
	uint32_t df;
	uint64_t cf;
	enum posting_kind kind;
	uint8_t surface;
	struct span bytes;	/* INLINE, SHORT */
	uint32_t npieces;	/* dropped before the end, so not below */
	uint32_t nskips, ngroups;	/* of all */
	const uint8_t *skips;	/* BLOCKS: struct skip_entry each, unaligned */
	struct span doc_bytes;
	const uint8_t *group_lens;	/* uint32_t each, unaligned; every
					 * group with absolute positions */
	struct span group_bytes;
};
/* Splits the first term off *bytes (our own memory: trusted). */
void encoded_term_next(struct span *bytes, struct encoded_term *out);

/* Reading, for posting_cursor.c: a byte-coded run of n documents; returns one
 * past it or NULL.  base: the document before, or DOC_NONE for none. */
const uint8_t *doc_run_get(const uint8_t *p, const uint8_t *end, doc_id base,
			   unsigned n, uint32_t *docs, uint32_t *freqs);
/* A packed block of 128 documents up to last_doc; the frequencies follow it. */
const uint8_t *doc_block_get(const uint8_t *p, const uint8_t *end, doc_id base,
			     doc_id last_doc, uint32_t *docs);

/* n gaps of positions: packed if they are a whole block, else in varints.  One
 * past them, or NULL. */
static inline const uint8_t *position_block_get(const uint8_t *p,
						const uint8_t *end, unsigned n,
						uint32_t *gaps)
{
	unsigned i;

	if (n == POSITIONS_BLOCK)
		return pfor_get(p, end, gaps);
	for (i = 0; i < n && p; i++)
		p = get_varint32(p, end, &gaps[i]);
	return p;
}

#endif
