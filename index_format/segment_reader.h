/*
 * Reading an index: a snapshot is a list of segments with deletions, read in
 * place from the memory map.
 *
 * Everything borrowed from a snapshot lives until snapshot_close.  Decoders
 * never read outside their bytes: damage is SCOUT_E_CORRUPT.  A snapshot and
 * what is opened on it is used by one thread at a time.
 */
#ifndef SCOUT_INDEX_FORMAT_SEGMENT_READER_H
#define SCOUT_INDEX_FORMAT_SEGMENT_READER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/span.h"
#include "base/tree/walk.h"
#include "index_format/dictionary.h"
#include "index_format/doc_table.h"
#include "index_format/limits.h"
#include "index_format/line_map.h"
#include "index_format/read_check.h"
#include "index_format/store.h"
#include "index_format/streams.h"

struct segment_meta;

struct segment_reader {
	struct index_snapshot *snapshot;
	uint32_t number;	/* segment number in the store */
	doc_id ndocs;
	uint64_t nwords;
	uint32_t dict_blocks;
	const uint8_t *deleted;	/* bit per document, or NULL: none deleted */
	const doc_id *wild_docs;	/* documents whose overlong words make
				 * the index unreliable; ascending */
	size_t nwild_docs;
	const uint8_t *touched;	/* list of touched.h, or NULL */
	size_t ntouched;
	int64_t run_started_ns;	/* wall clock; for racy times */
	struct stream_reader streams[STREAMS];
};

static inline bool segment_is_deleted(const struct segment_reader *seg,
				      doc_id doc)
{
	return seg->deleted && (seg->deleted[doc >> 3] >> (doc & 7) & 1);
}

struct index_snapshot {
	struct scout_store *store;
	struct store_txn *txn;
	struct arena arena;
	char *root;		/* folder that was indexed, absolute */
	struct walk_rules rules;
	int64_t run_started_ns;	/* wall clock: of the last run that wrote */
	struct segment_reader *segments;
	const struct segment_meta *metas;	/* of each, from the manifest */
	size_t nsegments;
	uint64_t bytes_touched;	/* index bytes decoded, for --batch */
	struct read_check *check;	/* NULL: nothing more is verified */
};

/*
 * Opens the newest generation of the index folder and begins a read
 * transaction.  SCOUT_E_NOTFOUND if there is no index, SCOUT_E_VERSION,
 * SCOUT_E_CORRUPT, SCOUT_E_IO.
 */
int snapshot_open(const char *index_dir, struct index_snapshot **out,
		  struct scout_err *err);
/*
 * The same, and from then on the checksum of everything is verified before it
 * is read first; what does not fit is SCOUT_E_CORRUPT.  Here already that all
 * dictionary blocks are there: a missing one would look like words that do not
 * occur.
 */
int snapshot_open_checked(const char *index_dir, struct index_snapshot **out,
			  struct scout_err *err);
/* Accepts NULL. */
void snapshot_close(struct index_snapshot *snapshot);

/*
 * Finds a term (kept form).  SCOUT_OK, SCOUT_E_NOTFOUND, SCOUT_E_CORRUPT.
 */
int segment_find_term(struct segment_reader *seg, struct span term,
		      struct term_info *out, struct scout_err *err);

/* For readers of the dictionary: whether a key is that of one of the segment's
 * blocks, and a block, verified if that was asked for.  SCOUT_E_CORRUPT. */
bool segment_has_key(const struct segment_reader *seg, struct span key);
int segment_open_block(const struct segment_reader *seg, struct span key,
		       struct span value, struct dict_block *out);

/*
 * Prepares a segment for being read by several threads, as far as posting lists
 * go (but for positions) and the records of documents: each of them reads through
 * a copy of its own, which is borrowed, and may be made by any thread.  Dictionary
 * blocks have to be found before.  SCOUT_E_CORRUPT.
 */
int segment_share(struct segment_reader *seg);
struct segment_copy {
	struct segment_reader reader;
	struct index_snapshot snapshot;	/* counts the bytes touched */
};
void segment_copy_init(struct segment_copy *copy,
		       const struct segment_reader *seg);

/* Walks terms in bytewise order. */
struct term_iter {
	struct segment_reader *seg;
	struct store_cursor *cursor;
	struct dict_block block;
	struct span term;	/* current term; valid until the next call */
	struct term_info info;	/* of the current term */
};
/* From the first term >= start.  Call term_iter_next for that.  Close it whatever
 * happened. */
int term_iter_open(struct term_iter *it, struct segment_reader *seg,
		   struct span start, struct scout_err *err);
/* SCOUT_OK with it->term and it->info, SCOUT_END, SCOUT_E_CORRUPT. */
int term_iter_next(struct term_iter *it, struct scout_err *err);
void term_iter_close(struct term_iter *it);

/*
 * The postings of one term, in document order (deleted documents included).
 */
struct posting_cursor {
	struct segment_reader *seg;
	struct term_info info;
	doc_id doc;		/* current; DOC_NONE before the first and after
				 * the last */
	uint32_t freq;		/* occurrences in the current document */
	/* private */
	bool at_end;
	uint32_t block;		/* number of the decoded block */
	uint32_t nblocks;
	uint32_t in_block;	/* documents in it */
	uint32_t index;		/* of the current document in it */
	uint64_t block_ordinal;	/* position ordinal at the block's start */
	uint32_t ordinal_index;	/* documents summed up in ordinal */
	uint64_t ordinal;	/* position ordinal at ordinal_index */
	bool has_freqs;
	const uint8_t *freq_bytes;	/* packed frequencies, decoded late */
	const uint8_t *block_end;
	const uint8_t *run;	/* byte-coded lists: start of positions */
	const uint8_t *run_end;
	const struct skip_entry_bytes *skip;
	uint32_t docs[DOCS_BLOCK + 8];
	uint32_t freqs[DOCS_BLOCK + 8];
	/* the position group at hand: from its start to the end of the chunk */
	struct span group_bytes;
	uint64_t group;		/* its number, or UINT64_MAX: none */
	uint64_t next_block;	/* number of the block at next_block_at */
	size_t next_block_at;	/* in group_bytes */
	uint64_t pos_block;	/* number of the decoded block, or UINT64_MAX */
	uint32_t pos_values[POSITIONS_BLOCK + 8];
	term_pos *positions;	/* of the current document */
	size_t positions_cap;
};

/* Prepares a cursor before the first posting; release it whatever happened. */
int posting_cursor_init(struct posting_cursor *c, struct segment_reader *seg,
			const struct term_info *info);
void posting_cursor_release(struct posting_cursor *c);

/* Makes posting number index of the decoded block the current one; for those who
 * look at c->docs themselves (posting_pair.h). */
static inline void posting_stand(struct posting_cursor *c, uint32_t index)
{
	c->index = index;
	c->doc = c->docs[index];
	c->freq = c->has_freqs ? c->freqs[index] : 0;
}

/* Moves to the next posting: SCOUT_OK, or SCOUT_END with c->doc == DOC_NONE. */
int posting_next(struct posting_cursor *c);
/* Moves to the first posting with doc >= target (which must be >= c->doc unless
 * the cursor is fresh; staying is allowed). */
int posting_seek(struct posting_cursor *c, doc_id target);
/* Frequency of the current document, also in c->freq. */
int posting_freq(struct posting_cursor *c, uint32_t *out);
/* What the documents of a block of postings have at most and at least. */
struct posting_bound {
	doc_id last_doc;	/* of the block */
	uint32_t max_freq;	/* UINT32_MAX: not known; 0: no postings left */
	uint8_t min_norm;	/* smallest length norm (length_norm.h) */
};

/*
 * Bounds of the block that has the first posting at or after doc, which is not
 * before the current document.  The cursor does not move, and no block is
 * decoded.  SCOUT_E_CORRUPT.
 */
int posting_block_bound(struct posting_cursor *c, doc_id doc,
			struct posting_bound *out);

/*
 * The positions of the current document, ascending, c->freq of them; borrowed
 * from the cursor until it moves.  SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int posting_positions(struct posting_cursor *c, const term_pos **out,
		      uint32_t *out_n);

/* Reads one document's record.  paths keeps decoded paths between calls. */
int segment_doc(struct segment_reader *seg, doc_id doc,
		struct path_cache *paths, struct doc_info *out,
		struct scout_err *err);

/* Places a line cursor on a document's line map. */
int segment_lines(struct segment_reader *seg, const struct doc_info *doc,
		  struct line_cursor *out, struct scout_err *err);

#endif
