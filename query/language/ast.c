#include "query/language/ast.h"

#include "query/language/parser.h"

static const char *const field_names[] = {
	[FIELD_PATH] = "path", [FIELD_FILE] = "file",
	[FIELD_EXT] = "ext",   [FIELD_LANG] = "lang",
	[FIELD_SIZE] = "size", [FIELD_MODIFIED] = "modified",
};

/* Puts s with backslashes before the bytes of escape; control characters are
 * written \xNN, so that a tree is always one line. */
static void put_escaped(struct buf *out, struct span s, const char *escape)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];

		if (c < 0x20 || c == 0x7f) {
			buf_printf(out, "\\x%02x", c);
			continue;
		}
		if (memchr(escape, c, strlen(escape)))
			buf_put_u8(out, '\\');
		buf_put_u8(out, c);
	}
}

static void put_quoted(struct buf *out, struct span s)
{
	buf_put_u8(out, '"');
	put_escaped(out, s, "\\\"");
	buf_put_u8(out, '"');
}

static void put_piece(struct buf *out, const struct ast_piece *piece)
{
	size_t i;

	if (!piece->nitems) {
		put_escaped(out, piece->folded, "");
		return;
	}
	for (i = 0; i < piece->nitems; i++) {
		switch (piece->items[i].kind) {
		case GLOB_LITERAL:
			put_escaped(out, piece->items[i].folded, "");
			break;
		case GLOB_ANY:
			buf_put_u8(out, '*');
			break;
		case GLOB_ONE:
			buf_put_u8(out, '?');
			break;
		}
	}
}

static void put_words(struct buf *out, const struct ast *node)
{
	size_t i;

	if (node->npieces == 1) {
		put_piece(out, node->pieces);
		return;
	}
	buf_put_u8(out, '"');
	for (i = 0; i < node->npieces; i++) {
		if (i)
			buf_put_u8(out, ' ');
		put_piece(out, &node->pieces[i]);
	}
	buf_put_u8(out, '"');
}

static void put_regex(struct buf *out, const struct ast *node)
{
	buf_put_u8(out, '/');
	put_escaped(out, node->text, "/");
	buf_put_u8(out, '/');
	if (node->regex_icase)
		buf_put_u8(out, 'i');
	if (node->regex_multiline)
		buf_put_u8(out, 'm');
}

/* What the case mode and accents:no have changed about an operand. */
static void put_modes(struct buf *out, const struct ast *node)
{
	if (node->kind == AST_LITERAL && !node->sensitive)
		buf_put_str(out, "{nocase}");
	else if (node->kind <= AST_PART && node->sensitive)
		buf_put_str(out, "{case}");
	if (node->no_marks && node->kind <= AST_PART)
		buf_put_str(out, "{nomarks}");
}

static void put_operator(struct buf *out, const struct ast *node)
{
	const char *name = "";
	size_t i;

	switch (node->kind) {
	case AST_AND:
		name = "AND";
		break;
	case AST_OR:
		name = "OR";
		break;
	case AST_NOT:
		name = "NOT";
		break;
	case AST_NEAR:
		name = "NEAR";
		break;
	case AST_BEFORE:
		name = "BEFORE";
		break;
	default:
		name = "NOT NEAR";
		break;
	}
	buf_printf(out, "(%s", name);
	if (node->kind >= AST_NEAR)
		buf_printf(out, "/%lu%s", (unsigned long)node->distance,
			   node->in_lines ? "l" : "");
	for (i = 0; i < node->nchild; i++) {
		buf_put_u8(out, ' ');
		ast_print(node->child[i], out);
	}
	buf_put_u8(out, ')');
}

void ast_print(const struct ast *node, struct buf *out)
{
	switch (node->kind) {
	case AST_WORDS:
		put_words(out, node);
		break;
	case AST_FUZZY:
		put_words(out, node);
		buf_printf(out, "~%lu", (unsigned long)node->distance);
		break;
	case AST_PART:
		buf_put_str(out, "part:");
		put_words(out, node);
		break;
	case AST_REGEX:
		put_regex(out, node);
		break;
	case AST_LITERAL:
		buf_put_str(out, "lit:");
		put_quoted(out, node->text);
		break;
	case AST_FILTER:
		buf_printf(out, "%s:", field_names[node->field]);
		if (node->text_is_regex)
			put_regex(out, node);
		else
			put_quoted(out, node->text);
		break;
	default:
		put_operator(out, node);
		return;
	}
	put_modes(out, node);
}
