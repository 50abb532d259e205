/*
 * What both programs share: messages on stderr, numbers in arguments, the
 * version text, the end of the output.
 *
 * program is the name that messages start with, "scout-query".
 */
#ifndef SCOUT_TOOLS_CLI_H
#define SCOUT_TOOLS_CLI_H

#include "base/err.h"
#include "base/span.h"
#include "tools/output.h"

#ifndef SCOUT_VERSION
#define SCOUT_VERSION "0.1.0"
#endif

enum exit_code {
	EXIT_MATCH = 0,		/* scout-query: something matched */
	EXIT_NO_MATCH = 1,
	EXIT_TROUBLE = 2,
	EXIT_TRUNCATED = 3,	/* scout-query --fail-on-truncate: perhaps more */
};

/* Prints "program: text" as one line on stderr, in one write. */
void cli_message(const char *program, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The text of an error, or a plain word for its code; borrowed from err. */
const char *cli_err_text(const struct scout_err *err);

/* Prints an error that has a text in err (or a plain word for its code). */
void cli_print_err(const char *program, const struct scout_err *err);

/* A whole decimal number; false if s is anything else or too large. */
bool cli_parse_number(const char *s, uint64_t *out);

/* Bytes with an optional K, M, G or T (of 1024); false as above. */
bool cli_parse_size(const char *s, uint64_t *out);

/* Seconds with an optional s, m, h or d; false as above. */
bool cli_parse_seconds(const char *s, uint64_t *out);

/* Prints the name, the version, and the versions that results depend on. */
void cli_print_version(struct output *out, const char *program);

/* A closed pipe shall be a failed write, not a signal. */
void cli_ignore_sigpipe(void);

/*
 * Flushes out and returns the exit code: code, or EXIT_TROUBLE with a message
 * if the output could not be written.  A closed pipe ends quietly.
 */
int cli_finish(const char *program, struct output *out, int code);

#endif
