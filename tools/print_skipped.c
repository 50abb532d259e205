#include "tools/print_skipped.h"

#include <string.h>

#include "tools/json.h"

static struct span path_of(const struct file_entry *e)
{
	return span_of(e->path, e->path_len);
}

const struct file_entry *skipped_next(const struct file_list *list,
				      struct skipped_cursor *c)
{
	const struct file_entry *read = NULL, *left_out = NULL;

	while (c->file < list->nfiles &&
	       list->files[c->file].skip == SKIP_NONE)
		c->file++;
	if (c->file < list->nfiles)
		read = &list->files[c->file];
	if (c->skipped < list->nskipped)
		left_out = &list->skipped[c->skipped];
	if (read && (!left_out ||
		     path_cmp(path_of(read), path_of(left_out)) < 0)) {
		c->file++;
		return read;
	}
	c->skipped += left_out != NULL;
	return left_out;
}

void skipped_printer_begin(struct skipped_printer *p, struct output *out,
			   bool json)
{
	*p = (struct skipped_printer){ .out = out, .json = json };
	if (json)
		output_put_byte(out, '[');
}

static void add_json(struct skipped_printer *p, struct span path,
		     enum skip_reason reason, bool is_dir, int detail)
{
	char room[REASON_TEXT_BYTES];

	if (p->listed)
		output_put_byte(p->out, ',');
	output_put_str(p->out, "{\"path\":");
	json_put_data(p->out, path);
	output_put_str(p->out, ",\"reason\":");
	json_put_string(p->out, span_str(skip_reason_name(reason)));
	output_put_str(p->out, is_dir ? ",\"folder\":true" :
					",\"folder\":false");
	if (detail) {
		output_put_str(p->out, ",\"error\":");
		json_put_lossy(p->out, span_str(scout_reason_text(detail,
								  room)));
	}
	output_put_byte(p->out, '}');
}

void skipped_printer_add(struct skipped_printer *p, struct span path,
			 enum skip_reason reason, bool is_dir, int detail)
{
	char room[REASON_TEXT_BYTES];

	if (p->json) {
		add_json(p, path, reason, is_dir, detail);
	} else {
		output_put_str(p->out, skip_reason_name(reason));
		if (detail) {
			output_put_str(p->out, ": ");
			output_put_str(p->out, scout_reason_text(detail, room));
		}
		output_put_byte(p->out, '\t');
		output_put_span(p->out, path);
		if (is_dir)
			output_put_byte(p->out, '/');
		output_end_line(p->out);
	}
	p->listed++;
}

void skipped_printer_end(struct skipped_printer *p)
{
	if (p->json)
		output_put_byte(p->out, ']');
}
