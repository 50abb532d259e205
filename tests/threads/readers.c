/*
 * Threads that ask an index while it is built again and again.
 *
 * The index alternates between two known states.  Every answer must be that of
 * a build that was the newest at some time between the question and the
 * answer: while nothing is built there is only one such answer.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "indexer/indexer.h"
#include "query/query.h"

extern char **environ;

static const char usage[] =
	"usage: readers [FLAGS] INDEX A B\n"
	"Builds INDEX of the folders A and B in turn, and asks it meanwhile.\n"
	"  --threads N     threads that ask (4)\n"
	"  --builds N      builds (8)\n"
	"  --builder PROG  build with this scout-index, not in this process\n"
	"  --keep          ask through one handle for each thread\n"
	"  --tree DIR      build of DIR, whose folder `now` is exchanged for that\n"
	"                  of A or B before each build; files are not opened\n"
	"  --rest          no build while questions are asked, but one before\n";

/* --- What is asked ------------------------------------------------------- */

static const char *const queries[] = {
	"alpha", "beta", "common", "\"red fox\"", "red NEAR/5 fox",
	"red BEFORE/3 fox", "red NEAR/1l fox", "re*", "common -alpha",
	"alpha OR fox", "NOT beta", "common beta red",
};

/* How it is asked. */
struct manner {
	enum query_detail detail;
	enum verify_mode verify;
	bool counts;		/* with scout_query_count */
	bool brute;
};

/* The first of them open no file. */
static const struct manner manners[] = {
	{ .detail = DETAIL_FILES, .verify = VERIFY_NEVER },
	{ .detail = DETAIL_LINES, .verify = VERIFY_NEVER },
	{ .detail = DETAIL_MATCHES, .verify = VERIFY_NEVER },
	{ .detail = DETAIL_FILES, .counts = true },	/* MANNER_COUNT */
	{ .detail = DETAIL_FILES, .verify = VERIFY_AUTO },
	{ .detail = DETAIL_LINES, .verify = VERIFY_AUTO },
	{ .detail = DETAIL_MATCHES, .verify = VERIFY_ALWAYS },
	{ .detail = DETAIL_TEXT, .verify = VERIFY_AUTO },
	{ .detail = DETAIL_FILES, .verify = VERIFY_ALWAYS },
	{ .detail = DETAIL_TEXT, .verify = VERIFY_ALWAYS },
};

enum {
	NQUERIES = sizeof(queries) / sizeof(queries[0]),
	NMANNERS = sizeof(manners) / sizeof(manners[0]),
	MANNER_COUNT = 3,
	NMANNERS_WITHOUT_FILES = 4,
	NDETAILS = DETAIL_TEXT + 1,
	MAX_THREADS = 256,
};

/* --- Answers ------------------------------------------------------------- */

/* All that a sink receives, as one number. */
struct answer {
	enum query_detail detail;
	uint64_t nfiles;
	uint64_t hash;
	int64_t index_time_ns;
};

static void mix(struct answer *a, uint64_t value)
{
	uint64_t both[2] = { a->hash, value };

	a->hash = scout_hash64(both, sizeof(both));
}

static void mix_span(struct answer *a, struct span s)
{
	mix(a, s.len);
	mix(a, scout_hash64(s.ptr, s.len));
}

static int begin_file(void *ctx, const struct scout_file *file)
{
	struct answer *a = ctx;

	a->nfiles++;
	mix_span(a, file->path);
	return SCOUT_OK;
}

static int put_line(void *ctx, const struct scout_file *file,
		    const struct scout_line *line)
{
	struct answer *a = ctx;
	size_t i;

	(void)file;
	mix(a, line->number);
	mix(a, line->offset);
	mix_span(a, line->text);
	for (i = 0; i < line->nsubmatches; i++)
		mix(a, (uint64_t)line->submatches[i].start << 32 |
			       line->submatches[i].end);
	return SCOUT_OK;
}

static int end_file(void *ctx, const struct scout_file *file)
{
	struct answer *a = ctx;

	if (a->detail >= DETAIL_LINES)
		mix(a, file->nlines);
	if (a->detail >= DETAIL_MATCHES)
		mix(a, file->nmatches);
	return SCOUT_OK;
}

/* Asks the index, or with m->brute the folder root. */
static int ask(const char *text, const struct manner *m, unsigned nthreads,
	       struct scout_index *index, const char *root, struct answer *out,
	       struct scout_err *err)
{
	struct query_options o = { .detail = m->detail, .verify = m->verify,
				   .brute = m->brute, .nthreads = nthreads };
	struct scout_sink sink = { .ctx = out, .begin_file = begin_file,
				   .line = put_line, .end_file = end_file };
	struct scout_query_stats stats;
	struct scout_query *query;
	uint64_t bytes;
	int rc = scout_query_new(span_str(text), &o, &query, err);

	if (rc < 0)
		return rc;
	*out = (struct answer){ .detail = m->detail };
	if (m->counts) {
		rc = scout_query_count(query, index, &out->nfiles, &bytes, err);
	} else {
		rc = scout_query_run(query, index, root, &sink, &stats, err);
		out->index_time_ns = rc < 0 ? 0 : stats.index_time_ns;
	}
	scout_query_free(query);
	return rc;
}

/* --- The test ------------------------------------------------------------ */

struct test {
	/* set before threads are started */
	const char *index_dir;
	const char *roots[2];
	const char *tree;
	const char *builder;
	unsigned nthreads, nbuilds, nmanners;
	bool keep, rest;
	struct answer expected[2][NQUERIES][NDETAILS];
	/* builds are numbered from 1; build n has state n % 2 */
	_Atomic unsigned begun, built;
	_Atomic uint64_t nanswers, nseen[2];
	_Atomic bool done, failed;
};

struct reader {
	struct test *test;
	unsigned number;
	struct scout_index *index;
	int64_t index_time_ns;		/* of the last answer */
};

static bool same_answer(const struct manner *m, const struct answer *a,
			const struct answer *b)
{
	return a->nfiles == b->nfiles && (m->counts || a->hash == b->hash);
}

/* Holds the answer against the builds that were the newest meanwhile. */
static bool judge(struct reader *r, size_t q, const struct manner *m,
		  const struct answer *a, unsigned first, unsigned last)
{
	struct test *t = r->test;
	const struct answer *even = &t->expected[0][q][m->detail];
	const struct answer *odd = &t->expected[1][q][m->detail];
	bool is_even = same_answer(m, a, even), is_odd = same_answer(m, a, odd);

	if (is_even != is_odd)
		t->nseen[is_odd]++;
	if (first == last ? (first % 2 ? is_odd : is_even) :
			    is_even || is_odd) {
		if (m->counts || a->index_time_ns >= r->index_time_ns)
			return true;
		fprintf(stderr, "%s: from an older index than before\n",
			queries[q]);
		return false;
	}
	fprintf(stderr, "%s, detail %d, verify %d, count %d: wrong answer of "
		"%" PRIu64 " files after build %u and before build %u; they "
		"have %" PRIu64 " and %" PRIu64 "\n", queries[q], m->detail,
		m->verify, m->counts, a->nfiles, first, last + 1, even->nfiles,
		odd->nfiles);
	return false;
}

/* Counting alone lets a kept handle keep its snapshot as long as it is the
 * newest, so one thread does nothing else. */
static const struct manner *choose_manner(const struct reader *r, unsigned n)
{
	if (!r->number)
		return &manners[MANNER_COUNT];
	return &manners[(n + r->number) % r->test->nmanners];
}

static bool read_once(struct reader *r, unsigned n)
{
	struct test *t = r->test;
	size_t q = (n * 5 + r->number) % NQUERIES;
	const struct manner *m = choose_manner(r, n);
	unsigned first = t->built, last;
	struct scout_err err = SCOUT_ERR_INIT;
	struct answer a;
	int rc = SCOUT_OK;

	if (!r->index)
		rc = scout_index_open(t->index_dir, &r->index, &err);
	if (!rc)
		rc = ask(queries[q], m, 1 + n % 3, r->index, NULL, &a, &err);
	last = t->begun;
	if (rc < 0) {
		fprintf(stderr, "%s: status %d, %s\n", queries[q], rc, err.msg);
		return false;
	}
	if (!t->keep) {
		scout_index_close(r->index);
		r->index = NULL;
	}
	if (!judge(r, q, m, &a, first, last))
		return false;
	if (!m->counts)
		r->index_time_ns = a.index_time_ns;
	t->nanswers++;
	return true;
}

static void *reader_main(void *arg)
{
	struct reader *r = arg;
	unsigned n;

	for (n = 0; !r->test->done && !r->test->failed; n++)
		if (!read_once(r, n))
			r->test->failed = true;
	scout_index_close(r->index);
	return NULL;
}

/* --- Builds -------------------------------------------------------------- */

static int build_here(const struct test *t, const char *root)
{
	struct walk_rules rules = { .follow = false };
	struct build_options o = { .root = root, .index_dir = t->index_dir,
				   .rules = &rules, .nthreads = 2,
				   .memory_bytes = BUILD_MIN_MEMORY };
	struct build_report report;
	struct scout_err err = SCOUT_ERR_INIT;
	int rc = scout_build(&o, &report, &err);

	if (rc < 0)
		fprintf(stderr, "build: %s\n", err.msg);
	else
		build_report_release(&report);
	return rc;
}

static int build_there(const struct test *t, const char *root)
{
	const char *argv[] = { t->builder, "build", "--rebuild", "--quiet",
			       "--threads", "2", "--memory", "16M", "--index",
			       t->index_dir, root,
			       NULL };
	int status = 0;
	pid_t pid;
	int rc = posix_spawn(&pid, t->builder, NULL, NULL,
			     (char *const *)(uintptr_t)argv, environ);

	if (rc || waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "%s: cannot start (%s) or failed (%#x)\n",
			t->builder, strerror(rc), status);
		return -1;
	}
	return 0;
}

static int move(const char *from, const char *to)
{
	char a[4096], b[4096];

	snprintf(a, sizeof(a), "%s/now", from);
	snprintf(b, sizeof(b), "%s/now", to);
	if (!rename(a, b))
		return 0;
	fprintf(stderr, "moving %s to %s: %s\n", a, b, strerror(errno));
	return -1;
}

/* Puts the files of a state where the tree is, those of the other one back. */
static int change_tree(const struct test *t, unsigned number)
{
	if (number > 1 && move(t->tree, t->roots[(number - 1) % 2]) < 0)
		return -1;
	return move(t->roots[number % 2], t->tree);
}

static int build(struct test *t)
{
	unsigned number = ++t->begun;
	const char *root = t->tree ? t->tree : t->roots[number % 2];
	int rc = t->tree ? change_tree(t, number) : 0;

	if (!rc)
		rc = t->builder ? build_there(t, root) : build_here(t, root);
	if (rc < 0)
		t->failed = true;
	t->built = number;
	return rc;
}

/* Lets some questions be asked of the index as it is. */
static void wait_for_answers(struct test *t, unsigned each)
{
	uint64_t enough = t->nanswers + (uint64_t)each * t->nthreads;
	struct timespec pause = { .tv_nsec = 1000000 };

	while (t->nanswers < enough && !t->failed)
		nanosleep(&pause, NULL);
}

static void run(struct test *t)
{
	static struct reader readers[MAX_THREADS];
	static pthread_t threads[MAX_THREADS];
	unsigned i, n = 0;

	if (build(t) < 0)
		return;
	for (i = 0; i < t->nthreads && !t->failed; i++) {
		readers[i] = (struct reader){ .test = t, .number = i };
		if (pthread_create(&threads[i], NULL, reader_main, &readers[i]))
			t->failed = true;
		else
			n++;
	}
	while (!t->rest && !t->failed && t->built < t->nbuilds) {
		wait_for_answers(t, 4);
		build(t);
	}
	wait_for_answers(t, t->rest ? 2 * NQUERIES : 4);
	t->done = true;
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

/* What each state answers: found by reading its files. */
static int find_expected(struct test *t)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct manner m = { .brute = true };
	unsigned s, q, d;

	for (s = 0; s < 2; s++)
		for (q = 0; q < NQUERIES; q++)
			for (d = 0; d < NDETAILS; d++) {
				m.detail = (enum query_detail)d;
				if (ask(queries[q], &m, 2, NULL, t->roots[s],
					&t->expected[s][q][d], &err) < 0) {
					fprintf(stderr, "%s: %s\n", queries[q],
						err.msg);
					return -1;
				}
			}
	/* the two that no state shares tell whether the trees are right */
	if (t->expected[1][0][0].nfiles && !t->expected[0][0][0].nfiles &&
	    t->expected[0][1][0].nfiles && !t->expected[1][1][0].nfiles)
		return 0;
	fprintf(stderr, "A must have alpha and not beta, B the reverse\n");
	return -1;
}

/* --- Arguments ----------------------------------------------------------- */

static bool parse(struct test *t, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && !strncmp(argv[i], "--", 2); i++) {
		const char *flag = argv[i] + 2;

		if (!strcmp(flag, "keep"))
			t->keep = true;
		else if (!strcmp(flag, "rest"))
			t->rest = true;
		else if (++i == argc)
			return false;
		else if (!strcmp(flag, "threads"))
			t->nthreads = (unsigned)strtoul(argv[i], NULL, 10);
		else if (!strcmp(flag, "builds"))
			t->nbuilds = (unsigned)strtoul(argv[i], NULL, 10);
		else if (!strcmp(flag, "builder"))
			t->builder = argv[i];
		else if (!strcmp(flag, "tree"))
			t->tree = argv[i];
		else
			return false;
	}
	if (argc - i != 3 || !t->nthreads || t->nthreads > MAX_THREADS)
		return false;
	t->index_dir = argv[i];
	t->roots[1] = argv[i + 1];	/* the first build is an odd one */
	t->roots[0] = argv[i + 2];
	t->nmanners = t->tree ? NMANNERS_WITHOUT_FILES : NMANNERS;
	return true;
}

int main(int argc, char **argv)
{
	static struct test t = { .nthreads = 4, .nbuilds = 8 };
	bool both;

	if (!parse(&t, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	if (find_expected(&t) < 0)
		return 1;
	run(&t);
	both = t.nseen[1] && (t.nseen[0] || t.rest);
	printf("%" PRIu64 " answers, %" PRIu64 " of A only and %" PRIu64
	       " of B only, %u builds\n", t.nanswers, t.nseen[1], t.nseen[0],
	       t.built);
	if (!both && !t.failed)
		fprintf(stderr, "not both states were seen\n");
	return t.failed || !both;
}
