/*
 * A damaged block of paths.  Input: 0 and the block as it is, or a number of
 * paths and the text that is to be compressed.
 */
#include "fuzz.h"

#include "index_format/doc_table.h"

enum { PLAIN_MAX = 8192 };

static void load(struct path_cache *cache, struct span bytes)
{
	unsigned i;

	if (path_cache_load(cache, bytes)) {
		SCOUT_ASSERT(!cache->npaths);
		return;
	}
	SCOUT_ASSERT(cache->npaths && cache->npaths <= PATH_BLOCK_DOCS);
	for (i = 0; i < cache->npaths; i++)
		SCOUT_ASSERT(cache->start[i] <= cache->start[i + 1]);
	SCOUT_ASSERT(cache->start[i] <= cache->text_cap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct path_cache cache = { 0 };
	struct path_block_writer w;
	struct buf block = BUF_INIT(MEM_OTHER);
	unsigned npaths = (unsigned)fuzz_number(&in, 1);

	if (!npaths) {
		load(&cache, in);
	} else {
		path_block_init(&w, MEM_OTHER);
		buf_put_span(&w.plain, fuzz_take(&in, PLAIN_MAX));
		w.npaths = npaths;
		SCOUT_ASSERT(!path_block_finish(&w, &block));
		load(&cache, buf_span(&block));
		path_block_release(&w);
	}
	buf_release(&block);
	path_cache_release(&cache);
	return 0;
}
