/* Queries on small texts: what matches, which lines, which bytes; and the same
 * text in windows of any size. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "query/language/parser.h"
#include "query/verify/text_eval.h"

/* A query, ready to be asked of texts. */
struct asked {
	struct arena arena;
	struct parsed_query parsed;
	struct match_tree tree;
	struct word_table words;
	struct file_filters filters;
	struct text_patterns patterns;
	struct text_eval text;
	struct hit_lines lines;
	unsigned flags;		/* of patterns */
};

static void ask_with(struct asked *a, const char *query, unsigned flags,
		     bool by_line)
{
	struct parse_options options = { .case_mode = CASE_DEFAULT };
	struct scout_err err = SCOUT_ERR_INIT;

	memset(a, 0, sizeof(*a));
	a->flags = flags;
	arena_init(&a->arena, MEM_QUERY);
	assert_int_equal(query_parse(span_str(query), &options, &a->arena,
				     &a->parsed, &err), SCOUT_OK);
	assert_int_equal(match_tree_make(a->parsed.root, &a->arena, &a->tree,
					 &err), SCOUT_OK);
	assert_int_equal(word_table_make(&a->tree, &a->arena, &a->words, &err),
			 SCOUT_OK);
	assert_int_equal(text_patterns_make(&a->tree, a->flags, &a->arena,
					    &a->patterns, &err), SCOUT_OK);
	assert_int_equal(file_filters_make(a->tree.filters, a->tree.nfilters,
					   0, &a->arena, &a->filters, &err),
			 SCOUT_OK);
	assert_int_equal(text_eval_init(&a->text,
					&(struct text_query){ &a->tree,
							      &a->words,
							      &a->patterns,
							      &a->filters,
							      by_line, false },
					true, &err), SCOUT_OK);
}

static void ask(struct asked *a, const char *query)
{
	ask_with(a, query, 0, false);
}

static void unask(struct asked *a)
{
	text_eval_release(&a->text);
	text_patterns_release(&a->patterns);
	file_filters_release(&a->filters);
	hit_lines_release(&a->lines);
	arena_release(&a->arena);
}

/* Evaluates text in windows that grow by step bytes at a time. */
static bool matches(struct asked *a, struct span text, size_t step)
{
	struct scout_err err = SCOUT_ERR_INIT;
	size_t start = 0, end = 0, used;
	struct buf window = BUF_INIT(MEM_OTHER);
	const struct file_facts facts = { .path = span_str("src/x.c"),
					  .size_bytes = text.len };
	enum verdict verdict;

	assert_int_equal(text_eval_file(&a->text, &facts, &verdict, &err),
			 SCOUT_OK);
	text_eval_begin(&a->text);
	do {
		end = text.len - end > step ? end + step : text.len;
		buf_clear(&window);
		buf_put(&window, text.ptr + start, end - start);
		assert_true(buf_reserve(&window, TOKEN_PADDING));
		memset(window.ptr + window.len, 0, TOKEN_PADDING);
		assert_int_equal(text_eval_window(&a->text, buf_span(&window),
						  end == text.len, &used,
						  &err), SCOUT_OK);
		start += used;
	} while (end < text.len);
	assert_int_equal(text_eval_verdict(&a->text, &verdict, &err), SCOUT_OK);
	buf_release(&window);
	return verdict == VERDICT_YES;
}

/* The answer as text: "1:0-3 1:8-11 2:0-5", or "no". */
static const char *answer(struct asked *a, const char *text, size_t step,
			  struct buf *out)
{
	struct scout_err err = SCOUT_ERR_INIT;
	size_t i;

	buf_clear(out);
	if (!matches(a, span_str(text), step)) {
		buf_put_str(out, "no");
		return buf_cstr(out);
	}
	assert_int_equal(text_eval_lines(&a->text, &a->lines, &err), SCOUT_OK);
	hit_lines_finish(&a->lines, 0);
	for (i = 0; i < a->lines.n; i++) {
		const struct line_match *m = &a->lines.matches[i];

		buf_printf(out, "%s%lu:%lu-%lu", i ? " " : "",
			   (unsigned long)m->line + 1, (unsigned long)m->start,
			   (unsigned long)m->end);
	}
	return buf_cstr(out);
}

static const struct {
	const char *query, *text, *answer;
} rows[] = {
	{ "foo", "", "no" },
	{ "foo", "foo", "1:0-3" },
	{ "foo", "a foo\nb Foo_ FOO\n", "1:2-5 2:7-10" },
	{ "foo OR bar", "bar foo\nbaz\nfoo", "1:0-3 1:4-7 3:0-3" },
	{ "foo bar", "foo\nbaz\n", "no" },
	{ "foo bar", "foo\nbar\n", "1:0-3 2:0-3" },
	{ "-foo", "bar\n", "" },
	{ "-foo", "foo\n", "no" },
	{ "bar -foo", "bar\n", "1:0-3" },
	{ "foo OR (bar baz)", "foo bar\n", "1:0-3" },
	/* prefixes and phrases */
	{ "foo*", "foo foobar xfoo FOOD\n", "1:0-3 1:4-10 1:16-20" },
	{ "*foo", "foo foobar xfoo FOO\n", "1:0-3 1:11-15 1:16-19" },
	{ "f?o*d", "foood food fo fod\n", "1:0-5 1:6-10" },
	{ "*f\xc3\xa9", "caf\xc3\xa9 cafe\xcc\x81 cafe\n", "1:0-5 1:6-12" },
	{ "\"a b\"", "a b\na  b a-b\n\na\n\n b\n",
	  "1:0-3 2:0-4 2:5-8 4:0-1 6:1-2" },
	{ "foo-ba*", "foo bar foo\nbaz foo", "1:0-7 1:8-11 2:0-3" },
	{ "\"a a\"", "a a a b a\n", "1:0-3 1:2-5" },
	{ "\"a b\" OR \"b c\"", "a\nb c\n", "1:0-1 2:0-1 2:0-3" },
	/* NEAR and BEFORE */
	{ "a NEAR/2 b", "a x b x x b x x b x a\n", "1:0-1 1:4-5 1:16-17 1:20-21" },
	{ "a BEFORE/2 b", "a x b x x b x x b x a\n", "1:0-1 1:4-5" },
	{ "a NEAR/0l b", "a\nb a\nb\n", "2:0-1 2:2-3" },
	{ "a BEFORE/1l b", "b\na\nx\nb\na\nb", "5:0-1 6:0-1" },
	{ "a NEAR/1 a", "a x a a\n", "1:4-5 1:6-7" },
	{ "(a OR b) NEAR/1 c", "a c x b\nc b", "1:0-1 1:2-3 1:6-7 2:0-1 2:2-3" },
	{ "(a OR \"b b\") NEAR/1 c", "a c b b\nb c b b",
	  "1:0-1 1:2-3 1:4-7 1:6-7 2:0-1 2:2-3 2:4-7" },
	/* a NEAR as an operand: from its first position to its last */
	{ "(a NEAR/3 b) NEAR/2 c", "a x b c x x a b x x x c\n", "1:0-1 1:4-5 1:6-7" },
	{ "(a NEAR/3 b) NEAR/2 c", "a c b\n", "no" },
	{ "(a NEAR/3 b) NEAR/1 c", "a b b c\n", "1:0-1 1:4-5 1:6-7" },
	{ "(a BEFORE/1 b) BEFORE/1 (a BEFORE/1 b)", "b a b a b x a b\n",
	  "1:2-3 1:4-5 1:6-7 1:8-9" },
	{ "(a NEAR/1 b) NEAR/1 (a NEAR/1 b)", "a b a\n", "no" },
	{ "(a NEAR/1 b) NEAR/1 (a NEAR/1 b)", "a b a b\n",
	  "1:0-1 1:2-3 1:4-5 1:6-7" },
	{ "((a NEAR/1 b) OR d) BEFORE/1 c", "b a c d c a x c\n",
	  "1:0-1 1:2-3 1:4-5 1:6-7 1:8-9" },
	{ "(a NEAR/2 b NEAR/2 x) NEAR/1 c", "x x b a c x b a\n",
	  "1:2-3 1:4-5 1:6-7 1:8-9 1:10-11 1:12-13 1:14-15" },
	{ "(a NEAR/0l b) NEAR/1l c", "a b\nc\nb\na\nc\n", "1:0-1 1:2-3 2:0-1" },
	/* NOT NEAR */
	{ "a NOT NEAR/2 b", "a x b a a x x x a\n", "1:16-17" },
	{ "a NOT NEAR/1 b", "b x a x b a\n", "1:4-5" },
	{ "a NOT NEAR/1 b", "a b\n", "no" },
	{ "a NOT NEAR/3 a", "a x x a x x x a\n", "1:14-15" },
	{ "a NOT NEAR b", "a\n", "1:0-1" },
	{ "\"a b\" NOT NEAR/1 b", "a b\n", "no" },
	{ "a NOT NEAR/0l b", "a b\nx a\nb\n", "2:2-3" },
	{ "a NOT NEAR/2l b", "a b\nx a\nb\n\na\n", "no" },
	{ "a NOT NEAR/1l b", "a b\nx a\nb\n\na\na\n", "5:0-1 6:0-1" },
	{ "a NOT NEAR/1 b NOT NEAR/1 c", "a x a c b a x x a\n",
	  "1:0-1 1:16-17" },
	{ "(a NEAR/2 b) NOT NEAR/1 c", "a x b c x a b x x c\n",
	  "1:10-11 1:12-13" },
	{ "c NOT NEAR/1 (a NEAR/1 b)", "c a x c a b x c\n", "1:0-1 1:14-15" },
	{ "(a OR b) NOT NEAR/1 a", "a b x b x a\n", "1:0-1 1:6-7 1:10-11" },
	{ "x NEAR/1 (a NOT NEAR/1 b)", "x a b x a x\n", "1:6-7 1:8-9 1:10-11" },
	{ "NOT (a NOT NEAR/1 b)", "a b\n", "" },
	/* regexes and exact text in a NEAR span the words that they touch */
	{ "/o b/ NEAR/1 c", "foo bar c b\n", "1:2-5 1:8-9" },
	{ "/o b/ NEAR/1 b", "foo bar c b\n", "no" },
	{ "lit:\"->\" NEAR a", "a -> a\n", "no" },
	{ "lit:\"a->b\" BEFORE/1 c", "xa->b c a->b x c\n", "1:1-5 1:6-7" },
	{ "/o/ NEAR/1 a", "foo a x o\n", "1:1-2 1:2-3 1:4-5" },
	{ "/o/ NEAR/1 /o/", "foo\n", "no" },
	{ "/o/ NEAR/1 /o/", "foo fo x o\n", "1:1-2 1:2-3 1:5-6" },
	{ "(/f./ NEAR/1 foo) NEAR/2 a", "foo foo x a\n",
	  "1:0-2 1:0-3 1:4-6 1:4-7 1:10-11" },
	{ "a NOT NEAR/1 /o/", "a x a foo\n", "1:0-1" },
	{ "/b\\nc/m NEAR/1 a", "a b\nc b\nc a\n",
	  "1:0-1 1:2-3 2:0-1 2:2-3 3:0-1 3:2-3" },
	{ "(/x/ OR a) NEAR/1 b", "a b ax\n", "1:0-1 1:2-3 1:5-6" },
	/* filters: the file is src/x.c */
	{ "a ext:c", "a\n", "1:0-1" },
	{ "a -ext:c", "a\n", "no" },
	{ "path:src/ -b", "a\n", "" },
	{ "(a OR path:src/) -(b path:*.c)", "a\n", "1:0-1" },
	{ "size:2 modified:1969-01-01..", "a\n", "" },
	/* the same word cannot be both */
	{ "foo* NEAR/1 foo", "foo\n", "no" },
	{ "foo* NEAR/1 foo", "foo food\n", "1:0-3 1:4-8" },
	/* case, accents, folding */
	{ "case:yes Foo", "foo Foo FOO\n", "1:4-7" },
	{ "case:yes Fo*", "foo Foo FOO\n", "1:4-7" },
	{ "strasse", "Stra\xc3\x9f" "e\n", "1:0-7" },
	{ "caf\xc3\xa9", "cafe CAFE\xcc\x81\n", "1:5-11" },
	{ "cafe", "caf\xc3\xa9\n", "no" },
	{ "cafe*", "caf\xc3\xa9 cafes\n", "1:6-11" },
	{ "cafe accents:no", "caf\xc3\xa9 Cafe\n", "1:0-5 1:6-10" },
	{ "x2", "x\xc2\xb2 X2\n", "1:0-3 1:4-6" },
	{ "\xe6\x9d\xb1\xe4\xba\xac", "\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd\n",
	  "1:0-6" },
	/* bytes that are not UTF-8 separate words */
	{ "\"a b\"", "a\xff" "b\n", "1:0-3" },
	/* exact text and regexes; what touches no word has a line and no more */
	{ "lit:o", "foo\nFO\n", "1:1-2 1:2-3" },
	{ "lit:aa", "aaaaa\n", "1:0-2 1:2-4" },
	{ "lit:\");\"", "a);\n);", "1:0-0 2:0-0" },
	{ "lit:\"a\nb\"", "a\nb", "no" },
	{ "lit:\u00c9a case:no", "\u00e9A", "1:0-3" },
	{ "lit:\"\u2014\"", "a\u2014b\n", "1:0-0" },
	{ "lit:\"\u0301\"", "a\u0301b \u0301\n", "1:1-3 1:5-7" },
	{ "/fo+/", "foo fo f\nFoo\nxfooo", "1:0-3 1:4-6 3:1-5" },
	{ "/FO+/i", "foo\n", "1:0-3" },
	{ "/o$/", "foo\nfoo", "1:2-3 2:2-3" },
	{ "/^$/", "\n\na\n", "1:0-0 2:0-0" },
	{ "/a*/", "ba\n\n", "1:0-0 1:1-2 2:0-0" },
	{ "/(?<=a\n)b|a\nb/", "a\nb", "no" },
	{ "/./", "", "no" },
	{ "/\\z/m", "a\n", "no" },
	{ "/\\z/m", "a", "1:0-0" },
	{ "/^b|c$/m", "a\nb\nbc\n", "2:0-1 3:0-1 3:1-2" },
	{ "/a\n+b/m", "xa\n\nbx\n", "1:1-2 2:0-0 3:0-1" },
	{ "/;\n,/m", "a;\n,b\n", "1:0-0 2:0-0" },
	{ "/\\w+/", "\u00e9t\u00e9\n", "1:0-5" },
	{ "/a.b/", "a\xff" "b a-b\n", "1:4-7" },
	{ "foo -/o/", "foo", "no" },
	{ "fo -/o{2}/", "fo", "1:0-2" },
	/* one part of the text is one occurrence */
	{ "foo OR /foo/ OR /o/", "foo\n", "1:0-3 1:1-2 1:2-3" },
};

static void test_table(void **state)
{
	struct buf out = BUF_INIT(MEM_OTHER);
	size_t i, step;

	(void)state;
	for (i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct asked a;

		/* with filters and without */
		ask_with(&a, rows[i / 2].query,
			 i % 2 ? TEXT_PATTERN_PLAIN : 0,
			 false);
		for (step = 1; step < 20; step++) {
			const char *got = answer(&a, rows[i / 2].text, step, &out);

			if (strcmp(got, rows[i / 2].answer))
				print_message("%s in %s, windows of %zu\n",
					      rows[i / 2].query, rows[i / 2].text,
					      step);
			assert_string_equal(got, rows[i / 2].answer);
		}
		unask(&a);
	}
	buf_release(&out);
}

/* Words are compared whole, whatever an index would keep of them. */
static void test_long_words(void **state)
{
	struct buf query = BUF_INIT(MEM_OTHER), text = BUF_INIT(MEM_OTHER);
	struct asked a;
	size_t i;

	(void)state;
	for (i = 0; i < 3000; i++)
		buf_put_u8(&query, 'q');
	buf_put_span(&text, buf_span(&query));
	buf_put_str(&text, "x ");
	ask(&a, buf_cstr(&query));
	assert_false(matches(&a, buf_span(&text), SIZE_MAX / 2));
	buf_put_span(&text, buf_span(&query));
	assert_true(matches(&a, buf_span(&text), SIZE_MAX / 2));
	assert_true(matches(&a, buf_span(&text), 100));
	unask(&a);
	buf_release(&query);
	buf_release(&text);
}

static void test_max_lines(void **state)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct asked a;

	(void)state;
	ask(&a, "a OR \"a b\"");
	assert_true(matches(&a, span_str("a a\na\nb a\na\n"), 100));
	assert_int_equal(text_eval_lines(&a.text, &a.lines, &err), SCOUT_OK);
	hit_lines_finish(&a.lines, 2);
	assert_int_equal(a.lines.nlines, 2);
	/* a, a, a and the phrase: of the last two, one span on line 2 */
	assert_int_equal(a.lines.n, 3);
	assert_int_equal(a.lines.noccurrences, 4);
	unask(&a);
}

/* A text of which is not known whether a hostile pattern matches is neither
 * found nor known not to match. */
static void test_given_up(void **state)
{
	static const char text[] = "x\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n";
	static const char *const queries[] = { "/(a|a)+(?!.)/", "-/(a|a)+(?!.)/" };
	struct scout_err err = SCOUT_ERR_INIT;
	struct span window = { (const uint8_t *)text, sizeof(text) - 1 };
	enum verdict verdict;
	struct asked a;
	uint64_t line;
	size_t i, used;

	(void)state;
	for (i = 0; i < 2; i++) {
		ask(&a, queries[i]);
		text_eval_begin(&a.text);
		assert_int_equal(text_eval_window(&a.text, window, true, &used,
						  &err), SCOUT_OK);
		assert_int_equal(text_eval_verdict(&a.text, &verdict, &err),
				 SCOUT_OK);
		assert_int_equal(verdict, VERDICT_MAYBE);
		assert_non_null(text_eval_given_up(&a.text, &line));
		assert_int_equal(line, 1);
		unask(&a);
	}
}

/* A text after one with many more matches: nothing is left of that. */
static void test_next_text(void **state)
{
	struct asked a;

	(void)state;
	ask_with(&a, "\"mi fo\" /x/", 0, true);
	assert_true(matches(&a, span_str("x x x x\nmi fo x\n"), 100));
	assert_true(matches(&a, span_str("fo\nfo\nmi fo x\n"), 100));
	assert_false(matches(&a, span_str("x\nmi fo\n"), 100));
	unask(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_long_words),
		cmocka_unit_test(test_max_lines),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_next_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
