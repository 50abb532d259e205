/*
 * The filters of a query on the documents of one segment: by their records and
 * paths, without postings.
 *
 * One thread at a time, within one snapshot.
 */
#ifndef SCOUT_QUERY_PLAN_DOC_FILTER_H
#define SCOUT_QUERY_PLAN_DOC_FILTER_H

#include "index_format/segment_reader.h"
#include "query/filter/file_filter.h"
#include "query/filter/path_narrow.h"
#include "query/match/match_tree.h"

/* What is known of a filter: its answer for one document. */
struct filter_memo {
	doc_id doc;
	bool passes;
	uint64_t ntested, npassed;	/* so far */
};

struct doc_filter {
	struct segment_reader *seg;
	const struct file_filters *filters;
	const struct path_narrow *narrow;	/* or NULL */
	struct filter_memo *memo;	/* by filter */
	struct path_cache paths;
	struct regex_matcher *matcher;
	doc_id doc;			/* the one that facts is about */
	struct file_facts facts;
	bool has_path;			/* facts has it */
};

/* Filters and narrow are borrowed.  SCOUT_E_NOMEM. */
int doc_filter_open(struct doc_filter *f, struct segment_reader *seg,
		    const struct file_filters *filters,
		    const struct path_narrow *narrow, struct arena *arena);
/* Accepts a zeroed one. */
void doc_filter_close(struct doc_filter *f);

/* Whether filter i lets a document through.  SCOUT_E_CORRUPT, and the errors of
 * file_filter_test, here and below. */
int doc_filter_test(struct doc_filter *f, unsigned i, doc_id doc, bool *out);

/* The same for a node that match_node_is_filter. */
int doc_filter_test_node(struct doc_filter *f, const struct match_node *node,
			 doc_id doc, bool *out);

/* Whether a document is one of those that are searched at all. */
int doc_filter_test_narrow(struct doc_filter *f, doc_id doc, bool *out);

/* The documents [*out_from, *out_to) that such a node may let through: those
 * of a folder are next to each other. */
int doc_filter_range(struct doc_filter *f, const struct match_node *node,
		     doc_id *out_from, doc_id *out_to);

#endif
