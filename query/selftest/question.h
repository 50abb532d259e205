/*
 * Random questions made of a user's own words: terms of the dictionary and
 * prefixes of them, each as likely as the other; and words, phrases and
 * neighbours out of random files, where frequent words come often.
 *
 * One thread at a time.  The same seed, index and files give the same
 * questions.
 */
#ifndef SCOUT_QUERY_SELFTEST_QUESTION_H
#define SCOUT_QUERY_SELFTEST_QUESTION_H

#include "base/tree/read.h"
#include "base/tree/walk.h"
#include "index_format/segment_reader.h"
#include "index_format/tokenizer.h"

/* A query and how many operands it has. */
struct question {
	struct span text;
	unsigned noperands;
};

struct question_maker {
	uint64_t random;	/* state */
	struct arena arena;	/* terms */
	struct span *terms;	/* a sample of the dictionary */
	size_t nterms, next_term;
	/* where texts are taken from; borrowed */
	const struct file_entry *const *files;
	size_t nfiles;
	int root_fd;
	struct file_reader reader;
	struct token_batch *batch;
};

/*
 * Takes a sample of up to nterms terms from the snapshot, which is not needed
 * any more then.  files: those of the index that are unchanged, below root_fd.
 * Release it whatever happened.
 */
int question_maker_init(struct question_maker *m,
			struct index_snapshot *snapshot,
			const struct file_entry *const *files, size_t nfiles,
			int root_fd, size_t nterms, uint64_t seed,
			struct scout_err *err);
void question_maker_release(struct question_maker *m);

/*
 * The next question, its text in arena; it can be parsed.  SCOUT_END if there
 * are no words to make one of.  SCOUT_E_NOMEM.
 */
int question_make(struct question_maker *m, struct arena *arena,
		  struct question *out, struct scout_err *err);

#endif
