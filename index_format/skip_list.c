#include "index_format/skip_list.h"

#include "index_format/manifest.h"
#include "index_format/meta_value.h"

enum { SKIP_STAT_BYTES = 32, SKIP_IS_DIR = 1, SKIP_HAS_STAT = 2 };

void skipped_path_put(struct buf *part, const struct skipped_path *s)
{
	buf_put_varint(part, (uint64_t)s->reason << 2 |
				     (s->has_stat ? SKIP_HAS_STAT : 0) |
				     (s->is_dir ? SKIP_IS_DIR : 0));
	buf_put_varint(part, (uint64_t)s->sys);
	buf_put_varint(part, s->path.len);
	buf_put_span(part, s->path);
	if (!s->has_stat)
		return;
	buf_put_le64(part, s->st.size);
	buf_put_le64(part, (uint64_t)s->st.mtime_ns);
	buf_put_le64(part, (uint64_t)s->st.ctime_ns);
	buf_put_le64(part, s->st.ino);
}

const uint8_t *skipped_path_get(const uint8_t *p, const uint8_t *end,
				struct skipped_path *out)
{
	uint32_t what, sys, len;

	p = get_varint32(p, end, &what);
	p = p ? get_varint32(p, end, &sys) : NULL;
	p = p ? get_varint32(p, end, &len) : NULL;
	if (!p || !len || len > (size_t)(end - p) || what >> 2 == SKIP_NONE ||
	    what >> 2 >= SKIP_REASONS)
		return NULL;
	*out = (struct skipped_path){
		.path = span_of(p, len),
		.reason = (enum skip_reason)(what >> 2),
		.is_dir = what & SKIP_IS_DIR,
		.sys = (int)sys,
		.has_stat = what & SKIP_HAS_STAT,
	};
	p += len;
	if (!out->has_stat)
		return p;
	if (end - p < SKIP_STAT_BYTES)
		return NULL;
	out->st.size = get_le64(p);
	out->st.mtime_ns = (int64_t)get_le64(p + 8);
	out->st.ctime_ns = (int64_t)get_le64(p + 16);
	out->st.ino = get_le64(p + 24);
	return p + SKIP_STAT_BYTES;
}

static int next_part(struct skip_list_cursor *c)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, SKIPPED_KEY, c->next_part);
	struct span part;
	int rc = meta_value_get(c->txn, span_of(key, len), &part);

	if (rc == SCOUT_E_NOTFOUND)
		return SCOUT_END; /* past the last */
	if (rc < 0)
		return rc;
	c->p = part.ptr;
	c->end = part.ptr + part.len;
	c->next_part++;
	return SCOUT_OK;
}

int skip_list_next(struct skip_list_cursor *c, struct skipped_path *out)
{
	int rc;

	while (c->p == c->end) {
		rc = next_part(c);
		if (rc)
			return rc;
	}
	c->p = skipped_path_get(c->p, c->end, out);
	return c->p ? SCOUT_OK : SCOUT_E_CORRUPT;
}
