#include "index_format/index_state.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "index_format/manifest.h"
#include "index_format/segment_reader.h"

/* The strings of the rules belong to the snapshot's arena: by way of bytes. */
static int copy_rules(const struct walk_rules *rules, struct arena *arena,
		      struct walk_rules *out)
{
	struct buf bytes = BUF_INIT(MEM_OTHER);
	int rc;

	walk_rules_encode(rules, &bytes);
	rc = buf_status(&bytes);
	if (!rc)
		rc = walk_rules_decode(buf_span(&bytes), arena, out);
	buf_release(&bytes);
	return rc;
}

static int read_snapshot(const struct index_snapshot *snap, struct arena *arena,
			 struct index_state *out, struct scout_err *err)
{
	struct index_state s = { .run_started_ns = snap->run_started_ns,
				 .segments = snap->nsegments };
	size_t i;
	int rc;

	s.root = arena_dup(arena, snap->root, strlen(snap->root));
	rc = s.root ? copy_rules(&snap->rules, arena, &s.rules) :
		      SCOUT_E_NOMEM;
	if (!rc)
		rc = store_sizes(snap->txn, &s.file_bytes, &s.used_bytes, err);
	if (!rc)
		rc = store_readers(snap->store, &s.readers, err);
	if (rc < 0)
		return rc;
	for (i = 0; i < snap->nsegments; i++) {
		s.deleted += snap->metas[i].ndeleted;
		s.documents += snap->metas[i].ndocs - snap->metas[i].ndeleted;
	}
	*out = s;
	return SCOUT_OK;
}

int index_state_read(const char *index_dir, struct arena *arena,
		     struct index_state *out, struct scout_err *err)
{
	struct index_snapshot *snap;
	int rc;

	rc = snapshot_open(index_dir, &snap, err);
	if (rc < 0)
		return rc;
	rc = read_snapshot(snap, arena, out, err);
	snapshot_close(snap);
	return rc < 0 ? scout_err_set(err, rc, "reading the state of '%s'",
				      index_dir) : rc;
}

/* The manifest has it relative to the index folder, or absolute. */
static const char *absolute_root(const char *index_dir, const char *root,
				 struct arena *arena)
{
	char joined[PATH_MAX * 2], full[PATH_MAX];
	const char *path = root;

	if (root[0] != '/') {
		snprintf(joined, sizeof(joined), "%s/%s", index_dir, root);
		path = realpath(joined, full) ? full : joined;
	}
	return arena_dup(arena, path, strlen(path));
}

int index_state_rules(const char *index_dir, struct arena *arena,
		      const char **out_root, struct walk_rules *out_rules,
		      struct scout_err *err)
{
	struct scout_store *store = NULL;
	struct store_txn *txn = NULL;
	struct manifest m = { 0 };
	struct span bytes;
	int rc;

	rc = store_open(index_dir, &store, err);
	if (!rc)
		rc = store_begin_read(store, &txn, err);
	if (!rc)
		rc = store_get(txn, STORE_META, span_str(MANIFEST_KEY), &bytes);
	if (!rc)
		rc = manifest_decode(bytes, arena, &m, err);
	if (!rc)
		rc = walk_rules_decode(m.rules, arena, out_rules);
	if (!rc) {
		*out_root = absolute_root(index_dir, m.root, arena);
		rc = *out_root ? SCOUT_OK : SCOUT_E_NOMEM;
	}
	store_end_read(txn);
	store_close(store);
	return rc;
}
