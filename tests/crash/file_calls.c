#include "file_calls.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { NO = FILE_NONE };

static const struct file_call calls[] = {
	/* number, name, kind, fd, path, fd2, path2, number, flags */
	{ SYS_openat, "openat", FILE_OPEN, 0, 1, NO, NO, NO, 2 },
	{ SYS_mkdirat, "mkdirat", FILE_MKDIR, 0, 1, NO, NO, NO, NO },
	{ SYS_unlinkat, "unlinkat", FILE_UNLINK, 0, 1, NO, NO, NO, 2 },
	{ SYS_renameat2, "renameat2", FILE_RENAME, 0, 1, 2, 3, NO, 4 },
	{ SYS_linkat, "linkat", FILE_LINK, 0, 1, 2, 3, NO, NO },
	{ SYS_write, "write", FILE_WRITE, 0, NO, NO, NO, NO, NO },
	{ SYS_pwrite64, "pwrite64", FILE_WRITE, 0, NO, NO, NO, 3, NO },
	{ SYS_writev, "writev", FILE_WRITEV, 0, NO, NO, NO, NO, NO },
	{ SYS_pwritev, "pwritev", FILE_WRITEV, 0, NO, NO, NO, 3, NO },
	{ SYS_ftruncate, "ftruncate", FILE_TRUNCATE, 0, NO, NO, NO, 1, NO },
	{ SYS_fallocate, "fallocate", FILE_ALLOCATE, 0, NO, NO, NO, 2, 1 },
	{ SYS_fsync, "fsync", FILE_SYNC, 0, NO, NO, NO, NO, NO },
	{ SYS_fdatasync, "fdatasync", FILE_SYNC, 0, NO, NO, NO, NO, NO },
	{ SYS_mmap, "mmap", FILE_MAP, 4, NO, NO, NO, 1, NO },
	/* calls that not every machine has, most of them older */
#ifdef SYS_sync_file_range
	{ SYS_sync_file_range, "sync_file_range", FILE_FLUSH, 0, NO, NO, NO,
	  NO, NO },
#endif
#ifdef SYS_open
	{ SYS_open, "open", FILE_OPEN, NO, 0, NO, NO, NO, 1 },
#endif
#ifdef SYS_mkdir
	{ SYS_mkdir, "mkdir", FILE_MKDIR, NO, 0, NO, NO, NO, NO },
#endif
#ifdef SYS_unlink
	{ SYS_unlink, "unlink", FILE_UNLINK, NO, 0, NO, NO, NO, NO },
#endif
#ifdef SYS_rmdir
	{ SYS_rmdir, "rmdir", FILE_RMDIR, NO, 0, NO, NO, NO, NO },
#endif
#ifdef SYS_rename
	{ SYS_rename, "rename", FILE_RENAME, NO, 0, NO, 1, NO, NO },
#endif
#ifdef SYS_renameat
	{ SYS_renameat, "renameat", FILE_RENAME, 0, 1, 2, 3, NO, NO },
#endif
#ifdef SYS_link
	{ SYS_link, "link", FILE_LINK, NO, 0, NO, 1, NO, NO },
#endif
	/* nobody here calls these; if somebody does, the recorder must learn
	 * them */
	{ SYS_truncate, "truncate", FILE_OTHER, NO, 0, NO, NO, NO, NO },
	{ SYS_pwritev2, "pwritev2", FILE_OTHER, 0, NO, NO, NO, NO, NO },
	{ SYS_openat2, "openat2", FILE_OTHER, 0, 1, NO, NO, NO, NO },
	{ SYS_symlinkat, "symlinkat", FILE_OTHER, 1, 2, NO, NO, NO, NO },
	{ SYS_mknodat, "mknodat", FILE_OTHER, 0, 1, NO, NO, NO, NO },
	{ SYS_sendfile, "sendfile", FILE_OTHER, 0, NO, NO, NO, NO, NO },
	{ SYS_splice, "splice", FILE_OTHER, 2, NO, NO, NO, NO, NO },
	{ SYS_copy_file_range, "copy_file_range", FILE_OTHER, 2, NO, NO, NO,
	  NO, NO },
	{ SYS_msync, "msync", FILE_OTHER, NO, NO, NO, NO, NO, NO },
	{ SYS_sync, "sync", FILE_OTHER, NO, NO, NO, NO, NO, NO },
	{ SYS_syncfs, "syncfs", FILE_OTHER, 0, NO, NO, NO, NO, NO },
#ifdef SYS_creat
	{ SYS_creat, "creat", FILE_OTHER, NO, 0, NO, NO, NO, NO },
#endif
};

static bool is_changing(const struct file_call *c,
			const struct traced_call *call)
{
	uint64_t prot = call->args[2], flags = call->args[3];

	switch (c->kind) {
	case FILE_OPEN:
		flags = call->args[c->flags];
		return flags & (O_CREAT | O_TRUNC) ||
		       (flags & O_TMPFILE) == O_TMPFILE;
	case FILE_MAP:
		return (prot & PROT_WRITE) &&
		       (flags & MAP_TYPE) != MAP_PRIVATE &&
		       !(flags & MAP_ANONYMOUS);
	default:
		return true;
	}
}

const struct file_call *file_call_of(const struct traced_call *call)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].nr == call->nr)
			return is_changing(&calls[i], call) ? &calls[i] : NULL;
	return NULL;
}
