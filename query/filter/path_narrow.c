#include "query/filter/path_narrow.h"

int path_narrow_make(const struct walk_rules *rules, struct arena *arena,
		     struct path_narrow *out, struct scout_err *err)
{
	struct ignore_warnings warnings = { 0 };

	*out = (struct path_narrow){ .is_set = rules->nglobs ||
					       rules->ntypes ||
					       rules->ntypes_not };
	out->rules = (struct walk_rules){
		/* what else there is was decided when it was indexed */
		.hidden = true, .no_ignore = true,
		.globs = rules->globs, .nglobs = rules->nglobs,
		.nglobs_icase = rules->nglobs_icase,
		.types = rules->types, .ntypes = rules->ntypes,
		.types_not = rules->types_not,
		.ntypes_not = rules->ntypes_not };
	return walk_filter_init(&out->filter, &out->rules, 0, arena, &warnings,
				err);
}

static bool has_entry(const struct path_narrow *n, struct span path,
		      size_t base, bool is_dir)
{
	struct ignore_path p;

	ignore_path_init(&p, path, base, is_dir);
	return walk_filter_test(&n->filter, NULL, &p) == SKIP_NONE;
}

bool path_narrow_has(const struct path_narrow *n, struct span path)
{
	size_t i, base = 0;

	if (!n->is_set)
		return true;
	/* a folder that a glob excludes is not entered */
	for (i = 0; i < path.len && n->rules.nglobs; i++) {
		if (path.ptr[i] != '/')
			continue;
		if (!has_entry(n, span_of(path.ptr, i), base, true))
			return false;
		base = i + 1;
	}
	for (i = path.len; i > 0 && path.ptr[i - 1] != '/'; i--)
		;
	return has_entry(n, path, i, false);
}
