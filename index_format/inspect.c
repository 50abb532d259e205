#include "index_format/inspect.h"

#include "index_format/manifest.h"
#include "index_format/meta_value.h"
#include "index_format/skip_list.h"
#include "index_format/store.h"

static void add_size(struct index_stats *s, const char *name, uint64_t bytes)
{
	SCOUT_ASSERT(s->nsizes < STATS_MAX_SIZES);
	s->sizes[s->nsizes].name = name;
	s->sizes[s->nsizes++].bytes = bytes;
}

/* Where the bytes of the data file are; what is no segment's is LMDB's. */
static void add_sizes(const struct manifest *m, uint64_t file_bytes,
		      struct index_stats *s)
{
	uint64_t dict = 0, sum = 0, bytes;
	uint32_t i;
	unsigned k;

	for (i = 0; i < m->nsegments; i++)
		dict += m->segments[i].dict_bytes;
	add_size(s, "dictionary", dict);
	for (k = 0; k < STREAMS; k++) {
		bytes = 0;
		for (i = 0; i < m->nsegments; i++)
			bytes += m->segments[i].stream_bytes[k];
		add_size(s, stream_name(k), bytes);
		sum += bytes;
	}
	sum += dict;
	add_size(s, "store pages", file_bytes > sum ? file_bytes - sum : 0);
	s->index_bytes = file_bytes;
}

/* The figures of the segments are counted from the manifest, so that they are
 * right whatever was written when. */
static void count_segments(const struct manifest *m, struct index_stats *s)
{
	uint32_t i;

	s->files = s->words = s->terms = s->postings = s->deleted = 0;
	s->segments = m->nsegments;
	for (i = 0; i < m->nsegments; i++) {
		s->files += m->segments[i].ndocs - m->segments[i].ndeleted;
		s->deleted += m->segments[i].ndeleted;
		s->words += m->segments[i].nwords;
		s->terms += m->segments[i].nterms;
		s->postings += m->segments[i].npostings;
	}
}

int scout_inspect_stats(const char *index_dir, struct arena *arena,
			struct index_stats *out, struct scout_err *err)
{
	struct scout_store *store = NULL;
	struct store_txn *txn = NULL;
	struct manifest m = { 0 };
	uint64_t file_bytes, used_bytes;
	struct span bytes;
	int rc;

	rc = store_open(index_dir, &store, err);
	if (!rc)
		rc = store_begin_read(store, &txn, err);
	if (!rc)
		rc = store_get(txn, STORE_META, span_str(MANIFEST_KEY), &bytes);
	if (!rc)
		rc = manifest_decode(bytes, arena, &m, err);
	if (!rc)
		rc = meta_value_get(txn, span_str(STATS_KEY), &bytes);
	if (!rc)
		rc = index_stats_decode(bytes, out);
	if (!rc)
		rc = store_sizes(txn, &file_bytes, &used_bytes, err);
	if (!rc) {
		count_segments(&m, out);
		add_sizes(&m, file_bytes, out);
	}
	store_end_read(txn);
	store_close(store);
	return rc < 0 ? scout_err_set(err, rc, "reading the figures of '%s'",
				      index_dir) : rc;
}

int scout_inspect_skipped(const char *index_dir,
			  int (*fn)(void *ctx, struct span path,
				    enum skip_reason reason, bool is_dir,
				    int detail),
			  void *ctx, struct scout_err *err)
{
	struct skip_list_cursor c = { .txn = NULL };
	struct scout_store *store = NULL;
	struct skipped_path s;
	int rc;

	rc = store_open(index_dir, &store, err);
	if (!rc)
		rc = store_begin_read(store, &c.txn, err);
	while (!rc) {
		rc = skip_list_next(&c, &s);
		if (!rc)
			rc = fn(ctx, s.path, s.reason, s.is_dir, s.sys);
	}
	store_end_read(c.txn);
	store_close(store);
	return rc < 0 ? scout_err_set(err, rc, "reading the skip list of '%s'",
				      index_dir) : SCOUT_OK;
}
