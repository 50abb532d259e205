#include "base/tree/read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	UTF8_BOM_BYTES = 3,
	UTF16_BOM_BYTES = 2,
	/* read of a file that tells no size, such as those of /proc */
	UNSIZED_BYTES = 65536,
	REPLACEMENT = 0xfffd,
	PACKED_FIRST_BYTES = 64 << 10,
};

void file_reader_init(struct file_reader *r, enum scout_mem_owner owner,
		      size_t window_bytes)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->raw, owner);
	buf_init(&r->text, owner);
	r->fd = -1;
	r->window_bytes = window_bytes;
}

void file_reader_release(struct file_reader *r)
{
	file_reader_close(r);
	buf_release(&r->raw);
	buf_release(&r->text);
	decompress_release(&r->packed);
}

void file_reader_close(struct file_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

static bool is_utf16(const struct file_reader *r)
{
	return r->encoding == TEXT_UTF16_LE || r->encoding == TEXT_UTF16_BE;
}

/* Bytes to ask for next: what the file still has, or a window of it. */
static size_t next_read_bytes(const struct file_reader *r)
{
	uint64_t left = r->st.size > r->raw_offset ?
				r->st.size - r->raw_offset : 0;

	if (!r->st.size)
		left = UNSIZED_BYTES;
	if (r->window_bytes && left > r->window_bytes)
		return r->window_bytes;
	return (size_t)left;
}

static int grow_exactly(struct buf *b, size_t extra)
{
	uint8_t *ptr;

	if (b->cap - b->len >= extra)
		return SCOUT_OK;
	/* not by half as much again, as buf does: files are large */
	ptr = scout_realloc(b->owner, b->ptr, b->len + extra);
	if (!ptr)
		return SCOUT_E_NOMEM;
	b->ptr = ptr;
	b->cap = b->len + extra;
	return SCOUT_OK;
}

/* Adds up to want bytes to raw; less only at the end. */
static int add_bytes(struct file_reader *r, size_t want, struct scout_err *err)
{
	size_t got;
	int rc;

	if (grow_exactly(&r->raw, want + READ_PADDING) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading a file");
	rc = r->is_packed ? decompress_read(&r->packed,
					    r->raw.ptr + r->raw.len, want,
					    &got) :
			    os_pread_full(r->fd, r->raw.ptr + r->raw.len, want,
					  r->raw_offset, &got);
	if (rc < 0)
		return scout_err_sys(err, -rc, "reading");
	r->raw.len += got;
	r->raw_new += got;
	r->raw_offset += got;
	r->at_end = got < want;
	return SCOUT_OK;
}

/* A compressed file does not tell how much it holds: in growing steps. */
static int read_more_packed(struct file_reader *r, struct scout_err *err)
{
	size_t most = r->window_bytes ? r->window_bytes : SIZE_MAX / 2, step;
	int rc = SCOUT_OK;

	while (!rc && !r->at_end && r->raw_new < most) {
		step = r->raw_new ? r->raw_new : PACKED_FIRST_BYTES;
		if (step > most - r->raw_new)
			step = most - r->raw_new;
		rc = add_bytes(r, step, err);
	}
	return rc;
}

static int read_more(struct file_reader *r, struct scout_err *err)
{
	size_t want;
	int rc;

	r->raw_new = 0;
	if (r->is_packed) {
		rc = read_more_packed(r, err);
	} else {
		want = next_read_bytes(r);
		rc = add_bytes(r, want, err);
		r->at_end |= r->st.size && r->raw_offset >= r->st.size;
	}
	if (rc < 0)
		return rc;
	memset(r->raw.ptr + r->raw.len, 0, READ_PADDING);
	return SCOUT_OK;
}

static void put_utf8(struct buf *out, uint32_t cp)
{
	uint8_t b[4];
	unsigned n = 0;

	if (cp < 0x80) {
		b[n++] = (uint8_t)cp;
	} else if (cp < 0x800) {
		b[n++] = (uint8_t)(0xc0 | cp >> 6);
		b[n++] = (uint8_t)(0x80 | (cp & 0x3f));
	} else if (cp < 0x10000) {
		b[n++] = (uint8_t)(0xe0 | cp >> 12);
		b[n++] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		b[n++] = (uint8_t)(0x80 | (cp & 0x3f));
	} else {
		b[n++] = (uint8_t)(0xf0 | cp >> 18);
		b[n++] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
		b[n++] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		b[n++] = (uint8_t)(0x80 | (cp & 0x3f));
	}
	buf_put(out, b, n);
}

static uint32_t unit_at(const struct file_reader *r, const uint8_t *p)
{
	return r->encoding == TEXT_UTF16_LE ? (uint32_t)(p[0] | p[1] << 8) :
					      (uint32_t)(p[0] << 8 | p[1]);
}

/*
 * Decodes what is in raw from *at on; stops before a unit or pair that is cut,
 * unless the file ends there.
 */
static void decode_utf16(struct file_reader *r, size_t *at)
{
	const uint8_t *raw = r->raw.ptr;
	size_t p = *at, len = r->raw.len;

	while (len - p >= 2) {
		uint32_t u = unit_at(r, raw + p), low;

		if (u >= 0xd800 && u < 0xdc00) {
			if (len - p < 4 && !r->at_end)
				break;
			low = len - p >= 4 ? unit_at(r, raw + p + 2) : 0;
			if (low >= 0xdc00 && low < 0xe000) {
				put_utf8(&r->text, 0x10000 +
					 ((u - 0xd800) << 10) + (low - 0xdc00));
				p += 4;
				continue;
			}
			u = REPLACEMENT;
		} else if (u >= 0xdc00 && u < 0xe000) {
			u = REPLACEMENT;
		}
		put_utf8(&r->text, u);
		p += 2;
	}
	if (r->at_end && p < len) {
		put_utf8(&r->text, REPLACEMENT);
		p = len;
	}
	*at = p;
}

/* Decodes a UTF-16 read into text and keeps what is cut for the next one. */
static int decode_window(struct file_reader *r, struct scout_err *err)
{
	size_t at = r->raw_start;

	decode_utf16(r, &at);
	r->ncarry = (unsigned)(r->raw.len - at);
	SCOUT_ASSERT(r->ncarry <= sizeof(r->carry));
	if (r->ncarry)
		memcpy(r->carry, r->raw.ptr + at, r->ncarry);
	if (!buf_reserve(&r->text, READ_PADDING))
		return scout_err_set(err, SCOUT_E_NOMEM, "decoding a file");
	memset(r->text.ptr + r->text.len, 0, READ_PADDING);
	return SCOUT_OK;
}

static void sniff_encoding(struct file_reader *r)
{
	const uint8_t *p = r->raw.ptr;
	size_t n = r->raw.len;

	r->encoding = TEXT_UTF8;
	r->raw_start = 0;
	if (n >= 2 && p[0] == 0xff && p[1] == 0xfe) {
		r->encoding = TEXT_UTF16_LE;
		r->raw_start = UTF16_BOM_BYTES;
	} else if (n >= 2 && p[0] == 0xfe && p[1] == 0xff) {
		r->encoding = TEXT_UTF16_BE;
		r->raw_start = UTF16_BOM_BYTES;
	} else if (n >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf) {
		r->encoding = TEXT_UTF8_BOM;
		r->raw_start = UTF8_BOM_BYTES;
	}
}

struct span file_reader_window(const struct file_reader *r)
{
	if (is_utf16(r))
		return span_of(r->text.ptr, r->text.len);
	return span_of(r->raw.ptr + r->raw_start, r->raw.len - r->raw_start);
}

struct span file_reader_new_bytes(const struct file_reader *r)
{
	return span_of(r->raw.ptr + r->raw.len - r->raw_new, r->raw_new);
}

static int open_packed(struct file_reader *r, const char *path,
		       struct scout_err *err)
{
	enum packing packing = r->unpacks ? packing_of(path) : PACKING_NONE;
	int rc;

	r->is_packed = packing != PACKING_NONE;
	if (!r->is_packed)
		return SCOUT_OK;
	rc = decompress_open(&r->packed, packing, r->fd, r->st.size);
	return rc < 0 ? scout_err_sys(err, -rc, "opening") : SCOUT_OK;
}

int file_reader_open(struct file_reader *r, int dir_fd, const char *path,
		     bool follow, struct scout_err *err)
{
	struct span head;
	int rc;

	file_reader_close(r);
	buf_clear(&r->raw);
	buf_clear(&r->text);
	r->raw_offset = r->text_offset = 0;
	r->ncarry = 0;
	r->is_binary = r->at_end = false;
	r->fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
		       O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
	if (r->fd < 0)
		return scout_err_sys(err, errno, "opening");
	rc = os_stat_fd(r->fd, &r->st);
	if (!rc && !S_ISREG(r->st.mode))
		rc = -ENXIO;	/* what open says of a socket */
	if (rc < 0) {
		file_reader_close(r);
		return scout_err_sys(err, -rc, "opening");
	}
	rc = open_packed(r, path, err);
	if (!rc)
		rc = read_more(r, err);
	if (rc < 0)
		return rc;
	sniff_encoding(r);
	if (is_utf16(r)) {
		rc = decode_window(r, err);
		if (rc < 0)
			return rc;
	}
	head = file_reader_window(r);
	if (head.len > READ_SNIFF_BYTES)
		head.len = READ_SNIFF_BYTES;
	r->is_binary = head.len && memchr(head.ptr, 0, head.len);
	return SCOUT_OK;
}

int file_reader_next(struct file_reader *r, size_t keep_bytes,
		     struct scout_err *err)
{
	struct span window = file_reader_window(r);
	int rc;

	SCOUT_ASSERT(!r->at_end && keep_bytes <= window.len);
	r->text_offset += window.len - keep_bytes;
	if (is_utf16(r)) {
		memmove(r->text.ptr, window.ptr + window.len - keep_bytes,
			keep_bytes);
		r->text.len = keep_bytes;
		memcpy(r->raw.ptr, r->carry, r->ncarry);
		r->raw.len = r->ncarry;
	} else {
		memmove(r->raw.ptr, window.ptr + window.len - keep_bytes,
			keep_bytes);
		r->raw.len = keep_bytes;
	}
	r->raw_start = 0;
	rc = read_more(r, err);
	if (!rc && is_utf16(r))
		rc = decode_window(r, err);
	return rc;
}

bool file_reader_unchanged(const struct file_reader *r)
{
	struct os_stat now;

	return r->fd >= 0 && !os_stat_fd(r->fd, &now) &&
	       now.size == r->st.size && now.mtime_ns == r->st.mtime_ns &&
	       now.ctime_ns == r->st.ctime_ns;
}
