#include "indexer/index_rules.h"

#include <stdio.h>
#include <stdlib.h>

#include "index_format/manifest.h"
#include "index_format/store.h"

/* The root may be relative to the folder of the index. */
static int resolve(const char *index_dir, const char *root,
		   struct index_rules *out)
{
	char joined[PATH_MAX];

	if (root[0] == '/')
		snprintf(joined, sizeof(joined), "%s", root);
	else if (snprintf(joined, sizeof(joined), "%s/%s", index_dir, root) >=
		 (int)sizeof(joined))
		return SCOUT_E_CORRUPT;
	if (!realpath(joined, out->root))
		memcpy(out->root, joined, sizeof(joined));
	return SCOUT_OK;
}

static int read_rules(struct store_txn *txn, const char *index_dir,
		      struct arena *arena, struct index_rules *out,
		      struct scout_err *err)
{
	struct manifest m = { .root = NULL };
	struct span bytes;
	int rc = store_get(txn, STORE_META, span_str(MANIFEST_KEY), &bytes);

	if (rc == SCOUT_E_NOTFOUND)
		return SCOUT_E_CORRUPT;
	if (!rc)
		rc = manifest_peek(bytes, arena, &m, err);
	if (!rc)
		rc = walk_rules_decode(m.rules, arena, &out->rules);
	return rc ? rc : resolve(index_dir, m.root, out);
}

int index_rules_read(const char *index_dir, struct arena *arena,
		     struct index_rules *out, struct scout_err *err)
{
	struct scout_store *store = NULL;
	struct store_txn *txn = NULL;
	int rc;

	rc = store_open(index_dir, &store, err);
	if (!rc)
		rc = store_begin_read(store, &txn, err);
	if (!rc)
		rc = read_rules(txn, index_dir, arena, out, err);
	store_end_read(txn);
	store_close(store);
	return rc < 0 ? scout_err_set(err, rc,
				      rc == SCOUT_E_CORRUPT
					      ? "the index in '%s' is damaged"
					      : "reading the index in '%s'",
				      index_dir)
		      : rc;
}

bool index_rules_match(const struct index_rules *of_index, const char *root,
		       const struct walk_rules *rules, const char **out_why)
{
	struct buf a = BUF_INIT(MEM_OTHER), b = BUF_INIT(MEM_OTHER);
	char path[PATH_MAX];
	bool same = true;

	*out_why = NULL;
	if (!realpath(root, path) || strcmp(path, of_index->root)) {
		*out_why = "the index is of another folder";
		return false;
	}
	walk_rules_encode(rules, &a);
	walk_rules_encode(&of_index->rules, &b);
	/* without memory: the rules are as good as others */
	if (buf_status(&a) < 0 || buf_status(&b) < 0 ||
	    !span_eq(buf_span(&a), buf_span(&b))) {
		*out_why = "the index was made with other flags or another "
			   "global ignore file";
		same = false;
	}
	buf_release(&a);
	buf_release(&b);
	return same;
}
