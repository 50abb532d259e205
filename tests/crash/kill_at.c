/*
 * Runs a command, counts its system calls over all threads, and kills it with
 * SIGKILL at the one that is wanted.
 *
 * usage: kill_at [FLAGS] COMMAND [ARG]...
 *   --at N         kill at call N, counted from 0, before it is carried out
 *   --after        kill right after it
 *   --files        count only calls that change files
 *   --list FILE    write the names of the counted calls, one a line: "-" for
 *                  those that change no file
 *   --record FILE  write down what changes files; see record.h
 *
 * Without --at the command runs to its end and the number of calls is printed.
 *
 * Exit codes: that of the command; 137 if it was killed; 77 if this system does
 * not let us trace; 125 if something else is wrong.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "file_calls.h"
#include "record.h"

enum { EXIT_FORBIDDEN = 77, EXIT_TROUBLE = 125, EXIT_SIGNAL = 128 };

struct watch {
	bool is_files_only;
	bool is_after;
	bool has_at;
	uint64_t at;
	FILE *list;
	struct record record;
	uint64_t ncalls;
	pid_t wanted;	/* the thread that is in the wanted call */
};

static bool watch_entry(void *ctx, struct traced_call *call)
{
	struct watch *w = ctx;
	const struct file_call *c = file_call_of(call);
	bool is_wanted;

	call->note = w->record.nrecords;
	if (w->is_files_only && !c)
		return false;
	is_wanted = w->has_at && w->ncalls == w->at;
	w->ncalls++;
	if (w->list)
		fprintf(w->list, "%s\n", c ? c->name : "-");
	if (is_wanted && w->is_after)
		w->wanted = call->tid;
	return is_wanted && !w->is_after;
}

static bool watch_leave(void *ctx, const struct traced_call *call)
{
	struct watch *w = ctx;
	const struct file_call *c = file_call_of(call);

	if (c && w->record.out)
		record_call(&w->record, c, call);
	return w->wanted == call->tid;
}

static FILE *open_output(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f) {
		fprintf(stderr, "kill_at: %s: %s\n", path, strerror(errno));
		exit(EXIT_TROUBLE);
	}
	return f;
}

static uint64_t number_of(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end) {
		fprintf(stderr, "kill_at: %s is not a number\n", text);
		exit(EXIT_TROUBLE);
	}
	return n;
}

/* Returns the command. */
static char **parse_flags(struct watch *w, char **argv)
{
	for (argv++; *argv && !strncmp(*argv, "--", 2); argv++) {
		if (!strcmp(*argv, "--files")) {
			w->is_files_only = true;
		} else if (!strcmp(*argv, "--after")) {
			w->is_after = true;
		} else if (!strcmp(*argv, "--at") && argv[1]) {
			w->has_at = true;
			w->at = number_of(*++argv);
		} else if (!strcmp(*argv, "--list") && argv[1]) {
			w->list = open_output(*++argv);
		} else if (!strcmp(*argv, "--record") && argv[1]) {
			w->record.out = open_output(*++argv);
		} else {
			break;
		}
	}
	if (!*argv || **argv == '-') {
		fprintf(stderr, "usage: kill_at [--at N] [--after] [--files] "
				"[--list FILE] [--record FILE] COMMAND "
				"[ARG]...\n");
		exit(EXIT_TROUBLE);
	}
	return argv;
}

static int close_output(FILE *f)
{
	return f ? fclose(f) : 0;
}

int main(int argc, char **argv)
{
	struct watch w = { 0 };
	struct trace_handlers handlers = { watch_entry, watch_leave, &w };
	int rc, status = 0;

	(void)argc;
	rc = trace_command(parse_flags(&w, argv), &handlers, &status);
	if (rc == TRACE_FORBIDDEN) {
		fprintf(stderr, "kill_at: this system does not let us trace\n");
		return EXIT_FORBIDDEN;
	}
	if (rc < 0) {
		perror("kill_at");
		return EXIT_TROUBLE;
	}
	if (close_output(w.list) || close_output(w.record.out)) {
		perror("kill_at: writing");
		return EXIT_TROUBLE;
	}
	if (WIFSIGNALED(status))
		return EXIT_SIGNAL + WTERMSIG(status);
	if (!w.has_at)
		printf("%llu\n", (unsigned long long)w.ncalls);
	return WEXITSTATUS(status);
}
