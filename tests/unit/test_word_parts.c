/* The parts of words: a table of what the language page says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "query/language/word_parts.h"

static void check(const char *word, const char *expected)
{
	struct buf found = BUF_INIT(MEM_OTHER);
	struct part_walk walk;
	struct span part;

	part_walk_start(&walk, span_str(word));
	while (part_walk_next(&walk, &part)) {
		if (found.len)
			buf_put_u8(&found, ' ');
		buf_put_span(&found, part);
	}
	assert_string_equal(buf_cstr(&found), expected);
	buf_release(&found);
}

static void test_table(void **state)
{
	(void)state;
	check("", "");
	check("foo", "foo");
	check("foo_bar", "foo bar");
	check("_foo__bar_", "foo bar");
	check("___", "");
	check("fooBar", "foo Bar");
	check("FooBar", "Foo Bar");
	check("parseHTTPHeader2", "parse HTTP Header 2");
	check("HTTP", "HTTP");
	check("HTTPd", "HTT Pd");
	check("aB", "a B");
	check("AB", "AB");
	check("ABc", "A Bc");
	check("A", "A");
	check("x86_64", "x 86 64");
	check("2Foo3bar", "2 Foo 3 bar");
	check("foo\xe2\x80\xbf" "bar", "foo bar");	/* undertie */
}

static void test_not_ascii(void **state)
{
	(void)state;
	/* superscript two is a number */
	check("x\xc2\xb2", "x \xc2\xb2");
	/* e-acute, E-acute as letter and mark */
	check("caf\xc3\xa9" "Bar", "caf\xc3\xa9 Bar");
	check("cafe\xcc\x81" "Bar", "cafe\xcc\x81 Bar");
	check("aE\xcc\x81" "x", "a E\xcc\x81x");
	check("AE\xcc\x81x", "A E\xcc\x81x");
	/* titlecase Dz with caron counts as upper case */
	check("a\xc7\x85x", "a \xc7\x85x");
	/* neither upper nor lower: modifier letter h, Arabic letters */
	check("a\xca\xb0" "B", "a\xca\xb0" "B");
	check("\xd8\xa7\xd8\xa8", "\xd8\xa7\xd8\xa8");
	/* a soft hyphen is looked through */
	check("foo\xc2\xad" "Bar", "foo\xc2\xad Bar");
	/* marks with nothing before them; and after a connector */
	check("\xcc\x81" "foo", "\xcc\x81" "foo");
	check("foo_\xcc\x81" "bar", "foo bar");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_not_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
