/*
 * Whole builds of a made-up tree: whatever the threads, the budget and the size
 * of segments, the index holds exactly the words of the files.
 */
#include "random_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/pool.h"
#include "index_format/fold.h"
#include "index_format/index_stats.h"
#include "index_format/inspect.h"
#include "index_format/segment_reader.h"
#include "indexer/indexer.h"
#include "indexer/lock.h"
#include "plain_words.h"

enum { SMALL_FILES = 220, MANY_WORDS = 60000, TREE_PATH_MAX = 96 };

struct tree_file {
	char path[TREE_PATH_MAX];
	struct span bytes;	/* on disk */
	struct plain_text text;	/* its words and lines */
	struct span decoded;	/* what the words' offsets are of */
	uint16_t flags;
};

/* A word of the tree, as it is compared. */
struct entry {
	struct span term;
	uint32_t doc;
	uint32_t pos;
};

struct tree {
	char dir[TEMP_DIR_MAX];	/* holds root and the indexes */
	char root[TEMP_DIR_MAX + 8];
	struct arena arena;
	struct tree_file *files;	/* in path order */
	uint32_t nfiles, cap;
	struct entry *entries;	/* by term, document, position */
	size_t nentries;
	uint64_t nterms, npostings;
};

/* --- the tree and its model */

static struct tree_file *add_file(struct tree *t, const char *path,
				  struct span bytes, size_t bom_bytes,
				  struct span decoded)
{
	struct tree_file *f = &t->files[t->nfiles++];

	assert_true(t->nfiles <= t->cap);
	snprintf(f->path, sizeof(f->path), "%s", path);
	f->bytes = span_of(arena_dup(&t->arena, bytes.ptr, bytes.len),
			   bytes.len);
	if (decoded.ptr)
		f->decoded = span_of(arena_dup(&t->arena, decoded.ptr,
					       decoded.len), decoded.len);
	else
		f->decoded = span_of(f->bytes.ptr + bom_bytes,
				     bytes.len - bom_bytes);
	plain_text_init(&f->text);
	plain_text_find(&f->text, f->decoded);
	write_file(t->root, path, bytes);
	return f;
}

static struct tree_file *add_plain(struct tree *t, const char *path,
				   const char *text)
{
	return add_file(t, path, span_str(text), 0, span_of(NULL, 0));
}

static void add_small_files(struct tree *t, struct rng *r)
{
	struct buf text = BUF_INIT(MEM_OTHER);
	char path[TREE_PATH_MAX];
	uint32_t i;

	for (i = 0; i < SMALL_FILES; i++) {
		buf_clear(&text);
		random_words_put(r, i % 3 ? 300 : 20000, rng_below(r, 300),
				 &text);
		/* names that tell path order from the order of bytes */
		snprintf(path, sizeof(path), "%c%s/d%u/f%u.c", 'a' + i % 5,
			 i % 2 ? "-x" : "", i / 60, i);
		add_file(t, path, buf_span(&text), 0, span_of(NULL, 0));
	}
	buf_release(&text);
}

/* Larger than a reading window, than a table of words, than a run. */
static void add_large_files(struct tree *t, struct rng *r)
{
	struct buf text = BUF_INIT(MEM_OTHER);
	uint32_t i;

	random_words_put(r, 500, 50000, &text);
	add_file(t, "large/repeated.txt", buf_span(&text), 0,
		 span_of(NULL, 0));
	buf_clear(&text);
	for (i = 0; i < MANY_WORDS; i++)
		buf_printf(&text, "id_%x_%x%s", (unsigned)rng_next(r), i,
			   i % 7 ? " " : " common\n");
	add_file(t, "large/distinct.txt", buf_span(&text), 0,
		 span_of(NULL, 0));
	/* a word longer than a window, and words right after it */
	buf_clear(&text);
	buf_put_str(&text, "before ");
	for (i = 0; i < 700000; i++)
		buf_put_u8(&text, 'G');
	for (i = 0; i < 50; i++)
		buf_put_str(&text, "\xe6\x9d\xb1");
	buf_put_str(&text, "\nafter it\n");
	add_file(t, "large/giant.txt", buf_span(&text), 0,
		 span_of(NULL, 0))->flags = DOC_OVERLONG;
	buf_clear(&text);
	for (i = 0; i < 300000; i++)
		buf_put_u8(&text, '\n');
	buf_put_str(&text, "end");
	add_file(t, "large/lines.txt", buf_span(&text), 0, span_of(NULL, 0));
	buf_release(&text);
}

static void put_utf16(struct buf *out, struct span text)
{
	const uint8_t *p = text.ptr, *end = text.ptr + text.len;
	int32_t cp;

	buf_put(out, "\xff\xfe", 2);
	while (p < end) {
		p += utf8_decode(p, end, &cp);
		assert_true(cp >= 0 && cp < 0x10000);
		buf_put_le16(out, (uint16_t)cp);
	}
}

static void add_odd_files(struct tree *t, struct rng *r)
{
	struct buf text = BUF_INIT(MEM_OTHER), wide = BUF_INIT(MEM_OTHER);

	add_plain(t, "empty", "");
	add_plain(t, "no-newline", "one two\nthree");
	add_plain(t, "no-words", "-> ++ {};\n\n***");
	add_plain(t, "invalid", "a\xff" "b\n\xc3\xa9\xc3 x\n");
	add_plain(t, "reordered", "e\xcc\x81\xcc\xa3\n")->flags = DOC_REORDERED;
	add_file(t, "bom", span_str("\xef\xbb\xbf" "first word\n"), 3,
		 span_of(NULL, 0))->flags = DOC_BOM;
	random_words_put(r, 100, 3000, &text);
	put_utf16(&wide, buf_span(&text));
	add_file(t, "utf16", buf_span(&wide), 0, buf_span(&text));
	buf_release(&text);
	buf_release(&wide);
}

static int cmp_files(const void *a, const void *b)
{
	return path_cmp(span_str(((const struct tree_file *)a)->path),
			span_str(((const struct tree_file *)b)->path));
}

static int cmp_entries(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int c = span_cmp(a->term, b->term);

	if (c)
		return c;
	if (a->doc != b->doc)
		return a->doc < b->doc ? -1 : 1;
	return a->pos < b->pos ? -1 : a->pos > b->pos;
}

/* Flags that follow from the words; those of the encoding are given. */
static uint16_t word_flags(const struct kept_word *k)
{
	return (uint16_t)((k->is_cut ? DOC_OVERLONG : 0) |
			  (k->is_wild ? DOC_WILD : 0) |
			  (k->reordered ? DOC_REORDERED : 0));
}

static void make_entries(struct tree *t)
{
	struct kept_word k;
	uint32_t doc, pos;
	size_t n = 0, i;

	for (doc = 0; doc < t->nfiles; doc++)
		t->nentries += plain_text_nwords(&t->files[doc].text);
	t->entries = scout_calloc(MEM_OTHER, t->nentries, sizeof(*t->entries));
	assert_non_null(t->entries);
	for (doc = 0; doc < t->nfiles; doc++) {
		struct tree_file *f = &t->files[doc];

		for (pos = 0; pos < plain_text_nwords(&f->text); pos++) {
			const struct plain_word *w =
				plain_text_word(&f->text, pos);

			fold_kept(span_of(f->decoded.ptr + w->start,
					  (size_t)w->len), &k);
			f->flags |= word_flags(&k);
			t->entries[n++] = (struct entry){
				span_of(arena_dup(&t->arena, k.bytes, k.len),
					k.len), doc, pos
			};
		}
	}
	assert_int_equal(n, t->nentries);
	qsort(t->entries, n, sizeof(*t->entries), cmp_entries);
	for (i = 0; i < n; i++) {
		const struct entry *e = &t->entries[i];
		bool new_term = !i || !span_eq(e->term, e[-1].term);

		t->nterms += new_term;
		t->npostings += new_term || e->doc != e[-1].doc;
	}
}

static int setup(void **state)
{
	static struct tree t;
	struct rng r;
	uint32_t i;

	rng_init(&r, 140);
	temp_dir_make(t.dir);
	snprintf(t.root, sizeof(t.root), "%s/root", t.dir);
	assert_int_equal(mkdir(t.root, 0700), 0);
	arena_init(&t.arena, MEM_OTHER);
	t.cap = SMALL_FILES + 20;
	t.files = scout_calloc(MEM_OTHER, t.cap, sizeof(*t.files));
	assert_non_null(t.files);
	add_small_files(&t, &r);
	add_large_files(&t, &r);
	add_odd_files(&t, &r);
	for (i = 0; i < t.nfiles; i++)
		if (!strcmp(t.files[i].path, "utf16"))
			t.files[i].flags |= DOC_UTF16;
	qsort(t.files, t.nfiles, sizeof(*t.files), cmp_files);
	make_entries(&t);
	/* and what is not indexed */
	write_file(t.root, "binary", span_of("ELF\0words", 9));
	write_file(t.root, "a/.hidden", span_str("hidden words\n"));
	write_file(t.root, ".git/config", span_str("[core]\n"));
	write_file(t.root, ".gitignore", span_str("*.o\n"));
	write_file(t.root, "a/x.o", span_str("ignored\n"));
	*state = &t;
	return 0;
}

static int teardown(void **state)
{
	struct tree *t = *state;
	uint32_t i;

	for (i = 0; i < t->nfiles; i++)
		plain_text_release(&t->files[i].text);
	scout_free(t->files);
	scout_free(t->entries);
	arena_release(&t->arena);
	temp_dir_remove(t->dir);
	return 0;
}

/* --- an index against the model */

static void check_posting(struct posting_cursor *c, const struct entry **e,
			  const struct entry *end, uint32_t first_doc)
{
	const term_pos *pos;
	uint32_t n, i, doc = (*e)->doc;
	struct span term = (*e)->term;

	assert_int_equal(posting_next(c), SCOUT_OK);
	assert_int_equal(c->doc + first_doc, doc);
	assert_int_equal(posting_positions(c, &pos, &n), SCOUT_OK);
	for (i = 0; i < n; i++, ++*e)
		if (*e == end || (*e)->doc != doc || (*e)->pos != pos[i] ||
		    !span_eq((*e)->term, term))
			fail_msg("position %u of '%.*s' in document %u", i,
				 (int)term.len, (const char *)term.ptr, doc);
}

/* The words of a segment whose documents are first_doc and those after it. */
static void check_words(struct segment_reader *seg, const struct entry *e,
			size_t n, uint32_t first_doc)
{
	const struct entry *end = e + n;
	struct posting_cursor *c = scout_malloc(MEM_OTHER, sizeof(*c));
	struct term_info info;
	struct term_iter it;
	size_t nterms = 0;

	assert_non_null(c);
	assert_int_equal(term_iter_open(&it, seg, span_of(NULL, 0), NULL),
			 SCOUT_OK);
	while (e < end) {
		const struct entry *first = e;
		uint32_t i;

		assert_int_equal(term_iter_next(&it, NULL), SCOUT_OK);
		if (!span_eq(it.term, e->term))
			fail_msg("'%.*s' instead of '%.*s'", (int)it.term.len,
				 (const char *)it.term.ptr, (int)e->term.len,
				 (const char *)e->term.ptr);
		assert_int_equal(posting_cursor_init(c, seg, &it.info),
				 SCOUT_OK);
		for (i = 0; i < it.info.df; i++)
			check_posting(c, &e, end, first_doc);
		assert_int_equal(posting_next(c), SCOUT_END);
		assert_int_equal(it.info.cf, e - first);
		posting_cursor_release(c);
		if (nterms++ % 97 == 0) {
			assert_int_equal(segment_find_term(seg, first->term,
							   &info, NULL),
					 SCOUT_OK);
			assert_int_equal(info.cf, it.info.cf);
		}
	}
	assert_int_equal(term_iter_next(&it, NULL), SCOUT_END);
	term_iter_close(&it);
	scout_free(c);
}

static void check_lines(struct segment_reader *seg, const struct doc_info *doc,
			const struct tree_file *f, struct rng *r)
{
	struct line_cursor *c = scout_malloc(MEM_OTHER, sizeof(*c));
	const struct plain_line *l;
	uint32_t i, at;

	assert_non_null(c);
	assert_int_equal(doc->nlines, plain_text_nlines(&f->text));
	assert_int_equal(segment_lines(seg, doc, c, NULL), SCOUT_OK);
	for (i = 0; i < 40 && doc->nlines; i++) {
		if (i % 2 && doc->nwords) {
			at = rng_below(r, doc->nwords);
			assert_int_equal(line_cursor_seek_word(c, at),
					 SCOUT_OK);
			at = (uint32_t)plain_text_word(&f->text, at)->line;
		} else {
			at = rng_below(r, doc->nlines);
			assert_int_equal(line_cursor_seek_line(c, at),
					 SCOUT_OK);
		}
		l = plain_text_line(&f->text, at);
		assert_int_equal(c->line, at);
		assert_int_equal(c->first_word, l->first_word);
		l = plain_text_line(&f->text, (size_t)c->known_line);
		assert_int_equal(c->known_offset, l->start);
	}
	scout_free(c);
}

static void check_docs(struct segment_reader *seg, const struct tree_file *files,
		       struct rng *r)
{
	struct path_cache paths = { 0 };
	uint64_t nwords = 0;
	doc_id doc;

	for (doc = 0; doc < seg->ndocs; doc++) {
		const struct tree_file *f = &files[doc];
		struct hash128 hash = scout_hash128(f->bytes.ptr, f->bytes.len);
		struct doc_info info;

		assert_int_equal(segment_doc(seg, doc, &paths, &info, NULL),
				 SCOUT_OK);
		assert_true(span_eq(info.path, span_str(f->path)));
		assert_int_equal(info.size_bytes, f->bytes.len);
		assert_int_equal(info.nwords, plain_text_nwords(&f->text));
		assert_true(info.content_hash.lo == hash.lo &&
			    info.content_hash.hi == hash.hi);
		if (info.flags != f->flags)
			fail_msg("%s has flags %x", f->path, info.flags);
		check_lines(seg, &info, f, r);
		nwords += info.nwords;
	}
	assert_int_equal(seg->nwords, nwords);
	path_cache_release(&paths);
}

/* Documents [first, first + n) as one index of their own. */
static void check_segment(struct segment_reader *seg, const struct tree *t,
			  uint32_t first, uint32_t n, struct rng *r)
{
	struct entry *part;
	size_t npart = 0, i;

	assert_int_equal(seg->ndocs, n);
	part = scout_calloc(MEM_OTHER, t->nentries, sizeof(*part));
	assert_non_null(part);
	for (i = 0; i < t->nentries; i++)
		if (t->entries[i].doc - first < n)
			part[npart++] = t->entries[i];
	check_words(seg, part, npart, first);
	check_docs(seg, t->files + first, r);
	scout_free(part);
}

static void check_index(const char *index_dir, const struct tree *t,
			uint32_t segment_docs)
{
	/* a file that is read and then skipped counts for its segment */
	uint32_t per = segment_docs ? segment_docs : t->nfiles + 1;
	struct index_snapshot *snap;
	struct scout_err err = SCOUT_ERR_INIT;
	char real[4096];
	uint32_t at = 0, n;
	struct rng r;
	size_t i;

	rng_init(&r, 141);
	if (snapshot_open(index_dir, &snap, &err) < 0)
		fail_msg("%s", err.msg);
	assert_non_null(realpath(t->root, real));
	assert_string_equal(snap->root, real);
	assert_true(snap->nsegments >= t->nfiles / per);
	for (i = 0; i < snap->nsegments; i++) {
		n = snap->segments[i].ndocs;
		assert_true(n <= per);
		assert_true(at + n <= t->nfiles);
		check_segment(&snap->segments[i], t, at, n, &r);
		at += n;
	}
	assert_int_equal(at, t->nfiles);
	snapshot_close(snap);
}

/* --- builds */

static void index_path(const struct tree *t, const char *name,
		       char out[TEMP_DIR_MAX + 16])
{
	snprintf(out, TEMP_DIR_MAX + 16, "%s/%s", t->dir, name);
}

static void build(const struct build_options *o, struct build_report *report)
{
	struct scout_err err = SCOUT_ERR_INIT;

	if (scout_build(o, report, &err) < 0)
		fail_msg("%s", err.msg);
}

static void check_stats(const struct index_stats *s, const struct tree *t)
{
	uint64_t lines = 0, bytes = 0;
	uint32_t i;

	for (i = 0; i < t->nfiles; i++) {
		lines += plain_text_nlines(&t->files[i].text);
		bytes += t->files[i].bytes.len;
	}
	assert_int_equal(s->files, t->nfiles);
	assert_int_equal(s->words, t->nentries);
	assert_int_equal(s->lines, lines);
	assert_int_equal(s->text_bytes, bytes);
	assert_int_equal(s->postings, t->npostings);
	if (s->segments == 1)
		assert_int_equal(s->terms, t->nterms);
	assert_int_equal(s->skipped[SKIP_BINARY], 1);
	assert_int_equal(s->skipped[SKIP_IGNORED], 1);
}

static void check_build(struct tree *t, unsigned nthreads,
			uint64_t memory_bytes, uint32_t segment_docs)
{
	struct walk_rules rules = WALK_RULES_INIT;
	struct build_options o = BUILD_OPTIONS_INIT;
	struct build_report report;
	struct index_stats stored;
	struct arena arena;
	char dir[TEMP_DIR_MAX + 16];

	index_path(t, "index", dir);
	o.root = t->root;
	o.index_dir = dir;
	o.rules = &rules;
	o.nthreads = nthreads;
	o.memory_bytes = memory_bytes;
	o.segment_docs = segment_docs;
	build(&o, &report);
	assert_int_equal(report.stats->threads, nthreads);
	/* the least budget is less than the tree takes; of two threads, one
	 * may get most of it */
	if (memory_bytes == BUILD_MIN_MEMORY && nthreads == 1 && !segment_docs)
		assert_true(report.stats->runs > nthreads);
	check_stats(report.stats, t);
	check_index(dir, t, segment_docs);
	arena_init(&arena, MEM_OTHER);
	assert_int_equal(scout_inspect_stats(dir, &arena, &stored, NULL),
			 SCOUT_OK);
	check_stats(&stored, t);
	assert_int_equal(stored.segments, report.stats->segments);
	arena_release(&arena);
	build_report_release(&report);
	build_report_release(&report);
}

static void test_one_thread(void **state)
{
	check_build(*state, 1, BUILD_MIN_MEMORY, 0);
}

static void test_two_threads(void **state)
{
	check_build(*state, 2, BUILD_MIN_MEMORY, 0);
}

static void test_seven_threads(void **state)
{
	check_build(*state, 7, 4 * (uint64_t)BUILD_MIN_MEMORY, 0);
}

static void test_more_memory(void **state)
{
	check_build(*state, 2, 512 << 20, 0);
}

static void test_segments(void **state)
{
	check_build(*state, 1, BUILD_MIN_MEMORY, 50);
	check_build(*state, 7, 4 * (uint64_t)BUILD_MIN_MEMORY, 33);
}

/* Nothing is left of the runs, nor of earlier generations. */
static void test_left_over(void **state)
{
	struct tree *t = *state;
	char dir[TEMP_DIR_MAX + 16], command[TEMP_DIR_MAX + 64];
	char names[256] = "";
	size_t n;
	FILE *p;

	index_path(t, "index", dir);
	snprintf(command, sizeof(command), "ls '%s' | sed s/-.*//", dir);
	p = popen(command, "r");
	assert_non_null(p);
	n = fread(names, 1, sizeof(names) - 1, p);
	names[n] = 0;
	pclose(p);
	assert_string_equal(names, "CACHEDIR.TAG\nCURRENT\ngen\nlock\n");
}

/* --- a little tree of its own */

struct little {
	char dir[TEMP_DIR_MAX];		/* the tree */
	char index[TEMP_DIR_MAX + 16];	/* beside it */
	struct walk_rules rules;
	struct build_options options;
};

static void little_make(struct little *l)
{
	memset(l, 0, sizeof(*l));
	temp_dir_make(l->dir);
	write_file(l->dir, "a.txt", span_str("alpha beta\n"));
	write_file(l->dir, "b/c.txt", span_str("beta gamma\n"));
	write_file(l->dir, "d.txt", span_str("delta\n"));
	write_file(l->dir, "z.bin", span_of("beta\0", 5));
	write_file(l->dir, ".dot", span_str("beta\n"));
	snprintf(l->index, sizeof(l->index), "%s.index", l->dir);
	l->options.root = l->dir;
	l->options.index_dir = l->index;
	l->options.rules = &l->rules;
	l->options.nthreads = 2;
}

static void little_drop(struct little *l)
{
	temp_dir_remove(l->dir);
	temp_dir_remove(l->index);
}

static struct index_snapshot *little_open(struct little *l)
{
	struct index_snapshot *snap;
	struct scout_err err = SCOUT_ERR_INIT;

	if (snapshot_open(l->index, &snap, &err) < 0)
		fail_msg("%s", err.msg);
	return snap;
}

/* Documents with a word, -1 if it is in none. */
static int df_of(struct index_snapshot *snap, const char *word)
{
	struct term_info info;

	if (segment_find_term(&snap->segments[0], span_str(word), &info, NULL))
		return -1;
	return (int)info.df;
}

/* By default the index lies in the folder, and is not indexed itself. */
static void test_default_place(void **state)
{
	struct build_report report;
	struct index_snapshot *snap;
	struct little l;
	int i;

	(void)state;
	little_make(&l);
	l.options.index_dir = NULL;
	snprintf(l.index, sizeof(l.index), "%s/.scout", l.dir);
	l.rules.hidden = true;
	for (i = 0; i < 2; i++) {
		build(&l.options, &report);
		assert_int_equal(report.stats->files, 4);
		build_report_release(&report);
	}
	snap = little_open(&l);
	assert_string_equal(snap->root, l.dir);
	assert_true(snap->rules.hidden);
	assert_int_equal(snap->nsegments, 1);
	assert_int_equal(df_of(snap, "beta"), 3);
	assert_int_equal(df_of(snap, "alpha"), 1);
	assert_int_equal(df_of(snap, "epsilon"), -1);
	snapshot_close(snap);
	little_drop(&l);
}

static void test_binary(void **state)
{
	struct build_report report;
	struct index_snapshot *snap;
	struct little l;

	(void)state;
	little_make(&l);
	build(&l.options, &report);
	assert_int_equal(report.stats->files, 3);
	assert_int_equal(report.stats->skipped[SKIP_BINARY], 1);
	assert_int_equal(report.stats->skipped[SKIP_HIDDEN], 1);
	build_report_release(&report);
	snap = little_open(&l);
	assert_int_equal(df_of(snap, "beta"), 2);
	snapshot_close(snap);
	l.rules.include_binary = true;
	build(&l.options, &report);
	assert_int_equal(report.stats->files, 4);
	build_report_release(&report);
	snap = little_open(&l);
	assert_int_equal(df_of(snap, "beta"), 3);
	snapshot_close(snap);
	little_drop(&l);
}

static int note_skipped(void *ctx, struct span path, enum skip_reason reason,
			bool is_dir, int detail)
{
	(void)is_dir;
	(void)detail;
	buf_put_span(ctx, path);
	buf_printf(ctx, " %s\n", skip_reason_name(reason));
	return 0;
}

static void test_skip_list(void **state)
{
	struct buf text = BUF_INIT(MEM_OTHER);
	struct build_report report;
	struct little l;

	(void)state;
	little_make(&l);
	l.rules.max_filesize = 6;
	build(&l.options, &report);
	build_report_release(&report);
	assert_int_equal(scout_inspect_skipped(l.index, note_skipped, &text,
					       NULL), SCOUT_OK);
	assert_string_equal(buf_cstr(&text),
			    ".dot hidden\na.txt too large\n"
			    "b/c.txt too large\nz.bin binary\n");
	buf_release(&text);
	little_drop(&l);
}

/* Marked documents keep their numbers, words and places. */
static void test_delete_docs(void **state)
{
	struct build_report report;
	struct index_snapshot *snap;
	struct segment_reader *seg;
	struct little l;
	doc_id doc;

	(void)state;
	little_make(&l);
	l.options.delete_docs = span_of("b/c.txt\0nothing\0a.txt", 21);
	build(&l.options, &report);
	assert_int_equal(report.stats->deleted, 2);
	build_report_release(&report);
	snap = little_open(&l);
	seg = &snap->segments[0];
	assert_int_equal(seg->ndocs, 3);
	for (doc = 0; doc < 3; doc++)
		assert_int_equal(segment_is_deleted(seg, doc), doc < 2);
	assert_int_equal(df_of(snap, "beta"), 2);
	snapshot_close(snap);
	l.options.delete_docs = span_of("d.txt", 5);
	l.options.segment_docs = 1;
	build(&l.options, &report);
	build_report_release(&report);
	snap = little_open(&l);
	assert_true(snap->nsegments >= 3);
	assert_null(snap->segments[0].deleted);
	assert_null(snap->segments[1].deleted);
	assert_true(segment_is_deleted(&snap->segments[2], 0));
	snapshot_close(snap);
	little_drop(&l);
}

static void test_empty_folder(void **state)
{
	struct build_report report;
	struct index_snapshot *snap;
	struct little l;
	char dir[TEMP_DIR_MAX + 16];
	struct term_iter it;
	size_t i;

	(void)state;
	little_make(&l);
	snprintf(dir, sizeof(dir), "%s/empty", l.dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	l.options.root = dir;
	build(&l.options, &report);
	assert_int_equal(report.stats->files, 0);
	build_report_release(&report);
	snap = little_open(&l);
	for (i = 0; i < snap->nsegments; i++) {
		assert_int_equal(snap->segments[i].ndocs, 0);
		assert_int_equal(term_iter_open(&it, &snap->segments[i],
						span_str(""), NULL), SCOUT_OK);
		assert_int_equal(term_iter_next(&it, NULL), SCOUT_END);
		term_iter_close(&it);
	}
	snapshot_close(snap);
	little_drop(&l);
}

static int build_error(struct little *l, struct scout_err *err)
{
	struct build_report report;
	int rc;

	scout_err_clear(err);
	rc = scout_build(&l->options, &report, err);
	assert_true(rc < 0);
	assert_null(report.stats);
	return rc;
}

static void test_no_root(void **state)
{
	char path[TEMP_DIR_MAX + 16];
	struct index_snapshot *snap;
	struct scout_err err;
	struct little l;

	(void)state;
	little_make(&l);
	snprintf(path, sizeof(path), "%s/missing", l.dir);
	l.options.root = path;
	assert_int_equal(build_error(&l, &err), SCOUT_E_NOTFOUND);
	assert_non_null(strstr(err.msg, "missing"));
	snprintf(path, sizeof(path), "%s/a.txt", l.dir);
	assert_int_equal(build_error(&l, &err), SCOUT_E_NOTFOUND);
	assert_non_null(strstr(err.msg, "a.txt"));
	/* an index folder that cannot be made */
	l.options.root = l.dir;
	l.options.index_dir = "/proc/no/index";
	assert_int_equal(build_error(&l, &err), SCOUT_E_IO);
	assert_non_null(strstr(err.msg, "/proc/no/index"));
	/* nothing was built */
	scout_err_clear(&err);
	assert_int_equal(snapshot_open(l.dir, &snap, &err), SCOUT_E_NOTFOUND);
	assert_non_null(strstr(err.msg, l.dir));
	little_drop(&l);
}

static void test_locked(void **state)
{
	const struct run_lock wanted = { .command = "test" };
	struct index_lock lock, second;
	struct build_report report;
	struct index_snapshot *snap;
	struct scout_err err;
	char who[64];
	struct little l;

	(void)state;
	little_make(&l);
	build(&l.options, &report);
	build_report_release(&report);
	assert_int_equal(index_lock_take(&lock, l.index, &wanted, NULL, NULL),
			 SCOUT_OK);
	write_file(l.dir, "new.txt", span_str("epsilon\n"));
	assert_int_equal(build_error(&l, &err), SCOUT_E_LOCKED);
	snprintf(who, sizeof(who), "process %ld", (long)getpid());
	assert_non_null(strstr(err.msg, who));
	assert_int_equal(index_lock_take(&second, l.index, &wanted, NULL, NULL),
			 SCOUT_E_LOCKED);
	index_lock_drop(&second);
	/* the index is the old one, and can be read meanwhile */
	snap = little_open(&l);
	assert_int_equal(df_of(snap, "epsilon"), -1);
	index_lock_drop(&lock);
	build(&l.options, &report);
	build_report_release(&report);
	/* a reader keeps what it opened */
	assert_int_equal(df_of(snap, "epsilon"), -1);
	assert_int_equal(df_of(snap, "beta"), 2);
	snapshot_close(snap);
	snap = little_open(&l);
	assert_int_equal(df_of(snap, "epsilon"), 1);
	snapshot_close(snap);
	little_drop(&l);
}

static void cancel_now(void *ctx, const struct build_progress *p)
{
	(void)p;
	*(unsigned *)ctx += 1;
	scout_build_cancel();
}

/* The last test: the wish to stop is not taken back. */
static void test_cancelled(void **state)
{
	struct build_report report;
	struct index_snapshot *snap;
	struct scout_err err;
	struct little l;
	unsigned calls = 0;

	(void)state;
	little_make(&l);
	build(&l.options, &report);
	build_report_release(&report);
	write_file(l.dir, "new.txt", span_str("epsilon\n"));
	l.options.progress = cancel_now;
	l.options.progress_ctx = &calls;
	assert_int_equal(build_error(&l, &err), SCOUT_E_CANCELLED);
	assert_true(calls > 0);
	snap = little_open(&l);
	assert_int_equal(df_of(snap, "epsilon"), -1);
	assert_int_equal(df_of(snap, "alpha"), 1);
	snapshot_close(snap);
	little_drop(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_thread),
		cmocka_unit_test(test_two_threads),
		cmocka_unit_test(test_seven_threads),
		cmocka_unit_test(test_more_memory),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_left_over),
		cmocka_unit_test(test_default_place),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_skip_list),
		cmocka_unit_test(test_delete_docs),
		cmocka_unit_test(test_empty_folder),
		cmocka_unit_test(test_no_root),
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_cancelled),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
