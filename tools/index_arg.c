#include "tools/index_arg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/os.h"
#include "index_format/place.h"
#include "query/query.h"
#include "tools/registry.h"

/* SCOUT_OK if path is a folder, SCOUT_END if not. */
static int look_at(const char *path, struct scout_err *err)
{
	struct os_stat st;
	int rc = os_stat_at(AT_FDCWD, path, true, &st);

	if (rc == -ENOENT || rc == -ENOTDIR)
		return SCOUT_END;
	if (rc < 0)
		return scout_err_sys(err, -rc, "%s", path);
	return S_ISDIR(st.mode) ? SCOUT_OK : SCOUT_END;
}

/* $SCOUT_INDEX; NULL if it is not set, or empty. */
static const char *index_of_environment(void)
{
	const char *dir = getenv("SCOUT_INDEX");

	return dir && *dir ? dir : NULL;
}

/* The folder, or the .scout in it; SCOUT_END if there is neither. */
static int find_in_folder(const char *folder, struct buf *out,
			  struct scout_err *err)
{
	int rc;

	buf_printf(out, "%s/.scout", folder);
	if (!buf_cstr(out))
		return SCOUT_E_NOMEM;
	rc = look_at(buf_cstr(out), err);
	if (rc != SCOUT_END)
		return rc;
	buf_clear(out);
	rc = look_at(folder, err);
	if (rc == SCOUT_OK)
		buf_put_str(out, folder);
	return rc;
}

static int find(const struct index_arg *arg, const char *folder,
		struct buf *out, struct scout_err *err)
{
	const char *dir = arg->index_dir;
	int rc;

	if (!dir && !folder)
		dir = index_of_environment();
	if (dir)
		return registry_resolve(dir, out, err);
	if (!folder)
		return scout_index_find(".", out, err);
	rc = find_in_folder(folder, out, err);
	return rc == SCOUT_END ? registry_resolve(folder, out, err) : rc;
}

/* Moves the path, found with rc, to the arena. */
static int keep(struct buf *path, int rc, struct arena *arena,
		const char **out_dir, struct scout_err *err)
{
	const char *dir = NULL;

	if (rc >= 0 && buf_cstr(path))
		dir = arena_dup(arena, path->ptr, path->len);
	buf_release(path);
	if (rc < 0 && rc != SCOUT_E_NOMEM)
		return rc;
	if (!dir)
		return scout_err_set(err, SCOUT_E_NOMEM, "index path");
	*out_dir = dir;
	return SCOUT_OK;
}

int index_arg_find(const struct index_arg *arg, const char *folder,
		   struct arena *arena, const char **out_dir,
		   struct scout_err *err)
{
	struct buf path = BUF_INIT(MEM_OTHER);
	int rc = keep(&path, find(arg, folder, &path, err), arena, out_dir,
		      err);

	return rc < 0 ? rc : index_place_check(*out_dir, arg->force_remote,
					       err);
}

int index_arg_place(const struct index_arg *arg, const char *folder,
		    struct arena *arena, const char **out_dir,
		    struct scout_err *err)
{
	const char *dir = arg->index_dir ? arg->index_dir :
					   index_of_environment();
	struct buf path = BUF_INIT(MEM_OTHER);
	int rc = SCOUT_OK;

	if (dir)
		rc = registry_resolve(dir, &path, err);
	else
		buf_printf(&path, "%s%s.scout", folder,
			   folder[0] && folder[strlen(folder) - 1] == '/' ?
				   "" : "/");
	return keep(&path, rc, arena, out_dir, err);
}
