#include "query/verify/confirm.h"

struct confirmation {
	const struct word_table *table;
	struct text_eval *tools;
	struct buf *words;	/* struct token: those of the current line */
	struct span line;
	uint64_t line_start;
	struct hit_lines *out;
};

/* Splits the line into words, as far as the first `wanted` of them. */
static int split_line(struct confirmation *c, size_t wanted)
{
	struct token_batch *b = c->tools->batch;
	struct tokenizer t;
	bool is_word;
	size_t n = 0;
	uint32_t i;

	buf_clear(c->words);
	tokenizer_start(&t, c->line, true, true);
	while (n < wanted && tokenizer_next(&t, b)) {
		for (i = 0; i < b->ntokens && n < wanted; i++) {
			const struct token *tok = &b->tokens[i];

			if (!tok->is_ascii) {
				struct span s = { c->line.ptr + tok->start,
						  tok->len };

				if (word_is_word(s, &c->tools->scratch,
						 &is_word) < 0)
					return SCOUT_E_NOMEM;
				if (!is_word)
					continue;
			}
			buf_put(c->words, tok, sizeof(*tok));
			n++;
		}
	}
	return buf_status(c->words);
}

static int word_at(struct confirmation *c, const struct hit_piece *p, size_t i,
		   bool *out)
{
	const struct token *t = (const struct token *)c->words->ptr +
				p->ordinal + i;

	return word_element_matches(c->table,
				    c->table->pieces[p->leaf][p->piece + i],
				    span_of(c->line.ptr + t->start, t->len),
				    t->is_ascii, &c->tools->scratch, out);
}

/* One piece of the current line: compared, and put out. */
static int take_piece(struct confirmation *c, const struct hit_piece *p,
		      bool *ok)
{
	const struct token *t = (const struct token *)c->words->ptr;
	size_t i, nwords = c->words->len / sizeof(*t);
	struct line_match m = { .line = p->line, .line_start = c->line_start,
				.operand = p->leaf,
				.is_continued = p->piece > 0 };
	int rc;

	m.occurrence_len = c->tools->tree->leaves[p->leaf]->npieces;
	*ok = (size_t)p->ordinal + p->count <= nwords;
	for (i = 0; i < p->count && *ok; i++) {
		rc = word_at(c, p, i, ok);
		if (rc < 0)
			return rc;
	}
	if (!*ok)
		return SCOUT_OK;
	m.start = t[p->ordinal].start;
	t += p->ordinal + p->count - 1;
	m.end = t->start + t->len;
	return hit_lines_put(c->out, &m);
}

/* The pieces p[0..n) of one line. */
static int take_line(struct confirmation *c, struct line_scan *scan,
		     const struct hit_piece *p, size_t n, bool *ok)
{
	size_t i, wanted = 0;
	int rc = line_scan_to(scan, p->line);

	*ok = rc != SCOUT_END;
	if (rc)
		return rc < 0 ? rc : SCOUT_OK;
	rc = line_scan_get(scan, &c->line);
	if (rc < 0)
		return rc;
	c->line_start = line_scan_offset(scan);
	for (i = 0; i < n; i++)
		if ((size_t)p[i].ordinal + p[i].count > wanted)
			wanted = (size_t)p[i].ordinal + p[i].count;
	rc = split_line(c, wanted);
	for (i = 0; i < n && !rc && *ok; i++)
		rc = take_piece(c, &p[i], ok);
	return rc;
}

int confirm_hits(const struct candidate *cand, struct line_scan *scan,
		 struct text_eval *tools, struct buf *words, uint64_t max_lines,
		 struct hit_lines *out, bool *out_ok)
{
	struct confirmation c = { .table = tools->words, .tools = tools,
				  .words = words, .out = out };
	const struct hit_piece *p = cand->pieces;
	bool ok = true;
	size_t i, j;
	int rc = SCOUT_OK;

	hit_lines_clear(out);
	for (i = 0; i < cand->npieces && !rc && ok; i = j) {
		for (j = i + 1; j < cand->npieces && p[j].line == p[i].line;
		     j++)
			;
		rc = take_line(&c, scan, &p[i], j - i, &ok);
	}
	if (rc < 0)
		return rc;
	hit_lines_finish(out, max_lines);
	*out_ok = ok;
	return SCOUT_OK;
}
