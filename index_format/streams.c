#include "index_format/streams.h"

#include "index_format/checksum.h"
#include "index_format/doc_table.h"
#include "index_format/keys.h"
#include "index_format/read_check.h"
#include "index_format/store.h"
#include "index_format/term_filter.h"

_Static_assert(CHUNK_BYTES <= 64 * SUM_RANGE_BYTES,
	       "a bit in chunk_check.good for every range");

const char *stream_name(enum stream_id id)
{
	static const char *const names[STREAMS] = {
		"short postings", "documents", "skip entries", "positions",
		"line maps", "document table", "paths", "path index",
		"filters",
	};

	SCOUT_ASSERT(id < STREAMS);
	return names[id];
}

unsigned stream_slot_bytes(enum stream_id id)
{
	switch (id) {
	case STREAM_SKIP:
		return SKIP_SLOT_BYTES;
	case STREAM_DOC_TABLE:
		return DOC_RECORD_BYTES;
	case STREAM_PATH_INDEX:
		return 8;
	default:
		return 0;
	}
}

size_t stream_block_max(enum stream_id id)
{
	switch (id) {
	case STREAM_DOCS:
		return 4 << 10;		/* 128 gaps and frequencies */
	case STREAM_POSITIONS:
		return 16 << 10;	/* 1024 gaps */
	case STREAM_SHORT:
	case STREAM_LINES:
		return 32 << 10;	/* some 4096 numbers of 32 bits */
	case STREAM_PATHS:
		return CHUNK_BYTES;	/* 64 paths of any length */
	case STREAM_FILTERS:
		return FILTER_GROUP_BYTES;
	default:
		return stream_slot_bytes(id);
	}
}

/* --- Looking up ---------------------------------------------------------- */

static int chunk_damage(const struct stream_reader *s, uint64_t chunk,
			const char *what)
{
	if (!s->check)
		return SCOUT_E_CORRUPT;
	return read_check_damage(s->check, "segment %u, %s, chunk %llu: %s",
				 s->segment, stream_name(s->id),
				 (unsigned long long)chunk, what);
}

static int find_sums(const struct stream_reader *s, uint64_t chunk,
		     struct span key)
{
	struct span *sums = &s->checked[chunk].sums;

	if (store_get(s->txn, STORE_SUMS, key, sums) < 0 ||
	    sums->len != checksum_ranges(s->chunks[chunk].len) * SUM_BYTES)
		return chunk_damage(s, chunk, "no fitting checksums");
	return SCOUT_OK;
}

static int find_chunk(const struct stream_reader *s, uint64_t chunk)
{
	struct span *bytes = &s->chunks[chunk];
	uint8_t key[STREAM_KEY_BYTES];
	int rc;

	stream_key_put(key, s->segment, s->id, (uint32_t)chunk);
	rc = store_get(s->txn, STORE_STREAM, span_of(key, sizeof(key)), bytes);
	if (rc == SCOUT_E_NOTFOUND)
		rc = chunk_damage(s, chunk, "it is not there");
	else if (rc < 0)
		;	/* the store's own trouble */
	else if (bytes->len > CHUNK_BYTES)
		rc = chunk_damage(s, chunk, "it is too long");
	else if (s->check)
		rc = find_sums(s, chunk, span_of(key, sizeof(key)));
	if (rc < 0)
		bytes->ptr = NULL;
	return rc;
}

static int chunk_at(const struct stream_reader *s, uint64_t chunk,
		    struct span *out)
{
	int rc = SCOUT_OK;

	if (chunk >= s->nchunks)
		return SCOUT_E_CORRUPT;
	if (!s->chunks[chunk].ptr)
		rc = find_chunk(s, chunk);
	if (rc < 0)
		return rc;
	*out = s->chunks[chunk];
	return SCOUT_OK;
}

/* --- Verifying ----------------------------------------------------------- */

static int verify_range(const struct stream_reader *s, uint64_t chunk, size_t i)
{
	struct chunk_check *state = &s->checked[chunk];
	struct span bytes = checksum_range(s->chunks[chunk], i);
	size_t from = i * SUM_RANGE_BYTES;
	uint8_t key[STREAM_KEY_BYTES];
	uint64_t sum;

	if (atomic_load_explicit(&state->good, memory_order_relaxed) >> i & 1)
		return SCOUT_OK;
	stream_key_put(key, s->segment, s->id, (uint32_t)chunk);
	sum = checksum_of(bytes, checksum_seed(span_of(key, sizeof(key))));
	if (sum != get_le64(state->sums.ptr + i * SUM_BYTES))
		return read_check_damage(
			s->check, "segment %u, %s, chunk %llu: wrong checksum "
			"of bytes %zu to %zu", s->segment, stream_name(s->id),
			(unsigned long long)chunk, from, from + bytes.len - 1);
	atomic_fetch_or_explicit(&state->good, (uint64_t)1 << i,
				 memory_order_relaxed);
	return SCOUT_OK;
}

/* Verifies the ranges with the block at an offset, and cuts what is behind
 * them off *out. */
static int verify_part(const struct stream_reader *s, uint64_t chunk,
		       size_t offset, struct span *out)
{
	size_t len = s->chunks[chunk].len, end = len, i;
	size_t max = stream_block_max(s->id);
	int rc = SCOUT_OK;

	if (len - offset > max)
		end = checksum_ranges(offset + max) * SUM_RANGE_BYTES;
	if (end > len)
		end = len;
	for (i = offset / SUM_RANGE_BYTES; i < checksum_ranges(end) && !rc; i++)
		rc = verify_range(s, chunk, i);
	out->len = end - offset;
	return rc;
}

static int part_of_chunk(const struct stream_reader *s, uint64_t chunk,
			 size_t offset, size_t want, struct span *out)
{
	struct span c;
	int rc = chunk_at(s, chunk, &c);

	if (rc < 0)
		return rc;
	if (offset >= c.len || c.len - offset < want)
		return chunk_damage(s, chunk, "it is too short");
	*out = span_of(c.ptr + offset, c.len - offset);
	return s->check ? verify_part(s, chunk, offset, out) : SCOUT_OK;
}

int stream_look_up_all(const struct stream_reader *s)
{
	struct span unused;
	uint32_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < s->nchunks && !rc; i++)
		rc = chunk_at(s, i, &unused);
	return rc;
}

int stream_at(const struct stream_reader *s, uint64_t addr, struct span *out)
{
	return part_of_chunk(s, addr >> CHUNK_SHIFT,
			     (size_t)(addr & (((uint64_t)1 << CHUNK_SHIFT) - 1)),
			     1, out);
}

int stream_slot(const struct stream_reader *s, uint64_t slot, struct span *out)
{
	unsigned bytes = stream_slot_bytes(s->id);
	unsigned per_chunk;

	SCOUT_ASSERT(bytes > 0);
	per_chunk = CHUNK_BYTES / bytes;
	return part_of_chunk(s, slot / per_chunk,
			     (size_t)(slot % per_chunk) * bytes, bytes, out);
}
