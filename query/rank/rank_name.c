#include "query/rank/rank_name.h"

int rank_namer_init(struct rank_namer *n, const struct text_query *query,
		    struct scout_err *err)
{
	buf_init(&n->name, MEM_QUERY);
	return text_eval_init(&n->text, query, false, err);
}

void rank_namer_release(struct rank_namer *n)
{
	buf_release(&n->name);
	text_eval_release(&n->text);
}

/* Reads the last component as a text. */
static int read_name(struct rank_namer *n, struct span path,
		     struct scout_err *err)
{
	static const uint8_t padding[TOKEN_PADDING];
	const uint8_t *slash = path.len ? memrchr(path.ptr, '/', path.len) :
					  NULL;
	size_t start = slash ? (size_t)(slash + 1 - path.ptr) : 0, used;

	buf_clear(&n->name);
	buf_put(&n->name, path.ptr + start, path.len - start);
	buf_put(&n->name, padding, sizeof(padding));
	if (buf_status(&n->name) < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "ranking");
	text_eval_begin(&n->text);
	return text_eval_window(&n->text,
				span_of(n->name.ptr, path.len - start), true,
				&used, err);
}

int rank_namer_bonus(struct rank_namer *n, const struct rank_model *model,
		     struct span path, double *out, struct scout_err *err)
{
	const struct match_source *source = &n->text.run.source;
	struct leaf_spans spans;
	double sum = 0;
	unsigned i;
	int rc = read_name(n, path, err);

	for (i = 0; i < model->shape.nleaves && !rc; i++) {
		rc = source->leaf(source->ctx, model->shape.leaves[i], false,
				  &spans);
		if (!rc && spans.n)
			sum += rank_name_bonus(model, i);
	}
	if (rc < 0)
		return scout_err_set(err, rc, "ranking");
	*out = sum;
	return SCOUT_OK;
}
