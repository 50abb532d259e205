#include "query/language/smart_case.h"

#include "index_format/fold.h"
#include "query/language/lexer.h"

/* Past an escape of a regex, whose letters are no text: \S \x{4A} \p{Lu} \cA. */
static const uint8_t *skip_escape(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *close;
	uint8_t c;

	if (p == end)
		return p;
	c = *p++;
	if (p == end)
		return p;
	if (*p == '{' && memchr("pPxoNgkuU", c, 9)) {
		close = memchr(p, '}', (size_t)(end - p));
		return close ? close + 1 : end;
	}
	if (c == 'x') {
		unsigned i;

		for (i = 0; i < 2 && p < end &&
			    memchr("0123456789abcdefABCDEF", *p, 22); i++)
			p++;
		return p;
	}
	return memchr("pPc", c, 3) ? p + 1 : p;
}

bool smart_case_has_upper(struct span s, bool is_regex)
{
	const uint8_t *p = s.ptr, *end = s.ptr + s.len;
	int32_t cp;

	while (p < end) {
		p += lex_char(p, end, &cp);
		if (cp == '\\' && is_regex)
			p = skip_escape(p, end);
		else if (cp >= 0 && char_is_upper(cp))
			return true;
	}
	return false;
}
