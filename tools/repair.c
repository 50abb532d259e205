#include "tools/repair.h"

#include <unistd.h>

#include "base/os.h"
#include "index_format/check.h"
#include "indexer/index_rules.h"
#include "indexer/set_aside.h"
#include "tools/child.h"

enum { VERDICT_SOUND, VERDICT_BROKEN, VERDICT_OTHER, SAVED_MAX_BYTES = 1 << 20 };

/* What the children need. */
struct repair_run {
	const char *index_dir;
	int saved_fd;	/* root, NUL and rules */
};

static void ignore_problem(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

/* In a child, which may crash. */
static int check_here(void *ctx)
{
	struct check_options options = CHECK_OPTIONS_INIT;
	struct scout_err err = SCOUT_ERR_INIT;
	struct repair_run *run = ctx;
	struct check_counts counts;
	int rc;

	options.max_problems = 1;
	rc = scout_check(run->index_dir, &options, ignore_problem, NULL,
			 &counts, &err);
	if (rc == SCOUT_E_CORRUPT || (!rc && counts.problems))
		return VERDICT_BROKEN;
	return rc < 0 ? VERDICT_OTHER : VERDICT_SOUND;
}

/* Called with the lock held: nobody writes meanwhile. */
static int is_broken(void *ctx, struct scout_err *err)
{
	int status, rc = child_call(check_here, ctx, &status, err);

	if (rc < 0)
		return rc;
	return child_crashed(status) || child_exit_code(status) ==
					VERDICT_BROKEN;
}

/* In a child: writes down the manifest's folder and rules. */
static int save_here(void *ctx)
{
	struct repair_run *run = ctx;
	struct buf bytes = BUF_INIT(MEM_OTHER);
	struct index_rules of_index;
	struct arena arena;

	arena_init(&arena, MEM_OTHER);
	if (index_rules_read(run->index_dir, &arena, &of_index, NULL) < 0)
		return 1;
	buf_put(&bytes, of_index.root, strlen(of_index.root) + 1);
	walk_rules_encode(&of_index.rules, &bytes);
	if (buf_status(&bytes) ||
	    os_write_full(run->saved_fd, bytes.ptr, bytes.len) < 0)
		return 1;
	return 0;
}

static int read_saved(int fd, struct arena *arena, struct repair *out)
{
	struct walk_rules rules;
	uint8_t *bytes, *end;
	struct os_stat st;
	size_t n;

	if (os_stat_fd(fd, &st) < 0 || !st.size || st.size > SAVED_MAX_BYTES)
		return SCOUT_E_CORRUPT;
	bytes = arena_alloc(arena, (size_t)st.size);
	if (!bytes || os_pread_full(fd, bytes, (size_t)st.size, 0, &n) < 0)
		return SCOUT_E_NOMEM;
	end = memchr(bytes, 0, n);
	if (!end || walk_rules_decode(span_of(end + 1,
					      n - (size_t)(end + 1 - bytes)),
				      arena, &rules) < 0)
		return SCOUT_E_CORRUPT;
	out->root = (const char *)bytes;
	out->rules = rules;
	out->has_rules = true;
	return SCOUT_OK;
}

static void save_rules(struct repair_run *run, struct arena *arena,
		       struct repair *out)
{
	struct scout_err ignored = SCOUT_ERR_INIT;
	int status;

	run->saved_fd = os_tmpfile(run->index_dir);
	if (run->saved_fd < 0)
		return;
	if (!child_call(save_here, run, &status, &ignored) &&
	    !child_crashed(status) && !child_exit_code(status))
		(void)read_saved(run->saved_fd, arena, out);
	close(run->saved_fd);
}

int repair_begin(const char *index_dir, const struct run_lock *lock,
		 struct arena *arena, struct repair *out, struct scout_err *err)
{
	struct repair_run run = { .index_dir = index_dir, .saved_fd = -1 };
	struct buf where = BUF_INIT(MEM_OTHER);
	int rc;

	*out = (struct repair){ .is_broken = false };
	if (access(index_dir, F_OK))
		return SCOUT_OK;	/* whoever comes next says so */
	save_rules(&run, arena, out);
	rc = scout_set_aside(index_dir, lock, is_broken, &run, &where, err);
	out->is_broken = rc == 1;
	if (out->is_broken)
		out->where = arena_dup(arena, where.ptr, where.len);
	buf_release(&where);
	return rc < 0 ? rc : SCOUT_OK;
}
