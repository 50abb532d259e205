/*
 * Which system calls change files, and which of their arguments name what.
 */
#ifndef SCOUT_TESTS_CRASH_FILE_CALLS_H
#define SCOUT_TESTS_CRASH_FILE_CALLS_H

#include "tracer.h"

enum file_call_kind {
	FILE_OPEN,	/* with O_CREAT, O_TRUNC or O_TMPFILE only */
	FILE_MKDIR,
	FILE_UNLINK,	/* a folder with AT_REMOVEDIR */
	FILE_RMDIR,
	FILE_RENAME,
	FILE_LINK,
	FILE_WRITE,	/* one buffer */
	FILE_WRITEV,	/* several */
	FILE_TRUNCATE,
	FILE_ALLOCATE,
	FILE_SYNC,	/* returns when the file is on the disk */
	FILE_FLUSH,	/* promises nothing */
	FILE_MAP,	/* shared and writable only */
	FILE_OTHER,	/* changes files in a way that is not recorded */
};

/* An argument's number, or FILE_NONE. */
enum { FILE_NONE = -1 };

struct file_call {
	uint64_t nr;
	const char *name;
	enum file_call_kind kind;
	/* a descriptor, or the folder that the path begins at */
	signed char fd, path;
	signed char fd2, path2;		/* the new name */
	signed char number, flags;	/* size or offset; flags or length */
};

/* NULL if the call, with these arguments, changes no file. */
const struct file_call *file_call_of(const struct traced_call *call);

#endif
