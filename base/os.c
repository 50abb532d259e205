#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

static int64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts))
		return 0;
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t os_now_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

int64_t os_mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t os_cpu_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

unsigned os_cpu_count(void)
{
	cpu_set_t set;
	long n;

	if (!sched_getaffinity(0, sizeof(set), &set)) {
		n = CPU_COUNT(&set);
		if (n > 0)
			return (unsigned)n;
	}
	n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (unsigned)n : 1;
}

int os_program_path(char **out)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return -errno;
	path[n] = 0;
	*out = scout_strdup(MEM_OTHER, path);
	return *out ? 0 : -ENOMEM;
}

int os_load(double *out)
{
	double load;

	if (getloadavg(&load, 1) != 1)
		return -ENOSYS;
	*out = load;
	return 0;
}

int os_be_nice(void)
{
	enum { IOPRIO_WHO_PROCESS = 1, IOPRIO_IDLE = 3 << 13 };
	int rc = setpriority(PRIO_PROCESS, 0, 19) ? -errno : 0;

	/* glibc has no function for it; a container may not allow it */
	(void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_IDLE);
	return rc;
}

void os_memory(struct os_memory *out)
{
	char line[256];
	unsigned long long kb;
	FILE *f;

	memset(out, 0, sizeof(*out));
	f = fopen("/proc/self/status", "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "RssAnon: %llu", &kb) == 1)
			out->rss_anon_bytes = kb * 1024;
		else if (sscanf(line, "RssFile: %llu", &kb) == 1)
			out->rss_file_bytes = kb * 1024;
		else if (sscanf(line, "VmHWM: %llu", &kb) == 1)
			out->peak_bytes = kb * 1024;
	}
	fclose(f);
}

static void stat_out(const struct stat *st, struct os_stat *out)
{
	out->size = (uint64_t)st->st_size;
	out->mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 +
			st->st_mtim.tv_nsec;
	out->ctime_ns = (int64_t)st->st_ctim.tv_sec * 1000000000 +
			st->st_ctim.tv_nsec;
	out->ino = st->st_ino;
	out->dev = st->st_dev;
	out->mode = st->st_mode;
	out->nlink = (uint32_t)st->st_nlink;
}

int os_stat_at(int dir_fd, const char *path, bool follow, struct os_stat *out)
{
	struct stat st;

	if (fstatat(dir_fd, path, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW))
		return -errno;
	stat_out(&st, out);
	return 0;
}

int os_stat_fd(int fd, struct os_stat *out)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	stat_out(&st, out);
	return 0;
}

int os_pread_full(int fd, void *ptr, size_t len, uint64_t offset,
		  size_t *out_len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (char *)ptr + done, len - done,
				  (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += (size_t)n;
	}
	*out_len = done;
	return 0;
}

int os_read_file(int dir_fd, const char *path, size_t max, uint8_t **out,
		 size_t *out_len)
{
	struct os_stat st = { 0 };
	uint8_t *ptr = NULL;
	size_t len = 0;
	int fd, rc;

	fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	rc = os_stat_fd(fd, &st);
	if (rc < 0)
		goto out;
	if (!S_ISREG(st.mode)) {
		rc = -EINVAL;
		goto out;
	}
	if (st.size > max) {
		rc = -EFBIG;
		goto out;
	}
	ptr = scout_malloc(MEM_OTHER, (size_t)st.size + 1);
	if (!ptr) {
		rc = -ENOMEM;
		goto out;
	}
	rc = os_pread_full(fd, ptr, (size_t)st.size, 0, &len);
	if (rc < 0)
		goto out;
	ptr[len] = 0;
	*out = ptr;
	*out_len = len;
	ptr = NULL;
out:
	scout_free(ptr);
	close(fd);
	return rc;
}

int os_write_full(int fd, const void *ptr, size_t len)
{
	const char *p = ptr;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int os_replace_file(int dir_fd, const char *path, const void *ptr, size_t len)
{
	return os_replace_file_mode(dir_fd, path, ptr, len, 0600);
}

int os_replace_file_mode(int dir_fd, const char *path, const void *ptr,
			 size_t len, unsigned mode)
{
	char tmp[256];
	int fd, rc;

	if (snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= (int)sizeof(tmp))
		return -ENAMETOOLONG;
	fd = openat(dir_fd, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = os_write_full(fd, ptr, len);
	if (!rc && mode != 0600 && fchmod(fd, (mode_t)mode))
		rc = -errno;
	if (!rc && fsync(fd))
		rc = -errno;
	if (close(fd) && !rc)
		rc = -errno;
	if (!rc && renameat(dir_fd, tmp, dir_fd, path))
		rc = -errno;
	if (rc) {
		unlinkat(dir_fd, tmp, 0);
		return rc;
	}
	return os_sync_dir(dir_fd);
}

int os_sync_dir(int dir_fd)
{
	return fsync(dir_fd) ? -errno : 0;
}

int os_tmpfile(const char *dir)
{
	char path[4096];
	int fd;

	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* a file system without O_TMPFILE: make a name and drop it at once */
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
		return -errno;
	if (snprintf(path, sizeof(path), "%s/run-XXXXXX", dir) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

int os_empty_file(int fd)
{
	if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return 0;
}

int os_mkdir(const char *path, unsigned mode)
{
	struct stat st;

	if (!mkdir(path, (mode_t)mode))
		return 0;
	if (errno == EEXIST && !stat(path, &st) && S_ISDIR(st.st_mode))
		return 0;
	return -errno;
}

int os_remove_dir(const char *path)
{
	struct dirent *e;
	int rc = 0;
	DIR *d;

	d = opendir(path);
	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) && errno != ENOENT)
			rc = -errno;
	}
	closedir(d);
	if (!rc && rmdir(path) && errno != ENOENT)
		rc = -errno;
	return rc;
}

bool os_is_shortage(int sys)
{
	return sys == EMFILE || sys == ENFILE || sys == ENOMEM;
}

bool os_is_network_fs(const char *path)
{
	/* statfs magics */
	static const uint32_t magics[] = {
		0x00006969,	/* nfs */
		0x0000517b,	/* smb */
		0xff534d42,	/* cifs */
		0xfe534d42,	/* smb2, smb3 */
		0x5346414f,	/* afs (OpenAFS) */
		0x6b414653,	/* afs (the kernel's) */
		0x73757245,	/* coda */
		0x0000564c,	/* ncp */
		0x00c36400,	/* ceph */
		0x01021997,	/* 9p */
		0x0bd00bd0,	/* lustre */
		0x47504653,	/* gpfs */
		0x20030528,	/* orangefs */
		0x19830326,	/* beegfs */
		0x786f4256,	/* vboxsf */
	};
	struct statfs fs;
	size_t i;

	if (statfs(path, &fs))
		return false;
	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if ((uint32_t)fs.f_type == magics[i])
			return true;
	return false;
}

uint64_t os_free_bytes(const char *path)
{
	struct statvfs fs;

	if (statvfs(path, &fs))
		return UINT64_MAX;
	return (uint64_t)fs.f_bavail * fs.f_frsize;
}
