/*
 * Sorted runs: what a worker's accumulator held when its budget was used up,
 * written to an unnamed file in the index folder; or several of them in one.
 *
 * A run has terms in bytewise order, with an index point every few dozen
 * kilobytes so that ranges of terms can be read apart (run_reader.h).  The
 * postings of a term are chunks; documents ascend from chunk to chunk, and each
 * chunk can be read by itself, so that runs of one source are merged by copying
 * chunks.  Private to one build: the layout is no part of the index format.
 *
 * A run is written by one thread; once written, any number read it.
 */
#ifndef SCOUT_INDEXER_SORTED_RUN_H
#define SCOUT_INDEXER_SORTED_RUN_H

#include "indexer/accumulator.h"

enum { RUN_POINT_BYTES = 16384 };	/* between two index points */

/* A file that is appended to. */
struct run_file {
	int fd;			/* -1: none yet */
	const char *dir;	/* where it is, for messages; borrowed */
	uint64_t bytes;
};

/* Makes the file if there is none yet; dir is borrowed while it is used. */
int run_file_open(struct run_file *file, const char *dir,
		  struct scout_err *err);
int run_file_append(struct run_file *file, struct span bytes,
		    struct scout_err *err);
/* Empties it; runs in it are gone. */
int run_file_clear(struct run_file *file, struct scout_err *err);
void run_file_close(struct run_file *file);
/* Reads exactly len bytes of a file of runs; any thread. */
int run_file_read(int fd, void *ptr, size_t len, uint64_t offset,
		  struct scout_err *err);

/* A place where a term is stored whole. */
struct run_point {
	uint64_t offset;	/* in the file */
	uint32_t text;		/* in point_text */
	uint32_t len;
};

struct sorted_run {
	int fd;			/* borrowed from the run_file */
	/* runs of one source have files of their own, and they ascend from run
	 * to run (the last may go on in the next) */
	unsigned source;
	uint64_t offset, bytes;
	uint32_t point_bytes;	/* between two points, about */
	struct run_point *points;
	size_t npoints, points_cap;
	struct buf point_text;
};

/* Accepts a zeroed run. */
void sorted_run_release(struct sorted_run *run);

/* Appends a run to a file, term by term. */
struct run_writer {
	struct run_file *file;
	struct sorted_run *run;
	struct buf out;
	uint8_t term[TERM_MAX_BYTES];
	size_t term_len;
	uint64_t next_point;
};

/* out is released with sorted_run_release whatever happens. */
int run_writer_begin(struct run_writer *w, struct run_file *file,
		     unsigned source, uint32_t point_bytes,
		     struct sorted_run *out, struct scout_err *err);
/* Begins the next term; its chunks follow. */
int run_writer_term(struct run_writer *w, struct span term, uint8_t surface,
		    struct scout_err *err);
/*
 * Begins a chunk of len bytes, which follow; is_last: no other chunk of this
 * term comes.  A chunk is postings as accumulator_postings has them: the first
 * document as the difference to nothing.
 */
void run_writer_chunk(struct run_writer *w, uint64_t len, bool is_last);
int run_writer_bytes(struct run_writer *w, struct span bytes,
		     struct scout_err *err);
/* Writes what is left; the run can be read then. */
int run_writer_finish(struct run_writer *w, struct scout_err *err);
void run_writer_release(struct run_writer *w);

/* Sorts the accumulator, writes it as a new run, and clears it. */
int sorted_run_write(struct run_file *file, unsigned source,
		     struct accumulator *acc, struct sorted_run *out,
		     struct scout_err *err);

#endif
