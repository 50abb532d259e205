/*
 * Many threads that ask one index at the same time.
 *
 * usage: concurrency INDEX-DIR QUERIES THREADS SECONDS
 *
 * Each thread opens the index and counts the documents of all queries of the
 * file QUERIES (one a line), again and again.  One such round is a pass.
 * Prints a line of JSON: the passes that ended within SECONDS, and the time of
 * a pass (middle, 95 of 100, longest; those that were still running at the end
 * are waited for and included).  Every count must be that of the first pass.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "query/query.h"

enum { MAX_QUERIES = 64, MAX_LINE = 4096, MAX_THREADS = 1024,
       MAX_PASSES = 1 << 16, NS_PER_S = 1000000000 };

struct question {
	char text[MAX_LINE];
	uint64_t count;
};

/* Set before the threads start and left alone until they end. */
struct task {
	const char *index_dir;
	struct question questions[MAX_QUERIES];
	size_t nquestions;
	pthread_barrier_t all_open;
	int64_t seconds;
};

struct asker {
	pthread_t thread;
	struct task *task;
	uint64_t *times;	/* ns of each pass */
	size_t ntimes;
	size_t in_time;		/* passes that ended before the end */
	bool failed;
};

static bool complain(const char *what, const struct scout_err *err)
{
	fprintf(stderr, "concurrency: %s: %s\n", what, err->msg);
	return false;
}

static bool count(struct scout_index *index, const char *text, uint64_t *out)
{
	const struct query_options options = {
		.detail = DETAIL_FILES, .verify = VERIFY_NEVER, .nthreads = 1,
	};
	struct scout_err err = SCOUT_ERR_INIT;
	struct scout_query *query = NULL;
	uint64_t bytes;
	int rc;

	rc = scout_query_new(span_str(text), &options, &query, &err);
	if (rc == SCOUT_OK)
		rc = scout_query_count(query, index, out, &bytes, &err);
	scout_query_free(query);
	return rc == SCOUT_OK || complain(text, &err);
}

/* All questions once, with the counts that the first pass gave. */
static bool pass(const struct task *task, struct scout_index *index)
{
	size_t i;

	for (i = 0; i < task->nquestions; i++) {
		const struct question *q = &task->questions[i];
		uint64_t docs;

		if (!count(index, q->text, &docs))
			return false;
		if (docs != q->count) {
			fprintf(stderr, "concurrency: %s: another count\n",
				q->text);
			return false;
		}
	}
	return true;
}

static bool ask_until(struct asker *a, struct scout_index *index, int64_t end)
{
	int64_t start = os_mono_ns();

	while (start < end && a->ntimes < MAX_PASSES) {
		int64_t stop;

		if (!pass(a->task, index))
			return false;
		stop = os_mono_ns();
		a->times[a->ntimes++] = (uint64_t)(stop - start);
		a->in_time += stop <= end;
		start = stop;
	}
	return true;
}

static void *ask(void *arg)
{
	struct asker *a = arg;
	struct scout_index *index = NULL;
	struct scout_err err = SCOUT_ERR_INIT;

	a->failed = scout_index_open(a->task->index_dir, &index, &err) < 0
		    && !complain(a->task->index_dir, &err);
	pthread_barrier_wait(&a->task->all_open);
	if (!a->failed)
		a->failed = !ask_until(a, index, os_mono_ns() +
				       a->task->seconds * NS_PER_S);
	scout_index_close(index);
	return NULL;
}

static int cmp_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool report(const struct asker *askers, size_t nthreads, int64_t seconds)
{
	size_t i, n = 0, in_time = 0;
	uint64_t *times;

	for (i = 0; i < nthreads; i++) {
		n += askers[i].ntimes;
		in_time += askers[i].in_time;
	}
	times = malloc((n + 1) * sizeof(*times));
	if (!times || !n)
		return false;
	for (i = 0, n = 0; i < nthreads; i++) {
		memcpy(times + n, askers[i].times,
		       askers[i].ntimes * sizeof(*times));
		n += askers[i].ntimes;
	}
	qsort(times, n, sizeof(*times), cmp_u64);
	printf("{\"threads\":%zu,\"seconds\":%lld,\"passes\":%zu,"
	       "\"p50_ns\":%llu,\"p95_ns\":%llu,\"max_ns\":%llu}\n",
	       nthreads, (long long)seconds, in_time,
	       (unsigned long long)times[n / 2],
	       (unsigned long long)times[n * 95 / 100],
	       (unsigned long long)times[n - 1]);
	free(times);
	return true;
}

/* Starts the threads and waits for them; false if one of them failed. */
static bool run(struct task *task, size_t nthreads)
{
	struct asker *askers = calloc(nthreads, sizeof(*askers));
	bool ok = askers != NULL;
	size_t i;

	pthread_barrier_init(&task->all_open, NULL, (unsigned)nthreads);
	for (i = 0; ok && i < nthreads; i++) {
		askers[i].task = task;
		askers[i].times = malloc(MAX_PASSES * sizeof(uint64_t));
		/* a thread that is missing would leave the others waiting */
		if (!askers[i].times || pthread_create(&askers[i].thread, NULL,
						       ask, &askers[i])) {
			perror("concurrency: thread");
			exit(2);
		}
	}
	for (i = 0; ok && i < nthreads; i++)
		pthread_join(askers[i].thread, NULL);
	for (i = 0; ok && i < nthreads; i++)
		ok = !askers[i].failed;
	ok = ok && report(askers, nthreads, task->seconds);
	for (i = 0; askers && i < nthreads; i++)
		free(askers[i].times);
	free(askers);
	pthread_barrier_destroy(&task->all_open);
	return ok;
}

static bool read_questions(struct task *task, const char *path)
{
	FILE *f = fopen(path, "r");
	struct question *q = task->questions;

	if (!f) {
		perror(path);
		return false;
	}
	while (task->nquestions < MAX_QUERIES &&
	       fgets(q->text, sizeof(q->text), f)) {
		q->text[strcspn(q->text, "\n")] = '\0';
		if (q->text[0]) {
			task->nquestions++;
			q++;
		}
	}
	fclose(f);
	return task->nquestions > 0;
}

/* The first pass: what the counts are, with a warm page cache after it. */
static bool count_all(struct task *task)
{
	struct scout_index *index = NULL;
	struct scout_err err = SCOUT_ERR_INIT;
	bool ok = scout_index_open(task->index_dir, &index, &err) == SCOUT_OK;
	size_t i;

	if (!ok)
		complain(task->index_dir, &err);
	for (i = 0; ok && i < task->nquestions; i++)
		ok = count(index, task->questions[i].text,
			   &task->questions[i].count);
	scout_index_close(index);
	return ok;
}

int main(int argc, char **argv)
{
	static struct task task;
	unsigned long nthreads = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;

	task.seconds = argc == 5 ? strtol(argv[4], NULL, 10) : 0;
	if (nthreads < 1 || nthreads > MAX_THREADS || task.seconds < 1) {
		fputs("usage: concurrency INDEX-DIR QUERIES THREADS SECONDS\n",
		      stderr);
		return 2;
	}
	task.index_dir = argv[1];
	if (!read_questions(&task, argv[2]) || !count_all(&task))
		return 2;
	return run(&task, nthreads) ? 0 : 1;
}
