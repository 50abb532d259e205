#include "index_format/line_map.h"

static unsigned width_of(uint32_t all)
{
	return all ? 32 - (unsigned)__builtin_clz(all) : 0;
}

void line_map_begin(struct line_map_writer *w)
{
	w->nlines = 0;
	w->total_lines = 0;
	w->first_word = w->first_byte = 0;
	w->next_word = w->next_byte = 0;
	w->bytes[0] = 0;
}

/* n values of that width, lowest bits first, to a whole byte. */
static void put_bits(struct buf *out, const uint32_t *values, unsigned n,
		     unsigned width)
{
	uint64_t acc = 0;
	unsigned used = 0, i;

	for (i = 0; i < n; i++) {
		acc |= (uint64_t)values[i] << used;
		used += width;
		while (used >= 8) {
			buf_put_u8(out, (uint8_t)acc);
			acc >>= 8;
			used -= 8;
		}
	}
	if (used)
		buf_put_u8(out, (uint8_t)acc);
}

static size_t bits_bytes(unsigned n, unsigned width)
{
	return ((size_t)n * width + 7) / 8;
}

static unsigned group_size(uint32_t nlines, unsigned group)
{
	uint32_t left = nlines - group * LINE_GROUP;

	return left < LINE_GROUP ? left : LINE_GROUP;
}

static void put_groups(const struct line_map_writer *w, unsigned ngroups,
		       struct buf *body)
{
	uint8_t widths[LINE_RECORD_GROUPS];
	unsigned g, i;

	for (g = 0; g < ngroups; g++) {
		const uint32_t *words = w->words + g * LINE_GROUP;
		uint32_t all = 0;
		uint64_t sum = 0;

		for (i = 0; i < group_size(w->nlines, g); i++) {
			all |= words[i];
			sum += words[i];
		}
		widths[g] = (uint8_t)width_of(all);
		buf_put_varint(body, w->bytes[g]);
		buf_put_varint(body, sum);
		buf_put_u8(body, widths[g]);
	}
	for (g = 0; g < ngroups; g++)
		put_bits(body, w->words + g * LINE_GROUP,
			 group_size(w->nlines, g), widths[g]);
}

/* Appends the collected lines as one record and begins the next. */
static void put_record(struct line_map_writer *w, struct buf *out)
{
	unsigned ngroups = (w->nlines + LINE_GROUP - 1) / LINE_GROUP;
	struct buf body = BUF_INIT(out->owner);

	buf_put_varint(&body, w->nlines);
	buf_put_varint(&body, w->first_word);
	buf_put_varint(&body, w->first_byte);
	put_groups(w, ngroups, &body);
	if (buf_status(&body) < 0)
		out->failed = buf_status(&body);
	buf_put_varint(out, body.len);
	buf_put_span(out, buf_span(&body));
	buf_release(&body);
	w->nlines = 0;
	w->bytes[0] = 0;
	w->first_word = w->next_word;
	w->first_byte = w->next_byte;
}

void line_map_add(struct line_map_writer *w, uint64_t line_bytes,
		  uint32_t line_words, struct buf *out)
{
	unsigned group;

	if (w->nlines == LINE_RECORD_GROUPS * LINE_GROUP)
		put_record(w, out);
	group = w->nlines / LINE_GROUP;
	if (w->nlines % LINE_GROUP == 0)
		w->bytes[group] = 0;
	w->words[w->nlines++] = line_words;
	w->bytes[group] += line_bytes;
	w->next_word += line_words;
	w->next_byte += line_bytes;
	w->total_lines++;
}

void line_map_finish(struct line_map_writer *w, struct buf *out)
{
	if (w->nlines)
		put_record(w, out);
}

int line_map_next_record(struct span *records, struct span *out_record)
{
	const uint8_t *p;
	uint64_t len;

	if (!records->len)
		return SCOUT_END;
	p = get_varint64(records->ptr, records->ptr + records->len, &len);
	if (!p || len > (size_t)(records->ptr + records->len - p))
		return SCOUT_E_CORRUPT;
	out_record->ptr = records->ptr;
	out_record->len = (size_t)(p - records->ptr) + (size_t)len;
	records->ptr += out_record->len;
	records->len -= out_record->len;
	return SCOUT_OK;
}

void line_cursor_init(struct line_cursor *c, const struct stream_reader *stream,
		      uint64_t first_addr, uint64_t total_lines,
		      uint64_t total_words)
{
	c->stream = stream;
	c->first_addr = first_addr;
	c->total_lines = total_lines;
	c->total_words = total_words;
	c->line = c->first_word = 0;
	c->nwords = 0;
	c->known_line = c->known_offset = 0;
	c->rec_nlines = 0;	/* none loaded */
	c->group = UINT32_MAX;
}

/* Reads the group heads of a record; their packed counts follow. */
static int load_groups(struct line_cursor *c, const uint8_t *p,
		       const uint8_t *end)
{
	uint64_t bytes, words;
	unsigned g;

	c->group_word[0] = c->rec_word;
	c->group_byte[0] = c->rec_byte;
	for (g = 0; g < c->rec_ngroups; g++) {
		p = get_varint64(p, end, &bytes);
		p = p ? get_varint64(p, end, &words) : NULL;
		if (!p || p >= end || *p > 32 || words > UINT32_MAX ||
		    bytes > UINT64_MAX / 4096)
			return SCOUT_E_CORRUPT;
		c->group_bits[g] = *p++;
		c->group_byte[g + 1] = c->group_byte[g] + bytes;
		c->group_word[g + 1] = c->group_word[g] + words;
	}
	for (g = 0; g < c->rec_ngroups; g++) {
		size_t n = bits_bytes(group_size((uint32_t)c->rec_nlines, g),
				      c->group_bits[g]);

		if ((size_t)(end - p) < n)
			return SCOUT_E_CORRUPT;
		c->group_data[g] = p;
		p += n;
	}
	c->group_data[c->rec_ngroups] = p;
	c->rec_nwords = c->group_word[c->rec_ngroups] - c->rec_word;
	return p == end ? SCOUT_OK : SCOUT_E_CORRUPT;
}

/* line, word, byte: where the record must begin, from what is before it. */
static int load_record(struct line_cursor *c, uint64_t addr, uint64_t line,
		       uint64_t word, uint64_t byte)
{
	struct span s;
	const uint8_t *p, *end;
	uint64_t len, nlines;
	int rc;

	rc = stream_at(c->stream, addr, &s);
	if (rc < 0)
		return rc;
	p = get_varint64(s.ptr, s.ptr + s.len, &len);
	if (!p || len > (size_t)(s.ptr + s.len - p))
		return SCOUT_E_CORRUPT;
	end = p + len;
	p = get_varint64(p, end, &nlines);
	p = p ? get_varint64(p, end, &c->rec_word) : NULL;
	p = p ? get_varint64(p, end, &c->rec_byte) : NULL;
	if (!p || !nlines || nlines > LINE_RECORD_GROUPS * LINE_GROUP ||
	    nlines > c->total_lines - line || c->rec_word != word ||
	    c->rec_byte != byte)
		return SCOUT_E_CORRUPT;
	c->rec_addr = addr;
	c->rec_line = line;
	c->rec_nlines = nlines;
	c->rec_ngroups = (uint32_t)((nlines + LINE_GROUP - 1) / LINE_GROUP);
	c->rec_next_addr = (size_t)(end - s.ptr) < s.len ?
				   addr + (size_t)(end - s.ptr) :
				   ((addr >> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
	c->group = UINT32_MAX;
	return load_groups(c, p, end);
}

static int first_record(struct line_cursor *c)
{
	int rc = load_record(c, c->first_addr, 0, 0, 0);

	if (rc < 0)
		c->rec_nlines = 0;
	return rc;
}

static int next_record(struct line_cursor *c)
{
	int rc = load_record(c, c->rec_next_addr, c->rec_line + c->rec_nlines,
			     c->rec_word + c->rec_nwords,
			     c->group_byte[c->rec_ngroups]);

	if (rc < 0)
		c->rec_nlines = 0;
	return rc;
}

static int load_group(struct line_cursor *c, uint32_t group)
{
	const uint8_t *p = c->group_data[group];
	unsigned n = group_size((uint32_t)c->rec_nlines, group), i;
	unsigned width = c->group_bits[group], have = 0;
	uint64_t acc = 0, mask = ((uint64_t)1 << width) - 1;

	if (c->group == group)
		return SCOUT_OK;
	c->line_first[0] = c->group_word[group];
	for (i = 0; i < n; i++) {
		while (have < width) {
			acc |= (uint64_t)*p++ << have;
			have += 8;
		}
		c->line_words[i] = (uint32_t)(acc & mask);
		acc >>= width;
		have -= width;
		c->line_first[i + 1] = c->line_first[i] + c->line_words[i];
	}
	/* a damaged group stays unloaded: its sums are not to be searched */
	c->group = UINT32_MAX;
	if (c->line_first[n] != c->group_word[group + 1])
		return SCOUT_E_CORRUPT;
	c->group = group;
	c->group_nlines = n;
	return SCOUT_OK;
}

static void set_line(struct line_cursor *c, unsigned in_group)
{
	c->known_line = c->rec_line + (uint64_t)c->group * LINE_GROUP;
	c->known_offset = c->group_byte[c->group];
	c->line = c->known_line + in_group;
	c->first_word = c->line_first[in_group];
	c->nwords = c->line_words[in_group];
}

int line_cursor_seek_word(struct line_cursor *c, uint64_t ordinal)
{
	uint32_t g;
	unsigned i;
	int rc = SCOUT_OK;

	SCOUT_ASSERT(ordinal < c->total_words);
	if (!c->rec_nlines || ordinal < c->rec_word)
		rc = first_record(c);
	while (!rc && ordinal >= c->rec_word + c->rec_nwords) {
		if (c->rec_line + c->rec_nlines >= c->total_lines)
			return SCOUT_E_CORRUPT;
		rc = next_record(c);
	}
	if (rc < 0)
		return rc;
	g = c->group != UINT32_MAX && ordinal >= c->group_word[c->group] ?
		    c->group : 0;
	while (ordinal >= c->group_word[g + 1])
		g++;
	rc = load_group(c, g);
	if (rc < 0)
		return rc;
	for (i = 0; ordinal >= c->line_first[i + 1]; i++)
		;
	set_line(c, i);
	return SCOUT_OK;
}

int line_cursor_seek_line(struct line_cursor *c, uint64_t line)
{
	int rc = SCOUT_OK;

	SCOUT_ASSERT(line < c->total_lines);
	if (!c->rec_nlines || line < c->rec_line)
		rc = first_record(c);
	while (!rc && line >= c->rec_line + c->rec_nlines)
		rc = c->rec_line + c->rec_nlines < c->total_lines ?
			     next_record(c) : SCOUT_E_CORRUPT;
	if (rc < 0)
		return rc;
	rc = load_group(c, (uint32_t)((line - c->rec_line) / LINE_GROUP));
	if (rc < 0)
		return rc;
	set_line(c, (unsigned)((line - c->rec_line) % LINE_GROUP));
	return SCOUT_OK;
}
