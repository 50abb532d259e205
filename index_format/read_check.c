#include "index_format/read_check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "index_format/checksum.h"
#include "index_format/escape.h"

enum {
	/* a block fills a page of this size, but for the last of a segment */
	PAGE_SHIFT = 12,
	SLOTS_PER_BLOCK = 2,
};

int read_check_new(uint64_t nblocks, struct read_check **out)
{
	struct read_check *c = scout_calloc(MEM_QUERY, 1, sizeof(*c));
	size_t nslots = 1;

	if (!c)
		return SCOUT_E_NOMEM;
	while (nslots < nblocks * SLOTS_PER_BLOCK)
		nslots *= 2;
	c->nslots = nslots;
	c->blocks = scout_calloc(MEM_QUERY, nslots, sizeof(*c->blocks));
	if (!c->blocks) {
		read_check_free(c);
		return SCOUT_E_NOMEM;
	}
	*out = c;
	return SCOUT_OK;
}

void read_check_free(struct read_check *c)
{
	if (!c)
		return;
	scout_free(c->blocks);
	scout_free(c);
}

static int block_damage(struct read_check *c, struct span key)
{
	struct buf term = BUF_INIT(MEM_QUERY);
	const char *text;
	int rc;

	escape_put(&term, span_of(key.ptr + 4, key.len - 4));
	text = buf_cstr(&term);
	rc = read_check_damage(c, "segment %u, the dictionary block that "
			       "begins with '%.80s': wrong checksum",
			       get_be32(key.ptr), text ? text : "");
	buf_release(&term);
	return rc;
}

int read_check_block(struct read_check *c, struct span key, struct span block)
{
	size_t slot = ((uintptr_t)block.ptr >> PAGE_SHIFT) & (c->nslots - 1);
	/* the key belongs to it: a damaged page of the store may lead from two
	 * keys to the same bytes */
	uint64_t seed = checksum_seed(key), tag = seed ^ (uintptr_t)block.ptr;
	struct span body;

	SCOUT_ASSERT(key.len > 4);
	if (atomic_load_explicit(&c->blocks[slot], memory_order_relaxed) == tag)
		return SCOUT_OK;
	if (checksum_cut(block, seed, &body) < 0)
		return block_damage(c, key);
	atomic_store_explicit(&c->blocks[slot], tag, memory_order_relaxed);
	return SCOUT_OK;
}

int read_check_damage(struct read_check *c, const char *fmt, ...)
{
	va_list ap;

	if (atomic_exchange(&c->has_damage, true))
		return SCOUT_E_CORRUPT;
	va_start(ap, fmt);
	vsnprintf(c->damage, sizeof(c->damage), fmt, ap);
	va_end(ap);
	return SCOUT_E_CORRUPT;
}

const char *read_check_take_damage(struct read_check *c)
{
	return atomic_exchange(&c->has_damage, false) ? c->damage : NULL;
}
