#include "index_format/place.h"

#include <fcntl.h>
#include <string.h>

#include "base/mem.h"
#include "base/os.h"

/* The folder above a path, as far as its text tells; scout_malloc'ed. */
static char *parent_of(const char *path)
{
	char *copy = scout_strdup(MEM_OTHER, path), *slash;
	size_t len;

	if (!copy)
		return NULL;
	for (len = strlen(copy); len > 1 && copy[len - 1] == '/'; len--)
		copy[len - 1] = 0;
	slash = strrchr(copy, '/');
	if (!slash) {
		scout_free(copy);
		return scout_strdup(MEM_OTHER, ".");
	}
	slash[slash == copy ? 1 : 0] = 0;
	return copy;
}

int index_place_check(const char *index_dir, bool force_remote,
		      struct scout_err *err)
{
	struct os_stat st;
	char *parent;
	bool is_remote;

	if (force_remote)
		return SCOUT_OK;
	if (!os_stat_at(AT_FDCWD, index_dir, true, &st)) {
		is_remote = os_is_network_fs(index_dir);
	} else {
		parent = parent_of(index_dir);
		if (!parent)
			return scout_err_set(err, SCOUT_E_NOMEM, "index path");
		is_remote = os_is_network_fs(parent);
		scout_free(parent);
	}
	if (!is_remote)
		return SCOUT_OK;
	return scout_err_set(err, SCOUT_E_USAGE,
			     "'%s' lies on a network file system, where a "
			     "memory-mapped index is not safe; put it elsewhere "
			     "with --index, or insist with --force-remote",
			     index_dir);
}
