/* Which index a query is about (query.h). */
#include "query/query.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/os.h"

#define INDEX_DIR ".scout"

/*
 * SCOUT_OK if dir has an index folder, whose path is left in out then;
 * SCOUT_END if it has none.
 */
static int look_into(const char *dir, struct buf *out, struct scout_err *err)
{
	struct os_stat st;
	const char *path;
	int rc;

	buf_clear(out);
	buf_put_str(out, dir);
	if (strcmp(dir, "/"))
		buf_put_u8(out, '/');
	buf_put_str(out, INDEX_DIR "/CURRENT");
	path = buf_cstr(out);
	if (!path)
		return scout_err_set(err, SCOUT_E_NOMEM, "index path");
	rc = os_stat_at(AT_FDCWD, path, true, &st);
	if (rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES)
		return SCOUT_END;
	if (rc < 0)
		return scout_err_sys(err, -rc, "%s", path);
	if (!S_ISREG(st.mode))
		return SCOUT_END;
	out->len -= strlen("/CURRENT");
	return buf_cstr(out) ? SCOUT_OK : SCOUT_E_NOMEM;
}

/* Shortens an absolute path to its parent; false at the root. */
static bool to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || !strcmp(path, "/"))
		return false;
	slash[slash == path ? 1 : 0] = '\0';
	return true;
}

int scout_index_find(const char *start_dir, struct buf *out,
		     struct scout_err *err)
{
	const char *named = getenv("SCOUT_INDEX");
	char path[PATH_MAX];
	int rc;

	if (named && *named) {
		buf_clear(out);
		buf_put_str(out, named);
		return buf_cstr(out) ? SCOUT_OK :
			scout_err_set(err, SCOUT_E_NOMEM, "index path");
	}
	if (!realpath(start_dir, path))
		return scout_err_sys(err, errno, "%s", start_dir);
	do {
		rc = look_into(path, out, err);
	} while (rc == SCOUT_END && to_parent(path));
	if (rc != SCOUT_END)
		return rc;
	buf_clear(out);
	return scout_err_set(err, SCOUT_E_NOTFOUND,
			     "no index in '%s' or a folder above it",
			     start_dir);
}
