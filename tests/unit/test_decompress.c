/* Compressed streams: places in them, the limit, use after an error. */
#include "support.h"

#include <errno.h>
#include <unistd.h>
#include <zlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/os.h"
#include "base/tree/decompress.h"

enum { TEXT_BYTES = 300000, PART_BYTES = 70000 };

struct packed {
	uint8_t *text;
	int fd;
	uint64_t size;
	struct decompressor d;
};

static void put_member(int fd, const uint8_t *text, size_t len)
{
	z_stream z = { .next_in = (z_const Bytef *)text,
		       .avail_in = (uInt)len };
	uint8_t *out = scout_malloc(MEM_OTHER, len + 1000);

	assert_non_null(out);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = out;
	z.avail_out = (uInt)len + 1000;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(os_write_full(fd, out, z.total_out), 0);
	deflateEnd(&z);
	scout_free(out);
}

static int setup(void **state)
{
	struct packed *p = scout_calloc(MEM_OTHER, 1, sizeof(*p));
	struct os_stat st;
	size_t i;

	assert_non_null(p);
	p->text = scout_malloc(MEM_OTHER, TEXT_BYTES);
	assert_non_null(p->text);
	for (i = 0; i < TEXT_BYTES; i++)
		p->text[i] = (uint8_t)("abcdefgh\n"[i % 9] + (i / 1000) % 3);
	p->fd = os_tmpfile("/tmp");
	assert_true(p->fd >= 0);
	for (i = 0; i < TEXT_BYTES; i += PART_BYTES)
		put_member(p->fd, p->text + i, TEXT_BYTES - i < PART_BYTES ?
						       TEXT_BYTES - i :
						       PART_BYTES);
	assert_int_equal(os_stat_fd(p->fd, &st), 0);
	p->size = st.size;
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct packed *p = *state;

	decompress_release(&p->d);
	close(p->fd);
	scout_free(p->text);
	scout_free(p);
	return 0;
}

static void check_place(struct packed *p, uint64_t offset, size_t len)
{
	uint8_t got[5000];
	size_t n, left = offset < TEXT_BYTES ? TEXT_BYTES - (size_t)offset : 0;

	assert_int_equal(decompress_seek(&p->d, offset), 0);
	assert_int_equal(decompress_read(&p->d, got, len, &n), 0);
	assert_int_equal(n, len < left ? len : left);
	if (n)
		assert_memory_equal(got, p->text + offset, n);
}

static void test_places(void **state)
{
	static const uint64_t offsets[] = { 0, 10, 69990, 70000, 5, 299999,
					    300000, 400000, 139999, 140000 };
	struct packed *p = *state;
	size_t i;

	assert_int_equal(decompress_open(&p->d, PACKING_GZIP, p->fd, p->size),
			 0);
	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		check_place(p, offsets[i], i % 2 ? 5000 : 17);
}

/* The limit counts what comes out; the object goes on with the next file. */
static void test_limit(void **state)
{
	struct packed *p = *state;
	uint8_t *got = scout_malloc(MEM_OTHER, TEXT_BYTES);
	size_t n;

	assert_non_null(got);
	assert_int_equal(decompress_open(&p->d, PACKING_GZIP, p->fd, p->size),
			 0);
	assert_true(p->d.most_bytes == UNPACKED_FREE_BYTES);
	p->d.most_bytes = TEXT_BYTES - 1;
	assert_int_equal(decompress_read(&p->d, got, TEXT_BYTES, &n),
			 -REASON_EXPANDS);
	assert_int_equal(decompress_open(&p->d, PACKING_ZSTD, p->fd, p->size),
			 0);
	assert_int_equal(decompress_read(&p->d, got, 10, &n),
			 -REASON_NOT_PACKED);
	assert_int_equal(decompress_open(&p->d, PACKING_GZIP, p->fd, p->size),
			 0);
	p->d.most_bytes = TEXT_BYTES;
	assert_int_equal(decompress_read(&p->d, got, TEXT_BYTES, &n), 0);
	assert_int_equal(n, TEXT_BYTES);
	assert_memory_equal(got, p->text, TEXT_BYTES);
	scout_free(got);
	assert_int_equal(decompress_open(&p->d, PACKING_GZIP, p->fd,
					 (uint64_t)UNPACKED_FREE_BYTES), 0);
	assert_true(p->d.most_bytes ==
		    (uint64_t)UNPACKED_FREE_BYTES * UNPACKED_MOST_TIMES);
}

static void test_no_memory(void **state)
{
	struct packed *p = *state;
	unsigned i;
	int rc = -ENOMEM;

	for (i = 1; rc == -ENOMEM; i++) {
		uint8_t byte;
		size_t n;

		decompress_release(&p->d);
		scout_mem_fail_at(i);
		rc = decompress_open(&p->d, PACKING_GZIP, p->fd, p->size);
		if (!rc)
			rc = decompress_read(&p->d, &byte, 1, &n);
		scout_mem_fail_at(0);
	}
	assert_int_equal(rc, 0);
	assert_true(i > 4);
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(packing_of("a/b.log.gz"), PACKING_GZIP);
	assert_int_equal(packing_of("x.tgz"), PACKING_GZIP);
	assert_int_equal(packing_of("x.zst"), PACKING_ZSTD);
	assert_int_equal(packing_of("x.zstd"), PACKING_ZSTD);
	assert_int_equal(packing_of("x.gz.txt"), PACKING_NONE);
	assert_int_equal(packing_of("x.GZ"), PACKING_NONE);
	assert_int_equal(packing_of("a.gz/x"), PACKING_NONE);
	assert_int_equal(packing_of("gz"), PACKING_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_places, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup,
						teardown),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
