/* Touched documents and skipped paths: there, back, and damaged. */
#include "support.h"

#include "index_format/skip_list.h"
#include "index_format/touched.h"

static void test_apply(void **state)
{
	struct buf list = BUF_INIT(MEM_OTHER);
	doc_id doc;

	(void)state;
	for (doc = 3; doc < 300; doc += 3) {
		struct touched_doc t = { doc, -(int64_t)doc, 2 * doc, 7 * doc };

		touched_put(&list, &t);
	}
	assert_int_equal(list.len, 99 * TOUCHED_BYTES);
	assert_true(touched_is_sound(buf_span(&list), 99, 298));
	for (doc = 0; doc < 310; doc++) {
		struct doc_info info = { .mtime_ns = 5, .ctime_ns = 6, .ino = 8,
					 .size_bytes = 9 };
		bool is_touched = doc && doc < 300 && doc % 3 == 0;

		touched_apply(list.ptr, 99, doc, &info);
		assert_int_equal(info.size_bytes, 9);
		assert_true(info.mtime_ns == (is_touched ? -(int64_t)doc : 5));
		assert_true(info.ctime_ns == (is_touched ? 2 * (int64_t)doc : 6));
		assert_int_equal(info.ino, is_touched ? 7 * doc : 8);
	}
	/* a number less, one too many documents, out of order */
	assert_false(touched_is_sound(buf_span(&list), 98, 298));
	assert_false(touched_is_sound(buf_span(&list), 99, 297));
	list.ptr[TOUCHED_BYTES] = 3;
	assert_false(touched_is_sound(buf_span(&list), 99, 298));
	buf_release(&list);
}

static void test_skipped(void **state)
{
	const struct skipped_path in[] = {
		{ .path = span_str("a/b"), .reason = SKIP_IGNORED,
		  .is_dir = true },
		{ .path = span_str("c"), .reason = SKIP_UNREADABLE, .sys = 13 },
		{ .path = span_str("d"), .reason = SKIP_BINARY, .has_stat = true,
		  .st = { .size = 1, .mtime_ns = -2, .ctime_ns = 3, .ino = 4 } },
	};
	struct buf part = BUF_INIT(MEM_OTHER);
	const uint8_t *p, *end;
	struct skipped_path s;
	uint8_t *copy;
	size_t i, len;

	(void)state;
	for (i = 0; i < 3; i++)
		skipped_path_put(&part, &in[i]);
	p = part.ptr;
	end = p + part.len;
	for (i = 0; i < 3; i++) {
		p = skipped_path_get(p, end, &s);
		assert_non_null(p);
		assert_true(span_eq(s.path, in[i].path));
		assert_true(s.reason == in[i].reason && s.sys == in[i].sys &&
			    s.is_dir == in[i].is_dir &&
			    s.has_stat == in[i].has_stat);
	}
	assert_true(p == end);
	assert_true(s.st.size == 1 && s.st.mtime_ns == -2 &&
		    s.st.ctime_ns == 3 && s.st.ino == 4);
	/* cut short: the last of them is not read beyond its end */
	for (len = 0; len < part.len; len++) {
		copy = exact_copy(span_of(part.ptr, len));
		for (p = copy; p && p < copy + len;)
			p = skipped_path_get(p, copy + len, &s);
		scout_free(copy);
	}
	copy = exact_copy(span_of("\x00\x00\x01x", 4));	/* no such reason */
	assert_null(skipped_path_get(copy, copy + 4, &s));
	scout_free(copy);
	buf_release(&part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
