#include "base/tree/walk_filter.h"

#include "base/tree/file_type.h"

static int check_types(const char **names, size_t n, struct scout_err *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(names[i], "all") && file_type_find(names[i]) < 0)
			return scout_err_set(err, SCOUT_E_USAGE,
					     "unknown file type '%s'; "
					     "'scout-index types' lists them",
					     names[i]);
	return SCOUT_OK;
}

static int init_named(struct walk_filter *f, size_t strip, struct arena *arena,
		      struct ignore_warnings *warnings, struct scout_err *err)
{
	const struct walk_rules *rules = f->rules;
	size_t i;
	int rc = SCOUT_OK;

	if (!rules->nignore_files)
		return SCOUT_OK;
	f->named = arena_calloc(arena, rules->nignore_files,
				sizeof(*f->named));
	if (!f->named)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading ignore rules");
	f->nnamed = rules->nignore_files;
	for (i = 0; i < f->nnamed && rc >= 0; i++)
		rc = ignore_set_parse(span_str(rules->ignore_files[i]), strip,
				      "--ignore-file", arena, warnings,
				      &f->named[i], err);
	return rc;
}

int walk_filter_init(struct walk_filter *f, const struct walk_rules *rules,
		     size_t strip, struct arena *arena,
		     struct ignore_warnings *warnings, struct scout_err *err)
{
	int rc;

	*f = (struct walk_filter){ .rules = rules };
	f->has_types = rules->ntypes || rules->ntypes_not;
	rc = check_types(rules->types, rules->ntypes, err);
	if (rc < 0)
		return rc;
	rc = check_types(rules->types_not, rules->ntypes_not, err);
	if (rc < 0)
		return rc;
	rc = ignore_set_globs(rules->globs, rules->nglobs, rules->nglobs_icase,
			      strip, arena, &f->globs, err);
	if (rc < 0)
		return rc;
	f->only_globs = ignore_set_has_skip(f->globs);
	if (rules->global_excludes && !rules->no_ignore &&
	    !rules->no_ignore_vcs)
		rc = ignore_set_parse(span_str(rules->global_excludes), strip,
				      "global git excludes", arena, warnings,
				      &f->global, err);
	return rc < 0 ? rc : init_named(f, strip, arena, warnings, err);
}

int walk_rules_check(const struct walk_rules *rules, struct scout_err *err)
{
	struct ignore_warnings warnings = { 0 };
	struct walk_filter filter;
	struct arena arena;
	int rc;

	arena_init(&arena, MEM_WALK);
	rc = walk_filter_init(&filter, rules, 0, &arena, &warnings, err);
	arena_release(&arena);
	return rc;
}

static bool any_type(const char **names, size_t n, struct span base_name)
{
	size_t i, t;

	for (i = 0; i < n; i++) {
		if (strcmp(names[i], "all")) {
			t = (size_t)file_type_find(names[i]);
			if (file_type_matches(t, base_name))
				return true;
			continue;
		}
		for (t = 0; t < file_type_count(); t++)
			if (file_type_matches(t, base_name))
				return true;
	}
	return false;
}

/*
 * -T goes before -t.  To ripgrep, a name that ends with a dot has no type, and
 * is not hidden either.
 */
static enum ignore_verdict test_types(const struct walk_rules *rules,
				      struct span base_name)
{
	if (base_name.ptr[base_name.len - 1] != '.') {
		if (any_type(rules->types_not, rules->ntypes_not, base_name))
			return IGNORE_SKIP;
		if (any_type(rules->types, rules->ntypes, base_name))
			return IGNORE_KEEP;
	}
	return rules->ntypes ? IGNORE_SKIP : IGNORE_NONE;
}

static bool is_hidden(struct span base_name)
{
	return base_name.ptr[0] == '.' &&
	       base_name.ptr[base_name.len - 1] != '.';
}

static enum ignore_verdict test_ignore(const struct walk_filter *f,
				       const struct ignore_level *level,
				       const struct ignore_path *p)
{
	enum ignore_verdict v = level ? ignore_level_match(level, p) :
					IGNORE_NONE;
	size_t i;

	if (v == IGNORE_NONE && level && level->in_git)
		v = ignore_set_match(f->global, p);
	for (i = f->nnamed; v == IGNORE_NONE && i-- > 0;)
		v = ignore_set_match(f->named[i], p);
	return v;
}

enum skip_reason walk_filter_test(const struct walk_filter *f,
				  const struct ignore_level *level,
				  const struct ignore_path *p)
{
	struct span name = span_of(p->path.ptr + p->base, p->path.len - p->base);
	enum ignore_verdict v;
	bool wanted = false;

	/* in -g a plain glob includes and "!" excludes */
	v = ignore_set_match(f->globs, p);
	if (v == IGNORE_SKIP)
		return SKIP_NONE;
	if (v == IGNORE_KEEP || (f->only_globs && !p->is_dir))
		return SKIP_GLOB;
	if (level || f->nnamed) {
		v = test_ignore(f, level, p);
		if (v == IGNORE_SKIP)
			return SKIP_IGNORED;
		wanted = v == IGNORE_KEEP;
	}
	if (f->has_types && !p->is_dir) {
		v = test_types(f->rules, name);
		if (v == IGNORE_SKIP)
			return SKIP_GLOB;
		wanted |= v == IGNORE_KEEP;
	}
	if (!wanted && !f->rules->hidden && is_hidden(name))
		return SKIP_HIDDEN;
	return SKIP_NONE;
}
