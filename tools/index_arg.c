#include "tools/index_arg.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/os.h"
#include "query/query.h"

static bool is_folder(const char *path)
{
	struct os_stat st;

	return !os_stat_at(AT_FDCWD, path, true, &st) && S_ISDIR(st.mode);
}

int index_arg_find(const char *index_dir, const char *folder, struct buf *out,
		   struct scout_err *err)
{
	const char *inside;

	if (!index_dir && !folder)
		return scout_index_find(".", out, err);
	if (index_dir) {
		buf_put_str(out, index_dir);
	} else {
		buf_printf(out, "%s/.scout", folder);
		inside = buf_cstr(out);
		if (inside && !is_folder(inside)) {
			buf_clear(out);
			buf_put_str(out, folder);
		}
	}
	return buf_cstr(out) ? SCOUT_OK :
			       scout_err_set(err, SCOUT_E_NOMEM, "index path");
}
