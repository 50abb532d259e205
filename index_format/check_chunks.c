#include "index_format/check_chunks.h"

#include "index_format/checksum.h"
#include "index_format/keys.h"

/* A chunk's place, as its key says. */
struct chunk_place {
	struct checked_segment *seg;	/* NULL: the manifest names no such */
	enum stream_id stream;
	uint32_t chunk;
};

/* False after reporting a key that cannot be. */
static bool read_key(struct checker *c, struct span key, const char *what,
		     struct chunk_place *out)
{
	if (key.len != STREAM_KEY_BYTES || key.ptr[4] >= STREAMS) {
		checker_problem(c, "%s: a key is damaged", what);
		return false;
	}
	out->seg = checker_segment(c, get_be32(key.ptr));
	out->stream = (enum stream_id)key.ptr[4];
	out->chunk = get_be32(key.ptr + 5);
	if (!out->seg) {
		c->counts->unnamed++;
		return true;
	}
	if (out->chunk < out->seg->meta->nchunks[out->stream])
		return true;
	checker_segment_problem(c, out->seg, "%s: %s %u is past the last one",
				stream_name(out->stream), what, out->chunk);
	return false;
}

/* Slots fill every chunk but the last; bytes fill it as far as blocks fit. */
static void check_size(struct checker *c, const struct chunk_place *at,
		       size_t len)
{
	unsigned slot = stream_slot_bytes(at->stream);
	uint32_t nchunks = at->seg->meta->nchunks[at->stream];
	bool good = len > 0 && len <= CHUNK_BYTES;

	if (slot && at->chunk + 1 < nchunks)
		good = len == CHUNK_BYTES / slot * slot;
	else if (slot)
		good = good && len % slot == 0;
	if (!good)
		checker_segment_problem(c, at->seg,
					"%s, chunk %u: %zu bytes cannot be",
					stream_name(at->stream), at->chunk,
					len);
}

static void check_sums(struct checker *c, const struct chunk_place *at,
		       struct span key, struct span chunk)
{
	size_t nranges = checksum_ranges(chunk.len), i, from;
	uint64_t seed = checksum_seed(key);
	struct span sums, range;

	if (store_get(c->txn, STORE_SUMS, key, &sums) < 0 ||
	    sums.len != nranges * SUM_BYTES) {
		checker_segment_problem(c, at->seg,
					"%s, chunk %u: no fitting checksums",
					stream_name(at->stream), at->chunk);
		return;
	}
	for (i = 0; i < nranges; i++) {
		range = checksum_range(chunk, i);
		from = (size_t)(range.ptr - chunk.ptr);
		if (get_le64(sums.ptr + i * SUM_BYTES) !=
		    checksum_of(range, seed))
			checker_segment_problem(
				c, at->seg,
				"%s, chunk %u: wrong checksum of bytes %zu to "
				"%zu", stream_name(at->stream), at->chunk, from,
				from + range.len - 1);
	}
}

static int check_chunk(struct checker *c, struct span key, struct span chunk)
{
	struct chunk_place at;

	if (!read_key(c, key, "chunk", &at) || !at.seg)
		return SCOUT_OK;
	at.seg->streams[at.stream].chunks[at.chunk] = chunk;
	at.seg->chunks_found[at.stream]++;
	at.seg->bytes_found[at.stream] += chunk.len;
	c->counts->chunks++;
	c->counts->bytes += chunk.len;
	check_size(c, &at, chunk.len);
	check_sums(c, &at, key, chunk);
	return SCOUT_OK;
}

/* Checksums are checked with their chunk: here only that it is there. */
static int check_sums_key(struct checker *c, struct span key, struct span sums)
{
	struct chunk_place at;

	(void)sums;
	if (!read_key(c, key, "checksums", &at) || !at.seg)
		return SCOUT_OK;
	if (!at.seg->streams[at.stream].chunks[at.chunk].ptr)
		checker_segment_problem(c, at.seg,
					"%s: checksums of chunk %u, which is "
					"not there", stream_name(at.stream),
					at.chunk);
	return SCOUT_OK;
}

static void check_totals(struct checker *c, const struct checked_segment *seg)
{
	const struct segment_meta *m = seg->meta;
	unsigned i;

	for (i = 0; i < STREAMS; i++) {
		if (seg->chunks_found[i] != m->nchunks[i])
			checker_segment_problem(c, seg,
						"%s: %u chunks of %u are there",
						stream_name(i),
						seg->chunks_found[i],
						m->nchunks[i]);
		else if (seg->bytes_found[i] != m->stream_bytes[i])
			checker_segment_problem(
				c, seg, "%s: %llu bytes, %llu by the manifest",
				stream_name(i),
				(unsigned long long)seg->bytes_found[i],
				(unsigned long long)m->stream_bytes[i]);
	}
}

int check_chunks(struct checker *c)
{
	uint32_t i;
	int rc;

	rc = checker_each_value(c, STORE_STREAM, "chunks", check_chunk);
	if (!rc)
		rc = checker_each_value(c, STORE_SUMS, "checksums",
					check_sums_key);
	for (i = 0; i < c->manifest.nsegments && !rc; i++)
		check_totals(c, &c->segments[i]);
	return rc;
}
