/*
 * What dictionary blocks say of a term beside its bytes (format, "Dictionary").
 *
 * Infos of a group (terms from one restart to the next) are read one after the
 * other, since each counts on from those before it.  At a restart both structs
 * are zero.
 */
#ifndef SCOUT_INDEX_FORMAT_DICT_INFO_H
#define SCOUT_INDEX_FORMAT_DICT_INFO_H

#include "index_format/dictionary.h"

/* The head of an info, lowest bits first. */
enum {
	INFO_KIND_BITS = 2,
	INFO_MORE_SHIFT = INFO_KIND_BITS + SURFACE_BITS,	/* cf > df */
	INFO_DF_SHIFT = INFO_MORE_SHIFT + 1,
};

/* Reads the info at p into *info, which holds the one before; *head is the last
 * inline list.  Returns one past it, or NULL if it is damaged. */
const uint8_t *dict_info_get(const uint8_t *p, const uint8_t *end,
			     struct term_info *info, struct inline_head *head);

/* Passes over the positions of a repeat: as many varints as there are in its
 * head.  NULL if that is none, or if they end too late. */
static inline const uint8_t *dict_info_skip_repeat(const uint8_t *p,
						   const uint8_t *end,
						   const struct inline_head *head)
{
	uint64_t left = head->cf, ends, n;

	if (!head->df || left > REPEAT_MAX_POSITIONS)
		return NULL;
	/* the last byte of a varint is below 128 */
	while (end - p >= 8) {
		ends = ~get_le64(p) & 0x8080808080808080;
		n = (ends >> 7) * 0x0101010101010101 >> 56;
		if (n < left) {
			left -= n;
			p += 8;
			continue;
		}
		while (--left)
			ends &= ends - 1;
		return p + __builtin_ctzll(ends) / 8 + 1;
	}
	for (; left && p < end; p++)
		left -= *p < 0x80;
	return left ? NULL : p;
}

#endif
