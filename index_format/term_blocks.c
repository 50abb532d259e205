#include "index_format/term_blocks.h"

#include "index_format/keys.h"

void term_blocks_init(struct term_blocks *b)
{
	buf_init(&b->list, MEM_QUERY);
}

void term_blocks_release(struct term_blocks *b)
{
	buf_release(&b->list);
}

/* Blocks of a segment, one after the other. */
struct block_walk {
	struct segment_reader *seg;
	struct store_cursor *cursor;
	struct span key, value;		/* of the block at hand */
	uint32_t number;		/* of it, from where the walk began */
};

static int failed(struct scout_err *err, int rc)
{
	return rc < 0 ? scout_err_set(err, rc, "reading the dictionary") :
			SCOUT_OK;
}

/* SCOUT_END if the block at hand is none of the segment. */
static int in_segment(const struct block_walk *w, int rc)
{
	return rc ? rc : segment_has_key(w->seg, w->key) ? SCOUT_OK : SCOUT_END;
}

static int walk_first(struct block_walk *w, struct segment_reader *seg)
{
	uint8_t key[DICT_KEY_MAX];
	size_t len = dict_key_put(key, seg->number, NULL, 0);
	int rc;

	*w = (struct block_walk){ .seg = seg };
	rc = store_cursor_open(seg->snapshot->txn, STORE_DICT, &w->cursor);
	if (!rc)
		rc = store_seek_ge(w->cursor, span_of(key, len), &w->key,
				   &w->value);
	return in_segment(w, rc);
}

static int walk_next(struct block_walk *w)
{
	w->number++;
	return in_segment(w, store_next(w->cursor, &w->key, &w->value));
}

/* Adds the block at hand. */
static int add_block(struct term_blocks *b, const struct block_walk *w)
{
	struct dict_block block;
	int rc = segment_open_block(w->seg, w->key, w->value, &block);

	if (rc < 0)
		return rc;
	w->seg->snapshot->bytes_touched += DICT_BLOCK_BYTES;
	buf_put(&b->list, &w->value, sizeof(w->value));
	return buf_status(&b->list);
}

/* --- By their beginning -------------------------------------------------- */

/* To the block that begins last of those that begin before start or with it; to
 * the first if none does. */
static int walk_to(struct block_walk *w, struct span start)
{
	uint8_t key[DICT_KEY_MAX];
	size_t len;
	int rc;

	if (start.len > TERM_MAX_BYTES)
		start.len = TERM_MAX_BYTES;
	len = dict_key_put(key, w->seg->number, start.ptr, start.len);
	rc = store_seek_le(w->cursor, span_of(key, len), &w->key, &w->value);
	if (rc == SCOUT_E_NOTFOUND ||
	    (!rc && !segment_has_key(w->seg, w->key)))
		rc = store_seek_ge(w->cursor, span_of(key, len), &w->key,
				   &w->value);
	return in_segment(w, rc);
}

/* Whether terms that begin with start may be in the block at hand, which is past
 * the one that they would begin in. */
static bool goes_on(const struct block_walk *w, struct span start)
{
	uint8_t key[DICT_KEY_MAX];
	size_t len = dict_key_put(key, w->seg->number, start.ptr, start.len);

	return span_has_prefix(w->key, span_of(key, len));
}

int term_blocks_find_start(struct term_blocks *b, struct segment_reader *seg,
			   struct span start, struct scout_err *err)
{
	struct block_walk w = { .seg = seg };
	int rc;

	buf_clear(&b->list);
	rc = store_cursor_open(seg->snapshot->txn, STORE_DICT, &w.cursor);
	if (!rc)
		rc = walk_to(&w, start);
	while (!rc && !(rc = add_block(b, &w))) {
		rc = walk_next(&w);
		if (!rc && !goes_on(&w, start))
			break;
	}
	store_cursor_close(w.cursor);
	return failed(err, rc);
}

/* --- By their filters ---------------------------------------------------- */

/* Filters of the group of blocks at hand. */
struct filter_walk {
	struct segment_reader *seg;
	const struct term_filter *wanted;
	uint64_t passing[FILTER_BLOCKS / 64];
};

/* The row of a bit: which blocks of the group have it. */
static void load_row(const uint8_t *rows, size_t row_bytes, unsigned bit,
		     uint64_t out[FILTER_BLOCKS / 64])
{
	uint8_t bytes[FILTER_ROW_BYTES] = { 0 };
	size_t i;

	memcpy(bytes, rows + bit * row_bytes, row_bytes);
	for (i = 0; i < FILTER_BLOCKS / 64; i++)
		out[i] = get_le64(bytes + 8 * i);
}

/* Which blocks of a group pass. */
static int load_group(struct filter_walk *f, uint32_t group)
{
	enum { PER_CHUNK = CHUNK_BYTES / FILTER_GROUP_BYTES };
	uint64_t addr = (uint64_t)(group / PER_CHUNK) << CHUNK_SHIFT |
			(uint64_t)(group % PER_CHUNK) * FILTER_GROUP_BYTES;
	uint32_t first = group * FILTER_BLOCKS, n;
	uint64_t row[FILTER_BLOCKS / 64];
	size_t row_bytes, i, k;
	struct span rows;
	int rc;

	if (first >= f->seg->dict_blocks)
		return SCOUT_E_CORRUPT;
	n = f->seg->dict_blocks - first;
	row_bytes = filter_row_bytes(n < FILTER_BLOCKS ? n : FILTER_BLOCKS);
	rc = stream_at(&f->seg->streams[STREAM_FILTERS], addr, &rows);
	if (rc < 0)
		return rc;
	if (rows.len < row_bytes * FILTER_BITS)
		return SCOUT_E_CORRUPT;
	memset(f->passing, 0xff, sizeof(f->passing));
	for (i = 0; i < f->wanted->nbits; i++) {
		load_row(rows.ptr, row_bytes, f->wanted->bits[i], row);
		for (k = 0; k < FILTER_BLOCKS / 64; k++)
			f->passing[k] &= row[k];
	}
	load_row(rows.ptr, row_bytes, FILTER_CUT_BIT, row);
	for (k = 0; k < FILTER_BLOCKS / 64; k++)
		f->passing[k] |= row[k];
	f->seg->snapshot->bytes_touched += (f->wanted->nbits + 1) * row_bytes;
	return SCOUT_OK;
}

/* Whether the block at hand passes. */
static int block_passes(struct filter_walk *f, const struct block_walk *w,
			bool *out)
{
	uint32_t in_group = w->number % FILTER_BLOCKS;
	int rc = SCOUT_OK;

	*out = true;
	if (!f->wanted->nbits)
		return SCOUT_OK;
	if (!in_group)
		rc = load_group(f, w->number / FILTER_BLOCKS);
	*out = (f->passing[in_group / 64] >> in_group % 64 & 1) ||
	       (f->wanted->of_ascii && !dict_block_is_ascii(w->value));
	return rc;
}

int term_blocks_find(struct term_blocks *b, struct segment_reader *seg,
		     const struct term_filter *wanted, struct scout_err *err)
{
	struct filter_walk f = { .seg = seg, .wanted = wanted };
	struct block_walk w;
	bool passes;
	int rc;

	buf_clear(&b->list);
	for (rc = walk_first(&w, seg); !rc; rc = walk_next(&w)) {
		rc = block_passes(&f, &w, &passes);
		if (!rc && passes)
			rc = add_block(b, &w);
		if (rc < 0)
			break;
	}
	store_cursor_close(w.cursor);
	return failed(err, rc);
}
