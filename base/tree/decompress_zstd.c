#include "base/tree/decompress_codec.h"

#include <errno.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/mem.h"

enum { HEAD_BYTES = 18 };	/* the longest header of a frame */

/* The library takes its memory itself; what it has is told to base/mem.h. */
struct zstd_state {
	ZSTD_DCtx *dctx;
	size_t noted;
	/* of the frame: how it begins, and what came out of it */
	uint8_t head[HEAD_BYTES];
	size_t nhead;
	uint64_t decoded_bytes;
};

static void note_memory(struct zstd_state *s)
{
	size_t now = s->dctx ? ZSTD_sizeof_DCtx(s->dctx) : 0;

	scout_mem_note(MEM_READ, (int64_t)now - (int64_t)s->noted);
	s->noted = now;
}

static int zstd_open(void **out_state)
{
	struct zstd_state *s = scout_calloc(MEM_READ, 1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->dctx = ZSTD_createDCtx();
	if (!s->dctx) {
		scout_free(s);
		return -ENOMEM;
	}
	note_memory(s);
	*out_state = s;
	return 0;
}

static void zstd_close(void *state)
{
	struct zstd_state *s = state;

	if (!s)
		return;
	ZSTD_freeDCtx(s->dctx);
	s->dctx = NULL;
	note_memory(s);
	scout_free(s);
}

static int zstd_reset(void *state)
{
	struct zstd_state *s = state;

	s->nhead = 0;
	s->decoded_bytes = 0;
	return ZSTD_isError(ZSTD_DCtx_reset(s->dctx,
					    ZSTD_reset_session_only)) ?
		       -REASON_DAMAGED : 0;
}

/* A frame, or one that is to be passed over. */
static bool zstd_is_begin(const uint8_t *p)
{
	uint32_t magic = get_le32(p);

	return magic == ZSTD_MAGICNUMBER ||
	       (magic & ZSTD_MAGIC_SKIPPABLE_MASK) ==
		       ZSTD_MAGIC_SKIPPABLE_START;
}

static void note_head(struct zstd_state *s, const uint8_t *in, size_t len)
{
	size_t n = HEAD_BYTES - s->nhead;

	if (n > len)
		n = len;
	memcpy(s->head + s->nhead, in, n);
	s->nhead += n;
}

/* Whether a frame that has ended was as long as it said.  The library looks
 * only if it has room for the whole of it at once. */
static bool is_whole(const struct zstd_state *s)
{
	unsigned long long said = ZSTD_getFrameContentSize(s->head, s->nhead);

	return said == ZSTD_CONTENTSIZE_UNKNOWN ||
	       said == ZSTD_CONTENTSIZE_ERROR || said == s->decoded_bytes;
}

static int zstd_decode(void *state, struct codec_io *io, bool *out_done)
{
	struct zstd_state *s = state;
	ZSTD_inBuffer in = { io->in, io->in_len, 0 };
	ZSTD_outBuffer out = { io->out, io->out_len, 0 };
	size_t rc = ZSTD_decompressStream(s->dctx, &out, &in);

	note_memory(s);
	note_head(s, io->in, in.pos);
	s->decoded_bytes += out.pos;
	io->in += in.pos;
	io->in_len -= in.pos;
	io->out += out.pos;
	io->out_len -= out.pos;
	*out_done = rc == 0;
	if (!ZSTD_isError(rc))
		return rc || is_whole(s) ? 0 : -REASON_DAMAGED;
	switch (ZSTD_getErrorCode(rc)) {
	case ZSTD_error_memory_allocation:
		return -ENOMEM;
	case ZSTD_error_frameParameter_windowTooLarge:
		return -REASON_WINDOW;
	default:
		return -REASON_DAMAGED;
	}
}

const struct decompress_codec decompress_zstd = {
	.open = zstd_open, .close = zstd_close, .reset = zstd_reset,
	.magic_bytes = 4, .is_begin = zstd_is_begin, .decode = zstd_decode,
};
