#include "indexer/last_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"

enum { TEXT_MAX = 2048, LOCK_PATH_MAX = 4200 };

const char *run_end_name(enum run_end end)
{
	static const char *const names[RUN_ENDS] = {
		"none", "done", "partial", "failed", "stopped",
	};

	SCOUT_ASSERT(end < RUN_ENDS);
	return names[end];
}

struct run_result run_result_of(int rc, const struct scout_err *err,
				uint64_t files, uint64_t unread)
{
	struct run_result r = { .end = RUN_FAILED };

	if (rc >= 0) {
		r.end = unread ? RUN_PARTIAL : RUN_DONE;
		r.files = files;
	} else {
		if (rc == SCOUT_E_CANCELLED)
			r.end = RUN_STOPPED;
		r.error = err && err->msg[0] ? err->msg : NULL;
	}
	return r;
}

void last_run_put_begin(struct buf *out, const char *command,
			int64_t started_ns)
{
	time_t now = (time_t)(started_ns / 1000000000);
	char host[128] = "", when[32] = "";
	struct tm tm;

	gethostname(host, sizeof(host) - 1);
	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	buf_printf(out, "process %ld (%s) on %s since %s\n", (long)getpid(),
		   command, host, when);
	buf_printf(out, "started %lld\n", (long long)started_ns);
}

void last_run_put_end(struct buf *out, const struct run_result *result,
		      int64_t ended_ns)
{
	const char *p;

	buf_printf(out, "ended %lld\nresult %s\nfiles %llu\n",
		   (long long)ended_ns, run_end_name(result->end),
		   (unsigned long long)result->files);
	if (!result->error)
		return;
	buf_put_str(out, "error ");
	for (p = result->error; *p; p++)
		buf_put_u8(out, *p == '\n' ? ' ' : (uint8_t)*p);
	buf_put_u8(out, '\n');
}

/* As much of text as there is room for. */
static void copy_text(char *out, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n >= size)
		n = size - 1;
	memcpy(out, text, n);
	out[n] = 0;
}

/* The value of a line that begins with the key and a space, or NULL. */
static const char *value_of(const char *line, const char *key)
{
	size_t n = strlen(key);

	return !strncmp(line, key, n) && line[n] == ' ' ? line + n + 1 : NULL;
}

static void read_line(const char *line, struct last_run *out)
{
	long long number;
	const char *v;
	int i;

	if ((v = value_of(line, "started")) && sscanf(v, "%lld", &number) == 1)
		out->started_ns = number;
	if ((v = value_of(line, "ended")) && sscanf(v, "%lld", &number) == 1)
		out->ended_ns = number;
	if ((v = value_of(line, "files")) && sscanf(v, "%lld", &number) == 1)
		out->files = (uint64_t)number;
	if ((v = value_of(line, "error")))
		copy_text(out->error, sizeof(out->error), v);
	if (!(v = value_of(line, "result")))
		return;
	for (i = 0; i < RUN_ENDS; i++)
		if (!strcmp(v, run_end_name(i)))
			out->end = i;
}

static void read_text(char *text, struct last_run *out)
{
	char *line = text, *end;
	bool first = true;

	/* a line without an end is still being written */
	for (; (end = strchr(line, '\n')); line = end + 1, first = false) {
		*end = 0;
		if (first)
			copy_text(out->holder, sizeof(out->holder), line);
		else
			read_line(line, out);
	}
	out->is_known = out->holder[0] != 0;
}

int64_t last_run_index_time(const struct last_run *run, int64_t run_started_ns)
{
	bool is_done = run->end == RUN_DONE || run->end == RUN_PARTIAL;

	return is_done && run->started_ns > run_started_ns ? run->started_ns :
							     run_started_ns;
}

void last_run_read(const char *index_dir, struct last_run *out)
{
	char path[LOCK_PATH_MAX], text[TEXT_MAX];
	size_t n = 0;
	int fd;

	memset(out, 0, sizeof(*out));
	if (snprintf(path, sizeof(path), "%s/lock", index_dir) >=
	    (int)sizeof(path))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	out->is_running = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	if (os_pread_full(fd, text, sizeof(text) - 1, 0, &n) >= 0) {
		text[n] = 0;
		read_text(text, out);
	}
	close(fd);
}
