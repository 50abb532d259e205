/*
 * The manifest: what an index consists of (format, "Manifest").
 *
 * One value of the store, rewritten last in every change: version, the folder
 * indexed and the walk's rules, and the list of segments.
 */
#ifndef SCOUT_INDEX_FORMAT_MANIFEST_H
#define SCOUT_INDEX_FORMAT_MANIFEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "index_format/streams.h"

enum {
	FORMAT_VERSION = 5,
	FORMAT_OLDEST = 4,	/* that is read: 5 has other walk_rules */
	MANIFEST_MAX_SEGMENTS = 1 << 20,
};

struct segment_meta {
	uint32_t number;
	uint32_t ndocs;
	uint32_t ndeleted;
	uint32_t nwild;		/* documents with unreliable overlong words */
	uint32_t ntouched;	/* documents with a newer stat (touched.h) */
	/* when the run began that last made sure of its documents; for racy
	 * times */
	int64_t run_started_ns;
	uint64_t nwords;
	uint64_t nterms;
	uint64_t npostings;
	uint32_t dict_blocks;
	uint64_t dict_bytes;
	uint64_t dict_keys;	/* checksum of one key after the other */
	uint32_t nchunks[STREAMS];
	uint64_t stream_bytes[STREAMS];
};

struct manifest {
	uint32_t version;	/* as read; FORMAT_VERSION is written */
	const char *root;	/* relative to the index folder, or absolute */
	struct span rules;	/* walk_rules_encode */
	int64_t run_started_ns;	/* when the last run began that wrote this */
	struct segment_meta *segments;
	uint32_t nsegments;
};

/* Keys in STORE_META. */
#define MANIFEST_KEY "manifest"
#define STATS_KEY "stats"
#define DELETED_KEY "deleted"	/* + segment number, big-endian */
#define WILD_KEY "wild"		/* + segment number */
#define TOUCHED_KEY "touched"	/* + segment number */
#define SKIPPED_KEY "skipped"	/* + part number */

enum { META_KEY_MAX = 16 };
/* Writes name and number as a key; returns its length. */
size_t meta_key_put(uint8_t key[META_KEY_MAX], const char *name,
		    uint32_t number);

/* Appends the manifest's bytes, with their checksum. */
void manifest_encode(const struct manifest *m, struct buf *out);
/*
 * Strings and segments are copied into arena.  SCOUT_E_VERSION with a text for
 * a newer format or newer Unicode tables, SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int manifest_decode(struct span bytes, struct arena *arena,
		    struct manifest *out, struct scout_err *err);
/*
 * Only root and rules, also of a manifest of an earlier format or with other
 * Unicode tables, which have them in the same place.  SCOUT_E_VERSION for a later
 * format, SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int manifest_peek(struct span bytes, struct arena *arena, struct manifest *out,
		  struct scout_err *err);

#endif
