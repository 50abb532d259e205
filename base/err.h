/*
 * Status codes and error detail.
 *
 * Every fallible function returns int: SCOUT_OK (0), a negative enum
 * scout_status, or - only where the prototype says so - SCOUT_END (1) for
 * "nothing more".  Text goes into a caller-owned struct scout_err: fixed size,
 * no heap, one per thread.  Leaf codecs return only codes; the first caller
 * that knows the context (path, term) fills in the text, and nobody overwrites
 * it afterwards.
 */
#ifndef SCOUT_BASE_ERR_H
#define SCOUT_BASE_ERR_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum scout_status {
	SCOUT_OK = 0,
	SCOUT_END = 1,	       /* next and seek: nothing more */
	SCOUT_E_IO = -1,       /* the OS said no; err->sys holds errno */
	SCOUT_E_NOMEM = -2,    /* an allocation failed */
	SCOUT_E_CORRUPT = -3,  /* bytes on disk break the format */
	SCOUT_E_VERSION = -4,  /* the index is newer or older than we read */
	SCOUT_E_SYNTAX = -5,   /* bad query; err->pos is the byte offset */
	SCOUT_E_NOTFOUND = -6, /* what was asked for is not there */
	SCOUT_E_LOCKED = -7,   /* another run holds the writer lock */
	SCOUT_E_LIMIT = -8,    /* a named limit was exceeded */
	SCOUT_E_USAGE = -9,    /* bad argument given by the user */
	SCOUT_E_CANCELLED = -10, /* the caller asked to stop (sink, signal) */
};

/* Why a file cannot be read, where the system has no errno value for it: used
 * like those.  Stored in indexes: numbers stay. */
enum read_reason {
	REASON_CUT_SHORT = 10001, /* compressed data without its end */
	REASON_DAMAGED,		/* ... that is not what was compressed */
	REASON_NOT_PACKED,	/* not of the format that its name says */
	REASON_TRAILING,	/* something else follows it */
	REASON_EXPANDS,		/* it grows beyond all measure */
	REASON_WINDOW,		/* decoding it would take too much memory */
};

struct scout_err {
	enum scout_status code;
	int sys;	/* errno, a read_reason, or 0 */
	size_t pos;	/* SCOUT_E_SYNTAX: byte offset in the query */
	size_t len;	/* SCOUT_E_SYNTAX: bytes concerned, 0 if unknown */
	char msg[480];	/* one line, no newline at the end */
};

#define SCOUT_ERR_INIT { SCOUT_OK, 0, 0, 0, "" }

/*
 * Records code and a formatted message in err (which may be NULL) and returns
 * code, so that "return scout_err_set(...)" works.  An error that is already
 * recorded is kept: the lowest message is the most precise one.
 */
int scout_err_set(struct scout_err *err, enum scout_status code,
		  const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * The same for SCOUT_E_IO: keeps errno value sys and appends its text.  ENOMEM
 * is SCOUT_E_NOMEM, whoever ran out of memory: no file is to blame.
 */
int scout_err_sys(struct scout_err *err, int sys, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

enum { REASON_TEXT_BYTES = 128 };
/* The text of an errno value or read_reason: room, or static. */
const char *scout_reason_text(int sys, char room[REASON_TEXT_BYTES]);

/* The same for SCOUT_E_SYNTAX with the place in the query, in bytes. */
int scout_err_syntax(struct scout_err *err, size_t pos, size_t len,
		     const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Forgets a recorded error, so that the struct can be used again. */
void scout_err_clear(struct scout_err *err);

/* Reports a failed assertion on stderr and aborts: our own bug, never data. */
_Noreturn void scout_assert_failed(const char *expr, const char *file, int line);

/* Our own bugs stop the process; bytes from disk never reach an assert. */
#define SCOUT_ASSERT(e) \
	((e) ? (void)0 : scout_assert_failed(#e, __FILE__, __LINE__))

#endif
