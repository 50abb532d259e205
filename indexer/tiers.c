#include "indexer/tiers.h"

#include <stdlib.h>

#include "index_format/limits.h"

/* A segment as the choice sees it. */
struct tier_item {
	uint32_t index;
	uint64_t live_bytes;
	uint32_t live_docs;
};

uint64_t segment_bytes(const struct segment_meta *m)
{
	uint64_t sum = m->dict_bytes;
	unsigned i;

	for (i = 0; i < STREAMS; i++)
		sum += m->stream_bytes[i];
	return sum;
}

static uint64_t live_bytes(const struct segment_meta *m)
{
	return m->ndocs ? segment_bytes(m) / m->ndocs * (m->ndocs - m->ndeleted)
			: 0;
}

static unsigned tier_of(uint64_t bytes)
{
	uint64_t most = TIER_FLOOR_BYTES;
	unsigned tier = 0;

	for (; bytes > most && tier < 16; tier++)
		most *= 8;
	return tier;
}

static bool is_worn(const struct segment_meta *m)
{
	return (uint64_t)m->ndeleted * 100 >
	       (uint64_t)m->ndocs * TIER_MAX_DELETED;
}

static int cmp_size(const void *va, const void *vb)
{
	const struct tier_item *a = va, *b = vb;

	if (a->live_bytes != b->live_bytes)
		return a->live_bytes < b->live_bytes ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static int cmp_index(const void *va, const void *vb)
{
	const uint32_t *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

/* Takes items, smallest first, as long as they fit into one segment. */
static size_t take(const struct tier_item *items, size_t n, uint32_t *picked)
{
	uint64_t docs = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		docs += items[i].live_docs;
		if (docs > SEGMENT_MAX_DOCS)
			break;
		picked[i] = items[i].index;
	}
	qsort(picked, i, sizeof(*picked), cmp_index);
	return i;
}

/* The first tier that has enough of them; items are by size. */
static size_t pick_tier(const struct tier_item *items, size_t n,
			uint32_t *picked)
{
	size_t from = 0, i;

	for (i = 1; i <= n; i++) {
		if (i < n && tier_of(items[i].live_bytes) ==
				     tier_of(items[from].live_bytes))
			continue;
		if (i - from >= TIER_SEGMENTS)
			return take(items + from, i - from, picked);
		from = i;
	}
	return 0;
}

static size_t pick_worn(const struct segment_meta *segments, size_t n,
			uint32_t *picked)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_worn(&segments[i])) {
			*picked = (uint32_t)i;
			return 1;
		}
	return 0;
}

size_t tiers_pick(const struct segment_meta *segments, size_t n,
		  uint32_t *picked)
{
	struct tier_item items[TIER_MAX_ALIVE * 4];
	size_t i, npicked, total = n;

	/* an index that was built in many segments is merged from its end */
	if (n > TIER_MAX_ALIVE * 4) {
		for (i = 0; i < TIER_MAX_ALIVE * 4; i++)
			items[i].index = (uint32_t)(n - TIER_MAX_ALIVE * 4 + i);
		n = TIER_MAX_ALIVE * 4;
	} else {
		for (i = 0; i < n; i++)
			items[i].index = (uint32_t)i;
	}
	for (i = 0; i < n; i++) {
		const struct segment_meta *m = &segments[items[i].index];

		items[i].live_bytes = live_bytes(m);
		items[i].live_docs = m->ndocs - m->ndeleted;
	}
	qsort(items, n, sizeof(*items), cmp_size);
	npicked = pick_tier(items, n, picked);
	if (!npicked && n > TIER_MAX_ALIVE)
		npicked = take(items, n - TIER_MAX_ALIVE + TIER_SEGMENTS - 1,
			       picked);
	/* one alone is no merge, but for what is deleted in it */
	if (npicked < 2)
		npicked = pick_worn(segments, total, picked);
	return npicked;
}
