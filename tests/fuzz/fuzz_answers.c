/*
 * Any query, asked of an index and by brute force: the planner, the index and what
 * confirms its candidates must give the answer that reading every file gives.
 * Input: a byte of settings (case mode, scope, form, detail), then the query.
 *
 * The texts are the same for all inputs: small ones, with words that are spelt in
 * several ways, marks, scripts without spaces, bytes that are not UTF-8.  They are
 * indexed when the process begins, in segments of three files; the index is
 * trusted two seconds later, when the files are old enough.
 */
#include "fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/indexer.h"
#include "query/query.h"

enum { SETTLE_US = 2300000, QUERY_MAX = 300, PATHS_MAX = 64 };

static const char *const texts[] = {
	"foo bar baz\nfoo_bar fooBar FOO\n\nlock(x); unlock(&y) // ->lock\n",
	"bar foo\nbaz\nfoobar 0x1f3a 0xdeadbeef\nv1_driver v22_driver\n",
	"caf\xc3\xa9 cafe\xcc\x81 cafe CAF\xc3\x89\nstra\xc3\x9f" "e STRASSE\n",
	"\xe6\x9d\xb1\xe4\xba\xac bar\n\xe3\x81\x8b\xe3\x82\x99 x\xc2\xb2 \xc2\xbd\n",
	"a b c a b\nb a\nc b a a\na  x  b\nz\n",
	"so\xc2\xad" "ft zero\xe2\x80\x8dwidth \xe2\x84\xaa k K\xc5\xbf s\n",
	"bad \xff foo\n\xc3 bar\xf0\x9f\nfoo\xff" "bar a\xe3\x81",
	"one\r\ntwo foo\r\n\r\nthree\rfour",
	"",
	"\n\n\nfoo\n",
	"parseHTTPHeader2 foo2bar usb_submit_urb Foo_Bar\nx y\n",
	"near and or not NEAR AND a-b::c /usr/lib *.c (foo)",
};

enum { NTEXTS = sizeof(texts) / sizeof(texts[0]) };

static char folder[PATHS_MAX], tree[PATHS_MAX + 8], index_dir[PATHS_MAX + 8];
static struct scout_index *the_index;

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void clean_up(void)
{
	scout_index_close(the_index);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void write_texts(void)
{
	char path[2 * PATHS_MAX];
	size_t i, len;
	FILE *f;

	SCOUT_ASSERT(mkdir(tree, 0700) == 0);
	snprintf(path, sizeof(path), "%s/d", tree);
	SCOUT_ASSERT(mkdir(path, 0700) == 0);
	for (i = 0; i < NTEXTS; i++) {
		snprintf(path, sizeof(path), "%s/%sf%zu.%s", tree,
			 i % 3 ? "" : "d/", i, i % 2 ? "c" : "txt");
		f = fopen(path, "w");
		SCOUT_ASSERT(f);
		len = strlen(texts[i]);
		SCOUT_ASSERT(fwrite(texts[i], 1, len, f) == len);
		SCOUT_ASSERT(fclose(f) == 0);
	}
}

static void make_index(void)
{
	struct walk_rules rules = WALK_RULES_INIT;
	struct build_options o = BUILD_OPTIONS_INIT;
	struct scout_err err = SCOUT_ERR_INIT;
	struct build_report report;

	snprintf(folder, sizeof(folder), "/tmp/scout-fuzz-XXXXXX");
	SCOUT_ASSERT(mkdtemp(folder));
	snprintf(tree, sizeof(tree), "%s/tree", folder);
	snprintf(index_dir, sizeof(index_dir), "%s/index", folder);
	write_texts();
	o.root = tree;
	o.index_dir = index_dir;
	o.rules = &rules;
	o.nthreads = 1;
	o.segment_docs = 3;
	usleep(SETTLE_US);
	SCOUT_ASSERT(scout_build(&o, &report, &err) == SCOUT_OK);
	build_report_release(&report);
	SCOUT_ASSERT(scout_index_open(index_dir, &the_index, &err) == SCOUT_OK);
	atexit(clean_up);
}

/* --- An answer, as text -------------------------------------------------- */

static int begin_file(void *ctx, const struct scout_file *file)
{
	buf_printf(ctx, "%.*s\n", (int)file->path.len,
		   (const char *)file->path.ptr);
	return SCOUT_OK;
}

static int put_line(void *ctx, const struct scout_file *file,
		    const struct scout_line *line)
{
	size_t i;

	(void)file;
	buf_printf(ctx, " %llu:", (unsigned long long)line->number);
	for (i = 0; i < line->nsubmatches; i++)
		buf_printf(ctx, " %u-%u", line->submatches[i].start,
			   line->submatches[i].end);
	buf_put_str(ctx, "\n");
	return SCOUT_OK;
}

static int end_file(void *ctx, const struct scout_file *file)
{
	buf_printf(ctx, " lines %llu\n", (unsigned long long)file->nlines);
	return SCOUT_OK;
}

static int ask(struct span text, struct query_options *options, bool brute,
	       struct buf *out, uint64_t *cut_short)
{
	const struct scout_sink sink = { .ctx = out, .begin_file = begin_file,
					 .line = put_line,
					 .end_file = end_file };
	struct scout_query_stats stats = { 0 };
	struct scout_err err = SCOUT_ERR_INIT;
	struct scout_query *query = NULL;
	int rc;

	options->brute = brute;
	rc = scout_query_new(text, options, &query, &err);
	if (!rc)
		rc = scout_query_run(query, the_index, NULL, &sink, &stats,
				     &err);
	SCOUT_ASSERT(rc == SCOUT_OK || rc == SCOUT_E_SYNTAX ||
		     rc == SCOUT_E_LIMIT);
	*cut_short += stats.truncated_files;
	scout_query_free(query);
	return rc;
}

static void compare(struct span text, struct query_options *options)
{
	struct buf by_index = BUF_INIT(MEM_OTHER), by_brute = BUF_INIT(MEM_OTHER);
	uint64_t cut_short = 0;
	int rc[2];

	rc[0] = ask(text, options, false, &by_index, &cut_short);
	rc[1] = ask(text, options, true, &by_brute, &cut_short);
	if (rc[0] != SCOUT_E_LIMIT && rc[1] != SCOUT_E_LIMIT && !cut_short &&
	    (rc[0] != rc[1] || by_index.len != by_brute.len ||
	     (by_index.len &&
	      memcmp(by_index.ptr, by_brute.ptr, by_index.len)))) {
		fprintf(stderr, "%.*s\nindex (%d):\n%.*s\nbrute (%d):\n%.*s\n",
			(int)text.len, (const char *)text.ptr, rc[0],
			(int)by_index.len, (const char *)by_index.ptr, rc[1],
			(int)by_brute.len, (const char *)by_brute.ptr);
		SCOUT_ASSERT(!"the index answers as its files do");
	}
	buf_release(&by_index);
	buf_release(&by_brute);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(data, size);
	struct query_options options = QUERY_OPTIONS_INIT;
	unsigned settings = (unsigned)fuzz_number(&text, 1);

	if (text.len > QUERY_MAX)
		return 0;
	if (!the_index)
		make_index();
	options.parse.case_mode = (enum case_mode)(settings % 4);
	options.by_line = settings >> 2 & 1;
	options.parse.form = (enum query_form)((settings >> 3 & 3) % 3);
	options.detail = settings >> 5 & 1 ? DETAIL_LINES : DETAIL_TEXT;
	options.nthreads = 1;
	compare(text, &options);
	return 0;
}
