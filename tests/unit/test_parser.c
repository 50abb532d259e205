/* The query language: query to tree, query to error, and hostile queries. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "index_format/limits.h"
#include "query/language/filter_value.h"
#include "query/language/parser.h"

struct parsed {
	struct arena arena;
	struct parsed_query query;
	struct scout_err err;
	struct buf text;	/* of the tree, or of the error */
	int rc;
};

static void parse(struct span text, enum case_mode mode, struct parsed *p)
{
	struct parse_options options = { .case_mode = mode };

	arena_init(&p->arena, MEM_QUERY);
	buf_init(&p->text, MEM_QUERY);
	p->err = (struct scout_err)SCOUT_ERR_INIT;
	p->query.notes = NULL;
	p->rc = query_parse(text, &options, &p->arena, &p->query, &p->err);
	if (p->rc == SCOUT_OK)
		ast_print(p->query.root, &p->text);
	else
		query_error_print(text, &p->err, &p->text);
	assert_non_null(buf_cstr(&p->text));
}

static void parsed_release(struct parsed *p)
{
	buf_release(&p->text);
	arena_release(&p->arena);
}

static const char *tree_of(struct parsed *p)
{
	return (const char *)p->text.ptr;
}

struct tree_row {
	const char *query;
	const char *tree;
};

static void check_trees(const struct tree_row *rows, size_t n,
			enum case_mode mode)
{
	struct parsed p;
	size_t i;

	for (i = 0; i < n; i++) {
		parse(span_str(rows[i].query), mode, &p);
		if (p.rc != SCOUT_OK || strcmp(tree_of(&p), rows[i].tree))
			fail_msg("%s\ngives %s\nnot   %s", rows[i].query,
				 tree_of(&p), rows[i].tree);
		parsed_release(&p);
	}
}

#define CHECK_TREES(rows, mode) \
	check_trees(rows, sizeof(rows) / sizeof(rows[0]), mode)

static void test_operands(void **state)
{
	static const struct tree_row rows[] = {
		{ "foo", "foo" },
		{ "Foo_Bar2", "foo_bar2" },
		/* several words are the phrase of them */
		{ "foo-bar", "\"foo bar\"" },
		{ "std::vector", "\"std vector\"" },
		{ "foo.c", "\"foo c\"" },
		{ "/usr/lib", "\"usr lib\"" },
		{ "don't", "\"don t\"" },
		{ "foo:bar:baz", "\"foo bar baz\"" },
		{ "\u6771\u4eac", "\"\u6771 \u4eac\"" },
		{ "foo\xff" "bar", "\"foo bar\"" },
		/* quotes */
		{ "\"a b c\"", "\"a b c\"" },
		{ "\"foo\"", "foo" },
		{ "\"a \\\"b\\\" \\\\ c\\d\"", "\"a b c d\"" },
		{ "\"foo* b?\"", "\"foo b\"" },
		{ "\"AND\"", "and" },
		{ "a\"b\"c", "(AND a b c)" },
		{ "\"(a\nb)\"", "\"a b\"" },
		/* folding */
		{ "x\u00b2", "x2" },
		{ "\u2460", "1" },
		{ "\u00bd", "1\u20442" },
		{ "STRASSE", "strasse" },
		{ "Stra\u00dfe", "strasse" },
		{ "caf\u00e9", "cafe\u0301" },
		{ "a\u00adb", "ab" },
		/* white space of Unicode ends an operand */
		{ "a\u00a0b\u3000c\u2028d\td\ne", "(AND a b c d d e)" },
		{ "kmalloc(size)", "(AND kmalloc size)" },
		/* fuzzy */
		{ "foo~", "foo~1" },
		{ "foo~2", "foo~2" },
		{ "foo~3", "foo~3" },
		{ "foo~0", "foo" },
		{ "foo\\~", "foo" },
		{ "foo\\~2", "\"foo 2\"" },
		{ "foo~bar", "\"foo bar\"" },
		{ "~foo", "foo" },
		{ "~2", "2" },
		{ "\u6771~", "\u6771~1" },
		/* part: */
		{ "part:foo", "part:foo" },
		{ "part:\"Foo\"", "part:foo" },
		/* lit: */
		{ "lit:\"->lock(\"", "lit:\"->lock(\"" },
		{ "lit:->lock", "lit:\"->lock\"" },
		{ "lit:\"a\\\"b\\\\c\\d\"", "lit:\"a\\\"b\\\\c\\\\d\"" },
		{ "lit:foo*~2", "lit:\"foo*~2\"" },
		{ "lit:\"a\nb\"", "lit:\"a\\x0ab\"" },
	};

	(void)state;
	CHECK_TREES(rows, CASE_DEFAULT);
}

static void test_globs(void **state)
{
	static const struct tree_row rows[] = {
		{ "foo*", "foo*" },
		{ "*foo", "*foo" },
		{ "*foo*", "*foo*" },
		{ "f?o", "f?o" },
		{ "F*O", "f*o" },
		{ "a**b", "a*b" },
		{ "a*?*?b", "a??*b" },
		/* a wildcard without a word character is punctuation */
		{ "*.c", "c" },
		{ "foo.*", "foo" },
		{ "*-foo-?", "foo" },
		{ "foo-ba*", "\"foo ba*\"" },
		{ "foo.*bar", "\"foo *bar\"" },
		{ "std::*ptr*", "\"std *ptr*\"" },
		{ "*_lock", "*_lock" },
		/* a backslash makes it ordinary */
		{ "foo\\*", "foo" },
		{ "foo\\*bar", "\"foo bar\"" },
		{ "foo\\?*", "foo" },
		{ "a\\\\*", "a" },
		{ "a\\b*", "\"a b*\"" },
		/* scripts without spaces: * at an end adds nothing */
		{ "\u6771\u4eac*", "\"\u6771 \u4eac\"" },
		{ "*\u6771\u4eac*", "\"\u6771 \u4eac\"" },
		{ "foo\u6771*", "\"foo \u6771\"" },
		{ "\u6771foo*", "\"\u6771 foo*\"" },
		{ "*foo\u6771", "\"*foo \u6771\"" },
		{ "\u6771*-\u4eac", "\"\u6771 \u4eac\"" },
		/* ignorables are not there */
		{ "foo\u00ad*", "foo*" },
		{ "*\u00ad*foo", "*foo" },
		{ "*\ufe0f.foo", "foo" },
		/* pieces are folded on their own */
		{ "caf\u00e9*\u00c9x", "cafe\u0301*e\u0301x" },
		{ "x\u00b2*", "x2*" },
	};

	(void)state;
	CHECK_TREES(rows, CASE_DEFAULT);
}

static void test_regexes(void **state)
{
	static const struct tree_row rows[] = {
		{ "/re/", "/re/" },
		{ "/re/i", "/re/i" },
		{ "/re/m", "/re/m" },
		{ "/re/mi", "/re/im" },
		{ "/a\\/b\\\\/", "/a\\/b\\\\/" },
		{ "/a b(c)/ d", "(AND /a b(c)/ d)" },
		{ "(/re/)", "/re/" },
		{ "-/re/", "(NOT /re/)" },
		/* the first slash must end the operand */
		{ "/usr/lib/", "\"usr lib\"" },
		{ "a / b / c", "(AND a / b / c)" },
		{ "/re/x", "\"re x\"" },
		{ "a/b/", "\"a b\"" },
		{ "/usr foo/bar", "(AND usr \"foo bar\")" },
		{ "/foo", "foo" },
	};

	(void)state;
	CHECK_TREES(rows, CASE_DEFAULT);
}

static void test_filters(void **state)
{
	static const struct tree_row rows[] = {
		{ "path:drivers/", "path:\"drivers/\"" },
		{ "path:\"my dir\"", "path:\"my dir\"" },
		{ "path:*.{c,h}", "path:\"*.{c,h}\"" },
		{ "path:/a\\/b/i", "path:/a\\/b/i" },
		{ "file:/x y/m", "file:/x y/m" },
		{ "path:/usr/lib", "path:\"/usr/lib\"" },
		{ "path:\"/re/\"", "path:\"/re/\"" },
		{ "file:Makefile", "file:\"Makefile\"" },
		{ "ext:c,h", "ext:\"c,h\"" },
		{ "ext:tar.gz", "ext:\"tar.gz\"" },
		{ "lang:c", "lang:\"c\"" },
		{ "size:>10k", "size:\">10k\"" },
		{ "size:1k..2M", "size:\"1k..2M\"" },
		{ "modified:7d", "modified:\"7d\"" },
		{ "modified:>2026-01-01", "modified:\">2026-01-01\"" },
		{ "-path:x", "(NOT path:\"x\")" },
		{ "NOT ext:c foo", "(AND (NOT ext:\"c\") foo)" },
		{ "path:a\"b\"", "(AND path:\"a\" b)" },
		{ "ext:c OR ext:h", "(OR ext:\"c\" ext:\"h\")" },
	};

	(void)state;
	CHECK_TREES(rows, CASE_DEFAULT);
}

static void test_operators(void **state)
{
	static const struct tree_row rows[] = {
		{ "a b", "(AND a b)" },
		{ "a AND b c", "(AND a b c)" },
		{ "a OR b OR c", "(OR a b c)" },
		{ "a b OR c", "(OR (AND a b) c)" },
		{ "a OR b c", "(OR a (AND b c))" },
		{ "(a OR b) c", "(AND (OR a b) c)" },
		{ "a (b c)", "(AND a b c)" },
		{ "a OR (b OR (c))", "(OR a b c)" },
		{ "-a", "(NOT a)" },
		{ "a -b", "(AND a (NOT b))" },
		{ "-a b", "(AND (NOT a) b)" },
		{ "-\"a b\"", "(NOT \"a b\")" },
		{ "-(a b)", "(NOT (AND a b))" },
		{ "-*a", "(NOT *a)" },
		{ "a NOT b", "(AND a (NOT b))" },
		{ "NOT NOT a", "(NOT (NOT a))" },
		{ "NOT -a", "(NOT (NOT a))" },
		{ "NOT a b", "(AND (NOT a) b)" },
		{ "a-b", "\"a b\"" },
		/* operators are upper-case only, and whole */
		{ "a and b or near", "(AND a and b or near)" },
		{ "AND/x OR: NOTa", "(AND \"and x\" or nota)" },
		{ "near/5", "\"near 5\"" },
		{ "NEAR-x", "\"near x\"" },
		{ "a AND(b)OR c", "(OR (AND a b) c)" },
		/* binding */
		{ "a AND b NEAR c", "(AND a (NEAR/10 b c))" },
		{ "a AND NOT b NEAR c", "(AND a (NOT (NEAR/10 b c)))" },
		{ "a NEAR b c", "(AND (NEAR/10 a b) c)" },
		{ "a NEAR b OR c", "(OR (NEAR/10 a b) c)" },
	};

	(void)state;
	CHECK_TREES(rows, CASE_DEFAULT);
}

static void test_near(void **state)
{
	static const struct tree_row rows[] = {
		{ "a NEAR b", "(NEAR/10 a b)" },
		{ "a NEAR/3 b NEAR/3 c", "(NEAR/3 a b c)" },
		{ "a NEAR b NEAR/10 c", "(NEAR/10 a b c)" },
		{ "a BEFORE/5 b", "(BEFORE/5 a b)" },
		{ "a ADJ/5 b PRE/5 c", "(BEFORE/5 a b c)" },
		{ "a BEFORE b", "(BEFORE/10 a b)" },
		{ "a ADJ b PRE c", "(BEFORE/10 a b c)" },
		{ "a NEAR/0l b", "(NEAR/0l a b)" },
		{ "a BEFORE/3l b", "(BEFORE/3l a b)" },
		{ "a PRE/007 b", "(BEFORE/7 a b)" },
		{ "a NEAR/99999999999999999999 b", "(NEAR/4294967295 a b)" },
		{ "a NOT NEAR b", "(NOT NEAR/10 a b)" },
		{ "a NOT NEAR/2l b", "(NOT NEAR/2l a b)" },
		{ "a NOT NEAR b NOT NEAR c",
		  "(NOT NEAR/10 (NOT NEAR/10 a b) c)" },
		/* parentheses nest; they do not merge */
		{ "(a NEAR/3 b) NEAR/3 c", "(NEAR/3 (NEAR/3 a b) c)" },
		{ "(a NEAR/3 b) BEFORE/5 c", "(BEFORE/5 (NEAR/3 a b) c)" },
		{ "(a OR b) NEAR c", "(NEAR/10 (OR a b) c)" },
		{ "a NEAR (b OR c NEAR d)",
		  "(NEAR/10 a (OR b (NEAR/10 c d)))" },
		{ "a NEAR (b OR (c NOT NEAR d))",
		  "(NEAR/10 a (OR b (NOT NEAR/10 c d)))" },
		/* any operand */
		{ "\"a b\" NEAR f* NEAR x~ NEAR part:y NEAR lit:z NEAR /r/",
		  "(NEAR/10 \"a b\" f* x~1 part:y lit:\"z\" /r/)" },
	};

	(void)state;
	CHECK_TREES(rows, CASE_DEFAULT);
}

static void test_case(void **state)
{
	static const struct tree_row smart[] = {
		{ "Foo foo \"a B\"", "(AND Foo{case} foo \"a B\"{case})" },
		{ "\u00c9t\u00e9", "E\u0301te\u0301{case}" },
		{ "\u01c5", "dz\u030c" },	/* Lt is not Lu */
		{ "/\\S\\p{Lu}\\x4A\\x{AB}a/", "/\\S\\p{Lu}\\x4A\\x{AB}a/i" },
		{ "/A/ /\\QA\\E/ /A/i", "(AND /A/ /\\QA\\E/ /A/i)" },
		{ "lit:A lit:a", "(AND lit:\"A\" lit:\"a\"{nocase})" },
		{ "part:Foo F*o foo~", "(AND part:Foo{case} F*o{case} foo~1)" },
		{ "path:/a/ path:A", "(AND path:/a/ path:\"A\")" },
	};
	static const struct tree_row written[] = {
		{ "Foo case:yes", "Foo{case}" },
		{ "(Foo case:yes) OR bar", "(OR Foo{case} bar{case})" },
		{ "case:no Foo lit:Foo /Foo/",
		  "(AND foo lit:\"Foo\"{nocase} /Foo/i)" },
		{ "case:auto AND Foo AND foo", "(AND Foo{case} foo)" },
		{ "case:yes case:yes /re/i", "/re/i" },
		{ "case:yes a -b", "(AND a{case} (NOT b{case}))" },
		{ "accents:no caf\u00e9", "cafe{nomarks}" },
		{ "accents:no c\u00e9*\u00e9", "ce*e{nomarks}" },
		{ "accents:no \u0301", "{nomarks}" },
		{ "accents:yes \u00e9", "e\u0301" },
	};
	static const struct tree_row sensitive[] = {
		{ "Foo", "Foo{case}" },
		{ "case:no Foo", "foo" },	/* the query wins */
	};
	static const struct tree_row insensitive[] = {
		{ "Foo /Foo/", "(AND foo /Foo/i)" },
		{ "case:auto Foo", "Foo{case}" },
	};

	(void)state;
	CHECK_TREES(smart, CASE_SMART);
	CHECK_TREES(written, CASE_DEFAULT);
	CHECK_TREES(sensitive, CASE_SENSITIVE);
	CHECK_TREES(insensitive, CASE_IGNORE);
}

struct error_row {
	const char *query;
	size_t pos;
	const char *part;	/* of the message */
};

static void test_errors(void **state)
{
	static const struct error_row rows[] = {
		{ "", 0, "empty" },
		{ " \t\n", 3, "empty" },
		{ "()", 0, "nothing in these parentheses" },
		{ "foo()", 3, "lit:" },
		{ "a (", 2, "never closed" },
		{ "a (b (c)", 2, "never closed" },
		{ "a)", 1, "no parenthesis is open" },
		{ ")", 0, "no parenthesis is open" },
		{ "a \"b", 2, "never closed" },
		{ "a \"b\\\"", 2, "never closed" },
		{ "\"\"", 0, "nothing in these quotes" },
		{ "a \"->\"", 2, "lit:\"->\"" },
		{ "\"a\"~2", 3, "NEAR/n" },
		{ "\"a\"*", 3, "after a quote" },
		{ "\"a\"?", 3, "after a quote" },
		{ "path:\"a\"*", 8, "after a quote" },
		/* no word */
		{ "a ++", 2, "lit:\"++\"" },
		{ "\\", 0, "lit:\"\\\\\"" },
		{ "*", 0, "holds no word" },
		{ "a ?*?", 2, "holds no word" },
		{ "a && b", 2, "AND" },
		{ "a || b", 2, "OR" },
		{ "! a", 0, "NOT" },
		{ "a \xff", 2, "holds no word" },
		{ "\ufe0f", 0, "holds no word" },
		{ "//", 0, "empty" },
		{ "a path://", 7, "empty" },
		/* minus */
		{ "->lock", 0, "lit:\"->lock\", for its words write lock" },
		{ "a --b", 2, "not before a word" },
		{ "a - b", 2, "right before what it excludes" },
		{ "a -", 2, "right before what it excludes" },
		{ "-NOT a", 0, "not before NOT" },
		{ "-OR", 0, "not before OR" },
		{ "-*", 1, "holds no word" },
		/* operators without operands */
		{ "a AND", 2, "missing after AND" },
		{ "a OR )", 2, "missing after OR" },
		{ "a (b OR) c", 5, "missing after OR" },
		{ "AND a", 0, "missing before AND" },
		{ "a OR AND b", 5, "missing before AND" },
		{ "NOT", 0, "missing after NOT" },
		{ "a NOT", 2, "missing after NOT" },
		{ "a NEAR/3", 2, "missing after NEAR/3" },
		{ "NEAR a", 0, "missing before NEAR" },
		{ "NOT NEAR a", 0, "missing before NOT NEAR" },
		/* NEAR */
		{ "a NEAR/x b", 2, "NEAR/5" },
		{ "a NEAR/ b", 2, "NEAR/5" },
		{ "a PRE/5L b", 2, "PRE/2l" },
		{ "a ADJ/-1 b", 2, "ADJ/5" },
		{ "a NEAR/0 b", 2, "at least 1" },
		{ "a NOT NEAR/0 b", 6, "at least 1" },
		{ "a NEAR b BEFORE c", 9, "parentheses" },
		{ "a NEAR/2 b NEAR/3 c", 11, "parentheses" },
		{ "a NEAR/2 b NEAR/2l c", 11, "parentheses" },
		{ "a NEAR b NOT NEAR c", 13, "parentheses" },
		{ "a NOT NEAR/2 b NOT NEAR/3 c", 19, "parentheses" },
		{ "a NOT BEFORE b", 6, "NOT NEAR" },
		{ "a NEAR (b AND c)", 7, "AND has none" },
		{ "(a b) NEAR c", 0, "AND has none" },
		{ "a NEAR -b", 7, "NOT has none" },
		{ "-a NEAR b", 0, "NOT has none" },
		{ "a NEAR NOT b", 7, "NOT cannot stand" },
		{ "a NEAR path:b", 7, "a filter has none" },
		{ "a NEAR (b OR ext:c)", 13, "a filter has none" },
		{ "a NEAR (b OR (c d))", 13, "AND has none" },
		/* globs and fuzzy */
		{ "\u6771*\u4eac", 3, "script without spaces" },
		{ "\u6771?", 3, "script without spaces" },
		{ "a foo*\u6771", 5, "script without spaces" },
		{ "*?\u6771", 1, "script without spaces" },
		{ "foo~4", 3, "at most 3" },
		{ "foo~12345678901234567890", 3, "at most 3" },
		{ "a-b~", 3, "one plain word" },
		{ "foo*~2", 4, "one plain word" },
		{ "foo~~", 4, "one plain word" },
		{ "\u6771\u4eac~", 6, "one plain word" },
		/* fields */
		{ "path: a", 0, "needs a value" },
		{ "a lit:", 2, "needs a value" },
		{ "a lit:\"\"", 2, "needs a text" },
		{ "path:\"\"", 5, "empty value" },
		{ "part:a-b", 0, "one plain word" },
		{ "part:fo*", 0, "one plain word" },
		{ "part:foo~", 0, "one plain word" },
		{ "part:\"a b\"", 0, "one plain word" },
		{ "part:->", 0, "one plain word" },
		{ "ext:.c", 4, "without its dot" },
		{ "ext:c,,h", 4, "empty name" },
		{ "lang:,c", 5, "empty name" },
		{ "a size:10x", 7, "k, M, G" },
		{ "size:..", 5, "k, M, G" },
		{ "size:2k..1k", 5, "ends before" },
		{ "modified:2026-02-30", 9, "a day" },
		{ "modified:>7d", 9, "a span" },
		/* settings */
		{ "case:maybe a", 0, "no, yes or auto" },
		{ "accents:maybe a", 0, "no or yes" },
		{ "case:yes a case:no", 11, "contradicts" },
		{ "accents:no a accents:yes", 13, "contradicts" },
		{ "NOT case:yes a", 4, "whole query" },
		{ "a -case:yes", 3, "whole query" },
		{ "a -(b case:yes)", 6, "whole query" },
		{ "NOT (a case:yes)", 7, "whole query" },
		{ "a NEAR case:yes", 7, "whole query" },
		{ "(a case:yes) NEAR b", 3, "whole query" },
		{ "a NEAR (b case:yes)", 10, "whole query" },
		{ "a OR case:yes", 5, "whole query" },
		{ "case:yes OR a", 0, "whole query" },
		{ "case:yes", 0, "what to look for" },
		{ "(case:yes)", 1, "what to look for" },
	};
	struct parsed p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		parse(span_str(rows[i].query), CASE_DEFAULT, &p);
		if (p.rc != SCOUT_E_SYNTAX || p.err.pos != rows[i].pos ||
		    !strstr(p.err.msg, rows[i].part))
			fail_msg("%s\ngives %s", rows[i].query, tree_of(&p));
		parsed_release(&p);
	}
}

static void test_notes(void **state)
{
	static const struct error_row rows[] = {
		{ "a b OR c", 0, "read as (a AND b) OR c" },
		{ "x (a OR b c)", 3, "read as a OR (b AND c)" },
		{ "(a OR b) c OR d", 0, "((a OR b) AND c) OR d" },
		{ "a\x1b -b OR c", 0, "(a  AND -b) OR c" },
		{ "a foo:bar", 2, "'foo:' is not a field" },
		{ "Path:x", 0, "'Path:' is not a field" },
		{ "\"a b c\" NEAR/1 d NEAR/1 \"e f\"", 8, "distance of 2" },
		{ "a NEAR/2 b NEAR/2 c NEAR/2 d", 2, "distance of 3" },
		{ "a BEFORE/2 \"b c\" BEFORE/2 d", 2, "distance of 3" },
		{ "a PRE/2 (b OR (x NEAR y z)) c", 2, NULL },
		{ "a AND b OR c", 0, NULL },
		{ "(a b) OR c", 0, NULL },
		{ "a OR b", 0, NULL },
		{ "case:yes a OR b", 0, NULL },
		{ "std::vector http://x 12:30 a-b:c", 0, NULL },
		{ "a NEAR/1 \"b c d\"", 0, NULL },
		{ "a NEAR/0l b NEAR/0l c", 0, NULL },
	};
	struct parsed p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct query_note *note;

		parse(span_str(rows[i].query), CASE_DEFAULT, &p);
		note = p.query.notes;
		if (!rows[i].part) {
			assert_null(note);
		} else {
			assert_non_null(note);
			assert_null(note->next);
			assert_int_equal(note->pos, rows[i].pos);
			if (!strstr(note->text, rows[i].part))
				fail_msg("%s\ngives %s", rows[i].query,
					 note->text);
		}
		parsed_release(&p);
	}
}

/* What the nodes hold beside what is printed. */
static void test_pieces(void **state)
{
	const struct ast *a;
	struct parsed p;

	(void)state;
	parse(span_str("case:yes Caf\u00c9 x (Ca*\u00c9)"), CASE_DEFAULT, &p);
	a = p.query.root->child[0];
	assert_true(span_eq(a->pieces->raw, span_str("Caf\u00c9")));
	assert_true(span_eq(a->pieces->folded, span_str("CafE\u0301")));
	assert_true(span_eq(a->pieces->lookup, span_str("cafe\u0301")));
	assert_false(a->pieces->is_overlong);
	assert_int_equal(a->pos, 9);
	assert_int_equal(a->len, 5);
	assert_int_equal(p.query.case_mode, CASE_SENSITIVE);
	a = p.query.root->child[2];
	assert_int_equal(a->pos, 17);
	assert_int_equal(a->len, 7);
	assert_int_equal(a->pieces->nitems, 3);
	assert_true(span_eq(a->pieces->raw, span_str("Ca*\u00c9")));
	assert_true(span_eq(a->pieces->items[0].lookup, span_str("ca")));
	assert_true(span_eq(a->pieces->items[2].folded, span_str("E\u0301")));
	assert_true(span_eq(a->pieces->items[2].composed, span_str("\u00c9")));
	assert_true(span_eq(a->pieces->items[2].lookup, span_str("e\u0301")));
	parsed_release(&p);
}

static void test_overlong_word(void **state)
{
	static char word[3001];
	const struct ast_piece *piece;
	struct parsed p;

	(void)state;
	memset(word, 'W', sizeof(word) - 1);
	parse(span_str(word), CASE_DEFAULT, &p);
	assert_int_equal(p.rc, SCOUT_OK);
	piece = p.query.root->pieces;
	assert_true(piece->is_overlong);
	assert_int_equal(piece->folded.len, 3000);
	assert_int_equal(piece->lookup.len, TERM_MAX_BYTES);
	parsed_release(&p);
}

/* n times s, in a static buffer. */
static struct span repeat(const char *s, size_t n)
{
	static char text[2 * QUERY_MAX_BYTES];
	size_t i, len = strlen(s);

	assert_true(n * len <= sizeof(text));
	for (i = 0; i < n; i++)
		memcpy(text + i * len, s, len);
	return span_of(text, n * len);
}

static void check_limit(struct span query, size_t pos, const char *part)
{
	struct parsed p;

	parse(query, CASE_DEFAULT, &p);
	assert_int_equal(p.rc, SCOUT_E_SYNTAX);
	if (p.err.pos != pos || !strstr(p.err.msg, part))
		fail_msg("%s", tree_of(&p));
	parsed_release(&p);
}

static void test_limits(void **state)
{
	struct parsed p;

	(void)state;
	check_limit(repeat("aa ", QUERY_MAX_BYTES / 3 + 1), QUERY_MAX_BYTES,
		    "at most 65536 bytes");
	check_limit(repeat("a ", QUERY_MAX_OPERANDS + 1),
		    2 * QUERY_MAX_OPERANDS, "at most 4096 operands");
	check_limit(repeat("(", 1000), QUERY_MAX_DEPTH, "nesting");
	check_limit(repeat("-(", 1000), 2 * QUERY_MAX_DEPTH + 1, "nesting");
	check_limit(repeat("NOT ", 1000), 4 * QUERY_MAX_DEPTH, "nesting");
	check_limit(repeat("a NOT NEAR ", 1000), 0, "nesting");

	parse(repeat("a ", QUERY_MAX_OPERANDS), CASE_DEFAULT, &p);
	assert_int_equal(p.rc, SCOUT_OK);
	assert_int_equal(p.query.root->nchild, QUERY_MAX_OPERANDS);
	parsed_release(&p);
	parse(repeat("a-", QUERY_MAX_BYTES / 2), CASE_DEFAULT, &p);
	assert_int_equal(p.query.root->npieces, QUERY_MAX_BYTES / 2);
	parsed_release(&p);
	parse(repeat("a?", QUERY_MAX_BYTES / 2), CASE_DEFAULT, &p);
	assert_int_equal(p.query.root->pieces->nitems, QUERY_MAX_BYTES);
	parsed_release(&p);
}

static void test_error_text(void **state)
{
	static const struct tree_row rows[] = {
		{ "a AND (b",
		  "query error at byte offset 6: this parenthesis is never "
		  "closed; one that is searched for stands in lit:\"...\"\n"
		  "  a AND (b\n"
		  "        ^\n" },
		/* control characters are spaces; columns, not bytes */
		{ "\u00e9\te\u0301\u6771 a NEAR/x",
		  "query error at byte offset 12: after NEAR/ stands a number "
		  "of words, or of lines: NEAR/5, NEAR/2l\n"
		  "  \u00e9 e\u0301\u6771 a NEAR/x\n"
		  "          ^~~~~~\n" },
		/* messages too */
		{ "+\x1b[31m",
		  NULL },
	};
	struct parsed p;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		parse(span_str(rows[i].query), CASE_DEFAULT, &p);
		assert_string_equal(tree_of(&p), rows[i].tree);
		parsed_release(&p);
	}
	parse(span_str("\"+\x1b[\n\""), CASE_DEFAULT, &p);
	assert_null(strchr(tree_of(&p), 0x1b));
	assert_string_equal(p.err.msg,
			    "'+ [ ' holds no word; for the text write "
			    "lit:\"+ [ \"");
	parsed_release(&p);
}

static void test_error_window(void **state)
{
	struct parsed p;
	struct span text = repeat("abcdefg ", 100);
	char query[1000], *line, *caret;

	(void)state;
	memcpy(query, text.ptr, text.len);
	query[400] = '+';
	memset(query + 401, ' ', 7);
	parse(span_of(query, text.len), CASE_DEFAULT, &p);
	assert_int_equal(p.err.pos, 400);
	line = strchr((char *)p.text.ptr, '\n') + 1;
	caret = strchr(line, '\n') + 1;
	assert_true(caret - line < 90);
	assert_int_equal(line[strchr(caret, '^') - caret], '+');
	assert_memory_equal(line, "  ...", 5);
	assert_memory_equal(caret - 4, "...", 3);
	parsed_release(&p);
}

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static const char *const soup[] = {
	"a", "b", "Foo", "foo-bar", " ", " ", " ", " AND ", " OR ", " NOT ",
	" NEAR ", " NEAR/3 ", " NEAR/2l ", " BEFORE/3 ", "(", ")", "(", ")",
	"\"", "\"a b\"", "-", "*", "?", "~", "~2", "/", "/re/i", "\\", "path:",
	"ext:c", "size:>1k", "modified:7d", "lit:", "part:", "case:yes",
	"accents:no", ":", ".", "\xff", "\u6771", "\u0301", "\u00ad", "\u00e9",
	"\ufe0f", "\u3000", "0", "9",
};

static size_t random_query(uint64_t *seed, bool tokens, uint8_t *out,
			   size_t cap)
{
	size_t n = random_next(seed) % 24, len = 0, i, step;

	for (i = 0; i < n; i++) {
		const char *s = soup[random_next(seed) %
				     (sizeof(soup) / sizeof(soup[0]))];

		if (!tokens || random_next(seed) % 32 == 0) {
			out[len++] = (uint8_t)random_next(seed);
			continue;
		}
		step = strlen(s);
		assert_true(len + step < cap);
		memcpy(out + len, s, step);
		len += step;
	}
	return len;
}

/* No crash, and every place that is named lies within the query. */
static void test_random_queries(void **state)
{
	uint64_t seed = 0x9e3779b97f4a7c15u;
	const struct query_note *note;
	unsigned i, nparsed = 0;
	uint8_t bytes[512];
	struct parsed p;
	size_t len;

	(void)state;
	for (i = 0; i < 200000; i++) {
		len = random_query(&seed, i % 4 != 0, bytes, sizeof(bytes));
		parse(span_of(bytes, len), (enum case_mode)(i % 3 + 1), &p);
		nparsed += p.rc == SCOUT_OK;
		if (p.rc != SCOUT_OK) {
			assert_int_equal(p.rc, SCOUT_E_SYNTAX);
			assert_true(p.err.pos <= len);
			assert_true(p.err.len <= len - p.err.pos);
			assert_true(p.err.msg[0]);
		}
		for (note = p.query.notes; note; note = note->next)
			assert_true(note->pos < len);
		parsed_release(&p);
	}
	assert_true(nparsed > 10000);
}

/* Every allocation fails once: a clean error, nothing lost. */
static void test_no_memory(void **state)
{
	struct span text = span_str("a b OR Foo:x NEAR/1 \"c d\" OR ca*\u00e9? "
				    "path:/x\\/y/ case:auto lit:\"\\\"\"");
	size_t held = scout_mem_current(MEM_QUERY);
	struct parse_options options = { .case_mode = CASE_DEFAULT };
	struct parsed_query query;
	struct scout_err err;
	struct arena arena;
	uint64_t n;
	int rc;

	(void)state;
	arena_init(&arena, MEM_QUERY);
	for (n = 1;; n++) {
		err = (struct scout_err)SCOUT_ERR_INIT;
		scout_mem_fail_at(n);
		rc = query_parse(text, &options, &arena, &query, &err);
		scout_mem_fail_at(0);
		arena_release(&arena);
		assert_int_equal(scout_mem_current(MEM_QUERY), held);
		if (rc == SCOUT_OK)
			break;
		assert_int_equal(rc, SCOUT_E_NOMEM);
		assert_int_equal(err.code, SCOUT_E_NOMEM);
	}
	assert_true(n > 3);
}

static void test_sizes(void **state)
{
	static const struct {
		const char *value;
		uint64_t min, max;	/* min > max: an error */
	} rows[] = {
		{ "5", 5, 5 },
		{ "1k", 1024, 1024 },
		{ ">10k", 10241, UINT64_MAX },
		{ ">=10K", 10240, UINT64_MAX },
		{ "<1M", 0, 1048575 },
		{ "<=1m", 0, 1048576 },
		{ "1k..2M", 1024, 2097152 },
		{ "..1G", 0, 1073741824 },
		{ "1t..", 1099511627776, UINT64_MAX },
		{ "0..0", 0, 0 },
		{ "<0", 1, 0 },
		{ "", 1, 0 },
		{ ">", 1, 0 },
		{ "1.5k", 1, 0 },
		{ "-1", 1, 0 },
		{ ">1..2", 1, 0 },
		{ "1...2", 1, 0 },
		{ "18446744073709551615", UINT64_MAX, UINT64_MAX },
		{ "18446744073709551616", 1, 0 },
		{ "18014398509481984k", 1, 0 },
	};
	struct size_range r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (filter_size_parse(span_str(rows[i].value), &r)) {
			assert_true(rows[i].min > rows[i].max);
			continue;
		}
		assert_int_equal(r.min, rows[i].min);
		assert_int_equal(r.max, rows[i].max);
	}
}

static int day_number(bool has, struct calendar_day d)
{
	return has ? d.year * 10000 + d.month * 100 + d.day : 0;
}

static void test_times(void **state)
{
	static const struct {
		const char *value;
		int first, last;	/* 0 is open, -1 an error */
		uint64_t within_seconds;
	} rows[] = {
		{ "7d", 0, 0, 604800 },
		{ "36h", 0, 0, 129600 },
		{ "2w", 0, 0, 1209600 },
		{ "2026-01-31", 20260131, 20260131, 0 },
		{ ">2026-01-31", 20260201, 0, 0 },
		{ ">2025-12-31", 20260101, 0, 0 },
		{ ">=2026-01-31", 20260131, 0, 0 },
		{ "<2024-03-01", 0, 20240229, 0 },
		{ "<2026-01-01", 0, 20251231, 0 },
		{ "<=2000-02-29", 0, 20000229, 0 },
		{ "2026-01-01..2026-01-02", 20260101, 20260102, 0 },
		{ "..2026-01-02", 0, 20260102, 0 },
		{ "2026-01-01..", 20260101, 0, 0 },
		{ "1900-02-29", -1, -1, 0 },
		{ "2026-13-01", -1, -1, 0 },
		{ "2026-1-1", -1, -1, 0 },
		{ "2026-01-02..2026-01-01", -1, -1, 0 },
		{ "..", -1, -1, 0 },
		{ "0d", -1, -1, 0 },
		{ "7", -1, -1, 0 },
		{ "7m", -1, -1, 0 },
		{ ">7d", -1, -1, 0 },
		{ "99999999999999999999w", -1, -1, 0 },
	};
	struct modified_range r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (filter_modified_parse(span_str(rows[i].value), &r)) {
			assert_int_equal(rows[i].first, -1);
			continue;
		}
		assert_int_equal(day_number(r.has_first, r.first),
				 rows[i].first);
		assert_int_equal(day_number(r.has_last, r.last), rows[i].last);
		assert_int_equal(r.within_seconds, rows[i].within_seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_globs),
		cmocka_unit_test(test_regexes),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_overlong_word),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_error_text),
		cmocka_unit_test(test_error_window),
		cmocka_unit_test(test_random_queries),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
