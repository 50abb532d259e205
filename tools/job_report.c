#include "tools/job_report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "index_format/inspect.h"
#include "indexer/last_run.h"
#include "tools/command.h"
#include "tools/report_json.h"
#include "tools/report_prometheus.h"

const char *job_outcome_name(enum job_outcome outcome)
{
	static const char *const names[OUTCOMES] = {
		"done", "partial", "failed", "skipped", "stopped",
	};

	SCOUT_ASSERT(outcome < OUTCOMES);
	return names[outcome];
}

void job_report_init(struct job_report *r, const struct flag_list *files)
{
	*r = (struct job_report){ .files = files };
	arena_init(&r->arena, MEM_OTHER);
	job_report_start(r);
}

void job_report_release(struct job_report *r)
{
	arena_release(&r->arena);
	r->records = NULL;
	r->nrecords = r->cap = 0;
}

void job_report_start(struct job_report *r)
{
	r->started_mono_ns = os_mono_ns();
}

static struct job_record *next_record(struct job_report *r)
{
	struct job_record *all;

	if (r->nrecords == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 4;

		all = arena_calloc(&r->arena, cap, sizeof(*all));
		if (!all)
			return NULL;
		if (r->nrecords)
			memcpy(all, r->records, r->nrecords * sizeof(*all));
		r->records = all;
		r->cap = cap;
	}
	return &r->records[r->nrecords++];
}

static enum job_outcome outcome_of(int rc, int code)
{
	if (rc == SCOUT_E_LOCKED || (rc >= 0 && code == EXIT_LOCKED))
		return OUTCOME_SKIPPED;
	if (rc == SCOUT_E_CANCELLED)
		return OUTCOME_STOPPED;
	if (rc < 0 || code == EXIT_FAILED)
		return OUTCOME_FAILED;
	return code == EXIT_SOME_UNREADABLE ? OUTCOME_PARTIAL : OUTCOME_DONE;
}

static void note_memory(struct job_record *rec)
{
	struct os_memory mem;
	int i;

	os_memory(&mem);
	rec->resident_peak_bytes = mem.peak_bytes;
	rec->memory_peak_bytes = scout_mem_total_peak();
	for (i = 0; i < MEM_OWNERS; i++)
		rec->owner_peak_bytes[i] =
			scout_mem_peak((enum scout_mem_owner)i);
}

static char *absolute(struct arena *arena, const char *dir)
{
	char path[PATH_MAX];

	if (!realpath(dir, path))
		return arena_dup(arena, dir, strlen(dir));
	return arena_dup(arena, path, strlen(path));
}

void job_report_add(struct job_report *r, const char *command,
		    const char *index_dir, int rc, int code,
		    const struct scout_err *err, uint64_t files_read)
{
	struct scout_err quiet = SCOUT_ERR_INIT;
	struct job_record *rec;
	struct last_run last;

	if (!r->files->nitems)
		return;
	rec = next_record(r);
	if (!rec)
		return;
	note_memory(rec);
	rec->command = command;
	rec->index_dir = absolute(&r->arena, index_dir ? index_dir : "");
	rec->elapsed_ns = os_mono_ns() - r->started_mono_ns;
	rec->started_ns = os_now_ns() - rec->elapsed_ns;
	rec->outcome = outcome_of(rc, code);
	rec->exit_code = rc < 0 ? command_failure_code(err) : code;
	if (rc < 0 && err)
		memcpy(rec->error, err->msg, sizeof(rec->error));
	rec->files_read = rc < 0 ? 0 : files_read;
	rec->has_index =
		rec->index_dir &&
		!index_state_read(rec->index_dir, &r->arena, &rec->state,
				  &quiet) &&
		!scout_inspect_stats(rec->index_dir, &r->arena, &rec->stats,
				     &quiet);
	last_run_read(rec->index_dir ? rec->index_dir : "", &last);
	rec->index_time_ns =
		last_run_index_time(&last, rec->state.run_started_ns);
}

static bool ends_in_prom(const char *path)
{
	size_t n = strlen(path);

	return n >= 5 && !strcmp(path + n - 5, ".prom");
}

static void put_report(const struct job_report *r, const char *path,
		       int exit_code, struct output *out)
{
	if (ends_in_prom(path))
		report_prometheus(out, r);
	else
		report_json(out, r, exit_code);
}

/* Writes the text to a new file; -errno. */
static int write_new(const struct job_report *r, const char *path,
		     const char *tmp, int exit_code)
{
	struct output out;
	int fd, rc = 0;

	/* who watches over a run need not be who runs it */
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	if (output_init(&out, fd, NULL) < 0)
		rc = -ENOMEM;
	if (!rc) {
		put_report(r, path, exit_code, &out);
		if (!output_flush(&out))
			rc = -out.failed;
	}
	output_release(&out);
	if (!rc && fsync(fd))
		rc = -errno;
	if (close(fd) && !rc)
		rc = -errno;
	if (!rc && rename(tmp, path))
		rc = -errno;
	if (rc)
		unlink(tmp);
	return rc;
}

static int write_one(const struct job_report *r, const char *path,
		     int exit_code, struct scout_err *err)
{
	struct buf tmp = BUF_INIT(MEM_OTHER);
	int rc;

	/* not *.prom: nobody is to read half a report */
	buf_printf(&tmp, "%s.%ld.tmp", path, (long)getpid());
	rc = buf_cstr(&tmp) ? write_new(r, path, buf_cstr(&tmp), exit_code) :
			      -ENOMEM;
	buf_release(&tmp);
	return rc < 0 ? scout_err_sys(err, -rc, "writing the report '%s'",
				      path) : SCOUT_OK;
}

int job_report_end(const struct job_report *r, int rc, int code,
		   struct scout_err *err)
{
	int late = SCOUT_OK, one;
	size_t i;

	if (rc < 0)
		code = command_failure_code(err);
	for (i = 0; i < r->files->nitems; i++) {
		one = write_one(r, r->files->items[i], code, err);
		if (one < 0)
			late = one;
	}
	return rc < 0 ? rc : late;
}
