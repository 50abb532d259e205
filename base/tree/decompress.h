/*
 * Compressed files as streams of text: .gz and .zst, one member or frame after
 * another, in bounded memory.
 *
 * A stream is good to its last byte or it is an error: a file that is cut short,
 * damaged, followed by something else or of another format than its name says
 * gives a reason (base/err.h), and so does one that expands beyond all measure.
 *
 * One thread at a time; the object is reused from file to file.
 */
#ifndef SCOUT_BASE_TREE_DECOMPRESS_H
#define SCOUT_BASE_TREE_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD, PACKINGS };

/* What the name of a file promises, as ripgrep's -z reads it: .gz and .tgz, .zst
 * and .zstd, in lower case. */
enum packing packing_of(const char *path);

enum {
	/* A file may expand to this, or to so many times its size: */
	UNPACKED_FREE_BYTES = 1 << 30,
	UNPACKED_MOST_TIMES = 250,
};

struct decompress_codec;

struct decompressor {
	const struct decompress_codec *codec;	/* of the open file, or NULL */
	void *states[PACKINGS];		/* kept from file to file */
	int fd;				/* borrowed */
	uint8_t *in;			/* bytes of the file, */
	size_t in_pos, in_len;		/* these of them not used yet */
	uint64_t file_offset;		/* of the next to read */
	bool file_ended;
	bool in_member;			/* a member or frame has begun */
	bool at_end;
	uint64_t out_offset;		/* of the next byte to be given */
	uint64_t most_bytes;
};

/* A zeroed one is ready for decompress_open; accepts it, too. */
void decompress_release(struct decompressor *d);

/*
 * Starts on an open file of that size, which is borrowed.  most_bytes is set
 * from the size and may be changed.  0 or -ENOMEM.
 */
int decompress_open(struct decompressor *d, enum packing packing, int fd,
		    uint64_t size_bytes);

/*
 * Gives the next len bytes; *out_len < len only at the end.  0, or a negative
 * errno value or reason (base/err.h); nothing can be read after that.
 */
int decompress_read(struct decompressor *d, void *ptr, size_t len,
		    size_t *out_len);

/* Goes to an offset of the text, from the start again if it lies behind.  At
 * the end of a shorter text.  0 or negative as above. */
int decompress_seek(struct decompressor *d, uint64_t offset);

#endif
