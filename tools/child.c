#include "tools/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"

enum { NOT_FOUND_CODE = 127 };

static int wait_for(pid_t child, int *out_status, struct scout_err *err)
{
	pid_t ended;

	do {
		ended = waitpid(child, out_status, 0);
	} while (ended < 0 && errno == EINTR);
	return ended < 0 ? scout_err_sys(err, errno, "waiting for a process") :
			   SCOUT_OK;
}

int child_call(int (*fn)(void *ctx), void *ctx, int *out_status,
	       struct scout_err *err)
{
	const struct rlimit no_core = { 0, 0 };
	pid_t child = fork();

	if (child < 0)
		return scout_err_sys(err, errno, "starting a process");
	if (!child) {
		setrlimit(RLIMIT_CORE, &no_core);
		_exit(fn(ctx));
	}
	return wait_for(child, out_status, err);
}

int child_exit_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

int child_crashed(int status)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE,
				       SIGILL };
	size_t i;

	for (i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		if (WIFSIGNALED(status) && WTERMSIG(status) == crashes[i])
			return crashes[i];
	return 0;
}

/* --- other programs: files without a name stand for pipes, which could fill */

static const char *temp_folder(void)
{
	return access("/tmp", W_OK) ? "." : "/tmp";
}

static int read_back(int fd, struct buf *out)
{
	struct os_stat st;
	size_t n = 0;
	int rc = os_stat_fd(fd, &st);

	if (rc < 0)
		return rc;
	if (!buf_reserve(out, (size_t)st.size + 1))
		return -ENOMEM;
	rc = os_pread_full(fd, out->ptr + out->len, (size_t)st.size, 0, &n);
	if (rc >= 0)
		out->len += n;
	return rc;
}

static void become(const char *const argv[], const int fds[3])
{
	int i;

	for (i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			_exit(NOT_FOUND_CODE);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(NOT_FOUND_CODE);
}

static int run_with(const char *const argv[], const int fds[3], int *out_code,
		    struct scout_err *err)
{
	pid_t child = fork();
	int status = 0, rc;

	if (child < 0)
		return scout_err_sys(err, errno, "starting %s", argv[0]);
	if (!child)
		become(argv, fds);
	rc = wait_for(child, &status, err);
	if (rc < 0)
		return rc;
	*out_code = child_exit_code(status);
	if (*out_code == NOT_FOUND_CODE)
		return scout_err_set(err, SCOUT_E_NOTFOUND,
				     "there is no program '%s' here", argv[0]);
	return SCOUT_OK;
}

int child_run(const char *const argv[], struct span input, struct buf *out,
	      struct buf *messages, int *out_code, struct scout_err *err)
{
	int fds[3] = { -1, -1, -1 };
	int rc = 0, i;

	for (i = 0; i < 3 && rc >= 0; i++)
		rc = fds[i] = os_tmpfile(temp_folder());
	if (rc >= 0)
		rc = os_write_full(fds[0], input.ptr, input.len);
	if (rc >= 0 && lseek(fds[0], 0, SEEK_SET) < 0)
		rc = -errno;
	if (rc < 0)
		rc = scout_err_sys(err, -rc, "starting %s", argv[0]);
	else
		rc = run_with(argv, fds, out_code, err);
	if (!rc && (read_back(fds[1], out) < 0 ||
		    read_back(fds[2], messages) < 0))
		rc = scout_err_set(err, SCOUT_E_NOMEM, "output of %s", argv[0]);
	for (i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return rc;
}
