#include "query/match/span_list.h"

static int compare_keys(const void *va, const void *vb)
{
	uint64_t a = *(const uint64_t *)va, b = *(const uint64_t *)vb;

	return (a > b) - (a < b);
}

static void sort_keys(struct span_list *list)
{
	size_t i, n = 0;
	bool is_sorted = true;

	for (i = 1; i < list->nkeys && is_sorted; i++)
		is_sorted = list->keys[i - 1] < list->keys[i];
	if (is_sorted)
		return;
	qsort(list->keys, list->nkeys, sizeof(*list->keys), compare_keys);
	for (i = 0; i < list->nkeys; i++)
		if (!n || list->keys[n - 1] != list->keys[i])
			list->keys[n++] = list->keys[i];
	list->nkeys = n;
}

/* Makes room, by dropping what was put twice or in a larger array. */
static int make_room(struct span_list *list, struct arena *arena)
{
	size_t cap = list->cap ? list->cap * 2 : 64;
	uint64_t *grown;

	if (list->cap >= 4096)
		sort_keys(list);
	if (list->nkeys < list->cap / 2)
		return SCOUT_OK;
	if (list->nkeys >= SPAN_LIST_MAX)
		return SCOUT_E_LIMIT;
	grown = arena_alloc(arena, cap * sizeof(*grown));
	if (!grown)
		return SCOUT_E_NOMEM;
	if (list->nkeys)
		memcpy(grown, list->keys, list->nkeys * sizeof(*grown));
	list->keys = grown;
	list->cap = cap;
	return SCOUT_OK;
}

int span_list_put(struct span_list *list, term_pos first, term_pos last,
		  struct arena *arena)
{
	int rc;

	if (list->nkeys == list->cap) {
		rc = make_room(list, arena);
		if (rc < 0)
			return rc;
	}
	list->keys[list->nkeys++] = (uint64_t)first << 32 | last;
	return SCOUT_OK;
}

int span_list_finish(struct span_list *list, struct arena *arena)
{
	size_t i;

	sort_keys(list);
	list->n = list->nkeys;
	list->first = arena_alloc(arena, list->n * sizeof(*list->first));
	list->last = arena_alloc(arena, list->n * sizeof(*list->last));
	if (!list->first || !list->last)
		return SCOUT_E_NOMEM;
	for (i = 0; i < list->n; i++) {
		list->first[i] = (term_pos)(list->keys[i] >> 32);
		list->last[i] = (term_pos)list->keys[i];
	}
	return SCOUT_OK;
}

int span_list_of_leaf(const struct leaf_spans *leaf, struct arena *arena,
		      struct span_list *out)
{
	size_t i;

	SCOUT_ASSERT(!leaf->only_present || !leaf->n);
	*out = (struct span_list){ .n = leaf->n };
	out->first = arena_alloc(arena, leaf->n * sizeof(*out->first));
	out->last = arena_alloc(arena, leaf->n * sizeof(*out->last));
	if (!out->first || !out->last)
		return SCOUT_E_NOMEM;
	for (i = 0; i < leaf->n; i++) {
		out->first[i] = leaf->first[i];
		out->last[i] = leaf_span_last(leaf, i);
	}
	return SCOUT_OK;
}

size_t span_list_find(const struct span_list *list, term_pos first,
		      term_pos last)
{
	uint64_t key = (uint64_t)first << 32 | last;
	size_t lo = 0, hi = list->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (((uint64_t)list->first[mid] << 32 | list->last[mid]) < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < list->n && list->first[lo] == first && list->last[lo] == last)
		return lo;
	return list->n;
}
