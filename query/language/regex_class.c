#include "query/language/regex_tree.h"

#include "index_format/fold.h"

/* The characters of a class under way: `set` has all that can match, `sure` the
 * ASCII ones that do. */
struct class_set {
	struct regex_set set;
	uint64_t sure[2];
};

static bool at_end(const struct regex_cursor *c)
{
	return c->p == c->end;
}

static bool next_is(const struct regex_cursor *c, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(c->end - c->p) >= n && !memcmp(c->p, s, n);
}

static int32_t take_char(struct regex_cursor *c)
{
	int32_t cp;
	unsigned n = utf8_decode(c->p, c->end, &cp);

	c->p += n ? n : 1;
	return cp;
}

/* --- ASCII by general category ------------------------------------------- */

static const char *category_of(unsigned c)
{
	if (c < 32 || c == 127)
		return "cc";
	if (c >= 'a' && c <= 'z')
		return "ll";
	if (c >= 'A' && c <= 'Z')
		return "lu";
	if (c >= '0' && c <= '9')
		return "nd";
	switch (c) {
	case ' ':
		return "zs";
	case '_':
		return "pc";
	case '-':
		return "pd";
	case '(': case '[': case '{':
		return "ps";
	case ')': case ']': case '}':
		return "pe";
	case '$':
		return "sc";
	case '+': case '<': case '=': case '>': case '|': case '~':
		return "sm";
	case '^': case '`':
		return "sk";
	default:
		return "po";
	}
}

static bool is_word(unsigned c)
{
	const char *category = category_of(c);

	return category[0] == 'l' || category[0] == 'n' || c == '_';
}

static bool is_hex_digit(unsigned c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_space(unsigned c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Whether an ASCII character has a property, by its name in lower case; -1 if
 * the name is not known here. */
static int has_property(const char *name, unsigned c)
{
	static const char categories[] =
		" l lu ll lt lm lo m mn mc me n nd nl no p pc pd ps pe pi pf "
		"po s sc sk sm so z zs zl zp c cc cf cn co cs ";
	static const char without_ascii[] =
		" arabic armenian cyrillic devanagari georgian greek han hangul "
		"hebrew hiragana katakana thai ";
	const char *category = category_of(c);
	char padded[20];

	snprintf(padded, sizeof(padded), " %.16s ", name);
	if (strstr(categories, padded))
		return name[0] == category[0] &&
		       (!name[1] || name[1] == category[1]);
	if (strstr(without_ascii, padded))
		return 0;
	if (!strcmp(name, "any"))
		return 1;
	if (!strcmp(name, "l&") || !strcmp(name, "lc") ||
	    !strcmp(name, "latin"))
		return category[0] == 'l';
	if (!strcmp(name, "xan"))
		return is_word(c) && c != '_';
	if (!strcmp(name, "xwd"))
		return is_word(c);
	if (!strcmp(name, "xsp") || !strcmp(name, "xps"))
		return is_space(c);
	/* not of Unicode: for classes by name */
	if (!strcmp(name, "[xdigit]"))
		return is_hex_digit(c);
	if (!strcmp(name, "[blank]"))
		return c == ' ' || c == '\t';
	return -1;
}

/* --- Adding -------------------------------------------------------------- */

static void set_sure(struct class_set *s, unsigned c)
{
	s->sure[c / 64] |= (uint64_t)1 << (c % 64);
}

/* Letters from first to last, with their cases if that is asked for. */
static void add_range(struct class_set *s, int32_t first, int32_t last,
		      bool any_case)
{
	struct regex_set range = { .any_other = false };
	unsigned c;

	regex_set_add_range(&range, first, last);
	for (c = 0; c < 128; c++)
		if (regex_set_has_ascii(&range, c)) {
			set_sure(s, c);
			if (any_case && category_of(c)[0] == 'l')
				set_sure(s, c ^ 0x20);
		}
	regex_set_add_range(&s->set, first, last);
}

typedef bool (*ascii_test)(unsigned c);

/* kinds: of those beyond ASCII that are added with them; 0: any. */
static void add_ascii(struct class_set *s, ascii_test test, bool negated,
		      unsigned kinds)
{
	unsigned c;

	for (c = 0; c < 128; c++)
		if (test(c) != negated) {
			regex_set_add(&s->set, (int32_t)c);
			set_sure(s, c);
		}
	regex_set_add_others(&s->set, negated ? 0 : kinds);
}

/* What a property has beyond ASCII: bits of enum regex_other_kinds, 0 if it is
 * not known. */
static unsigned kinds_of_property(const char *name)
{
	static const char words[] =
		" l lu ll lt lm lo l& lc m mn mc me n nd nl no pc xan xwd "
		"[xdigit] ";
	static const char blanks[] = " z zs zl zp xsp xps [blank] ";
	char padded[20];

	snprintf(padded, sizeof(padded), " %.16s ", name);
	return strstr(words, padded)  ? REGEX_OTHER_WORDS :
	       strstr(blanks, padded) ? REGEX_OTHER_BLANKS : 0;
}

static void add_property(struct class_set *s, const char *name, bool negated,
			 bool any_case)
{
	/* whether these ignore case depends on the version of PCRE2 */
	bool is_case = !strcmp(name, "lu") || !strcmp(name, "ll") ||
		       !strcmp(name, "lt");
	unsigned c;
	int has;

	regex_set_add_others(&s->set, negated ? 0 : kinds_of_property(name));
	if (any_case && is_case)
		name = "unknown";
	for (c = 0; c < 128; c++) {
		has = has_property(name, c);
		if (has < 0 || has != negated)
			regex_set_add(&s->set, (int32_t)c);
		if (has >= 0 && has != negated)
			set_sure(s, c);
	}
}

/* The rest of \p or \P, from the letter or brace on.  Names are compared as
 * PCRE2 does it: without regard to case, spaces, '-' and '_'. */
static bool read_property(struct regex_cursor *c, struct class_set *s,
			  bool negated)
{
	char name[20];
	size_t n = 0;

	if (at_end(c))
		return false;
	if (*c->p != '{') {
		name[n++] = (char)(*c->p++ | 0x20);
	} else {
		for (c->p++; !at_end(c) && *c->p != '}'; c->p++) {
			uint8_t b = *c->p;

			if (b == ' ' || b == '-' || b == '_')
				continue;
			if (b == '^' && !n)
				negated = !negated;
			else if (n < sizeof(name) - 1)
				name[n++] = (char)(b >= 'A' && b <= 'Z' ?
							   b | 0x20 : b);
		}
		if (at_end(c))
			return false;
		c->p++;
	}
	name[n] = '\0';
	add_property(s, name, negated, c->ignores_case);
	return true;
}

/* --- Escapes ------------------------------------------------------------- */

static int digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Up to `most` digits. */
static int32_t read_number(struct regex_cursor *c, int base, unsigned most)
{
	int32_t value = 0;

	while (most-- && !at_end(c) && digit_of(*c->p) < base &&
	       value <= 0x10ffff)
		value = value * base + digit_of(*c->p++);
	return value;
}

/* {digits}; false if it is anything else. */
static bool read_braced(struct regex_cursor *c, int base, int32_t *out)
{
	if (at_end(c) || *c->p != '{')
		return false;
	c->p++;
	*out = read_number(c, base, 8);
	if (at_end(c) || *c->p != '}')
		return false;
	c->p++;
	return true;
}

/* The character of an escape, from the letter on; false if it is none. */
static bool read_char_escape(struct regex_cursor *c, bool in_class,
			     int32_t *out)
{
	uint8_t letter = *c->p++;

	switch (letter) {
	case 'a':
		*out = 7;
		return true;
	case 'e':
		*out = 27;
		return true;
	case 'f':
		*out = '\f';
		return true;
	case 'n':
		*out = '\n';
		return true;
	case 'r':
		*out = '\r';
		return true;
	case 't':
		*out = '\t';
		return true;
	case 'b':
		*out = 8;
		return in_class;
	case '0':
		*out = read_number(c, 8, 2);
		return true;
	case 'o':
		return read_braced(c, 8, out);
	case 'x':
		if (!at_end(c) && *c->p == '{')
			return read_braced(c, 16, out);
		*out = read_number(c, 16, 2);
		return true;
	case 'c':
		if (at_end(c))
			return false;
		letter = *c->p++;
		*out = (letter >= 'a' && letter <= 'z' ? letter - 32 : letter) ^
		       0x40;
		return letter < 128;
	case 'N':
		if (!next_is(c, "{U+"))
			return false;
		c->p += 3;
		*out = read_number(c, 16, 8);
		return !at_end(c) && *c->p++ == '}';
	default:
		break;
	}
	if (is_word(letter) && letter != '_')
		return false;
	c->p--;
	*out = take_char(c);
	return *out >= 0;
}

static bool is_horizontal(unsigned c)
{
	return c == ' ' || c == '\t';
}

static bool is_vertical(unsigned c)
{
	return c >= '\n' && c <= '\r';
}

static bool is_digit(unsigned c)
{
	return c >= '0' && c <= '9';
}

static bool is_newline(unsigned c)
{
	return c == '\n';
}

/* An escape that stands for a set, from the letter on; false if it is none. */
static bool read_set_escape(struct regex_cursor *c, bool in_class,
			    struct class_set *s)
{
	uint8_t letter = *c->p++;

	switch (letter) {
	case 'd': case 'D':
		add_ascii(s, is_digit, letter == 'D', REGEX_OTHER_WORDS);
		return true;
	case 's': case 'S':
		add_ascii(s, is_space, letter == 'S', REGEX_OTHER_BLANKS);
		return true;
	case 'w': case 'W':
		add_ascii(s, is_word, letter == 'W', REGEX_OTHER_WORDS);
		return true;
	case 'h': case 'H':
		add_ascii(s, is_horizontal, letter == 'H', REGEX_OTHER_BLANKS);
		return true;
	case 'v': case 'V':
		add_ascii(s, is_vertical, letter == 'V', REGEX_OTHER_BLANKS);
		return true;
	case 'N':
		if (in_class || next_is(c, "{"))
			return false;
		add_ascii(s, is_newline, true, 0);
		return true;
	case 'p': case 'P':
		return read_property(c, s, letter == 'P');
	default:
		return false;
	}
}

bool regex_class_read_escape(struct regex_cursor *c, struct regex_set *out)
{
	struct class_set s = { .sure = { 0 } };
	const uint8_t *start = c->p;
	int32_t cp;

	if (c->end - c->p < 2)
		return false;
	c->p++;
	if (read_set_escape(c, false, &s)) {
		*out = s.set;
		out->is_loose = memcmp(s.sure, s.set.ascii, sizeof(s.sure));
		return true;
	}
	c->p = start + 1;
	if (read_char_escape(c, false, &cp)) {
		*out = (struct regex_set){ .letter = cp };
		regex_set_add(out, cp);
		return true;
	}
	c->p = start;
	return false;
}

/* --- [...] --------------------------------------------------------------- */

/* [:name:] or [:^name:]. */
static bool read_posix(struct regex_cursor *c, struct class_set *s)
{
	static const struct {
		const char *name, *property;
	} known[] = {
		{ "alpha", "l" }, { "alnum", "xan" }, { "digit", "nd" },
		{ "space", "xps" }, { "word", "xwd" }, { "lower", "ll" },
		{ "upper", "lu" }, { "xdigit", "[xdigit]" },
		{ "blank", "[blank]" },
	};
	const uint8_t *close = memmem(c->p, (size_t)(c->end - c->p), ":]", 2);
	bool negated = c->p[2] == '^';
	const uint8_t *name = c->p + 2 + negated;
	const char *property = "unknown";
	size_t i;

	for (i = 0; close && i < sizeof(known) / sizeof(known[0]); i++)
		if (span_eq(span_of(name, (size_t)(close - name)),
			    span_str(known[i].name)))
			property = known[i].property;
	if (!close)
		return false;
	add_property(s, property, negated, c->ignores_case);
	c->p = close + 2;
	return true;
}

/* One character or set; *out_char is -1 for a set. */
static bool read_item(struct regex_cursor *c, struct class_set *s,
		      int32_t *out_char)
{
	const uint8_t *start = c->p;

	*out_char = -1;
	if (next_is(c, "[:") &&
	    memmem(c->p, (size_t)(c->end - c->p), ":]", 2))
		return read_posix(c, s);
	if (next_is(c, "[.") || next_is(c, "[="))
		return false;
	if (*c->p != '\\') {
		*out_char = take_char(c);
		return *out_char >= 0;
	}
	if (c->end - c->p < 2)
		return false;
	c->p++;
	if (read_set_escape(c, true, s))
		return true;
	c->p = start + 1;
	return read_char_escape(c, true, out_char);
}

/* What has no meaning in a class: the marks of \Q and \E, blanks by (?xx).
 * False if there is \Q: then all is different. */
static bool skip_ignored(struct regex_cursor *c)
{
	for (;;) {
		if (next_is(c, "\\E"))
			c->p += 2;
		else if (c->extended == REGEX_EXTENDED_MORE &&
			 (next_is(c, " ") || next_is(c, "\t")))
			c->p++;
		else
			return !next_is(c, "\\Q");
	}
}

/* An item, or a range of them. */
static bool read_range(struct regex_cursor *c, struct class_set *s)
{
	int32_t first, last;

	if (!read_item(c, s, &first) || !skip_ignored(c))
		return false;
	/* a hyphen after a set is read in more than one way */
	if (first < 0)
		return !next_is(c, "-") || next_is(c, "-]");
	last = first;
	if (c->end - c->p >= 2 && *c->p == '-') {
		const uint8_t *hyphen = c->p++;

		if (!skip_ignored(c) || at_end(c))
			return false;
		if (*c->p == ']')
			c->p = hyphen;
		else if (!read_item(c, s, &last))
			return false;
		/* a set after the hyphen: then it is a hyphen */
		if (last < 0) {
			add_range(s, '-', '-', false);
			last = first;
		}
	}
	if (last < first)
		return false;
	add_range(s, first, last, c->ignores_case);
	return true;
}

static void finish(const struct class_set *s, bool negated, bool any_case,
		   struct regex_set *out)
{
	*out = s->set;
	if (regex_set_count(out) == 1) {
		out->letter = out->nothers ? out->others[0] : 0;
		while (!out->nothers && !regex_set_has_ascii(
						out, (unsigned)out->letter))
			out->letter++;
	}
	if (any_case)
		regex_set_add_cases(out);
	out->is_loose = memcmp(s->sure, out->ascii, sizeof(s->sure));
	if (!negated)
		return;
	*out = (struct regex_set){ .any_other = true,
				   .is_loose = out->is_loose };
	out->ascii[0] = ~s->sure[0];
	out->ascii[1] = ~s->sure[1];
}

bool regex_class_read(struct regex_cursor *c, struct regex_set *out)
{
	struct class_set s = { .sure = { 0 } };
	bool negated = false, is_first = true;

	c->p++;
	if (!skip_ignored(c))
		return false;
	if (next_is(c, "^")) {
		negated = true;
		c->p++;
	}
	for (;; is_first = false) {
		if (!skip_ignored(c) || at_end(c))
			return false;
		if (*c->p == ']' && !is_first)
			break;
		if (!read_range(c, &s))
			return false;
	}
	c->p++;
	finish(&s, negated, c->ignores_case, out);
	return true;
}
