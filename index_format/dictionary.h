/*
 * Dictionary blocks: sorted terms, front-coded, with what is known of each
 * (format, "Dictionary").
 */
#ifndef SCOUT_INDEX_FORMAT_DICTIONARY_H
#define SCOUT_INDEX_FORMAT_DICTIONARY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "index_format/inline_list.h"
#include "index_format/limits.h"
#include "index_format/surface.h"

enum {
	DICT_BLOCK_BYTES = 4080,	/* with the checksum; one overflow page */
	DICT_RESTART = 16,		/* terms between two whole ones */
	DICT_GROUP_ZEROS = 64,		/* after the terms of a dict_group */
};

enum posting_kind {
	POSTING_INLINE,	/* byte-coded, in the dictionary block */
	POSTING_SHORT,	/* byte-coded documents, in STREAM_SHORT */
	POSTING_BLOCKS,	/* packed blocks with skip entries */
	POSTING_REPEAT,	/* inline, documents as in the list before it */
};

struct term_info {
	uint32_t df;		/* documents */
	uint64_t cf;		/* occurrences */
	enum posting_kind kind;
	uint8_t surface;	/* how it is spelt: bits of enum surface */
	/* INLINE, and the list that a REPEAT repeats: to write a plain list,
	 * when read as stored (inline_list.h); borrowed from the store */
	struct span inline_bytes;
	doc_id base_doc;	/* the first document counts from it */
	struct span repeat_bytes;	/* REPEAT: its positions */
	uint64_t addr;		/* SHORT: in STREAM_SHORT */
	uint32_t short_bytes;	/* SHORT: length there */
	uint64_t docs_addr;	/* BLOCKS: first block, in STREAM_DOCS */
	uint64_t skip_slot;	/* BLOCKS: first entry, in STREAM_SKIP; then the
				 * position group entries */
};

/* What inline lists are stored relative to. */
struct inline_head {
	uint32_t df;		/* 0: there is none */
	uint64_t cf;
	struct span list;
	doc_id base;		/* what its first document counts from */
	doc_id first;		/* its first document; 0 if there is none */
};

/* Builds one block.  Terms are added in order until it is full. */
struct dict_block_writer {
	struct buf terms;	/* front-coded */
	struct buf infos;
	struct buf repeat;	/* scratch */
	uint8_t first[TERM_MAX_BYTES];
	uint8_t last[TERM_MAX_BYTES];
	unsigned first_len, last_len;
	unsigned nterms;
	uint16_t term_restart[DICT_BLOCK_BYTES / DICT_RESTART];
	uint16_t info_restart[DICT_BLOCK_BYTES / DICT_RESTART];
	struct term_info prev;	/* addresses are stored as differences */
	struct inline_head head;	/* its list is in head_bytes */
	uint8_t head_bytes[POSTING_INLINE_MAX];
};
void dict_block_init(struct dict_block_writer *w, enum scout_mem_owner owner);
void dict_block_release(struct dict_block_writer *w);
/* info: INLINE with a plain list, SHORT or BLOCKS.  SCOUT_OK, or SCOUT_END if the
 * term does not fit: finish the block, add it to the next.  SCOUT_E_NOMEM. */
int dict_block_add(struct dict_block_writer *w, struct span term,
		   const struct term_info *info);
/* Puts the block's bytes in out (cleared first) and empties the writer.  seed:
 * of its checksum, by its key. */
int dict_block_finish(struct dict_block_writer *w, uint64_t seed,
		      struct buf *out);

/* A block being read, term by term. */
struct dict_block {
	struct span bytes;
	unsigned nterms, nrestarts;
	unsigned next;		/* number of the next term */
	const uint8_t *p;	/* next front-coded term */
	const uint8_t *terms_end;
	const uint8_t *info_p;
	uint8_t term[TERM_MAX_BYTES];
	unsigned term_len;
	struct term_info info;
	struct inline_head head;
};
/* Opens a block at its first term.  SCOUT_E_CORRUPT. */
int dict_block_open(struct dict_block *b, struct span bytes);
/* The bytes that it was opened on. */
struct span dict_block_value(const struct dict_block *b);
/* Moves to the next term: SCOUT_OK with b->term and b->info, SCOUT_END. */
int dict_block_next(struct dict_block *b);
/* Moves to the first term >= wanted; SCOUT_END if there is none. */
int dict_block_seek(struct dict_block *b, struct span wanted);

/* Whether all terms of a block (its bytes) are ASCII; false, too, where it takes a
 * closer look.  What it says of a damaged block means nothing. */
bool dict_block_is_ascii(struct span bytes);

/* The last group (terms from one restart to the next) that begins with wanted or
 * before it, 0 if none does.  SCOUT_E_CORRUPT. */
int dict_block_find_group(const struct dict_block *b, struct span wanted,
			  unsigned *out);

/* Terms of a group. */
static inline unsigned dict_group_terms(const struct dict_block *b,
					unsigned group)
{
	unsigned n = b->nterms - group * DICT_RESTART;

	return n < DICT_RESTART ? n : DICT_RESTART;
}

/* Where the infos of a group begin (dict_info.h); NULL if the block is
 * damaged. */
const uint8_t *dict_group_infos(const struct dict_block *b, unsigned group);

/* The terms of a group, written out. */
struct dict_group {
	unsigned n;
	/* term i is text from start[i] to the NUL before start[i + 1] */
	uint16_t start[DICT_RESTART + 1];
	/* after the last of them DICT_GROUP_ZEROS zeros */
	uint8_t text[DICT_RESTART * (TERM_MAX_BYTES + 1) + DICT_GROUP_ZEROS];
};

static inline struct span dict_group_term(const struct dict_group *g,
					  unsigned i)
{
	return span_of(g->text + g->start[i],
		       (size_t)(g->start[i + 1] - g->start[i] - 1));
}

/*
 * For looking at all terms but at the infos of few: the terms of group number
 * `group` < b->nrestarts, and b->info of term number n < b->nterms, cheap if n
 * ascends.  To be used on a block after dict_block_open in place of
 * dict_block_next and dict_block_seek.  SCOUT_E_CORRUPT.
 */
int dict_block_unpack(const struct dict_block *b, unsigned group,
		      struct dict_group *out);
int dict_block_read_info(struct dict_block *b, unsigned n);

#endif
