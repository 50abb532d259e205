/*
 * A damaged manifest.  Input: what follows the versions; they and the checksum
 * are put around it, so that the inside is reached.
 */
#include "fuzz.h"

#include "base/hash.h"
#include "index_format/fold.h"
#include "index_format/manifest.h"

static int decode(struct span bytes, struct arena *arena, struct manifest *out)
{
	struct scout_err err = SCOUT_ERR_INIT;

	return manifest_decode(bytes, arena, out, &err);
}

/* What was decoded can be written, and read back the same. */
static void check_again(const struct manifest *m, struct arena *arena)
{
	struct buf once = BUF_INIT(MEM_OTHER), twice = once;
	struct manifest again = { 0 };

	manifest_encode(m, &once);
	SCOUT_ASSERT(!decode(buf_span(&once), arena, &again));
	manifest_encode(&again, &twice);
	SCOUT_ASSERT(span_eq(buf_span(&once), buf_span(&twice)));
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *unicode = fold_unicode_version();
	struct buf b = BUF_INIT(MEM_OTHER);
	struct manifest m = { 0 };
	struct arena arena;

	arena_init(&arena, MEM_OTHER);
	decode(span_of(data, size), &arena, &m);
	buf_put_str(&b, "scoutidx");
	buf_put_le32(&b, FORMAT_VERSION);
	buf_put_varint(&b, strlen(unicode));
	buf_put_str(&b, unicode);
	buf_put(&b, data, size);
	buf_put_le64(&b, scout_hash64(b.ptr, b.len));
	if (!decode(buf_span(&b), &arena, &m))
		check_again(&m, &arena);
	buf_release(&b);
	arena_release(&arena);
	return 0;
}
