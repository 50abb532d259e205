/*
 * The seam to the operating system: clocks, processors, memory figures, and
 * files with whole-buffer reads and writes.  The only file pair that may hold
 * operating-system #ifs.
 *
 * Functions that fail set nothing and return a negative errno value (-ENOENT);
 * callers, who know the path, turn it into text.
 */
#ifndef SCOUT_BASE_OS_H
#define SCOUT_BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct os_stat {
	uint64_t size;
	int64_t mtime_ns;
	int64_t ctime_ns;
	uint64_t ino;
	uint64_t dev;
	uint32_t mode;	/* st_mode */
	uint32_t nlink;
};

/* Nanoseconds since 1970 (wall clock). */
int64_t os_now_ns(void);
/* Nanoseconds of a clock that never goes back, for durations. */
int64_t os_mono_ns(void);
/* Processor nanoseconds used by the process so far (user + system). */
int64_t os_cpu_ns(void);
/* Processors this process may run on, at least 1. */
unsigned os_cpu_count(void);

/* The path of the running program; scout_malloc'ed.  -errno. */
int os_program_path(char **out);
/* The system's load average of the last minute; -errno if it does not tell. */
int os_load(double *out);
/*
 * From now on this process, and threads that it starts, give way to others: the
 * lowest priority, and the idle class for disks where there is one.  -errno.
 */
int os_be_nice(void);

struct os_memory {
	uint64_t rss_anon_bytes;
	uint64_t rss_file_bytes;
	uint64_t peak_bytes;	/* high-water mark of the resident set */
};
/* The kernel's view of this process' memory; zeros where it does not tell. */
void os_memory(struct os_memory *out);

/* stat relative to dir_fd (AT_FDCWD allowed); follow: through symlinks. */
int os_stat_at(int dir_fd, const char *path, bool follow, struct os_stat *out);
int os_stat_fd(int fd, struct os_stat *out);

/*
 * Reads up to len bytes at offset, restarting short reads; *out_len < len only
 * at the end of the file.
 */
int os_pread_full(int fd, void *ptr, size_t len, uint64_t offset,
		  size_t *out_len);
/* Reads a whole small file of at most max bytes; *out is scout_malloc'ed. */
int os_read_file(int dir_fd, const char *path, size_t max, uint8_t **out,
		 size_t *out_len);
int os_write_full(int fd, const void *ptr, size_t len);
/* Writes path anew, through a temporary name, fsync and rename. */
int os_replace_file(int dir_fd, const char *path, const void *ptr, size_t len);
/* The same, with that mode from the moment it has its name (else 0600). */
int os_replace_file_mode(int dir_fd, const char *path, const void *ptr,
			 size_t len, unsigned mode);
/* fsync of a folder, so that a rename in it lasts. */
int os_sync_dir(int dir_fd);

/* An unnamed file in the folder, gone when closed; the descriptor or -errno. */
int os_tmpfile(const char *dir);
/* Cuts a file to nothing and goes back to its beginning. */
int os_empty_file(int fd);
/* mkdir that is content with an existing folder. */
int os_mkdir(const char *path, unsigned mode);
/* Deletes a folder with plain files in it (one level). */
int os_remove_dir(const char *path);
/*
 * Whether errno value sys says that the process or the system is short of
 * something (descriptors, memory), so that no file is to blame and the next one
 * would fare no better.
 */
bool os_is_shortage(int sys);

/*
 * True if path lies on a network file system (nfs, cifs, ...).  FUSE counts as
 * local: sshfs and rclone look the same as ntfs-3g, virtiofs, encrypted folders
 * and the overlays of containers.
 */
bool os_is_network_fs(const char *path);
/* Free bytes for us on the file system of path, or UINT64_MAX if unknown. */
uint64_t os_free_bytes(const char *path);

#endif
