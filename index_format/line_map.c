#include "index_format/line_map.h"

void line_map_begin(struct line_map_writer *w)
{
	w->nlines = 0;
	w->total_lines = 0;
	w->first_word = w->first_byte = 0;
	w->next_word = w->next_byte = 0;
}

static uint32_t groups_of(uint64_t nlines)
{
	return (uint32_t)((nlines + LINE_GROUP - 1) / LINE_GROUP);
}

/* Appends the collected lines as one record and begins the next. */
static void put_record(struct line_map_writer *w, bool is_last, struct buf *out)
{
	uint32_t ngroups = groups_of(w->nlines);
	struct buf body = BUF_INIT(out->owner);

	buf_put_varint(&body, w->nlines);
	buf_put_varint(&body, w->first_word);
	buf_put_varint(&body, w->first_byte);
	if (!is_last)
		buf_put_varint(&body, w->words[w->nlines - 1]);
	if (ngroups > 1) {
		buf_put_varint(&body, w->offsets[ngroups - 1]);
		elias_fano_put(&body, w->offsets + 1, ngroups - 1);
	}
	elias_fano_put(&body, w->words, w->nlines);
	if (buf_status(&body) < 0)
		out->failed = buf_status(&body);
	buf_put_varint(out, body.len);
	buf_put_span(out, buf_span(&body));
	buf_release(&body);
	w->nlines = 0;
	w->first_word = w->next_word;
	w->first_byte = w->next_byte;
}

void line_map_add(struct line_map_writer *w, uint64_t line_bytes,
		  uint32_t line_words, struct buf *out)
{
	if (w->nlines == LINE_RECORD_GROUPS * LINE_GROUP)
		put_record(w, false, out);
	if (w->nlines % LINE_GROUP == 0)
		w->offsets[w->nlines / LINE_GROUP] = w->next_byte -
						     w->first_byte;
	w->next_word += line_words;
	w->next_byte += line_bytes;
	w->words[w->nlines++] = w->next_word - w->first_word;
	w->total_lines++;
}

void line_map_finish(struct line_map_writer *w, struct buf *out)
{
	if (w->nlines)
		put_record(w, true, out);
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
	c->rec_nlines = 0;
}

/* Reads the byte offsets of the groups of a record. */
static const uint8_t *load_offsets(struct line_cursor *c, const uint8_t *p,
				   const uint8_t *end)
{
	struct elias_fano offsets;
	uint64_t last;
	uint32_t g;

	if (c->rec_ngroups == 1)
		return p;
	p = get_varint64(p, end, &last);
	if (!p || elias_fano_open(&offsets, span_of(p, (size_t)(end - p)),
				  c->rec_ngroups - 1, last) < 0)
		return NULL;
	for (g = 1; g < c->rec_ngroups; g++) {
		if (elias_fano_next(&offsets) < 0)
			return NULL;
		c->group_byte[g] = c->group_byte[0] + offsets.value;
	}
	return p + offsets.bytes.len;
}

/* Reads what is before the two sequences of a record. */
static const uint8_t *load_head(struct line_cursor *c, const uint8_t *p,
				const uint8_t *end)
{
	uint64_t left = c->total_lines - c->rec_line;

	p = get_varint64(p, end, &c->rec_nlines);
	p = p ? get_varint64(p, end, &c->rec_word) : NULL;
	p = p ? get_varint64(p, end, &c->group_byte[0]) : NULL;
	if (!p || !c->rec_nlines || c->rec_nlines > left ||
	    c->rec_nlines > LINE_RECORD_GROUPS * LINE_GROUP ||
	    c->rec_word > c->total_words ||
	    c->group_byte[0] > ELIAS_FANO_MAX)
		return NULL;
	c->rec_ngroups = groups_of(c->rec_nlines);
	c->rec_nwords = c->total_words - c->rec_word;
	if (c->rec_nlines < left)
		p = get_varint64(p, end, &c->rec_nwords);
	return c->rec_nwords <= UINT32_MAX ? p : NULL;
}

/* line: where the record must begin. */
static int load_record(struct line_cursor *c, uint64_t addr, uint64_t line)
{
	struct span s;
	const uint8_t *p, *end;
	uint64_t len;
	int rc;

	rc = stream_at(c->stream, addr, &s);
	if (rc < 0)
		return rc;
	p = get_varint64(s.ptr, s.ptr + s.len, &len);
	if (!p || len > (size_t)(s.ptr + s.len - p))
		return SCOUT_E_CORRUPT;
	end = p + len;
	c->rec_addr = addr;
	c->rec_line = line;
	c->rec_next_addr = (size_t)(end - s.ptr) < s.len ?
				   addr + (size_t)(end - s.ptr) :
				   ((addr >> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
	p = load_head(c, p, end);
	p = p ? load_offsets(c, p, end) : NULL;
	if (!p || elias_fano_open(&c->sums, span_of(p, (size_t)(end - p)),
				  (uint32_t)c->rec_nlines, c->rec_nwords) < 0)
		return SCOUT_E_CORRUPT;
	return c->sums.bytes.len == (size_t)(end - p) ? SCOUT_OK :
							SCOUT_E_CORRUPT;
}

static int first_record(struct line_cursor *c)
{
	int rc = load_record(c, c->first_addr, 0);

	if (!rc && (c->rec_word || c->group_byte[0]))
		rc = SCOUT_E_CORRUPT;
	return rc;
}

static int next_record(struct line_cursor *c)
{
	uint64_t word = c->rec_word + c->rec_nwords;
	uint64_t byte = c->group_byte[c->rec_ngroups - 1];
	int rc;

	if (c->rec_line + c->rec_nlines >= c->total_lines)
		return SCOUT_E_CORRUPT;
	rc = load_record(c, c->rec_next_addr, c->rec_line + c->rec_nlines);
	if (!rc && (c->rec_word != word || c->group_byte[0] < byte))
		rc = SCOUT_E_CORRUPT;
	return rc;
}

static int copy_record(const struct line_cursor *c, struct buf *out)
{
	struct span rest, record;
	int rc = stream_at(c->stream, c->rec_addr, &rest);

	if (!rc)
		rc = line_map_next_record(&rest, &record);
	if (rc)
		return rc < 0 ? rc : SCOUT_E_CORRUPT;
	buf_put_span(out, record);
	return buf_status(out);
}

int line_cursor_copy(struct line_cursor *c, struct buf *out)
{
	int rc;

	if (!c->total_lines)
		return SCOUT_OK;
	rc = first_record(c);
	while (!rc) {
		rc = copy_record(c, out);
		if (rc || c->rec_line + c->rec_nlines >= c->total_lines)
			break;
		rc = next_record(c);
	}
	/* the line at hand is none any more */
	c->nwords = 0;
	c->rec_nlines = 0;
	return rc;
}

/* Takes the line that ends at the number just passed. */
static void set_line(struct line_cursor *c, uint64_t start)
{
	uint32_t in_record = c->sums.passed - 1;

	c->known_line = c->rec_line + in_record - in_record % LINE_GROUP;
	c->known_offset = c->group_byte[in_record / LINE_GROUP];
	c->line = c->rec_line + in_record;
	c->first_word = c->rec_word + start;
	c->nwords = (uint32_t)(c->sums.value - start);
}

/* To the line of the record in which that word of the record is. */
static int find_word(struct line_cursor *c, uint64_t word)
{
	uint64_t start;
	int rc;

	if (c->sums.passed && c->rec_word + word < c->first_word)
		elias_fano_rewind(&c->sums);
	if (c->sums.passed && word < c->sums.value)
		return SCOUT_OK;
	rc = elias_fano_skip_to(&c->sums, word);
	do {
		start = c->sums.value;
		if (!rc)
			rc = elias_fano_next(&c->sums);
	} while (!rc && c->sums.value <= word);
	if (!rc)
		set_line(c, start);
	return rc;
}

/* To that line of the record. */
static int find_line(struct line_cursor *c, uint32_t line)
{
	uint64_t start;
	int rc;

	if (c->sums.passed == line + 1)
		return SCOUT_OK;
	if (c->sums.passed > line)
		elias_fano_rewind(&c->sums);
	rc = elias_fano_skip(&c->sums, line - c->sums.passed);
	start = c->sums.value;
	if (!rc)
		rc = elias_fano_next(&c->sums);
	if (!rc)
		set_line(c, start);
	return rc;
}

/* After a failure the record is not to be used any more. */
static int status(struct line_cursor *c, int rc)
{
	if (rc < 0)
		c->rec_nlines = 0;
	return rc;
}

int line_cursor_seek_word(struct line_cursor *c, uint64_t ordinal)
{
	int rc = SCOUT_OK;

	SCOUT_ASSERT(ordinal < c->total_words);
	if (!c->rec_nlines || ordinal < c->rec_word)
		rc = first_record(c);
	while (!rc && ordinal >= c->rec_word + c->rec_nwords)
		rc = next_record(c);
	if (!rc)
		rc = find_word(c, ordinal - c->rec_word);
	return status(c, rc);
}

int line_cursor_seek_line(struct line_cursor *c, uint64_t line)
{
	int rc = SCOUT_OK;

	SCOUT_ASSERT(line < c->total_lines);
	if (!c->rec_nlines || line < c->rec_line)
		rc = first_record(c);
	while (!rc && line >= c->rec_line + c->rec_nlines)
		rc = next_record(c);
	if (!rc)
		rc = find_line(c, (uint32_t)(line - c->rec_line));
	return status(c, rc);
}
