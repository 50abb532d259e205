#include "query/verify/verify.h"

#include <errno.h>
#include <sys/stat.h>

#include "query/language/query_error.h"
#include "query/verify/confirm.h"
#include "query/verify/context.h"

enum {
	READ_WINDOW_BYTES = 1 << 20,	/* of a text that is evaluated */
	SMALL_WINDOW_BYTES = 64 << 10,	/* of one whose lines are looked up */
	READ_MAX_BYTES = 1 << 30,	/* widest window, for giant words */
	READ_ATTEMPTS = 3,		/* of a file that keeps changing */
	/* what a worker holds of a file that is read in several windows */
	HELD_BYTES = 2 << 20,
	HELD_WINDOW_BYTES = 16 << 20,	/* and how wide they become */
	/* what is collected before it is handed over, where that can be */
	FLUSH_BYTES = 256 << 10,
};

int verifier_init(struct verifier *v, const struct verify_job *job,
		  struct scout_err *err)
{
	int rc;

	v->job = job;
	file_reader_init(&v->reader, MEM_READ, READ_WINDOW_BYTES);
	v->reader.unpacks = job->rules->search_zip;
	line_scan_init(&v->scan);
	buf_init(&v->words, MEM_QUERY);
	v->is_ready = true;
	rc = text_eval_init(&v->text, &job->query,
			    job->options->detail != DETAIL_FILES, err);
	if (!rc && job->wants_tally && rank_tally_init(&v->tally, job->query.words))
		rc = scout_err_set(err, SCOUT_E_NOMEM, "reading texts");
	if (rc < 0) {
		verifier_release(v);
		return rc;
	}
	v->lines.keeps_operands = job->options->all_operands;
	v->text.run.keeps_leaves |= job->options->all_operands;
	return SCOUT_OK;
}

void verifier_release(struct verifier *v)
{
	if (!v->is_ready)
		return;
	file_reader_release(&v->reader);
	text_eval_release(&v->text);
	hit_lines_release(&v->lines);
	line_scan_release(&v->scan);
	buf_release(&v->words);
	rank_tally_release(&v->tally);
	v->is_ready = false;
}

/* --- One file ------------------------------------------------------------ */

/* A candidate at work. */
struct task {
	struct verifier *v;
	const struct candidate *c;
	struct answers *out;
	struct scout_err *err;
	bool changed;		/* not as the index saw it */
	bool racy;		/* as far as stat tells, but cannot be sure */
	/* more than a worker should hold: the calling thread will do it */
	bool is_too_much;
	/* lines handed over, or counted, before the text's end */
	uint64_t nlines_put;
};

static bool wants_text(const struct task *t)
{
	return t->v->job->options->detail == DETAIL_TEXT;
}

/* Whether the file may be left to the calling thread. */
static bool may_defer(const struct task *t)
{
	return wants_text(t) && !t->out->stream;
}

static int give_up(struct task *t)
{
	t->is_too_much = true;
	return SCOUT_E_LIMIT;
}

/* The verdict on the file; with files_without_match, its opposite is asked. */
static void set_matches(struct task *t, bool matches)
{
	answers_file(t->out)->matches =
		matches != t->v->job->options->files_without_match;
}

static void add_lines(struct task *t, uint64_t nlines, uint64_t nmatches)
{
	answers_file(t->out)->nlines += nlines;
	answers_file(t->out)->nmatches += nmatches;
}

/* Compares the file with the index's record of it. */
static void compare_stat(struct task *t, const struct os_stat *st)
{
	const struct candidate *c = t->c;

	answers_file(t->out)->size_bytes = st->size;
	answers_file(t->out)->mtime_ns = st->mtime_ns;
	if (!c->is_indexed)
		return;
	t->changed = st->size != c->size_bytes || st->ino != c->ino ||
		     st->mtime_ns != c->mtime_ns || st->ctime_ns != c->ctime_ns;
	t->racy = !t->changed && c->is_racy;
}

/* The file may have an answer in it, but cannot be read: a message says why. */
static int put_unreadable(struct task *t, int sys)
{
	struct scout_err err = SCOUT_ERR_INIT;

	t->out->counts.unreadable_files++;
	scout_err_sys(&err, sys, "%s", t->c->path);
	return answers_put_message(t->out, err.msg);
}

/* The file could not be opened: perhaps it is gone, or no longer a file. */
static int put_unopened(struct task *t, int sys)
{
	if (sys != ENOENT && sys != ENOTDIR && sys != ENXIO && sys != ELOOP)
		return put_unreadable(t, sys);
	t->changed = false;
	t->out->counts.gone_files++;
	return SCOUT_OK;
}

static int put_message(struct task *t, const char *what)
{
	struct scout_err err = SCOUT_ERR_INIT;

	scout_err_set(&err, SCOUT_E_IO, "%s: %s", t->c->path, what);
	return answers_put_message(t->out, err.msg);
}

/* --- The text decides ---------------------------------------------------- */

/* Opens the file anew; *out_sys is an errno, or 0. */
static int open_file(struct task *t, size_t window, int *out_sys)
{
	struct file_reader *r = &t->v->reader;
	struct scout_err err = SCOUT_ERR_INIT;
	int rc;

	r->window_bytes = window;
	rc = file_reader_open(r, t->v->job->root_fd, t->c->path,
			      t->v->job->rules->follow, &err);
	*out_sys = rc == SCOUT_E_IO ? (err.sys ? err.sys : EIO) : 0;
	if (rc == SCOUT_E_NOMEM)
		return scout_err_set(t->err, rc, "reading '%s'", t->c->path);
	return SCOUT_OK;
}

/* Whether it is read in several windows. */
static bool is_large(const struct file_reader *r)
{
	return r->st.size > READ_WINDOW_BYTES || (r->is_packed && !r->at_end);
}

/* UTF-16 cannot be read from the middle: gets all of it. */
static int read_whole(struct file_reader *r, struct scout_err *err)
{
	int rc = SCOUT_OK;

	while (!rc && !r->at_end)
		rc = file_reader_next(r, file_reader_window(r).len, err);
	return rc;
}

static bool is_utf16(const struct file_reader *r)
{
	return r->encoding == TEXT_UTF16_LE || r->encoding == TEXT_UTF16_BE;
}

/* Starts the line scan on the open file. */
static void start_scan(struct task *t)
{
	struct verifier *v = t->v;
	struct file_reader *r = &v->reader;
	uint64_t shift = r->encoding == TEXT_UTF8_BOM ? 3 : 0;

	if (r->at_end && !r->text_offset)
		line_scan_text(&v->scan, file_reader_window(r));
	else if (r->is_packed)
		line_scan_packed(&v->scan, &r->packed, shift);
	else
		line_scan_file(&v->scan, r->fd, shift);
	v->scan.most_bytes = may_defer(t) ? ANSWER_HELD_BYTES : 0;
}

static int put_hit_lines(struct task *t)
{
	const struct query_options *o = t->v->job->options;
	int rc;

	add_lines(t, t->v->lines.nlines, t->v->lines.noccurrences);
	if (!wants_text(t))
		return SCOUT_OK;
	answers_file(t->out)->matches = true;
	rc = context_put(&t->v->scan, &t->v->lines, o->before, o->after,
			 t->out);
	t->out->counts.bytes_read += t->v->scan.bytes_read;
	t->v->scan.bytes_read = 0;
	return rc == SCOUT_E_LIMIT ? give_up(t) : rc;
}

/* The lines of a text that matches and is still open. */
static int put_text_lines(struct task *t, struct scout_err *err)
{
	struct verifier *v = t->v;
	int rc;

	if (v->job->options->detail == DETAIL_FILES)
		return SCOUT_OK;
	rc = text_eval_lines(&v->text, &v->lines, err);
	if (rc < 0)
		return rc;
	if (t->nlines_put)
		hit_lines_drop_before(&v->lines, t->nlines_put);
	hit_lines_finish(&v->lines, v->job->options->max_count);
	if (wants_text(t))
		start_scan(t);
	return put_hit_lines(t);
}

/* Whether lines can be handed over, or counted, before the end of the text is
 * known.  What decompresses a file is at work on the text then, and has none to
 * spare for its lines. */
static bool may_flush(const struct task *t)
{
	const struct query_options *o = t->v->job->options;
	bool can_give = t->out->stream && !t->v->reader.is_packed &&
			!o->before && !o->after;

	return t->v->text.is_sum && (can_give || !wants_text(t)) &&
	       !o->max_count && !t->v->job->ranks && !t->v->job->wants_tally;
}

/* Hands over, or counts, the lines that have ended.  With a wider window the
 * text is read from its start again: they are not put twice. */
static int flush_lines(struct task *t, struct scout_err *err)
{
	struct text_eval *text = &t->v->text;
	enum verdict verdict;
	int rc;

	text_eval_hold_back(text);
	rc = text_eval_verdict(text, &verdict, err);
	if (!rc && verdict == VERDICT_YES)
		rc = put_text_lines(t, err);
	text_eval_forget(text);
	if (text_eval_lines_ended(text) > t->nlines_put)
		t->nlines_put = text_eval_lines_ended(text);
	return rc;
}

/* One pass of the query over the open file.  SCOUT_END if a word is wider than
 * the window; SCOUT_E_IO is the file's; SCOUT_E_LIMIT also if it gives up. */
static int eval_windows(struct task *t, struct scout_err *err)
{
	struct file_reader *r = &t->v->reader;
	struct text_eval *text = &t->v->text;
	struct span w;
	size_t used;
	int rc;

	text_eval_begin(text);
	for (;;) {
		w = file_reader_window(r);
		rc = text_eval_window(text, w, r->at_end, &used, err);
		if (rc < 0)
			return rc;
		if ((text->tokenizer.skipping || text->needs_wider) &&
		    !r->at_end && r->window_bytes < READ_MAX_BYTES)
			return may_defer(t) &&
			       r->window_bytes >= HELD_WINDOW_BYTES ?
				       give_up(t) : SCOUT_END;
		if (text->needs_wider)
			return scout_err_set(err, SCOUT_E_LIMIT,
					     "more than 1 GiB in one line, or "
					     "in a file for a regex with m");
		if (r->at_end)
			return SCOUT_OK;
		if (may_defer(t) && text_eval_held_bytes(text) > HELD_BYTES)
			return give_up(t);
		if (may_flush(t) && text_eval_held_bytes(text) > FLUSH_BYTES)
			rc = flush_lines(t, err);
		if (!rc)
			rc = file_reader_next(r, w.len - used, err);
		if (rc < 0)
			return rc;
	}
}

/* Runs the query over the open file; a giant word must fit a window, since
 * words are compared whole. */
static int eval_open_file(struct task *t, enum verdict *out,
			  struct scout_err *err)
{
	struct file_reader *r = &t->v->reader;
	int rc, sys;

	for (;;) {
		rc = eval_windows(t, err);
		if (rc != SCOUT_END)
			break;
		rc = open_file(t, r->window_bytes * 4, &sys);
		if (!rc && sys)
			rc = scout_err_sys(err, sys, "%s", t->c->path);
		if (rc < 0)
			return rc;
	}
	if (rc < 0)
		return rc;
	t->out->counts.bytes_read += r->st.size;
	rc = text_eval_verdict(&t->v->text, out, err);
	if (!rc && answers_file(t->out)->nlines)
		*out = VERDICT_YES;	/* some are put */
	return rc;
}

/* Whether the open file is one that a walk would have kept. */
static bool is_searched(const struct task *t)
{
	const struct file_reader *r = &t->v->reader;
	const struct walk_rules *rules = t->v->job->rules;

	if (r->is_binary && !rules->include_binary)
		return false;
	return !rules->max_filesize || r->st.size <= rules->max_filesize;
}

/* What the sink of a file that is handed over piece by piece said. */
static int sink_failure(const struct task *t)
{
	return t->out->stream ? t->out->stream->failed : SCOUT_OK;
}

/* Says which pattern was given up in the text, if one was. */
static int put_given_up(struct task *t)
{
	struct scout_err err = SCOUT_ERR_INIT;
	const struct text_pattern *p;
	struct excerpt e;
	uint64_t line;

	p = text_eval_given_up(&t->v->text, &line);
	if (!p || t->v->job->is_second_look)
		return SCOUT_OK;
	t->out->counts.truncated_files++;
	if (answers_file(t->out)->message)
		return SCOUT_OK;
	excerpt_of(p->node->text, EXCERPT_PLAIN, &e);
	scout_err_set(&err, SCOUT_E_LIMIT, "%s:%llu: /%s/ takes too many steps "
		      "here, so the answer may be incomplete", t->c->path,
		      (unsigned long long)line + 1, e.text);
	return answers_put_message(t->out, err.msg);
}

/* What the filters say of the open file. */
static int eval_filters(struct task *t, enum verdict *out,
			struct scout_err *err)
{
	const struct os_stat *st = &t->v->reader.st;
	const struct file_facts facts = {
		.path = span_of(t->c->path, t->c->path_len),
		.size_bytes = st->size, .mtime_ns = st->mtime_ns };

	return text_eval_file(&t->v->text, &facts, out, err);
}

/* For ranking: what the text that was read says. */
static int put_text_facts(struct task *t, struct scout_err *err)
{
	const struct rank_shape *shape = t->v->job->ranks;
	struct text_eval *text = &t->v->text;
	uint32_t *facts;
	bool known;
	int rc;

	if (!shape || !answers_file(t->out)->matches)
		return SCOUT_OK;
	facts = answers_put_facts(t->out, rank_facts_len(shape));
	rc = facts ? rank_facts_collect(shape, &text->run.source,
					(uint32_t)text->nwords, facts, &known) :
		     SCOUT_E_NOMEM;
	return rc < 0 ? scout_err_set(err, rc, "ranking") : rc;
}

/* The same, as the index told it. */
static int put_index_facts(struct task *t)
{
	const struct rank_shape *shape = t->v->job->ranks;
	uint32_t *facts;

	if (!shape || !t->c->facts)
		return SCOUT_OK;
	facts = answers_put_facts(t->out, rank_facts_len(shape));
	if (!facts)
		return scout_err_set(t->err, SCOUT_E_NOMEM, "ranking");
	memcpy(facts, t->c->facts, rank_facts_len(shape) * sizeof(*facts));
	return SCOUT_OK;
}

/* Counts the words of the open file, whatever the query says of it. */
static int tally_text(struct task *t, struct scout_err *err)
{
	enum verdict verdict;
	int rc = eval_open_file(t, &verdict, err);

	if (!rc)
		text_eval_tally(&t->v->text, &t->v->tally);
	return rc;
}

/* Answers from the open file.  SCOUT_END if it changed meanwhile. */
static int try_text(struct task *t, bool is_last_try, struct scout_err *err)
{
	struct file_reader *r = &t->v->reader;
	enum verdict verdict = VERDICT_NO;
	int rc = eval_filters(t, &verdict, err);

	if (!rc && verdict == VERDICT_NO) {	/* whatever the text says */
		set_matches(t, false);
		return SCOUT_OK;
	}
	if (!rc && wants_text(t) && is_utf16(r))
		rc = may_defer(t) && is_large(r) ? give_up(t) :
						   read_whole(r, err);
	if (!rc)
		rc = eval_open_file(t, &verdict, err);
	if (!rc && verdict == VERDICT_YES)
		rc = put_text_lines(t, err);
	if (rc < 0 && rc != SCOUT_E_NOTFOUND)
		return rc;
	if (rc == SCOUT_E_NOTFOUND || !file_reader_unchanged(r)) {
		if (!is_last_try && answers_take_back(t->out)) {
			t->nlines_put = 0;
			return SCOUT_END;
		}
		rc = put_message(t, "changed while it was being read");
		if (rc < 0)
			return rc;
	}
	/* what is not known is neither in the answer nor in its opposite */
	if (verdict != VERDICT_MAYBE)
		set_matches(t, verdict == VERDICT_YES);
	rc = put_text_facts(t, err);
	return rc < 0 ? rc : put_given_up(t);
}

/* The file could be opened, but reading it failed. */
static int put_read_error(struct task *t, const struct scout_err *err)
{
	(void)answers_take_back(t->out);
	return put_unreadable(t, err->sys ? err->sys : EIO);
}

/* The query is beyond a limit in this file: there is no answer from it. */
static int put_limit(struct task *t, const struct scout_err *err)
{
	(void)answers_take_back(t->out);
	t->out->counts.truncated_files++;
	return put_message(t, err->msg);
}

/* Evaluates the query on the file as it is; the reader may have it open. */
static int check_text(struct task *t)
{
	struct file_reader *r = &t->v->reader;
	struct scout_err err = SCOUT_ERR_INIT;
	int rc = SCOUT_END, sys = 0;
	unsigned attempt;

	for (attempt = 1; rc == SCOUT_END; attempt++) {
		if (r->fd < 0 || attempt > 1) {
			rc = open_file(t, READ_WINDOW_BYTES, &sys);
			if (rc < 0)
				return rc;
			if (sys)
				return put_unopened(t, sys);
		}
		r->window_bytes = READ_WINDOW_BYTES;
		answers_file(t->out)->size_bytes = r->st.size;
		answers_file(t->out)->mtime_ns = r->st.mtime_ns;
		if (!is_searched(t))
			return SCOUT_OK;
		rc = t->v->job->wants_tally ?
			     tally_text(t, &err) :
			     try_text(t, attempt >= READ_ATTEMPTS, &err);
	}
	if (t->is_too_much)
		return rc;
	t->out->counts.searched_files++;
	if (sink_failure(t))
		return sink_failure(t);
	if (rc == SCOUT_E_IO)
		return put_read_error(t, &err);
	if (rc == SCOUT_E_LIMIT)
		return put_limit(t, &err);
	if (rc < 0)
		return scout_err_set(t->err, rc, "%s: %s", t->c->path,
				     err.msg);
	return rc;
}

/* --- The index proposes -------------------------------------------------- */

/* Whether what the index knows is all that is asked. */
static bool index_suffices(const struct task *t)
{
	const struct candidate *c = t->c;
	enum query_detail detail = t->v->job->options->detail;

	return c->is_indexed && c->verdict != VERDICT_MAYBE &&
	       (c->facts || !t->v->job->ranks) &&
	       (detail == DETAIL_FILES || c->knows_lines);
}

static int put_index_answer(struct task *t)
{
	set_matches(t, t->c->verdict == VERDICT_YES);
	add_lines(t, t->c->nlines, t->c->noccurrences);
	return put_index_facts(t);
}

/* Without opening: the index' word holds if the file is as it was. */
static int check_stat(struct task *t)
{
	const struct verify_job *job = t->v->job;
	struct os_stat st;
	int rc;

	answers_file(t->out)->size_bytes = t->c->size_bytes;
	answers_file(t->out)->mtime_ns = t->c->mtime_ns;
	if (job->options->verify == VERIFY_NEVER || t->c->is_current)
		return put_index_answer(t);
	rc = os_stat_at(job->root_fd, t->c->path, job->rules->follow, &st);
	if (rc < 0)
		return put_unopened(t, -rc);
	compare_stat(t, &st);
	if (t->changed || t->racy)
		return check_text(t);
	return put_index_answer(t);
}

/* Confirms the hits on the open, unchanged file.  SCOUT_END if they are not
 * there. */
static int check_hits(struct task *t)
{
	struct verifier *v = t->v;
	bool ok;
	int rc;

	if (is_utf16(&v->reader) && !v->reader.at_end)
		return SCOUT_END;
	start_scan(t);
	line_scan_set_hints(&v->scan, t->c->hints, t->c->nhints);
	rc = confirm_hits(t->c, &v->scan, &v->text, &v->words,
			  v->job->options->max_count, &v->lines, &ok);
	if (rc == SCOUT_E_LIMIT)
		return give_up(t);
	if (rc < 0 || !ok)
		return rc == SCOUT_E_NOMEM ? rc : SCOUT_END;
	t->out->counts.searched_files++;
	t->out->counts.bytes_read += file_reader_window(&v->reader).len;
	set_matches(t, t->c->verdict == VERDICT_YES);
	start_scan(t);
	line_scan_set_hints(&v->scan, t->c->hints, t->c->nhints);
	rc = put_hit_lines(t);
	if (!rc && file_reader_unchanged(&v->reader))
		return put_index_facts(t);
	if (t->is_too_much || sink_failure(t) || rc == SCOUT_E_NOMEM)
		return rc;
	if (answers_take_back(t->out))
		return SCOUT_END;
	return put_message(t, "changed while it was being read");
}

static int check_file(struct task *t)
{
	struct verifier *v = t->v;
	bool large = t->c->is_indexed &&
		     t->c->size_bytes > CANDIDATE_WHOLE_BYTES;
	int sys, rc;

	rc = open_file(t, large ? SMALL_WINDOW_BYTES : READ_WINDOW_BYTES, &sys);
	if (rc < 0)
		return rc;
	if (sys)
		return put_unopened(t, sys);
	compare_stat(t, &v->reader.st);
	if (!t->changed && !t->racy && index_suffices(t)) {
		rc = check_hits(t);
		if (rc != SCOUT_END)
			return rc;
	}
	return check_text(t);
}

static bool has_something_to_say(const struct file_answer *f)
{
	return f->matches || f->message || f->is_deferred;
}

int verify_candidate(struct verifier *v, const struct candidate *c,
		     struct answers *out, struct scout_err *err)
{
	struct task t = { .v = v, .c = c, .out = out, .err = err,
			  .changed = c->is_changed };
	/* no line to print, none to confirm: its text is not needed */
	bool is_bare = c->knows_lines && !c->npieces;
	bool by_stat = (v->job->options->detail != DETAIL_TEXT || is_bare) &&
		       v->job->options->verify != VERIFY_ALWAYS;
	const struct answer_counts counts = out->counts;
	int rc;

	if (!answers_begin_file(out, span_of(c->path, c->path_len)))
		return scout_err_set(err, SCOUT_E_NOMEM, "collecting answers");
	answers_file(out)->is_ranked = c->is_ranked;
	answers_file(out)->score = c->score;
	file_reader_close(&v->reader);
	if (by_stat && index_suffices(&t))
		rc = check_stat(&t);
	else
		rc = check_file(&t);
	file_reader_close(&v->reader);
	if (t.is_too_much) {
		(void)answers_take_back(out);
		answers_file(out)->is_deferred = true;
		answers_file(out)->message = 0;
		out->counts = counts;
		rc = SCOUT_OK;
	}
	if (t.changed && !answers_file(out)->is_deferred) {
		out->counts.changed_files++;
		answers_file(out)->changed = true;
	}
	if (!(out->stream && out->stream->is_open) &&
	    (rc < 0 || !has_something_to_say(answers_file(out))))
		answers_drop_file(out);
	if (rc == SCOUT_E_NOMEM)
		scout_err_set(err, rc, "searching '%s'", c->path);
	return rc;
}
