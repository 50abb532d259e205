/*
 * Completions for shells, written from the tables of flags, so that they never
 * lag behind the programs.
 */
#ifndef SCOUT_TOOLS_COMPLETION_H
#define SCOUT_TOOLS_COMPLETION_H

#include "tools/command.h"
#include "tools/flags.h"

enum completion_shell { COMPLETE_BASH, COMPLETE_ZSH, COMPLETE_FISH };

/* The shell that name means; -1 if none. */
int completion_shell_named(const char *name);

/* A program as it is completed: flags of its own, or commands with theirs. */
struct completed_program {
	const char *name;
	const struct flag_table *flags;		/* NULL: see commands */
	const struct command *const *commands;
	size_t ncommands;
	const char *const *words;		/* commands without flags */
	size_t nwords;
};

/* Prints the script that a shell reads to complete a program's arguments. */
void completion_print(enum completion_shell shell,
		      const struct completed_program *program,
		      struct output *out);

#endif
