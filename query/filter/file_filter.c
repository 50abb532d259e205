#include "query/filter/file_filter.h"

#include <time.h>

#include "base/memsearch.h"
#include "base/tree/file_type.h"
#include "base/tree/glob.h"
#include "base/tree/ignore.h"
#include "query/language/filter_value.h"

enum test_kind {
	TEST_GLOB,
	TEST_REGEX,
	TEST_TEXT,	/* holds it somewhere */
	TEST_ENDS,	/* one of several */
	TEST_TYPES,
	TEST_SIZE,
	TEST_TIME,
};

struct file_filter {
	const struct ast *node;
	enum test_kind kind;
	bool on_name;			/* file: and not path: */
	const struct glob *glob;
	struct span folder;		/* path: what the glob begins with */
	struct regex *re;
	struct memsearch text;
	struct span *ends;		/* with their dots */
	size_t nends;
	bool *types;			/* by file_type number */
	struct size_range size;
	int64_t from_ns, to_ns;		/* to_ns is not included */
};

/* --- Paths and names ----------------------------------------------------- */

static bool is_glob(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (memchr("*?[", s.ptr[i], 3))
			return true;
	return false;
}

/* The folders that a glob from the root names before it has anything special. */
static struct span folder_of(struct span glob)
{
	size_t i, end = 0;

	for (i = 0; i < glob.len && !memchr("*?[{\\", glob.ptr[i], 5); i++)
		if (glob.ptr[i] == '/')
			end = i + 1;
	return span_of(glob.ptr, end);
}

static int make_glob(struct file_filter *f, struct arena *arena,
		     struct scout_err *err)
{
	struct scout_err sub = SCOUT_ERR_INIT;
	struct buf text = BUF_INIT(MEM_QUERY);
	char *copy;
	int rc;

	ignore_put_glob(&text, f->node->text);
	rc = buf_status(&text);
	copy = rc < 0 ? NULL : arena_dup(arena, text.ptr, text.len);
	if (!copy) {
		buf_release(&text);
		return scout_err_set(err, SCOUT_E_NOMEM, "planning a query");
	}
	f->kind = TEST_GLOB;
	if (!f->on_name)
		f->folder = folder_of(span_of(copy, text.len));
	rc = glob_compile(span_of(copy, text.len),
			  GLOB_BRACES | GLOB_SEPARATOR, arena, &f->glob, &sub);
	buf_release(&text);
	if (rc == SCOUT_E_USAGE)
		return scout_err_syntax(err, f->node->pos, f->node->len, "%s",
					sub.msg);
	return rc < 0 ? scout_err_set(err, rc, "%s", sub.msg) : rc;
}

static int make_regex(struct file_filter *f, struct scout_err *err)
{
	struct scout_err sub = SCOUT_ERR_INIT;
	unsigned flags = (f->node->regex_icase ? REGEX_IGNORE_CASE : 0) |
			 (f->node->regex_multiline ? REGEX_MULTILINE : 0);
	int rc = regex_new(f->node->text, flags, &f->re, &sub);

	f->kind = TEST_REGEX;
	if (rc == SCOUT_E_SYNTAX)
		return scout_err_syntax(err, f->node->pos, f->node->len,
					"this regex: %s", sub.msg);
	return rc < 0 ? scout_err_set(err, rc, "%s", sub.msg) : rc;
}

static int make_path(struct file_filter *f, struct arena *arena,
		     struct scout_err *err)
{
	f->on_name = f->node->field == FIELD_FILE;
	if (f->node->text_is_regex)
		return make_regex(f, err);
	if (is_glob(f->node->text))
		return make_glob(f, arena, err);
	f->kind = TEST_TEXT;
	memsearch_init(&f->text, f->node->text, false);
	return SCOUT_OK;
}

/* --- Lists --------------------------------------------------------------- */

/* Cuts the next name off a list between commas. */
static struct span next_name(struct span *list)
{
	const uint8_t *comma = memchr(list->ptr, ',', list->len);
	size_t n = comma ? (size_t)(comma - list->ptr) : list->len;
	struct span name = span_of(list->ptr, n);

	n += comma != NULL;
	*list = span_of(list->ptr + n, list->len - n);
	return name;
}

static int make_ends(struct file_filter *f, struct arena *arena)
{
	struct span list = f->node->text, name;
	uint8_t *dotted;

	f->kind = TEST_ENDS;
	f->ends = arena_alloc(arena, (list.len + 1) * sizeof(*f->ends));
	if (!f->ends)
		return SCOUT_E_NOMEM;
	while (list.len) {
		name = next_name(&list);
		dotted = arena_alloc(arena, name.len + 1);
		if (!dotted)
			return SCOUT_E_NOMEM;
		dotted[0] = '.';
		memcpy(dotted + 1, name.ptr, name.len);
		f->ends[f->nends++] = span_of(dotted, name.len + 1);
	}
	return SCOUT_OK;
}

static int make_types(struct file_filter *f, struct arena *arena)
{
	struct span list = f->node->text, name;
	const char *copy;
	size_t i;

	f->kind = TEST_TYPES;
	f->types = arena_calloc(arena, file_type_count(), sizeof(*f->types));
	if (!f->types)
		return SCOUT_E_NOMEM;
	while (list.len) {
		name = next_name(&list);
		copy = arena_dup(arena, name.ptr, name.len);
		if (!copy)
			return SCOUT_E_NOMEM;
		for (i = 0; i < file_type_count(); i++)
			if (!strcmp(copy, "all") ||
			    !strcmp(copy, file_type_name(i)))
				f->types[i] = true;
	}
	return SCOUT_OK;
}

/* --- Times --------------------------------------------------------------- */

/* When a local day begins. */
static int64_t day_start_ns(struct calendar_day day)
{
	struct tm tm = { .tm_year = day.year - 1900, .tm_mon = day.month - 1,
			 .tm_mday = day.day, .tm_isdst = -1 }, got;
	time_t t = mktime(&tm);

	/* where clocks are put forward at midnight there is no 0:00 */
	if (localtime_r(&t, &got) && got.tm_mday != day.day)
		t += 3600;
	if (t > INT64_MAX / 1000000000 || t < INT64_MIN / 1000000000)
		return t > 0 ? INT64_MAX : INT64_MIN;
	return (int64_t)t * 1000000000;
}

static void make_time(struct file_filter *f, int64_t now_ns)
{
	struct modified_range r;
	int64_t span;

	f->kind = TEST_TIME;
	f->from_ns = INT64_MIN;
	f->to_ns = INT64_MAX;
	SCOUT_ASSERT(!filter_modified_parse(f->node->text, &r));
	if (r.within_seconds) {
		span = r.within_seconds > INT64_MAX / 1000000000 ? INT64_MAX :
			(int64_t)r.within_seconds * 1000000000;
		f->from_ns = now_ns < INT64_MIN + span ? INT64_MIN :
							 now_ns - span;
		return;
	}
	if (r.has_first)
		f->from_ns = day_start_ns(r.first);
	if (r.has_last)
		f->to_ns = day_start_ns(calendar_day_after(r.last));
}

/* --- All of them --------------------------------------------------------- */

static int make_filter(struct file_filter *f, int64_t now_ns,
		       struct arena *arena, struct scout_err *err)
{
	int rc = SCOUT_OK;

	switch (f->node->field) {
	case FIELD_PATH:
	case FIELD_FILE:
		return make_path(f, arena, err);
	case FIELD_EXT:
		rc = make_ends(f, arena);
		break;
	case FIELD_LANG:
		rc = make_types(f, arena);
		break;
	case FIELD_SIZE:
		f->kind = TEST_SIZE;
		SCOUT_ASSERT(!filter_size_parse(f->node->text, &f->size));
		break;
	case FIELD_MODIFIED:
		make_time(f, now_ns);
		break;
	}
	return rc < 0 ? scout_err_set(err, rc, "planning a query") : rc;
}

int file_filters_make(const struct ast *const *nodes, unsigned n,
		      int64_t now_ns, struct arena *arena,
		      struct file_filters *out, struct scout_err *err)
{
	unsigned i;
	int rc = SCOUT_OK;

	*out = (struct file_filters){ .items = NULL };
	out->items = arena_calloc(arena, n, sizeof(*out->items));
	if (!out->items)
		return scout_err_set(err, SCOUT_E_NOMEM, "planning a query");
	for (i = 0; i < n && !rc; i++) {
		out->items[i].node = nodes[i];
		out->n++;
		rc = make_filter(&out->items[i], now_ns, arena, err);
	}
	return rc;
}

void file_filters_release(struct file_filters *f)
{
	unsigned i;

	for (i = 0; i < f->n; i++)
		regex_free(f->items[i].re);
	*f = (struct file_filters){ .items = NULL };
}

bool file_filter_wants_path(const struct file_filters *f, unsigned i)
{
	return f->items[i].kind != TEST_SIZE && f->items[i].kind != TEST_TIME;
}

struct span file_filter_folder(const struct file_filters *f, unsigned i)
{
	return f->items[i].folder;
}

/* --- Testing ------------------------------------------------------------- */

static struct span base_name(struct span path)
{
	const uint8_t *slash = path.len ? memrchr(path.ptr, '/', path.len) :
					  NULL;
	size_t base = slash ? (size_t)(slash + 1 - path.ptr) : 0;

	return span_of(path.ptr + base, path.len - base);
}

/* A dot at the start of a name begins no extension. */
static bool ends_in_one(const struct file_filter *f, struct span name)
{
	size_t i;

	for (i = 0; i < f->nends; i++) {
		struct span end = f->ends[i];

		if (name.len > end.len &&
		    !memcmp(name.ptr + name.len - end.len, end.ptr, end.len))
			return true;
	}
	return false;
}

/* To ripgrep, a name that ends with a dot has no type. */
static bool has_type(const struct file_filter *f, struct span name)
{
	size_t i;

	if (!name.len || name.ptr[name.len - 1] == '.')
		return false;
	for (i = 0; i < file_type_count(); i++)
		if (f->types[i] && file_type_matches(i, name))
			return true;
	return false;
}

static int test_regex(const struct file_filter *f, struct span text,
		      struct regex_matcher **matcher, bool *out)
{
	size_t start, end;
	int rc = *matcher ? SCOUT_OK : regex_matcher_new(matcher);

	if (!rc)
		rc = regex_find(f->re, *matcher, text, 0, &start, &end);
	*out = rc == SCOUT_OK;
	return rc == SCOUT_END ? SCOUT_OK : rc;
}

int file_filter_test(const struct file_filters *filters, unsigned i,
		     const struct file_facts *facts,
		     struct regex_matcher **matcher, bool *out)
{
	const struct file_filter *f = &filters->items[i];
	struct span text = f->on_name ? base_name(facts->path) : facts->path;

	switch (f->kind) {
	case TEST_GLOB:
		*out = glob_match(f->glob, text);
		break;
	case TEST_REGEX:
		return test_regex(f, text, matcher, out);
	case TEST_TEXT:
		*out = memsearch_find(&f->text, text) != NULL;
		break;
	case TEST_ENDS:
		*out = ends_in_one(f, base_name(facts->path));
		break;
	case TEST_TYPES:
		*out = has_type(f, base_name(facts->path));
		break;
	case TEST_SIZE:
		*out = facts->size_bytes >= f->size.min &&
		       facts->size_bytes <= f->size.max;
		break;
	case TEST_TIME:
		*out = facts->mtime_ns >= f->from_ns &&
		       facts->mtime_ns < f->to_ns;
		break;
	}
	return SCOUT_OK;
}
