#include "base/tree/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>

/* Ignore files outside of the tree: those that the user names, and the global
 * excludes of the user's git. */

enum {
	CONFIG_MAX_BYTES = 1 << 20,
	EXCLUDES_MAX_BYTES = 16 << 20,
};

static int load_file(const char *path, struct arena *arena, const char **out,
		     struct scout_err *err)
{
	uint8_t *text;
	size_t len;
	int rc = os_read_file(AT_FDCWD, path, EXCLUDES_MAX_BYTES, &text, &len);

	if (rc < 0)
		return scout_err_sys(err, -rc, "reading the ignore file '%s'",
				     path);
	if (memchr(text, 0, len))
		rc = scout_err_set(err, SCOUT_E_USAGE, "'%s' is no ignore "
				   "file: there is a NUL in it", path);
	else if (!(*out = arena_dup(arena, text, len)))
		rc = scout_err_set(err, SCOUT_E_NOMEM, "reading '%s'", path);
	scout_free(text);
	return rc;
}

int walk_rules_load_files(struct walk_rules *rules, const char *const *paths,
			  size_t npaths, struct arena *arena,
			  struct scout_err *err)
{
	const char **texts = arena_calloc(arena, npaths, sizeof(*texts));
	size_t i;
	int rc = SCOUT_OK;

	if (npaths && !texts)
		return scout_err_set(err, SCOUT_E_NOMEM,
				     "reading ignore files");
	for (i = 0; i < npaths && rc >= 0; i++)
		rc = load_file(paths[i], arena, &texts[i], err);
	if (rc < 0)
		return rc;
	rules->ignore_files = texts;
	rules->nignore_files = npaths;
	return SCOUT_OK;
}

/* The user's git configuration. */

static struct span trim(struct span s)
{
	while (s.len && strchr(" \t\r", s.ptr[0]))
		s = span_of(s.ptr + 1, s.len - 1);
	while (s.len && strchr(" \t\r", s.ptr[s.len - 1]))
		s.len--;
	return s;
}

static bool is_word(struct span s, const char *word)
{
	return s.len == strlen(word) &&
	       !strncasecmp((const char *)s.ptr, word, s.len);
}

/* The text of a value: without quotes, up to a comment. */
static struct span config_value(struct span s)
{
	size_t i;

	s = trim(s);
	if (s.len && s.ptr[0] == '"') {
		s = span_of(s.ptr + 1, s.len - 1);
		for (i = 0; i < s.len && s.ptr[i] != '"'; i++)
			;
		s.len = i;
		return s;
	}
	for (i = 0; i < s.len && s.ptr[i] != '#' && s.ptr[i] != ';'; i++)
		;
	s.len = i;
	return trim(s);
}

/* The value of the last core.excludesFile in a configuration, if any. */
static bool find_excludes_file(struct span text, struct span *out)
{
	bool in_core = false, found = false;
	const uint8_t *end, *eq;
	struct span line;

	while (text.len) {
		end = memchr(text.ptr, '\n', text.len);
		line = text;
		if (end)
			line.len = (size_t)(end - text.ptr);
		text.ptr += line.len + (end != NULL);
		text.len -= line.len + (end != NULL);
		line = trim(line);
		if (line.len && line.ptr[0] == '[') {
			in_core = is_word(line, "[core]");
			continue;
		}
		eq = line.len ? memchr(line.ptr, '=', line.len) : NULL;
		if (!in_core || !eq ||
		    !is_word(trim(span_of(line.ptr, (size_t)(eq - line.ptr))),
			     "excludesfile"))
			continue;
		*out = config_value(span_of(eq + 1, line.len - 1 -
					    (size_t)(eq - line.ptr)));
		found = true;
	}
	return found;
}

/*
 * The candidates for the file of excludes.  All of these set path and return
 * SCOUT_OK, SCOUT_END if there is no such thing, or SCOUT_E_NOMEM.
 */

static int set_path(struct buf *path, const char *dir, const char *sub,
		    const char *file)
{
	if (!dir || !*dir)
		return SCOUT_END;
	buf_clear(path);
	buf_printf(path, "%s%s%s", dir, sub, file);
	return buf_cstr(path) ? SCOUT_OK : SCOUT_E_NOMEM;
}

/* $XDG_CONFIG_HOME/git/file, or ~/.config/git/file. */
static int set_xdg_path(struct buf *path, const char *file)
{
	int rc = set_path(path, getenv("XDG_CONFIG_HOME"), "/git/", file);

	if (rc == SCOUT_END)
		rc = set_path(path, getenv("HOME"), "/.config/git/", file);
	return rc;
}

static void put_config_path(struct buf *path, struct span value)
{
	buf_clear(path);
	if (span_has_prefix(value, span_str("~/")) && getenv("HOME")) {
		buf_put_str(path, getenv("HOME"));
		value = span_of(value.ptr + 1, value.len - 1);
	}
	buf_put_span(path, value);
}

/* SCOUT_END if a file of the user's is not there or not for us to read, as git
 * has it; any other failure would leave out rules in silence. */
static int cannot_read(const struct buf *path, int sys, struct scout_err *err)
{
	if (sys == ENOENT || sys == ENOTDIR || sys == EACCES || sys == EINVAL)
		return SCOUT_END;
	return scout_err_sys(err, sys, "reading '%s'", (const char *)path->ptr);
}

/* Replaces path, a git configuration, by the file of excludes it names. */
static int follow_config(struct buf *path, struct scout_err *err)
{
	struct span value;
	uint8_t *text;
	size_t len;
	bool found;
	int rc;

	rc = os_read_file(AT_FDCWD, buf_cstr(path), CONFIG_MAX_BYTES, &text,
			  &len);
	if (rc < 0)
		return cannot_read(path, -rc, err);
	found = find_excludes_file(span_of(text, len), &value);
	if (found)
		put_config_path(path, value);
	scout_free(text);
	if (!found)
		return SCOUT_END;
	return buf_cstr(path) ? SCOUT_OK : SCOUT_E_NOMEM;
}

static int find_excludes(struct buf *path, struct scout_err *err)
{
	int rc = set_path(path, getenv("HOME"), "/", ".gitconfig");

	if (rc == SCOUT_OK)
		rc = follow_config(path, err);
	if (rc != SCOUT_END)
		return rc;
	rc = set_xdg_path(path, "config");
	if (rc == SCOUT_OK)
		rc = follow_config(path, err);
	if (rc != SCOUT_END)
		return rc;
	return set_xdg_path(path, "ignore");
}

int walk_rules_load_global(struct walk_rules *rules, struct arena *arena,
			   struct scout_err *err)
{
	struct buf path = BUF_INIT(MEM_WALK);
	uint8_t *text = NULL;
	size_t len;
	int rc;

	rules->global_excludes = NULL;
	rc = find_excludes(&path, err);
	if (rc == SCOUT_OK) {
		rc = os_read_file(AT_FDCWD, buf_cstr(&path),
				  EXCLUDES_MAX_BYTES, &text, &len);
		if (rc < 0)
			rc = cannot_read(&path, -rc, err);
	}
	if (text) {
		rules->global_excludes = arena_dup(arena, text, len);
		if (!rules->global_excludes)
			rc = SCOUT_E_NOMEM;
	}
	scout_free(text);
	buf_release(&path);
	return rc < 0 ? scout_err_set(err, rc, "reading git's global "
				      "excludes") : SCOUT_OK;
}
