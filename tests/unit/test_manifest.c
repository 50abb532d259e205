/* The manifest: there and back, damaged, too new. */
#include "support.h"

#include <stdio.h>

#include "base/hash.h"
#include "index_format/fold.h"
#include "index_format/manifest.h"

static void make_manifest(struct rng *r, uint32_t nsegments,
			  struct segment_meta *segments, struct manifest *out)
{
	uint32_t i, k;

	for (i = 0; i < nsegments; i++) {
		struct segment_meta *s = &segments[i];

		s->number = rng_skewed(r);
		s->ndocs = rng_below(r, SEGMENT_MAX_DOCS + 1);
		s->ndeleted = rng_skewed(r);
		s->nwild = rng_skewed(r);
		s->ntouched = rng_skewed(r);
		s->run_started_ns = (int64_t)rng_next(r);
		s->nwords = rng_next(r);
		s->nterms = rng_next(r);
		s->npostings = rng_next(r);
		s->dict_blocks = rng_skewed(r);
		s->dict_bytes = rng_next(r);
		s->dict_keys = rng_next(r);
		for (k = 0; k < STREAMS; k++) {
			s->nchunks[k] = rng_below(r, STREAM_MAX_CHUNKS + 1);
			s->stream_bytes[k] = rng_next(r) >> 20;
		}
	}
	out->root = "../some/folder";
	out->rules = span_of("rules\0\x01\x02", 8);
	out->run_started_ns = -5;
	out->segments = segments;
	out->nsegments = nsegments;
}

static void test_round_trip(void **state)
{
	static struct segment_meta segments[40];
	struct buf out = BUF_INIT(MEM_OTHER);
	struct manifest m, got;
	struct arena arena;
	struct rng r;
	uint32_t n, i, k;

	(void)state;
	rng_init(&r, 90);
	arena_init(&arena, MEM_OTHER);
	for (n = 0; n < 40; n++) {
		make_manifest(&r, n, segments, &m);
		buf_clear(&out);
		manifest_encode(&m, &out);
		assert_int_equal(buf_status(&out), SCOUT_OK);
		assert_int_equal(manifest_decode(buf_span(&out), &arena, &got,
						 NULL), SCOUT_OK);
		assert_string_equal(got.root, m.root);
		assert_true(span_eq(got.rules, m.rules));
		assert_true(got.run_started_ns == -5);
		assert_int_equal(got.nsegments, n);
		for (i = 0; i < n; i++) {
			const struct segment_meta *a = &segments[i];
			const struct segment_meta *b = &got.segments[i];

			assert_true(a->number == b->number &&
				    a->ndocs == b->ndocs &&
				    a->ndeleted == b->ndeleted &&
				    a->nwild == b->nwild &&
				    a->ntouched == b->ntouched &&
				    a->run_started_ns == b->run_started_ns &&
				    a->nwords == b->nwords &&
				    a->nterms == b->nterms &&
				    a->npostings == b->npostings &&
				    a->dict_blocks == b->dict_blocks &&
				    a->dict_bytes == b->dict_bytes &&
				    a->dict_keys == b->dict_keys);
			for (k = 0; k < STREAMS; k++)
				assert_true(a->nchunks[k] == b->nchunks[k] &&
					    a->stream_bytes[k] ==
						    b->stream_bytes[k]);
		}
	}
	arena_release(&arena);
	buf_release(&out);
}

static int decode(struct span bytes, struct scout_err *err)
{
	struct manifest got;
	struct arena arena;
	int rc;

	arena_init(&arena, MEM_OTHER);
	scout_err_clear(err);
	rc = manifest_decode(bytes, &arena, &got, err);
	arena_release(&arena);
	return rc;
}

static void test_damage(void **state)
{
	static struct segment_meta segments[3];
	struct buf out = BUF_INIT(MEM_OTHER);
	struct scout_err err;
	struct manifest m;
	struct rng r;
	uint8_t *copy;
	size_t i;
	int rc, bit;

	(void)state;
	rng_init(&r, 91);
	make_manifest(&r, 3, segments, &m);
	manifest_encode(&m, &out);
	for (i = 0; i < out.len; i++) {
		copy = exact_copy(span_of(out.ptr, i));
		assert_int_equal(decode(span_of(copy, i), &err),
				 SCOUT_E_CORRUPT);
		scout_free(copy);
	}
	copy = exact_copy(buf_span(&out));
	for (i = 0; i < out.len; i++)
		for (bit = 0; bit < 8; bit++) {
			copy[i] ^= (uint8_t)(1 << bit);
			rc = decode(span_of(copy, out.len), &err);
			copy[i] ^= (uint8_t)(1 << bit);
			/* the version says where the checksum is; one bit
			 * makes an older one of it that is read, too */
			if (rc != (i >= 8 && i < 12 &&
				   (i > 8 || (FORMAT_VERSION ^ 1 << bit) !=
						     FORMAT_OLDEST) ?
					   SCOUT_E_VERSION : SCOUT_E_CORRUPT))
				fail_msg("byte %zu, bit %d: %d", i, bit, rc);
		}
	scout_free(copy);
	buf_release(&out);
}

/* Puts the checksum right again. */
static void sign(struct buf *b)
{
	b->len -= 8;
	buf_put_le64(b, scout_hash64(b->ptr, b->len));
}

static void test_versions(void **state)
{
	static struct segment_meta segments[1];
	const char *unicode = fold_unicode_version();
	struct buf out = BUF_INIT(MEM_OTHER);
	struct scout_err err;
	struct manifest m;
	unsigned major;
	struct rng r;

	(void)state;
	rng_init(&r, 92);
	make_manifest(&r, 1, segments, &m);
	manifest_encode(&m, &out);
	put_le32(out.ptr + 8, FORMAT_VERSION + 1);
	sign(&out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_E_VERSION);
	assert_non_null(strstr(err.msg, "version 5"));
	put_le32(out.ptr + 8, 0);
	sign(&out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_E_VERSION);
	put_le32(out.ptr + 8, FORMAT_OLDEST - 1);
	sign(&out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_E_VERSION);
	put_le32(out.ptr + 8, FORMAT_OLDEST);
	sign(&out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_OK);
	put_le32(out.ptr + 8, FORMAT_VERSION);
	sign(&out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_OK);
	/* "15.0.0": only the very same tables will do */
	assert_int_equal(sscanf(unicode, "%u", &major), 1);
	assert_int_equal(out.ptr[12], strlen(unicode));
	assert_true(major > 9 && major < 99);
	assert_memory_equal(out.ptr + 13, unicode, strlen(unicode));
	out.ptr[13]--;
	sign(&out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_E_VERSION);
	out.ptr[13] += 2;
	sign(&out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_E_VERSION);
	assert_non_null(strstr(err.msg, "Unicode"));
	buf_release(&out);
}

/* Sound checksum, senseless numbers. */
static void test_limits(void **state)
{
	static struct segment_meta segments[1];
	struct buf out = BUF_INIT(MEM_OTHER);
	struct scout_err err;
	struct manifest m;
	struct rng r;

	(void)state;
	rng_init(&r, 93);
	make_manifest(&r, 1, segments, &m);
	segments[0].ndocs = SEGMENT_MAX_DOCS + 1;
	manifest_encode(&m, &out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_E_CORRUPT);
	segments[0].ndocs = 1;
	segments[0].nchunks[1] = STREAM_MAX_CHUNKS + 1;
	buf_clear(&out);
	manifest_encode(&m, &out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_E_CORRUPT);
	segments[0].nchunks[1] = 1;
	buf_clear(&out);
	manifest_encode(&m, &out);
	/* a byte too many */
	out.len -= 8;
	buf_put(&out, "\0\0\0\0\0\0\0\0", 9);
	sign(&out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_E_CORRUPT);
	m.nsegments = 0;
	buf_clear(&out);
	manifest_encode(&m, &out);
	out.len -= 9;	/* the number of segments and the checksum */
	buf_put_varint(&out, MANIFEST_MAX_SEGMENTS + 1);
	buf_put_le64(&out, 0);
	sign(&out);
	assert_int_equal(decode(buf_span(&out), &err), SCOUT_E_CORRUPT);
	buf_release(&out);
}

/* Too little memory is no damage. */
static void test_no_memory(void **state)
{
	static struct segment_meta segments[3];
	struct buf out = BUF_INIT(MEM_OTHER);
	struct scout_err err;
	struct manifest m;
	struct rng r;
	unsigned n;
	int rc;

	(void)state;
	rng_init(&r, 92);
	make_manifest(&r, 3, segments, &m);
	manifest_encode(&m, &out);
	for (n = 1;; n++) {
		scout_mem_fail_at(n);
		rc = decode(buf_span(&out), &err);
		scout_mem_fail_at(0);
		if (rc == SCOUT_OK)
			break;
		assert_int_equal(rc, SCOUT_E_NOMEM);
	}
	assert_true(n > 1);
	buf_release(&out);
}

static void test_keys(void **state)
{
	uint8_t key[META_KEY_MAX];

	(void)state;
	assert_int_equal(meta_key_put(key, DELETED_KEY, 0x01020304), 11);
	assert_memory_equal(key, "deleted\x01\x02\x03\x04", 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
