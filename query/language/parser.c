#include "query/language/parser.h"

#include "query/language/lexer.h"
#include "query/language/operand.h"
#include "query/language/query_error.h"
#include "query/language/query_note.h"
#include "query/language/smart_case.h"
#include "query/language/window.h"

/*
 * Recursive descent, one function per level of binding, loosest first:
 *
 *	or      = and { OR and }
 *	and     = item { [AND] item }
 *	item    = setting | not
 *	not     = NOT not | near
 *	near    = unary { (NEAR | BEFORE | NOT NEAR) unary }
 *	unary   = [-] primary
 *	primary = operand | ( or )
 *
 * A level may give NULL for "only settings stood here" (case:, accents:),
 * which hold for the whole query and leave no node.
 */
struct parser {
	struct parsed_query *out;
	struct arena *arena;
	struct scout_err *err;
	struct operand_builder operands;
	const struct lex_token *next;
	const struct lex_token *taken;	/* before next; NULL at the start */
	/* finished nodes whose parent is not there yet; room for every
	 * operand, which is as many as there can be at once */
	struct ast **stack;
	size_t nstack;
	unsigned depth;			/* of recursion */
	const struct lex_token *setting;	/* the last one taken */
	struct note_list notes;
};

static int parse_or(struct parser *p, struct ast **out);
static int parse_not(struct parser *p, struct ast **out);

static int out_of_memory(struct parser *p)
{
	return scout_err_set(p->err, SCOUT_E_NOMEM, "reading a query");
}

static const struct lex_token *take(struct parser *p)
{
	p->taken = p->next;
	p->next = p->next->next;
	return p->taken;
}

/* A token as written, for messages. */
static const char *shown(const struct parser *p, const struct lex_token *t,
			 struct excerpt *e)
{
	return excerpt_of(span_of(p->out->text.ptr + t->pos, t->len),
			  EXCERPT_PLAIN, e);
}

/* --- Nodes --- */

static int too_deep(struct parser *p, size_t pos)
{
	return scout_err_syntax(p->err, pos, 1,
				"more than %d levels of nesting",
				QUERY_MAX_DEPTH);
}

static int enter(struct parser *p, const struct lex_token *t)
{
	if (++p->depth > QUERY_MAX_DEPTH)
		return too_deep(p, t->pos);
	return SCOUT_OK;
}

/* Makes an operator of the n nodes at child, which span its place.  Children
 * of a kind that is merged give theirs. */
static int new_operator(struct parser *p, enum ast_kind kind,
			struct ast *const *child, size_t n, struct ast **out)
{
	bool merge = kind == AST_AND || kind == AST_OR;
	struct ast *node = arena_calloc(p->arena, 1, sizeof(*node));
	size_t i, total = 0;

	for (i = 0; i < n; i++)
		total += merge && child[i]->kind == kind ? child[i]->nchild : 1;
	if (node)
		node->child = arena_calloc(p->arena, total, sizeof(*child));
	if (!node || !node->child)
		return out_of_memory(p);
	node->kind = kind;
	node->pos = child[0]->pos;
	node->len = child[n - 1]->pos + child[n - 1]->len - node->pos;
	for (i = 0; i < n; i++) {
		unsigned height = child[i]->height + 1;

		if (merge && child[i]->kind == kind) {
			memcpy(node->child + node->nchild, child[i]->child,
			       child[i]->nchild * sizeof(*child));
			node->nchild += child[i]->nchild;
			height--;
		} else {
			node->child[node->nchild++] = child[i];
		}
		if (height > node->height)
			node->height = height;
	}
	if (node->height > QUERY_MAX_DEPTH)
		return too_deep(p, node->pos);
	*out = node;
	return SCOUT_OK;
}

static int new_not(struct parser *p, const struct lex_token *t,
		   struct ast *child, struct ast **out)
{
	int rc = new_operator(p, AST_NOT, &child, 1, out);

	if (rc < 0)
		return rc;
	(*out)->pos = t->pos;
	(*out)->len = child->pos + child->len - t->pos;
	return SCOUT_OK;
}

/* Takes the nodes above mark off the stack and makes one of them. */
static int reduce(struct parser *p, enum ast_kind kind, size_t mark,
		  struct ast **out)
{
	size_t n = p->nstack - mark;

	p->nstack = mark;
	*out = NULL;
	if (n < 2) {
		if (n)
			*out = p->stack[mark];
		return SCOUT_OK;
	}
	return new_operator(p, kind, p->stack + mark, n, out);
}

/* --- Errors --- */

static int setting_error(struct parser *p, const char *where)
{
	struct excerpt e;

	return scout_err_syntax(p->err, p->setting->pos, p->setting->len,
				"%s holds for the whole query; it cannot stand "
				"%s", shown(p, p->setting, &e), where);
}

static bool is_operator(const struct lex_token *t)
{
	return t->kind >= LEX_MINUS && t->kind <= LEX_BEFORE;
}

static int not_closed(struct parser *p, const struct lex_token *open)
{
	return scout_err_syntax(p->err, open->pos, 1,
				"this parenthesis is never closed; one that is "
				"searched for stands in lit:\"...\"");
}

/* p->next stands where an operand should. */
static int operand_missing(struct parser *p)
{
	const struct lex_token *t = p->next, *before = p->taken;
	struct excerpt e;

	if (t->kind == LEX_CASE || t->kind == LEX_ACCENTS) {
		p->setting = t;
		return setting_error(p, "under NOT, - or NEAR");
	}
	if (before && before->kind == LEX_MINUS)
		return scout_err_syntax(p->err, before->pos, 1,
					"'-' stands before a word, a quote or "
					"a parenthesis, not before %s",
					shown(p, t, &e));
	if (t->kind == LEX_CLOSE && before && before->kind == LEX_OPEN)
		return scout_err_syntax(p->err, before->pos,
					t->pos + 1 - before->pos,
					"there is nothing in these "
					"parentheses; for the text write "
					"lit:\"()\"");
	if (before && is_operator(before) &&
	    (t->kind == LEX_END || t->kind == LEX_CLOSE))
		return scout_err_syntax(p->err, before->pos, before->len,
					"an operand is missing after %s",
					shown(p, before, &e));
	if (before && before->kind == LEX_OPEN && t->kind == LEX_END)
		return not_closed(p, before);
	if (t->kind == LEX_CLOSE)
		return scout_err_syntax(p->err, t->pos, 1,
					"no parenthesis is open here");
	if (t->kind == LEX_END)
		return scout_err_syntax(p->err, t->pos, 0,
					"the query is empty");
	return scout_err_syntax(p->err, t->pos, t->len,
				"an operand is missing before %s (quoted, it "
				"is a word)", shown(p, t, &e));
}

/* --- NEAR --- */

/* An operator of the NEAR level; NOT NEAR is two tokens. */
struct near_operator {
	enum ast_kind kind;
	const struct lex_token *token;	/* with the distance */
};

/* Whether such an operator comes next; does not take it. */
static bool peek_near(const struct parser *p, struct near_operator *op)
{
	const struct lex_token *t = p->next;

	op->token = t;
	switch (t->kind) {
	case LEX_NEAR:
		op->kind = AST_NEAR;
		return true;
	case LEX_BEFORE:
		op->kind = AST_BEFORE;
		return true;
	case LEX_NOT:
		op->kind = AST_NOT_NEAR;
		op->token = t->next;
		return t->next->kind == LEX_NEAR;
	default:
		return false;
	}
}

static bool near_equal(const struct near_operator *a,
		       const struct near_operator *b)
{
	return a->kind == b->kind &&
	       a->token->distance == b->token->distance &&
	       a->token->in_lines == b->token->in_lines;
}

static int parse_primary(struct parser *p, struct ast **out)
{
	const struct lex_token *t = p->next;
	int rc;

	if (t->kind >= LEX_BARE && t->kind <= LEX_FILTER) {
		if (note_odd_operand(&p->notes, take(p)) < 0)
			return out_of_memory(p);
		return operand_build(&p->operands, t, out);
	}
	if (t->kind != LEX_OPEN)
		return operand_missing(p);
	take(p);
	rc = enter(p, t);
	if (rc < 0)
		return rc;
	rc = parse_or(p, out);
	if (rc < 0)
		return rc;
	if (p->next->kind != LEX_CLOSE)
		return not_closed(p, t);
	take(p);
	p->depth--;
	if (*out) {
		(*out)->pos = t->pos;
		(*out)->len = p->taken->pos + 1 - t->pos;
		(*out)->in_parentheses = true;
	}
	return SCOUT_OK;
}

static int parse_unary(struct parser *p, struct ast **out)
{
	const struct lex_token *minus = p->next, *setting = p->setting;
	struct ast *child;
	int rc;

	if (minus->kind != LEX_MINUS)
		return parse_primary(p, out);
	take(p);
	rc = parse_primary(p, &child);
	if (rc < 0)
		return rc;
	if (p->setting != setting)
		return setting_error(p, "under '-'");
	return new_not(p, minus, child, out);
}

/* Takes the operator and its right operand. */
static int near_operand(struct parser *p, const struct near_operator *op,
			struct ast **out)
{
	int rc;

	if (op->kind == AST_NOT_NEAR)
		take(p);
	take(p);
	if (p->next->kind == LEX_NOT)
		return scout_err_syntax(p->err, p->next->pos, p->next->len,
					"NOT cannot stand under NEAR or "
					"BEFORE; 'a NOT NEAR b' finds an a "
					"without b near it");
	rc = parse_unary(p, out);
	if (rc < 0 || !*out)
		return rc;
	return window_check_operand(*out, p->err);
}

static int close_window(struct parser *p, const struct near_operator *op,
			size_t mark, struct ast **out)
{
	int rc = reduce(p, op->kind, mark, out);
	uint64_t least;

	if (rc < 0)
		return rc;
	(*out)->distance = op->token->distance;
	(*out)->in_lines = op->token->in_lines;
	if (op->kind == AST_NOT_NEAR || op->token->in_lines)
		return SCOUT_OK;
	least = window_least_distance(*out);
	if (op->token->distance < least &&
	    note_narrow_window(&p->notes, op->token, least) < 0)
		return out_of_memory(p);
	return SCOUT_OK;
}

/* The rest of x NEAR/n y NEAR/n z, once x has been read.  NOT NEAR groups from
 * the left; the others are one window. */
static int parse_window(struct parser *p, const struct near_operator *op,
			struct ast *first, struct ast **out)
{
	struct near_operator next = *op;
	size_t mark = p->nstack;
	struct ast *node;
	int rc;

	rc = window_check_operand(first, p->err);
	if (rc < 0)
		return rc;
	p->stack[p->nstack++] = first;
	do {
		if (!near_equal(op, &next))
			return scout_err_syntax(
				p->err, next.token->pos, next.token->len,
				"different NEAR or BEFORE side by side; "
				"parentheses must say which comes first");
		rc = near_operand(p, &next, &node);
		if (rc < 0)
			return rc;
		if (!node)	/* only settings: reported by the caller */
			return SCOUT_OK;
		p->stack[p->nstack++] = node;
		if (op->kind != AST_NOT_NEAR)
			continue;
		rc = close_window(p, op, mark, &node);
		if (rc < 0)
			return rc;
		p->stack[p->nstack++] = node;
	} while (peek_near(p, &next));
	if (op->kind != AST_NOT_NEAR)
		return close_window(p, op, mark, out);
	p->nstack = mark;
	*out = node;
	return SCOUT_OK;
}

static int parse_near(struct parser *p, struct ast **out)
{
	const struct lex_token *setting = p->setting;
	struct near_operator op;
	int rc;

	rc = parse_unary(p, out);
	if (rc < 0 || !peek_near(p, &op))
		return rc;
	if (p->setting == setting)
		rc = parse_window(p, &op, *out, out);
	if (rc == SCOUT_OK && p->setting != setting)
		return setting_error(p, "under NEAR or BEFORE");
	return rc;
}

/* --- AND, OR, NOT --- */

static int parse_not(struct parser *p, struct ast **out)
{
	const struct lex_token *not = p->next, *setting = p->setting;
	struct near_operator op;
	struct ast *child;
	int rc;

	if (not->kind != LEX_NOT)
		return parse_near(p, out);
	if (peek_near(p, &op))
		return scout_err_syntax(p->err, not->pos,
					op.token->pos + op.token->len - not->pos,
					"an operand is missing before NOT NEAR");
	take(p);
	if (p->next->kind == LEX_BEFORE)
		return scout_err_syntax(p->err, p->next->pos, p->next->len,
					"NOT goes with NEAR only: 'a NOT NEAR "
					"b', or NOT (a BEFORE b)");
	rc = enter(p, not);
	if (rc < 0)
		return rc;
	rc = parse_not(p, &child);
	if (rc < 0)
		return rc;
	if (p->setting != setting)
		return setting_error(p, "under NOT");
	p->depth--;
	return new_not(p, not, child, out);
}

/* case: and accents: were evaluated before parsing; here they only stand in a
 * place that is right for them. */
static int parse_item(struct parser *p, struct ast **out)
{
	if (p->next->kind != LEX_CASE && p->next->kind != LEX_ACCENTS)
		return parse_not(p, out);
	p->setting = take(p);
	*out = NULL;
	return SCOUT_OK;
}

static bool starts_item(const struct lex_token *t)
{
	return t->kind >= LEX_BARE || t->kind == LEX_OPEN ||
	       t->kind == LEX_MINUS || t->kind == LEX_NOT;
}

/* *implied: operands stood side by side without AND. */
static int parse_and(struct parser *p, bool *implied, struct ast **out)
{
	size_t mark = p->nstack;
	bool explicit = true;
	struct ast *node;
	int rc;

	for (;;) {
		rc = parse_item(p, &node);
		if (rc < 0)
			return rc;
		if (node) {
			*implied |= !explicit;
			explicit = false;
			p->stack[p->nstack++] = node;
		}
		if (p->next->kind == LEX_AND) {
			take(p);
			explicit = true;
		} else if (!starts_item(p->next)) {
			return reduce(p, AST_AND, mark, out);
		}
	}
}

static int parse_or(struct parser *p, struct ast **out)
{
	size_t mark = p->nstack;
	bool implied = false, is_chain = false;
	struct ast *node;
	int rc;

	for (;;) {
		rc = parse_and(p, &implied, &node);
		if (rc < 0)
			return rc;
		is_chain |= p->next->kind == LEX_OR;
		if (node)
			p->stack[p->nstack++] = node;
		else if (is_chain)
			return setting_error(p, "alone beside OR");
		if (p->next->kind != LEX_OR)
			break;
		take(p);
	}
	if (is_chain && implied &&
	    note_mixed_or(&p->notes, p->stack + mark, p->nstack - mark) < 0)
		return out_of_memory(p);
	return reduce(p, AST_OR, mark, out);
}

/* --- Settings --- */

static int setting_value(struct parser *p, const struct lex_token *t,
			 int *value)
{
	static const struct {
		enum lex_kind kind;
		const char *name;
		int value;
	} known[] = {
		{ LEX_CASE, "no", CASE_IGNORE },
		{ LEX_CASE, "yes", CASE_SENSITIVE },
		{ LEX_CASE, "auto", CASE_SMART },
		{ LEX_ACCENTS, "no", false },
		{ LEX_ACCENTS, "yes", true },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].kind != t->kind ||
		    !span_eq(t->value, span_str(known[i].name)))
			continue;
		*value = known[i].value;
		return SCOUT_OK;
	}
	return scout_err_syntax(p->err, t->pos, t->len,
				t->kind == LEX_CASE ?
					"case: takes no, yes or auto" :
					"accents: takes no or yes");
}

/* Evaluates case: and accents: wherever they stand; the operands before them
 * are folded accordingly. */
static int read_settings(struct parser *p, const struct lex_token *t)
{
	int value = 0, seen[2] = { -1, -1 };
	int rc;

	for (; t; t = t->next) {
		bool is_case = t->kind == LEX_CASE;

		if (!is_case && t->kind != LEX_ACCENTS)
			continue;
		rc = setting_value(p, t, &value);
		if (rc < 0)
			return rc;
		if (seen[is_case] >= 0 && seen[is_case] != value)
			return scout_err_syntax(
				p->err, t->pos, t->len,
				"this contradicts an earlier %s in the query",
				is_case ? "case:" : "accents:");
		seen[is_case] = value;
	}
	if (seen[true] >= 0)
		p->out->case_mode = (enum case_mode)seen[true];
	p->out->no_marks = seen[false] == false;
	return SCOUT_OK;
}

/* --- The whole --- */

static int parse_tokens(struct parser *p, const struct lex_list *tokens)
{
	int rc;

	p->next = tokens->first;
	rc = read_settings(p, tokens->first);
	if (rc < 0)
		return rc;
	p->stack = arena_alloc(p->arena,
			       (tokens->noperands + 1) * sizeof(*p->stack));
	if (!p->stack)
		return out_of_memory(p);
	p->operands.case_mode = p->out->case_mode;
	p->operands.no_marks = p->out->no_marks;
	rc = parse_or(p, &p->out->root);
	if (rc < 0)
		return rc;
	if (p->next->kind != LEX_END)
		return scout_err_syntax(p->err, p->next->pos, 1,
					"no parenthesis is open here");
	if (!p->out->root)
		return scout_err_syntax(p->err, p->setting->pos,
					p->setting->len,
					"the query says how to compare but not "
					"what to look for");
	return SCOUT_OK;
}

/* A pattern that is the whole query. */
static int plain_query(struct span text, const struct parse_options *options,
		       struct arena *arena, struct parsed_query *out,
		       struct scout_err *err)
{
	struct ast *node = arena_calloc(arena, 1, sizeof(*node));
	bool is_regex = options->form == QUERY_REGEX;

	if (!node)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading a query");
	if (text.len > QUERY_MAX_BYTES)
		return scout_err_syntax(err, QUERY_MAX_BYTES, 0,
					"the pattern is longer than %d bytes",
					QUERY_MAX_BYTES);
	node->kind = is_regex ? AST_REGEX : AST_LITERAL;
	node->len = text.len;
	node->height = 1;
	node->text = text;
	node->is_plain = true;
	node->sensitive = options->case_mode != CASE_IGNORE &&
			  (options->case_mode != CASE_SMART ||
			   smart_case_has_upper(text, is_regex));
	node->regex_icase = is_regex && !node->sensitive;
	*out = (struct parsed_query){ .text = text, .root = node,
				      .case_mode = options->case_mode };
	return SCOUT_OK;
}

/* Makes the root "root OR size:0..", which is true of all files and shows the
 * lines of root. */
static int add_all_files(struct ast **root, struct arena *arena,
			 struct scout_err *err)
{
	struct ast *filter = arena_calloc(arena, 1, sizeof(*filter));
	struct ast *child[2] = { *root, filter };
	struct parser p = { .arena = arena, .err = err };

	if (!filter)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading a query");
	filter->kind = AST_FILTER;
	filter->field = FIELD_SIZE;
	filter->text = span_str("0..");
	filter->pos = (*root)->pos + (*root)->len;
	filter->height = 1;
	return new_operator(&p, AST_OR, child, 2, root);
}

static int parse_language(struct span text, const struct parse_options *options,
			  struct arena *arena, struct parsed_query *out,
			  struct scout_err *err)
{
	struct parsed_query query = { .text = text,
				      .case_mode = options->case_mode };
	struct parser p = { .out = &query, .arena = arena, .err = err };
	struct lex_list tokens;
	int rc;

	p.notes = (struct note_list){ text, arena, &query.notes };
	rc = query_lex(text, arena, &tokens, err);
	if (rc < 0)
		return rc;
	rc = operand_builder_init(&p.operands, arena, err);
	if (rc == SCOUT_OK)
		rc = parse_tokens(&p, &tokens);
	operand_builder_release(&p.operands);
	if (rc == SCOUT_OK)
		*out = query;
	return rc;
}

int query_parse(struct span text, const struct parse_options *options,
		struct arena *arena, struct parsed_query *out,
		struct scout_err *err)
{
	struct parsed_query query = { .text = text };
	int rc = options->form == QUERY_LANGUAGE ?
			 parse_language(text, options, arena, &query, err) :
			 plain_query(text, options, arena, &query, err);

	if (!rc && options->has_all_files)
		rc = add_all_files(&query.root, arena, err);
	if (!rc)
		*out = query;
	return rc;
}
