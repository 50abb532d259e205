#include "tools/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/os.h"
#include "index_format/fold.h"

void cli_message(const char *program, const char *fmt, ...)
{
	char line[8192];	/* a path and what is wrong with it */
	va_list ap;
	int n, m;

	n = snprintf(line, sizeof(line), "%s: ", program);
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	if (m < 0)
		return;
	n = (int)strlen(line);
	line[n] = '\n';
	(void)os_write_full(STDERR_FILENO, line, (size_t)n + 1);
}

static const char *code_text(enum scout_status code)
{
	switch (code) {
	case SCOUT_E_NOMEM:
		return "out of memory";
	case SCOUT_E_CORRUPT:
		return "the index is damaged; build it again";
	case SCOUT_E_VERSION:
		return "the index was made by another version; build it again";
	case SCOUT_E_NOTFOUND:
		return "not found";
	case SCOUT_E_LOCKED:
		return "another run is writing the index";
	case SCOUT_E_CANCELLED:
		return "cancelled";
	default:
		return "failed";
	}
}

const char *cli_err_text(const struct scout_err *err)
{
	return err->msg[0] ? err->msg : code_text(err->code);
}

void cli_print_err(const char *program, const struct scout_err *err)
{
	if (err->code == SCOUT_E_NOMEM && err->msg[0])
		cli_message(program, "out of memory: %s", err->msg);
	else
		cli_message(program, "%s", cli_err_text(err));
}

/* Reads digits at s; the first other byte, or NULL if none or too large. */
static const char *read_digits(const char *s, uint64_t *out)
{
	uint64_t v = 0;

	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		unsigned digit = (unsigned)(*s - '0');

		if (v > (UINT64_MAX - digit) / 10)
			return NULL;
		v = v * 10 + digit;
	}
	*out = v;
	return s;
}

bool cli_parse_number(const char *s, uint64_t *out)
{
	uint64_t v;

	s = read_digits(s, &v);
	if (!s || *s)
		return false;
	*out = v;
	return true;
}

bool cli_parse_size(const char *s, uint64_t *out)
{
	static const char units[] = "kKmMgGtT";
	const char *unit;
	unsigned shift = 0;
	uint64_t v;

	s = read_digits(s, &v);
	if (!s)
		return false;
	unit = *s ? strchr(units, *s) : NULL;
	if (unit) {
		shift = 10 * (unsigned)((unit - units) / 2 + 1);
		s++;
	}
	if (*s || v > UINT64_MAX >> shift)
		return false;
	*out = v << shift;
	return true;
}

bool cli_parse_seconds(const char *s, uint64_t *out)
{
	static const char units[] = "smhd";
	static const uint64_t seconds[] = { 1, 60, 3600, 86400 };
	const char *unit;
	uint64_t v, factor = 1;

	s = read_digits(s, &v);
	if (!s)
		return false;
	unit = *s ? strchr(units, *s) : NULL;
	if (unit) {
		factor = seconds[unit - units];
		s++;
	}
	if (*s || v > UINT64_MAX / factor)
		return false;
	*out = v * factor;
	return true;
}

void cli_print_version(struct output *out, const char *program)
{
	output_printf(out, "%s %s\n", program, SCOUT_VERSION);
	output_printf(out, "Unicode %s\n", fold_unicode_version());
#ifdef SCOUT_LIBRARIES
	output_printf(out, "%s\n", SCOUT_LIBRARIES);
#endif
}

void cli_ignore_sigpipe(void)
{
	struct sigaction sa = { .sa_handler = SIG_IGN };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGPIPE, &sa, NULL);
}

int cli_finish(const char *program, struct output *out, int code)
{
	if (output_flush(out) || out->failed == EPIPE)
		return code;
	cli_message(program, "writing the output: %s", strerror(out->failed));
	return EXIT_TROUBLE;
}
