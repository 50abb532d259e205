/*
 * A regex, taken apart as far as scout understands PCRE2's syntax.
 *
 * The tree describes at least all texts that the regex can match, and perhaps
 * more: what is not understood matches anything, a condition that is not
 * followed (where a lookaround looks, what it must not match) always holds.  So
 * whatever is true of all texts of the tree is true of all that PCRE2 finds.
 *
 * A tree is made in an arena and never changes.
 */
#ifndef SCOUT_QUERY_LANGUAGE_REGEX_TREE_H
#define SCOUT_QUERY_LANGUAGE_REGEX_TREE_H

#include "base/arena.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum regex_kind {
	REGEX_EMPTY,		/* nothing */
	REGEX_CHAR,		/* one character of a set */
	REGEX_CAT,		/* children one after the other */
	REGEX_ALT,		/* one of the children */
	REGEX_REPEAT,		/* child[0] min to max times */
	REGEX_LINE_START,	/* nothing, at the start of a line or text */
	REGEX_LINE_END,		/* nothing, before '\n' or at the end */
	REGEX_BORDER,		/* nothing, where \w ends or begins (\b) */
	REGEX_ALSO,		/* nothing, where child[0] is in the text, too */
	REGEX_ANYTHING,		/* any text, perhaps none */
};

enum {
	REGEX_MAX_OTHERS = 8,	/* characters beyond ASCII that a set can name */
	REGEX_MAX_DEPTH = 100,	/* of groups; a deeper one is not looked into */
	REGEX_MAX_NESTED = 8,	/* repeats of repeats, written without groups */
};
#define REGEX_NO_LIMIT UINT32_MAX	/* of repeats */

/* Kinds of characters beyond ASCII. */
enum regex_other_kinds {
	/* by PCRE2's tables: L*, N*, M*, Pc */
	REGEX_OTHER_WORDS = 1,
	REGEX_OTHER_BLANKS = 2,	/* Z*, U+0085, U+180E */
	/* by scout's: CHAR_WORD, and of what they fold to, not all is ASCII */
	REGEX_OTHER_FOREIGN = 4,
};

/* Characters: at least those that can match. */
struct regex_set {
	uint64_t ascii[2];
	bool any_other;		/* all beyond ASCII, or all that can match */
	unsigned other_kinds;	/* any_other: of these kinds; 0: not known */
	unsigned nothers;	/* else these */
	int32_t others[REGEX_MAX_OTHERS];
	int32_t letter;		/* not 0: all fold to what this one folds to */
	bool is_loose;		/* some of the ASCII ones may not match */
};

struct regex_node {
	enum regex_kind kind;
	bool is_loose;			/* PCRE2 asks for more here */
	struct regex_set set;		/* CHAR */
	uint32_t min, max;		/* REPEAT */
	struct regex_node **child;
	size_t nchild;
};

static inline bool regex_set_has_ascii(const struct regex_set *s, unsigned c)
{
	return s->ascii[c / 64] >> (c % 64) & 1;
}

/* Number of characters in the set; more than any count if it has all beyond
 * ASCII. */
static inline unsigned regex_set_count(const struct regex_set *s)
{
	return s->any_other ? UINT32_MAX :
	       (unsigned)__builtin_popcountll(s->ascii[0]) +
	       (unsigned)__builtin_popcountll(s->ascii[1]) + s->nothers;
}

/* Whether PCRE2 finds a match in a line of ASCII (without its '\n') exactly where
 * the tree has one. */
bool regex_tree_is_exact(const struct regex_node *tree);

/* What the caller sets outside of the pattern. */
enum regex_parse_flags {
	REGEX_PARSE_IGNORE_CASE = 1 << 0,
	REGEX_PARSE_LITERAL = 1 << 1,	/* the pattern is the text itself */
};

/*
 * Takes a pattern apart that PCRE2 accepts.  SCOUT_E_NOMEM is the only error:
 * at worst the tree is REGEX_ANYTHING.
 */
int regex_parse(struct span pattern, unsigned flags, struct arena *arena,
		struct regex_node **out);

/* --- For the parser ------------------------------------------------------- */

/* Adds a character. */
void regex_set_add(struct regex_set *s, int32_t c);
/* Whether it is of the kind REGEX_OTHER_FOREIGN. */
bool regex_char_is_foreign(int32_t c);
/* Adds those from first to last. */
void regex_set_add_range(struct regex_set *s, int32_t first, int32_t last);
/* Adds all beyond ASCII that are of these kinds; 0: all. */
void regex_set_add_others(struct regex_set *s, unsigned kinds);
/* Adds every character. */
void regex_set_add_all(struct regex_set *s);
/* Adds what PCRE2 takes for the same letters when it ignores case. */
void regex_set_add_cases(struct regex_set *s);

enum { REGEX_EXTENDED_MORE = 2 };

/* A place in a pattern. */
struct regex_cursor {
	const uint8_t *p, *end;
	bool ignores_case;
	unsigned extended;	/* 1: (?x); REGEX_EXTENDED_MORE: (?xx) */
};

/*
 * The bracketed class whose '[' is at the cursor, which moves past its ']'.
 * False if it is not understood.
 */
bool regex_class_read(struct regex_cursor *c, struct regex_set *out);
/*
 * The escape whose backslash is at the cursor, if it stands for a character or
 * a set of them; the cursor moves past it.  False: it does not, or is not
 * understood; the cursor stays.
 */
bool regex_class_read_escape(struct regex_cursor *c, struct regex_set *out);

#endif
