/*
 * Answers to be compared: for each question the files that match, with a count
 * and a hash of what is hit in them.  A sink fills it; one query may hold
 * several questions, told apart by their operands.
 *
 * Only files of a given list count, by their number in it.
 */
#ifndef SCOUT_QUERY_SELFTEST_ANSWER_LOG_H
#define SCOUT_QUERY_SELFTEST_ANSWER_LOG_H

#include "base/buf.h"
#include "base/tree/walk.h"
#include "query/sink.h"

struct answer_record {
	uint32_t file;		/* in the list */
	uint64_t nlines;	/* hit lines */
	uint64_t nspans;	/* submatches, each span once */
	uint64_t hash;		/* of lines and spans */
};

/* The span that was put last. */
struct last_span {
	uint64_t line;
	uint32_t start, end;
};

struct answer_log {
	/* what is compared; borrowed */
	const struct file_list *list;
	const bool *counts;	/* for each of list->files */
	const uint32_t *question_of;	/* for each operand */
	void (*message)(void *ctx, const char *text);
	void *message_ctx;
	/* for each question, struct answer_record in path order */
	struct buf *records;
	struct last_span *last;
	size_t nquestions;
	uint32_t file;		/* at hand, or UINT32_MAX: does not count */
};

/* Makes room for the answers to nquestions; what is borrowed is set by the
 * caller.  SCOUT_E_NOMEM leaves a log that release accepts. */
int answer_log_init(struct answer_log *log, size_t nquestions);
void answer_log_release(struct answer_log *log);

/* The sink of a query that gives lines (DETAIL_TEXT). */
struct scout_sink answer_log_lines_sink(struct answer_log *log);
/* The sink of a query of one question that gives files, with their counts of
 * lines or without any (DETAIL_LINES, DETAIL_FILES). */
struct scout_sink answer_log_files_sink(struct answer_log *log);

/* The records of a question, and how many. */
const struct answer_record *answer_log_get(const struct answer_log *log,
					   size_t question, size_t *out_n);

#endif
