#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static int err_is_set(const struct scout_err *err)
{
	return err->code < 0;
}

int scout_err_set(struct scout_err *err, enum scout_status code,
		  const char *fmt, ...)
{
	va_list ap;

	if (!err || err_is_set(err))
		return code;
	err->code = code;
	err->sys = 0;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return code;
}

const char *scout_reason_text(int sys, char room[REASON_TEXT_BYTES])
{
	static const char *const texts[] = {
		"compressed data is cut short",
		"compressed data is damaged",
		"not in the compressed format that its name says",
		"something follows the compressed data",
		("compressed data expands to more than 1 GiB and more than "
		 "250 times its size"),
		"compressed with a window of more than 128 MiB",
	};
	int i = sys - REASON_CUT_SHORT;

	if (i >= 0 && i < (int)(sizeof(texts) / sizeof(texts[0])))
		return texts[i];
	/* the GNU strerror_r may return its own string instead of filling */
	return strerror_r(sys, room, REASON_TEXT_BYTES);
}

int scout_err_sys(struct scout_err *err, int sys, const char *fmt, ...)
{
	enum scout_status code = sys == ENOMEM ? SCOUT_E_NOMEM : SCOUT_E_IO;
	const char *reason;
	va_list ap;
	size_t n, room;
	char text[REASON_TEXT_BYTES];

	if (!err || err_is_set(err))
		return code;
	err->code = code;
	err->sys = sys;
	reason = scout_reason_text(sys, text);
	/* a path may be longer than a message: the reason must still be told */
	room = sizeof(err->msg) - strlen(": ") - strlen(reason);
	va_start(ap, fmt);
	n = (size_t)vsnprintf(err->msg, room, fmt, ap);
	va_end(ap);
	if (code == SCOUT_E_NOMEM)
		return code;	/* which says it all */
	if (n >= room) {
		n = room - 1;
		memcpy(err->msg + n - strlen("..."), "...", strlen("..."));
	}
	snprintf(err->msg + n, sizeof(err->msg) - n, ": %s", reason);
	return code;
}

int scout_err_syntax(struct scout_err *err, size_t pos, size_t len,
		     const char *fmt, ...)
{
	va_list ap;

	if (!err || err_is_set(err))
		return SCOUT_E_SYNTAX;
	err->code = SCOUT_E_SYNTAX;
	err->sys = 0;
	err->pos = pos;
	err->len = len;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return SCOUT_E_SYNTAX;
}

void scout_err_clear(struct scout_err *err)
{
	memset(err, 0, sizeof(*err));
}

_Noreturn void scout_assert_failed(const char *expr, const char *file, int line)
{
	fprintf(stderr, "scout: internal error: %s (%s:%d)\n", expr, file, line);
	abort();
}
