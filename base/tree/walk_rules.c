#include "base/tree/walk.h"

/* The rules of a walk as bytes. */

enum {
	RULES_VERSION = 3,
	RULES_FLAGS = (1 << 11) - 1,	/* bits in use */
	OLD_RULES_FLAGS = (1 << 7) - 1,	/* before version 3 */
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
