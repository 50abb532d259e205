/*
 * The colours of hits on a terminal: ripgrep's defaults, and its --colors.
 *
 * A style is a ready escape sequence; an empty one means that the text is
 * printed plainly.  The sequences are those that ripgrep writes, byte for byte.
 */
#ifndef SCOUT_TOOLS_COLOR_H
#define SCOUT_TOOLS_COLOR_H

#include "base/err.h"
#include "base/span.h"

/* COLOR_PRETTY (-p): as on a terminal, if the environment has nothing against
 * it. */
enum color_when { COLOR_AUTO, COLOR_NEVER, COLOR_ALWAYS, COLOR_PRETTY };

enum color_part { COLOR_PATH, COLOR_LINE, COLOR_COLUMN, COLOR_MATCH,
		  COLOR_PARTS };

enum { COLOR_MAX_BYTES = 64 };

struct color_style {
	bool bold, intense, underline;
	char fg[20], bg[20];	/* "1", "5;200" or "2;0;51;102"; "": none */
};

struct colors {
	struct color_style style[COLOR_PARTS];
	char start[COLOR_PARTS][COLOR_MAX_BYTES];
	size_t start_len[COLOR_PARTS];
	bool match_is_plain;	/* --colors match:none */
};

/* Written after a coloured part. */
#define COLOR_RESET "\033[0m"

/* The default colours. */
void colors_init(struct colors *colors);

/*
 * Applies a --colors argument: {path,line,column,match}:{fg,bg}:COLOR,
 * ...:style:{bold,nobold,intense,nointense,underline,nounderline}, ...:none.
 * SCOUT_E_USAGE.
 */
int colors_apply(struct colors *colors, const char *spec,
		 struct scout_err *err);

/* True if output to fd is to be coloured (NO_COLOR, TERM=dumb). */
bool color_wanted(enum color_when when, int fd);

#endif
