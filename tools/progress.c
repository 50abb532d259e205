#include "tools/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"

#define REDRAW_NS INT64_C(100000000)
#define ERASE_LINE "\r\033[K"

enum { LINE_BYTES = 160, COLUMNS_ASSUMED = 79 };

void progress_init(struct progress *p, bool enabled)
{
	p->enabled = enabled;
	p->drawn_ns = 0;
	p->stage = STAGE_WALK;
	p->stage_ns = 0;
	atomic_init(&p->on_screen, false);
}

static const char *doing(enum build_stage stage)
{
	switch (stage) {
	case STAGE_WALK:
		return "listing files";
	case STAGE_READ:
		return "indexing";
	case STAGE_MERGE:
		return "merging";
	case STAGE_SYNC:
		return "writing to disk";
	default:
		return build_stage_name(stage);
	}
}

/* The done part of the stage's work, 0 to 1; negative if unknown. */
static double done_part(const struct build_progress *b)
{
	if (b->total_bytes)
		return (double)b->done_bytes / (double)b->total_bytes;
	if (b->total_files)
		return (double)b->done_files / (double)b->total_files;
	return -1;
}

/* Appends to line[n...], which always has room for a NUL. */
static int add(char *line, int n, const char *fmt, double value)
{
	int more = snprintf(line + n, (size_t)(LINE_BYTES - n), fmt, value);

	return more < LINE_BYTES - n ? n + more : LINE_BYTES - 1;
}

/* "indexing, 12345 of 78613 files, 15%, 89 MB/s, 3 s left"; seconds: since the
 * stage began. */
static int render(const struct build_progress *b, double seconds,
		  char line[LINE_BYTES])
{
	double part = done_part(b);
	int n;

	n = snprintf(line, LINE_BYTES, "%s", doing(b->stage));
	if (b->stage == STAGE_WALK) {
		n = add(line, n, ", %.0f files", (double)b->done_files);
	} else if (b->stage == STAGE_READ) {
		n = add(line, n, ", %.0f", (double)b->done_files);
		n = add(line, n, " of %.0f files", (double)b->total_files);
	}
	if (part >= 0)
		n = add(line, n, ", %.0f%%", 100 * part);
	if (b->done_bytes && seconds > 0.2)
		n = add(line, n, ", %.0f MB/s",
			(double)b->done_bytes / 1e6 / seconds);
	if (part > 0.02 && part <= 1 && seconds > 1)
		n = add(line, n, ", %.0f s left", seconds * (1 - part) / part);
	return n < COLUMNS_ASSUMED ? n : COLUMNS_ASSUMED;
}

void progress_show(void *ctx, const struct build_progress *b)
{
	char line[sizeof(ERASE_LINE) + LINE_BYTES];
	struct progress *p = ctx;
	int64_t now;
	int n;

	if (!p->enabled)
		return;
	now = os_mono_ns();
	if (p->drawn_ns && b->stage == p->stage &&
	    now - p->drawn_ns < REDRAW_NS)
		return;
	if (!p->drawn_ns || b->stage != p->stage)
		p->stage_ns = now;
	p->drawn_ns = now;
	p->stage = b->stage;
	memcpy(line, ERASE_LINE, sizeof(ERASE_LINE) - 1);
	n = render(b, (double)(now - p->stage_ns) / 1e9,
		   line + sizeof(ERASE_LINE) - 1);
	atomic_store(&p->on_screen, true);
	(void)os_write_full(STDERR_FILENO, line,
			    sizeof(ERASE_LINE) - 1 + (size_t)n);
}

void progress_clear(struct progress *p)
{
	if (atomic_exchange(&p->on_screen, false))
		(void)os_write_full(STDERR_FILENO, ERASE_LINE,
				    sizeof(ERASE_LINE) - 1);
}
