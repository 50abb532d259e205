#include "query/language/regex_tree.h"

#include "base/buf.h"
#include "index_format/fold.h"

struct parser {
	struct regex_cursor at;
	bool dot_is_all;	/* (?s) */
	bool in_quote;		/* after \Q */
	unsigned depth;
	bool gave_up;		/* something is not understood */
	bool failed;		/* memory is short */
	struct arena *arena;
	struct buf stack;	/* struct regex_node *: children found so far */
};

static struct regex_node *parse_alternatives(struct parser *p);

static bool at_end(const struct parser *p)
{
	return p->at.p == p->at.end || p->gave_up || p->failed;
}

static bool next_is(const struct parser *p, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(p->at.end - p->at.p) >= n && !memcmp(p->at.p, s, n);
}

static struct regex_node *new_node(struct parser *p, enum regex_kind kind)
{
	struct regex_node *n = arena_calloc(p->arena, 1, sizeof(*n));

	p->failed |= !n;
	if (n)
		n->kind = kind;
	return n;
}

/* One in whose place PCRE2 asks for more than the tree can say. */
static struct regex_node *loose_node(struct parser *p, enum regex_kind kind)
{
	struct regex_node *n = new_node(p, kind);

	if (n)
		n->is_loose = true;
	return n;
}

/* --- Lists of children --------------------------------------------------- */

static void push(struct parser *p, struct regex_node *node)
{
	if (node)
		buf_put(&p->stack, &node, sizeof(node));
	p->failed |= buf_status(&p->stack) < 0;
}

/* Makes one node of what was pushed since mark. */
static struct regex_node *reduce(struct parser *p, enum regex_kind kind,
				 size_t mark)
{
	struct regex_node *node, **children;
	size_t bytes;

	if (p->failed)
		return NULL;
	bytes = p->stack.len - mark;
	p->stack.len = mark;
	if (!bytes)
		return new_node(p, REGEX_EMPTY);
	children = (struct regex_node **)(p->stack.ptr + mark);
	if (bytes == sizeof(*children))
		return children[0];
	node = new_node(p, kind);
	if (!node)
		return NULL;
	node->child = arena_alloc(p->arena, bytes);
	p->failed |= !node->child;
	if (!node->child)
		return NULL;
	memcpy(node->child, children, bytes);
	node->nchild = bytes / sizeof(*children);
	return node;
}

/* --- Single characters --------------------------------------------------- */

static struct regex_node *set_node(struct parser *p,
				   const struct regex_set *set)
{
	struct regex_node *n = new_node(p, REGEX_CHAR);

	if (n)
		n->set = *set;
	return n;
}

static struct regex_node *char_node(struct parser *p, int32_t c)
{
	struct regex_set set = { .letter = c };

	if (c < 0)
		return new_node(p, REGEX_ANYTHING);
	regex_set_add(&set, c);
	if (p->at.ignores_case)
		regex_set_add_cases(&set);
	return set_node(p, &set);
}

static struct regex_node *take_char(struct parser *p)
{
	int32_t c;
	unsigned n = utf8_decode(p->at.p, p->at.end, &c);

	p->at.p += n ? n : 1;
	return char_node(p, c);
}

static struct regex_node *dot(struct parser *p)
{
	struct regex_set set = { .any_other = true };

	p->at.p++;
	regex_set_add_all(&set);
	if (!p->dot_is_all)
		set.ascii[0] &= ~((uint64_t)1 << '\n');
	return set_node(p, &set);
}

/* --- Escapes ------------------------------------------------------------- */

/* \R: a line end, of one character or two. */
static struct regex_node *any_newline(struct parser *p)
{
	struct regex_node *n = loose_node(p, REGEX_REPEAT);
	struct regex_set set = { .any_other = true,
				 .other_kinds = REGEX_OTHER_BLANKS };

	regex_set_add_range(&set, '\n', '\r');
	if (!n)
		return NULL;
	n->min = 1;
	n->max = 2;
	n->nchild = 1;
	n->child = arena_alloc(p->arena, sizeof(*n->child));
	p->failed |= !n->child;
	if (n->child)
		n->child[0] = set_node(p, &set);
	return n;
}

/* Past what stands in a pair of brackets after \g or \k. */
static void skip_brackets(struct parser *p)
{
	static const char opening[] = "{<'", closing[] = "}>'";
	const char *o;
	const uint8_t *close;

	if (at_end(p))
		return;
	o = memchr(opening, *p->at.p, 3);
	if (!o) {
		/* \g1, \g-1, \g+1 */
		if (next_is(p, "-") || next_is(p, "+"))
			p->at.p++;
		while (!at_end(p) && *p->at.p >= '0' && *p->at.p <= '9')
			p->at.p++;
		return;
	}
	close = memchr(p->at.p + 1, closing[o - opening],
		       (size_t)(p->at.end - p->at.p) - 1);
	p->gave_up |= !close;
	if (close)
		p->at.p = close + 1;
}

/* A reference to a group, by number or name: any text. */
static struct regex_node *reference(struct parser *p, uint8_t letter)
{
	if (letter == 'g' || letter == 'k')
		skip_brackets(p);
	else
		while (!at_end(p) && *p->at.p >= '0' && *p->at.p <= '9')
			p->at.p++;
	return new_node(p, REGEX_ANYTHING);
}

/* An escape that is no character, after its backslash and letter. */
static struct regex_node *other_escape(struct parser *p, uint8_t letter)
{
	switch (letter) {
	case 'b':
		return new_node(p, REGEX_BORDER);
	case 'B': case 'G': case 'K':
		return loose_node(p, REGEX_EMPTY);
	case 'A':
		return new_node(p, REGEX_LINE_START);
	case 'z': case 'Z':
		return new_node(p, REGEX_LINE_END);
	case 'R':
		return any_newline(p);
	case 'X':
		return new_node(p, REGEX_ANYTHING);
	default:
		break;
	}
	if ((letter >= '1' && letter <= '9') || letter == 'g' ||
	    letter == 'k')
		return reference(p, letter);
	p->gave_up = true;
	return NULL;
}

static struct regex_node *escape(struct parser *p)
{
	struct regex_set set;

	if (regex_class_read_escape(&p->at, &set)) {
		if (set.letter)
			return char_node(p, set.letter);
		if (p->at.ignores_case)
			regex_set_add_cases(&set);
		return set_node(p, &set);
	}
	if (p->at.end - p->at.p < 2) {
		p->gave_up = true;
		return NULL;
	}
	p->at.p += 2;
	return other_escape(p, p->at.p[-1]);
}

static struct regex_node *class(struct parser *p)
{
	struct regex_set set;

	if (regex_class_read(&p->at, &set))
		return set_node(p, &set);
	p->gave_up = true;
	return NULL;
}

/* --- Groups -------------------------------------------------------------- */

/* The letters of (?flags) or (?flags:...), up to the ')' or ':'. */
static void read_flags(struct parser *p)
{
	bool on = true;

	if (next_is(p, "^")) {
		p->at.ignores_case = p->dot_is_all = false;
		p->at.extended = 0;
		p->at.p++;
	}
	for (; !at_end(p) && *p->at.p != ')' && *p->at.p != ':'; p->at.p++) {
		switch (*p->at.p) {
		case '-':
			on = false;
			break;
		case 'i':
			p->at.ignores_case = on;
			break;
		case 's':
			p->dot_is_all = on;
			break;
		case 'x':
			p->at.extended = !on ? 0 :
				p->at.p[-1] == 'x' ? REGEX_EXTENDED_MORE : 1;
			break;
		case 'm': case 'n': case 'J': case 'U':
			break;
		default:
			p->gave_up = true;
			return;
		}
	}
	p->gave_up |= at_end(p);
}

enum group_kind {
	GROUP_PLAIN,		/* its text counts */
	GROUP_ATOMIC,		/* the same, without a way back into it */
	GROUP_ALSO,		/* its text is there, beside what counts */
	GROUP_NOT,		/* its text is not there */
	GROUP_FLAGS,		/* no group: flags for the rest of one */
	GROUP_REFERENCE,	/* no group: any text */
};

/* Past the name of a group and what closes it. */
static void skip_name(struct parser *p, uint8_t closing)
{
	const uint8_t *close = memchr(p->at.p, closing,
				      (size_t)(p->at.end - p->at.p));

	p->gave_up |= !close;
	if (close)
		p->at.p = close + 1;
}

/* (?P<name>...), (?P=name), (?P>name) */
static enum group_kind open_python_group(struct parser *p)
{
	if (next_is(p, "P<")) {
		skip_name(p, '>');
		return GROUP_PLAIN;
	}
	skip_name(p, ')');
	return GROUP_REFERENCE;
}

/* Past "(?" and what says which kind of group it is. */
static enum group_kind open_special_group(struct parser *p)
{
	static const struct {
		const char *sign;
		enum group_kind kind;
	} looks[] = { { "=", GROUP_ALSO }, { "!", GROUP_NOT },
		      { "<=", GROUP_ALSO }, { "<!", GROUP_NOT },
		      { "*", GROUP_ALSO }, { "<*", GROUP_ALSO } };
	size_t i;

	p->at.p += 2;
	for (i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (next_is(p, looks[i].sign)) {
			p->at.p += strlen(looks[i].sign);
			return looks[i].kind;
		}
	if (next_is(p, ">") || next_is(p, "|")) {
		p->at.p++;
		return p->at.p[-1] == '>' ? GROUP_ATOMIC : GROUP_PLAIN;
	}
	if (next_is(p, "<") || next_is(p, "'")) {
		p->at.p++;
		skip_name(p, p->at.p[-1] == '<' ? '>' : '\'');
		return GROUP_PLAIN;
	}
	if (next_is(p, "P"))
		return open_python_group(p);
	if (!at_end(p) && (strchr("R&0123456789+", *p->at.p) ||
			   (p->at.end - p->at.p > 1 && *p->at.p == '-' &&
			    p->at.p[1] >= '0' && p->at.p[1] <= '9'))) {
		skip_name(p, ')');
		return GROUP_REFERENCE;
	}
	read_flags(p);
	if (p->gave_up)
		return GROUP_FLAGS;
	return *p->at.p++ == ')' ? GROUP_FLAGS : GROUP_PLAIN;
}

/* What is in a group, up to its ')'.  Flags set in it end with it. */
static struct regex_node *group_body(struct parser *p,
				     const struct parser *flags)
{
	struct regex_node *node = NULL;

	if (++p->depth > REGEX_MAX_DEPTH)
		p->gave_up = true;
	else
		node = parse_alternatives(p);
	p->depth--;
	p->gave_up |= !next_is(p, ")");
	if (p->gave_up)
		return NULL;
	p->at.p++;
	p->at.ignores_case = flags->at.ignores_case;
	p->at.extended = flags->at.extended;
	p->dot_is_all = flags->dot_is_all;
	return node;
}

static struct regex_node *also(struct parser *p, struct regex_node *child)
{
	struct regex_node *n = loose_node(p, REGEX_ALSO);

	if (!n)
		return NULL;
	n->child = arena_alloc(p->arena, sizeof(*n->child));
	p->failed |= !n->child;
	if (!n->child)
		return NULL;
	n->child[0] = child;
	n->nchild = 1;
	return n;
}

static struct regex_node *group(struct parser *p)
{
	const struct parser flags = *p;
	enum group_kind kind = GROUP_PLAIN;
	struct regex_node *node;

	if (next_is(p, "(?"))
		kind = open_special_group(p);
	else
		p->at.p++;
	/* (*VERB), (?(condition)...) and the like */
	p->gave_up |= kind == GROUP_PLAIN && next_is(p, "*");
	if (kind == GROUP_FLAGS)
		return NULL;
	if (kind == GROUP_REFERENCE)
		return new_node(p, REGEX_ANYTHING);
	node = group_body(p, &flags);
	if (node && kind == GROUP_NOT)
		return loose_node(p, REGEX_EMPTY);
	if (node && kind == GROUP_ALSO)
		return also(p, node);
	/* nodes are not shared: what has this one has the group */
	if (node && kind == GROUP_ATOMIC)
		node->is_loose = true;
	return node;
}

/* --- Repeats ------------------------------------------------------------- */

/* {n}, {n,} or {n,m} at the cursor, which moves past it. */
static bool read_braces(struct parser *p, uint32_t *min, uint32_t *max)
{
	const uint8_t *s = p->at.p + 1, *end = p->at.end;
	uint32_t n[2] = { 0, 0 };
	unsigned i;

	for (i = 0; i < 2; i++) {
		const uint8_t *digits = s;

		for (; s < end && *s >= '0' && *s <= '9'; s++)
			if (n[i] < 1000000)
				n[i] = n[i] * 10 + (uint32_t)(*s - '0');
		if (!i && s == digits)
			return false;
		if (i && s == digits)
			n[1] = REGEX_NO_LIMIT;
		if (i || s == end || *s != ',')
			break;
		s++;
	}
	if (s == end || *s != '}')
		return false;
	*min = n[0];
	*max = i ? n[1] : n[0];
	p->at.p = s + 1;
	return true;
}

/* A '{' that some versions of PCRE2 take for a repeat and others do not. */
static bool is_doubtful_brace(const struct parser *p)
{
	const uint8_t *s = p->at.p + 1;

	while (s < p->at.end && *s && strchr("0123456789, \t", *s))
		s++;
	return s < p->at.end && *s == '}';
}

static bool read_repeat(struct parser *p, uint32_t *min, uint32_t *max)
{
	*min = 0;
	*max = REGEX_NO_LIMIT;
	if (at_end(p))
		return false;
	switch (*p->at.p) {
	case '+':
		*min = 1;
		break;
	case '?':
		*max = 1;
		break;
	case '*':
		break;
	case '{':
		if (read_braces(p, min, max))
			return true;
		p->gave_up |= is_doubtful_brace(p);
		return false;
	default:
		return false;
	}
	p->at.p++;
	return true;
}

static struct regex_node *repeat(struct parser *p, struct regex_node *what,
				 uint32_t min, uint32_t max)
{
	struct regex_node *n = new_node(p, REGEX_REPEAT);

	bool is_possessive = next_is(p, "+");

	/* lazy ones are no different here */
	if (is_possessive || next_is(p, "?"))
		p->at.p++;
	if (!n)
		return NULL;
	n->is_loose = is_possessive;
	n->child = arena_alloc(p->arena, sizeof(*n->child));
	p->failed |= !n->child;
	if (!n->child)
		return NULL;
	n->child[0] = what;
	n->nchild = 1;
	n->min = min;
	n->max = max;
	return n;
}

/* --- Sequences ----------------------------------------------------------- */

/* A character that (?x) makes a blank. */
static unsigned blank_len(const struct parser *p)
{
	int32_t c;
	unsigned n = utf8_decode(p->at.p, p->at.end, &c);

	if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 ||
	    (c | 1) == 0x200f || (c | 1) == 0x2029)
		return n;
	return 0;
}

static void skip_to(struct parser *p, uint8_t last)
{
	const uint8_t *end = memchr(p->at.p, last,
				    (size_t)(p->at.end - p->at.p));

	p->at.p = end ? end + 1 : p->at.end;
}

/* Past what stands for nothing: comments, blanks by (?x), \E, an empty \Q\E;
 * and into a quote. */
static void skip_ignored(struct parser *p)
{
	while (!at_end(p)) {
		if (next_is(p, "\\E")) {
			p->in_quote = false;
			p->at.p += 2;
		} else if (p->in_quote) {
			return;
		} else if (next_is(p, "\\Q")) {
			p->in_quote = true;
			p->at.p += 2;
		} else if (next_is(p, "(?#")) {
			skip_to(p, ')');
		} else if (p->at.extended && *p->at.p == '#') {
			skip_to(p, '\n');
		} else if (p->at.extended && blank_len(p)) {
			p->at.p += blank_len(p);
		} else {
			return;
		}
	}
}

static struct regex_node *parse_item(struct parser *p)
{
	if (p->in_quote)
		return take_char(p);
	switch (*p->at.p) {
	case '\\':
		return escape(p);
	case '[':
		return class(p);
	case '(':
		return group(p);
	case '.':
		return dot(p);
	case '^':
		p->at.p++;
		return new_node(p, REGEX_LINE_START);
	case '$':
		p->at.p++;
		return new_node(p, REGEX_LINE_END);
	case '{':
		p->gave_up |= is_doubtful_brace(p);
		return take_char(p);
	default:
		return take_char(p);
	}
}

static struct regex_node *parse_sequence(struct parser *p)
{
	size_t mark = p->stack.len;
	struct regex_node *item;
	uint32_t min, max;
	unsigned nested;

	for (;;) {
		skip_ignored(p);
		if (at_end(p) ||
		    (!p->in_quote && (*p->at.p == '|' || *p->at.p == ')')))
			break;
		item = parse_item(p);
		/* \Q that was opened here belongs to the next item */
		skip_ignored(p);
		for (nested = 0; item && !p->in_quote &&
				 read_repeat(p, &min, &max); nested++) {
			item = repeat(p, item, min, max);
			skip_ignored(p);
		}
		p->gave_up |= nested > REGEX_MAX_NESTED;
		push(p, item);
	}
	return reduce(p, REGEX_CAT, mark);
}

static struct regex_node *parse_alternatives(struct parser *p)
{
	size_t mark = p->stack.len;

	for (;;) {
		push(p, parse_sequence(p));
		if (at_end(p) || *p->at.p != '|')
			return reduce(p, REGEX_ALT, mark);
		p->at.p++;
	}
}

/* --- The whole ----------------------------------------------------------- */

static struct regex_node *parse_literal(struct parser *p)
{
	while (!at_end(p))
		push(p, take_char(p));
	return reduce(p, REGEX_CAT, 0);
}

int regex_parse(struct span pattern, unsigned flags, struct arena *arena,
		struct regex_node **out)
{
	struct parser p = { .arena = arena };

	p.at.p = pattern.ptr;
	p.at.end = pattern.ptr + pattern.len;
	p.at.ignores_case = flags & REGEX_PARSE_IGNORE_CASE;
	buf_init(&p.stack, MEM_QUERY);
	if (flags & REGEX_PARSE_LITERAL)
		*out = parse_literal(&p);
	else
		*out = parse_alternatives(&p);
	p.gave_up |= p.at.p != p.at.end;
	if (p.gave_up && !p.failed)
		*out = new_node(&p, REGEX_ANYTHING);
	buf_release(&p.stack);
	return p.failed ? SCOUT_E_NOMEM : SCOUT_OK;
}
