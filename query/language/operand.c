#include "query/language/operand.h"

#include "index_format/fold.h"
#include "index_format/tokenizer.h"
#include "query/language/edit_distance.h"
#include "query/language/filter_value.h"
#include "query/language/query_error.h"
#include "query/language/smart_case.h"

/* A word or wildcard of a bare operand, in the order written. */
struct atom {
	enum glob_item_kind kind;
	struct span raw;	/* GLOB_LITERAL: the word */
	size_t pos;		/* place in the query */
};

/* One operand while it is taken apart. */
struct operand {
	struct operand_builder *b;
	const struct lex_token *token;
	struct ast *node;
	struct span text;	/* the value, copied with padding */
};

/* Goes through the words of a text. */
struct word_walk {
	struct tokenizer tokenizer;
	struct token_batch *batch;
	uint32_t next;
};

int operand_builder_init(struct operand_builder *b, struct arena *arena,
			 struct scout_err *err)
{
	*b = (struct operand_builder){ .arena = arena, .err = err };
	buf_init(&b->fold, MEM_QUERY);
	buf_init(&b->pieces, MEM_QUERY);
	buf_init(&b->atoms, MEM_QUERY);
	b->batch = scout_malloc(MEM_QUERY, sizeof(*b->batch));
	if (!b->batch)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading a query");
	return SCOUT_OK;
}

void operand_builder_release(struct operand_builder *b)
{
	buf_release(&b->fold);
	buf_release(&b->pieces);
	buf_release(&b->atoms);
	scout_free(b->batch);
	b->batch = NULL;
}

static int out_of_memory(struct operand_builder *b)
{
	return scout_err_set(b->err, SCOUT_E_NOMEM, "reading a query");
}

/* --- Words --- */

static void walk_start(struct word_walk *w, struct operand_builder *b,
		       struct span text)
{
	w->batch = b->batch;
	w->batch->ntokens = 0;
	w->next = 0;
	tokenizer_start(&w->tokenizer, text, true, true);
}

static bool walk_next(struct word_walk *w, struct span *out)
{
	const struct token *t;

	while (w->next == w->batch->ntokens) {
		w->next = 0;
		if (!tokenizer_next(&w->tokenizer, w->batch)) {
			w->batch->ntokens = 0;
			return false;
		}
	}
	t = &w->batch->tokens[w->next++];
	*out = span_of(w->tokenizer.text + t->start, t->len);
	return true;
}

/* Whether only characters that neither start nor split a word stand here. */
static bool is_gap_transparent(const uint8_t *p, const uint8_t *end)
{
	int32_t cp;

	while (p < end) {
		p += lex_char(p, end, &cp);
		if (cp < 0 || char_class_of(cp) != CHAR_IGNORABLE)
			return false;
	}
	return true;
}

/* Whether a word is one of a script that has no spaces between words. */
static bool is_single(struct span word)
{
	const uint8_t *p = word.ptr, *end = word.ptr + word.len;
	enum char_class class = CHAR_IGNORABLE;
	int32_t cp;

	while (p < end && class == CHAR_IGNORABLE) {
		p += lex_char(p, end, &cp);
		class = cp < 0 ? CHAR_OTHER : char_class_of(cp);
	}
	return class == CHAR_SINGLE || class == CHAR_SINGLE_MARK;
}

/* The value of a token in memory that the tokenizer may read past. */
static int copy_text(struct operand *o)
{
	struct span v = o->token->value;
	uint8_t *copy = arena_alloc(o->b->arena, v.len + TOKEN_PADDING);

	if (!copy)
		return out_of_memory(o->b);
	memcpy(copy, v.ptr, v.len);
	memset(copy + v.len, 0, TOKEN_PADDING);
	o->text = span_of(copy, v.len);
	return SCOUT_OK;
}

/* --- Folding --- */

static int keep(struct operand_builder *b, struct span s, struct span *out)
{
	char *copy = arena_dup(b->arena, s.ptr, s.len);

	if (!copy)
		return out_of_memory(b);
	*out = span_of(copy, s.len);
	return SCOUT_OK;
}

static int fold_into(struct operand_builder *b, struct span word,
		     unsigned flags, struct span *out)
{
	buf_clear(&b->fold);
	if (fold_whole(word, flags, &b->fold) < 0)
		return out_of_memory(b);
	return keep(b, buf_span(&b->fold), out);
}

static unsigned fold_flags_of(const struct ast *node)
{
	return (node->sensitive ? 0 : FOLD_CASE) |
	       (node->no_marks ? FOLD_NO_MARKS : 0);
}

/* The folded form to compare, given the one that the index goes by. */
static int fold_to_compare(struct operand *o, struct span word,
			   struct span lookup, struct span *out)
{
	unsigned flags = fold_flags_of(o->node);

	*out = lookup;
	if (flags == FOLD_CASE)
		return SCOUT_OK;
	return fold_into(o->b, word, flags, out);
}

/* Adds a plain word; one that folds to nothing is no word, as in a text. */
static int add_word(struct operand *o, struct span word)
{
	struct ast_piece piece = { .raw = word };
	struct span whole;
	int rc;

	rc = fold_into(o->b, word, FOLD_CASE, &whole);
	if (rc < 0 || !whole.len)
		return rc;
	rc = fold_to_compare(o, word, whole, &piece.folded);
	if (rc < 0)
		return rc;
	/* cut from the whole folded form, as the index' terms are */
	piece.lookup = span_of(whole.ptr, fold_kept_len(whole));
	piece.is_overlong = piece.lookup.len < whole.len;
	buf_put(&o->b->pieces, &piece, sizeof(piece));
	return SCOUT_OK;
}

/* --- Globs --- */

/* Fills item with the forms of a literal; its lookup is empty if the text
 * folds to nothing. */
static int fold_literal(struct operand *o, struct span raw,
			struct glob_item *item)
{
	int rc;

	item->kind = GLOB_LITERAL;
	rc = fold_into(o->b, raw, FOLD_CASE, &item->lookup);
	if (rc < 0)
		return rc;
	rc = fold_to_compare(o, raw, item->lookup, &item->folded);
	if (rc < 0)
		return rc;
	buf_clear(&o->b->fold);
	if (fold_compose(item->folded, &o->b->fold) < 0)
		return out_of_memory(o->b);
	return keep(o->b, buf_span(&o->b->fold), &item->composed);
}

/* Wildcards that meet: all ? first, then at most one *. */
static size_t put_wildcards(struct glob_item *items, size_t n, size_t ones,
			    bool any)
{
	while (ones--)
		items[n++].kind = GLOB_ONE;
	if (any)
		items[n++].kind = GLOB_ANY;
	return n;
}

/* Makes one piece of the atoms; none if no literal is left of them. */
static int add_glob(struct operand *o, const struct atom *atoms, size_t natoms)
{
	struct ast_piece piece = { .items = NULL };
	size_t i, ones = 0, nliterals = 0, n = 0;
	struct glob_item literal = { .kind = GLOB_LITERAL };
	bool any = false;
	int rc;

	piece.items = arena_calloc(o->b->arena, natoms, sizeof(*piece.items));
	if (!piece.items)
		return out_of_memory(o->b);
	for (i = 0; i < natoms; i++) {
		if (atoms[i].kind != GLOB_LITERAL) {
			ones += atoms[i].kind == GLOB_ONE;
			any |= atoms[i].kind == GLOB_ANY;
			continue;
		}
		rc = fold_literal(o, atoms[i].raw, &literal);
		if (rc < 0)
			return rc;
		if (!literal.lookup.len)
			continue;
		n = put_wildcards(piece.items, n, ones, any);
		piece.items[n++] = literal;
		nliterals++;
		ones = any = 0;
	}
	piece.nitems = put_wildcards(piece.items, n, ones, any);
	piece.raw = span_of(atoms[0].raw.ptr,
			    (size_t)(atoms[natoms - 1].raw.ptr +
				     atoms[natoms - 1].raw.len -
				     atoms[0].raw.ptr));
	if (nliterals)
		buf_put(&o->b->pieces, &piece, sizeof(piece));
	return SCOUT_OK;
}

/* A wildcard beside a script without spaces: a * at its end says nothing that
 * the word does not, all else has no sensible reading. */
static int check_single(struct operand *o, const struct atom *atoms,
			size_t natoms, size_t nliterals)
{
	size_t i;

	for (i = 0; i < natoms; i++) {
		if (atoms[i].kind == GLOB_ONE ||
		    (nliterals > 1 && atoms[i].kind == GLOB_ANY))
			return scout_err_syntax(
				o->b->err, atoms[i].pos, 1,
				"a wildcard cannot stand beside text of a "
				"script without spaces, where each character "
				"is a word");
	}
	return SCOUT_OK;
}

/* Turns the atoms gathered so far into a piece: a word or a glob. */
static int flush_atoms(struct operand *o)
{
	const struct atom *atoms = (const struct atom *)o->b->atoms.ptr;
	size_t i, n = o->b->atoms.len / sizeof(*atoms), nliterals = 0;
	const struct atom *word = NULL;
	bool single = false;
	int rc = SCOUT_OK;

	if (buf_status(&o->b->atoms) < 0)
		return out_of_memory(o->b);
	for (i = 0; i < n; i++) {
		if (atoms[i].kind != GLOB_LITERAL)
			continue;
		word = &atoms[i];
		nliterals++;
		single |= is_single(word->raw);
	}
	if (single && n > 1)
		rc = check_single(o, atoms, n, nliterals);
	if (rc == SCOUT_OK && word)
		rc = single || n == 1 ? add_word(o, word->raw) :
					add_glob(o, atoms, n);
	buf_clear(&o->b->atoms);
	return rc;
}

static void put_atom(struct operand *o, enum glob_item_kind kind,
		     struct span raw)
{
	struct atom a = { .kind = kind, .raw = raw };

	a.pos = o->token->value_pos + (size_t)(raw.ptr - o->text.ptr);
	buf_put(&o->b->atoms, &a, sizeof(a));
}

/* The words between two wildcards.  Those that touch a wildcard share a piece
 * with it; a gap that holds more than ignorable characters ends the piece. */
static int take_stretch(struct operand *o, struct span stretch)
{
	const uint8_t *at = stretch.ptr, *end = stretch.ptr + stretch.len;
	struct word_walk walk;
	struct span word;
	bool first = true;
	int rc;

	walk_start(&walk, o->b, stretch);
	while (walk_next(&walk, &word)) {
		if (!first || !is_gap_transparent(at, word.ptr)) {
			rc = flush_atoms(o);
			if (rc < 0)
				return rc;
		}
		put_atom(o, GLOB_LITERAL, word);
		at = word.ptr + word.len;
		first = false;
	}
	return is_gap_transparent(at, end) ? SCOUT_OK : flush_atoms(o);
}

/* The next wildcard from pos on that no backslash stands before. */
static size_t find_wildcard(struct span text, size_t pos)
{
	for (; pos < text.len; pos++) {
		uint8_t c = text.ptr[pos];

		if (c == '*' || c == '?')
			return pos;
		if (c == '\\' && pos + 1 < text.len &&
		    memchr("*?~\\", text.ptr[pos + 1], 4))
			pos++;
	}
	return text.len;
}

static int bare_pieces(struct operand *o)
{
	size_t pos = 0, stop;
	int rc;

	buf_clear(&o->b->atoms);
	for (;;) {
		stop = find_wildcard(o->text, pos);
		rc = take_stretch(o, span_of(o->text.ptr + pos, stop - pos));
		if (rc < 0)
			return rc;
		if (stop == o->text.len)
			return flush_atoms(o);
		put_atom(o, o->text.ptr[stop] == '*' ? GLOB_ANY : GLOB_ONE,
			 span_of(o->text.ptr + stop, 1));
		pos = stop + 1;
	}
}

static int quoted_pieces(struct operand *o)
{
	struct word_walk walk;
	struct span word;
	int rc;

	walk_start(&walk, o->b, o->text);
	while (walk_next(&walk, &word)) {
		rc = add_word(o, word);
		if (rc < 0)
			return rc;
	}
	return SCOUT_OK;
}

/* --- Operands --- */

/* Length of a trailing ~ or ~n that makes an operand fuzzy; 0 if none. */
static size_t fuzzy_suffix(struct span text)
{
	size_t i = text.len, slashes = 0;

	while (i && text.ptr[i - 1] >= '0' && text.ptr[i - 1] <= '9')
		i--;
	if (i < 2 || text.ptr[i - 1] != '~')
		return 0;
	while (slashes < i - 1 && text.ptr[i - 2 - slashes] == '\\')
		slashes++;
	return slashes % 2 ? 0 : text.len - i + 1;
}

/* Whether text is one word and nothing else; adds it then. */
static int add_only_word(struct operand *o, struct span text, bool *out_is_one)
{
	struct word_walk walk;
	struct span word, more;

	*out_is_one = false;
	walk_start(&walk, o->b, text);
	if (!walk_next(&walk, &word) || walk_next(&walk, &more) ||
	    !is_gap_transparent(text.ptr, word.ptr) ||
	    !is_gap_transparent(word.ptr + word.len, text.ptr + text.len))
		return SCOUT_OK;
	*out_is_one = true;
	return add_word(o, word);
}

static int fuzzy_pieces(struct operand *o, size_t suffix)
{
	struct span text = span_of(o->text.ptr, o->text.len - suffix);
	size_t i, pos = o->token->value_pos + text.len;
	uint32_t edits = 0;
	bool is_one;
	int rc;

	for (i = 1; i < suffix && edits <= FUZZY_MAX_EDITS; i++)
		edits = edits * 10 + (uint32_t)(o->text.ptr[text.len + i] - '0');
	if (suffix == 1)
		edits = 1;
	if (edits > FUZZY_MAX_EDITS)
		return scout_err_syntax(o->b->err, pos, suffix,
					"at most %d edits: word~%d",
					FUZZY_MAX_EDITS, FUZZY_MAX_EDITS);
	rc = add_only_word(o, text, &is_one);
	if (rc < 0)
		return rc;
	if (!is_one)
		return scout_err_syntax(
			o->b->err, pos, suffix,
			"'~' goes right after one plain word, as in colour~2 "
			"(an ordinary ~ is written \\~)");
	o->node->distance = edits;
	o->node->kind = edits ? AST_FUZZY : AST_WORDS;
	return SCOUT_OK;
}

static int part_pieces(struct operand *o)
{
	bool is_one;
	int rc = add_only_word(o, o->text, &is_one);

	if (rc < 0 || (is_one && o->b->pieces.len))
		return rc;
	return scout_err_syntax(o->b->err, o->token->pos, o->token->len,
				"part: takes one plain word, without "
				"wildcards or punctuation");
}

/* Bare operands that other languages use as operators. */
static const char *operator_hint(struct span text)
{
	if (span_eq(text, span_str("&&")) || span_eq(text, span_str("&")))
		return "; the operator is AND";
	if (span_eq(text, span_str("||")) || span_eq(text, span_str("|")))
		return "; the operator is OR";
	if (span_eq(text, span_str("!")))
		return "; the operator is NOT";
	return "";
}

static int no_word_error(struct operand *o)
{
	const struct lex_token *t = o->token;
	struct excerpt plain, quoted;

	if (t->is_quoted && !t->value.len)
		return scout_err_syntax(o->b->err, t->pos, t->len,
					"there is nothing in these quotes");
	excerpt_of(t->value, EXCERPT_PLAIN, &plain);
	excerpt_of(t->value, EXCERPT_IN_QUOTES, &quoted);
	return scout_err_syntax(o->b->err, t->pos, t->len,
				"'%s' holds no word; for the text write "
				"lit:\"%s\"%s", plain.text, quoted.text,
				t->is_quoted ? "" : operator_hint(t->value));
}

/* Copies the pieces found into the node. */
static int take_pieces(struct operand *o)
{
	struct buf *found = &o->b->pieces;

	if (buf_status(found) < 0)
		return out_of_memory(o->b);
	if (!found->len)
		return no_word_error(o);
	o->node->pieces = arena_alloc(o->b->arena, found->len);
	if (!o->node->pieces)
		return out_of_memory(o->b);
	memcpy(o->node->pieces, found->ptr, found->len);
	o->node->npieces = found->len / sizeof(struct ast_piece);
	return SCOUT_OK;
}

static int build_words(struct operand *o)
{
	const struct lex_token *t = o->token;
	size_t suffix;
	int rc;

	rc = copy_text(o);
	if (rc < 0)
		return rc;
	buf_clear(&o->b->pieces);
	suffix = t->kind == LEX_BARE ? fuzzy_suffix(o->text) : 0;
	if (t->kind == LEX_PART)
		rc = part_pieces(o);
	else if (t->kind == LEX_QUOTED)
		rc = quoted_pieces(o);
	else if (suffix)
		rc = fuzzy_pieces(o, suffix);
	else
		rc = bare_pieces(o);
	return rc < 0 ? rc : take_pieces(o);
}

static int build_filter(struct operand *o)
{
	const struct lex_token *t = o->token;
	const char *wrong = filter_value_check(t->field, t->value);
	size_t from = t->value_pos - t->is_quoted;

	o->node->text_is_regex = t->is_regex;
	if (!wrong)
		return SCOUT_OK;
	return scout_err_syntax(o->b->err, from, t->pos + t->len - from, "%s",
				wrong);
}

/* --- Case --- */

static bool is_sensitive(enum case_mode mode, const struct lex_token *t)
{
	bool is_exact = t->kind == LEX_REGEX || t->kind == LEX_LITERAL;

	switch (mode) {
	case CASE_IGNORE:
		return false;
	case CASE_SENSITIVE:
		return true;
	case CASE_SMART:
		return smart_case_has_upper(t->value, t->is_regex);
	case CASE_DEFAULT:
		break;
	}
	return is_exact;
}

static enum ast_kind kind_of(enum lex_kind kind)
{
	switch (kind) {
	case LEX_REGEX:
		return AST_REGEX;
	case LEX_PART:
		return AST_PART;
	case LEX_LITERAL:
		return AST_LITERAL;
	case LEX_FILTER:
		return AST_FILTER;
	default:
		return AST_WORDS;
	}
}

int operand_build(struct operand_builder *b, const struct lex_token *t,
		  struct ast **out)
{
	struct operand o = { .b = b, .token = t };
	struct ast *node = arena_calloc(b->arena, 1, sizeof(*node));
	int rc = SCOUT_OK;

	if (!node)
		return out_of_memory(b);
	o.node = node;
	node->kind = kind_of(t->kind);
	node->pos = t->pos;
	node->len = t->len;
	node->height = 1;
	node->quoted = t->is_quoted;
	node->field = t->field;
	node->text = t->value;
	node->no_marks = b->no_marks && t->kind != LEX_FILTER;
	/* a flag in the query wins over the mode; filters have no mode */
	node->sensitive = !t->regex_icase && (t->kind == LEX_FILTER ||
					      is_sensitive(b->case_mode, t));
	node->regex_icase = t->is_regex && !node->sensitive;
	node->regex_multiline = t->regex_multiline;
	if (t->kind == LEX_FILTER)
		rc = build_filter(&o);
	else if (t->kind == LEX_LITERAL && !t->value.len)
		rc = scout_err_syntax(b->err, t->pos, t->len,
				      "lit: needs a text to look for");
	else if (t->kind != LEX_REGEX && t->kind != LEX_LITERAL)
		rc = build_words(&o);
	if (rc < 0)
		return rc;
	*out = node;
	return SCOUT_OK;
}
