/*
 * What decompress.c needs of a compression library: one member (gzip) or frame
 * (zstd) at a time.
 */
#ifndef SCOUT_BASE_TREE_DECOMPRESS_CODEC_H
#define SCOUT_BASE_TREE_DECOMPRESS_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct codec_io {
	const uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t out_len;
};

/* All return 0 or a negative errno value or reason. */
struct decompress_codec {
	/* makes a state, ready for a first member */
	int (*open)(void **out_state);
	void (*close)(void *state);
	/* forgets what it was about */
	int (*reset)(void *state);
	/* whether bytes (at least magic_bytes) can begin a member */
	size_t magic_bytes;
	bool (*is_begin)(const uint8_t *p);
	bool may_be_padded;	/* with zeros at the end of the file */
	/* decodes what it can of io, whose fields move on; *out_done at the end
	 * of the member */
	int (*decode)(void *state, struct codec_io *io, bool *out_done);
};

/* The only users of zlib.h, and of zstd.h for files. */
extern const struct decompress_codec decompress_gzip;
extern const struct decompress_codec decompress_zstd;

#endif
