#include "index_format/segment_writer.h"

#include "index_format/checksum.h"
#include "index_format/keys.h"
#include "index_format/line_map.h"
#include "index_format/meta_value.h"
#include "index_format/term_filter.h"

/* A stream being written: one chunk in memory. */
struct stream_writer {
	enum stream_id id;
	uint8_t *chunk;
	size_t used;
	size_t capacity;	/* less than CHUNK_BYTES for whole slots */
	uint32_t nchunks;	/* written before this one */
	uint64_t bytes;		/* written before this one */
};

/* A list in blocks that is being laid out. */
struct long_list {
	uint64_t docs_addr, skip_slot;	/* of its first block */
	uint32_t ndoc_blocks, ngroups;
	uint8_t slot[SKIP_SLOT_BYTES];	/* of two groups */
};

struct segment_writer {
	struct scout_store *store;
	uint32_t number;
	struct stream_writer streams[STREAMS];
	struct dict_block_writer dict;
	struct filter_writer filter;
	struct buf block;
	struct path_block_writer paths;
	struct buf path_block;
	struct buf wild;	/* document numbers, 4 bytes each */
	struct long_list list;
	struct segment_meta meta;
};

int segment_writer_new(struct scout_store *store, uint32_t number,
		       struct segment_writer **out, struct scout_err *err)
{
	struct segment_writer *w = scout_calloc(MEM_MERGE, 1, sizeof(*w));
	unsigned i, slot;

	if (!w)
		goto nomem;
	w->store = store;
	w->number = number;
	w->meta.number = number;
	dict_block_init(&w->dict, MEM_MERGE);
	buf_init(&w->block, MEM_MERGE);
	path_block_init(&w->paths, MEM_MERGE);
	buf_init(&w->path_block, MEM_MERGE);
	buf_init(&w->wild, MEM_MERGE);
	if (filter_init(&w->filter, MEM_MERGE) < 0)
		goto nomem;
	for (i = 0; i < STREAMS; i++) {
		slot = stream_slot_bytes(i);
		w->streams[i].id = i;
		w->streams[i].capacity = slot ? CHUNK_BYTES / slot * slot :
						CHUNK_BYTES;
		w->streams[i].chunk = scout_malloc(MEM_MERGE, CHUNK_BYTES);
		if (!w->streams[i].chunk)
			goto nomem;
	}
	*out = w;
	return SCOUT_OK;
nomem:
	segment_writer_free(w);
	return scout_err_set(err, SCOUT_E_NOMEM, "beginning a segment");
}

void segment_writer_free(struct segment_writer *w)
{
	unsigned i;

	if (!w)
		return;
	for (i = 0; i < STREAMS; i++)
		scout_free(w->streams[i].chunk);
	dict_block_release(&w->dict);
	filter_release(&w->filter);
	buf_release(&w->block);
	path_block_release(&w->paths);
	buf_release(&w->path_block);
	buf_release(&w->wild);
	scout_free(w);
}

static int put_checksums(struct segment_writer *w, struct span key,
			 struct span bytes, struct scout_err *err)
{
	uint8_t sums[(CHUNK_BYTES / SUM_RANGE_BYTES + 1) * SUM_BYTES];
	size_t i, n = checksum_ranges(bytes.len);
	uint64_t seed = checksum_seed(key);

	for (i = 0; i < n; i++)
		put_le64(sums + i * SUM_BYTES,
			 checksum_of(checksum_range(bytes, i), seed));
	return store_put(w->store, STORE_SUMS, key,
			 span_of(sums, n * SUM_BYTES), false, err);
}

static int flush_chunk(struct segment_writer *w, struct stream_writer *s,
		       struct scout_err *err)
{
	uint8_t key[STREAM_KEY_BYTES];
	struct span bytes = { s->chunk, s->used };
	int rc;

	if (!s->used)
		return SCOUT_OK;
	stream_key_put(key, w->number, s->id, s->nchunks);
	rc = store_put(w->store, STORE_STREAM, span_of(key, sizeof(key)), bytes,
		       false, err);
	if (!rc)
		rc = put_checksums(w, span_of(key, sizeof(key)), bytes, err);
	s->bytes += s->used;
	s->nchunks++;
	s->used = 0;
	return rc;
}

/* Makes room for a block, in the next chunk if this one has too little. */
static int begin_block(struct segment_writer *w, enum stream_id id, size_t len,
		       uint64_t *out_addr, struct scout_err *err)
{
	struct stream_writer *s = &w->streams[id];
	int rc;

	SCOUT_ASSERT(len <= s->capacity && len <= stream_block_max(id));
	if (s->capacity - s->used < len) {
		rc = flush_chunk(w, s, err);
		if (rc < 0)
			return rc;
	}
	*out_addr = (uint64_t)s->nchunks << CHUNK_SHIFT | s->used;
	return SCOUT_OK;
}

/* Appends to the block that was begun. */
static void add_bytes(struct segment_writer *w, enum stream_id id,
		      struct span bytes)
{
	struct stream_writer *s = &w->streams[id];

	memcpy(s->chunk + s->used, bytes.ptr, bytes.len);
	s->used += bytes.len;
}

static int put_block(struct segment_writer *w, enum stream_id id,
		     struct span bytes, uint64_t *out_addr,
		     struct scout_err *err)
{
	int rc = begin_block(w, id, bytes.len, out_addr, err);

	if (!rc)
		add_bytes(w, id, bytes);
	return rc;
}

/* Appends a slot; returns its number. */
static int put_slot(struct segment_writer *w, enum stream_id id,
		    const uint8_t *bytes, uint64_t *out_slot,
		    struct scout_err *err)
{
	unsigned size = stream_slot_bytes(id);
	struct stream_writer *s = &w->streams[id];
	uint64_t addr;
	int rc;

	rc = put_block(w, id, span_of(bytes, size), &addr, err);
	if (rc < 0)
		return rc;
	*out_slot = (uint64_t)s->nchunks * (s->capacity / size) +
		    (s->used / size) - 1;
	return SCOUT_OK;
}

static int finish_paths(struct segment_writer *w, struct scout_err *err)
{
	uint8_t slot[8];
	uint64_t addr, number;
	int rc;

	buf_clear(&w->path_block);
	rc = path_block_finish(&w->paths, &w->path_block);
	if (rc < 0)
		return scout_err_set(err, rc, "writing paths");
	rc = put_block(w, STREAM_PATHS, buf_span(&w->path_block), &addr, err);
	if (rc < 0)
		return rc;
	put_le64(slot, addr);
	return put_slot(w, STREAM_PATH_INDEX, slot, &number, err);
}

static int put_lines(struct segment_writer *w, struct span records,
		     uint64_t *out_addr, struct scout_err *err)
{
	struct span record;
	uint64_t addr, first = 0;
	bool is_first = true;
	int rc;

	while (!(rc = line_map_next_record(&records, &record))) {
		rc = put_block(w, STREAM_LINES, record, &addr, err);
		if (rc < 0)
			return rc;
		if (is_first)
			first = addr;
		is_first = false;
	}
	SCOUT_ASSERT(rc == SCOUT_END);
	*out_addr = first;
	return SCOUT_OK;
}

int segment_writer_add_doc(struct segment_writer *w, const struct doc_info *doc,
			   struct span line_records, struct scout_err *err)
{
	uint8_t record[DOC_RECORD_BYTES];
	struct doc_info placed = *doc;
	uint64_t slot;
	int rc;

	rc = put_lines(w, line_records, &placed.lines_addr, err);
	if (rc < 0)
		return rc;
	doc_record_put(&placed, record);
	rc = put_slot(w, STREAM_DOC_TABLE, record, &slot, err);
	if (rc < 0)
		return rc;
	SCOUT_ASSERT(slot == w->meta.ndocs);
	if (doc->flags & DOC_WILD) {
		buf_put_le32(&w->wild, w->meta.ndocs);
		w->meta.nwild++;
	}
	w->meta.ndocs++;
	w->meta.nwords += doc->nwords;
	path_block_add(&w->paths, doc->path);
	return w->paths.npaths == PATH_BLOCK_DOCS ? finish_paths(w, err) :
						    SCOUT_OK;
}

static int finish_filters(struct segment_writer *w, struct scout_err *err)
{
	struct span group = filter_finish(&w->filter);
	uint64_t addr;
	int rc = put_block(w, STREAM_FILTERS, group, &addr, err);

	filter_clear(&w->filter);
	return rc;
}

static int finish_dict_block(struct segment_writer *w, struct scout_err *err)
{
	uint8_t key[DICT_KEY_MAX];
	size_t key_len = dict_key_put(key, w->number, w->dict.first,
				      w->dict.first_len);
	struct span k = span_of(key, key_len);
	int rc;

	rc = dict_block_finish(&w->dict, checksum_seed(k), &w->block);
	if (rc < 0)
		return scout_err_set(err, rc, "writing the dictionary");
	w->meta.dict_blocks++;
	w->meta.dict_bytes += w->block.len;
	w->meta.dict_keys = checksum_of(k, w->meta.dict_keys);
	filter_end_block(&w->filter);
	rc = store_put(w->store, STORE_DICT, k, buf_span(&w->block), true, err);
	return !rc && w->filter.nblocks == FILTER_BLOCKS ?
		       finish_filters(w, err) : rc;
}

void segment_writer_begin_long(struct segment_writer *w)
{
	memset(&w->list, 0, sizeof(w->list));
}

/* The entries of the blocks follow each other. */
int segment_writer_add_doc_blocks(struct segment_writer *w,
				  const uint8_t *skips, uint32_t n,
				  struct span bytes, struct scout_err *err)
{
	const uint8_t *p = bytes.ptr;
	uint8_t slot[SKIP_SLOT_BYTES];
	struct skip_entry e;
	uint64_t len, number;
	uint32_t i;
	int rc;

	for (i = 0; i < n; i++) {
		memcpy(&e, skips + i * sizeof(e), sizeof(e));
		len = e.addr;
		rc = put_block(w, STREAM_DOCS, span_of(p, len), &e.addr, err);
		if (rc < 0)
			return rc;
		p += len;
		skip_entry_put(&e, slot);
		rc = put_slot(w, STREAM_SKIP, slot, &number, err);
		if (rc < 0)
			return rc;
		if (!w->list.ndoc_blocks++) {
			w->list.docs_addr = e.addr;
			w->list.skip_slot = number;
		}
	}
	SCOUT_ASSERT(p == bytes.ptr + bytes.len);
	return SCOUT_OK;
}

/* Lays out a group: lengths, positions if the term is dense, blocks. */
static int put_group(struct segment_writer *w, const struct encoded_term *t,
		     uint32_t group, struct span bytes, uint64_t *out_addr,
		     struct scout_err *err)
{
	uint64_t left = t->cf - (uint64_t)group * GROUP_POSITIONS;
	unsigned n = left >= GROUP_POSITIONS ?
			     GROUP_BLOCKS :
			     (unsigned)((left + POSITIONS_BLOCK - 1) /
					POSITIONS_BLOCK);
	size_t head = group_head_bytes(n, t->df, t->cf);
	struct span blocks = { bytes.ptr + 6 * (size_t)n,
			       bytes.len - 6 * (size_t)n };
	int rc;

	rc = begin_block(w, STREAM_POSITIONS, head + blocks.len, out_addr, err);
	if (rc < 0)
		return rc;
	add_bytes(w, STREAM_POSITIONS, span_of(bytes.ptr, head));
	add_bytes(w, STREAM_POSITIONS, blocks);
	return SCOUT_OK;
}

/* Two groups share a slot. */
int segment_writer_add_groups(struct segment_writer *w,
			      const struct encoded_term *t,
			      const uint8_t *lens, uint32_t n,
			      struct span bytes, struct scout_err *err)
{
	const uint8_t *p = bytes.ptr;
	uint64_t addr, number;
	uint32_t i, len, side;
	int rc;

	for (i = 0; i < n; i++) {
		memcpy(&len, lens + i * sizeof(len), sizeof(len));
		rc = put_group(w, t, w->list.ngroups, span_of(p, len), &addr,
			       err);
		if (rc < 0)
			return rc;
		p += len;
		side = w->list.ngroups++ % 2;
		put_le64(w->list.slot + side * GROUP_ENTRY_BYTES, addr);
		if (!side)
			continue;
		rc = put_slot(w, STREAM_SKIP, w->list.slot, &number, err);
		if (rc < 0)
			return rc;
		memset(w->list.slot, 0, sizeof(w->list.slot));
	}
	SCOUT_ASSERT(p == bytes.ptr + bytes.len);
	return SCOUT_OK;
}

/* Puts a term into the dictionary, its postings being where info says. */
static int put_term(struct segment_writer *w, const struct encoded_term *t,
		    const struct term_info *info, struct scout_err *err)
{
	int rc;

	w->meta.nterms++;
	w->meta.npostings += t->df;
	rc = dict_block_add(&w->dict, t->term, info);
	if (rc == SCOUT_END) {
		rc = finish_dict_block(w, err);
		if (!rc)
			rc = dict_block_add(&w->dict, t->term, info);
	}
	if (!rc)
		filter_add(&w->filter, t->term);
	return rc < 0 ? scout_err_set(err, rc, "writing the dictionary") : rc;
}

int segment_writer_end_long(struct segment_writer *w,
			    const struct encoded_term *t, struct scout_err *err)
{
	struct term_info info = { .df = t->df, .cf = t->cf, .kind = t->kind,
				  .surface = t->surface,
				  .docs_addr = w->list.docs_addr,
				  .skip_slot = w->list.skip_slot };
	uint64_t number;
	int rc = SCOUT_OK;

	SCOUT_ASSERT(w->list.ndoc_blocks == t->nskips &&
		     w->list.ngroups == t->ngroups);
	if (t->ngroups % 2)
		rc = put_slot(w, STREAM_SKIP, w->list.slot, &number, err);
	return rc < 0 ? rc : put_term(w, t, &info, err);
}

static int add_long(struct segment_writer *w, const struct encoded_term *t,
		    struct scout_err *err)
{
	int rc;

	segment_writer_begin_long(w);
	rc = segment_writer_add_doc_blocks(w, t->skips, t->nskips,
					   t->doc_bytes, err);
	if (!rc)
		rc = segment_writer_add_groups(w, t, t->group_lens, t->ngroups,
					       t->group_bytes, err);
	return rc < 0 ? rc : segment_writer_end_long(w, t, err);
}

int segment_writer_add_term(struct segment_writer *w,
			    const struct encoded_term *t, struct scout_err *err)
{
	struct term_info info = { .df = t->df, .cf = t->cf, .kind = t->kind,
				  .surface = t->surface };
	int rc = SCOUT_OK;

	if (t->kind == POSTING_BLOCKS)
		return add_long(w, t, err);
	if (t->kind == POSTING_INLINE) {
		info.inline_bytes = t->bytes;
	} else {
		info.short_bytes = (uint32_t)t->bytes.len;
		rc = put_block(w, STREAM_SHORT, t->bytes, &info.addr, err);
	}
	return rc < 0 ? rc : put_term(w, t, &info, err);
}

int segment_writer_finish(struct segment_writer *w, struct segment_meta *out,
			  struct scout_err *err)
{
	uint8_t key[META_KEY_MAX];
	size_t key_len;
	unsigned i;
	int rc = SCOUT_OK;

	if (w->dict.nterms)
		rc = finish_dict_block(w, err);
	if (!rc && w->filter.nblocks)
		rc = finish_filters(w, err);
	if (!rc && w->paths.npaths)
		rc = finish_paths(w, err);
	for (i = 0; i < STREAMS && !rc; i++) {
		rc = flush_chunk(w, &w->streams[i], err);
		w->meta.nchunks[i] = w->streams[i].nchunks;
		w->meta.stream_bytes[i] = w->streams[i].bytes;
	}
	if (!rc && w->meta.nwild) {
		key_len = meta_key_put(key, WILD_KEY, w->number);
		rc = meta_value_put(w->store, span_of(key, key_len), &w->wild,
				    err);
	}
	if (!rc)
		*out = w->meta;
	return rc;
}
