/*
 * The document table: one fixed-width record per document, and its path in
 * compressed blocks (format, "Document table").
 */
#ifndef SCOUT_INDEX_FORMAT_DOC_TABLE_H
#define SCOUT_INDEX_FORMAT_DOC_TABLE_H

#include "base/buf.h"
#include "base/hash.h"
#include "index_format/limits.h"
#include "index_format/streams.h"

enum { DOC_RECORD_BYTES = 64, PATH_BLOCK_DOCS = 64 };

enum doc_flags {
	DOC_OVERLONG = 1 << 0,	/* holds words of which only a part is kept */
	DOC_WILD = 1 << 1,	/* overlong words with an unreliable kept form */
	DOC_REORDERED = 1 << 2,	/* folding reordered combining marks */
	DOC_UTF16 = 1 << 3,	/* decoded from UTF-16 */
	DOC_BOM = 1 << 4,	/* began with a UTF-8 BOM, dropped */
	DOC_PACKED = 1 << 5,	/* decompressed: its size is another one */
	DOC_FLAGS_KNOWN = (1 << 6) - 1,
};

struct doc_info {
	struct span path;	/* borrowed from the path cache until it moves
				 * to another block */
	uint64_t size_bytes;	/* of the file on disk */
	int64_t mtime_ns;
	int64_t ctime_ns;
	uint64_t ino;
	struct hash128 content_hash;	/* of the file's bytes */
	uint32_t nwords;
	uint32_t nlines;
	uint64_t lines_addr;	/* of its line map */
	uint16_t flags;		/* enum doc_flags */
};

enum { RACY_NS = 2000000000 };

/* Whether a time is so close to (or after) the start of the indexing run that
 * it cannot be told from that of a later change. */
static inline bool time_is_racy(int64_t time_ns, int64_t run_started_ns)
{
	return time_ns > run_started_ns - RACY_NS;
}

/* The 64 bytes of a document (path apart). */
void doc_record_put(const struct doc_info *doc, uint8_t out[DOC_RECORD_BYTES]);
int doc_record_get(const uint8_t in[DOC_RECORD_BYTES], struct doc_info *out);

/* Builds a path block: paths are added in order, then finished into out. */
struct path_block_writer {
	struct buf plain;
	struct buf last;
	unsigned npaths;
};
void path_block_init(struct path_block_writer *w, enum scout_mem_owner owner);
void path_block_release(struct path_block_writer *w);
void path_block_add(struct path_block_writer *w, struct span path);
/* Appends the compressed block to out and empties the writer. */
int path_block_finish(struct path_block_writer *w, struct buf *out);

/* The last decoded block of paths; zero it at first, release it at last. */
struct path_cache {
	const struct stream_reader *stream;	/* of the block, or NULL */
	uint64_t block;
	unsigned npaths;
	uint8_t *text;
	size_t text_cap;
	uint32_t start[PATH_BLOCK_DOCS + 1];
	struct ZSTD_DCtx_s *zstd;	/* kept from block to block */
};
void path_cache_release(struct path_cache *cache);

/* Decodes a path block.  SCOUT_E_CORRUPT, SCOUT_E_NOMEM. */
int path_cache_load(struct path_cache *cache, struct span block_bytes);

#endif
