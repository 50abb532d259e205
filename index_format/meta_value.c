#include "index_format/meta_value.h"

#include "index_format/checksum.h"

int meta_value_get(struct store_txn *txn, struct span key, struct span *out)
{
	struct span value;
	int rc = store_get(txn, STORE_META, key, &value);

	return rc < 0 ? rc : checksum_cut(value, checksum_seed(key), out);
}

int meta_value_put(struct scout_store *store, struct span key,
		   struct buf *value, struct scout_err *err)
{
	checksum_put(value, checksum_seed(key));
	if (buf_status(value) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "writing the index");
	return store_put(store, STORE_META, key, buf_span(value), false, err);
}
