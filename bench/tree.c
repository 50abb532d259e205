#include "bench/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

char *tree_grow(char *ptr, size_t bytes)
{
	ptr = realloc(ptr, bytes ? bytes : 1);
	if (!ptr)
		die("memory");
	return ptr;
}

void tree_read(const char *path, struct tree_text *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	if (text->room < (size_t)st.st_size) {
		text->room = (size_t)st.st_size;
		text->ptr = tree_grow(text->ptr, text->room);
	}
	text->len = 0;
	while (text->len < (size_t)st.st_size) {
		n = read(fd, text->ptr + text->len,
			 (size_t)st.st_size - text->len);
		if (n < 0)
			die(path);
		if (n == 0)
			break;
		text->len += (size_t)n;
	}
	close(fd);
}

void tree_release(struct tree_text *text)
{
	free(text->ptr);
	text->ptr = NULL;
}

static void make_folders(const char *path)
{
	char folder[TREE_PATH];
	char *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	for (slash = strchr(folder + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(folder, 0777) < 0 && errno != EEXIST)
			die(folder);
		*slash = '/';
	}
}

void tree_write(const char *path, const char *ptr, size_t len)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	int fd = open(path, flags, 0666);

	if (fd < 0 && errno == ENOENT) {
		make_folders(path);
		fd = open(path, flags, 0666);
	}
	if (fd < 0)
		die(path);
	while (len) {
		ssize_t n = write(fd, ptr, len);

		if (n < 0)
			die(path);
		ptr += n;
		len -= (size_t)n;
	}
	if (close(fd) < 0)
		die(path);
}
