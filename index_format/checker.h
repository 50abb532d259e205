/*
 * What the parts of a check share: where they read, what they have found out of
 * every segment so far, and how they report a problem.
 *
 * A part returns a negative status only if the check cannot go on (no memory);
 * damage is reported and the next thing looked at.
 */
#ifndef SCOUT_INDEX_FORMAT_CHECKER_H
#define SCOUT_INDEX_FORMAT_CHECKER_H

#include "base/arena.h"
#include "index_format/check.h"
#include "index_format/limits.h"
#include "index_format/manifest.h"
#include "index_format/store.h"
#include "index_format/streams.h"

/*
 * Where the next block of a stream has to begin: the blocks of a stream follow
 * each other without a gap, in the order of what refers to them.  Unknown after
 * damage; then any address is taken.
 */
struct check_layout {
	uint64_t next;
	bool is_lost;
};

struct checked_segment {
	const struct segment_meta *meta;
	struct stream_reader streams[STREAMS];
	struct check_layout layout[STREAMS];
	/* chunks */
	uint32_t chunks_found[STREAMS];
	uint64_t bytes_found[STREAMS];
	/* documents */
	uint32_t *nwords;	/* of each; 0 for a damaged record */
	uint64_t *first_word;	/* words of the documents before it */
	uint64_t total_words;
	bool docs_damaged;
	/* terms */
	uint32_t blocks_found;
	uint64_t dict_bytes_found;
	uint64_t dict_keys_found;	/* as in the manifest */
	uint64_t terms_found;
	uint64_t postings_found;
	bool terms_damaged;
	uint8_t last_term[TERM_MAX_BYTES];
	unsigned last_term_len;
};

struct checker {
	struct check_options options;
	check_report_fn report;
	void *report_ctx;
	struct check_counts *counts;
	struct scout_store *store;
	struct store_txn *txn;
	struct arena arena;	/* manifest, segments, chunk lists */
	struct manifest manifest;
	struct checked_segment *segments;	/* as in the manifest */
	uint32_t last_segment;	/* index of the one looked up last */
	int failed;	/* SCOUT_E_NOMEM where it looked like damage */
};

/* Reports a problem of the whole index. */
void checker_problem(struct checker *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Reports one of a segment, of a document in it, or of a term in it. */
void checker_segment_problem(struct checker *c,
			     const struct checked_segment *seg,
			     const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void checker_doc_problem(struct checker *c, const struct checked_segment *seg,
			 doc_id doc, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void checker_term_problem(struct checker *c, const struct checked_segment *seg,
			  struct span term, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The segment of that number, or NULL if the manifest names none. */
struct checked_segment *checker_segment(struct checker *c, uint32_t number);

/*
 * Calls fn for every value of a database.  Keys that do not ascend, or that the
 * store cannot read, are a problem and end it.  A negative result of fn is
 * returned.
 */
int checker_each_value(struct checker *c, enum store_db db, const char *what,
		       int (*fn)(struct checker *c, struct span key,
				 struct span value));

/* Whether a block of the stream may begin at addr. */
static inline bool check_layout_fits(const struct check_layout *l,
				     uint64_t addr)
{
	return l->is_lost || l->next == addr;
}

/* Notes a block of len bytes at addr; of a stream addressed by bytes. */
void check_layout_advance(struct checked_segment *seg, enum stream_id id,
			  uint64_t addr, size_t len);
/* Reports bytes after the last block of a stream. */
void check_layout_end(struct checker *c, const struct checked_segment *seg,
		      enum stream_id id);

#endif
