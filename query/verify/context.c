#include "query/verify/context.h"

/* Lines on their way out, from the top of the file. */
struct context {
	struct line_scan *scan;
	struct answers *out;
	uint64_t next_line;	/* first that is not put yet */
	bool any_put;
};

static int put_line(struct context *c, uint64_t number, bool is_context,
		    bool breaks)
{
	struct line_answer line = { .number = number + 1,
				    .offset = line_scan_offset(c->scan),
				    .is_context = is_context,
				    .breaks = breaks };
	struct span text;
	int rc = line_scan_get(c->scan, &text);

	if (rc < 0)
		return rc;
	c->next_line = number + 1;
	c->any_put = true;
	return answers_put_line(c->out, &line, text);
}

/* The context lines [from, to); stops quietly at the end of the text. */
static int put_context(struct context *c, uint64_t from, uint64_t to,
		       bool breaks)
{
	int rc;

	for (; from < to; from++, breaks = false) {
		rc = line_scan_to(c->scan, from);
		if (rc == SCOUT_END)
			return SCOUT_OK;
		if (!rc)
			rc = put_line(c, from, true, breaks);
		if (rc < 0)
			return rc;
	}
	return SCOUT_OK;
}

/* The hit line of matches m[0..n). */
static int put_hit(struct context *c, const struct line_match *m, size_t n,
		   bool breaks)
{
	size_t i;
	int rc;

	if (m->line_start != UINT64_MAX)
		rc = line_scan_to_offset(c->scan, m->line, m->line_start);
	else
		rc = line_scan_to(c->scan, m->line);
	if (rc)
		return rc < 0 ? rc : SCOUT_E_NOTFOUND;
	rc = put_line(c, m->line, false, breaks);
	for (i = 0; i < n && !rc; i++) {
		struct scout_submatch sub = { m[i].start, m[i].end,
					      m[i].operand };

		if (sub.start < sub.end)
			rc = answers_put_match(c->out, &sub);
	}
	return rc;
}

int context_put(struct line_scan *scan, const struct hit_lines *hits,
		uint32_t before, uint32_t after, struct answers *out)
{
	struct context c = { .scan = scan, .out = out };
	const struct line_match *m = hits->matches;
	uint64_t from, to;
	size_t i, j;
	int rc = SCOUT_OK;

	for (i = 0; i < hits->n && !rc; i = j) {
		bool breaks;

		for (j = i + 1; j < hits->n && m[j].line == m[i].line; j++)
			;
		from = m[i].line > before ? m[i].line - before : 0;
		if (from < c.next_line)
			from = c.next_line;
		breaks = (before || after) && c.any_put && from > c.next_line;
		rc = put_context(&c, from, m[i].line, breaks);
		if (!rc)
			rc = put_hit(&c, &m[i], j - i,
				     breaks && from == m[i].line);
		to = m[i].line + 1 + after;
		if (j < hits->n && to > m[j].line)
			to = m[j].line;
		if (!rc)
			rc = put_context(&c, m[i].line + 1, to, false);
	}
	return rc;
}
