/* Damaged statistics. */
#include "fuzz.h"

#include "index_format/index_stats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = BUF_INIT(MEM_OTHER), twice = once;
	struct index_stats stats = { 0 }, again = { 0 };

	if (index_stats_decode(span_of(data, size), &stats))
		return 0;
	index_stats_encode(&stats, &once);
	SCOUT_ASSERT(!index_stats_decode(buf_span(&once), &again));
	index_stats_encode(&again, &twice);
	SCOUT_ASSERT(span_eq(buf_span(&once), buf_span(&twice)));
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
