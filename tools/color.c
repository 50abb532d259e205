#include "tools/color.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/cli.h"

static const char *const color_names[] = {
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
};

static const char *const part_names[COLOR_PARTS] = {
	"path", "line", "column", "match",
};

/* Adds the escape of one ground: base is 3 (text) or 4 (background). */
static int add_ground(char *p, size_t room, int base, const char *color,
		      bool intense)
{
	if (!*color)
		return 0;
	if (color[1] == ';' || !intense)
		return snprintf(p, room, "\033[%d%s%sm", base,
				color[1] == ';' ? "8;" : "", color);
	return snprintf(p, room, "\033[%d8;5;%dm", base, 8 + color[0] - '0');
}

/* Renders a style as ripgrep does: a reset, then one escape per attribute. */
static void render(struct colors *colors, enum color_part part)
{
	const struct color_style *style = &colors->style[part];
	char *p = colors->start[part];
	size_t room = COLOR_MAX_BYTES;
	int n;

	n = snprintf(p, room, "%s%s%s", COLOR_RESET,
		     style->bold ? "\033[1m" : "",
		     style->underline ? "\033[4m" : "");
	n += add_ground(p + n, room - (size_t)n, 3, style->fg, style->intense);
	n += add_ground(p + n, room - (size_t)n, 4, style->bg, style->intense);
	colors->start_len[part] = (size_t)n;
	if (part == COLOR_MATCH)
		colors->match_is_plain = !style->bold && !style->underline &&
					 !*style->fg && !*style->bg;
}

void colors_init(struct colors *colors)
{
	unsigned i;

	*colors = (struct colors){
		.style = {
			[COLOR_PATH] = { .fg = "5" },
			[COLOR_LINE] = { .fg = "2" },
			[COLOR_MATCH] = { .fg = "1", .bold = true },
		},
	};
	for (i = 0; i < COLOR_PARTS; i++)
		render(colors, (enum color_part)i);
}

/* A number 0-255 at *p, decimal or 0x hexadecimal; -1 if there is none. */
static int read_byte(const char **p)
{
	const char *s = *p;
	char *end;
	long v;

	if (*s < '0' || *s > '9')
		return -1;
	v = strtol(s, &end, s[0] == '0' && (s[1] | 32) == 'x' ? 16 : 10);
	*p = end;
	return v >= 0 && v <= 255 ? (int)v : -1;
}

/* A colour: a name, a number of the palette, or red,green,blue. */
static bool parse_color(const char *s, char out[20])
{
	int v[3], n;

	for (n = 0; n < 8; n++) {
		if (strcmp(s, color_names[n]))
			continue;
		snprintf(out, 20, "%d", n);
		return true;
	}
	for (n = 0; n < 3; n++) {
		v[n] = read_byte(&s);
		if (v[n] < 0)
			return false;
		if (*s != ',')
			break;
		s++;
	}
	if (*s || n == 1 || n == 3)
		return false;
	if (n == 0)
		snprintf(out, 20, "5;%d", v[0]);
	else
		snprintf(out, 20, "2;%d;%d;%d", v[0], v[1], v[2]);
	return true;
}

static bool apply_style(struct color_style *style, const char *word)
{
	bool on = strncmp(word, "no", 2) != 0;
	const char *name = on ? word : word + 2;

	if (!strcmp(name, "bold"))
		style->bold = on;
	else if (!strcmp(name, "intense"))
		style->intense = on;
	else if (!strcmp(name, "underline"))
		style->underline = on;
	else
		return false;
	return true;
}

/* What follows "part:"; false if it cannot be understood. */
static bool apply_to_part(struct color_style *style, const char *spec)
{
	if (!strcmp(spec, "none")) {
		*style = (struct color_style){ 0 };
		return true;
	}
	if (!strncmp(spec, "fg:", 3))
		return parse_color(spec + 3, style->fg);
	if (!strncmp(spec, "bg:", 3))
		return parse_color(spec + 3, style->bg);
	if (!strncmp(spec, "style:", 6))
		return apply_style(style, spec + 6);
	return false;
}

int colors_apply(struct colors *colors, const char *spec,
		 struct scout_err *err)
{
	const char *colon = strchr(spec, ':');
	size_t len = colon ? (size_t)(colon - spec) : 0;
	unsigned i;

	for (i = 0; colon && i < COLOR_PARTS; i++) {
		if (strlen(part_names[i]) != len ||
		    memcmp(part_names[i], spec, len))
			continue;
		if (!apply_to_part(&colors->style[i], colon + 1))
			break;
		render(colors, (enum color_part)i);
		return SCOUT_OK;
	}
	return scout_err_set(err, SCOUT_E_USAGE,
			     "--colors wants PART:fg:COLOR, PART:bg:COLOR, "
			     "PART:style:STYLE or PART:none with PART one of "
			     "path, line, column, match; not '%s'", spec);
}

bool color_wanted(enum color_when when, int fd)
{
	const char *term;

	if (when == COLOR_NEVER || when == COLOR_ALWAYS)
		return when == COLOR_ALWAYS;
	term = getenv("TERM");
	return (when == COLOR_PRETTY || isatty(fd)) && !getenv("NO_COLOR") &&
	       term && strcmp(term, "dumb") != 0;
}
