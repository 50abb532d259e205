/*
 * Several indexes as one.
 *
 * In path order, indexes of folders that lie apart follow one another: each is
 * asked with all threads, and its answers go out as they come.  Otherwise the
 * files of each are collected at once, on a thread for each index; then they
 * are merged, and what is asked of them is looked up in that order.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "base/pool.h"
#include "query/ordered_run.h"

enum { HASH_PIECE_BYTES = 256 << 10 };

/* A file of one of the indexes. */
struct merged_file {
	unsigned source;
	size_t number;	    /* among the files of its source */
	struct span path;   /* absolute, without the first '/' */
	struct hash128 key; /* equal for files of which one is enough */
	bool is_kept;
};

struct source {
	struct query_source *given;
	struct run run;
	struct ordered_run files;
	struct scout_sink silent; /* keeps what there is to say */
	struct buf messages;	  /* NUL-terminated, one after the other */
	bool has_run;
	int rc;
	struct scout_err err;
};

struct many {
	struct source *sources;
	unsigned nsources;
	const struct query_options *options;
	const struct scout_sink *sink;
	atomic_uint next;   /* source to be searched */
	struct arena arena; /* paths */
	struct merged_file *files;
	size_t nfiles;
	/* what the sink of a source at work hands on */
	const struct source *current;
	struct buf path;
};

/* --- Searching each ------------------------------------------------------ */

static void keep_message(void *ctx, const char *text)
{
	struct source *s = ctx;

	buf_put(&s->messages, text, strlen(text) + 1);
}

static int begin_one(struct source *s)
{
	struct query_source *given = s->given;

	s->silent = (struct scout_sink){ .ctx = s, .message = keep_message };
	s->has_run = true;
	return run_begin(&s->run, given->query, given->index, NULL, &s->silent,
			 &given->stats, &s->err);
}

static int collect_one(struct source *s, unsigned nsources)
{
	int rc;

	/* the sources share the processors; each has one at least */
	if (!s->run.options->nthreads && s->run.nthreads > nsources)
		s->run.nthreads /= nsources;
	else if (!s->run.options->nthreads)
		s->run.nthreads = 1;
	rc = ordered_run_collect(&s->files, &s->run, &s->err);
	return scout_index_name_damage(s->given->index, rc, &s->err);
}

static int search_sources(void *ctx, unsigned worker, struct scout_err *err)
{
	struct many *m = ctx;
	unsigned i;

	(void)worker;
	(void)err;
	while ((i = atomic_fetch_add(&m->next, 1)) < m->nsources)
		m->sources[i].rc = collect_one(&m->sources[i], m->nsources);
	return SCOUT_OK;
}

/* Says what the threads kept, and which index failed first. */
static int report_sources(struct many *m, struct scout_err *err)
{
	unsigned i;

	for (i = 0; i < m->nsources; i++) {
		const struct buf *b = &m->sources[i].messages;
		const char *text = (const char *)b->ptr;
		const char *end = text + b->len;

		for (; text < end; text += strlen(text) + 1)
			if (m->sink->message)
				m->sink->message(m->sink->ctx, text);
	}
	for (i = 0; i < m->nsources; i++) {
		if (m->sources[i].rc < 0) {
			*err = m->sources[i].err;
			return m->sources[i].rc;
		}
	}
	return SCOUT_OK;
}

/* --- Merging ------------------------------------------------------------- */

/* The hash of a file's bytes; of one that cannot be read, of its path. */
static void hash_content(const struct source *s, const char *path,
			 struct hash_stream *stream, uint8_t *piece,
			 struct hash128 *out)
{
	int fd = openat(s->run.job.root_fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	hash_stream_reset(stream);
	while (fd >= 0 && (n = read(fd, piece, HASH_PIECE_BYTES)) > 0)
		hash_stream_update(stream, piece, (size_t)n);
	if (fd >= 0)
		close(fd);
	if (n == 0)
		*out = hash_stream_digest(stream);
}

static int take_file(struct many *m, unsigned source, size_t number,
		     const struct sorted_file *file)
{
	const char *root = m->sources[source].run.root;
	size_t root_len = strlen(root), len = root_len + 1 + file->path_len;
	char *path = arena_alloc(&m->arena, len + 1);
	struct merged_file *f = &m->files[m->nfiles++];

	if (!path)
		return SCOUT_E_NOMEM;
	while (root_len && root[root_len - 1] == '/')
		root_len--;
	memcpy(path, root, root_len);
	path[root_len] = '/';
	memcpy(path + root_len + 1, file->path, file->path_len);
	*f = (struct merged_file){ .source = source,
				   .number = number,
				   .is_kept = true,
				   .path = span_of(path + 1,
						   root_len + file->path_len) };
	f->key = scout_hash128(f->path.ptr, f->path.len);
	return SCOUT_OK;
}

static int hash_contents(struct many *m)
{
	struct hash_stream *stream = hash_stream_new();
	uint8_t *piece = scout_malloc(MEM_QUERY, HASH_PIECE_BYTES);
	size_t i, n;
	int rc = stream && piece ? SCOUT_OK : SCOUT_E_NOMEM;

	for (i = 0; i < m->nfiles && !rc; i++) {
		struct merged_file *f = &m->files[i];
		struct source *s = &m->sources[f->source];

		hash_content(
			s,
			sorted_files_all(&s->files.files, &n)[f->number].path,
			stream, piece, &f->key);
	}
	scout_free(piece);
	hash_stream_free(stream);
	return rc;
}

static int take_files(struct many *m)
{
	size_t n, i, total = 0;
	unsigned s;
	int rc = SCOUT_OK;

	for (s = 0; s < m->nsources; s++) {
		sorted_files_all(&m->sources[s].files.files, &n);
		total += n;
	}
	m->files = scout_calloc(MEM_QUERY, total + 1, sizeof(*m->files));
	if (!m->files)
		return SCOUT_E_NOMEM;
	for (s = 0; s < m->nsources && !rc; s++) {
		const struct sorted_file *files =
			sorted_files_all(&m->sources[s].files.files, &n);

		for (i = 0; i < n && !rc; i++)
			rc = take_file(m, s, i, &files[i]);
	}
	return rc;
}

static const struct sorted_file *file_of(const struct many *m,
					 const struct merged_file *f)
{
	size_t n;

	return &sorted_files_all(&m->sources[f->source].files.files,
				 &n)[f->number];
}

static int compare_files(const void *va, const void *vb, void *ctx)
{
	const struct many *m = ctx;
	const struct merged_file *a = va, *b = vb;
	const struct query_options *o = m->options;
	int rc = sorted_file_compare(file_of(m, a), file_of(m, b), o->sort);

	if (!rc)
		rc = path_cmp(a->path, b->path);
	if (o->sort_reversed)
		rc = -rc;
	if (!rc)
		rc = (a->source > b->source) - (a->source < b->source);
	return rc;
}

static int compare_scores(const void *va, const void *vb, void *ctx)
{
	const struct many *m = ctx;
	const struct merged_file *a = va, *b = vb;
	int rc = sorted_file_compare(file_of(m, a), file_of(m, b), SORT_SCORE);

	if (!rc)
		rc = path_cmp(a->path, b->path);
	return rc ? rc : (a->source > b->source) - (a->source < b->source);
}

static int compare_keys(const void *va, const void *vb, void *ctx)
{
	const struct many *m = ctx;
	const struct merged_file *a = &m->files[*(const size_t *)va];
	const struct merged_file *b = &m->files[*(const size_t *)vb];

	if (a->key.hi != b->key.hi)
		return a->key.hi < b->key.hi ? -1 : 1;
	if (a->key.lo != b->key.lo)
		return a->key.lo < b->key.lo ? -1 : 1;
	return *(const size_t *)va < *(const size_t *)vb ? -1 : 1;
}

/* Of files with equal keys, the first stays. */
static int drop_doubles(struct many *m)
{
	size_t *order = scout_calloc(MEM_QUERY, m->nfiles + 1, sizeof(*order));
	size_t i, kept = 0;

	if (!order)
		return SCOUT_E_NOMEM;
	for (i = 0; i < m->nfiles; i++)
		order[i] = i;
	qsort_r(order, m->nfiles, sizeof(*order), compare_keys, m);
	for (i = 1; i < m->nfiles; i++) {
		const struct merged_file *a = &m->files[order[i - 1]];
		struct merged_file *b = &m->files[order[i]];

		b->is_kept = a->key.hi != b->key.hi || a->key.lo != b->key.lo;
	}
	scout_free(order);
	for (i = 0; i < m->nfiles; i++)
		if (m->files[i].is_kept)
			m->files[kept++] = m->files[i];
	m->nfiles = kept;
	return SCOUT_OK;
}

static int merge(struct many *m, enum query_dedup dedup)
{
	uint64_t top = m->options->top;
	int rc = take_files(m);

	if (!rc && dedup == DEDUP_CONTENT)
		rc = hash_contents(m);
	if (rc < 0)
		return rc;
	qsort_r(m->files, m->nfiles, sizeof(*m->files),
		top ? compare_scores : compare_files, m);
	rc = drop_doubles(m);
	if (rc < 0 || !top)
		return rc;
	if (m->nfiles > top)
		m->nfiles = (size_t)top;
	qsort_r(m->files, m->nfiles, sizeof(*m->files), compare_files, m);
	return SCOUT_OK;
}

/* --- Handing over -------------------------------------------------------- */

/* The file as the caller's sink sees it. */
static int with_path(struct many *m, const struct scout_file *file,
		     struct scout_file *out)
{
	const char *root = m->current->run.root;

	buf_clear(&m->path);
	while (*root == '/')
		root++;
	buf_put_str(&m->path, root);
	if (*root && root[strlen(root) - 1] != '/')
		buf_put_u8(&m->path, '/');
	buf_put_span(&m->path, file->path);
	*out = *file;
	out->path = buf_span(&m->path);
	return buf_status(&m->path);
}

static int pass_begin(void *ctx, const struct scout_file *file)
{
	struct many *m = ctx;
	struct scout_file f;
	int rc = with_path(m, file, &f);

	return rc < 0 ? rc : m->sink->begin_file(m->sink->ctx, &f);
}

static int pass_line(void *ctx, const struct scout_file *file,
		     const struct scout_line *line)
{
	struct many *m = ctx;
	struct scout_file f;
	int rc = with_path(m, file, &f);

	return rc < 0 ? rc : m->sink->line(m->sink->ctx, &f, line);
}

static int pass_break(void *ctx)
{
	struct many *m = ctx;

	return m->sink->group_break ? m->sink->group_break(m->sink->ctx)
				    : SCOUT_OK;
}

static int pass_end(void *ctx, const struct scout_file *file)
{
	struct many *m = ctx;
	struct scout_file f;
	int rc = with_path(m, file, &f);

	return rc < 0 ? rc : m->sink->end_file(m->sink->ctx, &f);
}

static void pass_message(void *ctx, const char *text)
{
	struct many *m = ctx;

	if (m->sink->message)
		m->sink->message(m->sink->ctx, text);
}

static struct scout_sink passing_sink(struct many *m)
{
	return (struct scout_sink){ m,		pass_begin, pass_line,
				    pass_break, pass_end,   pass_message };
}

/* Neighbours of one source are looked up together. */
static size_t same_source(const struct many *m, size_t first)
{
	size_t n = 1;

	while (first + n < m->nfiles &&
	       m->files[first + n].source == m->files[first].source &&
	       m->files[first + n].number == m->files[first].number + n)
		n++;
	return n;
}

static int put_files(struct many *m, struct scout_err *err)
{
	const struct scout_sink sink = passing_sink(m);
	size_t i, n;
	int rc = SCOUT_OK;

	if (m->options->stop_at_first && m->nfiles)
		m->nfiles = 1;
	for (i = 0; i < m->nfiles && !rc; i += n) {
		struct source *s = &m->sources[m->files[i].source];

		n = same_source(m, i);
		m->current = s;
		s->run.emitter.sink = &sink;
		rc = ordered_run_put(&s->files, m->files[i].number, n, err);
	}
	return rc;
}

/* --- Folders that lie apart ---------------------------------------------- */

static bool is_inside(struct span path, struct span folder)
{
	return span_has_prefix(path, folder) &&
	       (path.len == folder.len || folder.ptr[folder.len - 1] == '/' ||
		path.ptr[folder.len] == '/');
}

/* Whether no index speaks of files among those of another. */
static bool lie_apart(const struct many *m)
{
	unsigned i, j;

	for (i = 0; i < m->nsources; i++)
		for (j = 0; j < m->nsources; j++)
			if (i != j &&
			    is_inside(span_str(m->sources[i].run.root),
				      span_str(m->sources[j].run.root)))
				return false;
	return true;
}

static int compare_roots(const void *va, const void *vb)
{
	const struct source *const *a = va, *const *b = vb;

	return path_cmp(span_str((*a)->run.root), span_str((*b)->run.root));
}

/* One after the other. */
static int run_apart(struct many *m, struct scout_err *err)
{
	const struct scout_sink sink = passing_sink(m);
	struct source *order[POOL_MAX_THREADS];
	bool is_enough = false;
	unsigned i;
	int rc = SCOUT_OK;

	for (i = 0; i < m->nsources; i++)
		order[i] = &m->sources[i];
	qsort(order, m->nsources, sizeof(order[0]), compare_roots);
	for (i = 0; i < m->nsources && !rc && !is_enough; i++) {
		struct source *s = order[i];

		m->current = s;
		s->run.emitter.sink = &sink;
		rc = run_in_path_order(&s->run, err);
		rc = scout_index_name_damage(s->given->index, rc, err);
		is_enough = s->run.emitter.stopped;
	}
	return rc;
}

/* --- The whole ----------------------------------------------------------- */

static int begin_sources(struct many *m, struct query_source *sources)
{
	unsigned i;
	int rc = SCOUT_OK;

	for (i = 0; i < m->nsources && !rc; i++) {
		struct source *s = &m->sources[i];

		s->given = &sources[i];
		buf_init(&s->messages, MEM_QUERY);
		s->rc = rc = begin_one(s);
	}
	return rc;
}

static int run_merged(struct many *m, enum query_dedup dedup,
		      struct scout_err *err)
{
	int rc = scout_parallel(m->nsources, search_sources, m, err);

	if (!rc)
		rc = report_sources(m, err);
	if (!rc && merge(m, dedup) < 0)
		rc = scout_err_set(err, SCOUT_E_NOMEM, "merging answers");
	return rc ? rc : put_files(m, err);
}

static void add_stats(struct scout_query_stats *sum,
		      const struct scout_query_stats *s)
{
	sum->matched_lines += s->matched_lines;
	sum->matches += s->matches;
	sum->matched_files += s->matched_files;
	sum->searched_files += s->searched_files;
	sum->bytes_read += s->bytes_read;
	sum->index_bytes += s->index_bytes;
	sum->candidates += s->candidates;
	sum->changed_files += s->changed_files;
	sum->gone_files += s->gone_files;
	sum->new_files += s->new_files;
	sum->unreadable_files += s->unreadable_files;
	sum->truncated_files += s->truncated_files;
	sum->parse_ns += s->parse_ns;
	sum->open_ns += s->open_ns;
	sum->plan_ns += s->plan_ns;
	sum->match_ns += s->match_ns;
	sum->verify_ns += s->verify_ns;
	sum->walk_ns += s->walk_ns;
	sum->is_fresh |= s->is_fresh;
	sum->index_docs += s->index_docs;
	sum->index_segments += s->index_segments;
	/* the age of the oldest */
	if (!sum->index_time_ns || s->index_time_ns < sum->index_time_ns)
		sum->index_time_ns = s->index_time_ns;
}

static void release(struct many *m)
{
	unsigned i;

	for (i = 0; m->sources && i < m->nsources; i++) {
		struct source *s = &m->sources[i];

		if (!s->has_run)
			continue;
		ordered_run_release(&s->files);
		run_end(&s->run);
		buf_release(&s->messages);
	}
	scout_free(m->sources);
	scout_free(m->files);
	buf_release(&m->path);
	arena_release(&m->arena);
}

int scout_query_run_many(struct query_source *sources, size_t nsources,
			 enum query_dedup dedup, const struct scout_sink *sink,
			 struct scout_query_stats *stats, struct scout_err *err)
{
	struct many m = { .nsources = (unsigned)nsources, .sink = sink };
	int64_t start = os_mono_ns();
	size_t i;
	int rc = SCOUT_OK;

	SCOUT_ASSERT(nsources && nsources <= POOL_MAX_THREADS);
	memset(stats, 0, sizeof(*stats));
	arena_init(&m.arena, MEM_QUERY);
	buf_init(&m.path, MEM_QUERY);
	m.options = &sources[0].query->options;
	m.sources = scout_calloc(MEM_QUERY, nsources, sizeof(*m.sources));
	if (!m.sources)
		rc = scout_err_set(err, SCOUT_E_NOMEM, "asking indexes");
	if (!rc && begin_sources(&m, sources) < 0)
		rc = report_sources(&m, err);
	else if (!rc && dedup == DEDUP_PATH && !run_is_sorted(m.options) &&
		 lie_apart(&m))
		rc = run_apart(&m, err);
	else if (!rc)
		rc = run_merged(&m, dedup, err);
	for (i = 0; i < nsources; i++)
		add_stats(stats, &sources[i].stats);
	release(&m);
	stats->total_ns = (uint64_t)(os_mono_ns() - start);
	return rc;
}
