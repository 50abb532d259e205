#include "base/tree/decompress_codec.h"

#include <errno.h>
#include <limits.h>
#include <zlib.h>

#include "base/err.h"
#include "base/mem.h"

enum { GZIP_ONLY = 16, WINDOW_BITS = 15 };

static voidpf allocate(voidpf ctx, uInt n, uInt size)
{
	(void)ctx;
	return scout_calloc(MEM_READ, n, size);
}

static void give_back(voidpf ctx, voidpf ptr)
{
	(void)ctx;
	scout_free(ptr);
}

static int gzip_open(void **out_state)
{
	z_stream *z = scout_calloc(MEM_READ, 1, sizeof(*z));

	if (!z)
		return -ENOMEM;
	z->zalloc = allocate;
	z->zfree = give_back;
	if (inflateInit2(z, WINDOW_BITS + GZIP_ONLY) != Z_OK) {
		scout_free(z);
		return -ENOMEM;
	}
	*out_state = z;
	return 0;
}

static void gzip_close(void *state)
{
	if (!state)
		return;
	inflateEnd(state);
	scout_free(state);
}

static int gzip_reset(void *state)
{
	return inflateReset(state) == Z_OK ? 0 : -REASON_DAMAGED;
}

static bool gzip_is_begin(const uint8_t *p)
{
	return p[0] == 0x1f && p[1] == 0x8b;
}

static uInt limited(size_t n)
{
	return n < UINT_MAX ? (uInt)n : UINT_MAX;
}

static int gzip_decode(void *state, struct codec_io *io, bool *out_done)
{
	z_stream *z = state;
	uInt in = limited(io->in_len), out = limited(io->out_len);
	int rc;

	z->next_in = (z_const Bytef *)io->in;
	z->avail_in = in;
	z->next_out = io->out;
	z->avail_out = out;
	rc = inflate(z, Z_NO_FLUSH);
	io->in += in - z->avail_in;
	io->in_len -= in - z->avail_in;
	io->out += out - z->avail_out;
	io->out_len -= out - z->avail_out;
	*out_done = rc == Z_STREAM_END;
	switch (rc) {
	case Z_OK:
	case Z_STREAM_END:
	case Z_BUF_ERROR:	/* it needs more of one or the other */
		return 0;
	case Z_MEM_ERROR:
		return -ENOMEM;
	default:
		return -REASON_DAMAGED;
	}
}

const struct decompress_codec decompress_gzip = {
	.open = gzip_open, .close = gzip_close, .reset = gzip_reset,
	.magic_bytes = 2, .is_begin = gzip_is_begin, .may_be_padded = true,
	.decode = gzip_decode,
};
