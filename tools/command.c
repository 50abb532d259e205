#include "tools/command.h"

void command_print_help(const struct command *command, struct output *out)
{
	output_printf(out, "usage: scout-index %s%s%s\n%s\n", command->name,
		      *command->usage ? " " : "", command->usage,
		      command->help);
	if (!command->flags)
		return;
	output_put_str(out, "\n");
	flags_print_help(command->flags, out);
}
