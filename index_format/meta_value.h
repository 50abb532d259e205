/*
 * Values of STORE_META that end with their checksum: all but the manifest,
 * which has its own way.
 */
#ifndef SCOUT_INDEX_FORMAT_META_VALUE_H
#define SCOUT_INDEX_FORMAT_META_VALUE_H

#include "base/buf.h"
#include "index_format/store.h"

/*
 * Reads a value and verifies it: *out is without its checksum, borrowed until
 * the transaction ends.  SCOUT_E_NOTFOUND, SCOUT_E_CORRUPT.
 */
int meta_value_get(struct store_txn *txn, struct span key, struct span *out);

/* Puts what is in value, and its checksum, which is appended to it. */
int meta_value_put(struct scout_store *store, struct span key,
		   struct buf *value, struct scout_err *err);

#endif
