#include "index_format/check_docs.h"
#include "index_format/line_map.h"

/* Where a record lies; the cursor has checked what it says. */
static const char *check_record(struct checked_segment *seg,
				const struct line_cursor *cur)
{
	struct check_layout *layout = &seg->layout[STREAM_LINES];

	if (!check_layout_fits(layout, cur->rec_addr))
		return "its line map is not where it should be";
	layout->next = cur->rec_next_addr;
	layout->is_lost = false;
	return NULL;
}

/* Goes through all lines, by the cursor that queries use. */
static const char *check_records(struct checked_segment *seg,
				 struct line_cursor *cur, uint64_t *line)
{
	const char *problem;

	for (; *line < cur->total_lines; ++*line) {
		if (line_cursor_seek_line(cur, *line) < 0)
			return "its line map is damaged";
		problem = cur->rec_line == *line ? check_record(seg, cur) : NULL;
		if (problem)
			return problem;
	}
	return NULL;
}

void check_lines(struct checker *c, struct checked_segment *seg, doc_id doc,
		 const struct doc_info *info, uint64_t text_bytes_max)
{
	struct line_cursor cur;
	const char *problem;
	uint64_t line = 0;

	if (!info->nlines && info->lines_addr)
		checker_doc_problem(c, seg, doc, "a line map but no lines");
	if (!info->nlines && info->nwords)
		checker_doc_problem(c, seg, doc, "words but no lines");
	line_cursor_init(&cur, &seg->streams[STREAM_LINES], info->lines_addr,
			 info->nlines, info->nwords);
	problem = check_records(seg, &cur, &line);
	if (problem) {
		checker_doc_problem(c, seg, doc, "%s (line %llu)", problem,
				    (unsigned long long)line);
		seg->layout[STREAM_LINES].is_lost = true;
		return;
	}
	/* the cursor has ended at the last line; every line has a byte */
	if (info->nlines && cur.known_offset + (cur.line - cur.known_line) >=
				    text_bytes_max)
		checker_doc_problem(c, seg, doc, "a line after byte %llu of "
				    "%llu",
				    (unsigned long long)cur.known_offset,
				    (unsigned long long)info->size_bytes);
}
