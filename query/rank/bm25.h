/*
 * BM25: how much an occurrence of a term says about a document (Robertson et
 * al., "Okapi at TREC-3", 1994; the idf that is never negative is Lucene's).
 */
#ifndef SCOUT_QUERY_RANK_BM25_H
#define SCOUT_QUERY_RANK_BM25_H

#include <math.h>
#include <stdint.h>

/* How soon more occurrences say nothing new, and how much a document's length
 * counts.  docs/decisions/ has the measurements. */
#define BM25_K1 1.8
#define BM25_B 0.75

/* The weight of a term that df of ndocs documents have. */
static inline double bm25_idf(uint64_t ndocs, uint64_t df)
{
	double n = (double)ndocs, d = (double)(df < ndocs ? df : ndocs);

	return log(1 + (n - d + 0.5) / (d + 0.5));
}

/* What freq occurrences in a document of nwords words are worth, from 0 to
 * 1 + BM25_K1 (which no number of them reaches). */
static inline double bm25_saturation(uint32_t freq, uint32_t nwords,
				     double average_words)
{
	double length = average_words > 0 ? nwords / average_words : 1;

	return freq * (BM25_K1 + 1) /
	       (freq + BM25_K1 * (1 - BM25_B + BM25_B * length));
}

#endif
