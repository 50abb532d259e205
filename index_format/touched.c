#include "index_format/touched.h"

void touched_put(struct buf *out, const struct touched_doc *t)
{
	buf_put_le32(out, t->doc);
	buf_put_le64(out, (uint64_t)t->mtime_ns);
	buf_put_le64(out, (uint64_t)t->ctime_ns);
	buf_put_le64(out, t->ino);
}

void touched_get(const uint8_t *list, size_t i, struct touched_doc *out)
{
	const uint8_t *p = list + i * TOUCHED_BYTES;

	out->doc = get_le32(p);
	out->mtime_ns = (int64_t)get_le64(p + 4);
	out->ctime_ns = (int64_t)get_le64(p + 12);
	out->ino = get_le64(p + 20);
}

bool touched_is_sound(struct span list, size_t n, uint32_t ndocs)
{
	doc_id doc, before = 0;
	size_t i;

	if (list.len != n * TOUCHED_BYTES)
		return false;
	for (i = 0; i < n; i++) {
		doc = get_le32(list.ptr + i * TOUCHED_BYTES);
		if (doc >= ndocs || (i && doc <= before))
			return false;
		before = doc;
	}
	return true;
}

void touched_apply(const uint8_t *list, size_t n, doc_id doc,
		   struct doc_info *info)
{
	struct touched_doc t;
	size_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (get_le32(list + mid * TOUCHED_BYTES) < doc)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == n)
		return;
	touched_get(list, lo, &t);
	if (t.doc != doc)
		return;
	info->mtime_ns = t.mtime_ns;
	info->ctime_ns = t.ctime_ns;
	info->ino = t.ino;
}
