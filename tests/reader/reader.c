/* An independent reader: reads a whole index by the format page, checks it, and
 * prints what `scout-index dump --content` prints.
 *
 * usage: reader INDEX                the folder that has CURRENT
 *        reader --no-sums INDEX      heeds no checksum and prints none, to see
 *                                    what the other rules find
 *        reader --example INDEX      stored bytes in hex, for the page's
 * example
 *
 * Counts of what was met go to stderr.  Exits 1 at the first thing that the
 * page does not allow. */
#include "reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct counts counts;
int printing = 1;
int heeds_sums = 1;

/* --- the manifest */

static struct segment *segments;
static uint32_t nsegments;

static uint64_t read_list_of_strings(struct bytes *in, uint64_t most)
{
	uint64_t n = get_varint(in), i;

	need(n <= most, "too many strings");
	for (i = 0; i < n; i++) {
		struct bytes text = get_string(in);

		need(!memchr(text.at, 0, left(text)), "a NUL in a rule");
	}
	return n;
}

static void check_rules(struct bytes in)
{
	uint64_t nglobs;

	need(get_le(&in, 1) == 3, "the version of the rules");
	need(get_le(&in, 2) < 2048, "a reserved flag of the rules");
	get_le(&in, 8);
	nglobs = read_list_of_strings(&in, UINT64_MAX);
	read_list_of_strings(&in, UINT64_MAX);
	read_list_of_strings(&in, UINT64_MAX);
	read_list_of_strings(&in, 1);
	need(get_varint(&in) <= nglobs, "more globs without case than globs");
	need(get_varint(&in) <= UINT32_MAX + UINT64_C(1), "a depth too great");
	read_list_of_strings(&in, UINT64_MAX);
	need(in.at == in.end, "bytes after the rules");
}

static int is_relative_up(struct bytes root)
{
	for (; left(root) >= 2 && !memcmp(root.at, "..", 2); root.at++) {
		root.at += 2;
		if (root.at == root.end)
			return 1;
		if (*root.at != '/')
			return 0;
	}
	return 0;
}

static void read_segment(struct bytes *in, struct segment *seg)
{
	int i;

	seg->number = get_varint32(in);
	seg->ndocs = get_varint32(in);
	seg->ndeleted = get_varint32(in);
	seg->nwild = get_varint32(in);
	seg->ntouched = get_varint32(in);
	get_le(in, 8);
	seg->nwords = get_varint(in);
	seg->nterms = get_varint(in);
	seg->npostings = get_varint(in);
	seg->dict_blocks = get_varint32(in);
	seg->dict_bytes = get_varint(in);
	seg->dict_keys = get_le(in, 8);
	for (i = 0; i < NSTREAMS; i++) {
		seg->nchunks[i] = get_varint32(in);
		seg->stream_bytes[i] = get_varint(in);
	}
	need(seg->ndocs <= 4000000, "documents of a segment");
	need(seg->ndeleted <= seg->ndocs && seg->nwild <= seg->ndocs &&
		     seg->ntouched <= seg->ndocs,
	     "more marked documents than documents");
}

static void print_segment(const struct segment *seg)
{
	int i;

	put_text("segment\t");
	put_number(seg->number);
	put_text("\tdocuments=");
	put_number(seg->ndocs);
	put_text("\tdeleted=");
	put_number(seg->ndeleted);
	put_text("\twild=");
	put_number(seg->nwild);
	put_text("\twords=");
	put_number(seg->nwords);
	put_text("\tterms=");
	put_number(seg->nterms);
	put_text("\tpostings=");
	put_number(seg->npostings);
	put_text("\tblocks=");
	put_number(seg->dict_blocks);
	put_text("\tblock_bytes=");
	put_number(seg->dict_bytes);
	put_text("\tblock_keys=");
	put_hex(seg->dict_keys);
	put_text("\n");
	for (i = 0; i < NSTREAMS; i++) {
		put_text("stream\t");
		put_number(seg->number);
		put_text("\t");
		put_text(stream_names[i]);
		put_text("\tchunks=");
		put_number(seg->nchunks[i]);
		put_text("\tbytes=");
		put_number(seg->stream_bytes[i]);
		put_text("\n");
	}
}

static void read_manifest(void)
{
	struct bytes in, rules, unicode, root;
	uint32_t i;

	need(find_meta("manifest", -1, &in), "no manifest");
	need(!memcmp(get_bytes(&in, 8).at, "scoutidx", 8), "the magic");
	need(get_le(&in, 4) == 5, "the version");
	unicode = get_string(&in);
	need(left(unicode) == 6 && !memcmp(unicode.at, "15.0.0", 6),
	     "the version of Unicode");
	root = get_string(&in);
	need((left(root) && root.at[0] == '/') || is_relative_up(root),
	     "the root");
	rules = get_string(&in);
	check_rules(rules);
	get_le(&in, 8);
	nsegments = get_varint32(&in);
	need(nsegments <= 1048576, "the number of segments");
	put_text("format\tversion=5\nrules\t");
	put_escaped(rules);
	put_text("\n");
	segments = take_memory(nsegments, sizeof(*segments));
	for (i = 0; i < nsegments; i++) {
		read_segment(&in, &segments[i]);
		need(i == 0 || segments[i - 1].number < segments[i].number,
		     "numbers of segments that do not ascend");
		print_segment(&segments[i]);
	}
	need(in.at == in.end, "bytes after the manifest");
}

/* --- skip list and statistics */

static uint64_t skipped[13];

static void read_skipped(struct bytes *in, char *before, char *path)
{
	static const char *const names[] = {
		"",	  "hidden",	"ignored",
		"glob",	  "too large",	"symlink",
		"loop",	  "special",	"other file system",
		"binary", "unreadable", "vanished",
		"too deep"
	};
	uint32_t what = get_varint32(in), sys = get_varint32(in);
	struct bytes text = get_string(in);

	need(what / 4 >= 1 && what / 4 <= 12, "the reason of a skipped path");
	need(what / 4 == 10 || sys == 0, "an errno without its reason");
	need(left(text) > 0 && left(text) < 65536, "length of a skipped path");
	need(!memchr(text.at, 0, left(text)), "a NUL in a skipped path");
	memcpy(path, text.at, left(text));
	path[left(text)] = '\0';
	need(compare_paths(before, path) < 0,
	     "skipped paths that do not ascend");
	skipped[what / 4]++;
	put_text("skipped\t");
	put_text(names[what / 4]);
	put_text("\t");
	if (sys) {
		put_text("errno=");
		put_number(sys);
		put_text("\t");
	}
	put_escaped(text);
	put_text(what & 1 ? "/\n" : "\n");
	if (what & 2)
		get_bytes(in, 32);
}

static void read_skip_list(void)
{
	static char paths[2][65536];
	struct bytes in;
	uint64_t size = 1 << 20;
	int64_t part = 0;
	int turn = 0;

	for (; find_meta("skipped", part, &in); part++) {
		need(size >= 1 << 20, "a part before this one is below 1 MiB");
		size = left(in);
		need(size > 0, "an empty part");
		for (; in.at < in.end; turn = !turn)
			read_skipped(&in, paths[turn], paths[!turn]);
	}
	counts.skip_parts += (uint64_t)part;
}

static void check_stats(void)
{
	uint64_t figures[20], lines = 0, size = 0, n, i;
	uint64_t docs = 0, words = 0, terms = 0, postings = 0;
	uint32_t k, d;
	struct bytes in;
	int array;

	need(find_meta("stats", -1, &in), "no statistics");
	need(get_varint(&in) == 1, "version of the statistics");
	for (i = 0; i < 20; i++)
		figures[i] = get_varint(&in);
	for (array = 0; array < 3; array++) {
		n = get_varint(&in);
		for (i = 0; i < n; i++) {
			uint64_t v = get_varint(&in);

			need(array != 0 || v == (i < 13 ? skipped[i] : 0),
			     "how many were skipped");
			need(array != 1 || i != 7 || v == 0, "stage 7");
		}
	}
	need(in.at == in.end, "bytes after the statistics");
	for (k = 0; k < nsegments; k++) {
		docs += segments[k].ndocs - segments[k].ndeleted;
		words += segments[k].nwords;
		terms += segments[k].nterms;
		postings += segments[k].npostings;
		for (d = 0; d < segments[k].ndocs; d++) {
			if (is_deleted(&segments[k], d))
				continue;
			lines += segments[k].docs[d].lines;
			size += segments[k].docs[d].size;
		}
	}
	need(figures[0] == docs, "files in the statistics");
	need(figures[1] == size, "bytes in the statistics");
	need(figures[2] == lines, "lines in the statistics");
	need(figures[3] == words, "words in the statistics");
	need(figures[4] == terms, "terms in the statistics");
	need(figures[5] == postings, "postings in the statistics");
	need(figures[6] == nsegments, "segments in the statistics");
}

/* --- all of it */

static void print_block_hashes(const struct segment *seg)
{
	uint32_t i;

	for (i = 0; i < seg->dict_blocks; i++) {
		put_text("block\t");
		put_number(seg->number);
		put_text("\t");
		put_escaped(seg->keys[i]);
		put_text("\tbytes=");
		put_number(left(seg->blocks[i]));
		put_text("\txxh3=");
		put_hex(hash(seg->blocks[i], 0));
		put_text("\n");
	}
}

static void print_chunk_hashes(const struct segment *seg)
{
	uint32_t i;
	int k;

	for (k = 0; k < NSTREAMS; k++) {
		/* These have times and inodes in them. */
		if (k == DOCUMENT_TABLE)
			continue;
		for (i = 0; i < seg->nchunks[k]; i++) {
			put_text("chunk\t");
			put_number(seg->number);
			put_text("\t");
			put_text(stream_names[k]);
			put_text("\tchunk=");
			put_number(i);
			put_text("\tbytes=");
			put_number(left(seg->chunks[k][i]));
			put_text("\txxh3=");
			put_hex(hash(seg->chunks[k][i], 0));
			put_text("\n");
		}
	}
}

static int compare_path_pointers(const void *a, const void *b)
{
	return compare_paths(*(char *const *)a, *(char *const *)b);
}

/* A path that is not deleted is in one segment only. */
static void check_paths_once(void)
{
	uint32_t i, d, n = 0, k = 0;
	char **paths;

	for (i = 0; i < nsegments; i++)
		n += segments[i].ndocs - segments[i].ndeleted;
	snprintf(where, sizeof(where), "all segments");
	paths = take_memory(n, sizeof(*paths));
	for (i = 0; i < nsegments; i++)
		for (d = 0; d < segments[i].ndocs; d++)
			if (!is_deleted(&segments[i], d))
				paths[k++] = segments[i].docs[d].path;
	qsort(paths, n, sizeof(*paths), compare_path_pointers);
	for (k = 1; k < n; k++)
		need(compare_paths(paths[k - 1], paths[k]) != 0,
		     "a path that is in two segments");
}

static void read_index(void)
{
	uint32_t i;

	read_manifest();
	for (i = 0; i < nsegments; i++) {
		read_segment_values(&segments[i]);
		read_documents(&segments[i]);
		print_documents(&segments[i]);
	}
	check_paths_once();
	read_skip_list();
	for (i = 0; i < nsegments; i++)
		read_dictionary(&segments[i]);
	for (i = 0; i < nsegments; i++)
		read_line_maps(&segments[i]);
	check_stats();
	check_totals(segments, nsegments);
	for (i = 0; heeds_sums && i < nsegments; i++)
		print_block_hashes(&segments[i]);
	for (i = 0; heeds_sums && i < nsegments; i++)
		print_chunk_hashes(&segments[i]);
	put_flush();
}

static void print_counts(void)
{
	const struct {
		const char *name;
		uint64_t n;
	} all[] = {
		{ "inline", counts.inlines },
		{ "repeat", counts.repeats },
		{ "short", counts.shorts },
		{ "blocks", counts.block_terms },
		{ "packed", counts.packed },
		{ "bitset", counts.bitsets },
		{ "last_run", counts.short_last },
		{ "exceptions", counts.exceptions },
		{ "before", counts.before },
		{ "groups", counts.groups },
		{ "several_groups", counts.several_groups },
		{ "odd_groups", counts.odd_groups },
		{ "line_records", counts.records },
		{ "several_records", counts.several_records },
		{ "line_offsets", counts.record_groups },
		{ "path_blocks", counts.path_blocks },
		{ "filter_groups", counts.filter_groups },
		{ "chunk_turns", counts.chunk_turns },
		{ "skip_parts", counts.skip_parts },
		{ "overlong", counts.flags[0] },
		{ "wild", counts.flags[1] },
		{ "reordered", counts.flags[2] },
		{ "utf16", counts.flags[3] },
		{ "bom", counts.flags[4] },
		{ "packed_docs", counts.flags[5] },
		{ "deleted", counts.deleted },
		{ "segments", nsegments },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		fprintf(stderr, "%s=%" PRIu64 "\n", all[i].name, all[i].n);
}

static void print_bytes(const char *name, struct bytes in)
{
	printf("%s:", name);
	for (; in.at < in.end; in.at++)
		printf(" %02x", *in.at);
	printf("\n");
}

/* The values that the page shows: of the first segment, in full. */
static void print_example(void)
{
	struct segment *seg = segments;
	int i;

	need(nsegments == 1 && seg->dict_blocks == 1, "not the example");
	print_bytes("dict", seg->blocks[0]);
	for (i = 0; i < NSTREAMS; i++)
		if (seg->nchunks[i] == 1)
			print_bytes(stream_names[i], seg->chunks[i][0]);
}

int main(int argc, char **argv)
{
	int is_example = argc == 3 && !strcmp(argv[1], "--example");

	heeds_sums = !(argc == 3 && !strcmp(argv[1], "--no-sums"));
	if (argc != 2 + (is_example || !heeds_sums)) {
		fprintf(stderr,
			"usage: reader [--no-sums | --example] INDEX\n");
		return 2;
	}
	printing = !is_example;
	open_store(argv[argc - 1]);
	read_index();
	if (is_example)
		print_example();
	else
		print_counts();
	return 0;
}
