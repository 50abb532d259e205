#include "tools/operand_counts.h"

#include "tools/cli.h"

int operand_counts_init(struct operand_counts *c, size_t noperands,
			struct arena *arena, struct scout_err *err)
{
	*c = (struct operand_counts){ .noperands = noperands };
	c->operands = arena_calloc(arena, noperands ? noperands : 1,
				   sizeof(*c->operands));
	return c->operands ? SCOUT_OK :
			     scout_err_set(err, SCOUT_E_NOMEM, "counting");
}

static int begin_file(void *ctx, const struct scout_file *file)
{
	struct operand_counts *c = ctx;

	(void)file;
	c->files++;
	return SCOUT_OK;
}

static int count_line(void *ctx, const struct scout_file *file,
		      const struct scout_line *line)
{
	struct operand_counts *c = ctx;
	size_t i;

	(void)file;
	for (i = 0; !line->is_context && i < line->nsubmatches; i++) {
		uint32_t operand = line->submatches[i].operand;
		struct operand_count *o = &c->operands[operand];

		SCOUT_ASSERT(operand < c->noperands);
		o->matches++;
		if (o->last_file == c->files && o->last_line == line->number)
			continue;
		o->lines++;
		o->files += o->last_file != c->files;
		o->last_file = c->files;
		o->last_line = line->number;
	}
	return SCOUT_OK;
}

static int end_file(void *ctx, const struct scout_file *file)
{
	(void)ctx;
	(void)file;
	return SCOUT_OK;
}

static void put_message(void *ctx, const char *text)
{
	struct operand_counts *c = ctx;

	if (c->program)
		cli_message(c->program, "%s", text);
}

struct scout_sink operand_counts_sink(struct operand_counts *c)
{
	return (struct scout_sink){ .ctx = c, .begin_file = begin_file,
				    .line = count_line, .end_file = end_file,
				    .message = put_message };
}
