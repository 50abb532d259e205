#include "tools/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "tools/json.h"

enum { READ_BYTES = 64 << 10, BATCH_MAX_REPEAT = 100000 };

struct batch {
	struct scout_index *const *indexes;
	size_t nindexes;
	const struct query_options *options;
	uint64_t repeat;
	uint64_t *times;	/* ns of each repetition */
	struct output *out;
	struct batch_totals *totals;
};

/* One run: parse and count. */
static int answer_once(struct batch *b, struct span text, uint64_t *out_count,
		       uint64_t *out_bytes, uint64_t *out_ns,
		       struct scout_err *err)
{
	struct scout_query *query = NULL;
	int64_t start = os_mono_ns();
	uint64_t count = 0, bytes = 0;
	size_t i;
	int rc;

	*out_count = *out_bytes = 0;
	rc = scout_query_new(text, b->options, &query, err);
	for (i = 0; i < b->nindexes && rc == SCOUT_OK; i++) {
		rc = scout_query_count(query, b->indexes[i], &count, &bytes,
				       err);
		*out_count += count;
		*out_bytes += bytes;
	}
	*out_ns = (uint64_t)(os_mono_ns() - start);
	scout_query_free(query);
	return rc;
}

static int cmp_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void put_field(struct output *out, const char *name, uint64_t value)
{
	output_put_str(out, ",\"");
	output_put_str(out, name);
	output_put_str(out, "\":");
	output_put_u64(out, value);
}

static void put_query(struct output *out, struct span text)
{
	output_put_str(out, "{\"query\":");
	if (json_is_utf8(text))
		json_put_string(out, text);
	else
		json_put_data(out, text);
}

static void put_error(struct output *out, const struct scout_err *err)
{
	output_put_str(out, ",\"error\":");
	json_put_lossy(out, span_str(err->msg[0] ? err->msg : "failed"));
	if (err->code == SCOUT_E_SYNTAX)
		put_field(out, "pos", err->pos);
}

static void answer(struct batch *b, struct span text)
{
	struct scout_err err = SCOUT_ERR_INIT;
	uint64_t count = 0, bytes = 0, i;
	int rc = SCOUT_OK;

	for (i = 0; i < b->repeat && rc == SCOUT_OK; i++)
		rc = answer_once(b, text, &count, &bytes, &b->times[i], &err);
	b->totals->queries++;
	put_query(b->out, text);
	if (rc < 0) {
		b->totals->errors++;
		put_error(b->out, &err);
	} else {
		b->totals->matched += count > 0;
		qsort(b->times, (size_t)b->repeat, sizeof(*b->times), cmp_u64);
		put_field(b->out, "count", count);
		put_field(b->out, "ns", b->times[b->repeat / 2]);
		put_field(b->out, "bytes", bytes);
	}
	output_put_byte(b->out, '}');
	output_end_line(b->out);
}

/* Answers the whole lines of text (and, at_end, the rest); bytes used. */
static size_t answer_lines(struct batch *b, struct span text, bool at_end)
{
	size_t used = 0;

	while (used < text.len && !b->out->failed) {
		const uint8_t *start = text.ptr + used;
		const uint8_t *end = memchr(start, '\n', text.len - used);
		size_t len = end ? (size_t)(end - start) : text.len - used;

		if (!end && !at_end)
			break;
		used += len + (end != NULL);
		if (len && start[len - 1] == '\r')
			len--;
		answer(b, span_of(start, len));
	}
	return used;
}

/* Reads more of fd into text; 0 at the end, or -errno. */
static ssize_t read_more(int fd, struct buf *text)
{
	ssize_t n;

	if (!buf_reserve(text, READ_BYTES))
		return -ENOMEM;
	do
		n = read(fd, text->ptr + text->len, READ_BYTES);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	text->len += (size_t)n;
	return n;
}

static int answer_file(struct batch *b, int fd, const char *path,
		       struct scout_err *err)
{
	struct buf text = BUF_INIT(MEM_OTHER);
	ssize_t n;

	do {
		size_t used;

		/* whoever feeds us line by line waits for the answers */
		output_flush(b->out);
		n = read_more(fd, &text);
		if (n < 0 || b->out->failed)
			break;
		used = answer_lines(b, buf_span(&text), n == 0);
		memmove(text.ptr, text.ptr + used, text.len - used);
		text.len -= used;
	} while (n > 0);
	buf_release(&text);
	if (n < 0)
		return scout_err_sys(err, (int)-n, "reading %s", path);
	return b->out->failed ? SCOUT_E_IO : SCOUT_OK;
}

int batch_run(const char *path, struct scout_index *const *indexes,
	      size_t nindexes, const struct query_options *options,
	      uint64_t repeat, struct output *out, struct batch_totals *totals,
	      struct scout_err *err)
{
	struct batch b = { .indexes = indexes, .nindexes = nindexes,
			   .options = options, .repeat = repeat, .out = out,
			   .totals = totals };
	bool is_stdin = !strcmp(path, "-");
	int fd = STDIN_FILENO, rc;

	if (b.repeat > BATCH_MAX_REPEAT)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--repeat wants at most %d",
				     BATCH_MAX_REPEAT);
	b.times = scout_calloc(MEM_OTHER, (size_t)repeat, sizeof(*b.times));
	if (!b.times)
		return scout_err_set(err, SCOUT_E_NOMEM, "batch");
	if (!is_stdin)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		rc = scout_err_sys(err, errno, "%s", path);
	else
		rc = answer_file(&b, fd, path, err);
	if (fd >= 0 && !is_stdin)
		close(fd);
	scout_free(b.times);
	return rc;
}
