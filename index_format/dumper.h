/*
 * What the parts of a dump share: the open index, and text that is collected
 * and handed to the sink in big pieces.
 *
 * Errors of the sink and of memory are sticky: dumper_status tells.
 */
#ifndef SCOUT_INDEX_FORMAT_DUMPER_H
#define SCOUT_INDEX_FORMAT_DUMPER_H

#include "index_format/dump.h"
#include "index_format/manifest.h"
#include "index_format/segment_reader.h"

struct dumper {
	dump_sink_fn sink;
	void *sink_ctx;
	struct buf text;	/* not yet handed over */
	int failed;		/* SCOUT_OK or the first failure */
	struct index_snapshot *snap;
	struct arena arena;
	struct manifest manifest;	/* segments as in snap->segments */
};

/* SCOUT_OK, or why the dump should stop. */
int dumper_status(const struct dumper *d);

/* Append to the line at hand: text, readable bytes, a number, "\tname=number",
 * a hash. */
void dumper_put_str(struct dumper *d, const char *text);
void dumper_put_bytes(struct dumper *d, struct span bytes);
void dumper_put_u64(struct dumper *d, uint64_t v);
void dumper_put_field(struct dumper *d, const char *name, uint64_t v);
void dumper_put_hash(struct dumper *d, uint64_t hash);

/* Ends the line; now and then hands the text over. */
void dumper_end_line(struct dumper *d);
/* Hands over what is left. */
void dumper_flush(struct dumper *d);

#endif
