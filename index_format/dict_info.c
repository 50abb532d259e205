#include "index_format/dict_info.h"

static const uint8_t *get_inline(const uint8_t *p, const uint8_t *end,
				 struct term_info *info,
				 struct inline_head *head)
{
	uint64_t start;

	if (p >= end || *p > INLINE_STORED_MAX || end - p - 1 < *p)
		return NULL;
	info->inline_bytes = span_of(p + 1, *p);
	info->base_doc = head->first;
	head->df = info->df;
	head->cf = info->cf;
	head->list = info->inline_bytes;
	head->base = info->base_doc;
	if (!inline_list_start(head->list, head->base, &start))
		return NULL;
	head->first = (doc_id)(start >> 1);
	return p + 1 + *p;
}

static const uint8_t *get_repeat(const uint8_t *p, const uint8_t *end,
				 struct term_info *info,
				 const struct inline_head *head)
{
	const uint8_t *start = p;

	p = dict_info_skip_repeat(p, end, head);
	if (!p)
		return NULL;
	info->df = head->df;
	info->cf = head->cf;
	info->inline_bytes = head->list;
	info->base_doc = head->base;
	info->repeat_bytes = span_of(start, (size_t)(p - start));
	return p;
}

static const uint8_t *get_place(const uint8_t *p, const uint8_t *end,
				struct term_info *info)
{
	uint64_t a, b;

	p = get_varint64(p, end, &a);
	if (!p)
		return NULL;
	if (info->kind == POSTING_SHORT) {
		/* counts from where the list before ended */
		info->addr += info->short_bytes + a;
		return get_varint32(p, end, &info->short_bytes);
	}
	p = get_varint64(p, end, &b);
	if (!p)
		return NULL;
	info->docs_addr += a;
	info->skip_slot += b;
	return p;
}

const uint8_t *dict_info_get(const uint8_t *p, const uint8_t *end,
			     struct term_info *info, struct inline_head *head)
{
	uint64_t bits, df, extra = 0;

	p = get_varint64(p, end, &bits);
	if (!p)
		return NULL;
	info->kind = (enum posting_kind)(bits & ((1 << INFO_KIND_BITS) - 1));
	info->surface = bits >> INFO_KIND_BITS & ((1 << SURFACE_BITS) - 1);
	if (!info->surface)
		return NULL;
	if (info->kind == POSTING_REPEAT)
		return bits >> INFO_MORE_SHIFT ?
			       NULL : get_repeat(p, end, info, head);
	df = (bits >> INFO_DF_SHIFT) + 1;
	if (bits >> INFO_MORE_SHIFT & 1) {
		p = get_varint64(p, end, &extra);
		if (!p || extra > UINT64_MAX / 2)
			return NULL;
		extra++;
	}
	if (df > SEGMENT_MAX_DOCS)
		return NULL;
	info->df = (uint32_t)df;
	info->cf = df + extra;
	return info->kind == POSTING_INLINE ? get_inline(p, end, info, head) :
					      get_place(p, end, info);
}
