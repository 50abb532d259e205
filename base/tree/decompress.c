#include "base/tree/decompress.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/os.h"
#include "base/tree/decompress_codec.h"

enum { IN_BYTES = 64 << 10, PASS_BYTES = 16 << 10 };

static const struct decompress_codec *const codecs[PACKINGS] = {
	[PACKING_GZIP] = &decompress_gzip,
	[PACKING_ZSTD] = &decompress_zstd,
};

enum packing packing_of(const char *path)
{
	const char *dot = strrchr(path, '.');

	if (!dot)
		return PACKING_NONE;
	if (!strcmp(dot, ".gz") || !strcmp(dot, ".tgz"))
		return PACKING_GZIP;
	if (!strcmp(dot, ".zst") || !strcmp(dot, ".zstd"))
		return PACKING_ZSTD;
	return PACKING_NONE;
}

void decompress_release(struct decompressor *d)
{
	unsigned i;

	for (i = 0; i < PACKINGS; i++)
		if (codecs[i])
			codecs[i]->close(d->states[i]);
	scout_free(d->in);
	*d = (struct decompressor){ .codec = NULL };
}

static void *state_of(const struct decompressor *d)
{
	unsigned i;

	for (i = 0; codecs[i] != d->codec; i++)
		;
	return d->states[i];
}

static void start(struct decompressor *d)
{
	d->in_pos = d->in_len = 0;
	d->file_offset = d->out_offset = 0;
	d->file_ended = d->in_member = d->at_end = false;
}

int decompress_open(struct decompressor *d, enum packing packing, int fd,
		    uint64_t size_bytes)
{
	int rc = 0;

	SCOUT_ASSERT(packing != PACKING_NONE && packing < PACKINGS);
	if (!d->in)
		d->in = scout_malloc(MEM_READ, IN_BYTES);
	if (!d->in)
		return -ENOMEM;
	d->codec = codecs[packing];
	if (!d->states[packing])
		rc = d->codec->open(&d->states[packing]);
	d->fd = fd;
	d->most_bytes = UNPACKED_FREE_BYTES;
	if (size_bytes > UNPACKED_FREE_BYTES / UNPACKED_MOST_TIMES)
		d->most_bytes = size_bytes < UINT64_MAX / UNPACKED_MOST_TIMES ?
					size_bytes * UNPACKED_MOST_TIMES :
					UINT64_MAX;
	start(d);
	return rc;
}

/* Reads on, unless the file has ended; what is left over stays. */
static int fill(struct decompressor *d)
{
	size_t left = d->in_len - d->in_pos, got;
	int rc;

	if (d->file_ended)
		return 0;
	if (left)
		memmove(d->in, d->in + d->in_pos, left);
	d->in_pos = 0;
	d->in_len = left;
	rc = os_pread_full(d->fd, d->in + left, IN_BYTES - left,
			   d->file_offset, &got);
	if (rc < 0)
		return rc;
	d->in_len += got;
	d->file_offset += got;
	d->file_ended = got < IN_BYTES - left;
	return 0;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && !p[i]; i++)
		;
	return i == n;
}

/* Nothing but zeros up to the end of the file. */
static int pass_padding(struct decompressor *d)
{
	int rc = 0;

	while (!rc) {
		if (!is_zero(d->in + d->in_pos, d->in_len - d->in_pos))
			return -REASON_TRAILING;
		d->in_pos = d->in_len;
		if (d->file_ended)
			break;
		rc = fill(d);
	}
	d->at_end = !rc;
	return rc;
}

/* Begins the next member, or finds that the last one is read. */
static int begin_member(struct decompressor *d)
{
	bool is_first = !d->file_offset;
	size_t left = d->in_len - d->in_pos;
	int rc = 0;

	if (left < d->codec->magic_bytes) {
		rc = fill(d);
		left = d->in_len - d->in_pos;
	}
	if (rc < 0)
		return rc;
	if (left >= d->codec->magic_bytes &&
	    d->codec->is_begin(d->in + d->in_pos)) {
		d->in_member = true;
		return d->codec->reset(state_of(d));
	}
	if (is_first)
		return left < d->codec->magic_bytes ? -REASON_CUT_SHORT :
						      -REASON_NOT_PACKED;
	if (d->codec->may_be_padded)
		return pass_padding(d);
	d->at_end = !left;
	return left ? -REASON_TRAILING : 0;
}

/* Decodes some bytes of the member. */
static int decode(struct decompressor *d, uint8_t *out, size_t len,
		  size_t *out_got)
{
	struct codec_io io;
	bool done = false;
	int rc = 0;

	*out_got = 0;
	if (d->in_pos == d->in_len)
		rc = fill(d);
	if (rc < 0)
		return rc;
	io = (struct codec_io){ d->in + d->in_pos, d->in_len - d->in_pos, out,
				len };
	rc = d->codec->decode(state_of(d), &io, &done);
	if (rc < 0)
		return rc;
	*out_got = len - io.out_len;
	/* it can neither go on nor say that this is the end */
	if (!done && !*out_got && d->in_pos == d->in_len - io.in_len &&
	    (d->file_ended || d->in_pos < d->in_len))
		return d->file_ended && d->in_pos == d->in_len ?
			       -REASON_CUT_SHORT : -REASON_DAMAGED;
	d->in_pos = d->in_len - io.in_len;
	d->in_member = !done;
	d->out_offset += *out_got;
	return d->out_offset > d->most_bytes ? -REASON_EXPANDS : 0;
}

int decompress_read(struct decompressor *d, void *ptr, size_t len,
		    size_t *out_len)
{
	size_t done = 0, got;
	int rc = 0;

	while (!rc && done < len && !d->at_end) {
		if (!d->in_member) {
			rc = begin_member(d);
			continue;
		}
		rc = decode(d, (uint8_t *)ptr + done, len - done, &got);
		done += got;
	}
	*out_len = done;
	return rc;
}

int decompress_seek(struct decompressor *d, uint64_t offset)
{
	uint8_t passed[PASS_BYTES];
	size_t got = 1, want;
	int rc = 0;

	if (offset < d->out_offset)
		start(d);
	while (!rc && got && d->out_offset < offset) {
		want = offset - d->out_offset < PASS_BYTES ?
			       (size_t)(offset - d->out_offset) : PASS_BYTES;
		rc = decompress_read(d, passed, want, &got);
	}
	return rc;
}
