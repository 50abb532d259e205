#include "query/query.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/os.h"
#include "base/pool.h"
#include "query/run.h"
#include "query/scan.h"

/* --- Life ---------------------------------------------------------------- */

int scout_query_new(struct span text, const struct query_options *options,
		    struct scout_query **out, struct scout_err *err)
{
	struct scout_query *q = scout_calloc(MEM_QUERY, 1, sizeof(*q));
	int64_t start = os_mono_ns();
	int rc;

	if (!q)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading a query");
	q->options = *options;
	arena_init(&q->arena, MEM_QUERY);
	arena_init(&q->work, MEM_QUERY);
	rc = query_parse(text, &options->parse, &q->arena, &q->parsed, err);
	if (rc < 0) {
		scout_query_free(q);
		return rc;
	}
	q->parse_ns = (uint64_t)(os_mono_ns() - start);
	*out = q;
	return SCOUT_OK;
}

void scout_query_free(struct scout_query *query)
{
	if (!query)
		return;
	text_patterns_release(&query->patterns);
	file_filters_release(&query->filters);
	arena_release(&query->arena);
	arena_release(&query->work);
	scout_free(query);
}

const struct parsed_query *scout_query_parsed(const struct scout_query *query)
{
	return &query->parsed;
}

/* What the tree's operands that are no words come down to. */
static int compile_operands(struct scout_query *q, struct scout_err *err)
{
	const struct query_options *o = &q->options;
	unsigned flags = (o->by_line ? TEXT_PATTERN_BY_LINE : 0) |
			 (o->brute ? TEXT_PATTERN_PLAIN : 0);
	int rc;

	text_patterns_release(&q->patterns);
	file_filters_release(&q->filters);
	rc = text_patterns_make(&q->tree, flags, &q->arena, &q->patterns,
				err);
	return rc < 0 ? rc : file_filters_make(q->tree.filters,
					       q->tree.nfilters, os_now_ns(),
					       &q->arena, &q->filters, err);
}

/* Makes the plan, unless there is one that does. */
static int make_plan(struct scout_query *q, bool wants_lines,
		     struct scout_err *err)
{
	const struct plan_input input = {
		.tree = &q->tree, .filters = &q->filters,
		.narrow = &q->narrow, .wants_lines = wants_lines,
		.by_line = q->options.by_line,
		.counts = q->options.counts && !q->options.brute };
	int rc;

	if (q->is_planned && (q->plans_lines || !wants_lines))
		return SCOUT_OK;
	rc = match_tree_make(q->parsed.root, &q->arena, &q->tree, err);
	if (!rc)
		rc = compile_operands(q, err);
	if (!rc)
		rc = path_narrow_make(&q->options.narrow, &q->arena,
				      &q->narrow, err);
	if (!rc)
		rc = plan_make(&input, &q->arena, &q->plan, err);
	q->is_planned = rc == SCOUT_OK;
	q->plans_lines = wants_lines;
	return rc;
}

/* Whether it matters where the words of matching files stand: for their lines,
 * or to rank them. */
static bool wants_positions(const struct query_options *o)
{
	return o->detail != DETAIL_FILES || o->top || o->sort == SORT_SCORE;
}

/* --- Running ------------------------------------------------------------- */

static void add_time(uint64_t *sum, int64_t *since)
{
	int64_t now = os_mono_ns();

	*sum += (uint64_t)(now - *since);
	*since = now;
}

/* With --fresh: what a walk finds that the index does not know of. */
static int look_around(struct run *r, struct fresh_tree *out,
		       struct scout_err *err)
{
	const struct fresh_options options = {
		.snapshot = r->snapshot, .index_dir = r->index->dir,
		.root = r->root, .rules = &r->rules, .nthreads = r->nthreads,
		.emitter = &r->emitter };

	if (!r->query->options.fresh)
		return SCOUT_OK;
	r->stats->is_fresh = true;
	return fresh_tree_make(&options, out, err);
}

/* Ends the search in the index; before says what had been looked at of it. */
static void close_search(struct run *r, struct index_search **search,
			 uint64_t before)
{
	if (*search)
		r->stats->index_bytes += r->snapshot->bytes_touched - before;
	index_search_close(*search);
	*search = NULL;
}

/* Through the index, a list of candidates at a time. */
static int run_index(struct run *r, struct scout_err *err)
{
	struct candidate_list list;
	struct fresh_tree fresh = { .dropped = NULL };
	struct index_search *search = NULL;
	int64_t since = os_mono_ns();
	uint64_t touched = r->snapshot->bytes_touched;
	int rc, end = SCOUT_OK;

	candidate_list_init(&list);
	rc = look_around(r, &fresh, err);
	add_time(&r->stats->walk_ns, &since);
	if (!rc)
		rc = index_search_open(r->snapshot, &r->query->plan,
				       r->options, r->nthreads,
				       r->stats->is_fresh ? &fresh : NULL,
				       r->ranking, &search, err);
	add_time(&r->stats->plan_ns, &since);
	while (!rc && end != SCOUT_END && !r->emitter.stopped) {
		struct order_options order = {
			.job = &r->job, .nthreads = r->nthreads,
			.emitter = &r->emitter };

		rc = end = index_search_next(search, &list, err);
		if (rc < 0)
			break;
		if (end == SCOUT_END) {
			close_search(r, &search, touched);
			scout_index_let_go(r->index);
		}
		add_time(&r->stats->match_ns, &since);
		order.candidates = (struct candidate *)list.candidates.ptr;
		order.ncandidates = list.candidates.len /
				    sizeof(struct candidate);
		r->stats->candidates += order.ncandidates;
		rc = order_run(&order, r->verifiers, err);
		add_time(&r->stats->verify_ns, &since);
	}
	close_search(r, &search, touched);
	candidate_list_release(&list);
	fresh_tree_release(&fresh);
	return rc < 0 ? rc : SCOUT_OK;
}

static int run_scan(struct run *r, struct scout_err *err)
{
	struct scan_options scan = { .job = &r->job, .root = r->root,
				     .narrow = r->narrow,
				     .nthreads = r->nthreads,
				     .emitter = &r->emitter };
	int64_t since = os_mono_ns();
	int rc;

	if (r->index) {
		scan.exclude_dir = r->index->dir;
		/* the rules were copied: no page of the index is needed */
		scout_index_let_go(r->index);
	}
	rc = scan_run(&scan, r->verifiers, err);
	add_time(&r->stats->verify_ns, &since);
	return rc;
}

/* Copies rules, which live in the snapshot. */
static int copy_rules(struct run *r, const struct walk_rules *rules,
		      struct scout_err *err)
{
	struct buf bytes = BUF_INIT(MEM_QUERY);
	int rc;

	walk_rules_encode(rules, &bytes);
	rc = buf_status(&bytes);
	if (!rc)
		rc = walk_rules_decode(buf_span(&bytes), &r->arena, &r->rules);
	buf_release(&bytes);
	return rc < 0 ? scout_err_set(err, rc, "reading the walk's rules") : rc;
}

/* A folder without an index is walked as the flags say. */
static void take_wishes(struct walk_rules *rules,
			const struct walk_rules *wishes)
{
	rules->hidden = wishes->hidden;
	rules->no_ignore = wishes->no_ignore;
	rules->no_require_git = wishes->no_require_git;
	rules->follow = wishes->follow;
	rules->one_file_system = wishes->one_file_system;
	rules->include_binary = wishes->include_binary;
	rules->search_zip = wishes->search_zip;
}

/* An index has the files that it was made with: says which of those that the
 * flags ask for are not among them. */
static void note_wishes(const struct run *r, const struct walk_rules *wishes,
			const struct walk_rules *rules)
{
	const struct {
		bool is_missing;
		const char *flag;
	} flags[] = {
		{ wishes->hidden && !rules->hidden, " --hidden" },
		{ wishes->no_ignore && !rules->no_ignore, " --no-ignore" },
		{ wishes->no_require_git && !rules->no_require_git,
		  " --no-require-git" },
		{ wishes->follow && !rules->follow, " --follow" },
		{ wishes->one_file_system && !rules->one_file_system,
		  " --one-file-system" },
		{ wishes->include_binary && !rules->include_binary, " -uuu" },
		{ wishes->search_zip && !rules->search_zip, " --search-zip" },
	};
	struct buf text = BUF_INIT(MEM_QUERY);
	const char *message;
	size_t i, empty;

	buf_put_str(&text, "note: the index was made without");
	empty = text.len;
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].is_missing)
			buf_put_str(&text, flags[i].flag);
	if (text.len > empty) {
		buf_put_str(&text, ", which decides what files it has");
		message = buf_cstr(&text);
		if (message && r->emitter.sink->message)
			r->emitter.sink->message(r->emitter.sink->ctx,
						 message);
	}
	buf_release(&text);
}

/* Root and rules: the index' own, or those of a bare folder. */
static int find_files(struct run *r, const char *root, struct scout_err *err)
{
	size_t i;
	int rc;

	r->root = root;
	if (!r->index) {
		SCOUT_ASSERT(root);
		take_wishes(&r->rules, &r->query->options.narrow);
		return walk_rules_load_global(&r->rules, &r->arena, err);
	}
	rc = scout_index_snapshot(r->index, &r->snapshot, err);
	if (rc < 0)
		return rc;
	r->root = r->index->root;
	note_wishes(r, &r->query->options.narrow, &r->snapshot->rules);
	r->stats->index_time_ns = r->snapshot->run_started_ns;
	r->stats->index_segments = r->snapshot->nsegments;
	for (i = 0; i < r->snapshot->nsegments; i++)
		r->stats->index_docs += r->snapshot->segments[i].ndocs;
	return copy_rules(r, &r->snapshot->rules, err);
}

static int open_root(struct run *r, struct scout_err *err)
{
	r->job.root_fd = open(r->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->job.root_fd < 0)
		return scout_err_sys(err, errno, "%s", r->root);
	return SCOUT_OK;
}

int run_in_path_order(struct run *r, struct scout_err *err)
{
	return r->index && !r->options->brute ? run_index(r, err) :
						run_scan(r, err);
}

static unsigned threads_of(const struct query_options *options)
{
	unsigned n = options->nthreads ? options->nthreads : os_cpu_count();

	return n < POOL_MAX_THREADS ? n : POOL_MAX_THREADS;
}

static int prepare(struct run *r, const char *root, struct scout_err *err)
{
	struct scout_query *q = r->query;
	int64_t since = os_mono_ns();
	int rc;

	rc = make_plan(q, wants_positions(&q->options), err);
	if (!rc)
		rc = word_table_make(&q->tree, &r->arena, &r->words, err);
	add_time(&r->stats->plan_ns, &since);
	if (!rc)
		rc = find_files(r, root, err);
	if (!rc)
		rc = open_root(r, err);
	add_time(&r->stats->open_ns, &since);
	if (rc < 0)
		return rc;
	r->nthreads = threads_of(&q->options);
	r->verifiers = scout_calloc(MEM_QUERY, r->nthreads,
				    sizeof(*r->verifiers));
	if (!r->verifiers)
		return scout_err_set(err, SCOUT_E_NOMEM, "starting a query");
	r->job.query = (struct text_query){
		&q->tree, &r->words, &q->patterns, &q->filters,
		q->options.by_line,
		q->options.lines_only && q->options.detail != DETAIL_MATCHES
	};
	r->job.options = &q->options;
	r->narrow = &q->narrow;
	r->job.rules = &r->rules;
	return SCOUT_OK;
}

void run_end(struct run *r)
{
	unsigned i;

	for (i = 0; r->verifiers && i < r->nthreads; i++)
		verifier_release(&r->verifiers[i]);
	scout_free(r->verifiers);
	if (r->job.root_fd >= 0)
		close(r->job.root_fd);
	arena_release(&r->arena);
}

int run_begin(struct run *r, struct scout_query *query,
	      struct scout_index *index, const char *root,
	      const struct scout_sink *sink, struct scout_query_stats *stats,
	      struct scout_err *err)
{
	const struct query_options *o = &query->options;

	*r = (struct run){ .query = query, .options = o, .index = index,
			   .stats = stats };
	memset(stats, 0, sizeof(*stats));
	stats->parse_ns = query->parse_ns;
	arena_init(&r->arena, MEM_QUERY);
	r->job.root_fd = -1;
	r->emitter = (struct emitter){
		.sink = sink, .stats = stats,
		.with_counts = o->detail == DETAIL_LINES ||
			       o->detail == DETAIL_MATCHES,
		.stop_at_first = o->stop_at_first };
	return prepare(r, root, err);
}

bool run_is_sorted(const struct query_options *o)
{
	return (o->sort != SORT_PATH || o->sort_reversed || o->top) &&
	       !o->stop_at_first;
}

int scout_query_run(struct scout_query *query, struct scout_index *index,
		    const char *root, const struct scout_sink *sink,
		    struct scout_query_stats *stats, struct scout_err *err)
{
	struct run r;
	int64_t start = os_mono_ns();
	int rc = run_begin(&r, query, index, root, sink, stats, err);

	if (!rc)
		rc = run_is_sorted(&query->options) ? run_sorted(&r, err) :
						  run_in_path_order(&r, err);
	rc = scout_index_name_damage(index, rc, err);
	run_end(&r);
	stats->total_ns = query->parse_ns + (uint64_t)(os_mono_ns() - start);
	return rc;
}

/* --- Counting and explaining --------------------------------------------- */

int scout_query_count(struct scout_query *query, struct scout_index *index,
		      uint64_t *out_docs, uint64_t *out_bytes,
		      struct scout_err *err)
{
	const struct segment_run_options options = {
		.trusts_flags = true, .nthreads = threads_of(&query->options),
	};
	struct index_snapshot *snapshot;
	uint64_t docs = 0, n, bytes;
	size_t i;
	int rc;

	rc = make_plan(query, false, err);
	if (!rc)
		rc = scout_index_snapshot(index, &snapshot, err);
	if (rc < 0)
		return rc;
	bytes = snapshot->bytes_touched;
	for (i = 0; i < snapshot->nsegments && !rc; i++) {
		struct segment_run run;

		arena_clear(&query->work);
		rc = segment_run_open(&run, &snapshot->segments[i],
				      &query->plan, &options, &query->work,
				      err);
		if (!rc)
			rc = segment_run_count(&run, &n, err);
		segment_run_close(&run);
		docs += rc < 0 ? 0 : n;
	}
	if (rc < 0)
		return scout_index_name_damage(index, rc, err);
	*out_docs = docs;
	*out_bytes = snapshot->bytes_touched - bytes;
	return SCOUT_OK;
}

int scout_query_explain(struct scout_query *query, struct explanation *out,
			struct scout_err *err)
{
	int rc = query->is_planned ? SCOUT_OK :
				     make_plan(query, false, err);

	if (rc < 0)
		return rc;
	rc = plan_explain(&query->plan, &query->parsed, &query->arena, out);
	return rc < 0 ? scout_err_set(err, rc, "explaining a query") : SCOUT_OK;
}
