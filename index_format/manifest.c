#include "index_format/manifest.h"

#include "base/hash.h"
#include "index_format/fold.h"

static const char manifest_magic[8] = { 's', 'c', 'o', 'u', 't', 'i', 'd', 'x' };

enum {
	MANIFEST_HEAD_BYTES = 12,	/* magic and version */
	MANIFEST_SUM_BYTES = 8,
};

size_t meta_key_put(uint8_t key[META_KEY_MAX], const char *name,
		    uint32_t number)
{
	size_t n = strlen(name);

	SCOUT_ASSERT(n + 4 <= META_KEY_MAX);
	memcpy(key, name, n);
	put_be32(key + n, number);
	return n + 4;
}

static void put_string(struct buf *out, struct span s)
{
	buf_put_varint(out, s.len);
	buf_put_span(out, s);
}

static void put_segment(struct buf *out, const struct segment_meta *s)
{
	unsigned i;

	buf_put_varint(out, s->number);
	buf_put_varint(out, s->ndocs);
	buf_put_varint(out, s->ndeleted);
	buf_put_varint(out, s->nwild);
	buf_put_varint(out, s->ntouched);
	buf_put_le64(out, (uint64_t)s->run_started_ns);
	buf_put_varint(out, s->nwords);
	buf_put_varint(out, s->nterms);
	buf_put_varint(out, s->npostings);
	buf_put_varint(out, s->dict_blocks);
	buf_put_varint(out, s->dict_bytes);
	buf_put_le64(out, s->dict_keys);
	for (i = 0; i < STREAMS; i++) {
		buf_put_varint(out, s->nchunks[i]);
		buf_put_varint(out, s->stream_bytes[i]);
	}
}

void manifest_encode(const struct manifest *m, struct buf *out)
{
	size_t start = out->len;
	uint32_t i;

	buf_put(out, manifest_magic, sizeof(manifest_magic));
	buf_put_le32(out, FORMAT_VERSION);
	put_string(out, span_str(fold_unicode_version()));
	put_string(out, span_str(m->root));
	put_string(out, m->rules);
	buf_put_le64(out, (uint64_t)m->run_started_ns);
	buf_put_varint(out, m->nsegments);
	for (i = 0; i < m->nsegments; i++)
		put_segment(out, &m->segments[i]);
	if (!buf_status(out))
		buf_put_le64(out, scout_hash64(out->ptr + start,
					       out->len - start));
}

/* Moves *p past a string and copies that. */
static int get_string(const uint8_t **p, const uint8_t *end,
		      struct arena *arena, struct span *out)
{
	const uint8_t *start;
	uint64_t len;
	char *copy;

	start = get_varint64(*p, end, &len);
	if (!start || len > (size_t)(end - start))
		return SCOUT_E_CORRUPT;
	copy = arena_dup(arena, start, (size_t)len);
	if (!copy)
		return SCOUT_E_NOMEM;
	*out = span_of(copy, (size_t)len);
	*p = start + len;
	return SCOUT_OK;
}

static const uint8_t *get_segment(const uint8_t *p, const uint8_t *end,
				  struct segment_meta *s)
{
	uint32_t *small[] = { &s->number, &s->ndocs, &s->ndeleted, &s->nwild,
			      &s->ntouched };
	uint64_t *large[] = { &s->nwords, &s->nterms, &s->npostings };
	unsigned i;

	for (i = 0; i < 5 && p; i++)
		p = get_varint32(p, end, small[i]);
	if (!p || end - p < 8)
		return NULL;
	s->run_started_ns = (int64_t)get_le64(p);
	p += 8;
	for (i = 0; i < 3 && p; i++)
		p = get_varint64(p, end, large[i]);
	p = p ? get_varint32(p, end, &s->dict_blocks) : NULL;
	p = p ? get_varint64(p, end, &s->dict_bytes) : NULL;
	if (!p || end - p < 8)
		return NULL;
	s->dict_keys = get_le64(p);
	p += 8;
	for (i = 0; i < STREAMS && p; i++) {
		p = get_varint32(p, end, &s->nchunks[i]);
		if (p && s->nchunks[i] > STREAM_MAX_CHUNKS)
			return NULL;
		p = p ? get_varint64(p, end, &s->stream_bytes[i]) : NULL;
	}
	return p && s->ndocs <= SEGMENT_MAX_DOCS ? p : NULL;
}

/* Magic, version (from oldest on), and the checksum of them and of all that
 * follows. */
static int check_version(struct span bytes, uint32_t oldest,
			 struct scout_err *err)
{
	const uint8_t *sum;
	uint32_t version;

	if (bytes.len < MANIFEST_HEAD_BYTES + MANIFEST_SUM_BYTES ||
	    memcmp(bytes.ptr, manifest_magic, sizeof(manifest_magic)))
		return SCOUT_E_CORRUPT;
	version = get_le32(bytes.ptr + sizeof(manifest_magic));
	if (version < oldest || version > FORMAT_VERSION)
		return scout_err_set(err, SCOUT_E_VERSION,
				     "the index has format version %u, this "
				     "scout reads version %d: rebuild it",
				     version, FORMAT_VERSION);
	sum = bytes.ptr + bytes.len - MANIFEST_SUM_BYTES;
	return get_le64(sum) == scout_hash64(bytes.ptr,
					     (size_t)(sum - bytes.ptr)) ?
		       SCOUT_OK : SCOUT_E_CORRUPT;
}

/* Other Unicode tables, newer or older, split and fold some words in another
 * way: such an index would miss them in silence. */
static int check_unicode(struct span unicode, struct scout_err *err)
{
	if (!span_eq(unicode, span_str(fold_unicode_version())))
		return scout_err_set(err, SCOUT_E_VERSION,
				     "the index was made with Unicode %.*s, "
				     "this scout has %s: rebuild it",
				     (int)unicode.len,
				     (const char *)unicode.ptr,
				     fold_unicode_version());
	return SCOUT_OK;
}

int manifest_decode(struct span bytes, struct arena *arena,
		    struct manifest *out, struct scout_err *err)
{
	const uint8_t *p, *end;
	struct span unicode, root;
	uint32_t i;
	int rc;

	rc = check_version(bytes, FORMAT_OLDEST, err);
	if (rc < 0)
		return rc;
	end = bytes.ptr + bytes.len - MANIFEST_SUM_BYTES;
	p = bytes.ptr + MANIFEST_HEAD_BYTES;
	rc = get_string(&p, end, arena, &unicode);
	if (rc < 0)
		return rc;
	rc = check_unicode(unicode, err);
	if (rc < 0)
		return rc;
	rc = get_string(&p, end, arena, &root);
	if (!rc)
		rc = get_string(&p, end, arena, &out->rules);
	if (rc < 0)
		return rc;
	if (end - p < 8)
		return SCOUT_E_CORRUPT;
	out->version = get_le32(bytes.ptr + sizeof(manifest_magic));
	out->root = (const char *)root.ptr;
	out->run_started_ns = (int64_t)get_le64(p);
	p = get_varint32(p + 8, end, &out->nsegments);
	/* a segment takes more than a byte: no memory for what is not there */
	if (!p || out->nsegments > MANIFEST_MAX_SEGMENTS ||
	    out->nsegments > (size_t)(end - p))
		return SCOUT_E_CORRUPT;
	out->segments = arena_calloc(arena, out->nsegments,
				     sizeof(*out->segments));
	if (!out->segments)
		return SCOUT_E_NOMEM;
	for (i = 0; i < out->nsegments && p; i++)
		p = get_segment(p, end, &out->segments[i]);
	return p == end ? SCOUT_OK : SCOUT_E_CORRUPT;
}

int manifest_peek(struct span bytes, struct arena *arena, struct manifest *out,
		  struct scout_err *err)
{
	struct span unicode, root;
	const uint8_t *p, *end;
	int rc = check_version(bytes, 1, err);

	if (rc < 0)
		return rc;
	p = bytes.ptr + MANIFEST_HEAD_BYTES;
	end = bytes.ptr + bytes.len - MANIFEST_SUM_BYTES;
	rc = get_string(&p, end, arena, &unicode);
	if (!rc)
		rc = get_string(&p, end, arena, &root);
	if (!rc)
		rc = get_string(&p, end, arena, &out->rules);
	if (!rc)
		out->root = (const char *)root.ptr;
	return rc;
}
