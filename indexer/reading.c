#include "indexer/reading.h"

#include <errno.h>

#include "base/os.h"
#include "base/pool.h"
#include "base/tree/read.h"
#include "index_format/line_map.h"

enum {
	WINDOW_MAX_BYTES = 4 << 20,
	WINDOW_MIN_BYTES = 1 << 18,
	CLAIM_MAX_FILES = 512,
	CLAIM_MIN_FILES = 8,
	CLAIMS_PER_WORKER = 16,
	MERGE_BUFFER_MAX_BYTES = 1 << 16,
};

/* Shared by the workers. */
struct reading {
	const struct reading_options *options;	/* immutable */
	_Atomic size_t next_file;		/* within the stretch */
	_Atomic uint64_t done_files, done_bytes;
	_Atomic bool stopped;
	struct worker *workers;
};

struct worker {
	struct reading *shared;
	struct file_reader reader;
	struct tokenizer tokenizer;
	struct token_batch batch;
	struct file_terms terms;
	struct line_map_writer lines;
	struct buf line_records;
	struct accumulator acc;
	struct hash_stream *hash;
	struct run_stack *stack;	/* in the result, as the next */
	struct run_docs *docs;
	uint32_t max_file_words;	/* held before they are accumulated */
	int64_t stage_ns[BUILD_STAGES];
	int64_t clock;
};

/* Charges the time since the last call to a stage. */
static void charge(struct worker *w, enum build_stage stage)
{
	int64_t now = os_mono_ns();

	w->stage_ns[stage] += now - w->clock;
	w->clock = now;
}

static int flush_run(struct worker *w, struct scout_err *err)
{
	size_t buf_bytes = w->shared->options->worker_bytes / 2 / RUN_FAN_IN;
	int rc;

	if (!w->acc.nterms)
		return SCOUT_OK;
	if (buf_bytes > MERGE_BUFFER_MAX_BYTES)
		buf_bytes = MERGE_BUFFER_MAX_BYTES;
	rc = run_stack_add(w->stack, &w->acc, buf_bytes, err);
	charge(w, STAGE_FLUSH);
	return rc;
}

/* Hands the words collected so far to the accumulator. */
static int accumulate(struct worker *w, uint32_t file, struct scout_err *err)
{
	int rc;

	file_terms_finish(&w->terms);
	charge(w, STAGE_TOKENIZE);
	rc = accumulator_add(&w->acc, &w->terms, file);
	if (rc == SCOUT_E_LIMIT) {
		rc = flush_run(w, err);
		if (!rc)
			rc = accumulator_add(&w->acc, &w->terms, file);
	}
	charge(w, STAGE_ACCUMULATE);
	if (rc < 0)
		return scout_err_set(err, rc, "accumulating postings");
	/* also within a large file, which then goes on in the next run */
	if (accumulator_bytes(&w->acc) + file_terms_bytes(&w->terms) >=
	    w->shared->options->worker_bytes)
		rc = flush_run(w, err);
	return rc;
}

/* What is known of the file being read, across windows. */
struct file_state {
	uint32_t number;
	uint64_t nwords;
	uint64_t line_start;	/* text offset of the open line */
	uint64_t line_words;	/* words of it so far */
	uint16_t flags;
	bool read_failed;	/* the file's fault, not the build's */
	bool too_large;		/* more words or lines than can be counted */
};

static void add_lines(struct worker *w, struct file_state *s,
		      uint64_t window_offset)
{
	const struct token_batch *b = &w->batch;
	uint64_t words = s->line_words, end;
	uint32_t i, before = 0;

	for (i = 0; i < b->nlines; i++) {
		words += b->line_tokens[i] - before;
		before = b->line_tokens[i];
		end = window_offset + b->line_end[i];
		line_map_add(&w->lines, end - s->line_start, (uint32_t)words,
			     &w->line_records);
		s->line_start = end;
		words = 0;
	}
	s->line_words = words + (b->ntokens - before);
}

static void take_flags(struct worker *w, struct file_state *s)
{
	s->flags |= w->terms.has_overlong ? DOC_OVERLONG : 0;
	s->flags |= w->terms.has_wild ? DOC_WILD : 0;
	s->flags |= w->terms.has_reordered ? DOC_REORDERED : 0;
}

static int tokenize_window(struct worker *w, struct file_state *s,
			   struct span window, bool first,
			   struct scout_err *err)
{
	int rc = SCOUT_OK;

	tokenizer_start(&w->tokenizer, window, w->reader.at_end, first);
	while (!rc && tokenizer_next(&w->tokenizer, &w->batch)) {
		rc = file_terms_add(&w->terms, window.ptr, &w->batch);
		if (rc < 0)
			return scout_err_set(err, rc, "tokenizing");
		add_lines(w, s, w->reader.text_offset);
		s->nwords += w->batch.ntokens;
		s->too_large = s->nwords >= UINT32_MAX ||
			       w->lines.total_lines >= UINT32_MAX;
		if (s->too_large)
			return SCOUT_E_LIMIT;
		if (w->terms.nwords >= w->max_file_words) {
			take_flags(w, s);
			rc = accumulate(w, s->number, err);
			file_terms_begin(&w->terms, (term_pos)s->nwords);
		}
	}
	return rc;
}

static int tokenize_file(struct worker *w, struct file_state *s,
			 struct scout_err *err)
{
	struct span window = file_reader_window(&w->reader);
	bool first = true;
	uint64_t end;
	int rc;

	file_terms_begin(&w->terms, 0);
	line_map_begin(&w->lines);
	buf_clear(&w->line_records);
	for (;;) {
		rc = tokenize_window(w, s, window, first, err);
		first = false;
		if (rc < 0 || w->reader.at_end)
			break;
		charge(w, STAGE_TOKENIZE);
		rc = file_reader_next(&w->reader,
				      window.len - w->tokenizer.pos, err);
		if (rc < 0) {
			s->read_failed = rc == SCOUT_E_IO;
			break;
		}
		window = file_reader_new_bytes(&w->reader);
		hash_stream_update(w->hash, window.ptr, window.len);
		window = file_reader_window(&w->reader);
		charge(w, STAGE_READ);
	}
	if (rc < 0)
		return rc;
	end = w->reader.text_offset + window.len;
	if (end > s->line_start)
		line_map_add(&w->lines, end - s->line_start,
			     (uint32_t)s->line_words, &w->line_records);
	line_map_finish(&w->lines, &w->line_records);
	take_flags(w, s);
	return accumulate(w, s->number, err);
}

static uint16_t encoding_flags(enum text_encoding encoding)
{
	switch (encoding) {
	case TEXT_UTF8_BOM:
		return DOC_BOM;
	case TEXT_UTF16_LE:
	case TEXT_UTF16_BE:
		return DOC_UTF16;
	default:
		return 0;
	}
}

static int put_doc(struct worker *w, const struct file_state *s,
		   struct scout_err *err)
{
	struct doc_info doc = {
		.size_bytes = w->reader.st.size,
		.mtime_ns = w->reader.st.mtime_ns,
		.ctime_ns = w->reader.st.ctime_ns,
		.ino = w->reader.st.ino,
		.content_hash = hash_stream_digest(w->hash),
		.nwords = (uint32_t)s->nwords,
		.nlines = (uint32_t)w->lines.total_lines,
		.flags = s->flags,
	};

	if (buf_status(&w->line_records) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "indexing a file");
	return run_docs_add(w->docs, w->shared->options->run_dir, s->number,
			    &doc, buf_span(&w->line_records), err);
}

/* A file that cannot be read is named in the skip list; the build goes on,
 * unless it would come to nothing. */
static int skip_unreadable(struct file_entry *f, const struct scout_err *why)
{
	if (why->code != SCOUT_E_IO || os_is_shortage(why->sys))
		return why->code;
	f->sys = 0;
	switch (why->sys) {
	case ENOENT:
	case ENOTDIR:
		f->skip = SKIP_VANISHED;
		break;
	case ENXIO:	/* replaced since the walk */
		f->skip = SKIP_SPECIAL;
		break;
	default:
		f->skip = SKIP_UNREADABLE;
		f->sys = why->sys;
	}
	return SCOUT_OK;
}

static int index_file(struct worker *w, size_t number, struct scout_err *err)
{
	const struct reading_options *o = w->shared->options;
	struct file_entry *f = &o->files[number];
	struct file_state s = { .number = (uint32_t)number };
	struct scout_err why = SCOUT_ERR_INIT;
	struct span bytes;
	int rc;

	rc = file_reader_open(&w->reader, o->root_fd, f->path,
			      o->rules->follow, &why);
	charge(w, STAGE_READ);
	if (rc < 0) {
		rc = skip_unreadable(f, &why);
		goto out;
	}
	if (w->reader.is_binary && !o->rules->include_binary) {
		f->skip = SKIP_BINARY;
		goto out;
	}
	s.flags = encoding_flags(w->reader.encoding);
	s.flags |= w->reader.is_packed ? DOC_PACKED : 0;
	hash_stream_reset(w->hash);
	bytes = file_reader_new_bytes(&w->reader);
	hash_stream_update(w->hash, bytes.ptr, bytes.len);
	rc = tokenize_file(w, &s, &why);
	if (!rc)
		rc = put_doc(w, &s, &why);
	else if (s.read_failed)
		/* what is accumulated of it is dropped by the merge */
		rc = skip_unreadable(f, &why);
	else if (s.too_large) {
		f->skip = SKIP_TOO_LARGE;
		rc = SCOUT_OK;
	}
out:
	file_reader_close(&w->reader);
	if (rc < 0)
		scout_err_set(err, rc, "%s: %s", f->path, why.msg);
	charge(w, STAGE_READ);
	return rc;
}

static int worker_init(struct worker *w, struct reading *shared)
{
	size_t budget = shared->options->worker_bytes, window = budget / 24;
	size_t reserve = budget + budget / 2 + (64 << 20);

	if (window > WINDOW_MAX_BYTES)
		window = WINDOW_MAX_BYTES;
	if (window < WINDOW_MIN_BYTES)
		window = WINDOW_MIN_BYTES;
	if (reserve > UINT32_MAX - 1)
		reserve = UINT32_MAX - 1;
	w->shared = shared;
	w->max_file_words = (uint32_t)(budget / 256);
	file_reader_init(&w->reader, MEM_READ, window);
	w->reader.unpacks = shared->options->rules->search_zip;
	file_terms_init(&w->terms);
	buf_init(&w->line_records, MEM_TOKENIZE);
	w->hash = hash_stream_new();
	w->clock = os_mono_ns();
	return w->hash ? accumulator_init(&w->acc, reserve) : SCOUT_E_NOMEM;
}

static void worker_release(struct worker *w)
{
	file_reader_release(&w->reader);
	file_terms_release(&w->terms);
	buf_release(&w->line_records);
	accumulator_release(&w->acc);
	hash_stream_free(w->hash);
}

/* The next stretch of files: large ones first, small ones towards the end so
 * that the workers end together. */
static bool claim(struct reading *r, size_t *out_from, size_t *out_to)
{
	size_t total = r->options->count, from, n;

	from = atomic_load(&r->next_file);
	do {
		if (from >= total)
			return false;
		n = (total - from) /
		    ((size_t)CLAIMS_PER_WORKER * r->options->nthreads);
		if (n > CLAIM_MAX_FILES)
			n = CLAIM_MAX_FILES;
		if (n < CLAIM_MIN_FILES)
			n = CLAIM_MIN_FILES;
		if (n > total - from)
			n = total - from;
	} while (!atomic_compare_exchange_weak(&r->next_file, &from, from + n));
	*out_from = r->options->first + from;
	*out_to = r->options->first + from + n;
	return true;
}

static int report_progress(struct reading *r, uint64_t nfiles, uint64_t nbytes)
{
	uint64_t files = atomic_fetch_add(&r->done_files, nfiles) + nfiles;
	uint64_t bytes = atomic_fetch_add(&r->done_bytes, nbytes) + nbytes;

	if (!r->options->progress)
		return SCOUT_OK;
	return r->options->progress(r->options->progress_ctx, files, bytes);
}

static int read_claims(struct worker *w, struct scout_err *err)
{
	struct reading *r = w->shared;
	size_t i, from, to;
	int rc = SCOUT_OK;

	while (!rc && !atomic_load(&r->stopped) && claim(r, &from, &to)) {
		for (i = from; i < to && !rc; i++) {
			rc = index_file(w, i, err);
			if (!rc)
				rc = report_progress(
					r, 1, r->options->files[i].st.size);
		}
	}
	if (rc < 0)
		return scout_err_set(err, rc, "stopped");
	rc = run_docs_finish(w->docs, r->options->run_dir, err);
	return rc < 0 ? rc : flush_run(w, err);
}

static int reading_thread(void *ctx, unsigned number, struct scout_err *err)
{
	struct reading *r = ctx;
	struct worker *w = &r->workers[number];
	int rc = worker_init(w, r);

	if (rc < 0)
		scout_err_set(err, rc, "starting to read");
	else
		rc = read_claims(w, err);
	if (rc < 0)
		atomic_store(&r->stopped, true);
	worker_release(w);
	return rc;
}

static int list_runs(struct reading_result *out)
{
	unsigned i;

	for (i = 0; i < out->nworkers; i++)
		out->nruns += run_stack_count(&out->stacks[i]);
	out->runs = scout_calloc(MEM_RUNS, out->nruns, sizeof(*out->runs));
	if (!out->runs)
		return SCOUT_E_NOMEM;
	out->nruns = 0;
	for (i = 0; i < out->nworkers; i++) {
		struct run_stack *s = &out->stacks[i];

		run_stack_list(s, out->runs + out->nruns);
		out->nruns += run_stack_count(s);
		out->runs_written += s->nwritten;
		out->spilled_bytes += s->bytes_written +
				      out->docs[i].file.bytes;
	}
	return SCOUT_OK;
}

static int prepare_result(const struct reading_options *o,
			  struct reading_result *out)
{
	unsigned i;

	memset(out, 0, sizeof(*out));
	out->stacks = scout_calloc(MEM_RUNS, o->nthreads,
				   sizeof(*out->stacks));
	out->docs = scout_calloc(MEM_RUNS, o->nthreads, sizeof(*out->docs));
	if (!out->stacks || !out->docs)
		return SCOUT_E_NOMEM;
	out->nworkers = o->nthreads;
	for (i = 0; i < o->nthreads; i++) {
		run_stack_init(&out->stacks[i], i, o->run_dir);
		out->docs[i] = (struct run_docs)RUN_DOCS_INIT;
	}
	return SCOUT_OK;
}

int read_files(const struct reading_options *options,
	       struct reading_result *out, struct scout_err *err)
{
	struct reading r = { .options = options };
	unsigned i, k;
	int rc = prepare_result(options, out);

	r.workers = scout_calloc(MEM_TOKENIZE, options->nthreads,
				 sizeof(*r.workers));
	if (rc < 0 || !r.workers) {
		rc = scout_err_set(err, SCOUT_E_NOMEM, "starting to read");
		goto out;
	}
	for (i = 0; i < options->nthreads; i++) {
		r.workers[i].stack = &out->stacks[i];
		r.workers[i].docs = &out->docs[i];
	}
	rc = scout_parallel(options->nthreads, reading_thread, &r, err);
	for (i = 0; i < options->nthreads; i++)
		for (k = 0; k < BUILD_STAGES; k++)
			out->stage_ns[k] += r.workers[i].stage_ns[k];
	if (!rc && list_runs(out) < 0)
		rc = scout_err_set(err, SCOUT_E_NOMEM, "collecting runs");
out:
	scout_free(r.workers);
	return rc;
}

void reading_result_release(struct reading_result *result)
{
	unsigned i;

	for (i = 0; i < result->nworkers; i++) {
		run_stack_release(&result->stacks[i]);
		run_docs_release(&result->docs[i]);
	}
	scout_free(result->stacks);
	scout_free(result->docs);
	scout_free(result->runs);
	memset(result, 0, sizeof(*result));
}
