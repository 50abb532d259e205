#include "query/language/word_pattern.h"

#include "index_format/fold.h"
#include "query/language/word_parts.h"

unsigned word_pattern_flags(const struct ast *leaf)
{
	return (leaf->sensitive ? 0 : FOLD_CASE) |
	       (leaf->no_marks ? FOLD_NO_MARKS : 0);
}

static int compose_into(struct span folded, struct arena *arena,
			struct span *out)
{
	struct buf b = BUF_INIT(MEM_QUERY);
	char *copy = NULL;
	int rc = fold_compose(folded, &b);

	if (!rc)
		copy = arena_dup(arena, b.ptr, b.len);
	*out = span_of(copy, b.len);
	buf_release(&b);
	return rc < 0 ? rc : copy ? SCOUT_OK : SCOUT_E_NOMEM;
}

static int make_fuzzy(const struct ast *leaf, const struct ast_piece *piece,
		      struct arena *arena, struct word_pattern *out)
{
	struct edit_pattern *edits = arena_alloc(arena, sizeof(*edits));
	int rc;

	if (!edits)
		return SCOUT_E_NOMEM;
	out->kind = PATTERN_FUZZY;
	out->edits = edits;
	rc = compose_into(piece->folded, arena, &out->text);
	return rc < 0 ? rc : edit_pattern_make(out->text, leaf->distance,
					       arena, edits);
}

int word_pattern_make(const struct ast *leaf, const struct ast_piece *piece,
		      struct arena *arena, struct word_pattern *out)
{
	*out = (struct word_pattern){ .flags = word_pattern_flags(leaf) };
	if (leaf->kind == AST_FUZZY)
		return make_fuzzy(leaf, piece, arena, out);
	if (leaf->kind == AST_PART) {
		out->kind = PATTERN_PART;
		out->text = piece->folded;
	} else if (ast_is_prefix(piece)) {
		out->kind = PATTERN_PREFIX;
		out->text = piece->items[0].composed;
	} else if (piece->nitems) {
		out->kind = PATTERN_GLOB;
		out->items = piece->items;
		out->nitems = piece->nitems;
	} else {
		out->kind = PATTERN_WORD;
		out->text = piece->folded;
	}
	return SCOUT_OK;
}

static bool same_items(const struct word_pattern *a,
		       const struct word_pattern *b)
{
	size_t i;

	if (a->nitems != b->nitems)
		return false;
	for (i = 0; i < a->nitems; i++)
		if (a->items[i].kind != b->items[i].kind ||
		    !span_eq(a->items[i].composed, b->items[i].composed))
			return false;
	return true;
}

bool word_pattern_eq(const struct word_pattern *a,
		     const struct word_pattern *b)
{
	if (a->kind != b->kind || a->flags != b->flags)
		return false;
	if (a->kind == PATTERN_FUZZY &&
	    a->edits->max_edits != b->edits->max_edits)
		return false;
	return a->kind == PATTERN_GLOB ? same_items(a, b) :
					 span_eq(a->text, b->text);
}

static int has_part(const struct word_pattern *p, struct span raw,
		    struct buf *scratch, bool *out)
{
	struct part_walk walk;
	struct span part;

	*out = false;
	part_walk_start(&walk, raw);
	while (!*out && part_walk_next(&walk, &part)) {
		buf_clear(scratch);
		if (fold_whole(part, p->flags, scratch) < 0)
			return SCOUT_E_NOMEM;
		*out = span_eq(buf_span(scratch), p->text);
	}
	return SCOUT_OK;
}

int word_pattern_matches(const struct word_pattern *p, struct span raw,
			 struct span folded, struct span composed,
			 struct buf *scratch, bool *out)
{
	switch (p->kind) {
	case PATTERN_WORD:
		*out = span_eq(folded, p->text);
		return SCOUT_OK;
	case PATTERN_PREFIX:
		*out = span_has_prefix(composed, p->text);
		return SCOUT_OK;
	case PATTERN_GLOB:
		*out = word_glob_match(p->items, p->nitems, composed);
		return SCOUT_OK;
	case PATTERN_FUZZY:
		*out = edit_within(p->edits, composed);
		return SCOUT_OK;
	case PATTERN_PART:
		return has_part(p, raw, scratch, out);
	}
	return SCOUT_OK;
}
