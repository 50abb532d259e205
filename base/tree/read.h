/*
 * Reading one file as text: its bytes, decoded, with the stat that fits them.
 *
 * A reader is one thread's reusable buffer.  It reads a small file whole, with
 * padding after it so that vector code may load past the end, and a large one
 * window by window.  The encoding is decided from the first bytes: a UTF-16
 * BOM means UTF-16, decoded to UTF-8 (lone surrogates become U+FFFD); a UTF-8
 * BOM is dropped; a NUL in the first 8 KiB of decoded text means binary.
 *
 * A compressed file is one whose text is what comes out of it; then all of the
 * above is about that.
 */
#ifndef SCOUT_BASE_TREE_READ_H
#define SCOUT_BASE_TREE_READ_H

#include "base/buf.h"
#include "base/err.h"
#include "base/os.h"
#include "base/span.h"
#include "base/tree/decompress.h"

enum {
	READ_PADDING = 64,		/* readable zero bytes after every text */
	READ_SNIFF_BYTES = 8192,	/* where a NUL means binary */
};

enum text_encoding { TEXT_UTF8, TEXT_UTF8_BOM, TEXT_UTF16_LE, TEXT_UTF16_BE };

struct file_reader {
	bool unpacks;			/* .gz and .zst are decompressed; set
					 * after file_reader_init */
	struct buf raw;			/* bytes of the file */
	struct buf text;		/* decoded, only for UTF-16 */
	int fd;				/* -1: none open */
	struct os_stat st;		/* at open */
	enum text_encoding encoding;
	bool is_binary;
	uint64_t raw_offset;		/* next byte to read */
	uint64_t text_offset;		/* decoded offset of the next window */
	bool at_end;
	size_t window_bytes;		/* raw bytes read at a time */
	size_t raw_start;		/* where the text begins in raw (BOM) */
	size_t raw_new;			/* bytes of raw that the last read added */
	uint8_t carry[4];		/* cut UTF-16 unit or surrogate pair */
	unsigned ncarry;
	bool is_packed;			/* the file at hand is decompressed: its
					 * bytes are those that come out */
	struct decompressor packed;
};

/* window_bytes: how much of a file is in memory at once (0: all of it). */
void file_reader_init(struct file_reader *r, enum scout_mem_owner owner,
		      size_t window_bytes);
void file_reader_release(struct file_reader *r);

/*
 * Opens path (relative to dir_fd; without blocking on a FIFO, symlinks only
 * with follow), stats it, and reads its first window, which
 * file_reader_window returns.  SCOUT_E_IO (err->sys = errno: ENOENT if it is
 * gone, ENXIO if it is not a regular file, or a read_reason), SCOUT_E_NOMEM.
 */
int file_reader_open(struct file_reader *r, int dir_fd, const char *path,
		     bool follow, struct scout_err *err);
/* Closes the file; the buffers stay for the next.  Safe when nothing is open. */
void file_reader_close(struct file_reader *r);

/*
 * The text in memory now: borrowed until the next call, READ_PADDING zero bytes
 * after it.  r->at_end says that nothing follows.
 */
struct span file_reader_window(const struct file_reader *r);

/* The bytes of the file (unpacked but not decoded) that the last open or next
 * read. */
struct span file_reader_new_bytes(const struct file_reader *r);

/*
 * Replaces the window: keeps its last keep_bytes, appends the next ones.  Only
 * when !r->at_end.  SCOUT_E_IO, SCOUT_E_NOMEM.
 */
int file_reader_next(struct file_reader *r, size_t keep_bytes,
		     struct scout_err *err);

/* True if the file still has the size and times it had at open. */
bool file_reader_unchanged(const struct file_reader *r);

#endif
