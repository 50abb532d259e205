/*
 * A machine that misbehaves on request; loaded with LD_PRELOAD.
 *
 *   SHIM_FS_TYPE=0x6969     what statfs calls every file system
 *   SHIM_FILE=PATH          the file that the next ones are about, absolute
 *   SHIM_CHANGE=HOW         what happens to it right after it was first read:
 *                           empty, halve, grow, overwrite, unlink, replace
 *                           (by PATH.new)
 *   SHIM_EIO=N              its N-th read and all that follow fail with EIO
 *
 *   SHIM_WATCHES=N          no more than N folders can be watched
 *
 *   SHIM_PEAK=PATH          at its end the program writes there how many KiB it
 *                           had in memory at most
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static _Atomic int reads;

static void append(const char *path)
{
	static const char text[] = "\ngrown while it was read\n";
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0 || write(fd, text, sizeof(text) - 1) < 0)
		abort();
	close(fd);
}

/* Other bytes in the same place. */
static void overwrite(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || pwrite(fd, "zzzz", 4, 0) != 4)
		abort();
	close(fd);
}

static void change(const char *path, const char *how)
{
	char other[4096];
	struct stat st;
	int rc = 0;

	if (!strcmp(how, "empty")) {
		rc = truncate(path, 0);
	} else if (!strcmp(how, "halve")) {
		rc = stat(path, &st) ? -1 : truncate(path, st.st_size / 2);
	} else if (!strcmp(how, "grow")) {
		append(path);
	} else if (!strcmp(how, "overwrite")) {
		overwrite(path);
	} else if (!strcmp(how, "unlink")) {
		rc = unlink(path);
	} else if (!strcmp(how, "replace")) {
		snprintf(other, sizeof(other), "%s.new", path);
		rc = rename(other, path);
	} else {
		rc = -1;
	}
	if (rc)
		abort();
}

static int is_file(int fd, const char *path)
{
	char link[64], target[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return 0;
	target[n] = 0;
	return !strcmp(target, path);
}

ssize_t pread(int fd, void *ptr, size_t len, off_t offset)
{
	const char *path = getenv("SHIM_FILE"), *how = getenv("SHIM_CHANGE");
	const char *fails = getenv("SHIM_EIO");
	ssize_t (*real)(int, void *, size_t, off_t);
	ssize_t got;
	int n;

	*(void **)&real = dlsym(RTLD_NEXT, "pread");
	if (!path || !is_file(fd, path))
		return real(fd, ptr, len, offset);
	n = atomic_fetch_add(&reads, 1) + 1;
	if (fails && n >= (int)strtol(fails, NULL, 10)) {
		errno = EIO;
		return -1;
	}
	got = real(fd, ptr, len, offset);
	if (how && n == 1)
		change(path, how);
	return got;
}

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	const char *most = getenv("SHIM_WATCHES");
	int (*real)(int, const char *, uint32_t);
	int number;

	*(void **)&real = dlsym(RTLD_NEXT, "inotify_add_watch");
	number = real(fd, path, mask);
	/* numbers rise from 1 on */
	if (most && number > (int)strtol(most, NULL, 10)) {
		inotify_rm_watch(fd, number);
		errno = ENOSPC;
		return -1;
	}
	return number;
}

int statfs(const char *path, struct statfs *out)
{
	const char *type = getenv("SHIM_FS_TYPE");
	int (*real)(const char *, struct statfs *);
	int rc;

	*(void **)&real = dlsym(RTLD_NEXT, "statfs");
	rc = real(path, out);
	if (!rc && type)
		out->f_type = (__typeof__(out->f_type))strtoul(type, NULL, 16);
	return rc;
}

/* The rusage that a parent gets counts what the parent had itself before exec;
 * this does not. */
__attribute__((destructor)) static void write_peak(void)
{
	const char *path = getenv("SHIM_PEAK");
	FILE *in, *out;
	char line[256];

	if (!path)
		return;
	in = fopen("/proc/self/status", "re");
	out = fopen(path, "we");
	if (!in || !out)
		abort();
	while (fgets(line, sizeof(line), in))
		if (!strncmp(line, "VmHWM:", 6))
			fprintf(out, "%ld\n", strtol(line + 6, NULL, 10));
	fclose(in);
	fclose(out);
}
