#include "indexer/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"

enum { HOLDER_MAX = 256, LOCK_PATH_MAX = 4200 };

/* One line: process, host and time, for whoever finds the lock taken. */
static void write_holder(int fd)
{
	char text[HOLDER_MAX], host[128] = "", when[32] = "";
	time_t now = time(NULL);
	struct tm tm;

	gethostname(host, sizeof(host) - 1);
	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text, sizeof(text), "process %ld on %s since %s\n",
		 (long)getpid(), host, when);
	/* only a remark: a full disk must not stop the run here */
	if (!ftruncate(fd, 0))
		(void)os_write_full(fd, text, strlen(text));
}

static int say_holder(int fd, const char *index_dir, struct scout_err *err)
{
	char text[HOLDER_MAX] = "";
	size_t n = 0;

	if (os_pread_full(fd, text, sizeof(text) - 1, 0, &n) < 0 || !n)
		snprintf(text, sizeof(text), "another process");
	text[strcspn(text, "\n")] = 0;
	return scout_err_set(err, SCOUT_E_LOCKED,
			     "the index in '%s' is being written by %s",
			     index_dir, text);
}

int index_lock_take(struct index_lock *lock, const char *index_dir,
		    struct scout_err *err)
{
	char path[LOCK_PATH_MAX];
	int rc;

	lock->fd = -1;
	if (snprintf(path, sizeof(path), "%s/lock", index_dir) >=
	    (int)sizeof(path))
		return scout_err_sys(err, ENAMETOOLONG, "%s", index_dir);
	lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock->fd < 0)
		return scout_err_sys(err, errno, "opening '%s'", path);
	if (!flock(lock->fd, LOCK_EX | LOCK_NB)) {
		write_holder(lock->fd);
		return SCOUT_OK;
	}
	if (errno == EWOULDBLOCK)
		rc = say_holder(lock->fd, index_dir, err);
	else
		rc = scout_err_sys(err, errno, "locking '%s'", path);
	index_lock_drop(lock);
	return rc;
}

void index_lock_drop(struct index_lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}
