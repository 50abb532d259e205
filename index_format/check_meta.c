#include "index_format/check_meta.h"

#include "base/tree/walk.h"
#include "index_format/index_stats.h"
#include "index_format/meta_value.h"
#include "index_format/skip_list.h"
#include "index_format/touched.h"

/* The manifest --------------------------------------------------------- */

/* No chunk or block takes less room in the store than this. */
enum { VALUE_MIN_BYTES = 8 };

static const char *segment_meta_problem(struct checker *c,
					const struct segment_meta *m,
					uint64_t file_bytes)
{
	uint64_t nvalues = m->dict_blocks;
	unsigned i;
	const struct segment_meta *other;

	for (other = c->manifest.segments; other < m; other++)
		if (other->number == m->number)
			return "two segments have its number";
	for (i = 0; i < STREAMS; i++)
		nvalues += m->nchunks[i];
	if (nvalues > file_bytes / VALUE_MIN_BYTES)
		return "more chunks and blocks than fit in the file";
	if (m->ndeleted > m->ndocs || m->nwild > m->ndocs)
		return "more documents deleted or unreliable than there are";
	return NULL;
}

static int open_streams(struct checker *c, struct checked_segment *seg)
{
	struct stream_reader *s;
	unsigned i;

	for (i = 0; i < STREAMS; i++) {
		s = &seg->streams[i];
		s->txn = c->txn;
		s->segment = seg->meta->number;
		s->id = (enum stream_id)i;
		s->nchunks = seg->meta->nchunks[i];
		s->chunks = arena_calloc(&c->arena, s->nchunks,
					 sizeof(*s->chunks));
		if (!s->chunks)
			return SCOUT_E_NOMEM;
	}
	return SCOUT_OK;
}

static int open_segments(struct checker *c, bool *out_usable,
			 struct scout_err *err)
{
	struct manifest *m = &c->manifest;
	uint64_t file_bytes, used_bytes;
	const char *problem;
	uint32_t i;
	int rc;

	c->segments = arena_calloc(&c->arena, m->nsegments,
				   sizeof(*c->segments));
	if (!c->segments)
		return SCOUT_E_NOMEM;
	rc = store_sizes(c->txn, &file_bytes, &used_bytes, err);
	for (i = 0; i < m->nsegments && !rc; i++) {
		c->segments[i].meta = &m->segments[i];
		problem = segment_meta_problem(c, &m->segments[i], file_bytes);
		if (problem) {
			checker_segment_problem(c, &c->segments[i],
						"the manifest: %s", problem);
			*out_usable = false;
			return SCOUT_OK;
		}
		rc = open_streams(c, &c->segments[i]);
	}
	return rc;
}

int check_manifest(struct checker *c, bool *out_usable, struct scout_err *err)
{
	struct walk_rules rules;
	struct span bytes;
	int rc;

	*out_usable = false;
	rc = store_get(c->txn, STORE_META, span_str(MANIFEST_KEY), &bytes);
	if (rc < 0) {
		checker_problem(c, "there is no manifest");
		return SCOUT_OK;
	}
	rc = manifest_decode(bytes, &c->arena, &c->manifest, err);
	if (rc == SCOUT_E_CORRUPT) {
		checker_problem(c, "the manifest is damaged");
		return SCOUT_OK;
	}
	if (rc < 0)
		return rc;
	rc = walk_rules_decode(c->manifest.rules, &c->arena, &rules);
	if (rc == SCOUT_E_NOMEM)
		return rc;
	if (rc < 0)
		checker_problem(c, "the manifest: the walk's rules are "
				"damaged");
	if (!c->manifest.root[0])
		checker_problem(c, "the manifest: the folder has no name");
	*out_usable = true;
	c->counts->segments = c->manifest.nsegments;
	return open_segments(c, out_usable, err);
}

/* Statistics and skip list --------------------------------------------- */

/* found: paths of the skip list by reason. */
static void check_stats(struct checker *c, const uint64_t found[SKIP_REASONS])
{
	struct index_stats stats;
	struct span bytes;
	int rc = meta_value_get(c->txn, span_str(STATS_KEY), &bytes);

	if (rc == SCOUT_E_NOTFOUND)
		checker_problem(c, "there are no statistics");
	else if (rc < 0 || index_stats_decode(bytes, &stats) < 0)
		checker_problem(c, "the statistics are damaged");
	else if (memcmp(stats.skipped, found, sizeof(stats.skipped)))
		checker_problem(c, "skip list: its paths are not as many as "
				"the statistics have");
}

/* last: the path before, borrowed from the store.  found: paths by reason. */
static const char *check_skip_part(struct span part, struct span *last,
				   uint64_t found[SKIP_REASONS])
{
	const uint8_t *p = part.ptr, *end = p + part.len;
	struct skipped_path s;

	if (!part.len)
		return "it is empty";
	while (p < end) {
		p = skipped_path_get(p, end, &s);
		if (!p)
			return "it is damaged";
		if (memchr(s.path.ptr, 0, s.path.len))
			return "a NUL in a path";
		if (last->len && path_cmp(*last, s.path) >= 0)
			return "its paths do not ascend";
		*last = s.path;
		found[s.reason]++;
	}
	return NULL;
}

/* Returns the number of parts.  found: their paths by reason. */
static uint32_t check_skip_list(struct checker *c, uint64_t found[SKIP_REASONS])
{
	struct span part, last = { NULL, 0 };
	uint8_t key[META_KEY_MAX];
	const char *problem;
	uint32_t i;
	size_t len;
	int rc;

	for (i = 0; i < UINT32_MAX; i++) {
		len = meta_key_put(key, SKIPPED_KEY, i);
		rc = meta_value_get(c->txn, span_of(key, len), &part);
		if (rc == SCOUT_E_NOTFOUND)
			break;
		problem = rc < 0 ? "wrong checksum" :
				   check_skip_part(part, &last, found);
		if (problem)
			checker_problem(c, "skip list, part %u: %s", i,
					problem);
	}
	return i;
}

/* Deletions ------------------------------------------------------------ */

static const char *deletions_problem(const struct segment_meta *m,
				     struct span bits)
{
	uint64_t count = 0;
	size_t i;

	if (bits.len != ((size_t)m->ndocs + 7) / 8)
		return "have not the right size";
	for (i = 0; i < bits.len; i++)
		count += (uint64_t)__builtin_popcount(bits.ptr[i]);
	if (m->ndocs % 8 && bits.ptr[bits.len - 1] >> m->ndocs % 8)
		return "have bits past the last document";
	return count == m->ndeleted ? NULL : "are not as many as the manifest "
					     "has";
}

static void check_deletions(struct checker *c,
			    const struct checked_segment *seg)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, DELETED_KEY, seg->meta->number);
	const char *problem = NULL;
	struct span bits;
	int rc = meta_value_get(c->txn, span_of(key, len), &bits);

	if (!rc)
		problem = deletions_problem(seg->meta, bits);
	else if (rc != SCOUT_E_NOTFOUND)
		problem = "have a wrong checksum";
	else if (seg->meta->ndeleted)
		problem = "are missing";
	if (problem)
		checker_segment_problem(c, seg, "the deletions %s", problem);
}

static void check_touched(struct checker *c, const struct checked_segment *seg)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, TOUCHED_KEY, seg->meta->number);
	const char *problem = NULL;
	struct span list = { NULL, 0 };
	int rc = meta_value_get(c->txn, span_of(key, len), &list);

	if (!rc)
		problem = seg->meta->ntouched &&
			  touched_is_sound(list, seg->meta->ntouched,
					   seg->meta->ndocs) ?
				  NULL : "are not as the manifest has them";
	else if (rc != SCOUT_E_NOTFOUND)
		problem = "have a wrong checksum";
	else if (seg->meta->ntouched)
		problem = "are missing";
	if (problem)
		checker_segment_problem(c, seg, "the touched documents %s",
					problem);
}

/* Keys ----------------------------------------------------------------- */

/* Whether key is name and a number. */
static bool key_is(struct span key, const char *name, uint32_t *out_number)
{
	struct span start = span_str(name);

	if (key.len != start.len + 4 || !span_has_prefix(key, start))
		return false;
	*out_number = get_be32(key.ptr + start.len);
	return true;
}

static int check_meta_key(struct checker *c, struct span key, struct span value)
{
	uint32_t number;

	(void)value;
	if (span_eq(key, span_str(MANIFEST_KEY)) ||
	    span_eq(key, span_str(STATS_KEY)) ||
	    key_is(key, SKIPPED_KEY, &number))
		return SCOUT_OK;
	if (!key_is(key, DELETED_KEY, &number) &&
	    !key_is(key, WILD_KEY, &number) &&
	    !key_is(key, TOUCHED_KEY, &number))
		checker_problem(c, "beside the manifest: an unknown key of "
				"%zu bytes", key.len);
	else if (!checker_segment(c, number))
		c->counts->unnamed++;
	return SCOUT_OK;
}

/* Parts of the skip list are numbered from 0 without a gap. */
static int check_skipped_key(struct checker *c, uint32_t nparts)
{
	uint8_t key[META_KEY_MAX];
	size_t len = meta_key_put(key, SKIPPED_KEY, nparts);
	struct store_cursor *cursor = NULL;
	struct span found, value;
	uint32_t number;
	int rc;

	rc = store_cursor_open(c->txn, STORE_META, &cursor);
	if (rc < 0)
		return rc == SCOUT_E_NOMEM ? rc : SCOUT_OK;
	if (!store_seek_ge(cursor, span_of(key, len), &found, &value) &&
	    key_is(found, SKIPPED_KEY, &number))
		checker_problem(c, "skip list, part %u: parts before it are "
				"missing", number);
	store_cursor_close(cursor);
	return SCOUT_OK;
}

int check_meta(struct checker *c)
{
	uint64_t skipped[SKIP_REASONS] = { 0 };
	uint32_t i, nparts = check_skip_list(c, skipped);
	int rc;

	check_stats(c, skipped);
	for (i = 0; i < c->manifest.nsegments; i++) {
		check_deletions(c, &c->segments[i]);
		check_touched(c, &c->segments[i]);
	}
	rc = check_skipped_key(c, nparts);
	if (rc < 0)
		return rc;
	return checker_each_value(c, STORE_META, "manifest", check_meta_key);
}
