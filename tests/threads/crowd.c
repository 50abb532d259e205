/*
 * Many readers of one index at once: handles, threads and processes.
 *
 * Reads commands from its standard input, a line each, and answers each with a
 * line:
 *   open P H    P more processes that hold H handles each, opened by threads
 *   kill N      ends N of the processes with SIGKILL
 * Every handle is asked once.  The answer to `open` counts the handles that
 * answered rightly, those that were refused for the number of readers, and
 * those with another error or a wrong answer.  Processes end with the input.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "query/query.h"

enum { MAX_PROCESSES = 4096, MAX_HANDLES = 4096 };

struct tally {
	unsigned right, refused, wrong;
	char message[256];	/* of the last one refused or wrong */
};

struct crowd {
	const char *index_dir;
	const char *text;		/* of the query */
	uint64_t expected;		/* documents that match */
	pid_t pids[MAX_PROCESSES];
	unsigned nprocesses;
	int alive[2];			/* a pipe whose end ends the children */
};

struct handle {
	const struct crowd *crowd;
	pthread_t thread;
	struct scout_index *index;
	uint64_t docs;
	int rc;
	struct scout_err err;
};

/* --- A child ------------------------------------------------------------- */

static void *handle_main(void *arg)
{
	const struct query_options o = { .detail = DETAIL_FILES };
	struct handle *h = arg;
	struct scout_query *query = NULL;
	uint64_t bytes;

	h->rc = scout_index_open(h->crowd->index_dir, &h->index, &h->err);
	if (!h->rc)
		h->rc = scout_query_new(span_str(h->crowd->text), &o, &query,
					&h->err);
	if (!h->rc)
		h->rc = scout_query_count(query, h->index, &h->docs, &bytes,
					  &h->err);
	scout_query_free(query);
	return NULL;
}

static void count_handle(const struct handle *h, struct tally *t)
{
	if (!h->rc && h->docs == h->crowd->expected) {
		t->right++;
		return;
	}
	if (h->rc == SCOUT_E_LIMIT)
		t->refused++;
	else
		t->wrong++;
	if (h->rc < 0)
		snprintf(t->message, sizeof(t->message), "%.250s", h->err.msg);
	else
		snprintf(t->message, sizeof(t->message), "%" PRIu64 " files",
			 h->docs);
}

/* Opens all handles at once and holds them until the parent is gone. */
static void child_main(const struct crowd *c, unsigned nhandles, int report)
{
	static struct handle handles[MAX_HANDLES];
	struct tally tally = { .message = "" };
	unsigned i;
	char byte;

	for (i = 0; i < nhandles; i++) {
		handles[i].crowd = c;
		if (nhandles == 1)
			handle_main(&handles[i]);
		else if (pthread_create(&handles[i].thread, NULL, handle_main,
					&handles[i]))
			_exit(3);
	}
	for (i = 0; i < nhandles; i++) {
		if (nhandles > 1)
			pthread_join(handles[i].thread, NULL);
		count_handle(&handles[i], &tally);
	}
	if (write(report, &tally, sizeof(tally)) != sizeof(tally))
		_exit(3);
	if (read(c->alive[0], &byte, 1) != 0)
		_exit(3);
	for (i = 0; i < nhandles; i++)
		scout_index_close(handles[i].index);
	_exit(0);
}

/* --- The parent ---------------------------------------------------------- */

static void add_tally(struct tally *sum, const struct tally *t)
{
	sum->right += t->right;
	sum->refused += t->refused;
	sum->wrong += t->wrong;
	if (*t->message)
		memcpy(sum->message, t->message, sizeof(sum->message));
}

static bool open_more(struct crowd *c, unsigned nprocesses, unsigned nhandles)
{
	struct tally sum = { .message = "" }, one;
	int report[2];
	unsigned i;
	pid_t pid;

	if (c->nprocesses + nprocesses > MAX_PROCESSES ||
	    nhandles > MAX_HANDLES || pipe(report))
		return false;
	for (i = 0; i < nprocesses; i++) {
		pid = fork();
		if (pid < 0)
			return false;
		if (!pid) {
			close(c->alive[1]);
			child_main(c, nhandles, report[1]);
		}
		c->pids[c->nprocesses++] = pid;
	}
	close(report[1]);
	for (i = 0; i < nprocesses; i++) {
		if (read(report[0], &one, sizeof(one)) != sizeof(one))
			return false;
		add_tally(&sum, &one);
	}
	close(report[0]);
	printf("%u %u %u %s\n", sum.right, sum.refused, sum.wrong, sum.message);
	return true;
}

static bool kill_some(struct crowd *c, unsigned n)
{
	int status;

	if (n > c->nprocesses)
		return false;
	while (n--) {
		pid_t pid = c->pids[--c->nprocesses];

		if (kill(pid, SIGKILL) || waitpid(pid, &status, 0) != pid)
			return false;
	}
	puts("killed");
	return true;
}

/* Lets the children end; false if one did not end as it should. */
static bool end_all(struct crowd *c)
{
	bool ok = true;
	int status;

	close(c->alive[1]);
	while (c->nprocesses) {
		pid_t pid = c->pids[--c->nprocesses];

		if (waitpid(pid, &status, 0) != pid || status)
			ok = false;
	}
	return ok;
}

int main(int argc, char **argv)
{
	static struct crowd c;
	unsigned a, b;
	char line[64];
	bool ok = true;

	if (argc != 4 || pipe(c.alive)) {
		fputs("usage: crowd INDEX QUERY FILES-THAT-MATCH\n", stderr);
		return 2;
	}
	c.index_dir = argv[1];
	c.text = argv[2];
	c.expected = strtoull(argv[3], NULL, 10);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (ok && fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "open %u %u", &a, &b) == 2)
			ok = open_more(&c, a, b);
		else
			ok = sscanf(line, "kill %u", &a) == 1 &&
			     kill_some(&c, a);
	}
	return end_all(&c) && ok ? 0 : 1;
}
