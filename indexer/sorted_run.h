/*
 * Sorted runs: what a worker's accumulator held when its budget was used up,
 * written to an unnamed file in the index folder.
 *
 * A run has a section of documents, in walk order, and a section of terms, in
 * bytewise order, with an index point every few dozen kilobytes so that ranges
 * of terms can be read apart.  Private to one build: the layout is no part of
 * the index format.
 */
#ifndef SCOUT_INDEXER_SORTED_RUN_H
#define SCOUT_INDEXER_SORTED_RUN_H

#include "indexer/accumulator.h"
#include "index_format/doc_table.h"

enum { RUN_POINT_BYTES = 65536 };	/* between two index points */

/* The file that a worker appends its runs to. */
struct run_file {
	int fd;			/* -1: none yet */
	const char *dir;	/* where it is, for messages; borrowed */
	uint64_t bytes;
};

/* A place where a term is stored whole. */
struct run_point {
	uint64_t offset;	/* in the file */
	uint32_t text;		/* in point_text */
	uint32_t len;
};

struct sorted_run {
	int fd;			/* borrowed from the run_file */
	uint64_t docs_offset, docs_bytes;
	uint64_t terms_offset, terms_bytes;
	struct run_point *points;
	size_t npoints, points_cap;
	struct buf point_text;
};

/* Appends a document's record to a run's document section. */
void run_doc_put(struct buf *docs, uint32_t file, const struct doc_info *doc,
		 struct span line_records);

/*
 * Sorts the accumulator, writes it with the documents as a new run, and clears
 * it.  out is released with sorted_run_release whatever happened.
 */
int sorted_run_write(struct run_file *file, const char *dir,
		     struct accumulator *acc, struct span docs,
		     struct sorted_run *out, struct scout_err *err);
void sorted_run_release(struct sorted_run *run);
void run_file_close(struct run_file *file);

/* Reads the document section in order. */
struct run_doc_reader {
	const struct sorted_run *run;
	uint64_t offset;	/* of the next bytes to read */
	struct buf bytes;
	size_t pos;
	uint32_t file;		/* current: number in the walk's list */
	struct doc_info doc;	/* without path */
	struct span line_records;
};
void run_doc_reader_init(struct run_doc_reader *r,
			 const struct sorted_run *run);
void run_doc_reader_release(struct run_doc_reader *r);
/* SCOUT_OK or SCOUT_END; errors as usual. */
int run_doc_next(struct run_doc_reader *r, struct scout_err *err);

/* Reads the terms of one range: start <= term < end (an end of length 0 is the
 * end of everything). */
struct run_term_reader {
	struct buf bytes;	/* the slice of the run */
	const uint8_t *p, *end;
	struct span stop;
	uint8_t term[TERM_MAX_BYTES];
	unsigned term_len;
	uint8_t surface;	/* of the current term: bits of enum surface */
	struct span postings;	/* of the current term */
};
int run_term_reader_open(struct run_term_reader *r,
			 const struct sorted_run *run, struct span start,
			 struct span stop, struct scout_err *err);
void run_term_reader_release(struct run_term_reader *r);
/* SCOUT_OK or SCOUT_END. */
int run_term_next(struct run_term_reader *r);

#endif
