#include "tools/print_status.h"

#include <stdio.h>

#include "base/os.h"
#include "tools/json.h"
#include "tools/time_text.h"

typedef unsigned long long ull;

enum { STORE_PAGE_BYTES = 4096 };

static const char *const verdicts[] = { "fresh", "stale", "broken" };

static uint64_t free_bytes(const struct index_state *s)
{
	return s->file_bytes > s->used_bytes ? s->file_bytes - s->used_bytes :
					       0;
}

/* How the last run ended, or that it did not. */
static const char *last_word(const struct last_run *r)
{
	if (!r->is_known)
		return "unknown";
	if (r->end != RUN_NO_END)
		return run_end_name(r->end);
	return r->is_running ? "running" : "killed";
}

/* --- for people */

static void begin_row(struct output *out, const char *name)
{
	output_printf(out, "  %-14s", name);
}

static double mib(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static void put_differences(struct output *out, const struct index_status *s)
{
	begin_row(out, "differs");
	if (!s->is_compared)
		output_put_str(out, "not compared with the folder");
	else if (!staleness_any(&s->stale))
		output_put_str(out, "in nothing");
	else
		output_printf(out, "%llu new, %llu changed, %llu gone",
			      (ull)s->stale.new_files,
			      (ull)s->stale.changed_files,
			      (ull)s->stale.gone_files);
	if (s->stale.unreadable_files)
		output_printf(out, "; %llu cannot be read",
			      (ull)s->stale.unreadable_files);
	output_put_byte(out, '\n');
}

static void put_state(struct output *out, const struct index_status *s)
{
	const struct index_state *st = &s->state;
	char text[TIME_TEXT_BYTES];

	begin_row(out, "folder");
	output_put_str(out, st->root);
	output_put_byte(out, '\n');
	put_differences(out, s);
	begin_row(out, "age");
	output_put_str(out, time_text_age(s->age_ns, text));
	output_put_str(out, s->is_old ? ", more than was asked for\n" : "\n");
	begin_row(out, "files");
	output_printf(out, "%llu, and %llu marked deleted; segments: %llu\n",
		      (ull)st->documents, (ull)st->deleted, (ull)st->segments);
	begin_row(out, "size");
	output_printf(out, "%.1f MiB, of it %.1f MiB free (%llu pages)\n",
		      mib(st->file_bytes), mib(free_bytes(st)),
		      (ull)(free_bytes(st) / STORE_PAGE_BYTES));
	begin_row(out, "readers");
	output_printf(out, "%u", st->readers.count);
	if (st->readers.count)
		output_printf(out, "; process %lld reads what is %llu commits "
			      "old", (long long)st->readers.oldest_pid,
			      (ull)st->readers.oldest_behind);
	output_put_byte(out, '\n');
}

static void put_last(struct output *out, const struct last_run *r)
{
	char text[TIME_TEXT_BYTES];

	begin_row(out, r->is_running ? "being written" : "last run");
	if (r->is_known) {
		output_printf(out, "%s, by ", last_word(r));
		output_put_str(out, r->holder);
	} else {
		output_put_str(out, r->is_running ? "by another process" :
						    "unknown");
	}
	if (r->ended_ns)
		output_printf(out, ", ended %s",
			      time_text_local(r->ended_ns, text));
	if (r->error[0]) {
		output_put_str(out, ": ");
		output_put_str(out, r->error);
	}
	output_put_byte(out, '\n');
}

void print_status_text(struct output *out, const struct index_status *s)
{
	output_put_str(out, s->dir);
	output_printf(out, ": %s\n", verdicts[s->verdict]);
	if (s->error[0]) {
		begin_row(out, "because");
		output_put_str(out, s->error);
		output_put_byte(out, '\n');
	}
	if (s->has_state && !s->error[0])
		put_state(out, s);
	put_last(out, &s->last);
}

/* --- for programs */

static void put_state_json(struct output *out, const struct index_status *s)
{
	const struct index_state *st = &s->state;

	output_put_str(out, ",\"root\":");
	json_put_lossy(out, span_str(st->root));
	output_printf(out, ",\"age_seconds\":%.3f,\"old\":%s",
		      (double)s->age_ns / 1e9, s->is_old ? "true" : "false");
	output_printf(out, ",\"files\":%llu,\"deleted\":%llu,\"segments\":%llu"
		      ",\"file_bytes\":%llu,\"used_bytes\":%llu"
		      ",\"free_pages\":%llu", (ull)st->documents,
		      (ull)st->deleted, (ull)st->segments, (ull)st->file_bytes,
		      (ull)st->used_bytes,
		      (ull)(free_bytes(st) / STORE_PAGE_BYTES));
	output_printf(out, ",\"readers\":{\"count\":%u,\"oldest_pid\":%lld"
		      ",\"oldest_behind\":%llu}", st->readers.count,
		      (long long)st->readers.oldest_pid,
		      (ull)st->readers.oldest_behind);
	if (s->is_compared)
		output_printf(out, ",\"differs\":{\"new\":%llu,\"changed\":%llu"
			      ",\"gone\":%llu,\"unreadable\":%llu}",
			      (ull)s->stale.new_files,
			      (ull)s->stale.changed_files,
			      (ull)s->stale.gone_files,
			      (ull)s->stale.unreadable_files);
}

static void put_last_json(struct output *out, const struct last_run *r)
{
	output_printf(out, ",\"running\":%s,\"last_run\":{\"result\":\"%s\"",
		      r->is_running ? "true" : "false", last_word(r));
	output_put_str(out, ",\"by\":");
	json_put_lossy(out, span_str(r->holder));
	output_printf(out, ",\"started\":%.3f,\"ended\":%.3f,\"files\":%llu",
		      (double)r->started_ns / 1e9, (double)r->ended_ns / 1e9,
		      (ull)r->files);
	output_put_str(out, ",\"error\":");
	if (r->error[0])
		json_put_lossy(out, span_str(r->error));
	else
		output_put_str(out, "null");
	output_put_byte(out, '}');
}

void print_status_json(struct output *out, const struct index_status *s)
{
	output_put_str(out, "{\"index\":");
	json_put_lossy(out, span_str(s->dir));
	output_printf(out, ",\"status\":\"%s\",\"error\":",
		      verdicts[s->verdict]);
	if (s->error[0])
		json_put_lossy(out, span_str(s->error));
	else
		output_put_str(out, "null");
	if (s->has_state && !s->error[0])
		put_state_json(out, s);
	put_last_json(out, &s->last);
	output_put_str(out, "}\n");
}
