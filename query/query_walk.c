#include "query/query_walk.h"

#include "base/tree/walk.h"

/* What the walk could not read. */
static void report_skipped(const struct file_list *list, struct emitter *e)
{
	struct scout_err err;
	size_t i;

	for (i = 0; i < list->nskipped; i++) {
		const struct file_entry *f = &list->skipped[i];

		if (f->skip != SKIP_UNREADABLE)
			continue;
		e->stats->unreadable_files++;
		scout_err_clear(&err);
		scout_err_sys(&err, f->sys, "%s", f->path);
		if (e->sink->message)
			e->sink->message(e->sink->ctx, err.msg);
	}
}

/* An ignore file that could not be read or understood; the walk has one at a
 * time. */
static void warn(void *ctx, const char *text)
{
	const struct emitter *e = ctx;

	if (e->sink->message)
		e->sink->message(e->sink->ctx, text);
}

int query_walk(const char *root, const char *exclude_dir,
	       const struct walk_rules *rules, unsigned nthreads,
	       struct emitter *emitter, struct file_list *out,
	       struct scout_err *err)
{
	struct walk_options walk = { .root = root, .rules = rules,
				     .nthreads = nthreads,
				     .exclude_dir = exclude_dir,
				     .warn = warn, .warn_ctx = emitter };
	int rc = scout_walk(&walk, out, err);

	if (!rc)
		report_skipped(out, emitter);
	return rc;
}
