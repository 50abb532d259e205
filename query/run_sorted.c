#include "query/run.h"

#include "query/order.h"
#include "query/sorted.h"

/* A run whose answers come in an order of their own. */
struct sorted_run {
	struct run *r;
	struct query_options plain;	/* for collecting the files */
	bool is_ranked;
	struct rank_shape shape;
	struct rank_tally tally;
	struct index_ranking ranking;
	struct rank_namer namer;
	struct sorted_files files;
};

static bool wants_scores(const struct query_options *o)
{
	return (o->sort == SORT_SCORE || o->top) && !o->files_without_match;
}

static bool reads_all(const struct run *r)
{
	return !r->index || r->options->brute;
}

static int prepare(struct sorted_run *s, struct scout_err *err)
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
static int tally_files(struct sorted_run *s, struct scout_err *err)
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
static int collect(struct sorted_run *s, struct scout_err *err)
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
static int rank(struct sorted_run *s, struct scout_err *err)
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
static bool has_missed(const struct sorted_run *s)
{
	return s->ranking.left_out &&
	       sorted_files_reaching(&s->files, s->ranking.threshold) <
		       s->r->options->top;
}

/* The snapshot was let go of at the end of the first search. */
static int collect_again(struct sorted_run *s, struct scout_err *err)
{
	struct run *r = s->r;
	int rc = scout_index_snapshot(r->index, &r->snapshot, err);

	sorted_files_clear(&s->files);
	rank_tally_clear(&s->tally, &r->words);
	s->ranking.top = 0;
	return rc < 0 ? rc : collect(s, err);
}

static int collect_and_rank(struct sorted_run *s, struct scout_err *err)
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

/* Nothing is asked of the files but their names. */
static int put_names(struct sorted_run *s)
{
	struct answers answers;
	size_t n, i;
	const struct sorted_file *files = sorted_files_all(&s->files, &n);
	int rc = SCOUT_OK;

	answers_init(&answers);
	for (i = 0; i < n && !rc; i++) {
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

/* At last: their lines.  The work is counted, but not once more what became of
 * the files. */
static int put_lines(struct sorted_run *s, struct scout_err *err)
{
	struct run *r = s->r;
	struct scout_query_stats *stats = r->stats, second = { 0 };
	struct order_options order = { .job = &r->job, .nthreads = r->nthreads,
				       .emitter = &r->emitter };
	int rc;

	sorted_files_all(&s->files, &order.ncandidates);
	order.candidates = sorted_files_candidates(&s->files);
	if (!order.candidates)
		return scout_err_set(err, SCOUT_E_NOMEM, "sorting files");
	r->emitter.stats = &second;
	r->job.is_second_look = true;
	rc = order_run(&order, r->verifiers, err);
	r->job.is_second_look = false;
	r->emitter.stats = stats;
	stats->matched_files = second.matched_files;
	stats->matched_lines = second.matched_lines;
	stats->matches = second.matches;
	stats->bytes_read += second.bytes_read;
	return rc;
}

int run_sorted(struct run *r, struct scout_err *err)
{
	struct sorted_run s = { .r = r };
	const struct query_options *o = r->options;
	int rc = prepare(&s, err);

	if (!rc)
		rc = collect_and_rank(&s, err);
	if (!rc) {
		sorted_files_order(&s.files, o->top, o->sort,
				   o->sort_reversed);
		rc = o->detail == DETAIL_FILES ? put_names(&s) :
						 put_lines(&s, err);
	}
	sorted_files_release(&s.files);
	rank_namer_release(&s.namer);
	rank_tally_release(&s.tally);
	return rc;
}
