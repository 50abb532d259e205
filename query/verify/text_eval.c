#include "query/verify/text_eval.h"

static int list_put(struct position_list *l, term_pos pos)
{
	term_pos *grown;
	size_t cap;

	if (l->n == l->cap) {
		cap = l->cap ? l->cap * 2 : 64;
		grown = scout_realloc(MEM_QUERY, l->at, cap * sizeof(*grown));
		if (!grown)
			return SCOUT_E_NOMEM;
		l->at = grown;
		l->cap = cap;
	}
	l->at[l->n++] = pos;
	return SCOUT_OK;
}

/* --- The leaves of the text as a source ---------------------------------- */

/* Joins the pieces of a phrase. */
static int make_phrase(struct text_eval *t, unsigned leaf)
{
	const struct ast *node = t->tree->leaves[leaf];
	struct position_list *out = &t->leaves[leaf];
	struct piece_spans *pieces;
	size_t i, least = SIZE_MAX;

	pieces = arena_alloc(&t->run.scratch, node->npieces * sizeof(*pieces));
	if (!pieces)
		return SCOUT_E_NOMEM;
	for (i = 0; i < node->npieces; i++) {
		const struct position_list *l =
			&t->elements[t->words->pieces[leaf][i]];

		pieces[i] = (struct piece_spans){ .at = l->at, .n = l->n };
		least = l->n < least ? l->n : least;
	}
	out->n = 0;
	if (!least)
		return SCOUT_OK;
	if (least > out->cap) {
		term_pos *grown = scout_realloc(MEM_QUERY, out->at,
						least * sizeof(*grown));

		if (!grown)
			return SCOUT_E_NOMEM;
		out->at = grown;
		out->cap = least;
	}
	out->n = phrase_join(pieces, node->npieces, SIZE_MAX, out->at);
	return SCOUT_OK;
}

/* Those on the line at hand. */
static void pattern_on_line(struct text_eval *t, size_t pattern,
			    struct leaf_spans *out)
{
	const struct match_pieces *list = &t->matcher.of[pattern];
	uint64_t line = t->run.lines.at.number;
	size_t *i = &t->pattern_hint[pattern];
	bool is_cut = list->is_cut && line >= list->cut_line;

	if (*i && list->at[*i - 1].line >= line)
		*i = 0;
	while (*i < list->n && list->at[*i].line < line)
		++*i;
	out->n = *i < list->n && list->at[*i].line == line;
	out->is_exact = out->n || !is_cut;
	out->n |= is_cut;
	out->in_text = true;
}

/* The matches of a regex or lit:. */
static void pattern_leaf(const struct text_eval *t, size_t pattern,
			 struct leaf_spans *out)
{
	const struct match_pieces *list = &t->matcher.of[pattern];

	*out = (struct leaf_spans){ .n = list->n || list->is_cut,
				    .is_exact = list->n || !list->is_cut,
				    .in_text = true };
}

/* The same for one in a NEAR: those that touch words. */
static int pattern_in_near(struct text_eval *t, size_t pattern,
			   struct leaf_spans *out)
{
	const struct match_pieces *list = &t->matcher.of[pattern];
	struct pattern_spans *s = &t->spans[pattern];

	if (!s->is_made && pattern_spans_make(s, list) < 0)
		return SCOUT_E_NOMEM;
	pattern_spans_get(s, list, out);
	return SCOUT_OK;
}

static int text_leaf(void *ctx, unsigned leaf, bool want_positions,
		     struct leaf_spans *out)
{
	struct text_eval *t = ctx;
	const struct text_pattern *pattern =
		text_pattern_of(t->matcher.patterns, leaf);
	size_t npieces = t->tree->leaves[leaf]->npieces;
	const struct position_list *l = &t->leaves[leaf];
	int rc;

	(void)want_positions;
	if (pattern) {
		size_t i = (size_t)(pattern - t->matcher.patterns->items);

		*out = (struct leaf_spans){ .n = 0 };
		if (t->in_near[leaf])
			return pattern_in_near(t, i, out);
		if (t->by_line)
			pattern_on_line(t, i, out);
		else
			pattern_leaf(t, i, out);
		return SCOUT_OK;
	}
	if (npieces == 1) {
		l = &t->elements[t->words->pieces[leaf][0]];
	} else if (!t->leaf_is_made[leaf]) {
		rc = make_phrase(t, leaf);
		if (rc < 0)
			return rc;
		t->leaf_is_made[leaf] = true;
	}
	*out = (struct leaf_spans){ .first = l->at, .n = l->n,
				    .len = (uint32_t)npieces,
				    .is_exact = true };
	return SCOUT_OK;
}

static int text_filter(void *ctx, unsigned filter, bool *out)
{
	struct text_eval *t = ctx;

	return file_filter_test(t->filters, filter, &t->facts,
				&t->filter_matcher, out);
}

static int text_last_below(void *ctx, term_pos pos, uint32_t nlines,
			   term_pos *out)
{
	struct text_eval *t = ctx;
	const struct position_list *l = &t->line_words;
	size_t line = positions_after(l->at, l->n, pos, t->line_hint);

	/* the words after the last '\n' are a line without an entry */
	t->line_hint = line;
	if (line >= l->n || nlines >= l->n - line)
		*out = (term_pos)(t->nwords - 1);
	else
		*out = l->at[line + nlines] - 1;
	return SCOUT_OK;
}

/* --- Life ---------------------------------------------------------------- */

static bool counts_lines(const struct match_node *node)
{
	size_t i;

	if (match_node_is_near(node) && node->near.in_lines)
		return true;
	for (i = 0; i < node->nchild; i++)
		if (counts_lines(node->child[i]))
			return true;
	return false;
}

/* Whether a node comes down to leaves of which any is enough, on whatever files
 * there are. */
static bool is_sum(const struct text_eval *t, const struct match_node *node)
{
	size_t i, nsums = 0, nfilters = 0;

	if (match_node_is_leaf(node))
		return t->tree->leaves[node->leaf]->npieces <= 1;
	for (i = 0; i < node->nchild; i++) {
		if (match_node_is_filter(node->child[i]))
			nfilters++;
		else
			nsums += is_sum(t, node->child[i]);
	}
	return node->kind == AST_OR ? nsums == node->nchild
				    : node->kind == AST_AND && nsums == 1 &&
					      nsums + nfilters == node->nchild;
}

/* Notes which leaves have to have a place among the words. */
static void find_in_near(struct text_eval *t, const struct match_node *node,
			 bool in_near)
{
	size_t i;

	in_near |= match_node_is_near(node);
	if (match_node_is_leaf(node)) {
		t->in_near[node->leaf] = in_near;
		return;
	}
	for (i = 0; i < node->nchild; i++)
		find_in_near(t, node->child[i], in_near);
}

/* Patterns in a NEAR need all their matches, and the words of the text. */
static void place_patterns(struct text_eval *t, bool lines_only)
{
	struct text_matcher *m = &t->matcher;
	unsigned i;

	find_in_near(t, t->tree->root, false);
	for (i = 0; i < m->patterns->n; i++)
		m->wants_words |= t->in_near[m->patterns->items[i].leaf];
	m->wants_all |= m->wants_words;
	m->wants_matches = m->wants_words || !lines_only;
	t->has_words |= m->wants_words;
	/* a word and a match on it are not the same part of the text */
	t->run.keeps_leaves |= m->wants_words;
}

int text_eval_init(struct text_eval *t, const struct text_query *query,
		   bool with_places, struct scout_err *err)
{
	struct match_source source = { .ctx = t, .leaf = text_leaf,
				       .filter = text_filter };
	const struct match_tree *tree = query->tree;
	const struct word_table *words = query->words;
	struct text_patterns *patterns = query->patterns;

	source.lines = (struct line_limits){ t, text_last_below };
	memset(t, 0, sizeof(*t));
	t->tree = tree;
	t->words = words;
	t->filters = query->filters;
	t->wants_places = with_places;
	t->by_line = query->by_line;
	t->wants_lines = t->by_line || counts_lines(tree->root);
	t->has_words = t->by_line || patterns->n < tree->nleaves;
	match_run_init(&t->run, tree, &source);
	t->pattern_hint = scout_calloc(MEM_QUERY, patterns->n,
				       sizeof(*t->pattern_hint));
	t->spans = scout_calloc(MEM_QUERY, patterns->n, sizeof(*t->spans));
	t->in_near = scout_calloc(MEM_QUERY, tree->nleaves,
				  sizeof(*t->in_near));
	t->batch = scout_malloc(MEM_TOKENIZE, sizeof(*t->batch));
	t->elements = scout_calloc(MEM_QUERY, words->nelements,
				   sizeof(*t->elements));
	t->leaves = scout_calloc(MEM_QUERY, tree->nleaves, sizeof(*t->leaves));
	t->leaf_is_made = scout_calloc(MEM_QUERY, tree->nleaves,
				       sizeof(*t->leaf_is_made));
	if (text_matcher_init(&t->matcher, patterns,
			      with_places || t->by_line) < 0 ||
	    word_scratch_init(&t->scratch, words) < 0 || !t->batch ||
	    !t->elements || !t->leaves || !t->leaf_is_made ||
	    !t->pattern_hint || !t->spans || !t->in_near ||
	    (t->by_line && match_run_by_line(&t->run) < 0))
		return scout_err_set(err, SCOUT_E_NOMEM, "reading texts");
	place_patterns(t, query->lines_only);
	t->is_sum = with_places && !t->by_line && !t->matcher.wants_words &&
		    !patterns->any_spans_lines && is_sum(t, tree->root);
	return SCOUT_OK;
}

void text_eval_release(struct text_eval *t)
{
	uint32_t i;

	for (i = 0; t->elements && i < t->words->nelements; i++)
		scout_free(t->elements[i].at);
	for (i = 0; t->leaves && i < t->tree->nleaves; i++)
		scout_free(t->leaves[i].at);
	scout_free(t->elements);
	scout_free(t->leaves);
	scout_free(t->leaf_is_made);
	scout_free(t->pattern_hint);
	for (i = 0; t->spans && i < t->matcher.patterns->n; i++)
		pattern_spans_release(&t->spans[i]);
	scout_free(t->spans);
	scout_free(t->in_near);
	scout_free(t->batch);
	scout_free(t->places);
	scout_free(t->line_words.at);
	regex_matcher_free(t->filter_matcher);
	if (t->tree) {
		text_matcher_release(&t->matcher);
		word_scratch_release(&t->scratch);
		match_run_release(&t->run);
	}
	memset(t, 0, sizeof(*t));
}

int text_eval_file(struct text_eval *t, const struct file_facts *facts,
		   enum verdict *out, struct scout_err *err)
{
	int rc;

	t->facts = *facts;
	rc = match_eval_filters(&t->run, out);
	if (rc == SCOUT_E_LIMIT)
		return scout_err_set(err, rc, "a regex for the path takes too "
				     "many steps here");
	return rc < 0 ? scout_err_set(err, rc, "evaluating a query") : rc;
}

void text_eval_begin(struct text_eval *t)
{
	uint32_t i;

	t->window_offset = 0;
	t->nwords = t->line = t->line_start = 0;
	for (i = 0; i < t->words->nelements; i++)
		t->elements[i].n = 0;
	for (i = 0; i < t->tree->nleaves; i++)
		t->leaf_is_made[i] = false;
	for (i = 0; i < t->matcher.patterns->n; i++)
		t->spans[i].is_made = false;
	memset(t->pattern_hint, 0,
	       t->matcher.patterns->n * sizeof(*t->pattern_hint));
	t->nplaces = 0;
	t->line_words.n = 0;
	t->line_hint = 0;
	t->tokenizer.skipping = false;
	t->needs_wider = false;
	text_matcher_begin(&t->matcher);
}

void text_eval_hold_back(struct text_eval *t)
{
	size_t all = t->nplaces;
	uint32_t i;

	SCOUT_ASSERT(t->is_sum);
	/* patterns are matched with whole lines */
	while (t->nplaces && t->places[t->nplaces - 1].line >= t->line)
		t->nplaces--;
	t->nplaces_held = all - t->nplaces;
	for (i = 0; i < t->words->nelements; i++) {
		struct position_list *l = &t->elements[i];

		l->nheld = 0;
		while (t->nplaces_held && l->n &&
		       l->at[l->n - 1] >= t->places[t->nplaces].pos) {
			l->n--;
			l->nheld++;
		}
	}
}

uint64_t text_eval_lines_ended(const struct text_eval *t)
{
	return t->matcher.patterns->n ? t->matcher.line : t->line;
}

void text_eval_forget(struct text_eval *t)
{
	uint32_t i;

	if (t->nplaces_held)
		memmove(t->places, t->places + t->nplaces,
			t->nplaces_held * sizeof(*t->places));
	t->nplaces = t->nplaces_held;
	for (i = 0; i < t->words->nelements; i++) {
		struct position_list *l = &t->elements[i];

		if (l->nheld)
			memmove(l->at, l->at + l->n,
				l->nheld * sizeof(*l->at));
		l->n = l->nheld;
	}
	text_matcher_forget(&t->matcher);
}

size_t text_eval_held_bytes(const struct text_eval *t)
{
	size_t sum = t->nplaces * sizeof(*t->places) +
		     t->line_words.n * sizeof(*t->line_words.at) +
		     text_matcher_held_bytes(&t->matcher);
	size_t i;

	for (i = 0; i < t->words->nelements; i++)
		sum += t->elements[i].n * sizeof(*t->elements[i].at);
	return sum;
}

/* --- The loop ------------------------------------------------------------ */

/* A batch of the tokenizer, while its lines are followed. */
struct batch_walk {
	uint32_t next_line;	/* of the batch, not yet passed */
	uint64_t line, line_start;
};

/* Moves to the line of token i. */
static void follow_lines(const struct text_eval *t, struct batch_walk *w,
			 uint32_t i)
{
	while (w->next_line < t->batch->nlines &&
	       t->batch->line_tokens[w->next_line] <= i) {
		w->line++;
		w->line_start = t->window_offset +
				t->batch->line_end[w->next_line++];
	}
}

static int put_place(struct text_eval *t, struct batch_walk *w, uint32_t i,
		     term_pos pos)
{
	const struct token *tok = &t->batch->tokens[i];
	struct word_place *grown;
	size_t cap;

	if (t->nplaces == t->places_cap) {
		cap = t->places_cap ? t->places_cap * 2 : 64;
		grown = scout_realloc(MEM_QUERY, t->places,
				      cap * sizeof(*grown));
		if (!grown)
			return SCOUT_E_NOMEM;
		t->places = grown;
		t->places_cap = cap;
	}
	follow_lines(t, w, i);
	t->places[t->nplaces++] = (struct word_place){
		.offset = t->window_offset + tok->start,
		.line_start = w->line_start, .line = w->line,
		.pos = pos, .len = tok->len };
	return SCOUT_OK;
}

/* A word, for the matches that it may touch. */
static void touch(struct text_eval *t, const struct token *tok, term_pos pos)
{
	uint64_t start = t->window_offset + tok->start;

	text_matcher_touch(&t->matcher, start, start + tok->len, pos);
}

/* Token i matched: notes its position for each element. */
static int put_found(struct text_eval *t, struct batch_walk *w, uint32_t i,
		     term_pos pos)
{
	uint32_t f;

	for (f = 0; f < t->scratch.nfound; f++)
		if (list_put(&t->elements[t->scratch.found[f]], pos) < 0)
			return SCOUT_E_NOMEM;
	return t->wants_places ? put_place(t, w, i, pos) : SCOUT_OK;
}

/* Compares the tokens of the batch.  *empty counts those that are no words. */
static int take_tokens(struct text_eval *t, struct batch_walk *w)
{
	const struct token_batch *b = t->batch;
	uint64_t pos = t->nwords;
	uint32_t i, line = 0;
	bool is_word;

	for (i = 0; i < b->ntokens; i++) {
		const struct token *tok = &b->tokens[i];
		const uint8_t *p = t->tokenizer.text + tok->start;
		struct span word = { p, tok->len };
		int rc = SCOUT_OK;

		while (t->wants_lines && line < b->nlines &&
		       b->line_tokens[line] <= i) {
			rc = list_put(&t->line_words, (term_pos)pos);
			line++;
			if (rc < 0)
				return rc;
		}
		if (tok->is_ascii) {
			if (word_table_may_match(t->words, *p, tok->len)) {
				rc = word_table_match_ascii(t->words, word,
							    &t->scratch);
				if (!rc && t->scratch.nfound)
					rc = put_found(t, w, i, (term_pos)pos);
			}
			if (t->touches)
				touch(t, tok, (term_pos)pos);
			pos++;
		} else {
			rc = word_table_match(t->words, word, &t->scratch,
					      &is_word);
			if (!rc && is_word && t->scratch.nfound)
				rc = put_found(t, w, i, (term_pos)pos);
			if (!rc && is_word && t->touches)
				touch(t, tok, (term_pos)pos);
			pos += !rc && is_word;
		}
		if (rc < 0)
			return rc;
	}
	for (; t->wants_lines && line < b->nlines; line++)
		if (list_put(&t->line_words, (term_pos)pos) < 0)
			return SCOUT_E_NOMEM;
	t->nwords = pos;
	return SCOUT_OK;
}

/* Goes through the words of a window. */
static int take_words(struct text_eval *t, struct span window, bool is_last,
		      struct scout_err *err)
{
	bool is_first = !t->window_offset && !t->nwords && !t->line;
	int rc;

	tokenizer_start(&t->tokenizer, window, is_last, is_first);
	while (tokenizer_next(&t->tokenizer, t->batch)) {
		struct batch_walk w = { 0, t->line, t->line_start };

		if (t->nwords > UINT32_MAX - TOKEN_BATCH)
			return scout_err_set(err, SCOUT_E_LIMIT,
					     "a file of more than 4 billion "
					     "words");
		rc = take_tokens(t, &w);
		if (rc < 0)
			return scout_err_set(err, rc, "reading a text");
		follow_lines(t, &w, UINT32_MAX);
		t->line = w.line;
		t->line_start = w.line_start;
	}
	return SCOUT_OK;
}

/* The part of a window that patterns can be matched with: whole lines. */
static struct span whole_lines(const struct text_eval *t, struct span window,
			       bool is_last)
{
	const uint8_t *newline;

	if (is_last)
		return window;
	newline = t->matcher.patterns->any_spans_lines || !window.len ? NULL :
		  memrchr(window.ptr, '\n', window.len);
	return span_of(window.ptr,
		       newline ? (size_t)(newline + 1 - window.ptr) : 0);
}

int text_eval_window(struct text_eval *t, struct span window, bool is_last,
		     size_t *out_used, struct scout_err *err)
{
	int rc;

	t->touches = false;
	if (t->matcher.patterns->n) {
		window = whole_lines(t, window, is_last);
		t->needs_wider = !window.len && !is_last;
		rc = text_matcher_window(&t->matcher, window, &t->touches);
		if (rc < 0)
			return scout_err_set(err, rc, "reading a text");
	}
	*out_used = window.len;
	if (t->has_words || t->touches) {
		rc = take_words(t, window, is_last, err);
		if (rc < 0)
			return rc;
		*out_used = t->tokenizer.pos;
	}
	/* whole lines are used up: no word goes over their end */
	SCOUT_ASSERT(!t->matcher.patterns->n || *out_used == window.len);
	t->window_offset += *out_used;
	return SCOUT_OK;
}
