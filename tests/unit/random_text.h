/* Words and texts for tests: a vocabulary whose words differ in few bytes, in
 * letter case and in length, some of them beyond ASCII. */
#ifndef SCOUT_TESTS_UNIT_RANDOM_TEXT_H
#define SCOUT_TESTS_UNIT_RANDOM_TEXT_H

#include "support.h"

#include "base/buf.h"

/* Appends a word; the larger the vocabulary, the fewer the repetitions. */
void random_word_put(struct rng *r, uint32_t vocabulary, struct buf *out);
/* Appends nwords words with separators, some of them line ends. */
void random_words_put(struct rng *r, uint32_t vocabulary, uint32_t nwords,
		      struct buf *out);

#endif
