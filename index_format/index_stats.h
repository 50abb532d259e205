/*
 * The figures of an index: what was indexed and skipped, what it cost, where
 * the bytes are.  Stored with the index (docs/index-format.md, "Statistics") and
 * shown by `scout-index build` and `scout-index stats`.
 */
#ifndef SCOUT_INDEX_FORMAT_INDEX_STATS_H
#define SCOUT_INDEX_FORMAT_INDEX_STATS_H

#include "base/buf.h"
#include "base/mem.h"
#include "base/tree/walk.h"

enum { STATS_MAX_STAGES = 16, STATS_MAX_SIZES = 24 };

struct stats_size {
	const char *name;	/* static: "dictionary", "positions", ... */
	uint64_t bytes;
};

struct index_stats {
	/* what was indexed */
	uint64_t files;			/* documents */
	uint64_t skipped[SKIP_REASONS];
	uint64_t text_bytes;		/* bytes of the files indexed */
	uint64_t lines;
	uint64_t words;			/* positions */
	uint64_t terms;			/* distinct, summed over segments */
	uint64_t postings;		/* (term, document) pairs */
	uint64_t segments;
	uint64_t deleted;		/* documents marked deleted */
	/* what it cost */
	int64_t started_ns;		/* wall clock */
	int64_t elapsed_ns;
	int64_t cpu_ns;
	uint64_t threads;
	uint64_t memory_budget_bytes;
	uint64_t runs;			/* sorted runs */
	uint64_t runs_spilled_bytes;	/* written to disk */
	int64_t stage_ns[STATS_MAX_STAGES];	/* by enum build_stage */
	uint64_t mem_peak_bytes[MEM_OWNERS];	/* as accounted, by owner */
	uint64_t mem_total_peak_bytes;
	uint64_t rss_anon_bytes;	/* at the end, as the kernel saw it */
	uint64_t rss_file_bytes;
	uint64_t rss_peak_bytes;	/* VmHWM */
	/* where the bytes are; sum is what the index takes on disk */
	struct stats_size sizes[STATS_MAX_SIZES];
	unsigned nsizes;
	uint64_t index_bytes;		/* of the data file */
};

/* Bytes for the store, and back.  SCOUT_E_CORRUPT. */
void index_stats_encode(const struct index_stats *stats, struct buf *out);
int index_stats_decode(struct span bytes, struct index_stats *out);

#endif
