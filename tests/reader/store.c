/* The store: databases, keys, and checksums. */
#include "reader.h"

#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <string.h>

static MDB_txn *txn;
static MDB_dbi meta, dict, stream, sums;
const char *const stream_names[] = {
	"short postings", "documents", "skip entries", "positions", "line maps",
	"document table", "paths",     "path index",   "filters"
};

static void mdb(int rc, const char *what)
{
	if (rc)
		fail("%s: %s", what, mdb_strerror(rc));
}

static MDB_dbi open_database(const char *name)
{
	unsigned flags;
	MDB_dbi dbi;

	mdb(mdb_dbi_open(txn, name, 0, &dbi), name);
	mdb(mdb_dbi_flags(txn, dbi, &flags), name);
	need(flags == 0, "a database with flags");
	return dbi;
}

static size_t entries(MDB_dbi dbi)
{
	MDB_stat stat;

	mdb(mdb_stat(txn, dbi, &stat), "stat");
	return stat.ms_entries;
}

void open_store(const char *folder)
{
	char name[64], path[4096], extra[2];
	unsigned long n;
	MDB_dbi main_db;
	MDB_env *env;
	FILE *f;

	snprintf(where, sizeof(where), "%s", folder);
	snprintf(path, sizeof(path), "%s/CURRENT", folder);
	f = fopen(path, "r");
	if (!f || !fgets(name, sizeof(name), f) || fread(extra, 1, 1, f) != 0)
		fail("CURRENT is not one line");
	fclose(f);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	need(sscanf(name, "gen-%lu%1[\n]", &n, extra) == 2,
	     "CURRENT does not say gen-N");
	path[strlen(path) - 1] = '\0';
	mdb(mdb_env_create(&env), "create");
	mdb(mdb_env_set_maxdbs(env, 4), "maxdbs");
	mdb(mdb_env_set_mapsize(env, (size_t)1 << 40), "map");
	mdb(mdb_env_open(env, path, MDB_RDONLY, 0600), path);
	mdb(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "begin");
	mdb(mdb_dbi_open(txn, NULL, 0, &main_db), "main");
	need(entries(main_db) == 4, "not four databases");
	meta = open_database("meta");
	dict = open_database("dict");
	stream = open_database("stream");
	sums = open_database("sums");
}

static int find(MDB_dbi dbi, struct bytes key, struct bytes *value)
{
	MDB_val k = { left(key), (void *)(uintptr_t)key.at }, v;
	int rc = mdb_get(txn, dbi, &k, &v);

	if (rc == MDB_NOTFOUND)
		return 0;
	mdb(rc, "get");
	value->at = v.mv_data;
	value->end = value->at + v.mv_size;
	return 1;
}

static void put_be32(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

/* Takes the checksum off the end of a value. */
static struct bytes without_sum(struct bytes value, uint64_t seed)
{
	need(left(value) >= 8, "a value without a checksum");
	value.end -= 8;
	if (heeds_sums && hash(value, seed) != le_at(value.end, 8))
		fail("the checksum does not fit");
	return value;
}

static size_t nmeta; /* keys of `meta` that something leads to */

/* The value of a name, and of a number if it is not negative. */
int find_meta(const char *name, int64_t number, struct bytes *value)
{
	uint8_t key[32];
	size_t n = strlen(name);
	struct bytes all = { key, key };

	memcpy(key, name, n);
	if (number >= 0)
		put_be32(key + n, (uint32_t)number);
	all.end += number >= 0 ? n + 4 : n;
	if (!find(meta, all, value))
		return 0;
	snprintf(where, sizeof(where), "meta %s %" PRId64, name, number);
	*value = without_sum(*value,
			     strcmp(name, "manifest") ? hash(all, 0) : 0);
	nmeta++;
	return 1;
}

/* --- blocks and chunks, with their checksums */

static void read_keys(struct segment *seg)
{
	uint8_t prefix[4];
	MDB_val k = { 4, prefix }, v;
	MDB_cursor *cursor;
	uint64_t keys = 0, bytes = 0;
	uint32_t i;
	int rc;

	seg->blocks = take_memory(seg->dict_blocks, sizeof(*seg->blocks));
	seg->keys = take_memory(seg->dict_blocks, sizeof(*seg->keys));
	put_be32(prefix, seg->number);
	mdb(mdb_cursor_open(txn, dict, &cursor), "cursor");
	rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
	for (i = 0; i < seg->dict_blocks; i++) {
		struct bytes key, value;

		snprintf(where, sizeof(where), "segment %u, block %u",
			 (unsigned)seg->number, (unsigned)i);
		mdb(rc, "blocks are missing");
		key.at = k.mv_data;
		key.end = key.at + k.mv_size;
		value.at = v.mv_data;
		value.end = value.at + v.mv_size;
		need(left(key) >= 5 && left(key) <= 259 &&
			     !memcmp(key.at, prefix, 4),
		     "a key of another segment, or of a wrong length");
		need(left(value) <= 4080, "a block above 4080 bytes");
		without_sum(value, hash(key, 0));
		keys = hash(key, keys);
		bytes += left(value);
		seg->blocks[i] = value;
		key.at += 4;
		seg->keys[i] = key;
		rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	need(keys == seg->dict_keys, "dict_keys");
	need(bytes == seg->dict_bytes, "dict_bytes");
}

static void check_chunk(struct bytes chunk, struct bytes key)
{
	uint64_t seed = hash(key, 0);
	struct bytes want;

	need(left(chunk) >= 1 && left(chunk) <= CHUNK_MAX, "length of a chunk");
	need(find(sums, key, &want), "no checksums of a chunk");
	need(left(want) == 8 * ((left(chunk) + 16383) / 16384),
	     "number of checksums of a chunk");
	while (chunk.at < chunk.end) {
		struct bytes part = chunk;

		if (left(part) > 16384)
			part.end = part.at + 16384;
		if (hash(part, seed) != get_le(&want, 8) && heeds_sums)
			fail("the checksum of a chunk does not fit");
		chunk.at = part.end;
	}
}

static void read_chunks(struct segment *seg, int number)
{
	uint8_t key[9];
	const struct bytes all = { key, key + 9 };
	uint64_t bytes = 0;
	uint32_t i;

	seg->chunks[number] =
		take_memory(seg->nchunks[number], sizeof(**seg->chunks));
	put_be32(key, seg->number);
	key[4] = (uint8_t)number;
	for (i = 0; i < seg->nchunks[number]; i++) {
		snprintf(where, sizeof(where), "segment %u, %s, chunk %u",
			 (unsigned)seg->number, stream_names[number],
			 (unsigned)i);
		put_be32(key + 5, i);
		need(find(stream, all, &seg->chunks[number][i]), "missing");
		check_chunk(seg->chunks[number][i], all);
		bytes += left(seg->chunks[number][i]);
	}
	need(bytes == seg->stream_bytes[number], "stream_bytes");
}

void check_totals(const struct segment *segments, uint32_t nsegments)
{
	uint64_t nblocks = 0, nchunks = 0;
	uint32_t i;
	int k;

	for (i = 0; i < nsegments; i++) {
		nblocks += segments[i].dict_blocks;
		for (k = 0; k < NSTREAMS; k++)
			nchunks += segments[i].nchunks[k];
	}
	snprintf(where, sizeof(where), "all databases");
	need(entries(dict) == nblocks, "blocks that nothing leads to");
	need(entries(stream) == nchunks, "chunks that nothing leads to");
	need(entries(sums) == nchunks, "checksums that nothing leads to");
	need(entries(meta) == nmeta, "values of meta that nothing leads to");
}

void read_segment_values(struct segment *seg)
{
	int i;

	read_keys(seg);
	for (i = 0; i < NSTREAMS; i++)
		read_chunks(seg, i);
	if (seg->ndeleted)
		need(find_meta("deleted", seg->number, &seg->deleted),
		     "no deletions");
	if (seg->nwild)
		need(find_meta("wild", seg->number, &seg->wild),
		     "no wild documents");
	if (seg->ntouched)
		need(find_meta("touched", seg->number, &seg->touched),
		     "no touched documents");
}
