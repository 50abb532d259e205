#include "index_format/segment_reader.h"

#include "index_format/checksum.h"
#include "index_format/keys.h"
#include "index_format/manifest.h"
#include "index_format/meta_value.h"
#include "index_format/touched.h"

#include <stdio.h>
#include <stdlib.h>
#include <limits.h>

static int open_streams(struct segment_reader *seg,
			const struct segment_meta *meta)
{
	struct index_snapshot *snap = seg->snapshot;
	struct stream_reader *s;
	unsigned i;

	for (i = 0; i < STREAMS; i++) {
		s = &seg->streams[i];
		s->txn = snap->txn;
		s->segment = seg->number;
		s->id = i;
		s->nchunks = meta->nchunks[i];
		s->chunks = arena_calloc(&snap->arena, s->nchunks,
					 sizeof(*s->chunks));
		if (!s->chunks)
			return SCOUT_E_NOMEM;
		if (!snap->check)
			continue;
		s->check = snap->check;
		s->checked = arena_calloc(&snap->arena, s->nchunks,
					  sizeof(*s->checked));
		if (!s->checked)
			return SCOUT_E_NOMEM;
	}
	return SCOUT_OK;
}

static int meta_damage(const struct segment_reader *seg, const char *what,
		       struct scout_err *err)
{
	return scout_err_set(err, SCOUT_E_CORRUPT, "segment %u: the %s are "
			     "missing or damaged", seg->number, what);
}

/* A value that the manifest promises: without it the index is damaged. */
static int get_promised(const struct segment_reader *seg, const char *name,
			const char *what, struct span *out,
			struct scout_err *err)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, name, seg->number);
	int rc = meta_value_get(seg->snapshot->txn, span_of(key, len), out);

	return rc == SCOUT_E_NOTFOUND || rc == SCOUT_E_CORRUPT ?
		       meta_damage(seg, what, err) : rc;
}

static int open_deletions(struct segment_reader *seg, struct scout_err *err)
{
	struct span bits;
	int rc = get_promised(seg, DELETED_KEY, "deletions", &bits, err);

	if (rc < 0)
		return rc;
	if (bits.len < ((size_t)seg->ndocs + 7) / 8)
		return meta_damage(seg, "deletions", err);
	seg->deleted = bits.ptr;
	return SCOUT_OK;
}

static int open_wild(struct segment_reader *seg, uint32_t nwild,
		     struct scout_err *err)
{
	struct span list;
	doc_id *docs;
	uint32_t i;
	int rc;

	rc = get_promised(seg, WILD_KEY, "wild documents", &list, err);
	if (rc < 0)
		return rc;
	if (list.len != (size_t)nwild * 4)
		return meta_damage(seg, "wild documents", err);
	docs = arena_calloc(&seg->snapshot->arena, nwild, sizeof(*docs));
	if (!docs)
		return SCOUT_E_NOMEM;
	for (i = 0; i < nwild; i++) {
		docs[i] = get_le32(list.ptr + 4 * (size_t)i);
		if (docs[i] >= seg->ndocs || (i && docs[i] <= docs[i - 1]))
			return meta_damage(seg, "wild documents", err);
	}
	seg->wild_docs = docs;
	seg->nwild_docs = nwild;
	return SCOUT_OK;
}

static int open_touched(struct segment_reader *seg, uint32_t ntouched,
			struct scout_err *err)
{
	struct span list;
	int rc = get_promised(seg, TOUCHED_KEY, "touched documents", &list,
			      err);

	if (rc < 0)
		return rc;
	if (!touched_is_sound(list, ntouched, seg->ndocs))
		return meta_damage(seg, "touched documents", err);
	seg->touched = list.ptr;
	seg->ntouched = ntouched;
	return SCOUT_OK;
}

/* True if a key of the dictionary belongs to the segment. */
static bool key_is_of(struct span key, uint32_t number)
{
	return key.len > 4 && key.len <= DICT_KEY_MAX &&
	       get_be32(key.ptr) == number;
}

/* Whether the segment has the dictionary blocks that were written. */
static int check_dict_keys(struct segment_reader *seg,
			   const struct segment_meta *meta,
			   struct scout_err *err)
{
	struct store_cursor *cursor = NULL;
	uint64_t sum = 0, nblocks = 0;
	struct span key, value;
	uint8_t first[4];
	int rc;

	put_be32(first, seg->number);
	rc = store_cursor_open(seg->snapshot->txn, STORE_DICT, &cursor);
	if (!rc)
		rc = store_seek_ge(cursor, span_of(first, sizeof(first)), &key,
				   &value);
	while (!rc && key_is_of(key, seg->number)) {
		sum = checksum_of(key, sum);
		nblocks++;
		rc = store_next(cursor, &key, &value);
	}
	store_cursor_close(cursor);
	if (rc >= 0 && (nblocks != meta->dict_blocks || sum != meta->dict_keys))
		rc = scout_err_set(err, SCOUT_E_CORRUPT, "segment %u: a "
				   "dictionary block is missing or has another "
				   "key", seg->number);
	return rc < 0 ? rc : SCOUT_OK;
}

static int open_segment(struct index_snapshot *snap, struct segment_reader *seg,
			const struct segment_meta *meta, struct scout_err *err)
{
	int rc;

	seg->snapshot = snap;
	seg->number = meta->number;
	seg->ndocs = meta->ndocs;
	seg->nwords = meta->nwords;
	seg->dict_blocks = meta->dict_blocks;
	seg->run_started_ns = meta->run_started_ns;
	rc = open_streams(seg, meta);
	if (!rc && meta->ndeleted)
		rc = open_deletions(seg, err);
	if (!rc && meta->nwild)
		rc = open_wild(seg, meta->nwild, err);
	if (!rc && meta->ntouched)
		rc = open_touched(seg, meta->ntouched, err);
	if (!rc && snap->check)
		rc = check_dict_keys(seg, meta, err);
	return rc;
}

/* The indexed folder: stored relative to the index folder where it can be, so
 * that both may be moved together. */
static int resolve_root(struct index_snapshot *snap, const char *index_dir,
			const char *root)
{
	char joined[PATH_MAX * 2], real[PATH_MAX];
	const char *path = root;

	if (root[0] != '/') {
		snprintf(joined, sizeof(joined), "%s/%s", index_dir, root);
		path = joined;
	}
	if (realpath(path, real))
		path = real;
	snap->root = arena_dup(&snap->arena, path, strlen(path));
	return snap->root ? SCOUT_OK : SCOUT_E_NOMEM;
}

static int make_check(struct index_snapshot *snap, const struct manifest *m)
{
	uint64_t nblocks = 0;
	uint32_t i;

	for (i = 0; i < m->nsegments; i++)
		nblocks += m->segments[i].dict_blocks;
	return read_check_new(nblocks, &snap->check);
}

static int read_manifest(struct index_snapshot *snap, const char *index_dir,
			 bool checked, struct scout_err *err)
{
	struct manifest m = { 0 };
	struct span bytes;
	uint32_t i;
	int rc;

	rc = store_get(snap->txn, STORE_META, span_str(MANIFEST_KEY), &bytes);
	if (rc < 0)
		return rc == SCOUT_E_NOTFOUND ? SCOUT_E_CORRUPT : rc;
	rc = manifest_decode(bytes, &snap->arena, &m, err);
	if (!rc)
		rc = walk_rules_decode(m.rules, &snap->arena, &snap->rules);
	if (!rc)
		rc = resolve_root(snap, index_dir, m.root);
	if (!rc && checked)
		rc = make_check(snap, &m);
	if (rc < 0)
		return rc;
	snap->run_started_ns = m.run_started_ns;
	snap->segments = arena_calloc(&snap->arena, m.nsegments,
				      sizeof(*snap->segments));
	if (!snap->segments)
		return SCOUT_E_NOMEM;
	snap->nsegments = m.nsegments;
	snap->metas = m.segments;
	for (i = 0; i < m.nsegments && !rc; i++)
		rc = open_segment(snap, &snap->segments[i], &m.segments[i],
				  err);
	return rc;
}

static int open_snapshot(const char *index_dir, bool checked,
			 struct index_snapshot **out, struct scout_err *err)
{
	struct index_snapshot *snap = scout_calloc(MEM_QUERY, 1, sizeof(*snap));
	int rc;

	if (!snap)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	arena_init(&snap->arena, MEM_QUERY);
	rc = store_open(index_dir, &snap->store, err);
	if (!rc)
		rc = store_begin_read(snap->store, &snap->txn, err);
	if (!rc)
		rc = read_manifest(snap, index_dir, checked, err);
	if (rc < 0) {
		snapshot_close(snap);
		return scout_err_set(err, rc, rc == SCOUT_E_CORRUPT ?
				     "the index in '%s' is damaged" :
				     "opening the index in '%s'", index_dir);
	}
	*out = snap;
	return SCOUT_OK;
}

int snapshot_open(const char *index_dir, struct index_snapshot **out,
		  struct scout_err *err)
{
	return open_snapshot(index_dir, false, out, err);
}

int snapshot_open_checked(const char *index_dir, struct index_snapshot **out,
			  struct scout_err *err)
{
	return open_snapshot(index_dir, true, out, err);
}

void snapshot_close(struct index_snapshot *snap)
{
	if (!snap)
		return;
	store_end_read(snap->txn);
	store_close(snap->store);
	read_check_free(snap->check);
	arena_release(&snap->arena);
	scout_free(snap);
}

bool segment_has_key(const struct segment_reader *seg, struct span key)
{
	return key_is_of(key, seg->number);
}

int segment_open_block(const struct segment_reader *seg, struct span key,
		       struct span value, struct dict_block *out)
{
	int rc = SCOUT_OK;

	if (seg->snapshot->check)
		rc = read_check_block(seg->snapshot->check, key, value);
	return rc < 0 ? rc : dict_block_open(out, value);
}

int segment_find_term(struct segment_reader *seg, struct span term,
		      struct term_info *out, struct scout_err *err)
{
	uint8_t key[DICT_KEY_MAX];
	struct store_cursor *cursor = NULL;
	struct dict_block block;
	struct span found, value;
	size_t key_len;
	int rc;

	if (!term.len || term.len > TERM_MAX_BYTES)
		return SCOUT_E_NOTFOUND;
	key_len = dict_key_put(key, seg->number, term.ptr, term.len);
	rc = store_cursor_open(seg->snapshot->txn, STORE_DICT, &cursor);
	if (!rc)
		rc = store_seek_le(cursor, span_of(key, key_len), &found,
				   &value);
	if (rc == SCOUT_E_NOTFOUND || (!rc && !key_is_of(found, seg->number))) {
		rc = SCOUT_E_NOTFOUND;
		goto out;
	}
	if (!rc)
		rc = segment_open_block(seg, found, value, &block);
	if (!rc)
		rc = dict_block_seek(&block, term);
	if (rc == SCOUT_END ||
	    (!rc && !span_eq(span_of(block.term, block.term_len), term)))
		rc = SCOUT_E_NOTFOUND;
	if (!rc)
		*out = block.info;
	seg->snapshot->bytes_touched += DICT_BLOCK_BYTES;
out:
	store_cursor_close(cursor);
	if (rc < 0 && rc != SCOUT_E_NOTFOUND)
		scout_err_set(err, rc, rc == SCOUT_E_CORRUPT ?
			      "a dictionary block is damaged" :
			      "reading the dictionary");
	return rc;
}

int term_iter_open(struct term_iter *it, struct segment_reader *seg,
		   struct span start, struct scout_err *err)
{
	uint8_t key[DICT_KEY_MAX];
	struct span found, value;
	size_t key_len;
	int rc;

	memset(it, 0, sizeof(*it));
	it->seg = seg;
	if (start.len > TERM_MAX_BYTES)
		start.len = TERM_MAX_BYTES;
	key_len = dict_key_put(key, seg->number, start.ptr, start.len);
	rc = store_cursor_open(seg->snapshot->txn, STORE_DICT, &it->cursor);
	if (!rc)
		rc = store_seek_le(it->cursor, span_of(key, key_len), &found,
				   &value);
	if (rc == SCOUT_E_NOTFOUND || (!rc && !key_is_of(found, seg->number)))
		rc = store_seek_ge(it->cursor, span_of(key, key_len), &found,
				   &value);
	if (rc == SCOUT_END || (!rc && !key_is_of(found, seg->number)))
		return SCOUT_OK;	/* no term at all: next says END */
	if (!rc)
		rc = segment_open_block(seg, found, value, &it->block);
	/* stand right before the first term >= start */
	while (!rc) {
		struct dict_block here = it->block;

		rc = dict_block_next(&it->block);
		if (rc == SCOUT_END) {
			rc = SCOUT_OK;
			break;
		}
		if (!rc && span_cmp(span_of(it->block.term, it->block.term_len),
				    start) >= 0) {
			it->block = here;
			break;
		}
	}
	return rc < 0 ? scout_err_set(err, rc, "reading the dictionary") : rc;
}

int term_iter_next(struct term_iter *it, struct scout_err *err)
{
	struct span key, value;
	int rc;

	if (!it->block.nterms)
		return SCOUT_END;
	while ((rc = dict_block_next(&it->block)) == SCOUT_END) {
		rc = store_next(it->cursor, &key, &value);
		if (!rc && !key_is_of(key, it->seg->number))
			rc = SCOUT_END;
		if (!rc)
			rc = segment_open_block(it->seg, key, value,
						&it->block);
		if (rc == SCOUT_END)
			return SCOUT_END;
		if (rc < 0)
			break;
		it->seg->snapshot->bytes_touched += DICT_BLOCK_BYTES;
	}
	if (rc < 0)
		return scout_err_set(err, rc, "reading the dictionary");
	it->term = span_of(it->block.term, it->block.term_len);
	it->info = it->block.info;
	return rc;
}

void term_iter_close(struct term_iter *it)
{
	store_cursor_close(it->cursor);
	it->cursor = NULL;
}

int segment_share(struct segment_reader *seg)
{
	static const enum stream_id ids[] = { STREAM_SHORT, STREAM_DOCS,
					      STREAM_SKIP, STREAM_DOC_TABLE };
	size_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]) && !rc; i++)
		rc = stream_look_up_all(&seg->streams[ids[i]]);
	return rc;
}

void segment_copy_init(struct segment_copy *copy,
		       const struct segment_reader *seg)
{
	copy->reader = *seg;
	copy->snapshot = *seg->snapshot;
	copy->snapshot.bytes_touched = 0;
	copy->reader.snapshot = &copy->snapshot;
}

/* A path from disk must stay below the root: no "..", no leading slash. */
static bool path_is_safe(struct span path)
{
	const uint8_t *p = path.ptr, *end = path.ptr + path.len, *slash;

	if (!path.len || memchr(path.ptr, 0, path.len))
		return false;
	for (; p <= end; p = slash + 1) {
		slash = memchr(p, '/', (size_t)(end - p));
		if (!slash)
			slash = end;
		if (slash == p || (slash - p == 2 && !memcmp(p, "..", 2)))
			return false;
	}
	return true;
}

static int find_path(struct segment_reader *seg, doc_id doc,
		     struct path_cache *paths, struct span *out)
{
	const struct stream_reader *stream = &seg->streams[STREAM_PATHS];
	uint64_t block = doc / PATH_BLOCK_DOCS;
	unsigned index = doc % PATH_BLOCK_DOCS;
	struct span slot, bytes;
	int rc;

	if (paths->stream != stream || paths->block != block ||
	    !paths->npaths) {
		rc = stream_slot(&seg->streams[STREAM_PATH_INDEX], block,
				 &slot);
		if (!rc)
			rc = stream_at(stream, get_le64(slot.ptr), &bytes);
		if (!rc)
			rc = path_cache_load(paths, bytes);
		if (rc < 0)
			return rc;
		paths->stream = stream;
		paths->block = block;
	}
	if (index >= paths->npaths)
		return SCOUT_E_CORRUPT;
	*out = span_of(paths->text + paths->start[index],
		       paths->start[index + 1] - paths->start[index]);
	return path_is_safe(*out) ? SCOUT_OK : SCOUT_E_CORRUPT;
}

int segment_doc(struct segment_reader *seg, doc_id doc,
		struct path_cache *paths, struct doc_info *out,
		struct scout_err *err)
{
	struct span slot;
	int rc;

	SCOUT_ASSERT(doc < seg->ndocs);
	rc = stream_slot(&seg->streams[STREAM_DOC_TABLE], doc, &slot);
	if (!rc)
		rc = doc_record_get(slot.ptr, out);
	if (!rc && seg->ntouched)
		touched_apply(seg->touched, seg->ntouched, doc, out);
	if (!rc && paths)
		rc = find_path(seg, doc, paths, &out->path);
	return rc < 0 ? scout_err_set(err, rc, "reading document %u", doc) : rc;
}

int segment_lines(struct segment_reader *seg, const struct doc_info *doc,
		  struct line_cursor *out, struct scout_err *err)
{
	(void)err;
	line_cursor_init(out, &seg->streams[STREAM_LINES], doc->lines_addr,
			 doc->nlines, doc->nwords);
	return SCOUT_OK;
}
