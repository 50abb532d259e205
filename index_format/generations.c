#include "index_format/generations.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"
#include "index_format/modes.h"

enum { GENERATION_PATH_MAX = 4200 };

char *generation_path(const char *dir, const char *name)
{
	char path[GENERATION_PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return NULL;
	return scout_strdup(MEM_STORE, path);
}

/* The number in "gen-N" followed by end and nothing else. */
static bool parse_generation(const char *name, const char *end,
			     unsigned long long *out)
{
	char *stop;

	if (strncmp(name, "gen-", 4) || name[4] < '0' || name[4] > '9')
		return false;
	errno = 0;
	*out = strtoull(name + 4, &stop, 10);
	return !errno && !strcmp(stop, end);
}

int generation_current(const char *index_dir, uint64_t *out,
		       struct scout_err *err)
{
	unsigned long long n;
	uint8_t *text = NULL;
	char *path = generation_path(index_dir, "CURRENT");
	size_t len;
	int rc;

	if (!path)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	rc = os_read_file(AT_FDCWD, path, 64, &text, &len);
	scout_free(path);
	if (rc == -ENOENT || rc == -ENOTDIR)
		return scout_err_set(err, SCOUT_E_NOTFOUND, "no index in '%s'",
				     index_dir);
	if (rc == -ENOMEM)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	if (rc < 0)
		return scout_err_sys(err, -rc, "reading '%s/CURRENT'",
				     index_dir);
	if (!parse_generation((char *)text, "\n", &n))
		rc = scout_err_set(err, SCOUT_E_CORRUPT,
				   "'%s/CURRENT' names no generation",
				   index_dir);
	else
		*out = n;
	scout_free(text);
	return rc < 0 ? rc : SCOUT_OK;
}

/* A guess would not do: the next number must not be that of a generation that
 * is there. */
int generation_newest(const char *index_dir, uint64_t *out,
		      struct scout_err *err)
{
	unsigned long long n, newest = 0;
	struct dirent *e;
	DIR *d = opendir(index_dir);
	int sys;

	if (!d)
		return scout_err_sys(err, errno, "reading folder '%s'",
				     index_dir);
	for (errno = 0; (e = readdir(d)); errno = 0)
		if (parse_generation(e->d_name, "", &n) && n > newest)
			newest = n;
	sys = errno;
	closedir(d);
	if (sys)
		return scout_err_sys(err, sys, "reading folder '%s'",
				     index_dir);
	*out = newest;
	return SCOUT_OK;
}

/* Deletes a generation, its data first.  What cannot be deleted is left for the
 * next run. */
static void sweep_generation(const char *index_dir, const char *name)
{
	char *dir = generation_path(index_dir, name);
	char *data = dir ? generation_path(dir, "data.mdb") : NULL;

	if (data) {
		unlink(data);
		os_remove_dir(dir);
	}
	scout_free(data);
	scout_free(dir);
}

void generation_sweep_others(const char *index_dir, uint64_t keep)
{
	unsigned long long n;
	struct dirent *e;
	DIR *d = opendir(index_dir);

	if (!d)
		return;
	while ((e = readdir(d)))
		if (parse_generation(e->d_name, "", &n) && n != keep)
			sweep_generation(index_dir, e->d_name);
	closedir(d);
}

int generation_sync(const char *path, struct scout_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -errno : os_sync_dir(fd);

	if (fd >= 0)
		close(fd);
	return rc < 0 ? scout_err_sys(err, -rc, "syncing '%s'", path)
		      : SCOUT_OK;
}

int generation_point_to(const char *index_dir, uint64_t generation,
			bool *out_is_live, struct scout_err *err)
{
	struct index_modes modes;
	uint64_t current;
	char text[32];
	int fd, found, n, rc;

	*out_is_live = false;
	fd = open(index_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return scout_err_sys(err, errno, "opening '%s'", index_dir);
	n = snprintf(text, sizeof(text), "gen-%llu\n",
		     (unsigned long long)generation);
	index_modes_read(index_dir, &modes);
	rc = os_replace_file_mode(fd, "CURRENT", text, (size_t)n, modes.file);
	close(fd);
	if (!rc) {
		*out_is_live = true;
		return SCOUT_OK;
	}
	/* even a failed call may have done the rename, and what CURRENT names
	 * must not be deleted; nor what it may name */
	found = generation_current(index_dir, &current, NULL);
	*out_is_live = found == SCOUT_OK ? current == generation
					 : found != SCOUT_E_NOTFOUND;
	if (!found && *out_is_live)
		return scout_err_sys(err, -rc,
				     "syncing '%s' (the new index is "
				     "in place, but may not outlive a power "
				     "failure)",
				     index_dir);
	return scout_err_sys(err, -rc, "writing '%s/CURRENT'", index_dir);
}
