#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAX_PIECES = 1024 };

static const char *const kind_names[] = {
	[FILE_OPEN] = "open",	      [FILE_MKDIR] = "mkdir",
	[FILE_UNLINK] = "unlink",     [FILE_RMDIR] = "unlink",
	[FILE_RENAME] = "rename",     [FILE_LINK] = "link",
	[FILE_WRITE] = "write",	      [FILE_WRITEV] = "write",
	[FILE_TRUNCATE] = "truncate", [FILE_ALLOCATE] = "allocate",
	[FILE_SYNC] = "sync",	      [FILE_FLUSH] = "flush",
	[FILE_MAP] = "map",	      [FILE_OTHER] = "other",
};

static void die(const char *what)
{
	fprintf(stderr, "recording: %s: %s\n", what, strerror(errno));
	exit(125);
}

/* Bytes of the traced process. */
static void peek(pid_t tid, uint64_t at, void *out, size_t len)
{
	struct iovec here = { out, len };
	struct iovec there = { (void *)(uintptr_t)at, len };

	if (len && process_vm_readv(tid, &here, 1, &there, 1, 0) !=
			   (ssize_t)len)
		die("reading the memory of the process");
}

static void peek_string(pid_t tid, uint64_t at, char *out, size_t cap)
{
	size_t i;

	/* byte by byte: what lies behind the string may not be readable */
	for (i = 0; i < cap; i++) {
		peek(tid, at + i, &out[i], 1);
		if (!out[i])
			return;
	}
	errno = ENAMETOOLONG;
	die("a path");
}

/* Where a descriptor leads; fd AT_FDCWD is the working folder. */
static void path_of_fd(pid_t tid, int fd, char *out, size_t cap)
{
	char link[64];
	ssize_t n;

	if (fd == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/%d/cwd", (int)tid);
	else
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)tid, fd);
	n = readlink(link, out, cap - 1);
	if (n < 0)
		die(link);
	out[n] = 0;
}

/* The path that a descriptor and a path, or one of them, stand for. */
static void path_of(const struct traced_call *call, int fd_arg, int path_arg,
		    char *out, size_t cap)
{
	char name[PATH_MAX];
	size_t n = 0;

	out[0] = 0;
	name[0] = 0;
	if (path_arg != FILE_NONE)
		peek_string(call->tid, call->args[path_arg], name,
			    sizeof(name));
	if (name[0] != '/' && (fd_arg != FILE_NONE || name[0])) {
		path_of_fd(call->tid,
			   fd_arg == FILE_NONE ? AT_FDCWD :
						 (int)call->args[fd_arg],
			   out, cap);
		n = strlen(out);
	}
	if (name[0])
		snprintf(out + n, cap - n, n ? "/%s" : "%s", name);
}

/* What /proc says of a descriptor: its position and flags. */
static void fd_info(pid_t tid, int fd, uint64_t *pos, uint64_t *flags)
{
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)tid, fd);
	f = fopen(path, "re");
	if (!f)
		die(path);
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "pos: %" SCNu64, pos);
		sscanf(line, "flags: %" SCNo64, flags);
	}
	fclose(f);
}

static char *peek_data(const struct file_call *c,
		       const struct traced_call *call, size_t len)
{
	struct iovec pieces[MAX_PIECES];
	char *data = malloc(len + 1);
	size_t i, n, at = 0;

	if (!data)
		die("data");
	if (c->kind == FILE_WRITE) {
		peek(call->tid, call->args[1], data, len);
		return data;
	}
	n = call->args[2];
	if (n > MAX_PIECES)
		die("too many pieces");
	peek(call->tid, call->args[1], pieces, n * sizeof(pieces[0]));
	for (i = 0; i < n && at < len; i++) {
		size_t take = pieces[i].iov_len;

		if (take > len - at)
			take = len - at;
		peek(call->tid, (uintptr_t)pieces[i].iov_base, data + at, take);
		at += take;
	}
	return data;
}

static void put(struct record *r, const char *kind, uint64_t began,
		uint64_t number, uint64_t flags, const char *path,
		const char *data, size_t len)
{
	size_t n = strlen(path);

	fprintf(r->out, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %zu %zu\n",
		kind, began, number, flags, n, len);
	fwrite(path, 1, n, r->out);
	fwrite(data, 1, len, r->out);
	fputc('\n', r->out);
	if (ferror(r->out) || fflush(r->out))
		die("writing");
	r->nrecords++;
}

static void record_write(struct record *r, const struct file_call *c,
			 const struct traced_call *call, const char *path)
{
	size_t len = (size_t)call->result;
	uint64_t pos = 0, flags = 0;
	char *data;

	/* pipes and sockets */
	if (path[0] != '/')
		return;
	fd_info(call->tid, (int)call->args[c->fd], &pos, &flags);
	pos = c->number == FILE_NONE ? pos - len : call->args[c->number];
	data = peek_data(c, call, len);
	put(r, "write", call->note, pos, flags & (O_DSYNC | O_SYNC), path,
	    data, len);
	free(data);
}

void record_call(struct record *r, const struct file_call *c,
		 const struct traced_call *call)
{
	char path[2 * PATH_MAX], second[2 * PATH_MAX] = "";
	uint64_t number = 0, flags = 0;

	/* a map returns an address; errors are the last 4095 numbers */
	if (call->result < 0 && call->result >= -4095)
		return;
	path_of(call, c->fd, c->path, path, sizeof(path));
	if (c->kind == FILE_WRITE || c->kind == FILE_WRITEV) {
		record_write(r, c, call, path);
		return;
	}
	if (c->path2 != FILE_NONE)
		path_of(call, c->fd2, c->path2, second, sizeof(second));
	if (c->kind == FILE_OTHER)
		snprintf(second, sizeof(second), "%s", c->name);
	if (c->number != FILE_NONE)
		number = call->args[c->number];
	if (c->kind == FILE_ALLOCATE)
		number += call->args[3];
	if (c->flags != FILE_NONE)
		flags = call->args[c->flags];
	put(r, kind_names[c->kind], call->note, number, flags, path, second,
	    strlen(second));
}
