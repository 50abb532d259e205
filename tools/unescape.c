#include "tools/unescape.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* How long the escape at p is, after its backslash; 0 if it is none. */
static size_t read_escape(const char *p, uint8_t *out_byte)
{
	static const char letters[] = "nrt0\\", bytes[] = "\n\r\t\0\\";
	const char *letter = *p ? strchr(letters, *p) : NULL;
	int high, low;

	if (letter) {
		*out_byte = (uint8_t)bytes[letter - letters];
		return 1;
	}
	high = *p == 'x' ? hex_digit(p[1]) : -1;
	low = high < 0 ? -1 : hex_digit(p[2]);
	if (low < 0)
		return 0;
	*out_byte = (uint8_t)(high << 4 | low);
	return 3;
}

void unescape(const char *text, struct buf *out)
{
	const char *p;

	for (p = text; *p; p++) {
		uint8_t byte = (uint8_t)*p;

		if (*p == '\\')
			p += read_escape(p + 1, &byte);
		buf_put_u8(out, byte);
	}
}
