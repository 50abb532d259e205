#include "query/scan.h"

#include "query/query_walk.h"

enum { SLICE_FILES = 65536 };	/* candidates made at a time */

/* Files [from, from + n) of the walk. */
static int scan_slice(const struct scan_options *o,
		      const struct file_entry *files, size_t n,
		      struct candidate *candidates, struct verifier *verifiers,
		      struct scout_err *err)
{
	struct order_options order = {
		.job = o->job, .candidates = candidates,
		.nthreads = o->nthreads, .emitter = o->emitter };
	size_t i;

	for (i = 0; i < n; i++) {
		if (!path_narrow_has(o->narrow, span_of(files[i].path,
							files[i].path_len)))
			continue;
		candidates[order.ncandidates++] = (struct candidate){
			.path = files[i].path, .path_len = files[i].path_len,
			.size_bytes = files[i].st.size };
	}
	return order_run(&order, verifiers, err);
}

int scan_run(const struct scan_options *o, struct verifier *verifiers,
	     struct scout_err *err)
{
	struct file_list list = { .files = NULL };
	struct candidate *candidates = NULL;
	size_t i, n;
	int rc = query_walk(o->root, o->exclude_dir, o->job->rules,
			    o->nthreads, o->emitter, &list, err);

	if (rc < 0)
		return rc;
	n = list.nfiles < SLICE_FILES ? list.nfiles : SLICE_FILES;
	candidates = scout_malloc(MEM_QUERY, n * sizeof(*candidates));
	if (!candidates)
		rc = scout_err_set(err, SCOUT_E_NOMEM, "searching files");
	for (i = 0; i < list.nfiles && !rc && !o->emitter->stopped; i += n) {
		if (list.nfiles - i < n)
			n = list.nfiles - i;
		rc = scan_slice(o, list.files + i, n, candidates, verifiers,
				err);
	}
	scout_free(candidates);
	file_list_release(&list);
	return rc;
}
