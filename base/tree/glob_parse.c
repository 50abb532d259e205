#include "base/tree/glob_parse.h"

struct parser {
	struct span pattern;
	size_t pos;
	unsigned flags;
	int prev;		/* character before the current one, or -1 */
	int cur;
	bool in_braces;
	struct token *tokens;
	size_t ntokens;
	struct byte_set *classes;
	unsigned nclasses;
	struct scout_err *err;
};

static void set_add(struct byte_set *set, unsigned first, unsigned last)
{
	unsigned c;

	for (c = first; c <= last; c++)
		set->bits[c >> 3] = (uint8_t)(set->bits[c >> 3] | 1 << (c & 7));
}

static int peek(const struct parser *p)
{
	return p->pos < p->pattern.len ? p->pattern.ptr[p->pos] : -1;
}

static int bump(struct parser *p)
{
	p->prev = p->cur;
	p->cur = peek(p);
	if (p->cur >= 0)
		p->pos++;
	return p->cur;
}

int glob_bad(struct span pattern, const char *what, struct scout_err *err)
{
	return scout_err_set(err, SCOUT_E_USAGE, "bad glob '%.*s': %s",
			     (int)(pattern.len < 200 ? pattern.len : 200),
			     (const char *)pattern.ptr, what);
}

static int bad(const struct parser *p, const char *what)
{
	return glob_bad(p->pattern, what, p->err);
}

static void push(struct parser *p, enum token_kind kind, int byte)
{
	p->tokens[p->ntokens++] = (struct token){ .kind = (uint8_t)kind,
						  .byte = (uint8_t)byte };
}

/* True at the start of the pattern and of an alternative. */
static bool at_branch_start(const struct parser *p)
{
	return !p->ntokens || p->tokens[p->ntokens - 1].kind == TOK_OPEN ||
	       p->tokens[p->ntokens - 1].kind == TOK_COMMA;
}

static void push_two_stars(struct parser *p)
{
	push(p, TOK_STAR, 0);
	push(p, TOK_STAR, 0);
}

/* After "/" "**": the slash token before it is replaced. */
static void push_depth(struct parser *p, bool is_suffix)
{
	struct token *last = &p->tokens[p->ntokens - 1];

	if (last->kind == TOK_DEPTH_PREFIX || last->kind == TOK_DEPTH_SUFFIX)
		return;
	last->kind = is_suffix ? TOK_DEPTH_SUFFIX : TOK_DEPTH_MIDDLE;
}

static void parse_star(struct parser *p)
{
	int before = p->prev;
	int after;

	if (peek(p) != '*') {
		push(p, TOK_STAR, 0);
		return;
	}
	bump(p);
	after = peek(p);
	if (at_branch_start(p)) {
		if (after >= 0 && after != '/') {
			push_two_stars(p);
			return;
		}
		push(p, TOK_DEPTH_PREFIX, 0);
		bump(p);
	} else if (before != '/') {
		push_two_stars(p);
	} else if (after < 0 || after == '/') {
		bump(p);
		push_depth(p, after < 0);
	} else if (p->in_braces && (after == ',' || after == '}')) {
		push_depth(p, true);
	} else {
		push_two_stars(p);
	}
}

/* A character of a class: its bytes, and their value for comparing. */
struct class_char {
	uint8_t bytes[4];
	unsigned len;
	uint32_t value;
};

static struct class_char class_char(struct parser *p)
{
	struct class_char ch = { .len = 1 };
	unsigned want;

	ch.bytes[0] = (uint8_t)p->cur;
	ch.value = ch.bytes[0];
	want = ch.value >= 0xf0 ? 4 : ch.value >= 0xe0 ? 3 :
	       ch.value >= 0xc0 ? 2 : 1;
	while (ch.len < want && (peek(p) & 0xc0) == 0x80) {
		ch.bytes[ch.len++] = (uint8_t)bump(p);
		ch.value = ch.value << 6 | (ch.bytes[ch.len - 1] & 0x3f);
	}
	return ch;
}

/* first-last as ripgrep has it: bytes first, their ends joined by the dash. */
static void add_range(struct byte_set *set, const struct class_char *first,
		      const struct class_char *last)
{
	unsigned i;

	for (i = 0; i < first->len; i++)
		set_add(set, first->bytes[i], first->bytes[i]);
	if (first->value == last->value)
		return;
	set_add(set, first->bytes[first->len - 1], last->bytes[0]);
	for (i = 0; i < last->len; i++)
		set_add(set, last->bytes[i], last->bytes[i]);
}

static void finish_class(struct parser *p, struct byte_set *set, bool negated)
{
	unsigned c;

	if (p->flags & GLOB_NOCASE)
		for (c = 'A'; c <= 'Z'; c++)
			if (byte_set_has(set, (uint8_t)c))
				set_add(set, c + 32, c + 32);
	if (negated)
		for (c = 0; c < sizeof(set->bits); c++)
			set->bits[c] = (uint8_t)~set->bits[c];
	push(p, TOK_CLASS, 0);
	p->tokens[p->ntokens - 1].class = (uint16_t)p->nclasses++;
}

/*
 * The members of a class up to its ']'.  A ']' that comes first is a member; a
 * dash is one at either end.
 */
static int parse_members(struct parser *p, struct byte_set *set)
{
	static const struct class_char dash = { { '-' }, 1, '-' };
	struct class_char first = { .len = 0 }, last = { .len = 0 }, ch;
	bool in_range = false;

	for (;;) {
		if (bump(p) < 0)
			return bad(p, "unclosed class, ']' is missing");
		if (p->cur == ']' && first.len)
			break;
		if (p->cur == '-' && first.len && !in_range) {
			in_range = true;
			continue;
		}
		ch = class_char(p);
		if (in_range && ch.value < first.value)
			return bad(p, "class range is the wrong way round");
		if (!in_range) {
			add_range(set, &first, &last);
			first = ch;
		}
		last = ch;
		in_range = false;
	}
	add_range(set, &first, &last);
	if (in_range)
		add_range(set, &dash, &dash);
	return SCOUT_OK;
}

static int parse_class(struct parser *p)
{
	struct byte_set *set = &p->classes[p->nclasses];
	bool negated = peek(p) == '!' || peek(p) == '^';
	int rc;

	if (negated)
		bump(p);
	rc = parse_members(p, set);
	if (rc < 0)
		return rc;
	finish_class(p, set, negated);
	return SCOUT_OK;
}

/* A '}' without '{' stands for nothing, as it does in ripgrep. */
static int parse_brace(struct parser *p)
{
	switch (p->cur) {
	case '{':
		if (p->in_braces)
			return bad(p, "braces inside braces");
		push(p, TOK_OPEN, 0);
		p->in_braces = true;
		break;
	case '}':
		if (!p->in_braces)
			push(p, TOK_OPEN, 0);
		push(p, TOK_CLOSE, 0);
		p->in_braces = false;
		break;
	default:
		push(p, p->in_braces ? TOK_COMMA : TOK_BYTE, ',');
	}
	return SCOUT_OK;
}

static int parse_one(struct parser *p)
{
	switch (p->cur) {
	case '?':
		push(p, TOK_ANY, 0);
		return SCOUT_OK;
	case '*':
		parse_star(p);
		return SCOUT_OK;
	case '[':
		return parse_class(p);
	case '{':
	case '}':
	case ',':
		if (p->flags & GLOB_BRACES)
			return parse_brace(p);
		break;
	case '\\':
		if (bump(p) < 0)
			return bad(p, "nothing after the last backslash");
		break;
	}
	push(p, TOK_BYTE, p->flags & GLOB_NOCASE ? glob_lower((uint8_t)p->cur) :
						   p->cur);
	return SCOUT_OK;
}

static int parse(struct parser *p)
{
	int rc;

	while (bump(p) >= 0) {
		rc = parse_one(p);
		if (rc < 0)
			return rc;
	}
	if (p->in_braces)
		return bad(p, "unclosed brace, '}' is missing");
	return SCOUT_OK;
}

int glob_parse(struct span pattern, unsigned flags, struct arena *arena,
	       struct glob_tokens *out, struct scout_err *err)
{
	struct parser p = { .pattern = pattern, .flags = flags, .prev = -1,
			    .cur = -1, .err = err };
	size_t i, nclasses = 0;
	int rc;

	if (pattern.len > GLOB_MAX_BYTES)
		return bad(&p, "the pattern is too long");
	for (i = 0; i < pattern.len; i++)
		nclasses += pattern.ptr[i] == '[';
	/* a lone '}' is two tokens */
	p.tokens = arena_calloc(arena, pattern.len * 2 + 1, sizeof(*p.tokens));
	p.classes = arena_calloc(arena, nclasses + 1, sizeof(*p.classes));
	if (!p.tokens || !p.classes)
		return scout_err_set(err, SCOUT_E_NOMEM, "compiling a glob");
	rc = parse(&p);
	if (rc < 0)
		return rc;
	*out = (struct glob_tokens){ p.tokens, p.ntokens, p.classes };
	return SCOUT_OK;
}
