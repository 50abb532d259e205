/* index_format/index_state.h: what an index is of, and who reads it. */
#include "support.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "index_format/index_state.h"
#include "index_format/segment_reader.h"
#include "indexer/index_rules.h"
#include "indexer/update.h"

struct folder {
	char dir[TEMP_DIR_MAX];
	char index[TEMP_DIR_MAX + 16];
	struct walk_rules rules;
	struct build_options options;
};

static void folder_make(struct folder *f)
{
	memset(f, 0, sizeof(*f));
	temp_dir_make(f->dir);
	snprintf(f->index, sizeof(f->index), "%s/.scout", f->dir);
	f->rules.hidden = true;
	f->options = (struct build_options){ .root = f->dir,
					     .index_dir = f->index,
					     .rules = &f->rules,
					     .nthreads = 1 };
	write_file(f->dir, "a.txt", span_str("alpha\n"));
	write_file(f->dir, "b.txt", span_str("beta\n"));
}

static void build(struct folder *f)
{
	struct build_report report;
	struct scout_err err = SCOUT_ERR_INIT;

	if (scout_build(&f->options, &report, &err))
		fail_msg("%s", err.msg);
	build_report_release(&report);
}

static void update(struct folder *f)
{
	struct update_report done;
	struct build_report report;
	struct scout_err err = SCOUT_ERR_INIT;

	if (scout_update(&f->options, &report, &done, &err))
		fail_msg("%s", err.msg);
	build_report_release(&report);
}

static struct index_state read_state(struct folder *f, struct arena *arena)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct index_state s;

	if (index_state_read(f->index, arena, &s, &err))
		fail_msg("%s", err.msg);
	return s;
}

static void test_what_it_is(void **state)
{
	struct index_rules rules;
	struct index_state s;
	struct arena arena;
	struct folder f;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	folder_make(&f);
	assert_int_equal(index_state_read(f.index, &arena, &s, NULL),
			 SCOUT_E_NOTFOUND);
	build(&f);
	s = read_state(&f, &arena);
	assert_string_equal(s.root, f.dir);
	assert_true(s.rules.hidden);
	assert_false(s.rules.follow);
	assert_int_equal(s.segments, 1);
	assert_int_equal(s.documents, 2);
	assert_int_equal(s.deleted, 0);
	assert_true(s.used_bytes && s.used_bytes <= s.file_bytes);
	write_file(f.dir, "b.txt", span_str("another text\n"));
	write_file(f.dir, "c.txt", span_str("gamma\n"));
	update(&f);
	s = read_state(&f, &arena);
	assert_int_equal(s.documents, 3);
	assert_int_equal(index_rules_read(f.index, &arena, &rules, NULL),
			 SCOUT_OK);
	assert_string_equal(rules.root, f.dir);
	assert_true(rules.rules.hidden);
	temp_dir_remove(f.dir);
	arena_release(&arena);
}

/* A process that reads the index, until it is killed. */
static pid_t start_reader(struct folder *f)
{
	struct index_snapshot *snap;
	int fds[2];
	char ready;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (!child) {
		if (!snapshot_open(f->index, &snap, NULL) &&
		    write(fds[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &ready, 1), 1);
	close(fds[0]);
	return child;
}

static void test_readers(void **state)
{
	struct index_state s;
	struct arena arena;
	struct folder f;
	pid_t old, young;
	int status;

	(void)state;
	arena_init(&arena, MEM_OTHER);
	folder_make(&f);
	build(&f);
	assert_int_equal(read_state(&f, &arena).readers.count, 0);
	old = start_reader(&f);
	s = read_state(&f, &arena);
	assert_int_equal(s.readers.count, 1);
	assert_int_equal(s.readers.oldest_pid, old);
	assert_int_equal(s.readers.oldest_behind, 0);
	write_file(f.dir, "c.txt", span_str("gamma\n"));
	update(&f);
	young = start_reader(&f);
	s = read_state(&f, &arena);
	assert_int_equal(s.readers.count, 2);
	assert_int_equal(s.readers.oldest_pid, old);
	assert_true(s.readers.oldest_behind > 0);
	/* the dead do not count */
	kill(old, SIGKILL);
	waitpid(old, &status, 0);
	s = read_state(&f, &arena);
	assert_int_equal(s.readers.count, 1);
	assert_int_equal(s.readers.oldest_pid, young);
	kill(young, SIGKILL);
	waitpid(young, &status, 0);
	temp_dir_remove(f.dir);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_is),
		cmocka_unit_test(test_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
