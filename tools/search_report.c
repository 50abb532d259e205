#include "tools/search_report.h"

#include <unistd.h>

#include "base/os.h"
#include "tools/cli.h"
#include "tools/time_text.h"

typedef unsigned long long ull;

void report_syntax_error(const char *program, struct span text,
			 const struct scout_err *err)
{
	struct buf message = BUF_INIT(MEM_OTHER);

	buf_printf(&message, "%s: ", program);
	query_error_print(text, err, &message);
	if (message.len && message.ptr[message.len - 1] != '\n')
		buf_put_u8(&message, '\n');
	if (buf_status(&message) == SCOUT_OK)
		(void)os_write_full(STDERR_FILENO, message.ptr, message.len);
	else
		cli_print_err(program, err);
	buf_release(&message);
}

void report_notes(const char *program, const struct parsed_query *parsed)
{
	const struct query_note *note;

	for (note = parsed->notes; note; note = note->next)
		cli_message(program, "note: %s", note->text);
}

/* A path without the "./" and "../" before it: path: knows only names. */
static const char *without_dots(const char *path)
{
	while (!strncmp(path, "./", 2) || !strncmp(path, "../", 3))
		path = strchr(path, '/') + 1;
	return path;
}

void report_path_arguments(const char *program, const char *const *words,
			   size_t nwords)
{
	size_t i;

	for (i = 1; i < nwords; i++)
		if (strchr(words[i], '/') && words[i][0] != '/' &&
		    !access(words[i], F_OK))
			cli_message(program, "note: '%s' is looked for as "
				    "words; to search only there, write "
				    "path:%s", words[i],
				    without_dots(words[i]));
}

/* "5 minutes ago": when the index was made. */
static const char *age_text(int64_t index_time_ns, char text[TIME_TEXT_BYTES])
{
	return time_text_age(os_now_ns() - index_time_ns, text);
}

void report_stale(const char *program, const struct scout_query_stats *stats)
{
	ull n = stats->changed_files;
	char age[TIME_TEXT_BYTES];

	if (n && !stats->is_fresh)
		cli_message(program, "note: the index was made %s ago; %llu file%s "
			    "changed since and %s read anew, new files may be "
			    "missing", age_text(stats->index_time_ns, age), n,
			    n == 1 ? "" : "s", n == 1 ? "was" : "were");
}

void report_stats(struct output *out, const struct scout_query_stats *stats,
		  uint64_t bytes_printed, uint64_t elapsed_ns, bool has_index)
{
	char age[TIME_TEXT_BYTES];

	output_printf(out, "\n%llu matches\n%llu matched lines\n",
		      (ull)stats->matches, (ull)stats->matched_lines);
	output_printf(out, "%llu files contained matches\n",
		      (ull)stats->matched_files);
	output_printf(out, "%llu files searched\n", (ull)stats->searched_files);
	output_printf(out, "%llu bytes printed\n", (ull)bytes_printed);
	output_printf(out, "%llu bytes searched\n", (ull)stats->bytes_read);
	output_printf(out, "%.6f seconds spent searching\n",
		      (double)stats->total_ns / 1e9);
	output_printf(out, "%.6f seconds\n", (double)elapsed_ns / 1e9);
	if (!has_index)
		return;
	output_printf(out, "%llu candidates from the index\n",
		      (ull)stats->candidates);
	output_printf(out, "%llu files changed, %llu gone, ",
		      (ull)stats->changed_files, (ull)stats->gone_files);
	if (stats->is_fresh)
		output_printf(out, "%llu new, ", (ull)stats->new_files);
	output_printf(out, "%llu unreadable\n", (ull)stats->unreadable_files);
	output_printf(out, "%llu files in the index, %llu segments, made %s ago\n",
		      (ull)stats->index_docs, (ull)stats->index_segments,
		      age_text(stats->index_time_ns, age));
}
