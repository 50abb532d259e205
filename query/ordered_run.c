#include "query/ordered_run.h"

#include "query/order.h"

static bool wants_scores(const struct query_options *o)
{
	return (o->sort == SORT_SCORE || o->top) && !o->files_without_match;
}

static bool reads_all(const struct run *r)
{
	return !r->index || r->options->brute;
}

static int prepare(struct ordered_run *s, struct scout_err *err)
{
	struct run *r = s->r;
	int rc;

	s->plain = *r->options;
	s->plain.detail = DETAIL_FILES;
	s->plain.max_count = 0;
	s->is_ranked = wants_scores(r->options);
	sorted_files_init(&s->files, s->is_ranked ? &s->shape : NULL,
			  r->emitter.sink);
	if (!s->is_ranked)
		return SCOUT_OK;
	rc = rank_shape_make(&r->query->tree, &r->arena, &s->shape);
	if (!rc)
		rc = rank_tally_init(&s->tally, &r->words);
	if (rc < 0)
		return scout_err_set(err, rc, "ranking");
	s->ranking = (struct index_ranking){
		.shape = &s->shape, .words = &r->words,
		.top = r->options->top, .namer = &s->namer,
		.tally = &s->tally };
	return rank_namer_init(&s->namer, &r->job.query, err);
}

static void release_verifiers(struct run *r)
{
	unsigned i;

	for (i = 0; i < r->nthreads; i++)
		verifier_release(&r->verifiers[i]);
}

/* Where there is no index to tell: reads all files for what their words
 * weigh, those too that the query leaves out. */
static int tally_files(struct ordered_run *s, struct scout_err *err)
{
	static const struct path_narrow all = { .is_set = false };
	struct run *r = s->r;
	const struct path_narrow *narrow = r->narrow;
	struct scout_query_stats *stats = r->stats, unused = { 0 };
	const struct scout_sink *sink = r->emitter.sink;
	struct scout_sink silent = *sink;
	unsigned i;
	int rc;

	silent.message = NULL;	/* what there is to say comes next */
	r->emitter.sink = &silent;
	r->narrow = &all;
	r->emitter.stats = &unused;
	r->job.wants_tally = true;
	rc = run_in_path_order(r, err);
	for (i = 0; i < r->nthreads; i++)
		if (r->verifiers[i].tally.element_docs)
			rank_tally_add(&s->tally, &r->verifiers[i].tally,
				       &r->words);
	release_verifiers(r);
	r->job.wants_tally = false;
	r->emitter.stats = stats;
	r->emitter.sink = sink;
	r->narrow = narrow;
	return rc;
}

/* First: which files match. */
static int collect(struct ordered_run *s, struct scout_err *err)
{
	struct run *r = s->r;
	const struct query_options *options = r->options;
	struct scout_sink sink = sorted_files_sink(&s->files);
	struct emitter emitter = r->emitter;
	int rc = SCOUT_OK;

	r->options = r->job.options = &s->plain;
	r->emitter.sink = &sink;
	r->emitter.with_counts = false;
	if (s->is_ranked) {
		r->job.ranks = &s->shape;
		r->ranking = &s->ranking;
	}
	if (s->is_ranked && reads_all(r))
		rc = tally_files(s, err);
	if (!rc)
		rc = run_in_path_order(r, err);
	release_verifiers(r);
	r->options = r->job.options = options;
	r->emitter = emitter;
	r->job.ranks = NULL;
	r->ranking = NULL;
	r->stats->matched_files = r->stats->matched_lines = 0;
	r->stats->matches = 0;
	return rc;
}

/* Then: their scores. */
static int rank(struct ordered_run *s, struct scout_err *err)
{
	struct run *r = s->r;
	struct rank_model model;
	int rc = rank_model_make(&s->shape, &r->words, &s->tally, &r->arena,
				 &model);

	if (rc < 0)
		return scout_err_set(err, rc, "ranking");
	return sorted_files_rank(&s->files, &model, s->tally.ndocs,
				 r->options->top, &s->namer, err);
}

/*
 * Whether the index left out what may be among the best after all: some of those
 * that it took for better are gone, or have changed.
 */
static bool has_missed(const struct ordered_run *s)
{
	return s->ranking.left_out &&
	       sorted_files_reaching(&s->files, s->ranking.threshold) <
		       s->r->options->top;
}

/* The snapshot was let go of at the end of the first search. */
static int collect_again(struct ordered_run *s, struct scout_err *err)
{
	struct run *r = s->r;
	int rc = scout_index_snapshot(r->index, &r->snapshot, err);

	sorted_files_clear(&s->files);
	rank_tally_clear(&s->tally, &r->words);
	s->ranking.top = 0;
	return rc < 0 ? rc : collect(s, err);
}

static int collect_and_rank(struct ordered_run *s, struct scout_err *err)
{
	const struct scout_query_stats before = *s->r->stats;
	int rc = collect(s, err);

	if (!rc && s->is_ranked)
		rc = rank(s, err);
	if (!rc && has_missed(s)) {
		*s->r->stats = before;
		rc = collect_again(s, err);
		if (!rc)
			rc = rank(s, err);
	}
	return rc;
}

int ordered_run_collect(struct ordered_run *s, struct run *r,
		       struct scout_err *err)
{
	int rc;

	*s = (struct ordered_run){ .r = r };
	rc = prepare(s, err);
	if (!rc)
		rc = collect_and_rank(s, err);
	if (!rc)
		sorted_files_order(&s->files, r->options->top,
				   r->options->sort,
				   r->options->sort_reversed);
	return rc;
}

void ordered_run_release(struct ordered_run *s)
{
	if (!s->r)
		return;
	sorted_files_release(&s->files);
	rank_namer_release(&s->namer);
	rank_tally_release(&s->tally);
}

/* Nothing is asked of the files but their names. */
static int put_names(struct ordered_run *s, size_t first, size_t n)
{
	struct answers answers;
	size_t all, i;
	const struct sorted_file *files = sorted_files_all(&s->files, &all);
	int rc = SCOUT_OK;

	answers_init(&answers);
	for (i = first; i < first + n && !rc; i++) {
		struct file_answer f = {
			.path = span_of(files[i].path, files[i].path_len),
			.size_bytes = files[i].size_bytes, .matches = true,
			.changed = files[i].changed,
			.mtime_ns = files[i].mtime_ns,
			.is_ranked = files[i].facts != NULL,
			.score = files[i].score };

		rc = emitter_put(&s->r->emitter, &answers, &f);
	}
	answers_release(&answers);
	return rc;
}

/* Looks up their lines.  The work is counted, but not once more what became of
 * the files. */
static int put_lines(struct ordered_run *s, size_t first, size_t n,
		     struct scout_err *err)
{
	struct run *r = s->r;
	struct scout_query_stats *stats = r->stats, second = { 0 };
	struct order_options order = {
		.job = &r->job, .ncandidates = n, .nthreads = r->nthreads,
		.emitter = &r->emitter };
	int rc;

	if (!s->candidates)
		s->candidates = sorted_files_candidates(&s->files);
	if (!s->candidates)
		return scout_err_set(err, SCOUT_E_NOMEM, "sorting files");
	order.candidates = s->candidates + first;
	r->emitter.stats = &second;
	r->job.is_second_look = true;
	rc = order_run(&order, r->verifiers, err);
	r->job.is_second_look = false;
	r->emitter.stats = stats;
	stats->matched_files += second.matched_files;
	stats->matched_lines += second.matched_lines;
	stats->matches += second.matches;
	stats->bytes_read += second.bytes_read;
	return rc;
}

int ordered_run_put(struct ordered_run *s, size_t first, size_t n,
		   struct scout_err *err)
{
	return s->r->options->detail == DETAIL_FILES ?
		       put_names(s, first, n) : put_lines(s, first, n, err);
}

int run_sorted(struct run *r, struct scout_err *err)
{
	struct ordered_run s;
	size_t n;
	int rc = ordered_run_collect(&s, r, err);

	if (!rc) {
		sorted_files_all(&s.files, &n);
		rc = ordered_run_put(&s, 0, n, err);
	}
	ordered_run_release(&s);
	return rc;
}
