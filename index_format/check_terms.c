#include "index_format/check_terms.h"

#include "index_format/check_filters.h"
#include "index_format/check_postings.h"
#include "index_format/checksum.h"
#include "index_format/fold.h"
#include "index_format/keys.h"

/* How a block begins and ends (format, "Dictionary"). */
enum { BLOCK_HEAD = 4, RESTART_BYTES = 4 };

/* What every term of a segment goes through. */
struct term_check {
	struct posting_check postings;
	struct filter_check filters;
};

static int check_dict_key(struct checker *c, struct span key, struct span value)
{
	(void)value;
	if (key.len <= 4 || key.len > DICT_KEY_MAX)
		checker_problem(c, "dictionary: a key is damaged");
	else if (!checker_segment(c, get_be32(key.ptr)))
		c->counts->unnamed++;
	return SCOUT_OK;
}

int check_dict_keys(struct checker *c)
{
	return checker_each_value(c, STORE_DICT, "dictionary", check_dict_key);
}

static bool is_utf8(struct span s)
{
	const uint8_t *p = s.ptr, *end = p + s.len;
	int32_t cp;
	unsigned n;

	for (; p < end; p += n) {
		n = *p < 0x80 ? 1 : utf8_decode(p, end, &cp);
		if (!n)
			return false;
	}
	return true;
}

static const char *check_text(struct checked_segment *seg, struct span term)
{
	struct span last = span_of(seg->last_term, seg->last_term_len);

	if (!term.len)
		return "an empty term";
	if (span_cmp(last, term) >= 0)
		return "it does not follow the term before";
	if (memchr(term.ptr, 0, term.len) || !is_utf8(term))
		return "it is not UTF-8 text";
	memcpy(seg->last_term, term.ptr, term.len);
	seg->last_term_len = (unsigned)term.len;
	return NULL;
}

/* At every restart the table in front must lead to where reading has come. */
static bool restart_fits(const struct dict_block *b)
{
	const uint8_t *slot = b->bytes.ptr + BLOCK_HEAD +
			      RESTART_BYTES * (b->next / DICT_RESTART);

	return b->bytes.ptr + get_le16(slot) == b->p &&
	       b->bytes.ptr + get_le16(slot + 2) == b->info_p;
}

static void check_term(struct term_check *tc, struct span term,
		       const struct term_info *info)
{
	struct posting_check *pc = &tc->postings;
	struct checked_segment *seg = pc->seg;
	const char *problem = check_text(seg, term);

	if (problem) {
		checker_term_problem(pc->checker, seg, term, "%s", problem);
		seg->terms_damaged = true;
	}
	if (!posting_check_term(pc, term, info))
		seg->terms_damaged = true;
	filter_check_term(&tc->filters, term);
	seg->terms_found++;
	seg->postings_found += info->df;
	pc->checker->counts->positions += info->cf;
}

/* Every term of a block; what is wrong with the block itself, or NULL. */
static const char *check_block_terms(struct term_check *tc, struct span key,
				     struct dict_block *b)
{
	struct span first = span_of(key.ptr + 4, key.len - 4), term;
	int rc;

	while (b->next < b->nterms) {
		if (b->next % DICT_RESTART == 0 && !restart_fits(b))
			return "its restart table is damaged";
		rc = dict_block_next(b);
		if (rc < 0)
			return "it is damaged";
		term = span_of(b->term, b->term_len);
		if (b->next == 1 && !span_eq(term, first))
			return "its key is not its first term";
		check_term(tc, term, &b->info);
	}
	if (b->p != b->terms_end || b->info_p != b->bytes.ptr + b->bytes.len)
		return "bytes after its last term";
	return NULL;
}

static const char *check_block_bytes(struct span key, struct span bytes,
				     struct dict_block *b)
{
	struct span body;

	if (checksum_cut(bytes, checksum_seed(key), &body) < 0)
		return "wrong checksum";
	return dict_block_open(b, bytes) < 0 ? "its head is damaged" : NULL;
}

static void check_block(struct term_check *tc, struct span key,
			struct span bytes)
{
	struct checker *c = tc->postings.checker;
	struct checked_segment *seg = tc->postings.seg;
	struct dict_block b;
	const char *problem;
	unsigned i;

	seg->blocks_found++;
	seg->dict_bytes_found += bytes.len;
	seg->dict_keys_found = checksum_of(key, seg->dict_keys_found);
	c->counts->bytes += bytes.len;
	problem = check_block_bytes(key, bytes, &b);
	if (!problem)
		problem = check_block_terms(tc, key, &b);
	filter_check_block(&tc->filters);
	if (!problem)
		return;
	checker_term_problem(c, seg,
			     span_of(key.ptr + 4, key.len - 4),
			     "the dictionary block that begins with it: %s",
			     problem);
	seg->terms_damaged = true;
	for (i = 0; i < STREAMS; i++)
		seg->layout[i].is_lost = true;
}

static void check_totals(struct checker *c, struct checked_segment *seg)
{
	const struct segment_meta *m = seg->meta;

	if (seg->blocks_found != m->dict_blocks ||
	    seg->dict_bytes_found != m->dict_bytes)
		checker_segment_problem(c, seg, "%u dictionary blocks with "
					"%llu bytes, %u with %llu by the "
					"manifest", seg->blocks_found,
					(unsigned long long)
						seg->dict_bytes_found,
					m->dict_blocks,
					(unsigned long long)m->dict_bytes);
	else if (seg->dict_keys_found != m->dict_keys)
		checker_segment_problem(c, seg, "the keys of the dictionary "
					"blocks are not those that were "
					"written");
	if (seg->terms_damaged)
		return;
	if (seg->terms_found != m->nterms)
		checker_segment_problem(c, seg, "%llu terms, %llu by the "
					"manifest",
					(unsigned long long)seg->terms_found,
					(unsigned long long)m->nterms);
	if (seg->postings_found != m->npostings)
		checker_segment_problem(c, seg, "%llu postings, %llu by the "
					"manifest",
					(unsigned long long)seg->postings_found,
					(unsigned long long)m->npostings);
}

/* The keys are known to be good as far as they can be read. */
static int check_each_block(struct term_check *tc)
{
	const struct posting_check *pc = &tc->postings;
	struct store_cursor *cursor = NULL;
	uint8_t start[4], last[DICT_KEY_MAX] = { 0 };
	size_t last_len = 0;
	struct span key, value;
	int rc;

	put_be32(start, pc->seg->meta->number);
	rc = store_cursor_open(pc->checker->txn, STORE_DICT, &cursor);
	if (rc == SCOUT_E_NOMEM)
		return rc;
	if (!rc)
		rc = store_seek_ge(cursor, span_of(start, 4), &key, &value);
	while (!rc && key.len > 4 && key.len <= DICT_KEY_MAX &&
	       get_be32(key.ptr) == pc->seg->meta->number &&
	       span_cmp(span_of(last, last_len), key) < 0) {
		memcpy(last, key.ptr, key.len);
		last_len = key.len;
		check_block(tc, key, value);
		rc = store_next(cursor, &key, &value);
	}
	store_cursor_close(cursor);
	return SCOUT_OK;
}

int check_terms(struct checker *c, struct checked_segment *seg)
{
	struct term_check tc;
	int rc, filters_rc;

	rc = posting_check_init(&tc.postings, c, seg);
	filters_rc = filter_check_init(&tc.filters, c, seg);
	if (!rc)
		rc = filters_rc;
	if (!rc)
		rc = check_each_block(&tc);
	if (!rc) {
		check_totals(c, seg);
		posting_check_end(&tc.postings);
		filter_check_end(&tc.filters);
		c->counts->terms += seg->terms_found;
		c->counts->postings += seg->postings_found;
	}
	posting_check_release(&tc.postings);
	filter_check_release(&tc.filters);
	return rc;
}
