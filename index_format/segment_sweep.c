#include "index_format/segment_sweep.h"

#include "base/bytes.h"

struct sweep {
	struct scout_store *store;
	struct store_cursor *cursor; /* of what was there at the start */
	const struct segment_meta *segments;
	uint32_t nsegments;
	uint64_t ndeleted;
};

static bool is_named(const struct sweep *s, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < s->nsegments; i++)
		if (s->segments[i].number == number)
			return true;
	return false;
}

static int delete_key(struct sweep *s, enum store_db db, struct span key,
		      struct scout_err *err)
{
	s->ndeleted++;
	return store_delete(s->store, db, key, err);
}

/* Keys begin with the segment's number; a named segment is passed in one
 * step. */
static int sweep_segments(struct sweep *s, enum store_db db,
			  struct scout_err *err)
{
	struct span key, value;
	uint8_t next[4] = { 0 };
	uint32_t number;
	int rc = store_seek_ge(s->cursor, span_of(next, 4), &key, &value);

	while (!rc) {
		if (key.len < 4)
			return SCOUT_E_CORRUPT;
		number = get_be32(key.ptr);
		if (!is_named(s, number)) {
			rc = delete_key(s, db, key, err);
			if (!rc)
				rc = store_next(s->cursor, &key, &value);
			continue;
		}
		if (number == UINT32_MAX)
			break;
		put_be32(next, number + 1);
		rc = store_seek_ge(s->cursor, span_of(next, 4), &key, &value);
	}
	return rc < 0 ? rc : SCOUT_OK;
}

/* Values of one segment have its number after their name. */
static int sweep_meta(struct sweep *s, const char *name, struct scout_err *err)
{
	uint8_t first[META_KEY_MAX];
	size_t len = meta_key_put(first, name, 0), name_len = strlen(name);
	struct span key, value;
	int rc = store_seek_ge(s->cursor, span_of(first, len), &key, &value);

	while (!rc && key.len == len && span_has_prefix(key, span_str(name))) {
		if (!is_named(s, get_be32(key.ptr + name_len)))
			rc = delete_key(s, STORE_META, key, err);
		if (!rc)
			rc = store_next(s->cursor, &key, &value);
	}
	return rc < 0 ? rc : SCOUT_OK;
}

static int sweep_db(struct sweep *s, struct store_txn *txn, enum store_db db,
		    struct scout_err *err)
{
	static const char *const names[] = { DELETED_KEY, WILD_KEY,
					     TOUCHED_KEY };
	size_t i;
	int rc = store_cursor_open(txn, db, &s->cursor);

	if (!rc && db != STORE_META)
		rc = sweep_segments(s, db, err);
	for (i = 0; i < 3 && db == STORE_META && !rc; i++)
		rc = sweep_meta(s, names[i], err);
	store_cursor_close(s->cursor);
	s->cursor = NULL;
	return rc;
}

int segment_sweep(struct scout_store *store,
		  const struct segment_meta *segments, uint32_t nsegments,
		  uint64_t *out_deleted, struct scout_err *err)
{
	struct sweep s = { .store = store,
			   .segments = segments,
			   .nsegments = nsegments };
	struct store_txn *txn = NULL;
	enum store_db db;
	int rc = store_begin_read(store, &txn, err);

	for (db = 0; db < STORE_DBS && !rc; db++)
		rc = sweep_db(&s, txn, db, err);
	store_end_read(txn);
	if (!rc)
		rc = store_commit(store, err);
	*out_deleted = s.ndeleted;
	return rc < 0 ? scout_err_set(err, rc, "deleting old segments") : rc;
}
