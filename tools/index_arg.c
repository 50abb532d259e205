#include "tools/index_arg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

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

static int find(const char *index_dir, const char *folder, struct buf *out,
		struct scout_err *err)
{
	const char *env = getenv("SCOUT_INDEX");
	const char *inside;
	int rc = SCOUT_OK;

	if (!index_dir && !folder)
		index_dir = env && *env ? env : NULL;
	if (index_dir)
		return registry_resolve(index_dir, out, err);
	if (!folder)
		return scout_index_find(".", out, err);
	buf_printf(out, "%s/.scout", folder);
	inside = buf_cstr(out);
	if (!inside)
		return scout_err_set(err, SCOUT_E_NOMEM, "index path");
	rc = look_at(inside, err);
	if (rc != SCOUT_END)
		return rc;
	buf_clear(out);
	rc = look_at(folder, err);
	if (rc == SCOUT_END)
		return registry_resolve(folder, out, err);
	buf_put_str(out, folder);
	return buf_cstr(out) ? rc :
			       scout_err_set(err, SCOUT_E_NOMEM, "index path");
}

int index_arg_find(const char *index_dir, const char *folder, bool force_remote,
		   struct buf *out, struct scout_err *err)
{
	int rc = find(index_dir, folder, out, err);

	return rc < 0 ? rc : index_place_check(buf_cstr(out), force_remote,
					       err);
}
