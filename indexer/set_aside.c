#include "indexer/set_aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "indexer/indexer.h"
#include "indexer/lock.h"

enum { NAME_BYTES = 64, MAX_TRIES = 100 };

/* Makes broken-20261129-142233 (or -2, -3 if there are such). */
static int make_folder(int dir_fd, char name[NAME_BYTES])
{
	time_t now = time(NULL);
	char when[32] = "";
	struct tm tm;
	int i;

	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm);
	for (i = 1; i < MAX_TRIES; i++) {
		if (i == 1)
			snprintf(name, NAME_BYTES, "broken-%s", when);
		else
			snprintf(name, NAME_BYTES, "broken-%s-%d", when, i);
		if (!mkdirat(dir_fd, name, 0700))
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static bool belongs_to_index(const char *name)
{
	return !strcmp(name, "CURRENT") ||
	       (!strncmp(name, "gen-", 4) && name[4] >= '0' && name[4] <= '9');
}

static int move_one(int dir_fd, int to_fd, const char *name)
{
	return renameat(dir_fd, name, to_fd, name) && errno != ENOENT ? -errno :
									0;
}

/* CURRENT first: from then on nobody opens what is moved next. */
static int move_all(int dir_fd, int to_fd)
{
	int rc = move_one(dir_fd, to_fd, "CURRENT"), copy;
	struct dirent *e;
	DIR *d;

	if (rc < 0)
		return rc;
	copy = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	d = copy >= 0 ? fdopendir(copy) : NULL;
	if (!d) {
		rc = -errno;
		if (copy >= 0)
			close(copy);
		return rc;
	}
	rewinddir(d);
	for (errno = 0; !rc && (e = readdir(d)); errno = 0)
		if (belongs_to_index(e->d_name))
			rc = move_one(dir_fd, to_fd, e->d_name);
	if (!rc && errno)
		rc = -errno;
	closedir(d);
	return rc ? rc : os_sync_dir(to_fd);
}

static int move_into(const char *index_dir, char name[NAME_BYTES])
{
	int fd = open(index_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int to = -1, rc = fd < 0 ? -errno : make_folder(fd, name);

	if (!rc) {
		to = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = to < 0 ? -errno : move_all(fd, to);
	}
	if (!rc)
		rc = os_sync_dir(fd);
	if (to >= 0)
		close(to);
	if (fd >= 0)
		close(fd);
	return rc;
}

int scout_set_aside(const char *index_dir, const struct run_lock *wanted,
		    int (*is_broken)(void *ctx, struct scout_err *err),
		    void *ctx, struct buf *out, struct scout_err *err)
{
	struct run_result result;
	struct index_lock lock;
	char name[NAME_BYTES];
	int rc;

	rc = index_lock_take(&lock, index_dir, wanted, scout_build_is_cancelled,
			     err);
	if (rc < 0)
		return rc;
	rc = is_broken(ctx, err);
	if (rc == 1 && scout_build_is_cancelled())
		rc = scout_err_set(err, SCOUT_E_CANCELLED,
				   "stopped; the old index stays");
	if (rc == 1) {
		rc = move_into(index_dir, name);
		if (rc < 0)
			rc = scout_err_sys(err, -rc, "setting the index in "
					   "'%s' aside", index_dir);
		else
			buf_printf(out, "%s/%s", index_dir, name);
		if (!rc)
			rc = buf_cstr(out) ? 1 : SCOUT_E_NOMEM;
	}
	result = run_result_of(rc < 0 ? rc : SCOUT_OK, err, 0, 0);
	index_lock_note(&lock, &result);
	index_lock_drop(&lock);
	return rc;
}
