#include "base/tree/glob.h"

#include "base/tree/glob_parse.h"

/*
 * A pattern becomes tokens, and the tokens a literal prefix, a literal suffix
 * and a program for what is between.  Most real patterns ("*.o", "/vmlinux",
 * "cscope.*") have nothing or one star between and never reach the program,
 * which is simulated state set by state set (Thompson), not by backtracking.
 */

enum step_op {
	OP_BYTE,
	OP_ANY,
	OP_CLASS,
	OP_STAR,
	OP_SPLIT,
	OP_JUMP,
	OP_MATCH
};

struct step {
	uint8_t op;
	uint8_t byte;	/* OP_BYTE: which; OP_ANY, OP_STAR: 1 = not '/' */
	uint16_t x;	/* OP_CLASS: index; OP_SPLIT, OP_JUMP: target */
	uint16_t y;	/* OP_SPLIT: the other target */
};

/* What stands between the literal ends. */
enum between {
	BETWEEN_NOTHING,
	BETWEEN_STAR,
	BETWEEN_DEPTH,		/* nothing, or folders with their slash */
	BETWEEN_ALL,
	BETWEEN_PROGRAM
};

struct glob {
	struct span prefix;
	struct span suffix;
	struct span inside;	/* BETWEEN_PROGRAM: stands somewhere between */
	enum between between;
	bool base_only;		/* matched against the base name */
	bool separator;
	bool nocase;
	struct step *steps;
	uint16_t nsteps;
	struct byte_set *classes;
};

struct emitter {
	struct step *steps;
	unsigned nsteps;
	bool separator;
};

static void emit(struct emitter *e, enum step_op op, int byte, size_t x)
{
	e->steps[e->nsteps++] = (struct step){ .op = (uint8_t)op,
					       .byte = (uint8_t)byte,
					       .x = (uint16_t)x };
}

/* Nothing, or anything that ends with a slash. */
static void emit_depth(struct emitter *e)
{
	struct step *split = &e->steps[e->nsteps];

	emit(e, OP_SPLIT, 0, e->nsteps + 1);
	emit(e, OP_STAR, 0, 0);
	emit(e, OP_BYTE, '/', 0);
	split->y = (uint16_t)e->nsteps;
}

static void emit_plain(struct emitter *e, const struct token *t)
{
	switch (t->kind) {
	case TOK_BYTE:
		emit(e, OP_BYTE, t->byte, 0);
		break;
	case TOK_ANY:
		emit(e, OP_ANY, e->separator, 0);
		break;
	case TOK_STAR:
		emit(e, OP_STAR, e->separator, 0);
		break;
	case TOK_CLASS:
		emit(e, OP_CLASS, 0, t->class);
		break;
	case TOK_DEPTH_MIDDLE:
		emit(e, OP_BYTE, '/', 0);
		emit_depth(e);
		break;
	case TOK_DEPTH_SUFFIX:
		emit(e, OP_BYTE, '/', 0);
		emit(e, OP_STAR, 0, 0);
		break;
	default:
		emit_depth(e);
	}
}

static size_t branch_end(const struct token *tokens, size_t i)
{
	while (tokens[i].kind != TOK_COMMA && tokens[i].kind != TOK_CLOSE)
		i++;
	return i;
}

/*
 * tokens[i] follows a '{'; returns the index of its '}'.  Each alternative is
 * a split to the next one, itself, and a jump past the group; the jumps are
 * chained through x until the place is known.
 */
static size_t emit_group(struct emitter *e, const struct token *tokens, size_t i)
{
	unsigned jumps = UINT16_MAX, split = UINT16_MAX, next;
	size_t end;

	for (;; i++) {
		end = branch_end(tokens, i);
		if (end > i) {
			if (split != UINT16_MAX)
				e->steps[split].y = (uint16_t)e->nsteps;
			split = e->nsteps;
			emit(e, OP_SPLIT, 0, e->nsteps + 1);
			for (; i < end; i++)
				emit_plain(e, &tokens[i]);
			emit(e, OP_JUMP, 0, jumps);
			jumps = e->nsteps - 1;
		}
		i = end;
		if (tokens[i].kind == TOK_CLOSE)
			break;
	}
	/* the last alternative has no other: both ways lead to it */
	if (split != UINT16_MAX)
		e->steps[split].y = e->steps[split].x;
	for (; jumps != UINT16_MAX; jumps = next) {
		next = e->steps[jumps].x;
		e->steps[jumps].x = (uint16_t)e->nsteps;
	}
	return i;
}

/* The most steps that the tokens can need, OP_MATCH included. */
static size_t steps_needed(const struct token *tokens, size_t n)
{
	size_t i, sum = 1;

	for (i = 0; i < n; i++)
		sum += tokens[i].kind == TOK_DEPTH_MIDDLE ? 4 :
		       tokens[i].kind == TOK_DEPTH_PREFIX ? 3 :
		       tokens[i].kind >= TOK_DEPTH_SUFFIX ? 2 : 1;
	return sum;
}

/* Compiles tokens[first..first+n) into g->steps; false: no memory. */
static bool build_program(const struct glob_tokens *p, struct glob *g,
			  size_t first, size_t n, size_t cap,
			  struct arena *arena)
{
	struct emitter e = { .separator = g->separator };
	size_t i;

	e.steps = arena_calloc(arena, cap, sizeof(*e.steps));
	if (!e.steps)
		return false;
	for (i = first; i < first + n; i++) {
		if (p->tokens[i].kind == TOK_OPEN)
			i = emit_group(&e, p->tokens, i + 1);
		else
			emit_plain(&e, &p->tokens[i]);
	}
	emit(&e, OP_MATCH, 0, 0);
	g->steps = e.steps;
	g->nsteps = (uint16_t)e.nsteps;
	return true;
}

/* True if no token can match a slash, so that only a base name can match. */
static bool stays_in_name(const struct glob_tokens *p, size_t first,
			  bool separator)
{
	const struct token *t;

	for (t = p->tokens + first; t < p->tokens + p->ntokens; t++) {
		if (t->kind >= TOK_DEPTH_PREFIX && t->kind <= TOK_DEPTH_SUFFIX)
			return false;
		if (t->kind == TOK_BYTE && t->byte == '/')
			return false;
		if (t->kind == TOK_CLASS &&
		    byte_set_has(&p->classes[t->class], '/'))
			return false;
		if ((t->kind == TOK_ANY || t->kind == TOK_STAR) && !separator)
			return false;
	}
	return p->ntokens > first;
}

static bool copy_literal(const struct glob_tokens *p, size_t first, size_t n,
			 struct arena *arena, struct span *out)
{
	uint8_t *bytes;
	size_t i;

	if (!n)
		return true;
	bytes = arena_alloc(arena, n);
	if (!bytes)
		return false;
	for (i = 0; i < n; i++)
		bytes[i] = p->tokens[first + i].byte;
	*out = span_of(bytes, n);
	return true;
}

/* A middle that needs no program, or BETWEEN_PROGRAM. */
static enum between simple_middle(const struct token *t, size_t n,
				  bool separator)
{
	if (!n)
		return BETWEEN_NOTHING;
	if (n == 1 && t->kind == TOK_STAR)
		return separator ? BETWEEN_STAR : BETWEEN_ALL;
	if (n == 1 && t->kind == TOK_DEPTH_PREFIX)
		return BETWEEN_DEPTH;
	if (n == 2 && t->kind == TOK_DEPTH_PREFIX && t[1].kind == TOK_STAR)
		return BETWEEN_ALL;
	return BETWEEN_PROGRAM;
}

/*
 * The longest literal among tokens[first..end) that every match has: what does
 * not hold it need not run the program.
 */
static bool find_inside(const struct glob_tokens *p, size_t first, size_t end,
			struct arena *arena, struct span *out)
{
	size_t i, run = 0, best = 0, best_end = 0;
	bool in_braces = false;

	for (i = first; i < end; i++) {
		if (p->tokens[i].kind == TOK_OPEN)
			in_braces = true;
		else if (p->tokens[i].kind == TOK_CLOSE)
			in_braces = false;
		run = p->tokens[i].kind == TOK_BYTE && !in_braces ? run + 1 : 0;
		if (run > best) {
			best = run;
			best_end = i + 1;
		}
	}
	return copy_literal(p, best_end - best, best, arena, out);
}

/*
 * Splits the tokens into prefix, middle and suffix.  SCOUT_E_NOMEM, or
 * SCOUT_E_LIMIT if the program would be too long.
 */
static int build(const struct glob_tokens *p, struct glob *g,
		 struct arena *arena)
{
	const struct token *t = p->tokens;
	size_t first = 0, end = p->ntokens, start, cap;

	if (end && t[0].kind == TOK_DEPTH_PREFIX &&
	    stays_in_name(p, 1, g->separator)) {
		g->base_only = true;
		first = 1;
	}
	start = first;
	while (first < end && t[first].kind == TOK_BYTE)
		first++;
	while (end > first && t[end - 1].kind == TOK_BYTE)
		end--;
	if (!copy_literal(p, start, first - start, arena, &g->prefix) ||
	    !copy_literal(p, end, p->ntokens - end, arena, &g->suffix))
		return SCOUT_E_NOMEM;
	g->between = simple_middle(t + first, end - first, g->separator);
	if (p->ntokens == 1 && t[0].kind == TOK_DEPTH_PREFIX)
		g->between = BETWEEN_ALL;
	if (g->between != BETWEEN_PROGRAM)
		return SCOUT_OK;
	cap = steps_needed(t + first, end - first);
	if (cap > GLOB_MAX_STEPS)
		return SCOUT_E_LIMIT;
	if (!find_inside(p, first, end, arena, &g->inside) ||
	    !build_program(p, g, first, end - first, cap, arena))
		return SCOUT_E_NOMEM;
	return SCOUT_OK;
}

int glob_compile(struct span pattern, unsigned flags, struct arena *arena,
		 const struct glob **out, struct scout_err *err)
{
	struct glob_tokens tokens;
	struct glob *g;
	int rc;

	rc = glob_parse(pattern, flags, arena, &tokens, err);
	if (rc < 0)
		return rc;
	g = arena_calloc(arena, 1, sizeof(*g));
	if (!g)
		return scout_err_set(err, SCOUT_E_NOMEM, "compiling a glob");
	g->separator = flags & GLOB_SEPARATOR;
	g->nocase = flags & GLOB_NOCASE;
	g->classes = tokens.classes;
	rc = build(&tokens, g, arena);
	if (rc == SCOUT_E_LIMIT)
		return glob_bad(pattern, "the pattern is too long", err);
	if (rc < 0)
		return scout_err_set(err, SCOUT_E_NOMEM, "compiling a glob");
	*out = g;
	return SCOUT_OK;
}

/* Matching. */

struct state_set {
	unsigned n;
	uint16_t step[GLOB_MAX_STEPS];
	uint64_t seen[GLOB_MAX_STEPS / 64];
};

static void state_clear(struct state_set *s, unsigned nsteps)
{
	s->n = 0;
	memset(s->seen, 0, (nsteps + 63) / 64 * sizeof(s->seen[0]));
}

static void state_add(struct state_set *s, unsigned step)
{
	uint64_t bit = (uint64_t)1 << (step & 63);

	if (s->seen[step / 64] & bit)
		return;
	s->seen[step / 64] |= bit;
	s->step[s->n++] = (uint16_t)step;
}

/* Adds what can be reached without a byte; the list grows while it is read. */
static void state_close(const struct glob *g, struct state_set *s)
{
	unsigned i;

	for (i = 0; i < s->n; i++) {
		const struct step *st = &g->steps[s->step[i]];

		if (st->op == OP_STAR) {
			state_add(s, s->step[i] + 1u);
		} else if (st->op == OP_JUMP) {
			state_add(s, st->x);
		} else if (st->op == OP_SPLIT) {
			state_add(s, st->x);
			state_add(s, st->y);
		}
	}
}

static void state_advance(const struct glob *g, const struct state_set *cur,
			  uint8_t c, struct state_set *next)
{
	unsigned i;

	for (i = 0; i < cur->n; i++) {
		unsigned n = cur->step[i];
		const struct step *st = &g->steps[n];

		switch (st->op) {
		case OP_BYTE:
			if (c == st->byte)
				state_add(next, n + 1);
			break;
		case OP_ANY:
			if (c != '/' || !st->byte)
				state_add(next, n + 1);
			break;
		case OP_CLASS:
			if (byte_set_has(&g->classes[st->x], c))
				state_add(next, n + 1);
			break;
		case OP_STAR:
			if (c != '/' || !st->byte)
				state_add(next, n);
			break;
		}
	}
}

static bool run_program(const struct glob *g, struct span text)
{
	struct state_set sets[2];
	struct state_set *cur = &sets[0], *next = &sets[1], *swap;
	unsigned n;
	size_t i;

	state_clear(cur, g->nsteps);
	state_add(cur, 0);
	state_close(g, cur);
	for (i = 0; i < text.len && cur->n; i++) {
		uint8_t c = text.ptr[i];

		state_clear(next, g->nsteps);
		state_advance(g, cur, g->nocase ? glob_lower(c) : c, next);
		state_close(g, next);
		swap = cur;
		cur = next;
		next = swap;
	}
	for (n = 0; n < cur->n; n++)
		if (g->steps[cur->step[n]].op == OP_MATCH)
			return true;
	return false;
}

static bool literal_at(const struct glob *g, const uint8_t *text,
		       struct span literal)
{
	size_t i;

	if (!g->nocase)
		return !literal.len || !memcmp(text, literal.ptr, literal.len);
	for (i = 0; i < literal.len; i++)
		if (glob_lower(text[i]) != literal.ptr[i])
			return false;
	return true;
}

bool glob_match(const struct glob *g, struct span text)
{
	const uint8_t *slash;

	if (text.len < g->prefix.len + g->suffix.len)
		return false;
	if (!literal_at(g, text.ptr + text.len - g->suffix.len, g->suffix))
		return false;
	if (g->base_only) {
		slash = memrchr(text.ptr, '/', text.len);
		if (slash) {
			text.len -= (size_t)(slash + 1 - text.ptr);
			text.ptr = slash + 1;
		}
		if (text.len < g->prefix.len + g->suffix.len)
			return false;
	}
	if (!literal_at(g, text.ptr, g->prefix))
		return false;
	text.ptr += g->prefix.len;
	text.len -= g->prefix.len + g->suffix.len;
	switch (g->between) {
	case BETWEEN_NOTHING:
		return !text.len;
	case BETWEEN_STAR:
		return !text.len || !memchr(text.ptr, '/', text.len);
	case BETWEEN_DEPTH:
		return !text.len || text.ptr[text.len - 1] == '/';
	case BETWEEN_ALL:
		return true;
	case BETWEEN_PROGRAM:
		break;
	}
	if (g->inside.len && !g->nocase &&
	    !memmem(text.ptr, text.len, g->inside.ptr, g->inside.len))
		return false;
	return run_program(g, text);
}

enum glob_shape glob_shape(const struct glob *g, struct span *out_literal)
{
	*out_literal = span_of(NULL, 0);
	if (g->nocase)
		return GLOB_IS_OTHER;
	if (g->between == BETWEEN_NOTHING) {
		*out_literal = g->prefix;
		return g->base_only ? GLOB_IS_NAME : GLOB_IS_PATH;
	}
	if (g->prefix.len || !g->suffix.len)
		return GLOB_IS_OTHER;
	if (g->between == BETWEEN_DEPTH) {
		*out_literal = g->suffix;
		return GLOB_IS_TAIL;
	}
	if (g->between == BETWEEN_STAR && g->base_only &&
	    g->suffix.ptr[0] == '.' &&
	    !memchr(g->suffix.ptr + 1, '.', g->suffix.len - 1)) {
		*out_literal = g->suffix;
		return GLOB_IS_EXT;
	}
	return GLOB_IS_OTHER;
}
