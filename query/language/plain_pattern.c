#include "query/language/plain_pattern.h"

/* A text as a regex; \E in it would end the quote. */
static void put_quoted(const char *text, struct buf *out)
{
	const char *end;

	buf_put_str(out, "\\Q");
	while ((end = strstr(text, "\\E"))) {
		buf_put(out, text, (size_t)(end - text));
		buf_put_str(out, "\\E\\\\E\\Q");
		text = end + 2;
	}
	buf_put_str(out, text);
	buf_put_str(out, "\\E");
}

static void put_alternatives(const struct plain_pattern *p, struct buf *out)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		buf_put_str(out, i ? "|(?:" : "(?:");
		if (p->is_literal)
			put_quoted(p->items[i], out);
		else
			buf_put_str(out, p->items[i]);
		buf_put_str(out, ")");
	}
}

void plain_pattern_put(const struct plain_pattern *p, struct buf *out,
		       enum query_form *out_form)
{
	bool is_plain = p->n == 1 && !p->whole_words && !p->whole_lines;

	*out_form = is_plain && p->is_literal && p->items[0][0] ?
			    QUERY_LITERAL : QUERY_REGEX;
	if (is_plain && (p->is_literal == (*out_form == QUERY_LITERAL))) {
		buf_put_str(out, p->items[0]);
		return;
	}
	buf_put_str(out, p->whole_lines	  ? "^(?:" :
			 p->whole_words ? "(?<!\\w)(?:" : "(?:");
	put_alternatives(p, out);
	buf_put_str(out, p->whole_lines	  ? ")$" :
			 p->whole_words ? ")(?!\\w)" : ")");
}
