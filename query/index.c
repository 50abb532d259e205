#include "query/index.h"

#include <fcntl.h>

/* The state of CURRENT, which every new generation replaces. */
static int stat_current(const struct scout_index *index, struct os_stat *out)
{
	struct buf path = BUF_INIT(MEM_QUERY);
	const char *name;
	int rc;

	buf_put_str(&path, index->dir);
	buf_put_str(&path, "/CURRENT");
	name = buf_cstr(&path);
	rc = name ? os_stat_at(AT_FDCWD, name, true, out) : SCOUT_E_NOMEM;
	buf_release(&path);
	return rc;
}

/* Keeps the folder that the snapshot is of: another build may be of another
 * folder. */
static int keep_root(struct scout_index *index, struct scout_err *err)
{
	const char *now = index->snapshot->root;
	char *root;

	if (index->root && !strcmp(index->root, now))
		return SCOUT_OK;
	root = scout_strdup(MEM_QUERY, now);
	if (!root)
		return scout_err_set(err, SCOUT_E_NOMEM, "opening the index");
	scout_free(index->root);
	index->root = root;
	return SCOUT_OK;
}

int scout_index_snapshot(struct scout_index *index,
			 struct index_snapshot **out, struct scout_err *err)
{
	struct os_stat now = { .ino = 0 };
	bool known = stat_current(index, &now) >= 0;
	int rc;

	if (index->snapshot && known && now.ino == index->current.ino &&
	    now.mtime_ns == index->current.mtime_ns &&
	    now.ctime_ns == index->current.ctime_ns &&
	    store_is_newest(index->snapshot->txn)) {
		*out = index->snapshot;
		return SCOUT_OK;
	}
	scout_index_let_go(index);
	rc = index->is_checked ?
		     snapshot_open_checked(index->dir, &index->snapshot, err) :
		     snapshot_open(index->dir, &index->snapshot, err);
	if (!rc)
		rc = keep_root(index, err);
	if (rc < 0) {
		scout_index_let_go(index);
		return rc;
	}
	index->current = now;
	*out = index->snapshot;
	return SCOUT_OK;
}

void scout_index_let_go(struct scout_index *index)
{
	snapshot_close(index->snapshot);
	index->snapshot = NULL;
}

int scout_index_name_damage(struct scout_index *index, int rc,
			    struct scout_err *err)
{
	const char *damage = NULL;

	if (rc == SCOUT_E_CORRUPT && index && index->snapshot &&
	    index->snapshot->check)
		damage = read_check_take_damage(index->snapshot->check);
	if (!damage || !err)
		return rc;
	scout_err_clear(err);
	return scout_err_set(err, rc, "the index in '%s' is damaged: %s",
			     index->dir, damage);
}

static int open_index(const char *index_dir, bool is_checked,
		      struct scout_index **out, struct scout_err *err)
{
	struct scout_index *index = scout_calloc(MEM_QUERY, 1, sizeof(*index));
	struct index_snapshot *snapshot;
	int rc = SCOUT_E_NOMEM;

	if (index)
		index->dir = scout_strdup(MEM_QUERY, index_dir);
	if (!index || !index->dir)
		goto out;
	index->is_checked = is_checked;
	rc = scout_index_snapshot(index, &snapshot, err);
	if (rc < 0)
		goto out;
	*out = index;
	index = NULL;
out:
	scout_index_close(index);
	return rc == SCOUT_E_NOMEM ?
		       scout_err_set(err, rc, "opening the index") : rc;
}

int scout_index_open(const char *index_dir, struct scout_index **out,
		     struct scout_err *err)
{
	return open_index(index_dir, false, out, err);
}

int scout_index_open_checked(const char *index_dir, struct scout_index **out,
			     struct scout_err *err)
{
	return open_index(index_dir, true, out, err);
}

void scout_index_close(struct scout_index *index)
{
	if (!index)
		return;
	scout_index_let_go(index);
	scout_free(index->dir);
	scout_free(index->root);
	scout_free(index);
}

const char *scout_index_root(const struct scout_index *index)
{
	return index->root;
}
