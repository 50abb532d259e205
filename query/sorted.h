/*
 * Answers in another order than that of paths.
 *
 * First the files that match are collected, as the sink of a search that prints
 * nothing; then they are ranked, put in order and cut to the best; then their
 * lines are looked up in that order.
 *
 * One thread at a time.
 */
#ifndef SCOUT_QUERY_SORTED_H
#define SCOUT_QUERY_SORTED_H

#include "query/query.h"
#include "query/rank/rank_name.h"
#include "query/verify/candidate.h"

struct sorted_file {
	const char *path;	/* with a NUL */
	size_t path_len;
	uint64_t size_bytes;
	int64_t mtime_ns;
	bool changed;
	const uint32_t *facts;	/* or NULL: it is not ranked */
	double score;
};

struct sorted_files {
	struct arena arena;
	struct buf files;	/* struct sorted_file, in path order */
	const struct rank_shape *shape;	/* NULL: they are not ranked */
	const struct scout_sink *sink;	/* for what has to be said at once */
};

void sorted_files_init(struct sorted_files *s, const struct rank_shape *shape,
		       const struct scout_sink *sink);
void sorted_files_release(struct sorted_files *s);
/* Forgets the files. */
void sorted_files_clear(struct sorted_files *s);

/* What collects the files. */
struct scout_sink sorted_files_sink(struct sorted_files *s);

/* All of them, and how many; borrowed until the next is collected. */
struct sorted_file *sorted_files_all(const struct sorted_files *s,
				     size_t *out_n);

/*
 * Gives every file its score; with top (0: all), perhaps too low a one to those
 * that are surely not among the best so many.  Completes the model.
 */
int sorted_files_rank(struct sorted_files *s, struct rank_model *model,
		      uint64_t ndocs, uint64_t top, struct rank_namer *namer,
		      struct scout_err *err);

/* How many have that score or a higher one. */
uint64_t sorted_files_reaching(const struct sorted_files *s, double score);

/* Which of two comes first by that alone: below, equal or above 0. */
int sorted_file_compare(const struct sorted_file *a,
			const struct sorted_file *b, enum query_sort sort);

/* Keeps the top best by score (0: all), and puts them in the order asked for;
 * where that leaves it open, in path order. */
void sorted_files_order(struct sorted_files *s, uint64_t top,
		       enum query_sort sort, bool is_reversed);

/* A candidate for each, in order, in the arena; NULL when memory is short. */
struct candidate *sorted_files_candidates(struct sorted_files *s);

#endif
