#include "query/language/regex_print.h"

static void put_ascii(unsigned c, struct buf *out)
{
	if (c > ' ' && c < 127)
		buf_put_u8(out, (uint8_t)c);
	else
		buf_printf(out, "\\x%02x", c);
}

/* The members from c on that follow each other; returns the one after. */
static unsigned print_range(const struct regex_set *set, unsigned c,
			    struct buf *out)
{
	unsigned last = c;

	while (last < 127 && regex_set_has_ascii(set, last + 1))
		last++;
	put_ascii(c, out);
	if (last > c + 1)
		buf_put_u8(out, '-');
	if (last > c)
		put_ascii(last, out);
	return last + 1;
}

static void print_set(const struct regex_set *set, struct buf *out)
{
	bool is_one = regex_set_count(set) == 1 && !set->nothers;
	unsigned c = 0;

	if (set->letter > 0 && set->letter < 128) {
		put_ascii((unsigned)set->letter, out);
		return;
	}
	if (!is_one)
		buf_put_u8(out, '[');
	while (c < 128)
		if (regex_set_has_ascii(set, c))
			c = print_range(set, c, out);
		else
			c++;
	if (set->any_other || set->nothers)
		buf_put_str(out, "...");
	if (!is_one)
		buf_put_u8(out, ']');
}

static void print_list(const struct regex_node *node, const char *between,
		       struct buf *out)
{
	size_t i;

	for (i = 0; i < node->nchild; i++) {
		if (i)
			buf_put_str(out, between);
		regex_print(node->child[i], out);
	}
}

static void print_repeat(const struct regex_node *node, struct buf *out)
{
	bool is_char = node->child[0]->kind == REGEX_CHAR;

	buf_put_str(out, is_char ? "" : "(");
	regex_print(node->child[0], out);
	buf_put_str(out, is_char ? "" : ")");
	if (node->max == REGEX_NO_LIMIT && node->min < 2)
		buf_put_u8(out, node->min ? '+' : '*');
	else if (!node->min && node->max == 1)
		buf_put_u8(out, '?');
	else if (node->max == REGEX_NO_LIMIT)
		buf_printf(out, "{%u,}", node->min);
	else if (node->min == node->max)
		buf_printf(out, "{%u}", node->min);
	else
		buf_printf(out, "{%u,%u}", node->min, node->max);
}

void regex_print(const struct regex_node *node, struct buf *out)
{
	switch (node->kind) {
	case REGEX_EMPTY:
		break;
	case REGEX_CHAR:
		print_set(&node->set, out);
		break;
	case REGEX_CAT:
		print_list(node, "", out);
		break;
	case REGEX_ALT:
		buf_put_u8(out, '(');
		print_list(node, "|", out);
		buf_put_u8(out, ')');
		break;
	case REGEX_REPEAT:
		print_repeat(node, out);
		break;
	case REGEX_LINE_START:
		buf_put_u8(out, '^');
		break;
	case REGEX_LINE_END:
		buf_put_u8(out, '$');
		break;
	case REGEX_BORDER:
		buf_put_str(out, "\\b");
		break;
	case REGEX_ALSO:
		buf_put_str(out, "(?=");
		regex_print(node->child[0], out);
		buf_put_u8(out, ')');
		break;
	case REGEX_ANYTHING:
		buf_put_str(out, ".*");
		break;
	}
}
