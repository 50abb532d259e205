/*
 * What each operand has in the answer: a sink that prints nothing and counts.
 */
#ifndef SCOUT_TOOLS_OPERAND_COUNTS_H
#define SCOUT_TOOLS_OPERAND_COUNTS_H

#include "base/arena.h"
#include "query/sink.h"

struct operand_count {
	uint64_t files, lines, matches;
	uint64_t last_file, last_line;	/* that it was counted for, from 1 */
};

struct operand_counts {
	struct operand_count *operands;	/* in the order written */
	size_t noperands;
	uint64_t files;
	const char *program;	/* for messages on stderr; NULL: none */
};

/* Room in arena for so many operands.  SCOUT_E_NOMEM. */
int operand_counts_init(struct operand_counts *c, size_t noperands,
			struct arena *arena, struct scout_err *err);

/* The sink; its messages go to stderr if c->program is set. */
struct scout_sink operand_counts_sink(struct operand_counts *c);

#endif
