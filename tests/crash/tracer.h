/*
 * Runs a command under ptrace and shows every system call of all its threads:
 * once before it is carried out, once after.  The one who looks may have the
 * whole process killed at either moment.
 *
 * One command at a time, from one thread.
 */
#ifndef SCOUT_TESTS_CRASH_TRACER_H
#define SCOUT_TESTS_CRASH_TRACER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct traced_call {
	pid_t tid;
	uint64_t nr;
	uint64_t args[6];
	int64_t result;		/* after the call; -errno if it failed */
	uint64_t note;		/* whatever the handler of the entry left */
};

/* Each returns true to have the process killed, then and there. */
struct trace_handlers {
	bool (*entry)(void *ctx, struct traced_call *call);
	bool (*leave)(void *ctx, const struct traced_call *call);
	void *ctx;
};

enum trace_error {
	TRACE_FAILED = -1,	/* errno says why */
	TRACE_FORBIDDEN = -2,	/* this system does not let us trace */
};

/*
 * Runs argv until all of its threads are gone.  out_status is that of waitpid.
 * A process that the handlers had killed is gone as a whole when this returns:
 * its files are closed and its locks dropped.
 */
int trace_command(char **argv, const struct trace_handlers *handlers,
		  int *out_status);

#endif
