/*
 * What is derived of a regex, by hand-made rows and by random ones: whenever
 * PCRE2 finds a match, the filter lets the line through and the condition on the
 * words holds.
 */
#include "tests/unit/support.h"

#include "index_format/fold.h"
#include "query/plan/text_need.h"
#include "query/verify/line_filter.h"
#include "query/verify/regex.h"
#include "query/verify/required_sets.h"
#include "query/verify/required_strings.h"
#include "tests/unit/need_text.h"

/* --- By hand ------------------------------------------------------------ */

static const struct {
	const char *pattern, *need;
} rows[] = {
	{ "foobar", "[*foobar*]" },
	{ "foo_bar\\(", "[*foo_bar]" },
	{ " foo_bar\\(", "[foo_bar]" },
	{ "^foo", "[foo*]" },
	{ "foo$", "[*foo]" },
	{ "\\bfoo\\b", "[*\\bfoo\\b*]" },
	{ "static int foo", "[*static int foo*]" },
	{ "static[ \\t]+int", "[*static int*]" },
	{ "static\\s+int", "one([*static int*] [*staticint*])" },
	{ "return\\s*-EINVAL", "[*return EINVAL*]" },
	{ "foo *bar", "one([*foo bar*] [*foobar*])" },
	{ "->lock\\(", "[lock]" },
	{ "\\);", "-" },
	{ ".", "-" },
	{ "fo", "-" },
	{ "copy_(to|from)_user\\(", "one([*copy_to_user] [*copy_from_user])" },
	{ "abc|def", "one([*abc*] [*def*])" },
	{ "abc|d", "-" },
	{ "abc|", "-" },
	{ "(abc)?def", "one([*abcdef*] [*def*])" },
	{ "(abc)*def", "[*def*]" },
	{ "(abc)+def", "[*abc(abc)*def*]" },
	{ "a{3}", "[*aaa*]" },
	{ "0x[0-9a-f]{8}", "[*0x[0-9a-f]{8}*]" },
	{ "[A-Z]{6,}_[0-9]{3,}", "[*[A-Z]{6,}_[0-9]{3,}*]" },
	{ "usb_(get|put)_[a-z]+dev",
	  "one([*usb_get_[a-z]+dev*] [*usb_put_[a-z]+dev*])" },
	{ "v[0-9]+_driver", "[*v[0-9]+_driver*]" },
	{ "(\\w+_){4,}init\\b", "one([*([0-9A-Z_a-z...]+_){4,}init\\b*] "
	  "all([(any)] [*init\\b*]))" },
	{ "\\w+_unlock\\(", "[*_unlock]" },
	{ "[a-z]+ foo_bar", "[foo_bar*]" },
	{ "the [a-z]+ foo_bar", "[foo_bar*]" },
	{ "struct \\w+_ops ops", "one([*struct [0-9A-Z_a-z...]+_ops ops*] "
	  "all([(any)] all([*struct] [*_ops ops*])))" },
	{ "int [a-z]{2}_foo x = 1", "[*int [a-z]{2}_foo x]" },
	{ "[0-9]{4}", "-" },
	{ "\\b[0-9]{9}", "[*\\b[0-9]{9}*]" },
	{ "foo[a-z]*bar", "[*foo[a-z]*bar*]" },
	{ "foo[^a-z]bar", "all([*foo*] [*bar*])" },
	{ "[_a-z]*", "-" },
	{ "foo.*bar", "all([*foo*] [*bar*])" },
	{ "barrier.*usb.*complete", "all([*complete*] [*barrier*])" },
	{ "(?i)KERNEL", "[*kernel*]" },
	{ "(?i)stra\u00dfe", "[*strasse*]" },
	{ "caf\u00e9 xy", "[*cafe\u0301 xy*]" },
	{ "caf\u00e9 x", "[*cafe\u0301]" },
	{ "caf\u00e9", "[*cafe*]" },
	{ "foo[a-c]\\(", "one([*fooa] [*foob] [*fooc])" },
	{ "foo[(,] bar\\)", "[*foo bar]" },
	{ "foo(?=barber)", "[*barber*]" },
	{ "(?<=static )inline", "all([*static] [*inline*])" },
	{ "foo(?=\\w)bar", "[*foobar*]" },
	{ "(?=foo)*", "-" },
	{ "0x[[:xdigit:]]+ULL", "one([*0x[0-9A-Fa-f...]+ULL*] "
	  "all([(any)] [*ULL*]))" },
	{ "[\u0430-\u044f]+", "[*[...]+*]" },
	{ "[a-z\u0430-\u044f]+_foo", "[*[a-z...]+_foo*]" },
	{ "x_[\u03b1-\u03c9]", "[*x_[...]*]" },
	{ "[\u2010-\u2020]", "-" },
	{ "[\u3400-\u3410]", "-" },
	{ "\u00e9", "[*\u0301*]" },
	{ "\u0301", "[*\u0301*]" },
	{ "\u2014", "-" },
	{ "\\b\u0436\\b", "[*\u0436*]" },
	{ "a\u0436b?", "one([*a\u0436b*] [*a\u0436*])" },
	{ "foo(?!bar)baz", "[*foobaz*]" },
	{ "(foo)bar\\1", "[*foobar*]" },
	{ "\\Qab.c(de\\E", "[*ab c de*]" },
	{ "x(?#no)yz", "[*xyz*]" },
	{ "(?x) foo  bar # comment", "[*foobar*]" },
	{ "foo(*ACCEPT)bar", "-" },
	{ "(?(1)foo|bar)baz", "-" },
	{ "foo{,3}bar", "-" },
	{ "\u6771\u4eac", "[\u6771 \u4eac*]" },
	{ "a\u00adbcd\\(", "[*abcd]" },
	{ "the end\\.$", "[*the end]" },
};

static struct text_need *derive(const char *pattern, unsigned flags,
				struct arena *arena)
{
	struct regex_node *tree;
	struct text_need *need;

	assert_int_equal(regex_parse(span_str(pattern), flags, arena, &tree),
			 SCOUT_OK);
	assert_int_equal(text_need_make(tree, true, arena, &need), SCOUT_OK);
	return need;
}

static void test_needs(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	struct arena arena;
	size_t i;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		need_print(derive(rows[i].pattern, 0, &arena), &out);
		if (strcmp(buf_cstr(&out), rows[i].need))
			print_message("%s\n", rows[i].pattern);
		assert_string_equal(buf_cstr(&out), rows[i].need);
	}
	buf_release(&out);
	arena_release(&arena);
}

/* --- Sequences of sets ---------------------------------------------------- */

/* A set of one is its character, '$' the end or start of a line, '.' another
 * set; '=' before the sequence: it is all there is; ':' before it: it is what is
 * matched, too; '+' after it: something beyond ASCII may stand there. */
static const struct {
	const char *pattern, *sets;
} set_rows[] = {
	{ "e", ":e" },
	{ "[0-9]+", "=." },
	{ "\\w+", "=.+" },
	{ ";$", "=;$" },
	{ "^$", "=$$" },
	{ "^", "" },
	{ "$", "=$" },
	{ "^ab", "=$ab" },
	{ "^a+b", "ab" },
	{ "a+b+", "=ab" },
	{ "a+b+c", "bc" },
	{ "a*b", "=b" },
	{ "ba*", "=b" },
	{ "ba*$", "b" },
	{ "a*^b", "b" },
	{ "x{3}", ":xxx" },
	{ "x{2,3}y", "=xxy" },
	{ "x{20}", "xxxxxxxxxxxxxxxx" },
	{ "[A-Z]{6,}_[0-9]{3,}", "=......_..." },
	{ "q(xy)+z", "qxy" },
	{ "(xy){2}q", "xy" },
	{ "q(xy)", ":qxy" },
	{ "(ab|cd)Q", "Q" },
	{ "a|b", "" },
	{ "\\bx", "x" },
	{ "x++y", "xy" },
	{ "x(?=y)", "x" },
	{ "Q\\1", "Q" },
	{ "(Q)x*\\1", "Q" },
	{ "(?i)K", ":.+" },
	{ "[0-9]x{2}", ":.xx" },
	{ "a\u00e9", "a" },
	{ "\u00e9", "" },
	{ "^(?:a|b)?Q", "Q" },
	{ "a\\nb", "b" },
};

static void put_sets(const struct required_sets *r, struct buf *out)
{
	unsigned i, c;

	buf_clear(out);
	buf_put_str(out, r->is_match ? ":" : r->is_whole ? "=" : "");
	for (i = 0; i < r->n; i++) {
		const struct ascii_set *s = &r->sets[i];
		char text[2] = ".";

		for (c = 0; c < 128 && !ascii_set_has(s, (uint8_t)c); c++)
			;
		if (__builtin_popcountll(s->bits[0]) +
			    __builtin_popcountll(s->bits[1]) == 1)
			text[0] = c == '\n' ? '$' : (char)c;
		buf_put_str(out, text);
	}
	buf_put_str(out, r->has_beyond ? "+" : "");
}

static void test_required_sets(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	struct required_sets sets;
	struct regex_node *tree;
	struct arena arena;
	size_t i;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < sizeof(set_rows) / sizeof(set_rows[0]); i++) {
		assert_int_equal(regex_parse(span_str(set_rows[i].pattern), 0,
					     &arena, &tree), SCOUT_OK);
		required_sets_find(tree, &sets);
		put_sets(&sets, &out);
		if (strcmp(buf_cstr(&out), set_rows[i].sets))
			print_message("%s\n", set_rows[i].pattern);
		assert_string_equal(buf_cstr(&out), set_rows[i].sets);
	}
	buf_release(&out);
	arena_release(&arena);
}

/* --- At random ------------------------------------------------------------ */

static struct rng rng;

static unsigned pick(unsigned n)
{
	return rng_below(&rng, n);
}

static const char *const letters[] = {
	"a", "b", "k", "s", "K", "S", "x", "0", "7", "_", " ", " ", "-", "(",
	"\t", ";", "\u00e9", "e\u0301", "\u0301", "\u0323", "\u00df", "\u017f",
	"\u212a", "\u00ad", "\u200d", "\u6771", "\u4eac", "\u0e31", "\u0e01",
	"\ufb01", "\u00bd", "\u180e", "\u00a0", "\u0345", "\u03b1", "\u0391",
	"\uac00", "\u1160", "\ufe0f", "\U0001f600", "\xff", "\xc3", "\u203f",
	"\u115f", "\uff3f", "\u3220", "\u00b2", "\uff76\uff9e", "\u2028", "\xc2\x85",
	"\u02b0", "\u0130", "\ufe33", "\u0660",
};

static const char *random_letter(void)
{
	return letters[pick(sizeof(letters) / sizeof(letters[0]))];
}

static void random_line(struct buf *out)
{
	unsigned n = pick(14);

	buf_clear(out);
	while (n--)
		buf_put_str(out, pick(3) ? random_letter() :
					   letters[pick(12)]);
}

/* Several lines, some of ASCII; the last may have no end. */
static void random_text(struct buf *out)
{
	struct buf line = BUF_INIT(MEM_OTHER);
	unsigned n = 1 + pick(8), k;

	buf_clear(out);
	while (n--) {
		if (pick(3)) {
			buf_clear(&line);
			for (k = pick(14); k--;)
				buf_put_str(&line, letters[pick(16)]);
		} else {
			random_line(&line);
		}
		buf_put_span(out, buf_span(&line));
		if (n || pick(2))
			buf_put_str(out, "\n");
	}
	buf_release(&line);
}

static void random_pattern(struct buf *out, unsigned depth);

static void random_atom(struct buf *out, unsigned depth)
{
	static const char *const others[] = {
		".", "\\w", "\\W", "\\s", "\\d", "\\b", "\\B", "^", "$",
		"[ab]", "[^a]", "[a-s]", "[ (]", "[[:alpha:]]", "\\p{L}",
		"[\u00e9-\u00eb]", "(?i)", "[\u03b1-\u03c9]", "[\u00c0-\u00ff]+",
		"[\u03b1\u00e9\u00df]", "[a\u00e9]", "(?=s)", "(?<=\u00e9)",
		"[[:xdigit:]]{2}", "[[:blank:]]", "(?<!\\d)", "\\K", "\\R", "\\h", "[^\\W]",
		"[\\s;]", "\\x{e9}", "[k]", "(?:)", "\\Qa(\\E", "[^ ]",
		"(?>a|ab)", "(?<!a)", "a*+", "[a_]++a",
	};
	const char *letter;

	switch (depth ? pick(6) : 1 + pick(3)) {
	case 0:
		buf_put_str(out, pick(2) ? "(" : pick(2) ? "(?i:" : "(?=");
		random_pattern(out, depth - 1);
		buf_put_str(out, ")");
		return;
	case 1:
		buf_put_str(out, others[pick(sizeof(others) /
					     sizeof(others[0]))]);
		return;
	default:
		do
			letter = random_letter();
		while ((uint8_t)*letter >= 0xc3 && !letter[1]);
		if (*letter == '(' || (uint8_t)*letter == 0xff)
			letter = "\\(";
		buf_put_str(out, letter);
	}
}

static void random_pattern(struct buf *out, unsigned depth)
{
	static const char *const repeats[] = { "*", "+", "?", "{2}", "{1,3}",
					       "+?", "{0}" };
	unsigned n = 1 + pick(5);

	while (n--) {
		random_atom(out, depth);
		if (!pick(4))
			buf_put_str(out, repeats[pick(7)]);
		if (depth && !pick(8))
			buf_put_str(out, "|");
	}
}

/* A pattern that follows a random text: most of its letters, some replaced or
 * repeated. */
static void pattern_of_text(struct buf *text, struct buf *out)
{
	static const char *const others[] = { ".", "\\w*", "[^;]", "\\W",
					      "\\s", ".*", "(?:x|)", "\\b" };
	unsigned n = 2 + pick(10);

	while (n--) {
		const char *letter = pick(3) ? random_letter() :
					       letters[pick(12)];

		if (!letter[1] && (uint8_t)*letter >= 128)
			continue;
		buf_put_str(text, letter);
		if (!pick(9))
			buf_put_str(out, others[pick(8)]);
		else
			buf_printf(out, "\\Q%s\\E%s", letter,
				   pick(12) ? "" : pick(2) ? "+" : "?");
	}
}

/* The same, with classes for letters. */
static void classes_of_text(struct buf *text, struct buf *out)
{
	static const char *const letter_classes[] = {
		"[a-z]", "[A-Z]", "[a-z]+", "\\w", "\\w+", "[a-zA-Z_]*",
		"[[:alpha:]]", "(?:\\w|x)", "[^ ]", "[^\\W\\d]", "(?i:[a-z])",
		"[a-s]{1,2}", "\\p{L}", "[K-S]", "[b-y]?",
	};
	static const char *const digit_classes[] = {
		"[0-9]", "\\d+", "[0-9a-f]", "[^a-z]", "\\w{1,3}", "\\d*",
		"\\p{Nd}",
	};
	static const char *const blank_classes[] = {
		"\\s", "\\s+", "\\s*", "[ \\t]+", "\\W", "\\h", "[^\\w]+",
		".", "[[:space:]]", "(?: |\\t)",
	};
	static const char *const other_classes[] = {
		"\\w", "\\W", "\\s", ".", "\\w+", "\\p{L}", "[^a]", "\\w*",
		"\\s+", "\\h", "\\S", "[\u03b1-\u03c9]", "[\u00df-\u00ff]",
		"[a-z\u00e0-\u00ef]+", "[\u03b1\u0130]",
	};
	unsigned n = 3 + pick(12);

	while (n--) {
		const char *letter = pick(5) ? letters[pick(12)] :
					       random_letter();
		uint8_t c = (uint8_t)*letter;

		if (!letter[1] && c >= 128)
			continue;
		buf_put_str(text, letter);
		if (!pick(8))
			buf_put_str(out, "\\b");
		if (pick(2))
			buf_printf(out, "\\Q%s\\E", letter);
		else if (c == ' ' || c == '\t')
			buf_put_str(out, blank_classes[pick(10)]);
		else if (c >= '0' && c <= '9')
			buf_put_str(out, digit_classes[pick(7)]);
		else if (c < 128)
			buf_put_str(out, letter_classes[pick(15)]);
		else
			buf_put_str(out, other_classes[pick(15)]);
	}
}

/* text, with something before and after it. */
static void surround(struct span text, struct buf *out)
{
	buf_clear(out);
	if (pick(3))
		buf_put_str(out, random_letter());
	buf_put_span(out, text);
	if (pick(3))
		buf_put_str(out, random_letter());
}

/* Whether PCRE2 finds anything in a line. */
static bool matches_line(const struct regex *re, struct regex_matcher *matcher,
			 const uint8_t *start, const uint8_t *stop)
{
	size_t from, to;

	return regex_find(re, matcher, span_of(start, (size_t)(stop - start)),
			  0, &from, &to) == SCOUT_OK;
}

/* The lines of a text that the filter finds, asking PCRE2 where it is not sure,
 * are those in which PCRE2 finds something.  Returns of how many it was sure. */
static unsigned check_text(const struct line_filter *filter,
			   struct line_filter_run *run, const struct regex *re,
			   struct regex_matcher *matcher, struct span text,
			   struct span pattern)
{
	const uint8_t *p = text.ptr, *end = p + text.len, *stop;
	struct found_line line = { .start = NULL };
	unsigned sure = 0;

	for (; p < end; p = stop + 1) {
		bool is_found;

		stop = memchr(p, '\n', (size_t)(end - p));
		stop = stop ? stop : end;
		while (line.start < p) {
			assert_int_equal(line_filter_next(filter, run,
				span_of(p, (size_t)(end - p)), true, &line),
				SCOUT_OK);
			if (!line.start)
				line.start = end;
		}
		is_found = line.start == p && (line.is_sure ||
				matches_line(re, matcher, p, line.stop));
		sure += line.start == p && line.is_sure;
		if (line.start != p || line.stop == stop)
			if (is_found == matches_line(re, matcher, p, stop))
				continue;
		fail_msg("/%.*s/ %s, line '%.*s' of '%.*s'", (int)pattern.len,
			 pattern.ptr, is_found ? "finds" : "misses",
			 (int)(stop - p), p, (int)text.len, text.ptr);
	}
	return sure;
}

/* Of how many lines filters were sure. */
static unsigned nsure;

/* Checks one pattern on random lines, or on some with text in them; returns how
 * many matched. */
static unsigned check_pattern(struct span pattern, unsigned flags,
			      struct span text, struct regex_matcher *matcher)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct line_filter filter;
	struct line_filter_run run = { .dfa = NULL };
	struct buf line = BUF_INIT(MEM_OTHER);
	struct text_need *need;
	struct regex_node *tree;
	struct arena arena;
	struct regex *re;
	unsigned i, matched = 0;
	size_t start, end;
	const uint8_t *at;

	if (regex_new(pattern, flags ? REGEX_IGNORE_CASE : 0, &re, &err) < 0)
		return 0;
	arena_init(&arena, MEM_OTHER);
	assert_int_equal(regex_parse(pattern, flags, &arena, &tree), SCOUT_OK);
	assert_int_equal(text_need_make(tree, true, &arena,
					&need), SCOUT_OK);
	assert_int_equal(line_filter_make(tree, &arena, &filter), SCOUT_OK);
	for (i = 0; i < 40; i++) {
		if (text.len)
			surround(text, &line);
		else
			random_line(&line);
		if (regex_find(re, matcher, buf_span(&line), 0, &start, &end))
			continue;
		matched++;
		assert_int_equal(line_filter_find(&filter, &run,
						  buf_span(&line), &at),
				 SCOUT_OK);
		if ((!at && line.len) || !need_holds(need, buf_span(&line))) {
			struct buf said = BUF_INIT(MEM_OTHER);

			need_print(need, &said);
			print_message("/%.*s/ in '%.*s' (%s), needs %s\n",
				      (int)pattern.len, pattern.ptr,
				      (int)line.len, line.ptr,
				      at ? "passes" : "is held back",
				      buf_cstr(&said));
			fail();
		}
	}
	for (i = 0; i < 10; i++) {
		random_text(&line);
		nsure += check_text(&filter, &run, re, matcher,
				    buf_span(&line), pattern);
	}
	line_filter_run_release(&run);
	buf_release(&line);
	arena_release(&arena);
	regex_free(re);
	return matched;
}

static void test_random(void **state)
{
	struct buf pattern = BUF_INIT(MEM_OTHER), text = BUF_INIT(MEM_OTHER);
	struct regex_matcher *matcher;
	unsigned i, matched = 0;

	(void)state;
	rng_init(&rng, 601);
	assert_int_equal(regex_matcher_new(&matcher), SCOUT_OK);
	for (i = 0; i < 20000; i++) {
		buf_clear(&pattern);
		buf_clear(&text);
		if (i % 4 == 0)
			random_pattern(&pattern, 2);
		else if (i % 4 == 1)
			pattern_of_text(&text, &pattern);
		else
			classes_of_text(&text, &pattern);
		matched += check_pattern(buf_span(&pattern),
					 pick(3) ? 0 : REGEX_PARSE_IGNORE_CASE,
					 buf_span(&text), matcher);
	}
	/* the test says something only if there is much that matches */
	assert_true(matched > 50000);
	assert_true(nsure > 20000);
	regex_matcher_free(matcher);
	buf_release(&pattern);
	buf_release(&text);
}

/* A pattern with more states than are kept: the automaton gives it up, and is
 * not sure then. */
static void test_many_states(void **state)
{
	static const char pattern[] = "(a|b)*a(a|b){14}c";
	struct buf text = BUF_INIT(MEM_OTHER);
	struct line_filter_run run = { .dfa = NULL };
	struct regex_matcher *matcher;
	struct line_filter filter;
	struct regex_node *tree;
	struct scout_err err;
	struct arena arena;
	struct regex *re;
	unsigned i;

	(void)state;
	rng_init(&rng, 602);
	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < 200000; i++)
		buf_put_str(&text, pick(60) ? pick(2) ? "a" : "b" :
				   pick(2)  ? "\n" : "c");
	assert_int_equal(regex_matcher_new(&matcher), SCOUT_OK);
	assert_int_equal(regex_new(span_str(pattern), 0, &re, &err), SCOUT_OK);
	assert_int_equal(regex_parse(span_str(pattern), 0, &arena, &tree),
			 SCOUT_OK);
	assert_int_equal(line_filter_make(tree, &arena, &filter), SCOUT_OK);
	assert_int_equal(filter.kind, FILTER_AUTOMATON);
	assert_true(filter.nfa.is_exact);
	check_text(&filter, &run, re, matcher, buf_span(&text),
		   span_str(pattern));
	assert_false(lazy_dfa_accepts(run.dfa));
	line_filter_run_release(&run);
	regex_matcher_free(matcher);
	regex_free(re);
	buf_release(&text);
	arena_release(&arena);
}

/* A text of several lanes, with few matches; the last line may have one and no
 * end. */
static void long_text(struct buf *out)
{
	unsigned n = 33000 + pick(1500), width = 20 + pick(600);

	buf_clear(out);
	while (out->len < n)
		buf_put_str(out, !pick(width) ? "\n" :
				 !pick(5)     ? " " :
				 !pick(200)   ? "x" :
				 !pick(9999)  ? "\u00e9" : letters[pick(2)]);
	if (pick(2))
		buf_put_str(out, " aaaaa aaaaa aaaaaa");
}

/* Texts so long, with so few matches, that they are read in lanes. */
static void test_long_texts(void **state)
{
	static const char *const patterns[] = {
		"\\w{5}\\s+\\w{5}\\s+\\w{6}$", "(a|b)[a-c]{9}x", "x[^x]{60}x",
		"^(?:[a-c]+ ){4}[a-c]+$", "(?:aa|bb|cc){9}", "x.*xa.*x.*x.*x$",
	};
	struct buf text = BUF_INIT(MEM_OTHER);
	struct line_filter_run run;
	struct regex_matcher *matcher;
	struct line_filter filter;
	struct regex_node *tree;
	struct scout_err err;
	struct arena arena;
	struct regex *re;
	unsigned i, sure = 0;
	size_t k;

	(void)state;
	rng_init(&rng, 603);
	arena_init(&arena, MEM_OTHER);
	assert_int_equal(regex_matcher_new(&matcher), SCOUT_OK);
	for (k = 0; k < sizeof(patterns) / sizeof(patterns[0]); k++) {
		struct span pattern = span_str(patterns[k]);

		run = (struct line_filter_run){ .dfa = NULL };
		assert_int_equal(regex_new(pattern, 0, &re, &err), SCOUT_OK);
		assert_int_equal(regex_parse(pattern, 0, &arena, &tree),
				 SCOUT_OK);
		assert_int_equal(line_filter_make(tree, &arena, &filter),
				 SCOUT_OK);
		filter.kind = FILTER_AUTOMATON;
		for (i = 0; i < 40; i++) {
			long_text(&text);
			sure += check_text(&filter, &run, re, matcher,
					   buf_span(&text), pattern);
		}
		line_filter_run_release(&run);
		regex_free(re);
	}
	assert_true(sure > 200);
	regex_matcher_free(matcher);
	buf_release(&text);
	arena_release(&arena);
}

/* What PCRE2 takes for equal when it ignores case, and in \s, \w and so on, is in
 * our sets, whatever its version. */
static void test_sets(void **state)
{
	static const char *const sets[] = {
		"\\d", "\\D", "\\s", "\\S", "\\w", "\\W", "\\h", "\\H", "\\v",
		"\\V", "\\N", "[[:alpha:]]", "[[:^alpha:]]", "[[:lower:]]",
		"[[:punct:]]", "[^[:space:]]", "[[:xdigit:]]", "[[:blank:]]",
		"\\p{Lu}", "\\P{Lu}", "\\p{L&}",
		"\\p{P}", "\\p{S}", "\\p{Z}", "\\p{C}", "\\p{N}", "\\p{Xan}",
		"\\p{Xwd}", "\\p{Xsp}", "\\p{Latin}", "\\p{Greek}", "\\p{Han}",
		"\\p{Any}", "[^\\p{Po}]", "[^\\d]", "[^k]", "[^\\w-]", "[a-f]",
		"[^a-fA-F]", "[\\x{17f}]", "[\\x{212a}-\\x{212b}]", "k", "S",
		"\\x{17f}", "\\x{212a}", "\u00e9", "[^\u00e9]", "\\p{^L}",
	};
	unsigned flags, c;
	size_t i, start, end;
	struct regex_matcher *matcher;
	struct arena arena;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	assert_int_equal(regex_matcher_new(&matcher), SCOUT_OK);
	for (i = 0; i < 2 * sizeof(sets) / sizeof(sets[0]); i++) {
		struct span pattern = span_str(sets[i / 2]);
		struct scout_err err = SCOUT_ERR_INIT;
		struct regex_node *tree;
		struct regex *re;

		flags = i % 2 ? REGEX_PARSE_IGNORE_CASE : 0;
		assert_int_equal(regex_new(pattern, flags ? REGEX_IGNORE_CASE :
							    0, &re, &err),
				 SCOUT_OK);
		assert_int_equal(regex_parse(pattern, flags, &arena, &tree),
				 SCOUT_OK);
		assert_int_equal(tree->kind, REGEX_CHAR);
		for (c = 0; c < 128; c++) {
			uint8_t byte = (uint8_t)c;

			if (regex_find(re, matcher, span_of(&byte, 1), 0,
				       &start, &end))
				continue;
			if (!regex_set_has_ascii(&tree->set, c))
				print_message("%s, 0x%02x\n", sets[i / 2], c);
			assert_true(regex_set_has_ascii(&tree->set, c));
		}
		regex_free(re);
	}
	regex_matcher_free(matcher);
	arena_release(&arena);
}

/* The kind of the characters beyond ASCII that a set has. */
static unsigned kinds_of(const char *pattern, struct arena *arena)
{
	struct regex_node *tree;

	assert_int_equal(regex_parse(span_str(pattern), 0, arena, &tree),
			 SCOUT_OK);
	assert_int_equal(tree->kind, REGEX_CHAR);
	assert_true(tree->set.any_other);
	return tree->set.other_kinds;
}

/* Checks that all characters beyond ASCII that PCRE2 finds in a set are words,
 * or blanks, for scout. */
static void check_kind(const char *pattern, unsigned kind)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct regex_matcher *matcher;
	enum char_class class;
	struct regex *re;
	uint8_t bytes[4];
	size_t start, end;
	int32_t c;

	assert_int_equal(regex_new(span_str(pattern), 0, &re, &err), SCOUT_OK);
	assert_int_equal(regex_matcher_new(&matcher), SCOUT_OK);
	for (c = 128; c <= 0x10ffff; c++) {
		struct span s = span_of(bytes, utf8_encode(c, bytes));

		if ((c >= 0xd800 && c <= 0xdfff) ||
		    regex_find(re, matcher, s, 0, &start, &end))
			continue;
		class = char_class_of(c);
		if ((class == CHAR_OTHER) != (kind == REGEX_OTHER_BLANKS) &&
		    class != CHAR_IGNORABLE) {
			print_message("%s, U+%04x\n", pattern, (unsigned)c);
			fail();
		}
	}
	regex_matcher_free(matcher);
	regex_free(re);
}

static void test_kinds(void **state)
{
	static const char *const words[] = {
		"\\w", "\\d", "\\p{L}", "\\p{Lu}", "\\p{L&}", "\\p{N}",
		"\\p{Nl}", "\\p{M}", "\\p{Pc}", "\\p{Xan}", "\\p{Xwd}",
		"[[:alpha:]]", "[[:alnum:]]", "[[:xdigit:]]", "[[:lower:]]",
		"[\\w\\p{Mn}]",
	}, *const blanks[] = {
		"\\s", "\\h", "\\v", "\\p{Z}", "\\p{Xsp}", "[[:space:]]",
		"[[:blank:]]", "[\\h\\v;]",
	}, *const others[] = {
		"\\W", "\\S", "\\P{L}", "[^\\s]", "\\p{Greek}", ".",
		"[[:punct:]]", "[[:^alpha:]]", "[\\w\\W]", "[\\s\\x{2010}-\\x{2030}]",
	};
	struct arena arena;
	size_t i;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(kinds_of(words[i], &arena), REGEX_OTHER_WORDS);
	for (i = 0; i < ARRAY_LEN(blanks); i++)
		assert_int_equal(kinds_of(blanks[i], &arena),
				 REGEX_OTHER_BLANKS);
	assert_int_equal(kinds_of("[\\w\\s]", &arena),
			 REGEX_OTHER_WORDS | REGEX_OTHER_BLANKS);
	for (i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(kinds_of(others[i], &arena), 0);
	arena_release(&arena);
	if (!regex_is_of_unicode(fold_unicode_version()))
		return;
	check_kind("[\\w\\d\\pL\\pN\\pM\\p{Pc}\\p{Xan}\\p{Xwd}[:alpha:][:xdigit:]]",
		   REGEX_OTHER_WORDS);
	check_kind("[\\s\\h\\v\\pZ\\p{Xsp}[:blank:]]", REGEX_OTHER_BLANKS);
}

/* Words of scripts without spaces are known by their terms. */
static void test_singles(void **state)
{
	struct kept_word folded;
	enum char_class class;
	uint8_t bytes[4];
	int32_t c, first;

	(void)state;
	for (c = 128; c <= 0x10ffff; c++) {
		class = char_class_of(c);
		if (class != CHAR_SINGLE && class != CHAR_SINGLE_MARK)
			continue;
		assert_int_equal(fold_kept(span_of(bytes, utf8_encode(c, bytes)),
					   &folded), SCOUT_OK);
		/* where the look-up leaps to, and what it looks for */
		assert_true(folded.len);
		assert_true(folded.bytes[0] == '(' || folded.bytes[0] >= 0xe0);
		utf8_decode(folded.bytes + (folded.bytes[0] == '('),
			    folded.bytes + folded.len, &first);
		class = char_class_of(first);
		assert_true(class == CHAR_SINGLE || class == CHAR_SINGLE_MARK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_singles),
		cmocka_unit_test(test_required_sets),
		cmocka_unit_test(test_many_states),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
