#include "base/tree/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>

/* The rules of a walk as bytes, and the user's global git excludes. */

enum {
	RULES_VERSION = 3,
	RULES_FLAGS = (1 << 11) - 1,	/* bits in use */
	OLD_RULES_FLAGS = (1 << 7) - 1,	/* before version 3 */
	CONFIG_MAX_BYTES = 1 << 20,
	EXCLUDES_MAX_BYTES = 16 << 20,
};

static unsigned pack_flags(const struct walk_rules *r)
{
	return (unsigned)r->hidden | (unsigned)r->no_ignore << 1 |
	       (unsigned)r->no_require_git << 2 | (unsigned)r->follow << 3 |
	       (unsigned)r->one_file_system << 4 |
	       (unsigned)r->include_binary << 5 |
	       (unsigned)r->search_zip << 6 |
	       (unsigned)r->no_ignore_vcs << 7 |
	       (unsigned)r->no_ignore_exclude << 8 |
	       (unsigned)r->no_ignore_dot << 9 |
	       (unsigned)r->no_ignore_parent << 10;
}

static void unpack_flags(struct walk_rules *r, unsigned flags)
{
	r->hidden = flags & 1;
	r->no_ignore = flags >> 1 & 1;
	r->no_require_git = flags >> 2 & 1;
	r->follow = flags >> 3 & 1;
	r->one_file_system = flags >> 4 & 1;
	r->include_binary = flags >> 5 & 1;
	r->search_zip = flags >> 6 & 1;
	r->no_ignore_vcs = flags >> 7 & 1;
	r->no_ignore_exclude = flags >> 8 & 1;
	r->no_ignore_dot = flags >> 9 & 1;
	r->no_ignore_parent = flags >> 10 & 1;
}

static void put_string(struct buf *out, const char *s)
{
	size_t len = strlen(s);

	buf_put_varint(out, len);
	buf_put(out, s, len);
}

static void put_strings(struct buf *out, const char **strings, size_t n)
{
	size_t i;

	buf_put_varint(out, n);
	for (i = 0; i < n; i++)
		put_string(out, strings[i]);
}

void walk_rules_encode(const struct walk_rules *rules, struct buf *out)
{
	buf_put_u8(out, RULES_VERSION);
	buf_put_le16(out, (uint16_t)pack_flags(rules));
	buf_put_le64(out, rules->max_filesize);
	put_strings(out, rules->globs, rules->nglobs);
	put_strings(out, rules->types, rules->ntypes);
	put_strings(out, rules->types_not, rules->ntypes_not);
	put_strings(out, (const char **)&rules->global_excludes,
		    rules->global_excludes != NULL);
	buf_put_varint(out, rules->nglobs_icase);
	buf_put_varint(out, rules->has_max_depth ? rules->max_depth + 1 : 0);
	put_strings(out, rules->ignore_files, rules->nignore_files);
}

/* A position in the bytes; sticky: p is NULL once something is wrong. */
struct reader {
	const uint8_t *p;
	const uint8_t *end;
	struct arena *arena;
	bool nomem;
};

static uint64_t get_number(struct reader *r, uint64_t most)
{
	const uint8_t *start = r->p;
	uint64_t n = 0;

	if (!r->p)
		return 0;
	r->p = get_varint64(r->p, r->end, &n);
	/* only the shortest form */
	if (!r->p || (size_t)(r->p - start) != varint_len(n) || n > most) {
		r->p = NULL;
		return 0;
	}
	return n;
}

/* Of things that take at least a byte each. */
static uint64_t get_count(struct reader *r, size_t most)
{
	uint64_t n = get_number(r, most);

	if (r->p && n > (size_t)(r->end - r->p))
		r->p = NULL;
	return r->p ? n : 0;
}

static const char *get_string(struct reader *r)
{
	size_t len = (size_t)get_count(r, SIZE_MAX);
	char *s;

	if (!r->p)
		return NULL;
	if (len && memchr(r->p, 0, len)) {
		r->p = NULL;
		return NULL;
	}
	s = arena_dup(r->arena, r->p, len);
	if (!s) {
		r->nomem = true;
		r->p = NULL;
		return NULL;
	}
	r->p += len;
	return s;
}

static const char **get_strings(struct reader *r, size_t most, size_t *out_n)
{
	size_t i, n = (size_t)get_count(r, most);
	const char **strings;

	*out_n = n;
	if (!n)
		return NULL;
	strings = arena_calloc(r->arena, n, sizeof(*strings));
	if (!strings) {
		r->nomem = true;
		r->p = NULL;
		return NULL;
	}
	for (i = 0; i < n; i++)
		strings[i] = get_string(r);
	return strings;
}

/* Version, flags and size limit. */
static void get_head(struct reader *r, unsigned *out_version,
		     struct walk_rules *rules)
{
	enum { OLD_HEAD_BYTES = 10, HEAD_BYTES = 11 };
	const uint8_t *p = r->p;
	size_t len;
	unsigned flags;

	r->p = NULL;
	if (r->end == p || !p[0] || p[0] > RULES_VERSION)
		return;
	*out_version = p[0];
	len = p[0] < 3 ? OLD_HEAD_BYTES : HEAD_BYTES;
	if ((size_t)(r->end - p) < len)
		return;
	flags = p[0] < 3 ? p[1] : get_le16(p + 1);
	if (flags & ~(unsigned)(p[0] < 3 ? OLD_RULES_FLAGS : RULES_FLAGS))
		return;
	unpack_flags(rules, flags);
	rules->max_filesize = get_le64(p + len - 8);
	r->p = p + len;
}

/* What came with version 3. */
static void get_tail(struct reader *r, struct walk_rules *rules)
{
	uint64_t depth;

	rules->nglobs_icase = (size_t)get_number(r, rules->nglobs);
	depth = get_number(r, (uint64_t)UINT32_MAX + 1);
	rules->has_max_depth = depth;
	rules->max_depth = depth ? depth - 1 : 0;
	rules->ignore_files = get_strings(r, SIZE_MAX, &rules->nignore_files);
}

int walk_rules_decode(struct span bytes, struct arena *arena,
		      struct walk_rules *out)
{
	struct walk_rules rules = WALK_RULES_INIT;
	struct reader r = { .p = bytes.ptr, .end = bytes.ptr + bytes.len,
			    .arena = arena };
	unsigned version = 0;
	const char **global;
	size_t nglobal;

	/* the first version had one flag less; nothing else was different */
	get_head(&r, &version, &rules);
	rules.globs = get_strings(&r, SIZE_MAX, &rules.nglobs);
	rules.types = get_strings(&r, SIZE_MAX, &rules.ntypes);
	rules.types_not = get_strings(&r, SIZE_MAX, &rules.ntypes_not);
	global = get_strings(&r, 1, &nglobal);
	if (version >= 3)
		get_tail(&r, &rules);
	if (r.nomem)
		return SCOUT_E_NOMEM;
	if (!r.p || r.p != r.end)
		return SCOUT_E_CORRUPT;
	rules.global_excludes = nglobal ? global[0] : NULL;
	*out = rules;
	return SCOUT_OK;
}

/* Ignore files that the user names. */

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
