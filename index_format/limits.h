/*
 * The named limits of the format and of what is read from disk or user.
 */
#ifndef SCOUT_INDEX_FORMAT_LIMITS_H
#define SCOUT_INDEX_FORMAT_LIMITS_H

#include <stdint.h>

typedef uint32_t doc_id;	/* document number in a segment, from 0 */
typedef uint32_t term_pos;	/* position: ordinal of a word in its document */

#define DOC_NONE UINT32_MAX	/* no document: past the last */

enum {
	TERM_MAX_BYTES = 255,		/* a folded form is kept to this */
	TERM_CUT_MIN_BYTES = TERM_MAX_BYTES - 3,	/* if cut, at least this */
	WORD_FOLD_MAX_BYTES = 1024,	/* raw bytes of a word that are folded */
	SEGMENT_MAX_DOCS = 4000000,	/* documents in one segment */
	POSITIONS_BLOCK = 128,		/* values in a packed block */
	DOCS_BLOCK = 128,		/* documents in a packed block */
	LINE_GROUP = 64,		/* lines between two byte offsets */
};

#endif
