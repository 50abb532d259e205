/*
 * Any bytes as a compressed file: an end, or a reason, in bounded memory and room;
 * the same text whatever the size of the pieces it is read in, and after a seek.
 * Input: the format, the size of a piece, an offset to seek to (2), the file.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/tree/decompress.h"

enum { UNPACKED_MAX = 1 << 20, PIECE_MAX = 4096 };

static int file_of(struct span bytes)
{
	char path[] = "/tmp/scout-fuzz-XXXXXX";
	int fd = mkstemp(path);

	SCOUT_ASSERT(fd >= 0 && unlink(path) == 0);
	SCOUT_ASSERT(!bytes.len ||
		     write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
	return fd;
}

/* From where it is to the end; what it ends with. */
static int read_all(struct decompressor *d, size_t piece, struct buf *out)
{
	uint8_t room[PIECE_MAX];
	size_t n;
	int rc;

	do {
		n = 0;
		rc = decompress_read(d, room, piece, &n);
		SCOUT_ASSERT(n <= piece && (rc <= 0));
		buf_put(out, room, rc ? 0 : n);
		SCOUT_ASSERT(out->len <= UNPACKED_MAX);
	} while (!rc && n == piece);
	return rc;
}

/* The text from an offset on, and what it ends with. */
static int unpack(enum packing packing, struct span file, size_t piece,
		  size_t from, struct buf *out)
{
	struct decompressor d = { .fd = -1 };
	int fd = file_of(file);
	int rc = decompress_open(&d, packing, fd, file.len);

	SCOUT_ASSERT(!rc);
	d.most_bytes = UNPACKED_MAX;
	if (from)
		rc = decompress_seek(&d, from);
	if (!rc)
		rc = read_all(&d, piece, out);
	decompress_release(&d);
	close(fd);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	enum packing packing = fuzz_number(&in, 1) & 1 ? PACKING_ZSTD :
							 PACKING_GZIP;
	size_t piece = 1 + (size_t)fuzz_number(&in, 1) * 7;
	size_t from = (size_t)fuzz_number(&in, 2), skipped;
	struct buf whole = BUF_INIT(MEM_OTHER), part = BUF_INIT(MEM_OTHER);
	int rc = unpack(packing, in, PIECE_MAX, 0, &whole);

	SCOUT_ASSERT(unpack(packing, in, piece, 0, &part) == rc);
	if (!rc) {
		SCOUT_ASSERT(part.len == whole.len);
		SCOUT_ASSERT(!whole.len ||
			     !memcmp(part.ptr, whole.ptr, whole.len));
		buf_clear(&part);
		skipped = from < whole.len ? from : whole.len;
		SCOUT_ASSERT(!unpack(packing, in, piece, from, &part));
		SCOUT_ASSERT(part.len == whole.len - skipped);
		SCOUT_ASSERT(!part.len || !memcmp(part.ptr, whole.ptr + skipped,
						  part.len));
	}
	buf_release(&whole);
	buf_release(&part);
	return 0;
}
