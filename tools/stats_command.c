#include "tools/stats_command.h"

#include "index_format/inspect.h"
#include "tools/build_flags.h"
#include "tools/index_arg.h"
#include "tools/print_skipped.h"
#include "tools/print_stats.h"
#include "tools/print_stats_json.h"

/* One run of the command. */
struct stats_run {
	struct arena arena;
	struct build_flags flags;
	struct output *out;
	struct buf index_dir;
	struct scout_err *err;
};

static int add_skipped(void *ctx, struct span path, enum skip_reason reason,
		       bool is_dir, int detail)
{
	struct skipped_printer *p = ctx;

	skipped_printer_add(p, path, reason, is_dir, detail);
	return p->out->failed ? SCOUT_E_CANCELLED : SCOUT_OK;
}

static int list_stored_skipped(struct stats_run *s, const char *dir)
{
	struct skipped_printer p;
	int rc;

	skipped_printer_begin(&p, s->out, s->flags.json);
	rc = scout_inspect_skipped(dir, add_skipped, &p, s->err);
	skipped_printer_end(&p);
	return s->out->failed ? SCOUT_OK : rc;
}

static int show_stats(struct stats_run *s)
{
	struct index_stats stats;
	const char *dir;
	int rc;

	rc = index_arg_find(s->flags.index_dir,
			    s->flags.folders.nitems ?
				    s->flags.folders.items[0] : NULL,
			    s->flags.force_remote, &s->index_dir, s->err);
	if (rc < 0)
		return rc;
	dir = buf_cstr(&s->index_dir);
	if (!dir)
		return scout_err_set(s->err, SCOUT_E_NOMEM, "index path");
	rc = scout_inspect_stats(dir, &s->arena, &stats, s->err);
	if (rc < 0)
		return rc;
	if (s->flags.json) {
		print_stats_json(s->out, dir, &stats);
		if (s->flags.list_skipped) {
			output_put_str(s->out, ",\"skipped_paths\":");
			rc = list_stored_skipped(s, dir);
		}
		output_put_byte(s->out, '}');
		output_end_line(s->out);
		return rc;
	}
	if (s->flags.list_skipped)
		return list_stored_skipped(s, dir);
	print_stats_text(s->out, dir, &stats);
	return SCOUT_OK;
}

static int run(const char **args, size_t nargs, struct output *out,
	       int *out_code, struct scout_err *err)
{
	struct stats_run s = { .out = out, .err = err };
	int rc;

	(void)out_code;
	arena_init(&s.arena, MEM_OTHER);
	buf_init(&s.index_dir, MEM_OTHER);
	rc = stats_flags_parse(args, nargs, &s.arena, &s.flags, err);
	if (!rc && s.flags.help)
		command_print_help(&stats_command, out);
	else if (!rc)
		rc = show_stats(&s);
	buf_release(&s.index_dir);
	arena_release(&s.arena);
	return rc;
}

const struct command stats_command = {
	"stats", "[FLAGS] [DIR]", "show the figures of an index",
	&stats_flag_table, run
};
