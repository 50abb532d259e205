/*
 * Damaged walk rules: what is accepted is exactly what would be written, or has
 * the form of an earlier version.
 */
#include "fuzz.h"

#include "base/tree/walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct buf out = BUF_INIT(MEM_OTHER);
	struct walk_rules rules;
	struct arena arena;

	arena_init(&arena, MEM_OTHER);
	if (!walk_rules_decode(span_of(data, size), &arena, &rules)) {
		walk_rules_encode(&rules, &out);
		SCOUT_ASSERT(data[0] < out.ptr[0] ||
			     span_eq(buf_span(&out), span_of(data, size)));
		if (size < 4096 && walk_rules_check(&rules, &err))
			SCOUT_ASSERT(err.msg[0]);
	}
	buf_release(&out);
	arena_release(&arena);
	return 0;
}
