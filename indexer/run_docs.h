/*
 * What is known of the documents that a worker read, written beside its runs:
 * a record and line records for each, in the order of the walk.
 *
 * One thread at a time.
 */
#ifndef SCOUT_INDEXER_RUN_DOCS_H
#define SCOUT_INDEXER_RUN_DOCS_H

#include "index_format/doc_table.h"
#include "indexer/sorted_run.h"

/* The documents of one source; they lie in a file from its beginning. */
struct run_docs {
	struct run_file file;
	struct buf pending;	/* not yet written */
};

#define RUN_DOCS_INIT { { -1, NULL, 0 }, BUF_INIT(MEM_RUNS) }

void run_docs_release(struct run_docs *docs);
/* Adds the next document: file is its number in the walk's list, and ascends.
 * SCOUT_E_NOMEM, SCOUT_E_IO. */
int run_docs_add(struct run_docs *docs, const char *dir, uint32_t file,
		 const struct doc_info *doc, struct span line_records,
		 struct scout_err *err);
/* Writes what is left: it can be read then. */
int run_docs_finish(struct run_docs *docs, const char *dir,
		    struct scout_err *err);

/* Reads them in order. */
struct run_doc_reader {
	const struct run_docs *docs;
	uint64_t offset;	/* of the next bytes to read */
	struct buf bytes;
	size_t pos;
	uint32_t file;		/* current: number in the walk's list */
	struct doc_info doc;	/* without path */
	struct span line_records;
};
void run_doc_reader_init(struct run_doc_reader *r, const struct run_docs *docs);
void run_doc_reader_release(struct run_doc_reader *r);
/* SCOUT_OK or SCOUT_END; errors as usual. */
int run_doc_next(struct run_doc_reader *r, struct scout_err *err);

#endif
