/*
 * Folding: the form in which words are compared.
 *
 * NFKD + full case folding + removal of default ignorables (utf8proc's
 * DECOMPOSE, COMPAT, CASEFOLD, IGNORE, STABLE).  The same without case folding
 * for case-sensitive comparison.  Code point by code point, then canonical
 * ordering of combining marks in O(n log n): a hostile word costs time in
 * proportion to its size.
 *
 * The only file pair that includes utf8proc.  All functions from any thread.
 */
#ifndef SCOUT_INDEX_FORMAT_FOLD_H
#define SCOUT_INDEX_FORMAT_FOLD_H

#include "base/buf.h"
#include "base/span.h"
#include "index_format/limits.h"

/* What a code point is to the tokenizer. */
enum char_class {
	CHAR_OTHER,	/* separates words */
	CHAR_WORD,	/* L*, N*, Pc */
	CHAR_MARK,	/* M* */
	CHAR_IGNORABLE,	/* default ignorable: neither starts, ends nor splits */
	CHAR_SINGLE,	/* Han, Kana, Thai, ...: a word by itself, with marks */
	CHAR_SINGLE_MARK, /* a mark of those scripts: after another character
			   * of them part of its word, else a word by itself */
};

enum char_class char_class_of(int32_t code_point);

/*
 * Reads one code point of strict UTF-8 (no surrogates, no overlong forms).
 * Returns its length in bytes and sets *out, or returns 0 and sets *out to -1
 * if the bytes at p are not valid (or are cut short by end).
 */
unsigned utf8_decode(const uint8_t *p, const uint8_t *end, int32_t *out);

/* What a character of a word is to the parts of the word. */
enum char_kind {
	CHAR_KIND_LETTER,	/* none of those below */
	CHAR_KIND_UPPER,	/* Lu, Lt */
	CHAR_KIND_LOWER,	/* Ll */
	CHAR_KIND_NUMBER,	/* N* */
	CHAR_KIND_CONNECTOR,	/* Pc */
	CHAR_KIND_MARK,		/* M*, and what is ignorable */
};

enum char_kind char_kind_of(int32_t code_point);

/* Writes a code point as UTF-8 (one that is none in the same pattern of bits),
 * and returns its length. */
unsigned utf8_encode(int32_t cp, uint8_t out[4]);

static inline unsigned utf8_length(int32_t cp)
{
	return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
}

/* True for general category Lu: what smart case calls an upper-case letter. */
bool char_is_upper(int32_t code_point);

/*
 * The kept form of a word, as the index stores it: its first 1024 bytes
 * folded, cut at a code point to at most 255 bytes.
 */
struct kept_word {
	uint8_t bytes[TERM_MAX_BYTES + 1];
	uint8_t len;
	bool is_cut;	/* overlong: the word has more than was kept */
	bool is_wild;	/* overlong in a way that makes the kept form
			 * unreliable: not simply the first 255 bytes of the
			 * whole folded form */
	bool reordered;	/* combining marks were put in canonical order */
};

/* Folds with case folding.  SCOUT_OK or SCOUT_E_NOMEM (only for words with
 * more than a few combining marks in a row). */
int fold_kept(struct span word, struct kept_word *out);

enum fold_flags {
	FOLD_CASE = 1 << 0,	/* fold case too */
	FOLD_NO_MARKS = 1 << 1,	/* drop M* (accents:no) */
};

/* Appends the whole folded form of a word, of any length, to out.
 * Invalid UTF-8 must not occur.  SCOUT_OK or SCOUT_E_NOMEM. */
int fold_whole(struct span word, unsigned flags, struct buf *out);

/* Appends the NFC form of folded text to out.  SCOUT_OK or SCOUT_E_NOMEM;
 * SCOUT_E_CORRUPT if it is not folded text: a term of a damaged index. */
int fold_compose(struct span folded, struct buf *out);

/*
 * Length of the part of folded text that marks after it can not change: up to
 * and including its last starter (combining class 0).  What begins with the
 * text in NFC begins with this part in NFKD.
 */
size_t fold_stable_prefix(struct span folded);

/* The part of folded text from its first starter to its last: text around it
 * cannot change what it is folded to. */
struct span fold_stable_core(struct span folded);

/* Appends folded text without its marks (M*): what FOLD_NO_MARKS makes of it.
 * SCOUT_OK or SCOUT_E_NOMEM; SCOUT_E_CORRUPT if it is not UTF-8. */
int fold_strip_marks(struct span folded, struct buf *out);

/*
 * Characters that join what they follow: marks, and the Hangul letters that NFC
 * makes syllables of.  All others leave the NFC form of text before them as it
 * is.
 */
bool fold_has_joining(struct span folded);
/* No joining character lies between cp and the one returned, which is greater
 * than cp, and may be one itself; or 0x110000. */
int32_t fold_next_joining(int32_t cp);
/* Whether a character is a mark (M*). */
bool char_is_mark(int32_t code_point);

/* Length of the part of folded text that the index keeps: at most 255 bytes,
 * cut at a code point. */
size_t fold_kept_len(struct span folded);

/* Unicode version of the tables, e.g. "15.0.0"; static. */
const char *fold_unicode_version(void);

#endif
