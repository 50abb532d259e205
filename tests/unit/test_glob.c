/* Globs, lines of ignore files, and file types. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/tree/file_type.h"
#include "base/tree/glob.h"
#include "base/tree/ignore.h"

enum { PATH_GLOB = GLOB_SEPARATOR | GLOB_BRACES };

struct match_row {
	const char *glob;
	unsigned flags;
	const char *text;
	bool matches;
};

static const struct match_row match_rows[] = {
	{ "a", PATH_GLOB, "a", true },
	{ "a", PATH_GLOB, "ab", false },
	{ "", PATH_GLOB, "", true },
	{ "*", PATH_GLOB, "", true },
	{ "*.c", PATH_GLOB, "x.c", true },
	{ "*.c", PATH_GLOB, "d/x.c", false },
	{ "*.c", 0, "d/x.c", true },
	{ "a?c", PATH_GLOB, "abc", true },
	{ "a?c", PATH_GLOB, "a/c", false },
	{ "a?c", 0, "a/c", true },
	{ "?", PATH_GLOB, "\xc3\xa9", false },	/* one byte, not one character */
	{ "??", PATH_GLOB, "\xc3\xa9", true },
	{ "**/a", PATH_GLOB, "a", true },
	{ "**/a", PATH_GLOB, "x/y/a", true },
	{ "**/a", PATH_GLOB, "x/ya", false },
	{ "**/a/b", PATH_GLOB, "x/a/b", true },
	{ "**/a/b", PATH_GLOB, "xa/b", false },
	{ "**/*.c", PATH_GLOB, "x/y.c", true },
	{ "a/**", PATH_GLOB, "a/b/c", true },
	{ "a/**", PATH_GLOB, "a", false },
	{ "a/**/b", PATH_GLOB, "a/b", true },
	{ "a/**/b", PATH_GLOB, "a/x/y/b", true },
	{ "a/**/b", PATH_GLOB, "a/xb", false },
	{ "a/**/**/b", PATH_GLOB, "a/b", true },
	{ "**", PATH_GLOB, "any/thing", true },
	{ "a**b", PATH_GLOB, "axxb", true },
	{ "a**b", PATH_GLOB, "a/b", false },
	{ "*a*b*", PATH_GLOB, "xxaxxbxx", true },
	{ "*a*b*", PATH_GLOB, "xxbxxaxx", false },
	{ "[a-c]x", PATH_GLOB, "bx", true },
	{ "[a-c]x", PATH_GLOB, "dx", false },
	{ "[!a-c]x", PATH_GLOB, "dx", true },
	{ "[^a-c]x", PATH_GLOB, "bx", false },
	{ "[]a]", PATH_GLOB, "]", true },
	{ "[a-]", PATH_GLOB, "-", true },
	{ "[\\]", PATH_GLOB, "\\", true },
	{ "[!a]b", PATH_GLOB, "/b", true },
	{ "\\*", PATH_GLOB, "*", true },
	{ "\\*", PATH_GLOB, "a", false },
	{ "{a,bc}d", PATH_GLOB, "bcd", true },
	{ "{a,bc}d", PATH_GLOB, "cd", false },
	{ "{a,bc}d", GLOB_SEPARATOR, "{a,bc}d", true },
	{ "x{,a}", PATH_GLOB, "x", false },	/* empty ones are left out */
	{ "x{}", PATH_GLOB, "x", true },
	{ "x}", PATH_GLOB, "x", true },
	{ "{**/a,b/**}", PATH_GLOB, "x/a", true },
	{ "{**/a,b/**}", PATH_GLOB, "b/x", true },
	{ "{*.c,*.h}", PATH_GLOB, "x.h", true },
	{ "*.C", PATH_GLOB | GLOB_NOCASE, "X.c", true },
	{ "[A-C]*{X,y}Z", PATH_GLOB | GLOB_NOCASE, "b123Yz", true },
};

static void test_match(void **state)
{
	const struct glob *g;
	struct arena arena;
	size_t i;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < sizeof(match_rows) / sizeof(match_rows[0]); i++) {
		const struct match_row *r = &match_rows[i];

		assert_int_equal(glob_compile(span_str(r->glob), r->flags,
					      &arena, &g, NULL), SCOUT_OK);
		if (glob_match(g, span_str(r->text)) != r->matches)
			fail_msg("'%s' on '%s'", r->glob, r->text);
	}
	arena_release(&arena);
}

static void test_bad(void **state)
{
	static const char *const bad[] = { "[a", "[", "[]", "a\\", "{a", "{a,{b}}",
					   "[c-a]" };
	struct scout_err err;
	const struct glob *g;
	struct arena arena;
	size_t i;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		scout_err_clear(&err);
		assert_int_equal(glob_compile(span_str(bad[i]), PATH_GLOB,
					      &arena, &g, &err), SCOUT_E_USAGE);
		assert_non_null(strstr(err.msg, bad[i]));
	}
	arena_release(&arena);
}

/* Patterns that make a backtracking matcher run for ages. */
static void test_hostile(void **state)
{
	char glob[401], text[4001];
	const struct glob *g;
	struct arena arena;
	size_t i;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < 400; i += 2)
		memcpy(glob + i, "*a", 2);
	memset(text, 'a', 4000);
	assert_int_equal(glob_compile(span_of(glob, 400), PATH_GLOB, &arena, &g,
				      NULL), SCOUT_OK);
	assert_true(glob_match(g, span_of(text, 4000)));
	text[3999] = 'b';
	assert_false(glob_match(g, span_of(text, 4000)));
	arena_release(&arena);
}

static void test_shape(void **state)
{
	static const struct {
		const char *glob;
		enum glob_shape shape;
		const char *literal;
	} rows[] = {
		{ "a/b", GLOB_IS_PATH, "a/b" },
		{ "**/name", GLOB_IS_NAME, "name" },
		{ "**/*.tar", GLOB_IS_EXT, ".tar" },
		{ "**/*.tar.gz", GLOB_IS_OTHER, "" },
		{ "**/a/b", GLOB_IS_TAIL, "a/b" },
		{ "**/a*", GLOB_IS_OTHER, "" },
	};
	const struct glob *g;
	struct arena arena;
	struct span literal;
	size_t i;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(glob_compile(span_str(rows[i].glob), PATH_GLOB,
					      &arena, &g, NULL), SCOUT_OK);
		assert_int_equal(glob_shape(g, &literal), rows[i].shape);
		assert_true(span_eq(literal, span_str(rows[i].literal)));
	}
	arena_release(&arena);
}

struct ignore_row {
	const char *text;	/* of the ignore file */
	const char *path;	/* a slash at the end: a folder */
	enum ignore_verdict verdict;
};

static const struct ignore_row ignore_rows[] = {
	{ "a", "a", IGNORE_SKIP },
	{ "a", "x/a", IGNORE_SKIP },
	{ "/a", "x/a", IGNORE_NONE },
	{ "x/a", "y/x/a", IGNORE_NONE },
	{ "a/", "a", IGNORE_NONE },
	{ "a/", "x/a/", IGNORE_SKIP },
	{ "a/**", "a/", IGNORE_NONE },
	{ "a/**", "a/b", IGNORE_SKIP },
	{ "*.c\n!b.c", "b.c", IGNORE_KEEP },
	{ "!b.c\n*.c", "b.c", IGNORE_SKIP },
	{ "a.c\n!*.c\na*", "a.c", IGNORE_SKIP },
	{ "a\n!a/", "a", IGNORE_SKIP },
	{ "a\n!a/", "a/", IGNORE_KEEP },
	{ "# a", "# a", IGNORE_NONE },
	{ "\\# a", "# a", IGNORE_SKIP },
	{ "\\!a", "!a", IGNORE_SKIP },
	{ "a  ", "a", IGNORE_SKIP },
	{ "a\\ ", "a ", IGNORE_SKIP },
	{ "a\r\nb\r\n", "a", IGNORE_SKIP },
	{ "a\n[\nb", "b", IGNORE_SKIP },
	{ "a\n\xff\nb", "a", IGNORE_SKIP },
	{ "a\n\xff\nb", "b", IGNORE_NONE },
	{ "*.{c,h}", "x.h", IGNORE_SKIP },
	{ "", "a", IGNORE_NONE },
};

static enum ignore_verdict verdict_of(const struct ignore_set *set,
				      const char *path)
{
	struct span s = span_str(path);
	struct ignore_path p;
	bool is_dir = s.ptr[s.len - 1] == '/';
	const uint8_t *slash;

	s.len -= is_dir;
	slash = memrchr(s.ptr, '/', s.len);
	ignore_path_init(&p, s, slash ? (size_t)(slash + 1 - s.ptr) : 0, is_dir);
	return ignore_set_match(set, &p);
}

static void test_ignore(void **state)
{
	struct ignore_warnings warnings = { 0 };
	const struct ignore_set *set;
	struct arena arena;
	size_t i;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	for (i = 0; i < sizeof(ignore_rows) / sizeof(ignore_rows[0]); i++) {
		const struct ignore_row *r = &ignore_rows[i];

		assert_int_equal(ignore_set_parse(span_str(r->text), 0, "test",
						  &arena, &warnings, &set, NULL),
				 SCOUT_OK);
		if (verdict_of(set, r->path) != r->verdict)
			fail_msg("'%s' on '%s'", r->text, r->path);
	}
	assert_int_equal(warnings.count, 3);
	arena_release(&arena);
}

static bool has_type(const char *type, const char *name)
{
	int n = file_type_find(type);

	assert_true(n >= 0);
	return file_type_matches((size_t)n, span_str(name));
}

static void test_types(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(file_type_find("no such type"), -1);
	for (i = 0; i < file_type_count(); i++)
		assert_int_equal(file_type_find(file_type_name(i)), i);
	assert_true(has_type("c", "x.c"));
	assert_true(has_type("c", "x.H.in"));
	assert_false(has_type("c", "x.cc"));
	assert_true(has_type("make", "GNUmakefile"));
	assert_true(has_type("docker", "my.Dockerfile.old"));
	assert_true(has_type("license", "LICENSE-MIT"));
	assert_true(has_type("license", "MPL-2.0"));
	assert_false(has_type("license", "MPL-two"));
	assert_true(has_type("man", "ls.1"));
	assert_false(has_type("py", ""));
	assert_string_equal(file_type_globs((size_t)file_type_find("py"))[0],
			    "*.py");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_ignore),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
