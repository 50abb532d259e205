#include "tools/report_json.h"

#include "base/os.h"
#include "tools/cli.h"
#include "tools/json.h"
#include "tools/print_stats_json.h"

typedef unsigned long long ull;

static void put_seconds(struct output *out, const char *name, int64_t ns)
{
	output_printf(out, ",\"%s\":%.3f", name, (double)ns / 1e9);
}

static void put_memory(struct output *out, const struct job_record *rec)
{
	int i;

	output_printf(out, ",\"memory\":{\"resident_peak_bytes\":%llu"
		      ",\"accounted_peak_bytes\":%llu,\"by_owner\":{",
		      (ull)rec->resident_peak_bytes,
		      (ull)rec->memory_peak_bytes);
	for (i = 0; i < MEM_OWNERS; i++)
		output_printf(out, "%s\"%s\":%llu", i ? "," : "",
			      scout_mem_owner_name((enum scout_mem_owner)i),
			      (ull)rec->owner_peak_bytes[i]);
	output_put_str(out, "}}");
}

/* The index as it is after the run. */
static void put_index(struct output *out, const struct job_record *rec)
{
	const struct index_state *s = &rec->state;

	output_put_str(out, ",\"root\":");
	json_put_lossy(out, span_str(s->root));
	put_seconds(out, "age_seconds", os_now_ns() - rec->index_time_ns);
	put_seconds(out, "updated", rec->index_time_ns);
	output_printf(out, ",\"files\":%llu,\"deleted\":%llu,\"segments\":%llu"
		      ",\"file_bytes\":%llu,\"used_bytes\":%llu",
		      (ull)s->documents, (ull)s->deleted, (ull)s->segments,
		      (ull)s->file_bytes, (ull)s->used_bytes);
	output_put_str(out, ",\"stats\":");
	print_stats_json(out, rec->index_dir, &rec->stats);
	output_put_byte(out, '}');
}

static void put_record(struct output *out, const struct job_record *rec)
{
	double minutes = (double)rec->elapsed_ns / 60e9;

	output_printf(out, "{\"command\":\"%s\",\"index\":", rec->command);
	json_put_lossy(out, span_str(rec->index_dir ? rec->index_dir : ""));
	output_printf(out, ",\"outcome\":\"%s\",\"exit_code\":%d",
		      job_outcome_name(rec->outcome), rec->exit_code);
	output_put_str(out, ",\"error\":");
	if (rec->error[0])
		json_put_lossy(out, span_str(rec->error));
	else
		output_put_str(out, "null");
	put_seconds(out, "started", rec->started_ns);
	put_seconds(out, "seconds", rec->elapsed_ns);
	output_printf(out, ",\"files_read\":%llu,\"files_per_minute\":%.1f",
		      (ull)rec->files_read,
		      minutes > 0 ? (double)rec->files_read / minutes : 0);
	put_memory(out, rec);
	if (rec->has_index)
		put_index(out, rec);
	output_put_byte(out, '}');
}

void report_json(struct output *out, const struct job_report *r, int exit_code)
{
	size_t i;

	output_printf(out, "{\"scout\":\"%s\",\"exit_code\":%d,\"runs\":[",
		      SCOUT_VERSION, exit_code);
	for (i = 0; i < r->nrecords; i++) {
		if (i)
			output_put_byte(out, ',');
		put_record(out, &r->records[i]);
	}
	output_put_str(out, "]}\n");
}
