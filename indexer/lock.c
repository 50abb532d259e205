#include "indexer/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "index_format/modes.h"

enum { LOCK_PATH_MAX = 4200, NAME_TRIES = 4 };
#define RETRY_NS INT64_C(20000000)
/* who looks at the lock (last_run_read) has it for a moment, not so long */
#define GLANCE_NS INT64_C(10000000000)

/* For whoever finds the lock taken; a full disk must not stop the run here. */
static void note_begin(struct index_lock *lock, const char *command)
{
	struct buf text = BUF_INIT(MEM_OTHER);

	last_run_put_begin(&text, command ? command : "scout", os_now_ns());
	lock->has_text = !buf_status(&text) && !ftruncate(lock->fd, 0) &&
			 !os_write_full(lock->fd, text.ptr, text.len);
	buf_release(&text);
}

void index_lock_note(struct index_lock *lock, const struct run_result *result)
{
	struct buf text = BUF_INIT(MEM_OTHER);

	if (lock->fd < 0 || !lock->has_text)
		return;
	last_run_put_end(&text, result, os_now_ns());
	if (!buf_status(&text))
		(void)os_write_full(lock->fd, text.ptr, text.len);
	buf_release(&text);
}

/* since_ns: when the lock was asked for. */
static int say_holder(const char *index_dir, int64_t since_ns,
		      struct scout_err *err)
{
	const struct timespec pause = { .tv_nsec = RETRY_NS };
	struct last_run run;
	int i;

	/* who has just taken it may not have written yet */
	for (i = 0; i < NAME_TRIES; i++) {
		last_run_read(index_dir, &run);
		if (run.is_known && !run.ended_ns)
			break;
		nanosleep(&pause, NULL);
	}
	/* one that has ended since was the one in the way; one that ended before
	 * was not */
	return scout_err_set(err, SCOUT_E_LOCKED,
			     "the index in '%s' is being written by %s",
			     index_dir,
			     run.is_known && (!run.ended_ns ||
					      run.ended_ns >= since_ns) ?
				     run.holder : "another process");
}

/* True if another run has the lock.  Who only looks at it shares it. */
static bool is_written(int fd)
{
	if (flock(fd, LOCK_SH | LOCK_NB))
		return true;
	flock(fd, LOCK_UN);
	return false;
}

/* Returns 0, or an errno: EWOULDBLOCK if another run has it to the end. */
static int lock_within(int fd, int64_t wait_ns, bool (*is_stopped)(void))
{
	const struct timespec pause = { .tv_nsec = RETRY_NS };
	int64_t start = os_mono_ns(), most;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return errno;
		most = wait_ns;
		if (most < GLANCE_NS && !is_written(fd))
			most = GLANCE_NS;
		if (os_mono_ns() - start >= most)
			return EWOULDBLOCK;
		if (is_stopped && is_stopped())
			return EINTR;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int index_lock_take(struct index_lock *lock, const char *index_dir,
		    const struct run_lock *wanted, bool (*is_stopped)(void),
		    struct scout_err *err)
{
	char path[LOCK_PATH_MAX];
	int64_t since_ns = os_now_ns();
	int rc;

	*lock = (struct index_lock){ .fd = -1 };
	if (snprintf(path, sizeof(path), "%s/lock", index_dir) >=
	    (int)sizeof(path))
		return scout_err_sys(err, ENAMETOOLONG, "%s", index_dir);
	lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock->fd < 0)
		return scout_err_sys(err, errno, "opening '%s'", path);
	rc = lock_within(lock->fd, wanted->wait_ns, is_stopped);
	if (!rc) {
		note_begin(lock, wanted->command);
		if (wanted->share)
			rc = index_modes_share(index_dir, err);
		index_modes_apply(index_dir);
		if (rc < 0)
			index_lock_drop(lock);
		return rc;
	}
	if (rc == EWOULDBLOCK)
		rc = say_holder(index_dir, since_ns, err);
	else if (rc == EINTR)
		rc = SCOUT_E_CANCELLED;
	else
		rc = scout_err_sys(err, rc, "locking '%s'", path);
	index_lock_drop(lock);
	return rc;
}

void index_lock_drop(struct index_lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}
