#include "index_format/dump_raw.h"

#include "index_format/keys.h"
#include "index_format/meta_value.h"
#include "index_format/skip_list.h"

static void put_value(struct dumper *d, struct span value)
{
	dumper_put_field(d, "bytes", value.len);
	dumper_put_str(d, "\txxh3=");
	dumper_put_hash(d, scout_hash64(value.ptr, value.len));
	dumper_end_line(d);
}

/* A name and perhaps a number after it. */
static void put_meta(struct dumper *d, struct span key, struct span value)
{
	size_t n;

	for (n = 0; n < key.len && key.ptr[n] >= 'a' && key.ptr[n] <= 'z'; n++)
		;
	dumper_put_str(d, "meta\t");
	dumper_put_bytes(d, span_of(key.ptr, n));
	if (key.len == n + 4)
		dumper_put_field(d, "number", get_be32(key.ptr + n));
	else
		dumper_put_bytes(d, span_of(key.ptr + n, key.len - n));
	put_value(d, value);
}

static void put_block(struct dumper *d, struct span key, struct span value)
{
	dumper_put_str(d, "block\t");
	if (key.len > 4) {
		dumper_put_u64(d, get_be32(key.ptr));
		dumper_put_str(d, "\t");
		key = span_of(key.ptr + 4, key.len - 4);
	}
	dumper_put_bytes(d, key);
	put_value(d, value);
}

static bool is_stream_key(struct span key)
{
	return key.len == STREAM_KEY_BYTES && key.ptr[4] < STREAMS;
}

static void put_chunk(struct dumper *d, const char *name, struct span key,
		      struct span value)
{
	dumper_put_str(d, name);
	dumper_put_str(d, "\t");
	if (is_stream_key(key)) {
		dumper_put_u64(d, get_be32(key.ptr));
		dumper_put_str(d, "\t");
		dumper_put_str(d, stream_name((enum stream_id)key.ptr[4]));
		dumper_put_field(d, "chunk", get_be32(key.ptr + 5));
	} else {
		dumper_put_bytes(d, key);
	}
	put_value(d, value);
}

static void put_any(struct dumper *d, enum store_db db, struct span key,
		    struct span value)
{
	switch (db) {
	case STORE_META:
		put_meta(d, key, value);
		break;
	case STORE_DICT:
		put_block(d, key, value);
		break;
	case STORE_STREAM:
		put_chunk(d, "chunk", key, value);
		break;
	default:
		put_chunk(d, "sums", key, value);
		break;
	}
}

static bool is_of_segment(const struct dumper *d, struct span key)
{
	uint32_t i;

	for (i = 0; key.len > 4 && i < d->manifest.nsegments; i++)
		if (d->manifest.segments[i].number == get_be32(key.ptr))
			return true;
	return false;
}

static bool is_content(const struct dumper *d, enum store_db db,
		       struct span key)
{
	if (db == STORE_STREAM &&
	    (!is_stream_key(key) || key.ptr[4] == STREAM_DOC_TABLE))
		return false;
	return is_of_segment(d, key);
}

static int dump_db(struct dumper *d, enum store_db db, bool only_content)
{
	static const uint8_t first[1] = { 0 };
	struct store_cursor *cursor = NULL;
	struct span key, value;
	int rc;

	rc = store_cursor_open(d->snap->txn, db, &cursor);
	if (!rc)
		rc = store_seek_ge(cursor, span_of(first, 1), &key, &value);
	while (!rc) {
		if (!only_content || is_content(d, db, key))
			put_any(d, db, key, value);
		rc = dumper_status(d);
		if (!rc)
			rc = store_next(cursor, &key, &value);
	}
	store_cursor_close(cursor);
	return rc < 0 ? rc : SCOUT_OK;
}

int dump_raw(struct dumper *d, struct scout_err *err)
{
	unsigned db;
	int rc = SCOUT_OK;

	for (db = 0; db < STORE_DBS && !rc; db++)
		rc = dump_db(d, (enum store_db)db, false);
	return rc < 0 ? scout_err_set(err, rc, "reading the store") : SCOUT_OK;
}

int dump_raw_content(struct dumper *d, struct scout_err *err)
{
	int rc;

	rc = dump_db(d, STORE_DICT, true);
	if (!rc)
		rc = dump_db(d, STORE_STREAM, true);
	return rc < 0 ? scout_err_set(err, rc, "reading the store") : SCOUT_OK;
}

static void put_skipped(struct dumper *d, const struct skipped_path *s)
{
	dumper_put_str(d, "skipped\t");
	dumper_put_str(d, skip_reason_name(s->reason));
	if (s->sys)
		dumper_put_field(d, "errno", (uint64_t)s->sys);
	dumper_put_str(d, "\t");
	dumper_put_bytes(d, s->path);
	dumper_put_str(d, s->is_dir ? "/" : "");
	dumper_end_line(d);
}

int dump_skip_list(struct dumper *d, struct scout_err *err)
{
	struct skip_list_cursor c = { .txn = d->snap->txn };
	struct skipped_path s;
	int rc;

	while (!(rc = skip_list_next(&c, &s))) {
		put_skipped(d, &s);
		rc = dumper_status(d);
		if (rc < 0)
			return rc;
	}
	return rc < 0 ? scout_err_set(err, rc, "reading the skip list") :
			SCOUT_OK;
}
