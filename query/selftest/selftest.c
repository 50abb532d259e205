#include "query/selftest/selftest.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/os.h"
#include "base/pool.h"
#include "index_format/tree_diff.h"
#include "query/index.h"
#include "query/selftest/answer_log.h"
#include "query/selftest/question.h"

enum {
	ROUND_QUESTIONS = 25,		/* answered by one reading of all files */
	ROUND_BYTES = QUERY_MAX_BYTES - 4096,
	QUESTION_MAX_OPERANDS = 2,
};

/* The ways in which the index answers. */
enum answer_way { WAY_FILES, WAY_COUNTS, WAY_LINES, ANSWER_WAYS };

static const enum query_detail way_detail[ANSWER_WAYS] = {
	DETAIL_FILES, DETAIL_LINES, DETAIL_TEXT,
};

struct selftest {
	struct scout_index *index;
	const struct selftest_options *o;
	struct selftest_report *report;
	unsigned nthreads;
	int root_fd;
	bool follow;
	/* the files, and which of them are as the index saw them */
	struct file_list list;
	bool *counts;
	const struct file_entry **same;
	size_t nsame;
	struct question_maker maker;
	/* one round */
	struct arena arena;
	struct question questions[ROUND_QUESTIONS];
	size_t nquestions;
};

/* --- Which files --------------------------------------------------------- */

static int choose_files(struct selftest *t, const struct tree_diff *diff)
{
	size_t i, n = t->list.nfiles;

	t->counts = scout_calloc(MEM_QUERY, n + 1, sizeof(*t->counts));
	t->same = scout_calloc(MEM_QUERY, n + 1, sizeof(*t->same));
	if (!t->counts || !t->same)
		return SCOUT_E_NOMEM;
	for (i = 0; i < n; i++) {
		if (diff->files[i].state != TREE_SAME)
			continue;
		t->counts[i] = true;
		t->same[t->nsame++] = &t->list.files[i];
	}
	t->report->nfiles = t->nsame;
	t->report->nchanged = diff->nchanged + diff->nunsure;
	t->report->nnew = diff->nnew;
	t->report->ngone = diff->ngone;
	return SCOUT_OK;
}

/* Walks the tree and takes what is needed of a snapshot of the index. */
static int look_at_both(struct selftest *t, struct index_snapshot *snapshot,
			struct scout_err *err)
{
	struct walk_options walk = { .root = snapshot->root,
				     .rules = &snapshot->rules,
				     .nthreads = t->nthreads,
				     .exclude_dir = t->index->dir };
	struct tree_diff diff = { .files = NULL };
	int rc;

	t->follow = snapshot->rules.follow;
	t->root_fd = open(snapshot->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->root_fd < 0)
		return scout_err_sys(err, errno, "%s", snapshot->root);
	rc = scout_walk(&walk, &t->list, err);
	if (!rc)
		rc = tree_diff_make(snapshot, &t->list, MEM_QUERY, &diff, err);
	if (!rc && choose_files(t, &diff) < 0)
		rc = scout_err_set(err, SCOUT_E_NOMEM, "starting a selftest");
	tree_diff_release(&diff);
	if (!rc)
		rc = question_maker_init(&t->maker, snapshot, t->same, t->nsame,
					 t->root_fd, t->o->nquestions,
					 t->o->seed, err);
	return rc;
}

static int prepare(struct selftest *t, struct scout_err *err)
{
	struct index_snapshot *snapshot;
	int rc = scout_index_snapshot(t->index, &snapshot, err);

	if (!rc)
		rc = look_at_both(t, snapshot, err);
	scout_index_let_go(t->index);
	return rc;
}

/* --- Answers ------------------------------------------------------------- */

/* Runs one query into a log. */
static int answer(struct selftest *t, struct span text,
		  const struct query_options *options, struct answer_log *log,
		  struct scout_err *err)
{
	struct scout_sink sink = options->detail == DETAIL_TEXT ?
					 answer_log_lines_sink(log) :
					 answer_log_files_sink(log);
	struct scout_query_stats stats;
	struct scout_query *query;
	int rc = scout_query_new(text, options, &query, err);

	if (rc < 0)
		return rc;
	log->list = &t->list;
	log->counts = t->counts;
	rc = scout_query_run(query, t->index, NULL, &sink, &stats, err);
	scout_query_free(query);
	return rc;
}

/* All questions at once, as alternatives: one reading of all files. */
static int answer_by_reading(struct selftest *t, struct answer_log *log,
			     struct scout_err *err)
{
	const struct query_options options = {
		.detail = DETAIL_TEXT, .brute = true, .all_operands = true,
		.nthreads = t->nthreads };
	uint32_t owner[ROUND_QUESTIONS * QUESTION_MAX_OPERANDS];
	struct buf text = BUF_INIT(MEM_QUERY);
	size_t i, noperands = 0;
	unsigned k;
	int rc;

	for (i = 0; i < t->nquestions; i++) {
		buf_put_str(&text, i ? " OR (" : "(");
		buf_put_span(&text, t->questions[i].text);
		buf_put_u8(&text, ')');
		for (k = 0; k < t->questions[i].noperands; k++)
			owner[noperands++] = (uint32_t)i;
	}
	rc = buf_status(&text);
	if (rc < 0)
		scout_err_set(err, rc, "asking");
	log->question_of = owner;
	log->message = t->o->message;
	log->message_ctx = t->o->ctx;
	if (!rc)
		rc = answer(t, buf_span(&text), &options, log, err);
	buf_release(&text);
	return rc;
}

static int answer_by_index(struct selftest *t, size_t question,
			   enum answer_way way, struct answer_log *log,
			   struct scout_err *err)
{
	static const uint32_t owner[QUESTION_MAX_OPERANDS] = { 0 };
	const struct query_options options = { .detail = way_detail[way],
					       .nthreads = t->nthreads };

	log->question_of = owner;
	return answer(t, t->questions[question].text, &options, log, err);
}

/* --- Differences --------------------------------------------------------- */

/* Whether the file is as it was at the start. */
static bool is_still(struct selftest *t, uint32_t file)
{
	const struct file_entry *f = &t->list.files[file];
	struct os_stat st;

	return os_stat_at(t->root_fd, f->path, t->follow, &st) >= 0 &&
	       st.size == f->st.size && st.ino == f->st.ino &&
	       st.mtime_ns == f->st.mtime_ns && st.ctime_ns == f->st.ctime_ns;
}

static void put_finding(struct buf *out, enum answer_way way,
			const struct answer_record *r)
{
	if (!r)
		buf_put_str(out, "does not find it");
	else if (way == WAY_FILES)
		buf_put_str(out, "finds it");
	else if (way == WAY_COUNTS)
		buf_printf(out, "counts %llu lines",
			   (unsigned long long)r->nlines);
	else
		buf_printf(out, "shows %llu lines with %llu matches",
			   (unsigned long long)r->nlines,
			   (unsigned long long)r->nspans);
}

/* What was found by reading and what by the index; NULL: nothing. */
static void report_difference(struct selftest *t, size_t question,
			      enum answer_way way,
			      const struct answer_record *read,
			      const struct answer_record *indexed)
{
	uint32_t file = read ? read->file : indexed->file;
	struct buf text = BUF_INIT(MEM_QUERY);
	const char *line;

	if (!is_still(t, file)) {
		t->report->nmoving++;
		return;
	}
	t->report->ndifferences++;
	buf_put_span(&text, t->questions[question].text);
	buf_printf(&text, ": %s: reading the file ", t->list.files[file].path);
	put_finding(&text, way, read);
	buf_put_str(&text, ", the index ");
	put_finding(&text, way, indexed);
	line = buf_cstr(&text);
	if (line)
		t->o->difference(t->o->ctx, line);
	buf_release(&text);
}

static bool are_equal(enum answer_way way, const struct answer_record *a,
		      const struct answer_record *b)
{
	if (way == WAY_FILES)
		return true;
	if (a->nlines != b->nlines)
		return false;
	return way == WAY_COUNTS ||
	       (a->nspans == b->nspans && a->hash == b->hash);
}

/* Both are in path order. */
static void compare(struct selftest *t, size_t question, enum answer_way way,
		    const struct answer_log *by_reading,
		    const struct answer_log *by_index)
{
	size_t na, nb, i = 0, k = 0;
	const struct answer_record *a = answer_log_get(by_reading, question,
						       &na);
	const struct answer_record *b = answer_log_get(by_index, 0, &nb);

	while (i < na || k < nb) {
		bool has_a = i < na && (k == nb || a[i].file <= b[k].file);
		bool has_b = k < nb && (i == na || b[k].file <= a[i].file);

		if (!has_a || !has_b || !are_equal(way, &a[i], &b[k]))
			report_difference(t, question, way,
					  has_a ? &a[i] : NULL,
					  has_b ? &b[k] : NULL);
		i += has_a;
		k += has_b;
	}
}

/* --- Rounds -------------------------------------------------------------- */

static bool is_late(const struct selftest *t, int64_t started_ns)
{
	return t->o->most_ns && os_mono_ns() - started_ns > t->o->most_ns;
}

/* Questions for one reading of the files; none if there are no more. */
static int make_questions(struct selftest *t, struct scout_err *err)
{
	uint64_t left = t->o->nquestions - t->report->nquestions;
	size_t bytes = 0;
	int rc = SCOUT_OK;

	arena_clear(&t->arena);
	t->nquestions = 0;
	while (!rc && t->nquestions < ROUND_QUESTIONS && t->nquestions < left &&
	       bytes < ROUND_BYTES) {
		struct question *q = &t->questions[t->nquestions];

		rc = question_make(&t->maker, &t->arena, q, err);
		if (rc)
			break;
		bytes += q->text.len + 6;
		t->nquestions++;
	}
	return rc < 0 ? rc : SCOUT_OK;
}

static int test_question(struct selftest *t, size_t question,
			 const struct answer_log *by_reading,
			 struct scout_err *err)
{
	unsigned way;
	size_t n;
	int rc = SCOUT_OK;

	for (way = 0; way < ANSWER_WAYS && !rc; way++) {
		struct answer_log log;

		rc = answer_log_init(&log, 1);
		if (rc < 0)
			scout_err_set(err, rc, "asking");
		else
			rc = answer_by_index(t, question, way, &log, err);
		if (!rc)
			compare(t, question, way, by_reading, &log);
		answer_log_release(&log);
	}
	answer_log_get(by_reading, question, &n);
	t->report->nanswers += n;
	t->report->nquestions++;
	return rc;
}

static int test_round(struct selftest *t, int64_t started_ns,
		      struct scout_err *err)
{
	struct answer_log by_reading;
	size_t i;
	int rc = answer_log_init(&by_reading, t->nquestions);

	if (rc < 0)
		scout_err_set(err, rc, "asking");
	else
		rc = answer_by_reading(t, &by_reading, err);
	for (i = 0; i < t->nquestions && !rc && !is_late(t, started_ns); i++)
		rc = test_question(t, i, &by_reading, err);
	answer_log_release(&by_reading);
	return rc;
}

/* A reader in between may have told only what it was reading. */
static int name_damage(const struct selftest *t, struct scout_err *err)
{
	struct scout_err found = *err;

	scout_err_clear(err);
	return scout_err_set(err, SCOUT_E_CORRUPT,
			     "the index in '%s' is damaged: %s", t->index->dir,
			     found.msg);
}

int scout_selftest(struct scout_index *index,
		   const struct selftest_options *options,
		   struct selftest_report *out, struct scout_err *err)
{
	struct selftest t = { .index = index, .o = options, .report = out,
			      .root_fd = -1, .nthreads = options->nthreads };
	int64_t started_ns = os_mono_ns();
	int rc;

	*out = (struct selftest_report){ .nquestions = 0 };
	if (!t.nthreads)
		t.nthreads = os_cpu_count();
	if (t.nthreads > POOL_MAX_THREADS)
		t.nthreads = POOL_MAX_THREADS;
	arena_init(&t.arena, MEM_QUERY);
	rc = prepare(&t, err);
	while (!rc && out->nquestions < options->nquestions &&
	       !is_late(&t, started_ns)) {
		rc = make_questions(&t, err);
		if (rc < 0 || !t.nquestions)
			break;
		rc = test_round(&t, started_ns, err);
	}
	if (rc == SCOUT_E_CORRUPT && err)
		rc = name_damage(&t, err);
	question_maker_release(&t.maker);
	file_list_release(&t.list);
	scout_free(t.counts);
	scout_free(t.same);
	if (t.root_fd >= 0)
		close(t.root_fd);
	arena_release(&t.arena);
	return rc;
}
