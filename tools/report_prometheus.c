#include "tools/report_prometheus.h"

#include "base/os.h"
#include "index_format/fold.h"
#include "tools/cli.h"

/* --- the text format */

static void put_family(struct output *out, const char *name, const char *help)
{
	output_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* A label's value: Unicode, with '\\', '"' and newline escaped. */
static void put_value(struct output *out, const char *text)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + strlen(text);
	int32_t c;

	output_put_byte(out, '"');
	while (p < end) {
		unsigned n = utf8_decode(p, end, &c);

		if (!n)
			output_put_str(out, "\xef\xbf\xbd");
		else if (*p == '\n')
			output_put_str(out, "\\n");
		else if (*p == '"' || *p == '\\')
			output_put(out, (const char[]){ '\\', (char)*p }, 2);
		else
			output_put(out, p, n);
		p += n ? n : 1;
	}
	output_put_byte(out, '"');
}

static void begin_sample(struct output *out, const char *name,
			 const struct job_record *rec)
{
	output_put_str(out, name);
	output_put_str(out, "{index=");
	put_value(out, rec->index_dir ? rec->index_dir : "");
}

static void put_label(struct output *out, const char *label, const char *value)
{
	output_printf(out, ",%s=", label);
	put_value(out, value);
}

static void end_sample(struct output *out, double value)
{
	/* what is whole is written so, up to where doubles are exact */
	if (value == (double)(int64_t)value)
		output_printf(out, "} %lld\n", (long long)value);
	else
		output_printf(out, "} %.6f\n", value);
}

/* --- what is reported */

static double seconds(int64_t ns)
{
	return (double)ns / 1e9;
}

static double index_age(const struct job_record *r)
{
	return seconds(os_now_ns() - r->index_time_ns);
}

static double index_updated(const struct job_record *r)
{
	return seconds(r->index_time_ns);
}

static double index_files(const struct job_record *r)
{
	return (double)r->state.documents;
}

static double index_deleted(const struct job_record *r)
{
	return (double)r->state.deleted;
}

static double index_segments(const struct job_record *r)
{
	return (double)r->state.segments;
}

static double index_file_bytes(const struct job_record *r)
{
	return (double)r->state.file_bytes;
}

static double index_used_bytes(const struct job_record *r)
{
	return (double)r->state.used_bytes;
}

static double index_text_bytes(const struct job_record *r)
{
	return (double)r->stats.text_bytes;
}

static double run_ended(const struct job_record *r)
{
	return seconds(r->started_ns + r->elapsed_ns);
}

static double run_seconds(const struct job_record *r)
{
	return seconds(r->elapsed_ns);
}

static double run_files(const struct job_record *r)
{
	return (double)r->files_read;
}

static double run_rate(const struct job_record *r)
{
	double minutes = seconds(r->elapsed_ns) / 60;

	return minutes > 0 ? (double)r->files_read / minutes : 0;
}

static double run_resident(const struct job_record *r)
{
	return (double)r->resident_peak_bytes;
}

static double run_accounted(const struct job_record *r)
{
	return (double)r->memory_peak_bytes;
}

static double run_exit(const struct job_record *r)
{
	return r->exit_code;
}

/* One number of a record. */
struct figure {
	const char *name, *help;
	bool of_index;		/* only if the index could be read */
	double (*value)(const struct job_record *r);
};

static const struct figure figures[] = {
	{ "scout_index_age_seconds",
	  "Age of the index when the report was written.", true, index_age },
	{ "scout_index_updated_timestamp_seconds",
	  "As of when the index is right.", true, index_updated },
	{ "scout_index_files", "Files in the index.", true, index_files },
	{ "scout_index_deleted_files",
	  "Files marked deleted, not yet expunged.", true, index_deleted },
	{ "scout_index_segments", "Segments of the index.", true,
	  index_segments },
	{ "scout_index_file_bytes", "Size of the index on disk.", true,
	  index_file_bytes },
	{ "scout_index_used_bytes", "Of it, in use.", true, index_used_bytes },
	{ "scout_index_text_bytes", "Size of the files in the index.", true,
	  index_text_bytes },
	{ "scout_run_timestamp_seconds", "When the run ended.", false,
	  run_ended },
	{ "scout_run_duration_seconds", "How long the run took.", false,
	  run_seconds },
	{ "scout_run_files_read", "Files that the run read.", false,
	  run_files },
	{ "scout_run_files_per_minute", "Files read in a minute.", false,
	  run_rate },
	{ "scout_run_resident_peak_bytes",
	  "Most memory that the run had, as the kernel counts.", false,
	  run_resident },
	{ "scout_run_memory_peak_bytes",
	  "Most memory that the run had, as scout counts.", false,
	  run_accounted },
	{ "scout_run_exit_code", "Exit code: 0 done, 1 some files unreadable, "
	  "2 failed, 75 not started.", false, run_exit },
};

enum { NFIGURES = sizeof(figures) / sizeof(figures[0]) };

static void put_figure(struct output *out, const struct figure *f,
		       const struct job_report *r)
{
	size_t i;

	put_family(out, f->name, f->help);
	for (i = 0; i < r->nrecords; i++) {
		if (f->of_index && !r->records[i].has_index)
			continue;
		begin_sample(out, f->name, &r->records[i]);
		end_sample(out, f->value(&r->records[i]));
	}
}

static void put_skipped(struct output *out, const struct job_report *r)
{
	static const char name[] = "scout_index_skipped_files";
	size_t i;
	int k;

	put_family(out, name, "Files and folders left out, by reason.");
	for (i = 0; i < r->nrecords; i++) {
		for (k = SKIP_NONE + 1; k < SKIP_REASONS; k++) {
			if (!r->records[i].has_index)
				continue;
			begin_sample(out, name, &r->records[i]);
			put_label(out, "reason",
				  skip_reason_name((enum skip_reason)k));
			end_sample(out, (double)r->records[i].stats.skipped[k]);
		}
	}
}

static void put_owners(struct output *out, const struct job_report *r)
{
	static const char name[] = "scout_run_owner_memory_peak_bytes";
	size_t i;
	int k;

	put_family(out, name, "Most memory of each part of scout.");
	for (i = 0; i < r->nrecords; i++) {
		for (k = 0; k < MEM_OWNERS; k++) {
			begin_sample(out, name, &r->records[i]);
			put_label(out, "owner",
				  scout_mem_owner_name(
					  (enum scout_mem_owner)k));
			end_sample(out,
				   (double)r->records[i].owner_peak_bytes[k]);
		}
	}
}

/* Texts are labels of a sample whose value says nothing. */
static void put_info(struct output *out, const struct job_report *r)
{
	static const char name[] = "scout_run_info";
	size_t i;

	put_family(out, name, "What the run was and how it ended.");
	for (i = 0; i < r->nrecords; i++) {
		const struct job_record *rec = &r->records[i];

		begin_sample(out, name, rec);
		put_label(out, "command", rec->command);
		put_label(out, "outcome", job_outcome_name(rec->outcome));
		put_label(out, "error", rec->error);
		put_label(out, "version", SCOUT_VERSION);
		end_sample(out, 1);
	}
}

void report_prometheus(struct output *out, const struct job_report *r)
{
	size_t i;

	for (i = 0; i < NFIGURES; i++)
		put_figure(out, &figures[i], r);
	put_skipped(out, r);
	put_owners(out, r);
	put_info(out, r);
}
