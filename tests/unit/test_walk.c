/* Walks of small trees made on the spot, and the rules as bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tree/walk.h"

/* A folder in the temporary one; gone after the test. */
struct tree {
	char root[64];
	struct walk_rules rules;
	struct walk_options options;
	struct file_list list;
	struct buf text;	/* what list_text built */
};

static void put_file(const struct tree *t, const char *path, const char *text)
{
	char full[256];
	char *slash;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", t->root, path);
	for (slash = full + strlen(t->root) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = 0;
		mkdir(full, 0700);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct tree *t = scout_calloc(MEM_OTHER, 1, sizeof(*t));

	assert_non_null(t);
	snprintf(t->root, sizeof(t->root), "%.40s/walk-XXXXXX",
		 tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->root));
	t->options.root = t->root;
	t->options.rules = &t->rules;
	t->options.nthreads = 2;
	buf_init(&t->text, MEM_OTHER);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct tree *t = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", t->root);
	if (system(command))
		return -1;
	file_list_release(&t->list);
	buf_release(&t->text);
	scout_free(t);
	return 0;
}

static void put_entries(struct buf *out, const struct file_entry *e, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		buf_put(out, e[i].path, e[i].path_len);
		buf_put_str(out, e[i].is_dir ? "/ " : " ");
	}
}

/* Walks; the files, a bar, and what was skipped. */
static const char *walk(struct tree *t)
{
	struct scout_err err = SCOUT_ERR_INIT;

	file_list_release(&t->list);
	assert_int_equal(scout_walk(&t->options, &t->list, &err), SCOUT_OK);
	buf_clear(&t->text);
	put_entries(&t->text, t->list.files, t->list.nfiles);
	buf_put_str(&t->text, "| ");
	put_entries(&t->text, t->list.skipped, t->list.nskipped);
	t->text.len--;
	return buf_cstr(&t->text);
}

static void test_order(void **state)
{
	struct tree *t = *state;

	put_file(t, "a-b", "");
	put_file(t, "a/b", "12345");
	put_file(t, "a/c/d", "");
	put_file(t, "a.c", "");
	put_file(t, "b", "");
	assert_string_equal(walk(t), "a/b a/c/d a-b a.c b |");
	assert_int_equal(t->list.files[0].st.size, 5);
	assert_int_equal(t->list.nfolders, 3);
	assert_true(path_cmp(span_str("a/b"), span_str("a-b")) < 0);
	assert_true(path_cmp(span_str("a"), span_str("a/b")) < 0);
	assert_true(path_cmp(span_str("a-b"), span_str("a")) > 0);
	assert_int_equal(path_cmp(span_str("a/b"), span_str("a/b")), 0);
}

static void test_empty(void **state)
{
	struct tree *t = *state;

	assert_string_equal(walk(t), "|");
}

static void test_skips(void **state)
{
	struct tree *t = *state;
	char link[128];

	put_file(t, ".hidden/x", "");
	put_file(t, ".ignore", "*.o\nbuild/\n!.keep\n[\n");
	put_file(t, ".keep", "");
	put_file(t, "big", "1234567890123456789012345678901");
	put_file(t, "build/x", "");
	put_file(t, "x.o", "");
	put_file(t, "y", "");
	snprintf(link, sizeof(link), "%s/link", t->root);
	assert_int_equal(symlink("y", link), 0);
	t->rules.max_filesize = 30;
	assert_string_equal(walk(t),
			    ".keep y | .hidden/ .ignore big build/ link x.o");
	assert_int_equal(t->list.skip_count[SKIP_HIDDEN], 2);
	assert_int_equal(t->list.skip_count[SKIP_IGNORED], 2);
	assert_int_equal(t->list.skip_count[SKIP_SYMLINK], 1);
	assert_int_equal(t->list.skip_count[SKIP_TOO_LARGE], 1);
	assert_int_equal(t->list.warnings, 1);
	t->rules.follow = true;
	t->rules.hidden = true;
	t->rules.no_ignore = true;
	assert_string_equal(walk(t),
			    ".hidden/x .ignore .keep build/x link x.o y | big");
}

static void test_gitignore(void **state)
{
	struct tree *t = *state;

	put_file(t, ".gitignore", "a\n");
	put_file(t, "a", "");
	put_file(t, "sub/.gitignore", "!a\nb\n");
	put_file(t, "sub/a", "");
	put_file(t, "sub/b", "");
	assert_string_equal(walk(t),
			    "a sub/a sub/b | .gitignore sub/.gitignore");
	put_file(t, ".git/info/exclude", "b\nc\n");
	put_file(t, "c", "");
	assert_string_equal(walk(t), "sub/a | .git/ .gitignore a c "
				     "sub/.gitignore sub/b");
	/* a repository inside: the rules above it end there */
	put_file(t, "sub/.git/config", "");
	put_file(t, "sub/c", "");
	assert_string_equal(walk(t), "sub/a sub/c | .git/ .gitignore a c "
				     "sub/.git/ sub/.gitignore sub/b");
}

static void test_precedence(void **state)
{
	struct tree *t = *state;

	put_file(t, "a", "");
	put_file(t, ".ignore", "a\n");
	put_file(t, ".rgignore", "!a\n");
	assert_string_equal(walk(t), "a | .ignore .rgignore");
	put_file(t, ".scoutignore", "a\n");
	assert_string_equal(walk(t), "| .ignore .rgignore .scoutignore a");
}

static void test_globs(void **state)
{
	const char *globs[] = { "*.c", "!sub/x.c", ".d" };
	const char *types[] = { "c" }, *types_not[] = { "h" };
	struct tree *t = *state;

	put_file(t, ".d", "");
	put_file(t, ".ignore", "y.c");
	put_file(t, "sub/x.c", "");
	put_file(t, "sub/x.h", "");
	put_file(t, "sub/y.c", "");
	put_file(t, "z", "");
	t->rules.globs = globs;
	t->rules.nglobs = 3;
	assert_string_equal(walk(t), ".d sub/y.c | .ignore sub/x.c sub/x.h z");
	t->rules.nglobs = 0;
	t->rules.types = types;
	t->rules.ntypes = 1;
	assert_string_equal(walk(t), "sub/x.c sub/x.h | .d .ignore sub/y.c z");
	t->rules.types_not = types_not;
	t->rules.ntypes_not = 1;
	assert_string_equal(walk(t), "sub/x.c | .d .ignore sub/x.h sub/y.c z");
}

static void test_exclude_dir(void **state)
{
	struct tree *t = *state;
	char dir[128];

	put_file(t, "a", "");
	put_file(t, "index/data", "");
	snprintf(dir, sizeof(dir), "%s/index", t->root);
	t->options.exclude_dir = dir;
	assert_string_equal(walk(t), "a |");
}

static void test_loop(void **state)
{
	struct tree *t = *state;
	char link[128];

	put_file(t, "a/b/c", "");
	snprintf(link, sizeof(link), "%s/a/b/up", t->root);
	assert_int_equal(symlink("..", link), 0);
	t->rules.follow = true;
	assert_string_equal(walk(t), "a/b/c | a/b/up/");
	assert_int_equal(t->list.skip_count[SKIP_LOOP], 1);
}

static void test_errors(void **state)
{
	/* the second is bad without the white space at its end alone */
	const char *globs[] = { "[", "\\\xc2\xa0" };
	const char *types[] = { "nonesuch" };
	struct scout_err err = SCOUT_ERR_INIT;
	struct tree *t = *state;

	t->rules.globs = globs;
	t->rules.nglobs = 1;
	assert_int_equal(scout_walk(&t->options, &t->list, &err), SCOUT_E_USAGE);
	assert_non_null(strstr(err.msg, "'['"));
	t->rules.globs = globs + 1;
	scout_err_clear(&err);
	assert_int_equal(walk_rules_check(&t->rules, &err), SCOUT_E_USAGE);
	assert_non_null(strstr(err.msg, "backslash"));
	t->rules.nglobs = 0;
	t->rules.types = types;
	t->rules.ntypes = 1;
	scout_err_clear(&err);
	assert_int_equal(walk_rules_check(&t->rules, &err), SCOUT_E_USAGE);
	assert_non_null(strstr(err.msg, "nonesuch"));
	t->rules.ntypes = 0;
	t->options.root = "/nonexistent";
	assert_int_equal(scout_walk(&t->options, &t->list, NULL),
			 SCOUT_E_NOTFOUND);
}

/* Every allocation fails once: an error or the same list, and no leak. */
static void test_no_memory(void **state)
{
	struct tree *t = *state;
	struct scout_err err;
	char expected[128];
	uint64_t n;
	int rc = SCOUT_E_NOMEM;

	put_file(t, ".git/info/exclude", "c\n");
	put_file(t, ".gitignore", "*.o\nx/*/y\n{a,b}\n");
	put_file(t, "sub/.git", "gitdir: ../real\n");
	put_file(t, "real/commondir", "../common\n");
	put_file(t, "common/info/exclude", "d\n");
	put_file(t, "sub/d", "");
	put_file(t, "sub/e", "");
	t->options.nthreads = 1;
	snprintf(expected, sizeof(expected), "%s", walk(t));
	file_list_release(&t->list);
	for (n = 1; rc < 0; n++) {
		scout_err_clear(&err);
		scout_mem_fail_at(n);
		rc = scout_walk(&t->options, &t->list, &err);
		scout_mem_fail_at(0);
		assert_true(rc == SCOUT_OK || rc == SCOUT_E_NOMEM);
		if (rc < 0)
			assert_int_equal(scout_mem_current(MEM_WALK), 0);
	}
	assert_true(n > 10);
	assert_string_equal(walk(t), expected);
	assert_string_equal(expected, "common/info/exclude real/commondir sub/e "
				      "| .git/ .gitignore sub/.git sub/d");
}

static void test_encode(void **state)
{
	const char *globs[] = { "*.c", "!x" }, *types[] = { "c" };
	const char *files[] = { "*.o\n", "" };
	struct walk_rules rules = WALK_RULES_INIT, back;
	struct buf bytes = BUF_INIT(MEM_OTHER), again = BUF_INIT(MEM_OTHER);
	struct arena arena;
	size_t len;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	rules.hidden = rules.follow = rules.include_binary = true;
	rules.max_filesize = 1 << 20;
	rules.globs = globs;
	rules.nglobs = 2;
	rules.types = types;
	rules.ntypes = 1;
	rules.global_excludes = "*~\n";
	rules.no_ignore_vcs = rules.no_ignore_parent = true;
	rules.nglobs_icase = 1;
	rules.has_max_depth = true;
	rules.ignore_files = files;
	rules.nignore_files = 2;
	walk_rules_encode(&rules, &bytes);
	assert_int_equal(buf_status(&bytes), SCOUT_OK);
	assert_int_equal(walk_rules_decode(buf_span(&bytes), &arena, &back),
			 SCOUT_OK);
	assert_string_equal(back.globs[1], "!x");
	assert_string_equal(back.global_excludes, "*~\n");
	assert_true(back.no_ignore_vcs && back.no_ignore_parent);
	assert_false(back.no_ignore_dot || back.no_ignore_exclude);
	assert_int_equal(back.nglobs_icase, 1);
	assert_true(back.has_max_depth && !back.max_depth);
	assert_int_equal(back.nignore_files, 2);
	assert_string_equal(back.ignore_files[0], "*.o\n");
	walk_rules_encode(&back, &again);
	assert_true(span_eq(buf_span(&bytes), buf_span(&again)));
	for (len = 0; len < bytes.len; len++)
		assert_int_equal(walk_rules_decode(span_of(bytes.ptr, len),
						   &arena, &back),
				 SCOUT_E_CORRUPT);
	buf_put_u8(&bytes, 0);
	assert_int_equal(walk_rules_decode(buf_span(&bytes), &arena, &back),
			 SCOUT_E_CORRUPT);
	buf_release(&bytes);
	buf_release(&again);
	arena_release(&arena);
}

/* As indexes of format 4 have them. */
static void test_old_rules(void **state)
{
	static const uint8_t bytes[] = {
		2, 0x41,			/* hidden, search_zip */
		10, 0, 0, 0, 0, 0, 0, 0,	/* max_filesize */
		1, 3, '*', '.', 'c',		/* globs */
		0, 0,				/* types, types_not */
		1, 2, '*', '~',			/* global_excludes */
	};
	uint8_t other[sizeof(bytes)];
	struct walk_rules rules;
	struct arena arena;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	assert_int_equal(walk_rules_decode(span_of(bytes, sizeof(bytes)),
					   &arena, &rules), SCOUT_OK);
	assert_true(rules.hidden && rules.search_zip && !rules.no_ignore_vcs);
	assert_int_equal(rules.max_filesize, 10);
	assert_int_equal(rules.nglobs, 1);
	assert_string_equal(rules.globs[0], "*.c");
	assert_string_equal(rules.global_excludes, "*~");
	assert_false(rules.nglobs_icase || rules.has_max_depth ||
		     rules.nignore_files);
	/* a flag that they did not have, and a version that is not yet */
	memcpy(other, bytes, sizeof(bytes));
	other[1] |= 0x80;
	assert_int_equal(walk_rules_decode(span_of(other, sizeof(other)),
					   &arena, &rules), SCOUT_E_CORRUPT);
	memcpy(other, bytes, sizeof(bytes));
	other[0] = 4;
	assert_int_equal(walk_rules_decode(span_of(other, sizeof(other)),
					   &arena, &rules), SCOUT_E_CORRUPT);
	arena_release(&arena);
}

/* A folder at the limit is left out as one, not entered for nothing. */
static void test_max_depth(void **state)
{
	struct tree *t = *state;

	put_file(t, "a", "");
	put_file(t, "d/b", "");
	put_file(t, "d/e/c", "");
	t->rules.has_max_depth = true;
	assert_string_equal(walk(t), "| a d/");
	t->rules.max_depth = 1;
	assert_string_equal(walk(t), "a | d/");
	t->rules.max_depth = 2;
	assert_string_equal(walk(t), "a d/b | d/e/");
	t->rules.max_depth = 3;
	assert_string_equal(walk(t), "a d/b d/e/c |");
}

static void test_load_files(void **state)
{
	struct tree *t = *state;
	const char *paths[2];
	struct scout_err err = SCOUT_ERR_INIT;
	char one[80], none[80];
	struct arena arena;

	arena_init(&arena, MEM_OTHER);
	put_file(t, "one", "/b\n");
	put_file(t, "b", "");
	put_file(t, "d/b", "");
	snprintf(one, sizeof(one), "%s/one", t->root);
	snprintf(none, sizeof(none), "%s/none", t->root);
	paths[0] = one;
	paths[1] = none;
	assert_int_equal(walk_rules_load_files(&t->rules, paths, 2, &arena,
					       &err), SCOUT_E_IO);
	assert_non_null(strstr(err.msg, none));
	assert_int_equal(t->rules.nignore_files, 0);
	assert_int_equal(walk_rules_load_files(&t->rules, paths, 1, &arena,
					       NULL), SCOUT_OK);
	assert_string_equal(walk(t), "d/b one | b");
	t->rules.no_ignore = true;
	assert_string_equal(walk(t), "d/b one | b");
	arena_release(&arena);
}

static void test_global(void **state)
{
	struct tree *t = *state;
	struct arena arena;

	arena_init(&arena, MEM_OTHER);
	setenv("HOME", t->root, 1);
	unsetenv("XDG_CONFIG_HOME");
	assert_int_equal(walk_rules_load_global(&t->rules, &arena, NULL),
			 SCOUT_OK);
	assert_null(t->rules.global_excludes);
	put_file(t, ".config/git/ignore", "one\n");
	assert_int_equal(walk_rules_load_global(&t->rules, &arena, NULL),
			 SCOUT_OK);
	assert_string_equal(t->rules.global_excludes, "one\n");
	put_file(t, ".gitconfig", "[user]\nexcludesfile = no\n"
				  "[core]\n\tExcludesFile = \"~/two\" # mine\n");
	put_file(t, "two", "2\n");
	assert_int_equal(walk_rules_load_global(&t->rules, &arena, NULL),
			 SCOUT_OK);
	assert_string_equal(t->rules.global_excludes, "2\n");
	arena_release(&arena);
}

#define TREE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_order),
		TREE_TEST(test_empty),
		TREE_TEST(test_skips),
		TREE_TEST(test_gitignore),
		TREE_TEST(test_precedence),
		TREE_TEST(test_globs),
		TREE_TEST(test_exclude_dir),
		TREE_TEST(test_loop),
		TREE_TEST(test_errors),
		TREE_TEST(test_no_memory),
		TREE_TEST(test_global),
		TREE_TEST(test_max_depth),
		TREE_TEST(test_load_files),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_old_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
