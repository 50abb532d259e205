/* Reading files as text: encodings, windows, what is no text. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tree/read.h"

struct place {
	char dir[TEMP_DIR_MAX];
	int fd;
	struct file_reader reader;
};

static int setup(void **state)
{
	static struct place p;

	temp_dir_make(p.dir);
	p.fd = open(p.dir, O_RDONLY | O_DIRECTORY);
	file_reader_init(&p.reader, MEM_READ, 0);
	*state = &p;
	return p.fd < 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	file_reader_release(&p->reader);
	close(p->fd);
	temp_dir_remove(p->dir);
	return scout_mem_current(MEM_READ) != 0;
}

static struct span read_whole(struct place *p, struct span bytes)
{
	struct span window;
	size_t i;

	write_file(p->dir, "f", bytes);
	p->reader.window_bytes = 0;
	assert_int_equal(file_reader_open(&p->reader, p->fd, "f", false, NULL),
			 SCOUT_OK);
	assert_true(p->reader.at_end);
	assert_true(span_eq(file_reader_new_bytes(&p->reader), bytes));
	window = file_reader_window(&p->reader);
	for (i = 0; i < READ_PADDING; i++)
		assert_int_equal(window.ptr[window.len + i], 0);
	return window;
}

struct text_row {
	const char *bytes;
	size_t len;
	const char *text;
	enum text_encoding encoding;
};

#define ROW(bytes, text, encoding) { bytes, sizeof(bytes) - 1, text, encoding }

static const struct text_row text_rows[] = {
	ROW("", "", TEXT_UTF8),
	ROW("plain\n", "plain\n", TEXT_UTF8),
	ROW("\xef\xbb\xbfx", "x", TEXT_UTF8_BOM),
	ROW("\xef\xbb\xbf", "", TEXT_UTF8_BOM),
	ROW("\xef\xbb", "\xef\xbb", TEXT_UTF8),
	ROW("x\xef\xbb\xbf", "x\xef\xbb\xbf", TEXT_UTF8),
	ROW("\xff\xfe", "", TEXT_UTF16_LE),
	ROW("\xfe\xff", "", TEXT_UTF16_BE),
	ROW("\xff", "\xff", TEXT_UTF8),
	ROW("\xff\xfe" "a\0\n\0", "a\n", TEXT_UTF16_LE),
	ROW("\xfe\xff" "\0a\0\n", "a\n", TEXT_UTF16_BE),
	/* two, three and four bytes of UTF-8 */
	ROW("\xff\xfe\xe9\0\xac\x20\x3d\xd8\x00\xde",
	    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", TEXT_UTF16_LE),
	ROW("\xfe\xff\0\xe9\x20\xac\xd8\x3d\xde\x00",
	    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", TEXT_UTF16_BE),
	/* a high surrogate alone, a low one alone, both the wrong way round */
	ROW("\xfe\xff\xd8\x3d\0a", "\xef\xbf\xbd" "a", TEXT_UTF16_BE),
	ROW("\xfe\xff\xde\x00\0a", "\xef\xbf\xbd" "a", TEXT_UTF16_BE),
	ROW("\xfe\xff\xde\x00\xd8\x3d\0a", "\xef\xbf\xbd\xef\xbf\xbd" "a",
	    TEXT_UTF16_BE),
	ROW("\xfe\xff\xd8\x3d\xd8\x3d\xde\x00",
	    "\xef\xbf\xbd\xf0\x9f\x98\x80", TEXT_UTF16_BE),
	/* the first and last of both halves */
	ROW("\xfe\xff\xd8\x00\xdc\x00\xdb\xff\xdf\xff",
	    "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", TEXT_UTF16_BE),
	ROW("\xfe\xff\xdc\x00\xdf\xff\xdb\xff\xe0\x00\xd7\xff",
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xee\x80\x80\xed\x9f\xbf",
	    TEXT_UTF16_BE),
	/* the file ends in a pair, and in a unit */
	ROW("\xfe\xff\0a\xd8\x3d", "a\xef\xbf\xbd", TEXT_UTF16_BE),
	ROW("\xfe\xff\0a\xd8\x3d\xde", "a\xef\xbf\xbd\xef\xbf\xbd",
	    TEXT_UTF16_BE),
	ROW("\xfe\xff\0a\0", "a\xef\xbf\xbd", TEXT_UTF16_BE),
	/* no byte-order mark inside the text */
	ROW("\xfe\xff\xfe\xff", "\xef\xbb\xbf", TEXT_UTF16_BE),
};

static void test_encodings(void **state)
{
	struct place *p = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(text_rows); i++) {
		const struct text_row *r = &text_rows[i];
		struct span got = read_whole(p, span_of(r->bytes, r->len));

		if (!span_eq(got, span_str(r->text)) ||
		    p->reader.encoding != r->encoding)
			fail_msg("row %zu", i);
		assert_false(p->reader.is_binary);
	}
}

/* Random text in one of the encodings: lone surrogates, odd ends. */
static void random_bytes(struct rng *r, struct buf *out)
{
	static const char *const marks[] = { "", "\xef\xbb\xbf", "\xff\xfe",
					     "\xfe\xff" };
	unsigned encoding = rng_below(r, 4), unit;
	size_t n = rng_below(r, 3000), i;

	buf_clear(out);
	buf_put_str(out, marks[encoding]);
	for (i = 0; i < n; i++) {
		unit = rng_below(r, 3) ? 1 + rng_below(r, 0x7f) :
					 1 + rng_below(r, 0xffff);
		if (!rng_below(r, 6))
			unit = 0xd800 + rng_below(r, 0x800);
		if (encoding < 2)
			buf_put_u8(out, (uint8_t)unit);
		else if (encoding == 2)
			buf_put_le16(out, (uint16_t)unit);
		else
			buf_put_le16(out, (uint16_t)(unit << 8 | unit >> 8));
	}
	if (!rng_below(r, 3))
		buf_put_u8(out, 'x');
}

/* Reads in windows, keeping a random tail each time. */
static void read_windows(struct place *p, struct rng *r, struct buf *text,
			 struct buf *raw)
{
	struct file_reader *f = &p->reader;
	struct span window, added;
	size_t kept = 0;

	buf_clear(text);
	buf_clear(raw);
	assert_int_equal(file_reader_open(f, p->fd, "f", false, NULL),
			 SCOUT_OK);
	for (;;) {
		window = file_reader_window(f);
		added = file_reader_new_bytes(f);
		assert_int_equal(f->text_offset + kept, text->len);
		buf_put(text, window.ptr + kept, window.len - kept);
		buf_put_span(raw, added);
		if (f->at_end)
			break;
		kept = rng_below(r, (uint32_t)window.len + 1);
		if (kept > 50)
			kept = rng_below(r, 50);
		assert_int_equal(file_reader_next(f, kept, NULL), SCOUT_OK);
		/* what was kept stands in front */
		assert_memory_equal(file_reader_window(f).ptr,
				    text->ptr + text->len - kept, kept);
	}
}

static void test_windows(void **state)
{
	struct buf bytes = BUF_INIT(MEM_OTHER), whole = BUF_INIT(MEM_OTHER);
	struct buf text = BUF_INIT(MEM_OTHER), raw = BUF_INIT(MEM_OTHER);
	struct place *p = *state;
	struct rng r;
	int i;

	rng_init(&r, 10);
	for (i = 0; i < 300; i++) {
		random_bytes(&r, &bytes);
		buf_clear(&whole);
		buf_put_span(&whole, read_whole(p, buf_span(&bytes)));
		p->reader.window_bytes = 4 + rng_below(&r, 200);
		read_windows(p, &r, &text, &raw);
		if (!span_eq(buf_span(&text), buf_span(&whole)))
			fail_msg("round %d", i);
		assert_true(span_eq(buf_span(&raw), buf_span(&bytes)));
	}
	buf_release(&bytes);
	buf_release(&whole);
	buf_release(&text);
	buf_release(&raw);
}

static void test_binary(void **state)
{
	static uint8_t bytes[20000];
	struct place *p = *state;

	memset(bytes, 'x', sizeof(bytes));
	bytes[8192] = 0;
	read_whole(p, span_of(bytes, sizeof(bytes)));
	assert_false(p->reader.is_binary);
	read_whole(p, span_of(bytes, 8193));
	assert_false(p->reader.is_binary);
	bytes[8191] = 0;
	read_whole(p, span_of(bytes, sizeof(bytes)));
	assert_true(p->reader.is_binary);
	read_whole(p, span_of(bytes, 8192));
	assert_true(p->reader.is_binary);
	read_whole(p, span_of(bytes, 8191));
	assert_false(p->reader.is_binary);
	/* the padding is no NUL of the text */
	read_whole(p, span_of(bytes, 1));
	assert_false(p->reader.is_binary);
	read_whole(p, span_of("\0", 1));
	assert_true(p->reader.is_binary);
	/* counted in decoded text: the mark does not count */
	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, "\xef\xbb\xbf", 3);
	bytes[3 + 8192] = 0;
	read_whole(p, span_of(bytes, sizeof(bytes)));
	assert_false(p->reader.is_binary);
	bytes[3 + 8191] = 0;
	read_whole(p, span_of(bytes, sizeof(bytes)));
	assert_true(p->reader.is_binary);
	memcpy(bytes, "\xff\xfe", 2);
	bytes[3] = 'x';
	memset(bytes + 2 + 2 * 8192, 0, 2);
	read_whole(p, span_of(bytes, sizeof(bytes)));
	assert_false(p->reader.is_binary);
	read_whole(p, span_of("\xff\xfe\0\0", 4));
	assert_true(p->reader.is_binary);
}

static int open_error(struct place *p, const char *name, bool follow)
{
	struct scout_err err = SCOUT_ERR_INIT;

	assert_int_equal(file_reader_open(&p->reader, p->fd, name, follow,
					  &err), SCOUT_E_IO);
	return err.sys;
}

static void test_no_text(void **state)
{
	struct place *p = *state;

	assert_int_equal(open_error(p, "missing", false), ENOENT);
	assert_int_equal(mkfifoat(p->fd, "fifo", 0600), 0);
	assert_int_equal(open_error(p, "fifo", false), ENXIO);
	assert_int_equal(mkdirat(p->fd, "folder", 0700), 0);
	assert_int_equal(open_error(p, "folder", false), ENXIO);
	write_file(p->dir, "target", span_str("behind"));
	assert_int_equal(symlinkat("target", p->fd, "link"), 0);
	assert_int_equal(open_error(p, "link", false), ELOOP);
	assert_int_equal(file_reader_open(&p->reader, p->fd, "link", true,
					  NULL), SCOUT_OK);
	assert_true(span_eq(file_reader_window(&p->reader),
			    span_str("behind")));
	file_reader_close(&p->reader);
	file_reader_close(&p->reader);
}

/* A file that tells no size. */
static void test_unsized(void **state)
{
	struct place *p = *state;
	struct span window;

	p->reader.window_bytes = 0;
	assert_int_equal(file_reader_open(&p->reader, AT_FDCWD,
					  "/proc/self/status", false, NULL),
			 SCOUT_OK);
	window = file_reader_window(&p->reader);
	assert_true(window.len > 100);
	assert_memory_equal(window.ptr, "Name:", 5);
	assert_true(p->reader.at_end);
}

static void test_unchanged(void **state)
{
	struct place *p = *state;
	int fd;

	read_whole(p, span_str("text"));
	assert_true(file_reader_unchanged(&p->reader));
	fd = openat(p->fd, "f", O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	assert_false(file_reader_unchanged(&p->reader));
	file_reader_close(&p->reader);
	assert_false(file_reader_unchanged(&p->reader));
}

/* Shrinks between open and the next read: what is there is read. */
static void test_shrinks(void **state)
{
	struct place *p = *state;

	write_file(p->dir, "f", span_str("0123456789"));
	p->reader.window_bytes = 4;
	assert_int_equal(file_reader_open(&p->reader, p->fd, "f", false, NULL),
			 SCOUT_OK);
	assert_false(p->reader.at_end);
	write_file(p->dir, "f", span_str("01234"));
	assert_int_equal(file_reader_next(&p->reader, 0, NULL), SCOUT_OK);
	assert_true(span_eq(file_reader_window(&p->reader), span_str("4")));
	assert_true(p->reader.at_end);
}

static void test_short_memory(void **state)
{
	struct place *p = *state;
	struct file_reader r;
	struct scout_err err;
	uint64_t n;
	int rc;

	write_file(p->dir, "f", span_str("\xff\xfe" "a\0b\0"));
	for (n = 1;; n++) {
		scout_err_clear(&err);
		file_reader_init(&r, MEM_READ, 0);
		scout_mem_fail_at(n);
		rc = file_reader_open(&r, p->fd, "f", false, &err);
		scout_mem_fail_at(0);
		file_reader_release(&r);
		if (!rc)
			break;
		assert_int_equal(rc, SCOUT_E_NOMEM);
		assert_int_equal(err.code, SCOUT_E_NOMEM);
	}
	assert_true(n > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_unsized),
		cmocka_unit_test(test_unchanged),
		cmocka_unit_test(test_shrinks),
		cmocka_unit_test(test_short_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
