#include "index_format/streams.h"

#include "index_format/doc_table.h"
#include "index_format/keys.h"
#include "index_format/store.h"

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

static int chunk_at(const struct stream_reader *s, uint64_t chunk,
		    struct span *out)
{
	uint8_t key[STREAM_KEY_BYTES];
	int rc;

	if (chunk >= s->nchunks)
		return SCOUT_E_CORRUPT;
	if (!s->chunks[chunk].ptr) {
		stream_key_put(key, s->segment, s->id, (uint32_t)chunk);
		rc = store_get(s->txn, STORE_STREAM,
			       span_of(key, sizeof(key)), &s->chunks[chunk]);
		if (rc < 0) {
			s->chunks[chunk].ptr = NULL;
			return SCOUT_E_CORRUPT;
		}
	}
	*out = s->chunks[chunk];
	return SCOUT_OK;
}

static int part_of_chunk(const struct stream_reader *s, uint64_t chunk,
			 size_t offset, size_t want, struct span *out)
{
	struct span c;
	int rc = chunk_at(s, chunk, &c);

	if (rc < 0)
		return rc;
	if (offset >= c.len || c.len - offset < want)
		return SCOUT_E_CORRUPT;
	*out = span_of(c.ptr + offset, c.len - offset);
	return SCOUT_OK;
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
