#include "index_format/index_state.h"

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
