/*
 * The distinct words of one file, with their positions.
 *
 * A small table, so that the large one of the accumulator is touched once per
 * distinct word of a file and not once per word.  Tokens are added in batches;
 * file_terms_finish groups the positions by term.  One thread.
 */
#ifndef SCOUT_INDEXER_FILE_TERMS_H
#define SCOUT_INDEXER_FILE_TERMS_H

#include "base/buf.h"
#include "index_format/surface.h"
#include "index_format/tokenizer.h"

struct file_term {
	uint64_t a, b;		/* up to 16 bytes of the term, or two hashes */
	uint32_t hash;
	uint32_t text;		/* offset of its bytes in text */
	uint32_t count;		/* occurrences */
	uint32_t first;		/* index of its positions, after finish */
	uint16_t len;
	uint8_t surface;	/* how it was spelt: bits of enum surface */
};

struct file_terms {
	struct file_term *terms;	/* in order of first occurrence */
	uint32_t nterms, terms_cap;
	uint32_t *slots;		/* index + 1 of a term, 0 = free */
	uint32_t nslots;		/* in use: a power of two */
	uint32_t slots_cap;
	struct buf text;		/* folded terms, one after another */
	uint32_t *ids;			/* term of every word */
	uint32_t nwords, words_cap;
	term_pos *positions;		/* grouped by term, after finish */
	term_pos base;			/* position of the first word */
	/* what folding told of the words since file_terms_begin */
	bool has_overlong, has_wild, has_reordered;
};

void file_terms_init(struct file_terms *f);
void file_terms_release(struct file_terms *f);

/* Forgets the words; the next one has position base. */
void file_terms_begin(struct file_terms *f, term_pos base);

/*
 * Adds the words of a batch; text is the window that the tokens point into,
 * with TOKEN_PADDING readable bytes after it.  SCOUT_OK or SCOUT_E_NOMEM.
 */
int file_terms_add(struct file_terms *f, const uint8_t *text,
		   const struct token_batch *batch);

/* Groups the positions: those of terms[i] are positions[first .. +count). */
int file_terms_finish(struct file_terms *f);

/* Bytes that the table holds; kept from file to file. */
static inline size_t file_terms_bytes(const struct file_terms *f)
{
	return (size_t)f->terms_cap * sizeof(*f->terms) +
	       (size_t)f->slots_cap * sizeof(*f->slots) +
	       (size_t)f->words_cap * (sizeof(*f->ids) + sizeof(*f->positions)) +
	       f->text.cap;
}

/* The folded bytes of a term. */
static inline struct span file_term_text(const struct file_terms *f,
					 const struct file_term *t)
{
	return span_of(f->text.ptr + t->text, t->len);
}

#endif
