#include "index_format/doc_table.h"

#include <zstd.h>
#include <zstd_errors.h>

enum { PATH_ZSTD_LEVEL = 3, PATH_BLOCK_MAX_BYTES = 1 << 20 };

void doc_record_put(const struct doc_info *doc, uint8_t out[DOC_RECORD_BYTES])
{
	put_le64(out, doc->size_bytes);
	put_le64(out + 8, (uint64_t)doc->mtime_ns);
	put_le64(out + 16, (uint64_t)doc->ctime_ns);
	put_le64(out + 24, doc->ino);
	put_le64(out + 32, doc->content_hash.lo);
	put_le64(out + 40, doc->content_hash.hi);
	put_le32(out + 48, doc->nwords);
	put_le32(out + 52, doc->nlines);
	put_le32(out + 56, (uint32_t)doc->lines_addr);
	out[60] = (uint8_t)(doc->lines_addr >> 32);
	put_le16(out + 61, doc->flags);
	out[63] = 0;
}

int doc_record_get(const uint8_t in[DOC_RECORD_BYTES], struct doc_info *out)
{
	out->size_bytes = get_le64(in);
	out->mtime_ns = (int64_t)get_le64(in + 8);
	out->ctime_ns = (int64_t)get_le64(in + 16);
	out->ino = get_le64(in + 24);
	out->content_hash.lo = get_le64(in + 32);
	out->content_hash.hi = get_le64(in + 40);
	out->nwords = get_le32(in + 48);
	out->nlines = get_le32(in + 52);
	out->lines_addr = get_le32(in + 56) | (uint64_t)in[60] << 32;
	out->flags = get_le16(in + 61);
	if (out->flags & ~DOC_FLAGS_KNOWN || in[63])
		return SCOUT_E_CORRUPT;
	return SCOUT_OK;
}

void path_block_init(struct path_block_writer *w, enum scout_mem_owner owner)
{
	buf_init(&w->plain, owner);
	buf_init(&w->last, owner);
	w->npaths = 0;
}

void path_block_release(struct path_block_writer *w)
{
	buf_release(&w->plain);
	buf_release(&w->last);
}

void path_block_add(struct path_block_writer *w, struct span path)
{
	size_t shared = 0;

	while (shared < w->last.len && shared < path.len &&
	       w->last.ptr[shared] == path.ptr[shared])
		shared++;
	buf_put_varint(&w->plain, shared);
	buf_put_varint(&w->plain, path.len - shared);
	if (shared < path.len)
		buf_put(&w->plain, path.ptr + shared, path.len - shared);
	/* clearing forgets a failure, and finish must hear of it */
	buf_clear(&w->last);
	buf_put_span(&w->last, path);
	if (buf_status(&w->last) < 0)
		w->plain.failed = SCOUT_E_NOMEM;
	w->npaths++;
}

int path_block_finish(struct path_block_writer *w, struct buf *out)
{
	size_t n;

	if (buf_status(&w->plain) < 0 || buf_status(&w->last) < 0)
		return SCOUT_E_NOMEM;
	buf_put_varint(out, w->npaths);
	buf_put_varint(out, w->plain.len);
	if (!buf_reserve(out, ZSTD_compressBound(w->plain.len) + VARINT_MAX64))
		return SCOUT_E_NOMEM;
	n = ZSTD_compress(out->ptr + out->len + VARINT_MAX64,
			  ZSTD_compressBound(w->plain.len), w->plain.ptr,
			  w->plain.len, PATH_ZSTD_LEVEL);
	if (ZSTD_isError(n))
		return SCOUT_E_NOMEM;
	{
		/* the frame's length goes in front of it */
		uint8_t *frame = out->ptr + out->len + VARINT_MAX64;

		buf_put_varint(out, n);
		memmove(out->ptr + out->len, frame, n);
		out->len += n;
	}
	buf_clear(&w->plain);
	buf_clear(&w->last);
	w->npaths = 0;
	return buf_status(out);
}

void path_cache_release(struct path_cache *cache)
{
	scout_free(cache->text);
	ZSTD_freeDCtx(cache->zstd);
	memset(cache, 0, sizeof(*cache));
}

static int cache_put(struct path_cache *c, size_t at, size_t len)
{
	uint8_t *text;
	size_t cap;

	if (c->text && at + len <= c->text_cap)
		return SCOUT_OK;
	cap = (at + len) * 2;
	text = scout_realloc(MEM_QUERY, c->text, cap);
	if (!text)
		return SCOUT_E_NOMEM;
	c->text = text;
	c->text_cap = cap;
	return SCOUT_OK;
}

/* Undoes the front coding: every path whole, one after the other. */
static int expand_paths(struct path_cache *c, const uint8_t *p,
			const uint8_t *end, unsigned npaths)
{
	size_t at = 0, before = 0, before_len = 0;
	uint32_t shared, rest;
	unsigned i;
	int rc;

	for (i = 0; i < npaths; i++) {
		p = get_varint32(p, end, &shared);
		p = p ? get_varint32(p, end, &rest) : NULL;
		if (!p || shared > before_len || rest > (size_t)(end - p))
			return SCOUT_E_CORRUPT;
		rc = cache_put(c, at, (size_t)shared + rest);
		if (rc < 0)
			return rc;
		memmove(c->text + at, c->text + before, shared);
		memcpy(c->text + at + shared, p, rest);
		p += rest;
		c->start[i] = (uint32_t)at;
		before = at;
		before_len = (size_t)shared + rest;
		at += before_len;
	}
	c->start[npaths] = (uint32_t)at;
	c->npaths = npaths;
	return p == end ? SCOUT_OK : SCOUT_E_CORRUPT;
}

int path_cache_load(struct path_cache *cache, struct span bytes)
{
	const uint8_t *p = bytes.ptr, *end = bytes.ptr + bytes.len;
	uint32_t npaths, plain_len, frame_len;
	uint8_t *plain;
	size_t n;
	int rc;

	cache->npaths = 0;
	if (!cache->zstd)
		cache->zstd = ZSTD_createDCtx();
	if (!cache->zstd)
		return SCOUT_E_NOMEM;
	p = get_varint32(p, end, &npaths);
	p = p ? get_varint32(p, end, &plain_len) : NULL;
	p = p ? get_varint32(p, end, &frame_len) : NULL;
	if (!p || !npaths || npaths > PATH_BLOCK_DOCS ||
	    plain_len > PATH_BLOCK_MAX_BYTES || frame_len > (size_t)(end - p))
		return SCOUT_E_CORRUPT;
	plain = scout_malloc(MEM_QUERY, plain_len);
	if (!plain)
		return SCOUT_E_NOMEM;
	n = ZSTD_decompressDCtx(cache->zstd, plain, plain_len, p, frame_len);
	if (ZSTD_getErrorCode(n) == ZSTD_error_memory_allocation)
		rc = SCOUT_E_NOMEM;
	else if (ZSTD_isError(n) || n != plain_len)
		rc = SCOUT_E_CORRUPT;
	else
		rc = expand_paths(cache, plain, plain + plain_len, npaths);
	if (rc < 0)
		cache->npaths = 0;
	scout_free(plain);
	return rc;
}
