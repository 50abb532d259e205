#include "query/language/query_error.h"

#include "index_format/fold.h"
#include "query/language/lexer.h"
#include "query/language/parser.h"

enum {
	WINDOW_BYTES = 72,	/* of a query, shown around the place */
	WINDOW_BEFORE = 40,	/* of these before the place */
};

/* C0, DEL and C1: what a terminal would obey.  The line separators too. */
static bool is_control(int32_t cp)
{
	return (cp >= 0 && cp < 0x20) || (cp >= 0x7f && cp < 0xa0) ||
	       cp == 0x2028 || cp == 0x2029 ||
	       (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

/* Columns that a character takes on a terminal. */
static unsigned columns_of(int32_t cp)
{
	enum char_class class;

	if (cp < 0x300 || is_control(cp))
		return 1;
	class = char_class_of(cp);
	if (class == CHAR_MARK || class == CHAR_SINGLE_MARK ||
	    class == CHAR_IGNORABLE)
		return 0;
	if ((cp >= 0x1100 && cp <= 0x115f) || (cp >= 0x2e80 && cp <= 0xa4cf) ||
	    (cp >= 0xac00 && cp <= 0xd7a3) || (cp >= 0xf900 && cp <= 0xfaff) ||
	    (cp >= 0xfe30 && cp <= 0xfe6f) || (cp >= 0xff00 && cp <= 0xff60) ||
	    (cp >= 0xffe0 && cp <= 0xffe6) ||
	    (cp >= 0x1f300 && cp <= 0x1faff) ||
	    (cp >= 0x20000 && cp <= 0x3fffd))
		return 2;
	return 1;
}

/* The printable form of one character: itself, a space or `?`. */
static struct span printable(const uint8_t *p, unsigned n, int32_t cp)
{
	if (cp < 0)
		return span_str("?");
	if (is_control(cp))
		return span_str(" ");
	return span_of(p, n);
}

const char *excerpt_of(struct span s, enum excerpt_style style,
		       struct excerpt *e)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	size_t len = 0, room = sizeof(e->text) - sizeof("...") - 1;
	struct span shown;
	int32_t cp;
	unsigned n;

	for (; p < end; p += n) {
		n = lex_char(p, end, &cp);
		shown = printable(p, n, cp);
		if (len + shown.len >= room) {
			memcpy(e->text + len, "...", 3);
			len += 3;
			break;
		}
		if (style == EXCERPT_IN_QUOTES && (cp == '"' || cp == '\\'))
			e->text[len++] = '\\';
		memcpy(e->text + len, shown.ptr, shown.len);
		len += shown.len;
	}
	e->text[len] = 0;
	return e->text;
}

void put_printable(struct span s, struct buf *out)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	int32_t cp;
	unsigned n;

	for (; p < end; p += n) {
		n = lex_char(p, end, &cp);
		buf_put_span(out, printable(p, n, cp));
	}
}

/* Moves pos back to the start of the character that it lies in. */
static size_t char_start(struct span s, size_t pos)
{
	size_t back = pos;
	int32_t cp;

	while (back && pos - back < 3 && (s.ptr[back] & 0xc0) == 0x80)
		back--;
	if (back + lex_char(s.ptr + back, s.ptr + s.len, &cp) > pos)
		return back;
	return pos;
}

/* The part of a long query that is shown: [*from, *to) around pos. */
static void choose_window(struct span query, size_t pos, size_t *from,
			  size_t *to)
{
	*from = 0;
	*to = query.len;
	if (query.len <= WINDOW_BYTES)
		return;
	if (pos > WINDOW_BEFORE)
		*from = char_start(query, pos - WINDOW_BEFORE);
	if (query.len - *from > WINDOW_BYTES)
		*to = char_start(query, *from + WINDOW_BYTES);
}

void query_error_print(struct span query, const struct scout_err *err,
		       struct buf *out)
{
	size_t from, to, i, caret = 2, tail = 0;
	size_t pos = err->pos < query.len ? err->pos : query.len;
	int32_t cp;
	unsigned n;

	buf_printf(out, "query error at byte offset %zu: %s\n", err->pos,
		   err->msg);
	if (!query.len)
		return;
	choose_window(query, pos, &from, &to);
	buf_put_str(out, "  ");
	if (from) {
		buf_put_str(out, "...");
		caret += 3;
	}
	for (i = from; i < to; i += n) {
		n = lex_char(query.ptr + i, query.ptr + to, &cp);
		buf_put_span(out, printable(query.ptr + i, n, cp));
		if (i + n <= pos)
			caret += columns_of(cp);
		else if (i > pos && i - pos < err->len)
			tail += columns_of(cp);
	}
	buf_put_str(out, to < query.len ? "...\n" : "\n");
	for (i = 0; i < caret; i++)
		buf_put_u8(out, ' ');
	buf_put_u8(out, '^');
	for (i = 0; i < tail; i++)
		buf_put_u8(out, '~');
	buf_put_u8(out, '\n');
}
