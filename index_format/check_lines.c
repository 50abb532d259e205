#include "index_format/check_docs.h"
#include "index_format/line_map.h"

/* What the lines before have, as the groups say. */
struct line_sums {
	uint64_t lines, words, bytes;
};

/* The first group of a record: its head must go on from the one before. */
static const char *check_record(struct checked_segment *seg,
				const struct line_cursor *cur,
				const struct line_sums *sums)
{
	struct check_layout *layout = &seg->layout[STREAM_LINES];

	if (!check_layout_fits(layout, cur->rec_addr))
		return "its line map is not where it should be";
	layout->next = cur->rec_next_addr;
	layout->is_lost = false;
	if (cur->rec_line + cur->rec_nlines > cur->total_lines)
		return "its line map has too many lines";
	if (cur->rec_word != sums->words || cur->rec_byte != sums->bytes)
		return "its line map does not add up";
	return NULL;
}

/* Reads every group, by the cursor that queries use. */
static const char *check_groups(struct checked_segment *seg,
				struct line_cursor *cur, struct line_sums *sums)
{
	const char *problem;

	while (sums->lines < cur->total_lines) {
		if (line_cursor_seek_line(cur, sums->lines) < 0)
			return "its line map is damaged";
		if (cur->rec_line == sums->lines) {
			problem = check_record(seg, cur, sums);
			if (problem)
				return problem;
		}
		sums->lines += cur->group_nlines;
		sums->words = cur->group_word[cur->group + 1];
		sums->bytes = cur->group_byte[cur->group + 1];
	}
	return NULL;
}

void check_lines(struct checker *c, struct checked_segment *seg, doc_id doc,
		 const struct doc_info *info, uint64_t text_bytes_max)
{
	struct line_sums sums = { 0 };
	struct line_cursor cur;
	const char *problem;

	if (!info->nlines && info->lines_addr)
		checker_doc_problem(c, seg, doc, "a line map but no lines");
	line_cursor_init(&cur, &seg->streams[STREAM_LINES], info->lines_addr,
			 info->nlines, info->nwords);
	problem = check_groups(seg, &cur, &sums);
	if (problem) {
		checker_doc_problem(c, seg, doc, "%s (line %llu)", problem,
				    (unsigned long long)sums.lines);
		seg->layout[STREAM_LINES].is_lost = true;
		return;
	}
	if (sums.words != info->nwords)
		checker_doc_problem(c, seg, doc, "%llu words by the line map, "
				    "%u by the document table",
				    (unsigned long long)sums.words,
				    info->nwords);
	if (sums.bytes > text_bytes_max)
		checker_doc_problem(c, seg, doc, "%llu bytes of lines in a "
				    "file of %llu",
				    (unsigned long long)sums.bytes,
				    (unsigned long long)info->size_bytes);
}
