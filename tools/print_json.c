#include "tools/print_json.h"

#include "base/os.h"
#include "tools/cli.h"
#include "tools/json.h"

int json_printer_init(struct json_printer *p, struct display_path *paths,
		      struct output *out, struct scout_err *err)
{
	*p = (struct json_printer){ .out = out, .paths = paths };
	return output_init(&p->path, -1, err);
}

void json_printer_release(struct json_printer *p)
{
	output_release(&p->path);
}

static int status(const struct json_printer *p)
{
	return p->out->failed ? SCOUT_E_IO : SCOUT_OK;
}

/* {"type":"...","data":{"path":{...} */
static void begin_message(struct json_printer *p, const char *type)
{
	output_put_str(p->out, "{\"type\":\"");
	output_put_str(p->out, type);
	output_put_str(p->out, "\",\"data\":{\"path\":");
	output_put(p->out, p->path.ptr, p->path.len);
}

static void end_message(struct json_printer *p)
{
	output_put_str(p->out, "}}");
	output_end_line(p->out);
}

static int json_begin_file(void *ctx, const struct scout_file *file)
{
	struct json_printer *p = ctx;
	struct span path;
	int rc = display_path(p->paths, file->path, &path);

	if (rc < 0)
		return rc;
	p->files++;
	p->lines = 0;
	p->matches = 0;
	p->start_ns = os_mono_ns();
	p->start_bytes = output_total(p->out);
	p->path.len = 0;
	json_put_data(&p->path, path);
	begin_message(p, "begin");
	if (file->is_ranked)
		output_printf(p->out, ",\"score\":%.9g", file->score);
	end_message(p);
	return status(p);
}

static void put_submatch(struct json_printer *p, const struct scout_line *line,
			 const struct scout_submatch *m)
{
	output_put_str(p->out, "{\"match\":");
	json_put_data(p->out, span_of(line->text.ptr + m->start,
				      m->end - m->start));
	output_put_str(p->out, ",\"start\":");
	output_put_u64(p->out, m->start);
	output_put_str(p->out, ",\"end\":");
	output_put_u64(p->out, m->end);
	if (p->with_operands) {
		output_put_str(p->out, ",\"operand\":");
		output_put_u64(p->out, m->operand);
	}
	output_put_byte(p->out, '}');
}

static int json_line(void *ctx, const struct scout_file *file,
		     const struct scout_line *line)
{
	struct json_printer *p = ctx;
	size_t n = line->is_context ? 0 : line->nsubmatches;
	size_t i;

	(void)file;
	p->lines += !line->is_context;
	p->matches += n;
	begin_message(p, line->is_context ? "context" : "match");
	output_put_str(p->out, ",\"lines\":");
	json_put_data(p->out, line->text);
	output_put_str(p->out, ",\"line_number\":");
	output_put_u64(p->out, line->number);
	output_put_str(p->out, ",\"absolute_offset\":");
	output_put_u64(p->out, line->offset);
	output_put_str(p->out, ",\"submatches\":[");
	for (i = 0; i < n; i++) {
		if (i)
			output_put_byte(p->out, ',');
		put_submatch(p, line, &line->submatches[i]);
	}
	output_put_byte(p->out, ']');
	end_message(p);
	return status(p);
}

static void put_counter(struct output *out, const char *name, uint64_t value)
{
	output_put_str(out, ",\"");
	output_put_str(out, name);
	output_put_str(out, "\":");
	output_put_u64(out, value);
}

static int json_end_file(void *ctx, const struct scout_file *file)
{
	struct json_printer *p = ctx;
	struct output *out = p->out;
	uint64_t printed = output_total(out) - p->start_bytes;

	p->bytes_printed += printed;
	begin_message(p, "end");
	output_put_str(out, ",\"binary_offset\":null,\"stats\":{\"elapsed\":");
	json_put_duration(out, (uint64_t)(os_mono_ns() - p->start_ns), false);
	put_counter(out, "searches", 1);
	put_counter(out, "searches_with_match", 1);
	put_counter(out, "bytes_searched", file->size_bytes);
	put_counter(out, "bytes_printed", printed);
	put_counter(out, "matched_lines", p->lines);
	put_counter(out, "matches", p->matches);
	output_put_byte(out, '}');
	if (file->changed)
		output_put_str(out, ",\"changed\":true");
	end_message(p);
	return status(p);
}

static void json_message(void *ctx, const char *text)
{
	struct json_printer *p = ctx;

	if (p->program)
		cli_message(p->program, "%s", text);
}

struct scout_sink json_printer_sink(struct json_printer *p)
{
	return (struct scout_sink){
		.ctx = p,
		.begin_file = json_begin_file,
		.line = json_line,
		.end_file = json_end_file,
		.message = json_message,
	};
}

/* What ripgrep has no place for. */
static void put_scout(struct output *out, const struct scout_query_stats *s)
{
	output_put_str(out, ",\"scout\":{\"version\":1");
	put_counter(out, "candidates", s->candidates);
	put_counter(out, "changed_files", s->changed_files);
	put_counter(out, "gone_files", s->gone_files);
	put_counter(out, "new_files", s->new_files);
	put_counter(out, "unreadable_files", s->unreadable_files);
	put_counter(out, "truncated_files", s->truncated_files);
	put_counter(out, "index_docs", s->index_docs);
	put_counter(out, "index_segments", s->index_segments);
	put_counter(out, "index_time_ns",
		    s->index_time_ns > 0 ? (uint64_t)s->index_time_ns : 0);
	output_put_str(out, s->is_fresh ? ",\"fresh\":true" :
					  ",\"fresh\":false");
	put_counter(out, "parse_ns", s->parse_ns);
	put_counter(out, "open_ns", s->open_ns);
	put_counter(out, "walk_ns", s->walk_ns);
	put_counter(out, "plan_ns", s->plan_ns);
	put_counter(out, "match_ns", s->match_ns);
	put_counter(out, "verify_ns", s->verify_ns);
	put_counter(out, "total_ns", s->total_ns);
	output_put_byte(out, '}');
}

void json_printer_summary(struct json_printer *p,
			  const struct scout_query_stats *stats,
			  uint64_t elapsed_ns)
{
	struct output *out = p->out;

	/* sorted by key, unlike the other messages, as ripgrep does it */
	output_put_str(out, "{\"data\":{\"elapsed_total\":");
	json_put_duration(out, elapsed_ns, true);
	output_put_str(out, ",\"stats\":{\"bytes_printed\":");
	output_put_u64(out, p->bytes_printed);
	put_counter(out, "bytes_searched", stats->bytes_read);
	output_put_str(out, ",\"elapsed\":");
	json_put_duration(out, stats->total_ns, true);
	put_counter(out, "matched_lines", stats->matched_lines);
	put_counter(out, "matches", stats->matches);
	put_counter(out, "searches", stats->searched_files);
	put_counter(out, "searches_with_match", stats->matched_files);
	output_put_byte(out, '}');
	put_scout(out, stats);
	output_put_str(out, "},\"type\":\"summary\"}");
	output_end_line(out);
}
