#include "index_format/modes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	GROUP_IN = 0050, OTHERS_IN = 0005,	/* read and enter */
	GROUP_READ = 0040, OTHERS_READ = 0004,
	GROUP_WRITE = 0020, OTHERS_WRITE = 0002,
};

void index_modes_read(const char *index_dir, struct index_modes *out)
{
	struct stat st;

	*out = (struct index_modes){ true, 0700, 0600, 0600 };
	if (stat(index_dir, &st) || !(st.st_mode & (GROUP_IN | OTHERS_IN)))
		return;
	out->is_private = false;
	out->folder |= st.st_mode & (S_ISGID | GROUP_IN | OTHERS_IN);
	if (st.st_mode & GROUP_IN) {
		out->file |= GROUP_READ;
		out->lock |= GROUP_READ | GROUP_WRITE;
	}
	if (st.st_mode & OTHERS_IN) {
		out->file |= OTHERS_READ;
		out->lock |= OTHERS_READ | OTHERS_WRITE;
	}
}

int index_modes_share(const char *index_dir, struct scout_err *err)
{
	struct stat st;

	if (stat(index_dir, &st))
		return scout_err_sys(err, errno, "%s", index_dir);
	if ((st.st_mode & 0755) == 0755 || !chmod(index_dir, st.st_mode | 0755))
		return SCOUT_OK;
	return scout_err_sys(err, errno, "sharing '%s'", index_dir);
}

/* Adds the bits that a file lacks, and hands it the group of its folder. */
static void widen(int dir_fd, const char *name, unsigned mode)
{
	struct stat st, folder;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    S_ISLNK(st.st_mode))
		return;
	if (!fstat(dir_fd, &folder) && (folder.st_mode & S_ISGID) &&
	    st.st_gid != folder.st_gid)
		(void)!fchownat(dir_fd, name, (uid_t)-1, folder.st_gid, 0);
	if ((st.st_mode & mode) != mode)
		(void)!fchmodat(dir_fd, name, (st.st_mode | mode) & 07777, 0);
}

static void apply_generation_at(int gen_fd, const struct index_modes *modes)
{
	widen(gen_fd, "data.mdb", modes->file);
	widen(gen_fd, "lock.mdb", modes->lock);
}

void index_modes_apply_generation(const char *gen_dir,
				  const struct index_modes *modes)
{
	int fd;

	if (modes->is_private)
		return;
	fd = open(gen_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	apply_generation_at(fd, modes);
	(void)!fchmod(fd, modes->folder);
	close(fd);
}

static void apply_entry(int dir_fd, const char *name,
			const struct index_modes *modes)
{
	int fd;

	if (!strcmp(name, "CURRENT") || !strcmp(name, "lock") ||
	    !strcmp(name, "CACHEDIR.TAG"))
		widen(dir_fd, name, modes->file);
	if (strncmp(name, "gen-", 4))
		return;
	widen(dir_fd, name, modes->folder);
	fd = openat(dir_fd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	apply_generation_at(fd, modes);
	close(fd);
}

void index_modes_apply(const char *index_dir)
{
	struct index_modes modes;
	struct dirent *e;
	DIR *d;

	index_modes_read(index_dir, &modes);
	if (modes.is_private)
		return;
	d = opendir(index_dir);
	if (!d)
		return;
	while ((e = readdir(d)))
		apply_entry(dirfd(d), e->d_name, &modes);
	closedir(d);
}
