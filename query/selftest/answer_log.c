#include "query/selftest/answer_log.h"

#include "base/hash.h"

#define NO_FILE UINT32_MAX

int answer_log_init(struct answer_log *log, size_t nquestions)
{
	size_t i;

	*log = (struct answer_log){ .nquestions = nquestions };
	log->records = scout_calloc(MEM_QUERY, nquestions,
				    sizeof(*log->records));
	log->last = scout_calloc(MEM_QUERY, nquestions, sizeof(*log->last));
	if (!log->records || !log->last)
		return SCOUT_E_NOMEM;
	for (i = 0; i < nquestions; i++)
		buf_init(&log->records[i], MEM_QUERY);
	return SCOUT_OK;
}

void answer_log_release(struct answer_log *log)
{
	size_t i;

	for (i = 0; log->records && i < log->nquestions; i++)
		buf_release(&log->records[i]);
	scout_free(log->records);
	scout_free(log->last);
	*log = (struct answer_log){ .records = NULL };
}

const struct answer_record *answer_log_get(const struct answer_log *log,
					   size_t question, size_t *out_n)
{
	*out_n = log->records[question].len / sizeof(struct answer_record);
	return (const struct answer_record *)log->records[question].ptr;
}

/* The number of a file that counts, or NO_FILE. */
static uint32_t find_file(const struct answer_log *log, struct span path)
{
	const struct file_list *l = log->list;
	size_t low = 0, high = l->nfiles;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct file_entry *f = &l->files[middle];
		int c = path_cmp(span_of(f->path, f->path_len), path);

		if (!c)
			return log->counts[middle] ? (uint32_t)middle : NO_FILE;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NO_FILE;
}

/* The record of the file at hand, made if need be; NULL: no memory. */
static struct answer_record *record_of(struct answer_log *log, size_t question)
{
	struct buf *b = &log->records[question];
	const struct answer_record fresh = { .file = log->file };
	struct answer_record *r = (struct answer_record *)b->ptr;
	size_t n = b->len / sizeof(*r);

	if (n && r[n - 1].file == log->file)
		return &r[n - 1];
	buf_put(b, &fresh, sizeof(fresh));
	log->last[question] = (struct last_span){ .line = 0 };
	return buf_status(b) < 0 ? NULL : (struct answer_record *)b->ptr + n;
}

static int begin_file(void *ctx, const struct scout_file *file)
{
	struct answer_log *log = ctx;

	log->file = find_file(log, file->path);
	return SCOUT_OK;
}

static int put_span(struct answer_log *log, uint64_t line,
		    const struct scout_submatch *m)
{
	size_t question = log->question_of[m->operand];
	struct answer_record *r = record_of(log, question);
	struct last_span *last = &log->last[question];
	const uint64_t words[3] = { line, m->start, m->end };

	if (!r)
		return SCOUT_E_NOMEM;
	if (last->line == line && last->start == m->start &&
	    last->end == m->end)
		return SCOUT_OK;
	r->nlines += last->line != line;
	r->nspans++;
	r->hash = scout_hash64_seeded(words, sizeof(words), r->hash);
	*last = (struct last_span){ line, m->start, m->end };
	return SCOUT_OK;
}

static int put_line(void *ctx, const struct scout_file *file,
		    const struct scout_line *line)
{
	struct answer_log *log = ctx;
	size_t i;
	int rc = SCOUT_OK;

	(void)file;
	if (log->file == NO_FILE)
		return SCOUT_OK;
	for (i = 0; i < line->nsubmatches && !rc; i++)
		rc = put_span(log, line->number, &line->submatches[i]);
	return rc;
}

static int end_file(void *ctx, const struct scout_file *file)
{
	(void)ctx;
	(void)file;
	return SCOUT_OK;
}

/* A file without its lines. */
static int end_counted_file(void *ctx, const struct scout_file *file)
{
	struct answer_log *log = ctx;
	struct answer_record *r;

	if (log->file == NO_FILE)
		return SCOUT_OK;
	r = record_of(log, 0);
	if (!r)
		return SCOUT_E_NOMEM;
	r->nlines = file->nlines;
	return SCOUT_OK;
}

static void pass_message(void *ctx, const char *text)
{
	const struct answer_log *log = ctx;

	if (log->message)
		log->message(log->message_ctx, text);
}

struct scout_sink answer_log_lines_sink(struct answer_log *log)
{
	return (struct scout_sink){ .ctx = log, .begin_file = begin_file,
				    .line = put_line, .end_file = end_file,
				    .message = pass_message };
}

struct scout_sink answer_log_files_sink(struct answer_log *log)
{
	return (struct scout_sink){ .ctx = log, .begin_file = begin_file,
				    .line = put_line,
				    .end_file = end_counted_file,
				    .message = pass_message };
}
