#include "index_format/check.h"

#include "index_format/check_chunks.h"
#include "index_format/check_docs.h"
#include "index_format/check_meta.h"
#include "index_format/check_terms.h"

enum { DEFAULT_PROBLEMS = 100 };
#define DEFAULT_BITMAP_BYTES ((uint64_t)256 << 20)

static int check_segment(struct checker *c, struct checked_segment *seg)
{
	int rc;

	rc = check_docs(c, seg);
	if (!rc)
		rc = check_paths(c, seg);
	if (!rc)
		rc = check_terms(c, seg);
	check_docs_release(seg);
	return rc;
}

static int check_all(struct checker *c, struct scout_err *err)
{
	bool is_usable;
	uint32_t i;
	int rc;

	rc = check_manifest(c, &is_usable, err);
	if (rc < 0 || !is_usable)
		return rc;
	rc = check_meta(c);
	if (!rc)
		rc = check_chunks(c);
	if (!rc)
		rc = check_dict_keys(c);
	for (i = 0; i < c->manifest.nsegments && !rc; i++)
		rc = check_segment(c, &c->segments[i]);
	if (!rc && c->manifest.nsegments > 1)
		rc = check_paths_unique(c);
	return rc;
}

/* A store that LMDB itself refuses is damage found. */
static int open_store(struct checker *c, const char *index_dir, bool *out_open,
		      struct scout_err *err)
{
	struct scout_err why = SCOUT_ERR_INIT;
	int rc;

	rc = store_open(index_dir, &c->store, &why);
	if (!rc)
		rc = store_begin_read(c->store, &c->txn, &why);
	*out_open = !rc;
	if (rc == SCOUT_E_CORRUPT) {
		checker_problem(c, "%s", why.msg);
		return SCOUT_OK;
	}
	if (rc < 0 && err)
		*err = why;
	return rc;
}

static void report_rest(const struct checker *c)
{
	uint64_t problems = c->counts->problems;
	char line[64];

	if (problems <= c->options.max_problems)
		return;
	snprintf(line, sizeof(line), "and %llu more",
		 (unsigned long long)(problems - c->options.max_problems));
	c->report(c->report_ctx, line);
}

int scout_check(const char *index_dir, const struct check_options *options,
		check_report_fn report, void *report_ctx,
		struct check_counts *out, struct scout_err *err)
{
	struct checker c = { .options = *options, .report = report,
			     .report_ctx = report_ctx, .counts = out };
	bool is_open;
	int rc;

	memset(out, 0, sizeof(*out));
	if (!c.options.max_problems)
		c.options.max_problems = DEFAULT_PROBLEMS;
	if (!c.options.max_bitmap_bytes)
		c.options.max_bitmap_bytes = DEFAULT_BITMAP_BYTES;
	arena_init(&c.arena, MEM_OTHER);
	rc = open_store(&c, index_dir, &is_open, err);
	if (is_open)
		rc = check_all(&c, err);
	if (!rc)
		rc = c.failed;
	report_rest(&c);
	store_end_read(c.txn);
	store_close(c.store);
	arena_release(&c.arena);
	return rc < 0 ? scout_err_set(err, rc, "checking '%s'", index_dir) : rc;
}
