#include "query/verify/answers.h"

void answers_init(struct answers *a)
{
	memset(a, 0, sizeof(*a));
	buf_init(&a->files, MEM_QUERY);
	buf_init(&a->lines, MEM_QUERY);
	buf_init(&a->matches, MEM_QUERY);
	buf_init(&a->texts, MEM_QUERY);
	buf_init(&a->facts, MEM_QUERY);
}

void answers_release(struct answers *a)
{
	buf_release(&a->files);
	buf_release(&a->lines);
	buf_release(&a->matches);
	buf_release(&a->texts);
	buf_release(&a->facts);
}

void answers_clear(struct answers *a)
{
	buf_clear(&a->files);
	buf_clear(&a->lines);
	buf_clear(&a->matches);
	buf_clear(&a->texts);
	buf_clear(&a->facts);
	a->counts = (struct answer_counts){ 0 };
}

static struct line_answer *lines_of(const struct answers *a)
{
	return (struct line_answer *)a->lines.ptr;
}

static size_t nlines(const struct answers *a)
{
	return a->lines.len / sizeof(struct line_answer);
}

const struct file_answer *answers_files(const struct answers *a, size_t *out_n)
{
	*out_n = a->files.len / sizeof(struct file_answer);
	return (const struct file_answer *)a->files.ptr;
}

struct file_answer *answers_file(struct answers *a)
{
	return (struct file_answer *)(a->files.ptr + a->files.len) - 1;
}

struct file_answer *answers_begin_file(struct answers *a, struct span path)
{
	struct file_answer f = { .path = path, .first_line = nlines(a) };

	buf_put(&a->files, &f, sizeof(f));
	return buf_status(&a->files) < 0 ? NULL : answers_file(a);
}

/* Bytes held of the file at work, which has a line. */
static size_t held_bytes(const struct answers *a)
{
	size_t from = answers_file((struct answers *)a)->first_line;
	const struct line_answer *first = &lines_of(a)[from];

	return a->texts.len - first->text + a->lines.len -
	       from * sizeof(*first) + a->matches.len -
	       first->first_match * sizeof(struct scout_submatch);
}

int answers_put_line(struct answers *a, const struct line_answer *line,
		     struct span text)
{
	struct line_answer l = *line;
	int rc = SCOUT_OK;

	if (a->stream && a->texts.len >= ANSWER_FLUSH_BYTES)
		rc = emitter_flush(a->stream, a);
	if (rc < 0)
		return rc;
	l.text = a->texts.len;
	l.text_len = text.len;
	l.first_match = a->matches.len / sizeof(struct scout_submatch);
	l.nmatches = 0;
	buf_put_span(&a->texts, text);
	buf_put(&a->lines, &l, sizeof(l));
	if (buf_status(&a->texts) < 0 || buf_status(&a->lines) < 0)
		return SCOUT_E_NOMEM;
	answers_file(a)->nlines_held++;
	return a->stream || held_bytes(a) <= ANSWER_HELD_BYTES ? SCOUT_OK
							       : SCOUT_E_LIMIT;
}

int answers_put_match(struct answers *a, const struct scout_submatch *m)
{
	buf_put(&a->matches, m, sizeof(*m));
	lines_of(a)[nlines(a) - 1].nmatches++;
	return buf_status(&a->matches);
}

uint32_t *answers_put_facts(struct answers *a, size_t n)
{
	uint32_t *room;

	if (!buf_reserve(&a->facts, n * sizeof(*room)))
		return NULL;
	room = (uint32_t *)(a->facts.ptr + a->facts.len);
	answers_file(a)->facts = a->facts.len / sizeof(*room) + 1;
	a->facts.len += n * sizeof(*room);
	return room;
}

int answers_put_message(struct answers *a, const char *text)
{
	size_t at = a->texts.len;

	buf_put(&a->texts, text, strlen(text) + 1);
	if (buf_status(&a->texts) < 0)
		return SCOUT_E_NOMEM;
	answers_file(a)->message = at + 1;
	return SCOUT_OK;
}

bool answers_take_back(struct answers *a)
{
	struct file_answer *f = answers_file(a);

	if (a->stream && a->stream->is_open)
		return false;
	if (f->nlines_held) {
		const struct line_answer *first = &lines_of(a)[f->first_line];

		a->texts.len = first->text;
		a->matches.len = first->first_match *
				 sizeof(struct scout_submatch);
		a->lines.len = f->first_line * sizeof(*first);
	}
	f->nlines_held = 0;
	/* the next look may find nothing, or no file */
	f->matches = false;
	f->nlines = f->nmatches = 0;
	f->facts = 0;
	return true;
}

void answers_drop_file(struct answers *a)
{
	a->files.len -= sizeof(struct file_answer);
}

/* --- Handing over -------------------------------------------------------- */

static struct scout_file sink_file(const struct emitter *e,
				   const struct answers *a,
				   const struct file_answer *f)
{
	const uint32_t *facts = (const uint32_t *)a->facts.ptr;

	return (struct scout_file){
		.path = f->path, .size_bytes = f->size_bytes,
		.nlines = f->nlines, .nmatches = f->nmatches,
		.counts_known = e->with_counts, .changed = f->changed,
		.mtime_ns = f->mtime_ns, .is_ranked = f->is_ranked,
		.score = f->score,
		.facts = f->facts ? facts + f->facts - 1 : NULL };
}

static int put_lines(struct emitter *e, const struct answers *a,
		     const struct file_answer *f)
{
	const struct scout_submatch *matches =
		(const struct scout_submatch *)a->matches.ptr;
	size_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < f->nlines_held && !rc; i++) {
		const struct line_answer *l = &lines_of(a)[f->first_line + i];
		struct scout_line line = {
			.number = l->number, .offset = l->offset,
			.text = span_of(a->texts.ptr + l->text, l->text_len),
			.is_context = l->is_context,
			.submatches = l->nmatches ? matches + l->first_match :
						    NULL,
			.nsubmatches = l->nmatches };

		if (l->breaks && e->sink->group_break)
			rc = e->sink->group_break(e->sink->ctx);
		if (!rc)
			rc = e->sink->line(e->sink->ctx, &e->open, &line);
	}
	return rc;
}

static int open_file(struct emitter *e, const struct answers *a,
		     const struct file_answer *f)
{
	if (e->is_open)
		return SCOUT_OK;
	e->is_open = true;
	e->open = sink_file(e, a, f);
	return e->sink->begin_file(e->sink->ctx, &e->open);
}

static int close_file(struct emitter *e, const struct answers *a,
		      const struct file_answer *f)
{
	struct scout_file file = sink_file(e, a, f);

	e->is_open = false;
	e->stats->matched_files++;
	e->stats->matched_lines += f->nlines;
	e->stats->matches += f->nmatches;
	if (e->stop_at_first)
		e->stopped = true;
	return e->sink->end_file(e->sink->ctx, &file);
}

int emitter_put(struct emitter *e, const struct answers *a,
		const struct file_answer *f)
{
	int rc;

	if (f->message && e->sink->message)
		e->sink->message(e->sink->ctx,
				 (const char *)a->texts.ptr + f->message - 1);
	if (!f->matches && !e->is_open)
		return SCOUT_OK;
	rc = open_file(e, a, f);
	if (!rc)
		rc = put_lines(e, a, f);
	if (!rc)
		rc = close_file(e, a, f);
	e->failed = rc;
	return rc;
}

int emitter_flush(struct emitter *e, struct answers *a)
{
	struct file_answer *f = answers_file(a);
	int rc = open_file(e, a, f);

	if (!rc)
		rc = put_lines(e, a, f);
	buf_clear(&a->lines);
	buf_clear(&a->matches);
	buf_clear(&a->texts);
	f->first_line = f->nlines_held = f->message = 0;
	e->failed = rc;
	return rc;
}

void emitter_count(struct emitter *e, const struct answers *a)
{
	e->stats->searched_files += a->counts.searched_files;
	e->stats->bytes_read += a->counts.bytes_read;
	e->stats->changed_files += a->counts.changed_files;
	e->stats->gone_files += a->counts.gone_files;
	e->stats->unreadable_files += a->counts.unreadable_files;
	e->stats->truncated_files += a->counts.truncated_files;
}
