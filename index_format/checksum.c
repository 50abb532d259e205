#include "index_format/checksum.h"

#include "base/bytes.h"

void checksum_put(struct buf *value, uint64_t seed)
{
	if (!buf_status(value))
		buf_put_le64(value, checksum_of(buf_span(value), seed));
}

int checksum_cut(struct span value, uint64_t seed, struct span *out)
{
	struct span bytes;

	if (value.len < SUM_BYTES)
		return SCOUT_E_CORRUPT;
	bytes = span_of(value.ptr, value.len - SUM_BYTES);
	if (get_le64(bytes.ptr + bytes.len) != checksum_of(bytes, seed))
		return SCOUT_E_CORRUPT;
	*out = bytes;
	return SCOUT_OK;
}
