/*
 * Makes one call of a chosen class fail; for LD_PRELOAD.
 *
 * Libraries are reached too (LMDB, zstd), since their calls go through the same
 * symbols.  What the C library calls inside itself is not: opendir is wrapped
 * and the open within it is not.
 *
 *   FAULT_CLASS   malloc, read, write, ... (class_names)
 *   FAULT_AT      the number of the call that fails, from 1; 0: none
 *   FAULT_ERRNO   what it fails with, a number
 *   FAULT_MODE    once; always: and all later ones; short: half is read or
 *                 written and no error reported
 *   FAULT_REPORT  a file that receives the number of calls seen, and below it
 *                 the name of each call that failed (and its path, if it has
 *                 one)
 *
 * The count is shared with processes that are forked off.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum fault_class {
	CLASS_MALLOC,	/* malloc, calloc, realloc and the aligned ones */
	CLASS_READ,
	CLASS_WRITE,	/* to files */
	CLASS_OUTPUT,	/* to standard output */
	CLASS_FSYNC,
	CLASS_RENAME,	/* names: rename, unlink, mkdir, rmdir */
	CLASS_OPEN,	/* files and folders */
	CLASS_READDIR,
	CLASS_STAT,
	CLASS_MAP,
	CLASS_TRUNCATE,
	CLASS_THREAD,
	CLASS_LOCK,
	CLASSES
};

static const char *const class_names[CLASSES] = {
	"malloc", "read", "write", "output", "fsync", "rename", "open",
	"readdir", "stat", "map", "truncate", "thread", "lock",
};

enum { REPORT_BYTES = 1 << 16, EARLY_BYTES = 1 << 20 };

/* Shared with forked processes. */
struct shared {
	_Atomic uint64_t ncalls;
	_Atomic size_t used;		/* of text */
	char text[REPORT_BYTES];
};

static struct shared *shared;
static int chosen = -1;			/* enum fault_class */
static uint64_t fault_at;
static int fault_errno;
static bool is_always, is_short;
static const char *report_path;
static pid_t first_process;

/* --- finding the real functions */

/*
 * Until the constructor has run, memory comes from here: looking a function up
 * may allocate, and a sanitizer that is not yet initialized cannot.  Zeroed, as
 * it is static and never given out twice.
 */
static _Alignas(16) char early[EARLY_BYTES];
static _Atomic size_t early_used;
static bool has_started;

static bool is_early(const void *ptr)
{
	return (const char *)ptr >= early &&
	       (const char *)ptr < early + EARLY_BYTES;
}

static void *early_alloc(size_t size)
{
	size_t need = (size + 31) / 16 * 16;
	size_t at = atomic_fetch_add(&early_used, need);

	if (at + need > EARLY_BYTES)
		abort();
	return early + at;
}

static void *find(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	if (!f)
		abort();
	return f;
}

/* A pointer real_NAME of the function's own type, set at the first call. */
#define REAL(name) \
	static __typeof__(&name) real_##name; \
	if (!real_##name) \
		real_##name = (__typeof__(&name))find(#name)

/* --- counting and failing */

static void report(const char *name, const char *path)
{
	char line[512];
	size_t at, len;
	int n = snprintf(line, sizeof(line), "%s %s\n", name, path);

	len = n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1;
	at = atomic_fetch_add(&shared->used, len);
	if (at + len <= REPORT_BYTES)
		memcpy(shared->text + at, line, len);
}

static void fd_path(int fd, char *out, size_t size)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, size - 1);
	out[n > 0 ? n : 0] = 0;
}

/* Whether this call of the class is one that is to fail. */
static bool is_hit(enum fault_class class)
{
	uint64_t n;

	if ((int)class != chosen || !shared)
		return false;
	n = atomic_fetch_add(&shared->ncalls, 1) + 1;
	return fault_at && (n == fault_at || (is_always && n > fault_at));
}

static bool fails(enum fault_class class, const char *name, const char *path)
{
	if (!is_hit(class))
		return false;
	report(name, path ? path : "");
	errno = fault_errno;
	return true;
}

/* The same for a call with a descriptor. */
static bool fails_fd(enum fault_class class, const char *name, int fd)
{
	char path[256];

	if (!is_hit(class))
		return false;
	fd_path(fd, path, sizeof(path));
	report(name, path);
	errno = fault_errno;
	return true;
}

/*
 * The same for a call with a length, which may be made shorter instead: then
 * the call is to go on with what is in *len.
 */
static bool fails_len(enum fault_class class, const char *name, int fd,
		      size_t *len)
{
	if (!fails_fd(class, name, fd))
		return false;
	if (!is_short)
		return true;
	if (*len > 1)
		*len /= 2;
	return false;
}

/* --- memory */

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

/* All at once, so that none is looked up while another is being called. */
static void find_memory(void)
{
	real_malloc = (void *(*)(size_t))find("malloc");
	real_calloc = (void *(*)(size_t, size_t))find("calloc");
	real_realloc = (void *(*)(void *, size_t))find("realloc");
	real_free = (void (*)(void *))find("free");
	has_started = true;
}

void *malloc(size_t size)
{
	if (!has_started)
		return early_alloc(size);
	return fails(CLASS_MALLOC, "malloc", NULL) ? NULL : real_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	if (!has_started)
		return early_alloc(n * size);
	return fails(CLASS_MALLOC, "calloc", NULL) ? NULL :
						     real_calloc(n, size);
}

void *realloc(void *ptr, size_t size)
{
	void *copy;

	if (has_started && !is_early(ptr))
		return fails(CLASS_MALLOC, "realloc", NULL) ?
			       NULL : real_realloc(ptr, size);
	copy = malloc(size);
	if (copy && ptr) {
		size_t have = (size_t)(early + EARLY_BYTES - (char *)ptr);

		memcpy(copy, ptr, size < have ? size : have);
	}
	return copy;
}

void free(void *ptr)
{
	if (ptr && !is_early(ptr))
		real_free(ptr);
}

/* --- starting and ending */

static uint64_t number(const char *name)
{
	const char *s = getenv(name);

	return s ? strtoull(s, NULL, 10) : 0;
}

__attribute__((constructor)) static void start(void)
{
	const char *class = getenv("FAULT_CLASS"), *mode = getenv("FAULT_MODE");
	void *page;
	int i;

	find_memory();
	if (!class)
		return;
	fault_at = number("FAULT_AT");
	fault_errno = (int)number("FAULT_ERRNO");
	is_always = mode && !strcmp(mode, "always");
	is_short = mode && !strcmp(mode, "short");
	report_path = getenv("FAULT_REPORT");
	first_process = getpid();
	REAL(mmap);
	page = real_mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		abort();
	for (i = 0; i < CLASSES; i++)
		if (!strcmp(class, class_names[i]))
			chosen = i;
	if (chosen < 0)
		abort();
	shared = page;
}

/* By system calls of its own: the wrapped functions count. */
__attribute__((destructor)) static void end(void)
{
	char line[64];
	size_t len;
	int fd, n;

	if (!shared || !report_path || getpid() != first_process)
		return;
	n = snprintf(line, sizeof(line), "%llu\n",
		     (unsigned long long)atomic_load(&shared->ncalls));
	fd = (int)syscall(SYS_openat, AT_FDCWD, report_path,
			  O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		abort();
	len = atomic_load(&shared->used);
	if (len > REPORT_BYTES)
		len = REPORT_BYTES;
	if (syscall(SYS_write, fd, line, (size_t)n) != n ||
	    syscall(SYS_write, fd, shared->text, len) != (long)len)
		abort();
	syscall(SYS_close, fd);
}

/* --- other ways to memory */

void *aligned_alloc(size_t alignment, size_t size)
{
	REAL(aligned_alloc);
	return fails(CLASS_MALLOC, "aligned_alloc", NULL) ? NULL :
		real_aligned_alloc(alignment, size);
}

/* Its result is the error; errno is left alone. */
int posix_memalign(void **out, size_t alignment, size_t size)
{
	REAL(posix_memalign);
	return fails(CLASS_MALLOC, "posix_memalign", NULL) ? ENOMEM :
		real_posix_memalign(out, alignment, size);
}

/* --- reading */

ssize_t read(int fd, void *ptr, size_t len)
{
	REAL(read);
	return fails_len(CLASS_READ, "read", fd, &len) ? -1 :
		real_read(fd, ptr, len);
}

/* Two names, of which one is for files larger than 2 GiB on 32-bit systems. */
#define WRAP_PREAD(name, offset_type) \
	ssize_t name(int fd, void *ptr, size_t len, offset_type offset) \
	{ \
		REAL(name); \
		return fails_len(CLASS_READ, #name, fd, &len) ? -1 : \
			real_##name(fd, ptr, len, offset); \
	}
WRAP_PREAD(pread, off_t)
WRAP_PREAD(pread64, off64_t)

ssize_t readv(int fd, const struct iovec *v, int n)
{
	REAL(readv);
	return fails_fd(CLASS_READ, "readv", fd) ? -1 : real_readv(fd, v, n);
}

ssize_t preadv(int fd, const struct iovec *v, int n, off_t offset)
{
	REAL(preadv);
	return fails_fd(CLASS_READ, "preadv", fd) ? -1 :
		real_preadv(fd, v, n, offset);
}

/* --- writing */

ssize_t write(int fd, const void *ptr, size_t len)
{
	enum fault_class class = fd == STDOUT_FILENO ? CLASS_OUTPUT :
						       CLASS_WRITE;

	REAL(write);
	if (fd == STDERR_FILENO)
		return real_write(fd, ptr, len);
	return fails_len(class, "write", fd, &len) ? -1 :
		real_write(fd, ptr, len);
}

#define WRAP_PWRITE(name, offset_type) \
	ssize_t name(int fd, const void *ptr, size_t len, offset_type offset) \
	{ \
		REAL(name); \
		return fails_len(CLASS_WRITE, #name, fd, &len) ? -1 : \
			real_##name(fd, ptr, len, offset); \
	}
WRAP_PWRITE(pwrite, off_t)
WRAP_PWRITE(pwrite64, off64_t)

/* Short: the first of the pieces only. */
static bool fails_pieces(const char *name, int fd, int *n)
{
	if (!fails_fd(CLASS_WRITE, name, fd))
		return false;
	if (is_short)
		*n = 1;
	return !is_short;
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	REAL(writev);
	return fails_pieces("writev", fd, &n) ? -1 : real_writev(fd, v, n);
}

#define WRAP_PWRITEV(name, offset_type) \
	ssize_t name(int fd, const struct iovec *v, int n, offset_type offset) \
	{ \
		REAL(name); \
		return fails_pieces(#name, fd, &n) ? -1 : \
			real_##name(fd, v, n, offset); \
	}
WRAP_PWRITEV(pwritev, off_t)
WRAP_PWRITEV(pwritev64, off64_t)

/* --- syncing */

int fsync(int fd)
{
	REAL(fsync);
	return fails_fd(CLASS_FSYNC, "fsync", fd) ? -1 : real_fsync(fd);
}

int fdatasync(int fd)
{
	REAL(fdatasync);
	return fails_fd(CLASS_FSYNC, "fdatasync", fd) ? -1 : real_fdatasync(fd);
}

int msync(void *ptr, size_t len, int flags)
{
	REAL(msync);
	return fails(CLASS_FSYNC, "msync", NULL) ? -1 :
		real_msync(ptr, len, flags);
}

/* --- names */

int rename(const char *from, const char *to)
{
	REAL(rename);
	return fails(CLASS_RENAME, "rename", to) ? -1 : real_rename(from, to);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	REAL(renameat);
	return fails(CLASS_RENAME, "renameat", to) ? -1 :
		real_renameat(from_fd, from, to_fd, to);
}

int unlink(const char *path)
{
	REAL(unlink);
	return fails(CLASS_RENAME, "unlink", path) ? -1 : real_unlink(path);
}

int unlinkat(int dir_fd, const char *path, int flags)
{
	REAL(unlinkat);
	return fails(CLASS_RENAME, "unlinkat", path) ? -1 :
		real_unlinkat(dir_fd, path, flags);
}

int rmdir(const char *path)
{
	REAL(rmdir);
	return fails(CLASS_RENAME, "rmdir", path) ? -1 : real_rmdir(path);
}

int mkdir(const char *path, mode_t mode)
{
	REAL(mkdir);
	return fails(CLASS_RENAME, "mkdir", path) ? -1 :
		real_mkdir(path, mode);
}

int mkdirat(int dir_fd, const char *path, mode_t mode)
{
	REAL(mkdirat);
	return fails(CLASS_RENAME, "mkdirat", path) ? -1 :
		real_mkdirat(dir_fd, path, mode);
}

/* --- opening */

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

#define WRAP_OPEN(name) \
	int name(const char *path, int flags, ...) \
	{ \
		mode_t mode; \
		va_list ap; \
		REAL(name); \
		va_start(ap, flags); \
		mode = mode_of(flags, ap); \
		va_end(ap); \
		return fails(CLASS_OPEN, #name, path) ? -1 : \
			real_##name(path, flags, mode); \
	}
WRAP_OPEN(open)
WRAP_OPEN(open64)

#define WRAP_OPENAT(name) \
	int name(int dir_fd, const char *path, int flags, ...) \
	{ \
		mode_t mode; \
		va_list ap; \
		REAL(name); \
		va_start(ap, flags); \
		mode = mode_of(flags, ap); \
		va_end(ap); \
		return fails(CLASS_OPEN, #name, path) ? -1 : \
			real_##name(dir_fd, path, flags, mode); \
	}
WRAP_OPENAT(openat)
WRAP_OPENAT(openat64)

DIR *opendir(const char *path)
{
	REAL(opendir);
	return fails(CLASS_OPEN, "opendir", path) ? NULL : real_opendir(path);
}

DIR *fdopendir(int fd)
{
	REAL(fdopendir);
	return fails_fd(CLASS_OPEN, "fdopendir", fd) ? NULL :
		real_fdopendir(fd);
}

/* --- folders, stat, maps, threads, locks */

#define WRAP_READDIR(name, type) \
	type *name(DIR *dir) \
	{ \
		REAL(name); \
		return fails_fd(CLASS_READDIR, #name, dirfd(dir)) ? NULL : \
			real_##name(dir); \
	}
WRAP_READDIR(readdir, struct dirent)
WRAP_READDIR(readdir64, struct dirent64)

#define WRAP_STAT(name, type) \
	int name(const char *path, type *out) \
	{ \
		REAL(name); \
		return fails(CLASS_STAT, #name, path) ? -1 : \
			real_##name(path, out); \
	}
WRAP_STAT(stat, struct stat)
WRAP_STAT(stat64, struct stat64)
WRAP_STAT(lstat, struct stat)
WRAP_STAT(lstat64, struct stat64)

#define WRAP_FSTAT(name, type) \
	int name(int fd, type *out) \
	{ \
		REAL(name); \
		return fails_fd(CLASS_STAT, #name, fd) ? -1 : \
			real_##name(fd, out); \
	}
WRAP_FSTAT(fstat, struct stat)
WRAP_FSTAT(fstat64, struct stat64)

/* What fstat was before glibc 2.33; LMDB is still linked with it. */
int __fxstat(int version, int fd, struct stat *out);
int __fxstat(int version, int fd, struct stat *out)
{
	REAL(__fxstat);
	return fails_fd(CLASS_STAT, "fstat", fd) ? -1 :
		real___fxstat(version, fd, out);
}

#define WRAP_FSTATAT(name, type) \
	int name(int dir_fd, const char *path, type *out, int flags) \
	{ \
		REAL(name); \
		return fails(CLASS_STAT, #name, path) ? -1 : \
			real_##name(dir_fd, path, out, flags); \
	}
WRAP_FSTATAT(fstatat, struct stat)
WRAP_FSTATAT(fstatat64, struct stat64)

int statx(int dir_fd, const char *path, int flags, unsigned mask,
	  struct statx *out)
{
	REAL(statx);
	return fails(CLASS_STAT, "statx", path) ? -1 :
		real_statx(dir_fd, path, flags, mask, out);
}

#define WRAP_MMAP(name, offset_type) \
	void *name(void *at, size_t len, int prot, int flags, int fd, \
		   offset_type offset) \
	{ \
		REAL(name); \
		return fails_fd(CLASS_MAP, #name, fd) ? MAP_FAILED : \
			real_##name(at, len, prot, flags, fd, offset); \
	}
WRAP_MMAP(mmap, off_t)
WRAP_MMAP(mmap64, off64_t)

#define WRAP_FTRUNCATE(name, offset_type) \
	int name(int fd, offset_type size) \
	{ \
		REAL(name); \
		return fails_fd(CLASS_TRUNCATE, #name, fd) ? -1 : \
			real_##name(fd, size); \
	}
WRAP_FTRUNCATE(ftruncate, off_t)
WRAP_FTRUNCATE(ftruncate64, off64_t)

/* Its result is the error. */
int pthread_create(pthread_t *out, const pthread_attr_t *attr,
		   void *(*fn)(void *), void *arg)
{
	REAL(pthread_create);
	return fails(CLASS_THREAD, "pthread_create", NULL) ? fault_errno :
		real_pthread_create(out, attr, fn, arg);
}

int flock(int fd, int operation)
{
	REAL(flock);
	return fails_fd(CLASS_LOCK, "flock", fd) ? -1 :
		real_flock(fd, operation);
}

static bool is_lock_command(int command)
{
	return command == F_SETLK || command == F_SETLKW ||
	       command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

/* All commands take one argument of a register's width, or none. */
#define WRAP_FCNTL(name) \
	int name(int fd, int command, ...) \
	{ \
		void *arg; \
		va_list ap; \
		REAL(name); \
		va_start(ap, command); \
		arg = va_arg(ap, void *); \
		va_end(ap); \
		if (is_lock_command(command) && \
		    fails_fd(CLASS_LOCK, #name, fd)) \
			return -1; \
		return real_##name(fd, command, arg); \
	}
WRAP_FCNTL(fcntl)
WRAP_FCNTL(fcntl64)
