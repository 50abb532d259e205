#include "base/tree/walk.h"
#include "index_format/check_docs.h"
#include "index_format/meta_value.h"

/* What is wrong with the form of a path, or NULL: it must lead to a file below
 * the root and nowhere else. */
static const char *path_problem(struct span path)
{
	size_t from = 0, to;

	if (!path.len)
		return "its path is empty";
	if (memchr(path.ptr, 0, path.len))
		return "a NUL in its path";
	while (from <= path.len) {
		for (to = from; to < path.len && path.ptr[to] != '/'; to++)
			;
		if (to == from)
			return "an empty name in its path";
		if (path.ptr[from] == '.' &&
		    (to - from == 1 ||
		     (to - from == 2 && path.ptr[from + 1] == '.')))
			return "'.' or '..' in its path";
		from = to + 1;
	}
	return NULL;
}

/* Bytes of the path block that these begin with (doc_table.c reads it). */
static size_t block_bytes(struct span s)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	uint32_t head[3];
	unsigned i;

	for (i = 0; i < 3 && p; i++)
		p = get_varint32(p, end, &head[i]);
	return p ? (size_t)(p - s.ptr) + head[2] : s.len;
}

/* Decodes block number `block` into cache. */
static const char *load_block(struct checker *c, struct checked_segment *seg,
			      uint64_t block, struct path_cache *cache)
{
	const struct stream_reader *stream = &seg->streams[STREAM_PATHS];
	uint64_t left = seg->meta->ndocs - block * PATH_BLOCK_DOCS, addr;
	struct span slot, bytes;
	int rc;

	if (stream_slot(&seg->streams[STREAM_PATH_INDEX], block, &slot) < 0)
		return "the address of its path is missing";
	addr = get_le64(slot.ptr);
	rc = stream_at(stream, addr, &bytes);
	if (!rc)
		rc = path_cache_load(cache, bytes);
	if (rc == SCOUT_E_NOMEM)
		c->failed = rc;
	if (rc < 0)
		return "its block of paths is damaged";
	if (!check_layout_fits(&seg->layout[STREAM_PATHS], addr))
		return "its block of paths is not where it should be";
	check_layout_advance(seg, STREAM_PATHS, addr, block_bytes(bytes));
	if (cache->npaths !=
	    (left < PATH_BLOCK_DOCS ? left : PATH_BLOCK_DOCS))
		return "its block of paths has not the right number";
	return NULL;
}

/* last: the path before, replaced by the last of the block. */
static int check_block_paths(struct checker *c, struct checked_segment *seg,
			     doc_id first, const struct path_cache *cache,
			     struct buf *last)
{
	struct span path, before = buf_span(last);
	const char *problem;
	unsigned i;

	for (i = 0; i < cache->npaths; i++) {
		path = span_of(cache->text + cache->start[i],
			       cache->start[i + 1] - cache->start[i]);
		problem = path_problem(path);
		if (!problem && (first || i) && path_cmp(before, path) >= 0)
			problem = "its path does not follow the one before";
		if (problem)
			checker_doc_problem(c, seg, first + i, "%s", problem);
		before = path;
	}
	buf_clear(last);
	buf_put_span(last, before);
	return buf_status(last);
}

int check_paths(struct checker *c, struct checked_segment *seg)
{
	struct path_cache cache = { 0 };
	struct buf last = BUF_INIT(MEM_OTHER);
	const char *problem;
	doc_id doc;
	int rc = SCOUT_OK;

	for (doc = 0; doc < seg->meta->ndocs && !rc; doc += PATH_BLOCK_DOCS) {
		problem = load_block(c, seg, doc / PATH_BLOCK_DOCS, &cache);
		if (problem) {
			checker_doc_problem(c, seg, doc, "%s", problem);
			seg->layout[STREAM_PATHS].is_lost = true;
			seg->docs_damaged = true;
			continue;
		}
		rc = check_block_paths(c, seg, doc, &cache, &last);
	}
	if (seg->bytes_found[STREAM_PATH_INDEX] / 8 !=
	    (seg->meta->ndocs + PATH_BLOCK_DOCS - 1) / PATH_BLOCK_DOCS)
		checker_segment_problem(c, seg, "the path index has not the "
					"right size");
	check_layout_end(c, seg, STREAM_PATHS);
	path_cache_release(&cache);
	buf_release(&last);
	return rc;
}

static int cmp_hashes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash128));
}

/* Adds the hashes of a segment's live paths; the paths are known to be good. */
static int hash_paths(struct checker *c, struct checked_segment *seg,
		      struct buf *hashes)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, DELETED_KEY, seg->meta->number);
	struct path_cache cache = { 0 };
	struct span deleted;
	struct hash128 h;
	unsigned i;
	doc_id doc;

	if (meta_value_get(c->txn, span_of(key, len), &deleted) < 0)
		deleted = span_of(NULL, 0);
	for (doc = 0; doc < seg->meta->ndocs; doc++) {
		i = doc % PATH_BLOCK_DOCS;
		if (!i && load_block(c, seg, doc / PATH_BLOCK_DOCS, &cache))
			break;
		if (doc / 8 < deleted.len &&
		    deleted.ptr[doc / 8] >> doc % 8 & 1)
			continue;
		h = scout_hash128(cache.text + cache.start[i],
				  cache.start[i + 1] - cache.start[i]);
		buf_put(hashes, &h, sizeof(h));
	}
	path_cache_release(&cache);
	return buf_status(hashes);
}

int check_paths_unique(struct checker *c)
{
	struct buf hashes = BUF_INIT(MEM_OTHER);
	size_t size = sizeof(struct hash128), i, twice = 0;
	uint32_t s;
	int rc = SCOUT_OK;

	for (s = 0; s < c->manifest.nsegments && !rc; s++) {
		c->segments[s].layout[STREAM_PATHS].is_lost = true;
		if (!c->segments[s].docs_damaged)
			rc = hash_paths(c, &c->segments[s], &hashes);
	}
	if (!rc && hashes.len)
		qsort(hashes.ptr, hashes.len / size, size, cmp_hashes);
	for (i = size; i < hashes.len && !rc; i += size)
		twice += !memcmp(hashes.ptr + i, hashes.ptr + i - size, size);
	if (twice)
		checker_problem(c, "%zu paths are in two segments at once",
				twice);
	buf_release(&hashes);
	return rc;
}
