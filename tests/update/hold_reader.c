/*
 * A reader that stays: opens an index, says so, and waits for the end of its
 * input.  Then it reads all documents of what it opened, whatever has become of
 * the index meanwhile.
 *
 * usage: hold_reader INDEX        hold, and count the documents
 *        hold_reader INDEX sizes  bytes of the file, of them used, and segments
 */
#include <stdio.h>
#include <string.h>

#include "index_format/index_state.h"
#include "index_format/segment_reader.h"

static int fail(const struct scout_err *err)
{
	fprintf(stderr, "hold_reader: %s\n", err->msg);
	return 1;
}

static int print_sizes(const char *dir)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct index_state state;
	struct arena arena;
	int rc;

	arena_init(&arena, MEM_OTHER);
	rc = index_state_read(dir, &arena, &state, &err);
	arena_release(&arena);
	if (rc < 0)
		return fail(&err);
	printf("%llu %llu %llu\n", (unsigned long long)state.file_bytes,
	       (unsigned long long)state.used_bytes,
	       (unsigned long long)state.segments);
	return 0;
}

/* Every record and path of the snapshot, and its words' lines. */
static int read_all(struct index_snapshot *snap, uint64_t *out_docs,
		    struct scout_err *err)
{
	struct path_cache paths = { .stream = NULL };
	struct term_iter terms;
	struct doc_info info;
	int rc = SCOUT_OK;
	doc_id doc;
	size_t i;

	for (i = 0; i < snap->nsegments && rc >= 0; i++) {
		struct segment_reader *seg = &snap->segments[i];

		for (doc = 0; doc < seg->ndocs && rc >= 0; doc++) {
			rc = segment_doc(seg, doc, &paths, &info, err);
			*out_docs += !segment_is_deleted(seg, doc);
		}
		if (rc < 0)
			break;
		rc = term_iter_open(&terms, seg, span_of(NULL, 0), err);
		while (!rc)
			rc = term_iter_next(&terms, err);
		term_iter_close(&terms);
	}
	path_cache_release(&paths);
	return rc < 0 ? rc : SCOUT_OK;
}

int main(int argc, char **argv)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct index_snapshot *snap;
	uint64_t ndocs = 0;
	int rc;

	if (argc > 2 && !strcmp(argv[2], "sizes"))
		return print_sizes(argv[1]);
	if (argc < 2 || snapshot_open_checked(argv[1], &snap, &err) < 0)
		return fail(&err);
	printf("held\n");
	fflush(stdout);
	while (getchar() != EOF)
		;
	rc = read_all(snap, &ndocs, &err);
	snapshot_close(snap);
	if (rc < 0)
		return fail(&err);
	printf("%llu\n", (unsigned long long)ndocs);
	return 0;
}
