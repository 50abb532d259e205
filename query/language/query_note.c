#include "query/language/query_note.h"

#include <strings.h>

#include "query/language/query_error.h"

enum { READ_AS_MAX_BYTES = 200 };

static struct span text_of(const struct note_list *l, size_t pos, size_t len)
{
	return span_of(l->query.ptr + pos, len);
}

/* Adds a note; takes the text of b and releases b. */
static int add_note(struct note_list *l, size_t pos, struct buf *b)
{
	struct query_note *note = arena_alloc(l->arena, sizeof(*note));
	const char *text = NULL;

	if (note && buf_status(b) == SCOUT_OK)
		text = arena_dup(l->arena, b->ptr, b->len);
	buf_release(b);
	if (!text)
		return SCOUT_E_NOMEM;
	*note = (struct query_note){ .pos = pos, .text = text };
	*l->end = note;
	l->end = &note->next;
	return SCOUT_OK;
}

/* Length of "name:" at the start of a bare operand that looks like a field;
 * std::vector and http://host do not. */
static size_t field_like(struct span s)
{
	size_t i = 0;

	while (i < s.len && ((s.ptr[i] >= 'a' && s.ptr[i] <= 'z') ||
			     (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') ||
			     (i && s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
			     (i && s.ptr[i] == '_')))
		i++;
	if (!i || i == s.len || s.ptr[i] != ':')
		return 0;
	if (i + 1 < s.len && s.ptr[i + 1] == ':')
		return 0;
	if (i + 2 < s.len && s.ptr[i + 1] == '/' && s.ptr[i + 2] == '/')
		return 0;
	return i + 1;
}

/* Whether it is an operator with a distance but for its case. */
static bool is_operator_like(struct span s)
{
	static const char *const names[] = { "near/", "before/", "adj/",
					     "pre/" };
	size_t i, n, len;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		len = strlen(names[i]);
		if (s.len <= len ||
		    strncasecmp((const char *)s.ptr, names[i], len))
			continue;
		for (n = len; n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9';
		     n++)
			;
		return n > len && (n == s.len || (n + 1 == s.len &&
						  s.ptr[n] == 'l'));
	}
	return false;
}

int note_odd_operand(struct note_list *l, const struct lex_token *t)
{
	struct buf b = BUF_INIT(MEM_QUERY);
	size_t len = t->kind == LEX_BARE ? field_like(t->value) : 0;

	if (t->kind == LEX_BARE && is_operator_like(t->value)) {
		buf_printf(&b, "'%.*s' is looked for as words; operators are "
			   "written in upper case", (int)t->value.len,
			   (const char *)t->value.ptr);
		return add_note(l, t->pos, &b);
	}
	if (t->kind == LEX_BARE && t->value.len > 1 && t->value.ptr[0] == '!') {
		buf_put_str(&b, "'!' is an ordinary character here; \"not\" is "
				"written - or NOT");
		return add_note(l, t->pos, &b);
	}
	if (!len)
		return SCOUT_OK;
	buf_printf(&b, "'%.*s' is not a field, so its colon is an ordinary "
		   "character; the fields are path: file: ext: lang: size: "
		   "modified: part: lit: case: accents:",
		   (int)(len < 40 ? len : 40), (const char *)t->value.ptr);
	return add_note(l, t->pos, &b);
}

/* Puts the source of a node, with its operands joined by AND if it is one. */
static void put_read_as(const struct note_list *l, const struct ast *node,
			struct buf *b)
{
	size_t i;

	if (node->kind != AST_AND || node->in_parentheses) {
		put_printable(text_of(l, node->pos, node->len), b);
		return;
	}
	buf_put_u8(b, '(');
	for (i = 0; i < node->nchild; i++) {
		const struct ast *c = node->child[i];

		if (i)
			buf_put_str(b, " AND ");
		put_printable(text_of(l, c->pos, c->len), b);
	}
	buf_put_u8(b, ')');
}

int note_mixed_or(struct note_list *l, struct ast *const *branch, size_t n)
{
	struct buf b = BUF_INIT(MEM_QUERY);
	size_t i;

	buf_put_str(&b, "AND, also the one between operands side by side, "
		    "binds tighter than OR");
	if (l->query.len <= READ_AS_MAX_BYTES) {
		buf_put_str(&b, "; read as ");
		for (i = 0; i < n; i++) {
			if (i)
				buf_put_str(&b, " OR ");
			put_read_as(l, branch[i], &b);
		}
	}
	return add_note(l, branch[0]->pos, &b);
}

int note_narrow_window(struct note_list *l, const struct lex_token *op,
		       uint64_t least)
{
	struct buf b = BUF_INIT(MEM_QUERY);
	struct excerpt e;

	buf_printf(&b, "%s can never match: these operands need a distance of "
		   "%llu or more",
		   excerpt_of(text_of(l, op->pos, op->len), EXCERPT_PLAIN, &e),
		   (unsigned long long)least);
	return add_note(l, op->pos, &b);
}
