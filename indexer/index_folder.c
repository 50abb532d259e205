#include "indexer/index_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "index_format/modes.h"
#include "index_format/place.h"

int index_folder_open_root(const char *root, char out_path[PATH_MAX],
			   int *out_fd, struct scout_err *err)
{
	struct os_stat st;
	int fd, rc;

	if (!realpath(root, out_path)) {
		if (errno == ENOENT || errno == ENOTDIR)
			return scout_err_set(err, SCOUT_E_NOTFOUND,
					     "'%s': no such folder", root);
		return scout_err_sys(err, errno, "%s", root);
	}
	rc = os_stat_at(AT_FDCWD, out_path, true, &st);
	if (rc < 0)
		return scout_err_sys(err, -rc, "%s", out_path);
	fd = open(out_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOTDIR)
		return scout_err_set(err, SCOUT_E_NOTFOUND,
				     "'%s' is not a folder", root);
	if (fd < 0)
		return scout_err_sys(err, errno, "%s", root);
	*out_fd = fd;
	return SCOUT_OK;
}

int index_folder_make(const char *dir, const char *root, bool force_remote,
		      char out_path[PATH_MAX], struct scout_err *err)
{
	char path[PATH_MAX];
	int rc;

	if (!dir) {
		if (snprintf(path, sizeof(path), "%s/.scout", root) >=
		    (int)sizeof(path))
			return scout_err_sys(err, ENAMETOOLONG, "%s", root);
		dir = path;
	}
	rc = index_place_check(dir, force_remote, err);
	if (rc < 0)
		return rc;
	rc = os_mkdir(dir, 0700);
	if (rc < 0)
		return scout_err_sys(err, -rc,
				     "making the index folder '%s' "
				     "(--index names another)",
				     dir);
	if (!realpath(dir, out_path))
		return scout_err_sys(err, errno, "%s", dir);
	return SCOUT_OK;
}

/* Backup programs leave out what holds this file. */
static void put_cachedir_tag(const char *index_dir)
{
	static const char tag[] =
		"Signature: 8a477f597d28d172789f06886806bc55\n"
		"# This folder is a search index made by scout; it can be "
		"rebuilt.\n";
	int fd = open(index_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct index_modes modes;

	if (fd < 0)
		return;
	index_modes_read(index_dir, &modes);
	if (faccessat(fd, "CACHEDIR.TAG", F_OK, 0))
		(void)os_replace_file_mode(fd, "CACHEDIR.TAG", tag,
					   sizeof(tag) - 1, modes.file);
	close(fd);
}

/*
 * Makes the name of the index folder last, whichever run made it.  Only a first
 * build needs that, and a lost one can be repeated: where the folder above may
 * not be opened, or knows no sync, the build goes on.
 */
static int sync_folder_above(const char *index_dir, struct scout_err *err)
{
	int fd = open(index_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int above = -1, rc = SCOUT_OK;

	if (fd >= 0)
		above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (above >= 0) {
		rc = os_sync_dir(above);
		close(above);
	}
	if (fd >= 0)
		close(fd);
	if (rc == -EIO || rc == -ENOSPC || rc == -EDQUOT)
		return scout_err_sys(err, -rc, "syncing the folder above '%s'",
				     index_dir);
	return SCOUT_OK;
}

int index_folder_mark(const char *index_dir, struct scout_err *err)
{
	int rc = sync_folder_above(index_dir, err);

	if (!rc)
		put_cachedir_tag(index_dir);
	return rc;
}

void index_folder_put_root(const char *index_dir, const char *root,
			   struct buf *out)
{
	size_t n = strlen(root);
	const char *p = index_dir + n;

	if (strncmp(index_dir, root, n) || (*p != '/' && n > 1)) {
		buf_put_str(out, root);
		return;
	}
	buf_put_str(out, "..");
	for (p += n > 1; *p; p++)
		if (*p == '/')
			buf_put_str(out, "/..");
}
