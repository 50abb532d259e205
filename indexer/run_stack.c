#include "indexer/run_stack.h"

#include "indexer/run_merge.h"

void run_stack_init(struct run_stack *s, unsigned source, const char *dir)
{
	unsigned i;

	memset(s, 0, sizeof(*s));
	s->source = source;
	s->dir = dir;
	s->fan_in = RUN_FAN_IN;
	for (i = 0; i < RUN_LEVELS; i++)
		s->levels[i].file.fd = -1;
}

static void forget_runs(struct run_level *l)
{
	size_t i;

	for (i = 0; i < l->nruns; i++)
		sorted_run_release(&l->runs[i]);
	l->nruns = 0;
}

void run_stack_release(struct run_stack *s)
{
	unsigned i;

	for (i = 0; i < RUN_LEVELS; i++) {
		forget_runs(&s->levels[i]);
		scout_free(s->levels[i].runs);
		s->levels[i].runs = NULL;
		run_file_close(&s->levels[i].file);
	}
}

/* A place for another run, and the file for it. */
static int prepare(struct run_stack *s, struct run_level *l,
		   struct scout_err *err)
{
	size_t cap = l->cap ? l->cap * 2 : 8;
	struct sorted_run *runs;

	if (l->nruns == l->cap) {
		runs = scout_realloc(MEM_RUNS, l->runs, cap * sizeof(*runs));
		if (!runs)
			return scout_err_set(err, SCOUT_E_NOMEM,
					     "writing a run");
		l->runs = runs;
		l->cap = cap;
	}
	return run_file_open(&l->file, s->dir, err);
}

/* Makes one run of all of a level. */
static int merge_level(struct run_stack *s, unsigned level, size_t buf_bytes,
		       struct scout_err *err)
{
	struct run_level *from = &s->levels[level], *to = from + 1;
	int rc = prepare(s, to, err);

	if (rc < 0)
		return rc;
	rc = run_merge_write(from->runs, from->nruns, buf_bytes, &to->file,
			     &to->runs[to->nruns], err);
	s->bytes_written += to->runs[to->nruns++].bytes;
	if (!rc)
		rc = run_file_clear(&from->file, err);
	forget_runs(from);
	return rc;
}

int run_stack_add(struct run_stack *s, struct accumulator *acc,
		  size_t buf_bytes, struct scout_err *err)
{
	struct run_level *l = &s->levels[0];
	unsigned i;
	int rc = prepare(s, l, err);

	if (rc < 0)
		return rc;
	rc = sorted_run_write(&l->file, s->source, acc, &l->runs[l->nruns],
			      err);
	s->bytes_written += l->runs[l->nruns++].bytes;
	s->nwritten++;
	for (i = 0; i + 1 < RUN_LEVELS && !rc; i++)
		if (s->levels[i].nruns >= s->fan_in)
			rc = merge_level(s, i, buf_bytes, err);
	return rc;
}

size_t run_stack_count(const struct run_stack *s)
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < RUN_LEVELS; i++)
		n += s->levels[i].nruns;
	return n;
}

void run_stack_list(const struct run_stack *s, struct sorted_run *out)
{
	unsigned i;

	/* merged runs are older than those that wait to be */
	for (i = RUN_LEVELS; i--;) {
		const struct run_level *l = &s->levels[i];

		if (l->nruns)
			memcpy(out, l->runs, l->nruns * sizeof(*out));
		out += l->nruns;
	}
}
