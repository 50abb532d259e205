/*
 * Other processes: a part of this program that may crash on damaged bytes, and
 * other programs.
 */
#ifndef SCOUT_TOOLS_CHILD_H
#define SCOUT_TOOLS_CHILD_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Calls fn(ctx) in a child; its result is the child's exit code.  *out_status as
 * from waitpid.  What is to be printed before is flushed by the caller.
 * SCOUT_E_IO.
 */
int child_call(int (*fn)(void *ctx), void *ctx, int *out_status,
	       struct scout_err *err);
/* The exit code that it says; 128 and a signal's number. */
int child_exit_code(int status);
/* The signal by which damaged pages ended the child; 0: none. */
int child_crashed(int status);

/*
 * Runs a program, found by PATH, with input as its standard input; appends what
 * it prints to out and what it says on stderr to messages.  *out_code is its
 * exit code, or 128 and a signal's number.  SCOUT_E_NOTFOUND if there is no such
 * program, SCOUT_E_IO, SCOUT_E_NOMEM.
 */
int child_run(const char *const argv[], struct span input, struct buf *out,
	      struct buf *messages, int *out_code, struct scout_err *err);

#endif
