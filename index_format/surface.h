/*
 * How the occurrences of a term are spelt (format, "Dictionary").
 *
 * Words are compared folded; for questions that mind the case a term keeps which
 * of these spellings occur.  In the first three the term tells the whole
 * spelling, so a term with one bit of them is known to the letter.
 */
#ifndef SCOUT_INDEX_FORMAT_SURFACE_H
#define SCOUT_INDEX_FORMAT_SURFACE_H

enum surface {
	SURFACE_LOWER = 1,	/* ASCII without upper-case letters */
	SURFACE_CAPITAL = 2,	/* ... of which only the first byte is one */
	SURFACE_UPPER = 4,	/* ... without lower-case ones; not the above */
	SURFACE_OTHER = 8,	/* anything else, all that is not ASCII */
	SURFACE_BITS = 4,
};

#endif
