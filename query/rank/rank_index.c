#include "query/rank/rank_index.h"

/* --- Counting ------------------------------------------------------------ */

static doc_id next_deleted(const struct segment_reader *seg, doc_id from)
{
	while (from < seg->ndocs && !segment_is_deleted(seg, from))
		from++;
	return from < seg->ndocs ? from : DOC_NONE;
}

/* How many documents of a term are deleted: by a cursor of its own, since w
 * must not move. */
static int count_deleted_postings(const struct word_cursor *w, uint64_t *out)
{
	struct posting_cursor c;
	doc_id doc = next_deleted(w->seg, 0);
	int rc = posting_cursor_init(&c, w->seg, &w->postings->info);

	*out = 0;
	while (!rc && doc != DOC_NONE) {
		rc = posting_seek(&c, doc);
		if (rc)
			break;
		*out += c.doc == doc;
		doc = next_deleted(w->seg, c.doc > doc ? c.doc : doc + 1);
	}
	posting_cursor_release(&c);
	return rc == SCOUT_END ? SCOUT_OK : rc;
}

static uint64_t count_deleted_in_set(const struct word_cursor *w)
{
	const uint64_t *set = w->expansion->set;
	uint64_t n = 0;
	doc_id doc = next_deleted(w->seg, 0);

	for (; doc != DOC_NONE; doc = next_deleted(w->seg, doc + 1))
		n += set[doc / 64] >> (doc & 63) & 1;
	return n;
}

/* The documents of a word that are not deleted. */
static int count_word(const struct word_cursor *w, uint64_t *out)
{
	uint64_t deleted = 0;
	int rc = SCOUT_OK;

	*out = w->ndocs;
	if (w->kind == CURSOR_NONE || !w->seg->deleted)
		return SCOUT_OK;
	if (w->kind == CURSOR_EXPANSION)
		deleted = count_deleted_in_set(w);
	else
		rc = count_deleted_postings(w, &deleted);
	*out -= deleted;
	return rc;
}

static int tally_documents(struct rank_tally *tally,
			   struct segment_reader *seg, struct scout_err *err)
{
	struct doc_info info;
	doc_id doc;
	int rc;

	tally->ndocs += seg->ndocs;
	tally->nwords += seg->nwords;
	for (doc = next_deleted(seg, 0); doc != DOC_NONE;
	     doc = next_deleted(seg, doc + 1)) {
		rc = segment_doc(seg, doc, NULL, &info, err);
		if (rc < 0)
			return rc;
		tally->ndocs--;
		tally->nwords -= info.nwords;
	}
	return SCOUT_OK;
}

/* A word that is in several operands is one element: it is counted once. */
static bool was_counted(const uint32_t *done, size_t n, uint32_t element)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (done[i] == element)
			return true;
	return false;
}

int rank_tally_segment(struct rank_tally *tally, const struct rank_shape *shape,
		       const struct word_table *words,
		       const struct segment_run *run, struct scout_err *err)
{
	uint32_t *done = scout_calloc(MEM_QUERY, words->nelements + 1,
				      sizeof(*done));
	uint64_t docs;
	size_t i, p, ndone = 0;
	int rc = done ? tally_documents(tally, run->seg, err) :
			scout_err_set(err, SCOUT_E_NOMEM, "ranking");

	for (i = 0; i < shape->nleaves && !rc; i++) {
		unsigned leaf = shape->leaves[i];
		const struct leaf_run *l = &run->leaves[leaf];

		for (p = 0; l->words && p < l->plan->npieces && !rc; p++) {
			uint32_t element = words->pieces[leaf][p];

			if (was_counted(done, ndone, element))
				continue;
			done[ndone++] = element;
			rc = count_word(&l->words[p], &docs);
			if (rc < 0)
				scout_err_set(err, rc, "ranking");
			else
				tally->element_docs[element] += docs;
		}
	}
	scout_free(done);
	return rc;
}

/* --- Facts --------------------------------------------------------------- */

int rank_index_facts(struct segment_run *run, const struct rank_shape *shape,
		     uint32_t *out, bool *out_known, struct scout_err *err)
{
	int rc = rank_facts_collect(shape, &run->match.source,
				    run->info.nwords, out, out_known);

	return rc < 0 ? scout_err_set(err, rc, "ranking document %u",
				      run->doc) : SCOUT_OK;
}
