#include "base/tree/ignore.h"

#include "base/buf.h"
#include "base/tree/glob.h"

enum { RULE_NEVER = GLOB_IS_OTHER + 1 };	/* a rule that matches nothing */

static const uint32_t NO_RULE = UINT32_MAX;

struct rule {
	const struct glob *glob;
	bool keep;	/* "!" */
	bool dirs_only;	/* trailing slash */
	uint8_t shape;	/* enum glob_shape, or RULE_NEVER */
	struct span literal;
	uint32_t next;	/* earlier rule with the same table key */
};

struct slot {
	uint32_t hash;
	uint32_t rule;	/* newest of the chain, or NO_RULE */
};

struct ignore_set {
	struct rule *rules;
	uint32_t nrules;
	size_t strip;
	bool has_skip;
	struct slot *names;	/* GLOB_IS_NAME and GLOB_IS_EXT */
	uint32_t mask;
	uint32_t *others;	/* the rest, last rule first */
	uint32_t nothers;
};

/* FNV-1a: names are short. */
static uint32_t hash_bytes(const uint8_t *ptr, size_t len)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ ptr[i]) * 16777619u;
	return h;
}

void ignore_path_init(struct ignore_path *p, struct span path, size_t base,
		      bool is_dir)
{
	const uint8_t *name = path.ptr + base;
	const uint8_t *dot = memrchr(name, '.', path.len - base);

	p->path = path;
	p->base = base;
	p->is_dir = is_dir;
	p->base_hash = hash_bytes(name, path.len - base);
	p->ext = dot ? (size_t)(dot - path.ptr) : path.len;
	p->ext_hash = hash_bytes(path.ptr + p->ext, path.len - p->ext);
}

/* Lines. */

/* Length of a valid UTF-8 character at p, or 0. */
static size_t utf8_char(const uint8_t *p, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	size_t len, i;

	if (p[0] < 0x80)
		return 1;
	len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n < len)
		return 0;
	c = p[0] & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	return len;
}

static bool is_utf8(struct span s)
{
	size_t i = 0, n;

	for (; i < s.len; i += n) {
		n = utf8_char(s.ptr + i, s.len - i);
		if (!n)
			return false;
	}
	return true;
}

static bool ends_with(struct span s, const char *tail)
{
	size_t n = strlen(tail);

	return s.len >= n && !memcmp(s.ptr + s.len - n, tail, n);
}

/* Without white space (Unicode's) at the end. */
static struct span trim_right(struct span s)
{
	static const char *const spaces[] = {
		" ", "\t", "\n", "\v", "\f", "\r", "\xc2\x85", "\xc2\xa0",
		"\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
		"\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
		"\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a",
		"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
		"\xe3\x80\x80",
	};
	size_t i = 0;

	while (i < sizeof(spaces) / sizeof(spaces[0])) {
		if (ends_with(s, spaces[i])) {
			s.len -= strlen(spaces[i]);
			i = 0;
		} else {
			i++;
		}
	}
	return s;
}

static struct span drop_first(struct span s)
{
	return span_of(s.ptr + 1, s.len - 1);
}

/* Takes "!", an escaping backslash, and the slashes at both ends off line. */
static struct span take_marks(struct span line, struct rule *r, bool *anchored)
{
	*anchored = false;
	if (span_has_prefix(line, span_str("\\!")) ||
	    span_has_prefix(line, span_str("\\#"))) {
		line = drop_first(line);
	} else {
		if (line.len && line.ptr[0] == '!') {
			r->keep = true;
			line = drop_first(line);
		}
		if (line.len && line.ptr[0] == '/') {
			*anchored = true;
			line = drop_first(line);
		}
	}
	if (ends_with(line, "/")) {
		r->dirs_only = true;
		line.len--;
	}
	return line;
}

/* The glob that a line stands for, in out: at any depth unless it has a slash. */
static void put_glob(struct buf *out, struct span line, bool anchored)
{
	bool deep = span_has_prefix(line, span_str("**/")) ||
		    span_eq(line, span_str("**"));

	buf_clear(out);
	if (!anchored && !deep &&
	    (!line.len || !memchr(line.ptr, '/', line.len)))
		buf_put_str(out, "**/");
	buf_put_span(out, line);
	if (ends_with(buf_span(out), "/**"))
		buf_put_str(out, "/*");
}

void ignore_put_glob(struct buf *out, struct span glob)
{
	bool anchored = glob.len && glob.ptr[0] == '/';

	put_glob(out, anchored ? drop_first(glob) : glob, anchored);
}

/*
 * ripgrep finds base names and extensions of no path that ends with a dot, so
 * that of the globs that end with one only these shapes ever match.
 */
static bool can_match(const struct rule *r, struct span glob)
{
	return !ends_with(glob, ".") || r->shape == GLOB_IS_PATH ||
	       r->shape == GLOB_IS_TAIL;
}

/*
 * Compiles one line.  SCOUT_END if it holds no rule (a comment, a blank line),
 * SCOUT_E_USAGE if it is bad, SCOUT_E_NOMEM.
 */
static int parse_line(struct span line, unsigned flags, struct rule *r,
		      struct buf *tmp, struct arena *arena,
		      struct scout_err *err)
{
	bool anchored;
	int rc;

	*r = (struct rule){ .next = NO_RULE };
	if (line.len && line.ptr[0] == '#')
		return SCOUT_END;
	if (!ends_with(line, "\\ "))
		line = trim_right(line);
	if (!line.len)
		return SCOUT_END;
	line = take_marks(line, r, &anchored);
	put_glob(tmp, line, anchored);
	if (buf_status(tmp))
		return scout_err_set(err, SCOUT_E_NOMEM, "reading ignore rules");
	rc = glob_compile(buf_span(tmp), GLOB_BRACES | GLOB_SEPARATOR | flags,
			  arena, &r->glob, err);
	if (rc < 0)
		return rc;
	r->shape = (uint8_t)glob_shape(r->glob, &r->literal);
	if (!(flags & GLOB_NOCASE) && !can_match(r, buf_span(tmp)))
		r->shape = RULE_NEVER;
	return SCOUT_OK;
}

/* Building the set. */

struct builder {
	struct ignore_set *set;
	uint32_t cap;
	unsigned glob_flags;	/* besides those of all globs */
	struct buf tmp;
	struct arena *arena;
};

static bool add_rule(struct builder *b, const struct rule *r)
{
	struct ignore_set *set = b->set;
	struct rule *bigger;

	if (set->nrules == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 8;
		bigger = arena_calloc(b->arena, b->cap, sizeof(*bigger));
		if (!bigger)
			return false;
		if (set->nrules)
			memcpy(bigger, set->rules,
			       set->nrules * sizeof(*bigger));
		set->rules = bigger;
	}
	set->rules[set->nrules++] = *r;
	if (!r->keep)
		set->has_skip = true;
	return true;
}

static bool is_hashed(const struct rule *r)
{
	return r->shape == GLOB_IS_NAME || r->shape == GLOB_IS_EXT;
}

static bool same_key(const struct rule *a, const struct rule *b)
{
	return a->shape == b->shape && span_eq(a->literal, b->literal);
}

static void add_to_table(struct ignore_set *set, uint32_t n)
{
	struct rule *r = &set->rules[n];
	uint32_t hash = hash_bytes(r->literal.ptr, r->literal.len);
	uint32_t i = hash & set->mask;

	for (; set->names[i].rule != NO_RULE; i = (i + 1) & set->mask)
		if (set->names[i].hash == hash &&
		    same_key(&set->rules[set->names[i].rule], r))
			break;
	r->next = set->names[i].rule;
	set->names[i] = (struct slot){ hash, n };
}

/* Sorts the rules into the table and the others. */
static bool index_rules(struct builder *b)
{
	struct ignore_set *set = b->set;
	uint32_t i, size = 8;

	while (size < set->nrules * 2)
		size *= 2;
	set->mask = size - 1;
	set->names = arena_alloc(b->arena, size * sizeof(*set->names));
	set->others = arena_calloc(b->arena, set->nrules, sizeof(*set->others));
	if (!set->names || !set->others)
		return false;
	for (i = 0; i < size; i++)
		set->names[i].rule = NO_RULE;
	for (i = 0; i < set->nrules; i++)
		if (is_hashed(&set->rules[i]))
			add_to_table(set, i);
	for (i = set->nrules; i-- > 0;)
		if (!is_hashed(&set->rules[i]) &&
		    set->rules[i].shape != RULE_NEVER)
			set->others[set->nothers++] = i;
	return true;
}

static int builder_init(struct builder *b, struct arena *arena, size_t strip,
			struct scout_err *err)
{
	*b = (struct builder){ .arena = arena, .tmp = BUF_INIT(MEM_WALK) };
	b->set = arena_calloc(arena, 1, sizeof(*b->set));
	if (!b->set)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading ignore rules");
	b->set->strip = strip;
	return SCOUT_OK;
}

/* Ends building with rc; the set goes to out if all is well. */
static int builder_finish(struct builder *b, int rc,
			  const struct ignore_set **out, struct scout_err *err)
{
	buf_release(&b->tmp);
	if (rc < 0)
		return rc;
	if (b->set->nrules && !index_rules(b))
		return scout_err_set(err, SCOUT_E_NOMEM, "reading ignore rules");
	*out = b->set->nrules ? b->set : NULL;
	return SCOUT_OK;
}

static void warn_line(struct ignore_warnings *w, const char *name,
		      unsigned line, const char *what)
{
	struct scout_err text = SCOUT_ERR_INIT;

	w->count++;
	if (!w->warn)
		return;
	scout_err_set(&text, SCOUT_E_USAGE, "%s: line %u: %s", name, line, what);
	w->warn(w->ctx, text.msg);
}

static int add_line(struct builder *b, struct span line, struct scout_err *err)
{
	struct rule r;
	int rc;

	rc = parse_line(line, b->glob_flags, &r, &b->tmp, b->arena, err);
	if (rc)
		return rc < 0 ? rc : SCOUT_OK;
	if (!add_rule(b, &r))
		return scout_err_set(err, SCOUT_E_NOMEM, "reading ignore rules");
	return SCOUT_OK;
}

/* Cuts the next line off text: up to "\n" or "\r\n". */
static struct span next_line(struct span *text)
{
	const uint8_t *nl = memchr(text->ptr, '\n', text->len);
	struct span line = *text;

	if (nl)
		line.len = (size_t)(nl - text->ptr);
	text->ptr += nl ? line.len + 1 : line.len;
	text->len -= nl ? line.len + 1 : line.len;
	if (nl && ends_with(line, "\r"))
		line.len--;
	return line;
}

int ignore_set_parse(struct span text, size_t strip, const char *name,
		     struct arena *arena, struct ignore_warnings *warnings,
		     const struct ignore_set **out, struct scout_err *err)
{
	struct builder b;
	struct scout_err bad;
	struct span line;
	unsigned n;
	int rc;

	rc = builder_init(&b, arena, strip, err);
	for (n = 1; rc >= 0 && text.len; n++) {
		line = next_line(&text);
		if (!is_utf8(line)) {
			warn_line(warnings, name, n, "not UTF-8, reading stops");
			break;
		}
		scout_err_clear(&bad);
		rc = add_line(&b, line, &bad);
		if (rc == SCOUT_E_USAGE) {
			warn_line(warnings, name, n, bad.msg);
			rc = SCOUT_OK;
		} else if (rc < 0) {
			scout_err_set(err, bad.code, "%s: %s", name, bad.msg);
		}
	}
	return builder_finish(&b, rc, out, err);
}

/* An error speaks of the glob as it was given, unless it is only then bad when
 * white space at its end is gone. */
static void name_as_given(const char *glob, struct arena *arena,
			  struct scout_err *err)
{
	struct scout_err given = SCOUT_ERR_INIT;
	const struct glob *unused;

	if (err && glob_compile(span_str(glob), GLOB_BRACES | GLOB_SEPARATOR,
				arena, &unused, &given) == SCOUT_E_USAGE)
		*err = given;
}

int ignore_set_globs(const char *const *globs, size_t nglobs, size_t nicase,
		     size_t strip, struct arena *arena,
		     const struct ignore_set **out, struct scout_err *err)
{
	struct builder b;
	size_t i;
	int rc;

	rc = builder_init(&b, arena, strip, err);
	for (i = 0; rc >= 0 && i < nglobs; i++) {
		b.glob_flags = i + nicase < nglobs ? 0 : GLOB_NOCASE;
		rc = add_line(&b, span_str(globs[i]), err);
		if (rc == SCOUT_E_USAGE)
			name_as_given(globs[i], arena, err);
	}
	return builder_finish(&b, rc, out, err);
}

bool ignore_set_has_skip(const struct ignore_set *set)
{
	return set && set->has_skip;
}

/* Matching. */

/* The last rule of the chain that may apply and is later than best. */
static uint32_t chain_best(const struct ignore_set *set, uint32_t n, bool is_dir,
			   uint32_t best)
{
	for (; n != NO_RULE; n = set->rules[n].next) {
		if (best != NO_RULE && n < best)
			return best;
		if (is_dir || !set->rules[n].dirs_only)
			return n;
	}
	return best;
}

static uint32_t table_best(const struct ignore_set *set, enum glob_shape shape,
			   uint32_t hash, struct span key, bool is_dir,
			   uint32_t best)
{
	uint32_t i = hash & set->mask;
	const struct rule *r;

	for (; set->names[i].rule != NO_RULE; i = (i + 1) & set->mask) {
		r = &set->rules[set->names[i].rule];
		if (set->names[i].hash == hash && r->shape == shape &&
		    span_eq(r->literal, key))
			return chain_best(set, set->names[i].rule, is_dir, best);
	}
	return best;
}

static uint32_t others_best(const struct ignore_set *set, struct span path,
			    bool is_dir, uint32_t best)
{
	const struct rule *r;
	uint32_t i;

	for (i = 0; i < set->nothers; i++) {
		if (best != NO_RULE && set->others[i] < best)
			return best;
		r = &set->rules[set->others[i]];
		if ((is_dir || !r->dirs_only) && glob_match(r->glob, path))
			return set->others[i];
	}
	return best;
}

enum ignore_verdict ignore_set_match(const struct ignore_set *set,
				     const struct ignore_path *p)
{
	const uint8_t *end = p->path.ptr + p->path.len;
	const uint8_t *name = p->path.ptr + p->base;
	const uint8_t *ext = p->path.ptr + p->ext;
	uint32_t best = NO_RULE;

	if (!set)
		return IGNORE_NONE;
	best = table_best(set, GLOB_IS_NAME, p->base_hash,
			  span_of(name, (size_t)(end - name)), p->is_dir, best);
	if (ext < end)
		best = table_best(set, GLOB_IS_EXT, p->ext_hash,
				  span_of(ext, (size_t)(end - ext)), p->is_dir,
				  best);
	best = others_best(set, span_of(p->path.ptr + set->strip,
					p->path.len - set->strip),
			   p->is_dir, best);
	if (best == NO_RULE)
		return IGNORE_NONE;
	return set->rules[best].keep ? IGNORE_KEEP : IGNORE_SKIP;
}
