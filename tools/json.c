#include "tools/json.h"

#include "base/bytes.h"
#include "index_format/fold.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

bool json_is_utf8(struct span s)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	int32_t c;

	while (p < end) {
		unsigned n;

		while (end - p >= 8 && !(get_le64(p) & HIGH_BITS))
			p += 8;
		if (p == end)
			break;
		if (*p < 0x80) {
			p++;
			continue;
		}
		n = utf8_decode(p, end, &c);
		if (!n)
			return false;
		p += n;
	}
	return true;
}

/* What stands after the backslash: 0 for a byte that is written as it is, 'u'
 * for \u00XX. */
static const uint8_t escapes[256] = {
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\',
};

static void put_escape(struct output *out, uint8_t c)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t text[6] = { '\\', escapes[c], '0', '0', 0, 0 };

	text[4] = (uint8_t)hex[c >> 4];
	text[5] = (uint8_t)hex[c & 15];
	output_put(out, text, escapes[c] == 'u' ? 6 : 2);
}

static void put_escaped(struct output *out, struct span s)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len, *from = p;

	for (; p < end; p++) {
		if (!escapes[*p])
			continue;
		output_put(out, from, (size_t)(p - from));
		put_escape(out, *p);
		from = p + 1;
	}
	output_put(out, from, (size_t)(end - from));
}

void json_put_string(struct output *out, struct span s)
{
	output_put_byte(out, '"');
	put_escaped(out, s);
	output_put_byte(out, '"');
}

void json_put_lossy(struct output *out, struct span s)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	int32_t c;

	output_put_byte(out, '"');
	while (p < end) {
		unsigned n = utf8_decode(p, end, &c);

		if (n)
			put_escaped(out, span_of(p, n));
		else
			output_put_str(out, "\xef\xbf\xbd");
		p += n ? n : 1;
	}
	output_put_byte(out, '"');
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_base64(struct output *out, struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i += 3) {
		size_t n = s.len - i < 3 ? s.len - i : 3;
		uint32_t v = (uint32_t)s.ptr[i] << 16;
		uint8_t *p = output_room(out, 4);

		if (n > 1)
			v |= (uint32_t)s.ptr[i + 1] << 8;
		if (n > 2)
			v |= s.ptr[i + 2];
		p[0] = (uint8_t)base64_digits[v >> 18];
		p[1] = (uint8_t)base64_digits[v >> 12 & 63];
		p[2] = (uint8_t)(n > 1 ? base64_digits[v >> 6 & 63] : '=');
		p[3] = (uint8_t)(n > 2 ? base64_digits[v & 63] : '=');
		out->len += 4;
	}
}

void json_put_data(struct output *out, struct span s)
{
	if (json_is_utf8(s)) {
		output_put_str(out, "{\"text\":\"");
		put_escaped(out, s);
	} else {
		output_put_str(out, "{\"bytes\":\"");
		put_base64(out, s);
	}
	output_put_str(out, "\"}");
}

void json_put_duration(struct output *out, uint64_t ns, bool sorted)
{
	unsigned long long secs = ns / 1000000000, nanos = ns % 1000000000;
	double human = (double)ns / 1e9;

	if (sorted)
		output_printf(out, "{\"human\":\"%.6fs\",\"nanos\":%llu,"
			      "\"secs\":%llu}", human, nanos, secs);
	else
		output_printf(out, "{\"secs\":%llu,\"nanos\":%llu,"
			      "\"human\":\"%.6fs\"}", secs, nanos, human);
}
