/*
 * Answers on their way to the sink.
 *
 * Worker threads fill a batch of answers; the calling thread hands them to the
 * sink in path order.  One that turns out too large to hold (a file of many hit
 * lines) is given up, and made anew on the calling thread, which hands it over
 * piece by piece.
 */
#ifndef SCOUT_QUERY_VERIFY_ANSWERS_H
#define SCOUT_QUERY_VERIFY_ANSWERS_H

#include "base/buf.h"
#include "query/sink.h"

enum {
	ANSWER_FLUSH_BYTES = 1 << 20,
	ANSWER_HELD_BYTES = 2 << 20,	/* of one file */
};

/* What became of one file. */
struct file_answer {
	struct span path;	/* borrowed from the candidate */
	uint64_t size_bytes;
	uint64_t nlines, nmatches;
	bool matches;
	bool changed;
	bool is_deferred;	/* too large for a worker: still to be done */
	size_t item;		/* which candidate; the caller's */
	size_t first_line, nlines_held;
	size_t message;		/* offset in texts plus 1; 0: none */
	int64_t mtime_ns;
	bool is_ranked;
	double score;
	size_t facts;		/* index in facts plus 1; 0: none */
};

struct line_answer {
	uint64_t number, offset;
	size_t text, text_len;	/* in texts */
	size_t first_match, nmatches;
	bool is_context;
	bool breaks;		/* a gap before it */
};

/* Work done, summed up when a batch is handed over. */
struct answer_counts {
	uint64_t searched_files, bytes_read;
	uint64_t changed_files, gone_files, unreadable_files;
	uint64_t truncated_files;
};

struct answers {
	struct buf files;	/* struct file_answer */
	struct buf lines;	/* struct line_answer */
	struct buf matches;	/* struct scout_submatch */
	struct buf texts;
	struct buf facts;	/* uint32_t (rank.h) */
	struct answer_counts counts;
	struct emitter *stream;	/* to hand over at once, or NULL */
};

void answers_init(struct answers *a);
void answers_release(struct answers *a);
void answers_clear(struct answers *a);

/* All files of a batch, and how many. */
const struct file_answer *answers_files(const struct answers *a,
					size_t *out_n);
/* The file at work: the last one begun. */
struct file_answer *answers_file(struct answers *a);
/* Begins a file.  NULL when memory is short. */
struct file_answer *answers_begin_file(struct answers *a, struct span path);
/* Adds a line to it; its submatches follow.  SCOUT_E_LIMIT if the file's answer
 * becomes too large to hold, SCOUT_E_NOMEM, or what the sink returned. */
int answers_put_line(struct answers *a, const struct line_answer *line,
		     struct span text);
int answers_put_match(struct answers *a, const struct scout_submatch *m);
/* Room for n facts about it, to be filled in at once.  NULL when memory is
 * short. */
uint32_t *answers_put_facts(struct answers *a, size_t n);
/* Remembers a message about it. */
int answers_put_message(struct answers *a, const char *text);
/*
 * Takes all lines of the file back, and that it matches; false if some were
 * handed over already.
 */
bool answers_take_back(struct answers *a);
/* Forgets the file, of which nothing was handed over. */
void answers_drop_file(struct answers *a);

/* Hands answers to a sink and counts them; calling thread only. */
struct emitter {
	const struct scout_sink *sink;
	struct scout_query_stats *stats;
	bool with_counts;	/* counts are known when a file begins */
	bool stop_at_first;
	bool stopped;		/* enough: not an error */
	int failed;		/* what the sink returned, if negative */
	/* the file being handed over piece by piece */
	bool is_open;
	struct scout_file open;
};

/* Hands over one file, or what is left of it.  Returns what the sink returned,
 * as emitter_flush does. */
int emitter_put(struct emitter *e, const struct answers *a,
		const struct file_answer *f);
/* Hands over the lines so far of the file at work (a->stream is e), and
 * forgets them. */
int emitter_flush(struct emitter *e, struct answers *a);
/* Adds the counts of a batch to the statistics. */
void emitter_count(struct emitter *e, const struct answers *a);

#endif
