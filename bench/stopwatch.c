/*
 * Runs commands, one after another, and says what each of them took.
 *
 * measure.py talks to it.  What it takes to start a command grows with the size
 * of the process that starts it, and so does the peak memory that the kernel
 * reports for a command; this program is small and stays small.
 *
 * A request on stdin is a line with a number of bytes, then as many bytes: the
 * folder to run in, the file for stdout, the file for stderr, and the command
 * with its arguments, each ended by a NUL.  The answer is a line with the exit
 * code (128 + signal if killed), wall ns, user us, system us, peak resident KiB
 * and bytes printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { REQUEST_BYTES = 1 << 20, MAX_ARGS = 4096, FILE_MODE = 0600 };

extern char **environ;

static char request[REQUEST_BYTES + 1];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long microseconds(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

/* Starts the command with its files and its folder. */
static pid_t start(char **fields)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC;
	posix_spawn_file_actions_t todo;
	pid_t pid;
	int rc;

	posix_spawn_file_actions_init(&todo);
	posix_spawn_file_actions_addopen(&todo, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&todo, 1, fields[1], flags, FILE_MODE);
	posix_spawn_file_actions_addopen(&todo, 2, fields[2], flags, FILE_MODE);
	posix_spawn_file_actions_addchdir_np(&todo, fields[0]);
	rc = posix_spawnp(&pid, fields[3], &todo, NULL, fields + 3, environ);
	posix_spawn_file_actions_destroy(&todo);
	errno = rc;
	return rc ? -1 : pid;
}

static void run(char **fields)
{
	long long wall = now_ns();
	pid_t pid = start(fields);
	struct rusage usage;
	struct stat out;
	int status;

	if (pid < 0)
		die(fields[3]);
	if (wait4(pid, &status, 0, &usage) < 0)
		die("wait4");
	wall = now_ns() - wall;
	if (stat(fields[1], &out) < 0)
		die(fields[1]);
	printf("%d %lld %lld %lld %ld %lld\n",
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	       wall, microseconds(usage.ru_utime), microseconds(usage.ru_stime),
	       usage.ru_maxrss, (long long)out.st_size);
	fflush(stdout);
}

/* Splits the request at its NULs; the number of fields. */
static int split(char *text, size_t len, char **fields)
{
	char *end = text + len;
	int n = 0;

	while (text < end && n < MAX_ARGS) {
		fields[n++] = text;
		text += strlen(text) + 1;
	}
	fields[n] = NULL;
	return n;
}

int main(void)
{
	static char *fields[MAX_ARGS + 1];
	char line[32];

	while (fgets(line, sizeof(line), stdin)) {
		size_t len = strtoul(line, NULL, 10);

		if (len > REQUEST_BYTES || fread(request, 1, len, stdin) != len) {
			fputs("stopwatch: bad request\n", stderr);
			return 1;
		}
		request[len] = '\0';
		if (split(request, len, fields) < 4) {
			fputs("stopwatch: bad request\n", stderr);
			return 1;
		}
		run(fields);
	}
	return 0;
}
