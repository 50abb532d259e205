#include "query/language/lexer.h"

#include "index_format/fold.h"
#include "query/language/parser.h"
#include "query/language/query_error.h"

struct lexer {
	struct span text;
	size_t pos;
	struct arena *arena;
	struct scout_err *err;
	struct lex_token *last;
	struct lex_list *list;
};

static const struct lex_name {
	const char *name;
	enum lex_kind kind;
	enum ast_field field;
} fields[] = {
	{ "path:", LEX_FILTER, FIELD_PATH },
	{ "file:", LEX_FILTER, FIELD_FILE },
	{ "ext:", LEX_FILTER, FIELD_EXT },
	{ "lang:", LEX_FILTER, FIELD_LANG },
	{ "size:", LEX_FILTER, FIELD_SIZE },
	{ "modified:", LEX_FILTER, FIELD_MODIFIED },
	{ "part:", LEX_PART, 0 },
	{ "lit:", LEX_LITERAL, 0 },
	{ "case:", LEX_CASE, 0 },
	{ "accents:", LEX_ACCENTS, 0 },
};

static const struct lex_name operators[] = {
	{ "AND", LEX_AND, 0 },	     { "OR", LEX_OR, 0 },
	{ "NOT", LEX_NOT, 0 },	     { "NEAR", LEX_NEAR, 0 },
	{ "BEFORE", LEX_BEFORE, 0 }, { "ADJ", LEX_BEFORE, 0 },
	{ "PRE", LEX_BEFORE, 0 },
};

enum { NFIELDS = sizeof(fields) / sizeof(fields[0]),
       NOPERATORS = sizeof(operators) / sizeof(operators[0]),
       NEAR_DEFAULT = 10 };

bool lex_is_space(int32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0d) || cp == 0x20 || cp == 0x85 ||
	       cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
	       cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f ||
	       cp == 0x3000;
}

unsigned lex_char(const uint8_t *p, const uint8_t *end, int32_t *out)
{
	unsigned n = utf8_decode(p, end, out);

	return n ? n : 1;
}

/* The character at pos: its length, or 0 at the end of the query. */
static unsigned char_at(const struct lexer *l, size_t pos, int32_t *out)
{
	*out = -1;
	if (pos >= l->text.len)
		return 0;
	return lex_char(l->text.ptr + pos, l->text.ptr + l->text.len, out);
}

static bool byte_is(const struct lexer *l, size_t pos, char c)
{
	return pos < l->text.len && l->text.ptr[pos] == (uint8_t)c;
}

static struct span slice(const struct lexer *l, size_t from, size_t to)
{
	return span_of(l->text.ptr + from, to - from);
}

/* White space, parentheses, quotes and the end of the query. */
static bool ends_operand(const struct lexer *l, size_t pos)
{
	int32_t cp;

	if (!char_at(l, pos, &cp))
		return true;
	return cp == '(' || cp == ')' || cp == '"' || lex_is_space(cp);
}

/* Where the bare operand that holds pos ends. */
static size_t run_end(const struct lexer *l, size_t pos)
{
	int32_t cp;

	while (!ends_operand(l, pos))
		pos += char_at(l, pos, &cp);
	return pos;
}

static int emit(struct lexer *l, const struct lex_token *proto, size_t end)
{
	struct lex_token *t = arena_alloc(l->arena, sizeof(*t));

	if (!t)
		return scout_err_set(l->err, SCOUT_E_NOMEM, "reading a query");
	*t = *proto;
	t->len = end - t->pos;
	t->next = NULL;
	if (l->last)
		l->last->next = t;
	else
		l->list->first = t;
	l->last = t;
	l->pos = end;
	if (t->kind >= LEX_BARE &&
	    ++l->list->noperands > QUERY_MAX_OPERANDS)
		return scout_err_syntax(l->err, t->pos, t->len,
					"a query has at most %d operands",
					QUERY_MAX_OPERANDS);
	return SCOUT_OK;
}

/* A copy of s without the backslashes that escape one of the given bytes. */
static int unescape(struct lexer *l, struct span s, const char *escapable,
		    struct span *out)
{
	uint8_t *copy;
	size_t i, n = 0;

	*out = s;
	if (!memchr(s.ptr, '\\', s.len))
		return SCOUT_OK;
	copy = arena_alloc(l->arena, s.len);
	if (!copy)
		return scout_err_set(l->err, SCOUT_E_NOMEM, "reading a query");
	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\' && i + 1 < s.len) {
			if (!memchr(escapable, s.ptr[i + 1],
				    strlen(escapable)))
				copy[n++] = '\\';
			i++;
		}
		copy[n++] = s.ptr[i];
	}
	*out = span_of(copy, n);
	return SCOUT_OK;
}

/* The first byte c from pos on that no backslash stands before, or SIZE_MAX. */
static size_t find_unescaped(const struct lexer *l, size_t pos, char c)
{
	for (; pos < l->text.len; pos++) {
		if (l->text.ptr[pos] == '\\')
			pos++;
		else if (l->text.ptr[pos] == (uint8_t)c)
			return pos;
	}
	return SIZE_MAX;
}

/*
 * In quotes a backslash escapes a quote and itself and is else an ordinary
 * character, so that "\d" needs no thought: skipping the byte after any
 * backslash finds the same closing quote.
 */
static int lex_quoted(struct lexer *l, size_t at, struct lex_token *t)
{
	size_t close = find_unescaped(l, at + 1, '"');
	int rc;

	if (close == SIZE_MAX)
		return scout_err_syntax(
			l->err, at, 1,
			"this quote is never closed (inside quotes, a quote "
			"is written \\\")");
	t->is_quoted = true;
	t->value_pos = at + 1;
	rc = unescape(l, slice(l, at + 1, close), "\\\"", &t->value);
	if (rc < 0)
		return rc;
	if (byte_is(l, close + 1, '~') || byte_is(l, close + 1, '*') ||
	    byte_is(l, close + 1, '?'))
		return scout_err_syntax(
			l->err, close + 1, 1,
			"'%c' does nothing after a quote; for words near "
			"each other use NEAR/n, a wildcard goes on a bare word",
			l->text.ptr[close + 1]);
	return emit(l, t, close + 1);
}

/* Whether the slash at pos opens a regex: the next one that is not escaped,
 * with its flags, ends the operand. */
static bool find_regex(const struct lexer *l, size_t at, struct lex_token *t,
		       size_t *close, size_t *end)
{
	size_t p;

	if (!byte_is(l, at, '/'))
		return false;
	*close = find_unescaped(l, at + 1, '/');
	if (*close == SIZE_MAX)
		return false;
	for (p = *close + 1; byte_is(l, p, 'i') || byte_is(l, p, 'm'); p++) {
		if (byte_is(l, p, 'i'))
			t->regex_icase = true;
		else
			t->regex_multiline = true;
	}
	*end = p;
	if (ends_operand(l, p))
		return true;
	t->regex_icase = t->regex_multiline = false;
	return false;
}

static int lex_regex(struct lexer *l, struct lex_token *t, size_t open,
		     size_t close, size_t end)
{
	int rc;

	if (close == open + 1)
		return scout_err_syntax(
			l->err, open, end - open,
			"this regex is empty; for the text write lit:\"//\"");
	t->is_regex = true;
	t->value_pos = open + 1;
	rc = unescape(l, slice(l, open + 1, close), "/", &t->value);
	if (rc < 0)
		return rc;
	return emit(l, t, end);
}

/* The value of a field: quoted, a regex where that is allowed, or bare. */
static int lex_field(struct lexer *l, struct lex_token *t,
		     const struct lex_name *name)
{
	size_t at = t->pos + strlen(name->name), close, end;
	bool takes_regex = name->kind == LEX_FILTER &&
			   (name->field == FIELD_PATH ||
			    name->field == FIELD_FILE);

	t->kind = name->kind;
	t->field = name->field;
	if (byte_is(l, at, '"'))
		return lex_quoted(l, at, t);
	if (takes_regex && find_regex(l, at, t, &close, &end))
		return lex_regex(l, t, at, close, end);
	end = run_end(l, at);
	if (end == at)
		return scout_err_syntax(
			l->err, t->pos, at - t->pos,
			"%s needs a value right after the colon, in quotes if "
			"it holds spaces or parentheses",
			name->name);
	t->value_pos = at;
	t->value = slice(l, at, end);
	return emit(l, t, end);
}

static const struct lex_name *find_operator(struct span run)
{
	const uint8_t *slash = memchr(run.ptr, '/', run.len);
	size_t i, len = slash ? (size_t)(slash - run.ptr) : run.len;

	for (i = 0; i < NOPERATORS; i++) {
		if (!span_eq(span_of(run.ptr, len),
			     span_str(operators[i].name)))
			continue;
		if (slash && operators[i].kind < LEX_NEAR)
			return NULL;	/* AND/x is a phrase */
		return &operators[i];
	}
	return NULL;
}

/* n or nl after the slash of NEAR/: false if it is neither. */
static bool parse_distance(struct span s, struct lex_token *t)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) {
		n = n * 10 + (uint64_t)(s.ptr[i] - '0');
		if (n > UINT32_MAX)
			n = UINT32_MAX;
	}
	if (!i)
		return false;
	t->in_lines = i < s.len && s.ptr[i] == 'l';
	t->distance = (uint32_t)n;
	return i + t->in_lines == s.len;
}

static int lex_operator(struct lexer *l, struct lex_token *t, size_t end,
			const struct lex_name *op)
{
	size_t slash = t->pos + strlen(op->name);

	t->kind = op->kind;
	if (op->kind != LEX_NEAR && op->kind != LEX_BEFORE)
		return emit(l, t, end);
	t->distance = NEAR_DEFAULT;
	if (slash < end && !parse_distance(slice(l, slash + 1, end), t))
		return scout_err_syntax(
			l->err, t->pos, end - t->pos,
			"after %s/ stands a number of words, or of lines: "
			"%s/5, %s/2l",
			op->name, op->name, op->name);
	if (!t->distance && !t->in_lines)
		return scout_err_syntax(
			l->err, t->pos, end - t->pos,
			"words next to each other are 1 apart: the distance "
			"must be at least 1 (or 0l for the same line)");
	return emit(l, t, end);
}

/* A run of characters that no quote or field name begins. */
static int lex_bare(struct lexer *l, struct lex_token *t)
{
	size_t end = run_end(l, t->pos);
	const struct lex_name *op = find_operator(slice(l, t->pos, end));

	if (op)
		return lex_operator(l, t, end, op);
	t->kind = LEX_BARE;
	t->value_pos = t->pos;
	t->value = slice(l, t->pos, end);
	return emit(l, t, end);
}

static bool is_word_class(int32_t cp)
{
	enum char_class class = cp < 0 ? CHAR_OTHER : char_class_of(cp);

	return class != CHAR_OTHER && class != CHAR_IGNORABLE;
}

/* `-` is NOT before an operand and an error elsewhere: what looks like code
 * (->x, --x) must not silently become something else. */
static int lex_minus(struct lexer *l, struct lex_token *t)
{
	struct excerpt text, word;
	size_t end = run_end(l, t->pos), start;
	int32_t cp;

	char_at(l, t->pos + 1, &cp);
	if (cp == '"' || cp == '(' || cp == '/' || cp == '*' || cp == '?' ||
	    is_word_class(cp)) {
		t->kind = LEX_MINUS;
		return emit(l, t, t->pos + 1);
	}
	if (end == t->pos + 1)
		return scout_err_syntax(
			l->err, t->pos, 1,
			"'-' stands right before what it excludes; for the "
			"text write lit:\"-\"");
	for (start = t->pos; start < end; start += char_at(l, start, &cp)) {
		char_at(l, start, &cp);
		if (is_word_class(cp))
			break;
	}
	excerpt_of(slice(l, t->pos, end), EXCERPT_IN_QUOTES, &text);
	if (start == end)
		return scout_err_syntax(
			l->err, t->pos, 1,
			"'-' is not before a word; for the text write "
			"lit:\"%s\"", text.text);
	return scout_err_syntax(
		l->err, t->pos, 1,
		"'-' is not before a word; for the text write lit:\"%s\", for "
		"its words write %s", text.text,
		excerpt_of(slice(l, start, end), EXCERPT_PLAIN, &word));
}

static const struct lex_name *find_field(struct span rest)
{
	size_t i;

	for (i = 0; i < NFIELDS; i++)
		if (span_has_prefix(rest, span_str(fields[i].name)))
			return &fields[i];
	return NULL;
}

static int lex_one(struct lexer *l, int32_t first)
{
	struct lex_token t = { .pos = l->pos };
	const struct lex_name *field;
	size_t close, end;

	switch (first) {
	case '(':
	case ')':
		t.kind = first == '(' ? LEX_OPEN : LEX_CLOSE;
		return emit(l, &t, l->pos + 1);
	case '"':
		t.kind = LEX_QUOTED;
		return lex_quoted(l, l->pos, &t);
	case '-':
		return lex_minus(l, &t);
	case '/':
		t.kind = LEX_REGEX;
		if (find_regex(l, l->pos, &t, &close, &end))
			return lex_regex(l, &t, l->pos, close, end);
		return lex_bare(l, &t);
	}
	field = find_field(slice(l, l->pos, l->text.len));
	if (field)
		return lex_field(l, &t, field);
	return lex_bare(l, &t);
}

int query_lex(struct span text, struct arena *arena, struct lex_list *out,
	      struct scout_err *err)
{
	struct lexer l = { .text = text, .arena = arena, .err = err,
			   .list = out };
	struct lex_token end = { .kind = LEX_END };
	int32_t cp;
	unsigned n;
	int rc;

	*out = (struct lex_list){ NULL, 0 };
	if (text.len > QUERY_MAX_BYTES)
		return scout_err_syntax(err, QUERY_MAX_BYTES, 0,
					"a query has at most %d bytes, this "
					"one %zu", QUERY_MAX_BYTES, text.len);
	while ((n = char_at(&l, l.pos, &cp)) != 0) {
		if (lex_is_space(cp)) {
			l.pos += n;
			continue;
		}
		rc = lex_one(&l, cp);
		if (rc < 0)
			return rc;
	}
	end.pos = text.len;
	return emit(&l, &end, text.len);
}
