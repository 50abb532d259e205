/* Bytes, buffers, arenas, errors, memory accounting, hashes, files. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/os.h"

static void test_span(void **state)
{
	(void)state;
	assert_true(span_cmp(span_str("a"), span_str("b")) < 0);
	assert_true(span_cmp(span_str("ab"), span_str("a")) > 0);
	assert_true(span_cmp(span_str(""), span_str("a")) < 0);
	assert_true(span_cmp(span_of(NULL, 0), span_str("")) == 0);
	/* bytes are unsigned */
	assert_true(span_cmp(span_str("\x7f"), span_str("\x80")) < 0);
	assert_true(span_eq(span_of("a\0b", 3), span_of("a\0b", 3)));
	assert_false(span_eq(span_of("a\0b", 3), span_of("a\0c", 3)));
	assert_false(span_eq(span_str("a"), span_str("ab")));
	assert_true(span_has_prefix(span_str("abc"), span_str("ab")));
	assert_true(span_has_prefix(span_str("abc"), span_of(NULL, 0)));
	assert_false(span_has_prefix(span_str("ab"), span_str("abc")));
}

static void test_integers(void **state)
{
	static const uint8_t le[] = { 0x08, 0x07, 0x06, 0x05,
				      0x04, 0x03, 0x02, 0x01 };
	uint8_t out[8];

	(void)state;
	put_le64(out, 0x0102030405060708);
	assert_memory_equal(out, le, 8);
	assert_true(get_le64(le) == 0x0102030405060708);
	put_le32(out, 0x05060708);
	assert_memory_equal(out, le, 4);
	assert_int_equal(get_le32(le), 0x05060708);
	put_le16(out, 0x0708);
	assert_memory_equal(out, le, 2);
	assert_int_equal(get_le16(le), 0x0708);
	put_be32(out, 0x08070605);
	assert_memory_equal(out, le, 4);
	assert_int_equal(get_be32(le), 0x08070605);
	assert_true(get_le32((const uint8_t *)"\xff\xff\xff\xff") == UINT32_MAX);
}

/* Every value reads back, and no prefix of it does. */
static void check_varint(uint64_t v)
{
	uint8_t bytes[VARINT_MAX64];
	size_t n = (size_t)(put_varint(bytes, v) - bytes), cut;
	uint64_t got64 = ~v;
	uint32_t got32 = ~(uint32_t)v;

	assert_int_equal(n, varint_len(v));
	assert_ptr_equal(get_varint64(bytes, bytes + n, &got64), bytes + n);
	assert_true(got64 == v);
	if (v <= UINT32_MAX) {
		assert_ptr_equal(get_varint32(bytes, bytes + n, &got32),
				 bytes + n);
		assert_true(got32 == v);
	} else {
		assert_null(get_varint32(bytes, bytes + n, &got32));
	}
	for (cut = 0; cut < n; cut++) {
		uint8_t *part = exact_copy(span_of(bytes, cut));

		assert_null(get_varint64(part, part + cut, &got64));
		assert_null(get_varint32(part, part + cut, &got32));
		scout_free(part);
	}
}

static void test_varint(void **state)
{
	uint8_t too_long[11];
	uint32_t got32;
	uint64_t got;
	unsigned i;
	struct rng r;

	(void)state;
	for (i = 0; i < 64; i++) {
		check_varint((uint64_t)1 << i);
		check_varint(((uint64_t)1 << i) - 1);
	}
	check_varint(UINT64_MAX);
	rng_init(&r, 1);
	for (i = 0; i < 1000; i++)
		check_varint(rng_next(&r) >> rng_below(&r, 64));
	memset(too_long, 0x80, sizeof(too_long));
	too_long[10] = 0;
	assert_null(get_varint64(too_long, too_long + 11, &got));
	/* the tenth byte has room for one bit */
	memset(too_long, 0xff, sizeof(too_long));
	too_long[9] = 1;
	assert_non_null(get_varint64(too_long, too_long + 10, &got));
	assert_true(got == UINT64_MAX);
	too_long[9] = 2;
	assert_null(get_varint64(too_long, too_long + 10, &got));
	assert_null(get_varint32(too_long, too_long + 10, &got32));
}

static void test_buf(void **state)
{
	static const uint8_t wanted[] = {
		'a', 'b', 'c', 7, 2, 1, 4, 3, 2, 1, 8, 7, 6, 5, 4, 3, 2, 1,
		0xac, 2, 'n', '=', '4', '2',
	};
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, MEM_OTHER);
	buf_put(&b, NULL, 0);
	assert_int_equal(b.len, 0);
	buf_put(&b, "a", 1);
	buf_put_str(&b, "b");
	buf_put_span(&b, span_str("c"));
	buf_put_u8(&b, 7);
	buf_put_le16(&b, 0x0102);
	buf_put_le32(&b, 0x01020304);
	buf_put_le64(&b, 0x0102030405060708);
	buf_put_varint(&b, 300);
	buf_printf(&b, "n=%d", 42);
	assert_int_equal(buf_status(&b), SCOUT_OK);
	assert_int_equal(b.len, sizeof(wanted));
	assert_memory_equal(b.ptr, wanted, sizeof(wanted));
	assert_string_equal(buf_cstr(&b) + 20, "n=42");
	assert_int_equal(b.len, sizeof(wanted));
	buf_clear(&b);
	assert_int_equal(buf_span(&b).len, 0);
	for (i = 0; i < 100000; i++)
		buf_put_u8(&b, (uint8_t)(i * 7));
	assert_int_equal(b.len, 100000);
	for (i = 0; i < 100000; i++)
		assert_true(b.ptr[i] == (uint8_t)(i * 7));
	buf_release(&b);
	buf_release(&b);
	assert_int_equal(scout_mem_current(MEM_OTHER), 0);
}

/* After a failed allocation nothing is put any more, until clear. */
static void test_buf_failure(void **state)
{
	struct buf b = BUF_INIT(MEM_OTHER);

	(void)state;
	buf_put_str(&b, "kept");
	scout_mem_fail_at(1);
	assert_false(buf_reserve(&b, 1000));
	scout_mem_fail_at(0);
	assert_int_equal(buf_status(&b), SCOUT_E_NOMEM);
	buf_put_str(&b, "x");
	buf_put_u8(&b, 1);
	buf_put_varint(&b, 1);
	buf_printf(&b, "x");
	assert_null(buf_cstr(&b));
	assert_int_equal(b.len, 4);
	buf_clear(&b);
	buf_put_str(&b, "new");
	assert_int_equal(buf_status(&b), SCOUT_OK);
	assert_string_equal(buf_cstr(&b), "new");
	assert_false(buf_reserve(&b, SIZE_MAX - 1));
	buf_release(&b);
}

static void test_arena(void **state)
{
	uint8_t *ptrs[200];
	struct arena a;
	size_t i, k, held;
	struct rng r;

	(void)state;
	rng_init(&r, 2);
	arena_init(&a, MEM_WALK);
	assert_non_null(arena_alloc(&a, 0));
	for (i = 0; i < 200; i++) {
		ptrs[i] = arena_alloc(&a, i * 37);
		assert_non_null(ptrs[i]);
		assert_int_equal((uintptr_t)ptrs[i] % 16, 0);
		memset(ptrs[i], (int)i, i * 37);
	}
	for (i = 0; i < 200; i++)
		for (k = 0; k < i * 37; k++)
			assert_true(ptrs[i][k] == (uint8_t)i);
	assert_true(scout_mem_current(MEM_WALK) >= a.total_bytes);
	/* the largest block stays and is enough for the same again */
	assert_non_null(arena_alloc(&a, 3 << 20));
	arena_clear(&a);
	assert_true(a.total_bytes >= 3 << 20);
	held = scout_mem_current(MEM_WALK);
	for (i = 0; i < 200; i++)
		assert_non_null(arena_alloc(&a, rng_below(&r, 8000)));
	assert_int_equal(scout_mem_current(MEM_WALK), held);
	assert_string_equal(arena_dup(&a, "abc", 2), "ab");
	assert_string_equal(arena_dup(&a, NULL, 0), "");
	assert_memory_equal(arena_calloc(&a, 3, 4), "\0\0\0\0\0\0\0\0\0\0\0", 12);
	assert_null(arena_calloc(&a, SIZE_MAX / 2, 4));
	assert_null(arena_alloc(&a, SIZE_MAX - 8));
	arena_release(&a);
	assert_int_equal(scout_mem_current(MEM_WALK), 0);
	scout_mem_fail_at(1);
	assert_null(arena_alloc(&a, 1));
	scout_mem_fail_at(0);
	arena_release(&a);
}

static void test_err(void **state)
{
	struct scout_err err = SCOUT_ERR_INIT;
	char text[1000];

	(void)state;
	assert_int_equal(scout_err_set(NULL, SCOUT_E_LIMIT, "x"), SCOUT_E_LIMIT);
	assert_int_equal(scout_err_sys(NULL, ENOENT, "x"), SCOUT_E_IO);
	assert_int_equal(scout_err_syntax(NULL, 1, 2, "x"), SCOUT_E_SYNTAX);
	assert_int_equal(scout_err_set(&err, SCOUT_E_CORRUPT, "block %d", 7),
			 SCOUT_E_CORRUPT);
	assert_string_equal(err.msg, "block 7");
	/* the first one stays, the later code is still returned */
	assert_int_equal(scout_err_set(&err, SCOUT_E_NOMEM, "later"),
			 SCOUT_E_NOMEM);
	assert_int_equal(err.code, SCOUT_E_CORRUPT);
	assert_string_equal(err.msg, "block 7");
	scout_err_clear(&err);
	assert_int_equal(err.code, SCOUT_OK);
	scout_err_sys(&err, ENOENT, "opening '%s'", "f");
	assert_int_equal(err.sys, ENOENT);
	assert_string_equal(err.msg, "opening 'f': No such file or directory");
	scout_err_clear(&err);
	assert_int_equal(scout_err_sys(NULL, ENOMEM, "x"), SCOUT_E_NOMEM);
	assert_int_equal(scout_err_sys(&err, ENOMEM, "opening '%s'", "f"),
			 SCOUT_E_NOMEM);
	assert_int_equal(err.code, SCOUT_E_NOMEM);
	assert_string_equal(err.msg, "opening 'f'");
	scout_err_clear(&err);
	scout_err_syntax(&err, 4, 2, "bad %s", "word");
	assert_int_equal(err.code, SCOUT_E_SYNTAX);
	assert_int_equal(err.pos, 4);
	assert_int_equal(err.len, 2);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	scout_err_clear(&err);
	scout_err_sys(&err, EIO, "%s", text);
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
	/* what does not fit is the text, never the reason */
	assert_non_null(strstr(err.msg, "xx...: Input/output error"));
}

static void test_mem(void **state)
{
	size_t total = scout_mem_total();
	unsigned char *p, *q;
	char *s;

	(void)state;
	p = scout_malloc(MEM_RUNS, 1000);
	assert_int_equal(scout_mem_current(MEM_RUNS), 1000);
	q = scout_calloc(MEM_RUNS, 10, 50);
	assert_int_equal(q[499], 0);
	assert_int_equal(scout_mem_current(MEM_RUNS), 1500);
	assert_int_equal(scout_mem_total(), total + 1500);
	p[999] = 42;
	p = scout_realloc(MEM_RUNS, p, 3000);
	assert_int_equal(p[999], 42);
	assert_int_equal(scout_mem_current(MEM_RUNS), 3500);
	p = scout_realloc(MEM_RUNS, p, 10);
	assert_int_equal(scout_mem_current(MEM_RUNS), 510);
	assert_int_equal(scout_mem_peak(MEM_RUNS), 3500);
	assert_true(scout_mem_total_peak() >= total + 3500);
	scout_free(p);
	scout_free(q);
	scout_free(NULL);
	assert_int_equal(scout_mem_current(MEM_RUNS), 0);
	scout_mem_note(MEM_RUNS, 100);
	scout_mem_note(MEM_RUNS, -100);
	assert_int_equal(scout_mem_current(MEM_RUNS), 0);
	p = scout_malloc(MEM_OTHER, 0);
	assert_non_null(p);
	scout_free(p);
	assert_null(scout_malloc(MEM_OTHER, SIZE_MAX));
	assert_null(scout_calloc(MEM_OTHER, SIZE_MAX / 2, 4));
	s = scout_strdup(MEM_OTHER, "text");
	assert_string_equal(s, "text");
	scout_free(s);
	p = scout_map(MEM_RUNS, 1 << 20);
	assert_int_equal(p[(1 << 20) - 1], 0);
	assert_int_equal(scout_mem_current(MEM_RUNS), 1 << 20);
	scout_unmap(MEM_RUNS, p, 1 << 20);
	p = scout_reserve(1 << 20);
	p[5000] = 1;
	scout_reserve_reset(p, 1 << 20);
	assert_int_equal(p[5000], 0);
	scout_unreserve(p, 1 << 20);
	assert_int_equal(scout_mem_total(), total);
	assert_string_equal(scout_mem_owner_name(MEM_QUERY), "query");
}

static void test_mem_fail_at(void **state)
{
	uint64_t calls = scout_mem_calls();
	char *p, *q;

	(void)state;
	scout_mem_fail_at(2);
	p = scout_malloc(MEM_OTHER, 1);
	assert_non_null(p);
	q = scout_realloc(MEM_OTHER, p, 100);
	assert_null(q);
	p[0] = 'x';	/* the old block stays */
	q = scout_strdup(MEM_OTHER, "only one fails");
	assert_non_null(q);
	assert_int_equal(scout_mem_calls(), calls + 3);
	scout_free(p);
	scout_free(q);
	scout_mem_fail_at(1);
	assert_null(scout_map(MEM_OTHER, 4096));
	scout_mem_fail_at(1);
	assert_null(scout_calloc(MEM_OTHER, 1, 1));
	scout_mem_fail_at(0);
	assert_int_equal(scout_mem_current(MEM_OTHER), 0);
}

static void test_hash(void **state)
{
	uint8_t bytes[5000];
	struct hash_stream *h = hash_stream_new();
	struct hash128 whole, d;
	size_t at, n;
	struct rng r;

	(void)state;
	assert_true(scout_hash64("", 0) == 0x2d06800538d394c2);
	assert_true(scout_hash64_seeded("abc", 3, 0) ==
		    scout_hash64("abc", 3));
	assert_true(scout_hash64_seeded("abc", 3, 1) !=
		    scout_hash64("abc", 3));
	whole = scout_hash128("", 0);
	assert_true(whole.hi == 0x99aa06d3014798d8 &&
		    whole.lo == 0x6001c324468d497f);
	rng_init(&r, 3);
	for (at = 0; at < sizeof(bytes); at++)
		bytes[at] = (uint8_t)rng_next(&r);
	whole = scout_hash128(bytes, sizeof(bytes));
	assert_non_null(h);
	hash_stream_update(h, "forgotten", 9);
	hash_stream_reset(h);
	for (at = 0; at < sizeof(bytes); at += n) {
		n = rng_below(&r, 400);
		if (n > sizeof(bytes) - at)
			n = sizeof(bytes) - at;
		hash_stream_update(h, bytes + at, n);
	}
	d = hash_stream_digest(h);
	assert_true(d.lo == whole.lo && d.hi == whole.hi);
	hash_stream_free(h);
	hash_stream_free(NULL);
}

static void test_files(void **state)
{
	char dir[TEMP_DIR_MAX], sub[TEMP_DIR_MAX + 8];
	struct os_stat st;
	uint8_t *bytes, part[8];
	size_t len;
	int fd, file;

	(void)state;
	temp_dir_make(dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(os_replace_file(fd, "f", "one", 3), 0);
	assert_int_equal(os_replace_file(fd, "f", "second", 6), 0);
	assert_int_equal(faccessat(fd, "f.tmp", F_OK, 0), -1);
	assert_int_equal(os_read_file(fd, "f", 6, &bytes, &len), 0);
	assert_int_equal(len, 6);
	assert_string_equal((char *)bytes, "second");
	scout_free(bytes);
	assert_int_equal(os_read_file(fd, "f", 5, &bytes, &len), -EFBIG);
	assert_int_equal(os_read_file(fd, "g", 5, &bytes, &len), -ENOENT);
	assert_int_equal(os_stat_at(fd, "f", false, &st), 0);
	assert_int_equal(st.size, 6);
	file = openat(fd, "f", O_RDONLY);
	assert_int_equal(os_pread_full(file, part, 8, 2, &len), 0);
	assert_int_equal(len, 4);
	assert_memory_equal(part, "cond", 4);
	close(file);
	file = os_tmpfile(dir);
	assert_true(file >= 0);
	assert_int_equal(os_write_full(file, "x", 1), 0);
	close(file);
	snprintf(sub, sizeof(sub), "%s/sub", dir);
	assert_int_equal(os_mkdir(sub, 0700), 0);
	assert_int_equal(os_mkdir(sub, 0700), 0);
	write_file(sub, "a", span_str(""));
	assert_int_equal(os_remove_dir(sub), 0);
	assert_int_equal(os_remove_dir(sub), 0);
	assert_true(os_free_bytes(dir) > 0);
	close(fd);
	temp_dir_remove(dir);
	assert_int_equal(access(dir, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_varint),
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_buf_failure),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_err),
		cmocka_unit_test(test_mem),
		cmocka_unit_test(test_mem_fail_at),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
