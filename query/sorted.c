#include "query/sorted.h"

#include "base/tree/walk.h"

/* --- Collecting ---------------------------------------------------------- */

void sorted_files_init(struct sorted_files *s, const struct rank_shape *shape,
		       const struct scout_sink *sink)
{
	arena_init(&s->arena, MEM_QUERY);
	buf_init(&s->files, MEM_QUERY);
	s->shape = shape;
	s->sink = sink;
}

void sorted_files_release(struct sorted_files *s)
{
	arena_release(&s->arena);
	buf_release(&s->files);
}

void sorted_files_clear(struct sorted_files *s)
{
	arena_clear(&s->arena);
	buf_clear(&s->files);
}

struct sorted_file *sorted_files_all(const struct sorted_files *s,
				     size_t *out_n)
{
	*out_n = s->files.len / sizeof(struct sorted_file);
	return (struct sorted_file *)s->files.ptr;
}

static int take_file(void *ctx, const struct scout_file *file)
{
	struct sorted_files *s = ctx;
	struct sorted_file f = {
		.path_len = file->path.len, .size_bytes = file->size_bytes,
		.mtime_ns = file->mtime_ns, .changed = file->changed };

	f.path = arena_dup(&s->arena, file->path.ptr, file->path.len);
	if (f.path && s->shape && file->facts)
		f.facts = (const uint32_t *)arena_dup(
			&s->arena, file->facts,
			rank_facts_len(s->shape) * sizeof(*f.facts));
	buf_put(&s->files, &f, sizeof(f));
	if (!f.path || (s->shape && file->facts && !f.facts))
		return SCOUT_E_NOMEM;
	return buf_status(&s->files);
}

static int take_line(void *ctx, const struct scout_file *file,
		     const struct scout_line *line)
{
	(void)ctx;
	(void)file;
	(void)line;
	return SCOUT_OK;
}

static int end_file(void *ctx, const struct scout_file *file)
{
	(void)ctx;
	(void)file;
	return SCOUT_OK;
}

static void pass_message(void *ctx, const char *text)
{
	const struct sorted_files *s = ctx;

	if (s->sink->message)
		s->sink->message(s->sink->ctx, text);
}

struct scout_sink sorted_files_sink(struct sorted_files *s)
{
	return (struct scout_sink){ .ctx = s, .begin_file = take_file,
				    .line = take_line, .end_file = end_file,
				    .message = pass_message };
}

/* --- Ranking ------------------------------------------------------------- */

/* The weights of operands that only the text decides. */
static int complete_model(const struct sorted_files *s,
			  struct rank_model *model, uint64_t ndocs)
{
	size_t n, i;
	unsigned l, nleaves = model->shape.nleaves;
	const struct sorted_file *files = sorted_files_all(s, &n);
	uint64_t *matching;

	if (model->is_complete)
		return SCOUT_OK;
	matching = scout_calloc(MEM_QUERY, nleaves + 1, sizeof(*matching));
	if (!matching)
		return SCOUT_E_NOMEM;
	for (i = 0; i < n; i++)
		for (l = 0; files[i].facts && l < nleaves; l++)
			matching[l] += rank_freq(files[i].facts, l) > 0;
	rank_model_complete(model, ndocs, matching);
	scout_free(matching);
	return SCOUT_OK;
}

static int compare_numbers(const void *va, const void *vb)
{
	const double *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

/* The score that top files reach, or less. */
static int top_score(const struct sorted_files *s, uint64_t top, double *out)
{
	size_t n, i;
	const struct sorted_file *files = sorted_files_all(s, &n);
	double *scores;

	*out = 0;
	if (!top || n <= top)
		return SCOUT_OK;
	scores = scout_malloc(MEM_QUERY, n * sizeof(*scores));
	if (!scores)
		return SCOUT_E_NOMEM;
	for (i = 0; i < n; i++)
		scores[i] = files[i].score;
	qsort(scores, n, sizeof(*scores), compare_numbers);
	*out = scores[n - top];
	scout_free(scores);
	return SCOUT_OK;
}

int sorted_files_rank(struct sorted_files *s, struct rank_model *model,
		      uint64_t ndocs, uint64_t top, struct rank_namer *namer,
		      struct scout_err *err)
{
	size_t n, i;
	struct sorted_file *files = sorted_files_all(s, &n);
	double bonus, most, least;
	int rc = complete_model(s, model, ndocs);

	for (i = 0; i < n && !rc; i++)
		files[i].score = files[i].facts ?
				 rank_score(model, files[i].facts) : 0;
	if (!rc)
		rc = top_score(s, top, &least);
	if (rc < 0)
		return scout_err_set(err, rc, "ranking files");
	most = rank_most_extra(model);
	for (i = 0; i < n; i++) {
		struct span path = span_of(files[i].path, files[i].path_len);

		if (!files[i].facts || files[i].score + most < least)
			continue;
		rc = rank_namer_bonus(namer, model, path, &bonus, err);
		if (rc < 0)
			return rc;
		files[i].score += bonus;
	}
	return SCOUT_OK;
}

uint64_t sorted_files_reaching(const struct sorted_files *s, double score)
{
	size_t n, i;
	const struct sorted_file *files = sorted_files_all(s, &n);
	uint64_t count = 0;

	for (i = 0; i < n; i++)
		count += files[i].score >= score;
	return count;
}

/* --- Order --------------------------------------------------------------- */

int sorted_file_compare(const struct sorted_file *a,
			const struct sorted_file *b, enum query_sort sort)
{
	switch (sort) {
	case SORT_SCORE:
		return (a->score < b->score) - (a->score > b->score);
	case SORT_SIZE:
		return (a->size_bytes > b->size_bytes) -
		       (a->size_bytes < b->size_bytes);
	case SORT_MODIFIED:
		return (a->mtime_ns > b->mtime_ns) -
		       (a->mtime_ns < b->mtime_ns);
	case SORT_PATH:
		break;
	}
	return 0;
}

/* The same, and by path where that is equal; sort: enum query_sort. */
static int compare_files(const void *va, const void *vb, void *sort)
{
	const struct sorted_file *a = va, *b = vb;
	int rc = sorted_file_compare(a, b, *(const enum query_sort *)sort);

	return rc ? rc : path_cmp(span_of(a->path, a->path_len),
				  span_of(b->path, b->path_len));
}

static void reverse(struct sorted_file *files, size_t n)
{
	size_t i;

	for (i = 0; i < n / 2; i++) {
		struct sorted_file f = files[i];

		files[i] = files[n - 1 - i];
		files[n - 1 - i] = f;
	}
}

void sorted_files_order(struct sorted_files *s, uint64_t top,
		       enum query_sort sort, bool is_reversed)
{
	enum query_sort by_score = SORT_SCORE;
	size_t n;
	struct sorted_file *files = sorted_files_all(s, &n);

	if (!n)
		return;
	if (top) {
		qsort_r(files, n, sizeof(*files), compare_files, &by_score);
		if (n > top)
			n = top;
		s->files.len = n * sizeof(*files);
	}
	qsort_r(files, n, sizeof(*files), compare_files, &sort);
	if (is_reversed)
		reverse(files, n);
}

struct candidate *sorted_files_candidates(struct sorted_files *s)
{
	size_t n, i;
	const struct sorted_file *files = sorted_files_all(s, &n);
	struct candidate *out = arena_calloc(&s->arena, n + 1, sizeof(*out));

	for (i = 0; out && i < n; i++)
		out[i] = (struct candidate){
			.path = files[i].path, .path_len = files[i].path_len,
			.size_bytes = files[i].size_bytes,
			.is_changed = files[i].changed,
			.is_ranked = files[i].facts != NULL,
			.score = files[i].score };
	return out;
}
