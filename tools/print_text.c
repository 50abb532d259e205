#include "tools/print_text.h"

#include <unistd.h>

#include "index_format/fold.h"
#include "tools/cli.h"
#include "tools/unescape.h"

static bool chosen(int tristate, bool otherwise)
{
	return tristate == UNSET ? otherwise : tristate == YES;
}

bool text_printer_uses_matches(const struct query_flags *flags, bool color)
{
	return (color && !flags->colors.match_is_plain) ||
	       chosen(flags->column, flags->vimgrep) || flags->only_matching ||
	       flags->vimgrep || flags->stats;
}

/* Appends a separator to p->separators; how long it is. */
static size_t put_separator(struct text_printer *p, const char *text,
			    const char *usual)
{
	size_t before = p->separators.len;

	if (text)
		unescape(text, &p->separators);
	else
		buf_put_str(&p->separators, usual);
	return p->separators.len - before;
}

static int make_separators(struct text_printer *p,
			   const struct query_flags *flags)
{
	size_t match, context, group;

	match = put_separator(p, flags->match_separator, ":");
	context = put_separator(p, flags->context_separator, "-");
	group = put_separator(p, flags->group_separator, "--");
	if (buf_status(&p->separators) < 0)
		return SCOUT_E_NOMEM;
	p->match_separator = span_of(p->separators.ptr, match);
	p->context_separator = span_of(p->separators.ptr + match, context);
	p->group_separator = span_of(p->separators.ptr + match + context,
				     group);
	p->has_group_separator = !flags->no_group_separator;
	p->path_separator = flags->path_separator;
	return SCOUT_OK;
}

static int make_links(struct text_printer *p, const struct query_flags *flags)
{
	if (!flags->hyperlink.nparts || !p->with_path)
		return SCOUT_OK;
	p->link = &flags->hyperlink;
	if (p->link->needs_host)
		hyperlink_put_host(flags->hostname_bin, &p->host);
	return buf_status(&p->host);
}

int text_printer_init(struct text_printer *p, const struct query_flags *flags,
		      bool color, struct display_path *paths,
		      struct output *out, struct scout_err *err)
{
	int rc;
	bool terminal = isatty(out->fd);

	*p = (struct text_printer){
		.mode = query_flags_mode(flags),
		.heading = !flags->vimgrep && chosen(flags->heading, terminal),
		.with_path = chosen(flags->filename, true),
		.line_numbers = chosen(flags->line_number,
				       terminal || flags->vimgrep ||
				       flags->column == YES),
		.columns = chosen(flags->column, flags->vimgrep),
		.byte_offset = flags->byte_offset,
		.only_matching = flags->only_matching,
		.per_match = flags->vimgrep,
		.trim = flags->trim,
		.null = flags->null,
		.preview = flags->preview,
		.has_context = flags->before || flags->after,
		.include_zero = flags->include_zero,
		.max_columns = flags->max_columns,
		.max_count = flags->max_count,
		.colors = color ? &flags->colors : NULL,
		.out = out,
		.paths = paths,
	};
	p->uses_matches = text_printer_uses_matches(flags, color);
	buf_init(&p->path, MEM_OTHER);
	buf_init(&p->link_path, MEM_OTHER);
	buf_init(&p->host, MEM_OTHER);
	buf_init(&p->separators, MEM_OTHER);
	rc = make_separators(p, flags);
	if (!rc && color)
		rc = make_links(p, flags);
	return rc < 0 ? scout_err_set(err, rc, "printing") : SCOUT_OK;
}

void text_printer_release(struct text_printer *p)
{
	buf_release(&p->path);
	buf_release(&p->link_path);
	buf_release(&p->host);
	buf_release(&p->separators);
}

static int status(const struct text_printer *p)
{
	return p->out->failed ? SCOUT_E_IO : SCOUT_OK;
}

/* Colours -------------------------------------------------------------- */

static void start_color(struct text_printer *p, enum color_part part)
{
	if (!p->colors)
		return;
	output_put(p->out, p->colors->start[part], p->colors->start_len[part]);
	p->color_bytes += p->colors->start_len[part];
}

static void end_color(struct text_printer *p)
{
	if (!p->colors)
		return;
	output_put(p->out, COLOR_RESET, sizeof(COLOR_RESET) - 1);
	p->color_bytes += sizeof(COLOR_RESET) - 1;
}

static void put_path(struct text_printer *p)
{
	output_put_span(p->out, buf_span(&p->path));
	p->color_bytes += p->path_escapes;
}

/* Links are no bytes of the answer either, as --stats counts them. */
static void start_link(struct text_printer *p, uint64_t line, uint64_t column)
{
	const struct hyperlink_values values = {
		.path = buf_span(&p->link_path), .host = buf_span(&p->host),
		.line = line, .column = column };
	uint64_t before = output_total(p->out);

	hyperlink_begin(p->link, &values, p->out);
	p->color_bytes += output_total(p->out) - before;
}

static void end_link(struct text_printer *p)
{
	uint64_t before = output_total(p->out);

	hyperlink_end(p->out);
	p->color_bytes += output_total(p->out) - before;
}

/* The path, which one can click on. */
static void put_linked_path(struct text_printer *p)
{
	if (p->link)
		start_link(p, 1, 1);
	put_path(p);
	if (p->link)
		end_link(p);
}

static void put_shown(struct text_printer *p, struct span shown)
{
	size_t i, start = p->path.len;

	buf_put_span(&p->path, shown);
	if (p->path_separator == '/' || buf_status(&p->path) < 0)
		return;
	for (i = start; i < p->path.len; i++)
		if (p->path.ptr[i] == '/')
			p->path.ptr[i] = p->path_separator;
}

/* Makes the path as it will be printed, once per file. */
static int render_path(struct text_printer *p, struct span path)
{
	struct span shown;
	int rc = display_path(p->paths, path, &shown);

	if (rc < 0)
		return rc;
	buf_clear(&p->path);
	buf_clear(&p->link_path);
	p->path_escapes = 0;
	if (p->colors) {
		buf_put(&p->path, p->colors->start[COLOR_PATH],
			p->colors->start_len[COLOR_PATH]);
		p->path_escapes = p->colors->start_len[COLOR_PATH] +
				  sizeof(COLOR_RESET) - 1;
	}
	put_shown(p, shown);
	if (p->colors)
		buf_put_str(&p->path, COLOR_RESET);
	if (p->link) {
		hyperlink_put_path(buf_span(&p->paths->root), &p->link_path);
		hyperlink_put_path(path, &p->link_path);
		rc = buf_status(&p->link_path);
	}
	return rc < 0 ? rc : buf_status(&p->path);
}

/* The path as a line of its own. */
static void put_path_line(struct text_printer *p)
{
	put_linked_path(p);
	if (p->null)
		output_put_byte(p->out, '\0');
	else
		output_end_line(p->out);
}

/* Lines ---------------------------------------------------------------- */

/* Before the first line of a file: what separates files, and the heading. */
static void begin_lines(struct text_printer *p)
{
	if (p->file_begun)
		return;
	p->file_begun = true;
	if (p->any_printed && (p->heading || (p->has_context &&
					      p->has_group_separator))) {
		if (!p->heading)
			output_put_span(p->out, p->group_separator);
		output_end_line(p->out);
	}
	p->any_printed = true;
	if (p->heading && p->with_path)
		put_path_line(p);
}

/* A number after the separator of the field before it, if there is one. */
static void put_number(struct text_printer *p, enum color_part part,
		       uint64_t n, struct span pending)
{
	output_put_span(p->out, pending);
	start_color(p, part);
	output_put_u64(p->out, n);
	end_color(p);
}

/* Path, line, column (0: none) and offset before the text of a line. */
static void put_prelude(struct text_printer *p, const struct scout_line *line,
			uint64_t column, uint64_t offset)
{
	static const uint8_t nul;
	const struct span separator = line->is_context ? p->context_separator :
							 p->match_separator;
	bool links = p->link && (!p->heading || p->link->needs_line);
	struct span pending = span_of(&nul, 0);

	if (links)
		start_link(p, line->number, column ? column : 1);
	if (!p->heading && p->with_path) {
		put_path(p);
		pending = p->null ? span_of(&nul, 1) : separator;
	}
	if (p->line_numbers) {
		put_number(p, COLOR_LINE, line->number, pending);
		pending = separator;
	}
	if (p->columns && column) {
		put_number(p, COLOR_COLUMN, column, pending);
		pending = separator;
	}
	if (p->byte_offset) {
		put_number(p, COLOR_COLUMN, offset, pending);
		pending = separator;
	}
	if (links)
		end_link(p);
	output_put_span(p->out, pending);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

static size_t leading_spaces(struct span text)
{
	size_t n = 0;

	while (n < text.len && is_space(text.ptr[n]))
		n++;
	return n;
}

/*
 * Writes text[from, to) with the matches in it coloured.  They are sorted by
 * start and may overlap; touching ones share one colour, as in ripgrep.
 */
static void put_colored(struct text_printer *p, struct span text, size_t from,
			size_t to, const struct scout_submatch *m, size_t n)
{
	bool in_match = false;

	while (from < to) {
		size_t upto = to;
		bool matches;

		while (n && m->end <= from) {
			m++;
			n--;
		}
		matches = n && m->start <= from;
		if (n)
			upto = matches ? m->end : m->start;
		if (upto > to)
			upto = to;
		if (matches && !in_match)
			start_color(p, COLOR_MATCH);
		else if (!matches && in_match)
			end_color(p);
		in_match = matches;
		output_put(p->out, text.ptr + from, upto - from);
		from = upto;
	}
	if (in_match)
		end_color(p);
}

/* Where the n-th character of text ends; marks belong to the one before. */
static size_t characters_end(struct span text, uint64_t n)
{
	const uint8_t *p = text.ptr, *end = text.ptr + text.len;
	int32_t c;

	while (p < end) {
		unsigned len = utf8_decode(p, end, &c);
		enum char_class class = len ? char_class_of(c) : CHAR_OTHER;

		if (class != CHAR_MARK && class != CHAR_IGNORABLE && !n--)
			break;
		p += len ? len : 1;
	}
	return (size_t)(p - text.ptr);
}

/* Instead of a line that is longer than --max-columns. */
static void put_omitted(struct text_printer *p, const struct scout_line *line,
			size_t nmatches)
{
	if (line->is_context)
		output_put_str(p->out, "[Omitted long context line]");
	else if (!nmatches || p->only_matching)
		output_put_str(p->out, "[Omitted long matching line]");
	else
		output_printf(p->out, "[Omitted long line with %zu matches]",
			      nmatches);
}

/* After the beginning of such a line that was printed up to end. */
static void put_preview_end(struct text_printer *p,
			    const struct scout_submatch *m, size_t n,
			    size_t end)
{
	size_t more = 0, i;

	if (!n) {
		output_put_str(p->out, " [... omitted end of long line]");
		return;
	}
	for (i = 0; i < n; i++)
		more += m[i].start >= end;
	output_printf(p->out, " [... %zu more %s]", more,
		      more == 1 ? "match" : "matches");
}

/*
 * The text of a line and its end.  colored[0..n) are the matches to colour in
 * it, nmatches is how many the whole line has.
 */
static void put_text(struct text_printer *p, const struct scout_line *line,
		     struct span text, const struct scout_submatch *colored,
		     size_t n, size_t nmatches)
{
	bool too_long = p->max_columns && text.len > p->max_columns;
	size_t from = 0, to = text.len;

	if (too_long && !p->preview) {
		put_omitted(p, line, nmatches);
		output_end_line(p->out);
		return;
	}
	if (to && text.ptr[to - 1] == '\n')
		to--;
	if (too_long)
		to = characters_end(span_of(text.ptr, to), p->max_columns);
	if (p->trim)
		from = leading_spaces(span_of(text.ptr, to));
	if (p->colors && !p->colors->match_is_plain)
		put_colored(p, text, from, to, colored, n);
	else
		output_put(p->out, text.ptr + from, to - from);
	if (too_long)
		put_preview_end(p, colored, n, to);
	output_end_line(p->out);
}

/* One printed line for each match: -o and --vimgrep. */
static void put_matches(struct text_printer *p, const struct scout_line *line)
{
	size_t i;

	for (i = 0; i < line->nsubmatches; i++) {
		const struct scout_submatch *m = &line->submatches[i];
		struct scout_submatch all = { 0, m->end - m->start, 0 };

		put_prelude(p, line, (uint64_t)m->start + 1,
			    line->offset + m->start);
		if (p->only_matching)
			put_text(p, line, span_of(line->text.ptr + m->start,
						  all.end),
				 &all, 1, line->nsubmatches);
		else
			put_text(p, line, line->text, m, 1, line->nsubmatches);
	}
}

static int text_line(void *ctx, const struct scout_file *file,
		     const struct scout_line *line)
{
	struct text_printer *p = ctx;
	size_t n = p->uses_matches && !line->is_context ? line->nsubmatches : 0;
	uint64_t column = 0;

	(void)file;
	if (p->mode != PRINT_LINES)
		return SCOUT_OK;
	begin_lines(p);
	if (!line->is_context && (p->only_matching || (p->per_match && n))) {
		put_matches(p, line);
		return status(p);
	}
	if (!line->is_context)
		column = n ? (uint64_t)line->submatches[0].start + 1 : 1;
	put_prelude(p, line, column, line->offset);
	put_text(p, line, line->text, line->submatches, n, n);
	return status(p);
}

static int text_group_break(void *ctx)
{
	struct text_printer *p = ctx;

	if (p->mode != PRINT_LINES || !p->has_group_separator)
		return SCOUT_OK;
	output_put_span(p->out, p->group_separator);
	output_end_line(p->out);
	return status(p);
}

/* Files ---------------------------------------------------------------- */

/* --include-zero: all files come, those that match have lines. */
static bool counts_zero(const struct text_printer *p)
{
	return p->include_zero && (p->mode == PRINT_COUNT ||
				   p->mode == PRINT_COUNT_MATCHES);
}

static int text_begin_file(void *ctx, const struct scout_file *file)
{
	struct text_printer *p = ctx;
	int rc;

	p->files += !counts_zero(p);
	if (p->mode == PRINT_NOTHING)
		return SCOUT_OK;
	rc = render_path(p, file->path);
	if (rc < 0)
		return rc;
	p->file_begun = false;
	p->color_bytes = 0;
	p->start_bytes = output_total(p->out);
	if (p->mode == PRINT_PATHS) {
		put_path_line(p);
		p->any_printed = true;
	}
	return status(p);
}

/* The line of -c and --count-matches. */
static void put_count(struct text_printer *p, uint64_t n)
{
	p->files += counts_zero(p) && n;
	if (p->with_path) {
		put_linked_path(p);
		output_put_byte(p->out, p->null ? '\0' : ':');
	}
	output_put_u64(p->out, n);
	output_end_line(p->out);
}

static int text_end_file(void *ctx, const struct scout_file *file)
{
	struct text_printer *p = ctx;

	switch (p->mode) {
	case PRINT_COUNT:
		put_count(p, p->max_count && file->nlines > p->max_count ?
				     p->max_count : file->nlines);
		break;
	case PRINT_COUNT_MATCHES:
		put_count(p, file->nmatches);
		break;
	case PRINT_LINES:
		if (!p->file_begun) {
			begin_lines(p);
			if (!p->heading || !p->with_path)
				put_path_line(p);
		}
		p->bytes_printed += output_total(p->out) - p->start_bytes -
				    p->color_bytes;
		break;
	case PRINT_PATHS:
	case PRINT_NOTHING:
		break;
	}
	return status(p);
}

static void text_message(void *ctx, const char *text)
{
	struct text_printer *p = ctx;

	if (p->program)
		cli_message(p->program, "%s", text);
}

struct scout_sink text_printer_sink(struct text_printer *p)
{
	return (struct scout_sink){
		.ctx = p,
		.begin_file = text_begin_file,
		.line = text_line,
		.group_break = text_group_break,
		.end_file = text_end_file,
		.message = text_message,
	};
}
