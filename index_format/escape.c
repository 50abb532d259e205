#include "index_format/escape.h"

#include "index_format/fold.h"

static bool is_plain(uint8_t b)
{
	return b >= 0x20 && b < 0x7f && b != '\\';
}

/* Length of the code point at p if it may be shown as it is, else 0. */
static unsigned shown_code_point(const uint8_t *p, const uint8_t *end)
{
	int32_t cp;
	unsigned n = utf8_decode(p, end, &cp);

	if (!n || cp < 0x80)
		return 0;
	switch (char_class_of(cp)) {
	case CHAR_WORD:
	case CHAR_MARK:
	case CHAR_SINGLE:
	case CHAR_SINGLE_MARK:
		return n;
	case CHAR_OTHER:
	case CHAR_IGNORABLE:
		break;
	}
	return 0;
}

static void put_byte(struct buf *out, uint8_t b)
{
	static const char digits[] = "0123456789abcdef";
	char text[4] = { '\\', 'x', digits[b >> 4], digits[b & 15] };

	if (b == '\\')
		buf_put(out, "\\\\", 2);
	else
		buf_put(out, text, sizeof(text));
}

void escape_put(struct buf *out, struct span bytes)
{
	const uint8_t *p = bytes.ptr, *end = p + bytes.len, *start;
	unsigned n;

	while (p < end) {
		for (start = p; p < end && is_plain(*p); p++)
			;
		buf_put(out, start, (size_t)(p - start));
		if (p == end)
			return;
		n = shown_code_point(p, end);
		if (n)
			buf_put(out, p, n);
		else
			put_byte(out, *p);
		p += n ? n : 1;
	}
}
