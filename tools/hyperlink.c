#include "tools/hyperlink.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/child.h"

/* The names of formats, as ripgrep has them. */
static const struct {
	const char *name, *format;
} aliases[] = {
	{ "default", "file://{host}{path}" },
	{ "none", "" },
	{ "file", "file://{host}{path}" },
	{ "cursor", "cursor://file{path}:{line}:{column}" },
	{ "grep+", "grep+://{path}:{line}" },
	{ "kitty", "file://{host}{path}#{line}" },
	{ "macvim",
	  "mvim://open?url=file://{path}&line={line}&column={column}" },
	{ "textmate",
	  "txmt://open?url=file://{path}&line={line}&column={column}" },
	{ "vscode", "vscode://file{path}:{line}:{column}" },
	{ "vscode-insiders",
	  "vscode-insiders://file{path}:{line}:{column}" },
	{ "vscodium", "vscodium://file{path}:{line}:{column}" },
};

static const struct {
	const char *name;
	enum hyperlink_kind kind;
} variables[] = {
	{ "path", LINK_PATH },
	{ "line", LINK_LINE },
	{ "column", LINK_COLUMN },
	{ "host", LINK_HOST },
	{ "wslprefix", LINK_WSL_PREFIX },
};

static int bad(struct scout_err *err, const char *what)
{
	return scout_err_set(err, SCOUT_E_USAGE, "--hyperlink-format: %s",
			     what);
}

static bool has(const struct hyperlink *link, enum hyperlink_kind kind)
{
	size_t i;

	for (i = 0; i < link->nparts; i++)
		if (link->parts[i].kind == kind)
			return true;
	return false;
}

static int add_part(struct hyperlink *link, enum hyperlink_kind kind,
		    const char *text, size_t len, struct scout_err *err)
{
	if (kind == LINK_TEXT && !len)
		return SCOUT_OK;
	if (link->nparts == HYPERLINK_MAX_PARTS)
		return bad(err, "too many variables");
	link->parts[link->nparts++] = (struct hyperlink_part){
		kind, span_of(text, len) };
	return SCOUT_OK;
}

/* The variable whose name begins at p, after its brace; *p past its end. */
static int add_variable(struct hyperlink *link, const char **p,
			struct scout_err *err)
{
	const char *end = strchr(*p, '}');
	size_t i, len;

	if (!end)
		return bad(err, "a '{' without a '}' after it");
	len = (size_t)(end - *p);
	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (strlen(variables[i].name) == len &&
		    !memcmp(variables[i].name, *p, len)) {
			*p = end + 1;
			return add_part(link, variables[i].kind, NULL, 0, err);
		}
	return scout_err_set(err, SCOUT_E_USAGE, "--hyperlink-format: there is "
			     "no variable '%.*s'; there are path, line, column, "
			     "host and wslprefix", (int)len, *p);
}

/* Braces that are meant as such are written twice. */
static int parse_parts(const char *p, struct hyperlink *link,
		       struct scout_err *err)
{
	int rc = SCOUT_OK;

	while (*p && !rc) {
		size_t len = strcspn(p, "{}");
		bool is_brace = p[len] && p[len] == p[len + 1];

		if (!is_brace && p[len] == '}')
			return bad(err, "a '}' without a '{' before it");
		rc = add_part(link, LINK_TEXT, p, len + is_brace, err);
		p += len + 2 * (size_t)is_brace;
		if (!rc && !is_brace && *p) {
			p++;
			rc = add_variable(link, &p, err);
		}
	}
	return rc;
}

/* Whether the first part begins with a scheme and a colon. */
static bool has_scheme(const struct hyperlink *link)
{
	struct span text = link->parts[0].text;
	size_t i;

	for (i = 0; link->parts[0].kind == LINK_TEXT && i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c == ':')
			return i > 0;
		if (!(c >= '0' && c <= '9') &&
		    !((c | 32) >= 'a' && (c | 32) <= 'z') && c != '+' &&
		    c != '-' && c != '.')
			return false;
	}
	return false;
}

static int check(const struct hyperlink *link, const char *format,
		 struct scout_err *err)
{
	struct buf names = BUF_INIT(MEM_OTHER);
	const char *list;
	size_t i;
	int rc = SCOUT_OK;

	if (link->nparts == 0)
		return SCOUT_OK;
	for (i = 0; i < link->nparts && link->parts[i].kind == LINK_TEXT; i++)
		;
	if (i == link->nparts) {
		for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
			buf_printf(&names, "%s%s", i ? ", " : "",
				   aliases[i].name);
		list = buf_cstr(&names);
		rc = scout_err_set(err, SCOUT_E_USAGE, "--hyperlink-format: "
				   "'%s' has no {path} in it and is none of %s",
				   format, list ? list : "the known names");
		buf_release(&names);
		return rc;
	}
	if (!has(link, LINK_PATH))
		return bad(err, "there must be a {path} in it");
	if (has(link, LINK_COLUMN) && !has(link, LINK_LINE))
		return bad(err, "there is a {column} in it but no {line}");
	if (!has_scheme(link))
		return bad(err, "it must begin as a URL does, like file:");
	return SCOUT_OK;
}

int hyperlink_parse(const char *format, struct hyperlink *out,
		    struct scout_err *err)
{
	struct hyperlink link = { .nparts = 0 };
	size_t i;
	int rc;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(format, aliases[i].name)) {
			format = aliases[i].format;
			break;
		}
	rc = parse_parts(format, &link, err);
	if (!rc)
		rc = check(&link, format, err);
	if (rc < 0)
		return rc;
	link.needs_line = has(&link, LINK_LINE);
	link.needs_host = has(&link, LINK_HOST);
	*out = link;
	return SCOUT_OK;
}

static struct span trimmed(struct span s)
{
	while (s.len && s.ptr[0] <= ' ') {
		s.ptr++;
		s.len--;
	}
	while (s.len && s.ptr[s.len - 1] <= ' ')
		s.len--;
	return s;
}

/* False if the program could not be run or failed. */
static bool put_printed_host(const char *program, struct buf *out)
{
	const char *const argv[] = { program, NULL };
	struct buf printed = BUF_INIT(MEM_OTHER), said = BUF_INIT(MEM_OTHER);
	struct scout_err err = SCOUT_ERR_INIT;
	int code = 0;
	bool ok;

	ok = child_run(argv, span_of("", 0), &printed, &said, &code, &err) ==
		     SCOUT_OK && code == 0;
	if (ok)
		buf_put_span(out, trimmed(buf_span(&printed)));
	buf_release(&printed);
	buf_release(&said);
	return ok;
}

void hyperlink_put_host(const char *hostname_bin, struct buf *out)
{
	char name[HOST_NAME_MAX + 1];

	if (hostname_bin && put_printed_host(hostname_bin, out))
		return;
	if (gethostname(name, sizeof(name)))
		return;
	name[sizeof(name) - 1] = '\0';
	buf_put_str(out, name);
}

void hyperlink_put_path(struct span path, struct buf *out)
{
	static const char plain[] = "/:-._~";
	size_t i;

	for (i = 0; i < path.len; i++) {
		uint8_t c = path.ptr[i];

		if (c >= 128 || (c >= '0' && c <= '9') ||
		    ((c | 32) >= 'a' && (c | 32) <= 'z') ||
		    (c && strchr(plain, c)))
			buf_put_u8(out, c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static void put_wsl_prefix(struct output *out)
{
	const char *name = getenv("WSL_DISTRO_NAME");

	if (!name)
		return;
	output_put_str(out, "wsl$/");
	output_put_str(out, name);
}

void hyperlink_begin(const struct hyperlink *link,
		     const struct hyperlink_values *values, struct output *out)
{
	size_t i;

	output_put_str(out, "\033]8;;");
	for (i = 0; i < link->nparts; i++) {
		switch (link->parts[i].kind) {
		case LINK_TEXT:
			output_put_span(out, link->parts[i].text);
			break;
		case LINK_PATH:
			output_put_span(out, values->path);
			break;
		case LINK_LINE:
			output_put_u64(out, values->line);
			break;
		case LINK_COLUMN:
			output_put_u64(out, values->column);
			break;
		case LINK_HOST:
			output_put_span(out, values->host);
			break;
		case LINK_WSL_PREFIX:
			put_wsl_prefix(out);
			break;
		}
	}
	output_put_str(out, "\033\\");
}

void hyperlink_end(struct output *out)
{
	output_put_str(out, "\033]8;;\033\\");
}
