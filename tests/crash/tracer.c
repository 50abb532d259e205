#include "tracer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

enum { MAX_THREADS = 600, SYSCALL_STOP = SIGTRAP | 0x80 };

/* A thread of the command and the call that it is in. */
struct thread {
	struct traced_call call;
	bool is_in_call;
};

struct trace {
	const struct trace_handlers *handlers;
	pid_t leader;
	bool is_running;	/* the command has replaced the child */
	bool is_killed;
	bool is_forbidden;
	int leader_status;
	struct thread threads[MAX_THREADS];
	size_t nthreads;
};

static struct thread *find_thread(struct trace *t, pid_t tid)
{
	size_t i;

	for (i = 0; i < t->nthreads; i++)
		if (t->threads[i].call.tid == tid)
			return &t->threads[i];
	if (t->nthreads == MAX_THREADS) {
		fprintf(stderr, "more than %d threads\n", MAX_THREADS);
		abort();
	}
	memset(&t->threads[t->nthreads], 0, sizeof(t->threads[0]));
	t->threads[t->nthreads].call.tid = tid;
	return &t->threads[t->nthreads++];
}

static void forget_thread(struct trace *t, pid_t tid)
{
	struct thread *th = find_thread(t, tid);

	*th = t->threads[--t->nthreads];
}

/*
 * A thread that stands before a call and is killed does not carry it out: the
 * kernel looks for a deadly signal when it goes on.
 */
static void kill_all(struct trace *t)
{
	kill(t->leader, SIGKILL);
	t->is_killed = true;
}

static void see_call(struct trace *t, pid_t tid)
{
	struct thread *th = find_thread(t, tid);
	struct ptrace_syscall_info info;
	bool is_enough = false;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0) {
		/* ESRCH: killed meanwhile; else the kernel does not know it */
		if (errno != ESRCH)
			t->is_forbidden = true;
		return;
	}
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		th->call.nr = info.entry.nr;
		memcpy(th->call.args, info.entry.args, sizeof(th->call.args));
		th->call.result = 0;
		th->call.note = 0;
		th->is_in_call = true;
		is_enough = t->handlers->entry(t->handlers->ctx, &th->call);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && th->is_in_call) {
		th->is_in_call = false;
		th->call.result = info.exit.rval;
		is_enough = t->handlers->leave(t->handlers->ctx, &th->call);
	}
	if (is_enough)
		kill_all(t);
}

/* A stop of one thread: looks at it and lets it go on. */
static void see_stop(struct trace *t, pid_t tid, int status)
{
	int sig = WSTOPSIG(status);

	if (sig == SYSCALL_STOP) {
		if (t->is_running && !t->is_killed)
			see_call(t, tid);
		sig = 0;
	} else if (status >> 16) {
		if (status >> 16 == PTRACE_EVENT_EXEC)
			t->is_running = true;
		sig = 0;
	} else if (sig == SIGSTOP) {
		sig = 0; /* a new thread */
	}
	if (t->is_forbidden)
		kill_all(t);
	/* fails if it was killed, which is as good */
	ptrace(PTRACE_SYSCALL, tid, NULL, (void *)(intptr_t)sig);
}

static int trace_all(struct trace *t)
{
	pid_t tid;
	int status;

	for (;;) {
		tid = waitpid(-1, &status, __WALL);
		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			return errno == ECHILD ? 0 : TRACE_FAILED;
		if (WIFSTOPPED(status)) {
			see_stop(t, tid, status);
			continue;
		}
		if (tid == t->leader)
			t->leader_status = status;
		forget_thread(t, tid);
	}
}

/* In the child: waits for the tracer, then becomes the command. */
static void become(char **argv)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(EXIT_FAILURE);
	raise(SIGSTOP);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int trace_command(char **argv, const struct trace_handlers *handlers,
		  int *out_status)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	struct trace *t = calloc(1, sizeof(*t));
	int status, rc = TRACE_FAILED;

	if (!t)
		return TRACE_FAILED;
	t->handlers = handlers;
	t->leader = fork();
	if (!t->leader)
		become(argv);
	if (t->leader < 0)
		goto out;
	if (waitpid(t->leader, &status, 0) < 0)
		goto out;
	if (!WIFSTOPPED(status)) {
		rc = TRACE_FORBIDDEN;
		goto out;
	}
	if (ptrace(PTRACE_SETOPTIONS, t->leader, NULL, (void *)options) ||
	    ptrace(PTRACE_SYSCALL, t->leader, NULL, NULL)) {
		kill(t->leader, SIGKILL);
		waitpid(t->leader, &status, 0);
		rc = TRACE_FORBIDDEN;
		goto out;
	}
	rc = trace_all(t);
	if (t->is_forbidden)
		rc = TRACE_FORBIDDEN;
	*out_status = t->leader_status;
out:
	free(t);
	return rc;
}
