#include "tools/command.h"

#include "tools/interrupt.h"

int command_failure_code(const struct scout_err *err)
{
	if (err->code == SCOUT_E_CANCELLED && interrupt_number())
		return EXIT_SIGNAL + interrupt_number();
	return err->code == SCOUT_E_LOCKED ? EXIT_LOCKED : EXIT_FAILED;
}

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
