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
	output_printf(out, "usage: scout-index %s%s%s\n%s\n\n", command->name,
		      *command->usage ? " " : "", command->usage,
		      command->help);
	flags_print_help(command->flags, out);
}

int command_call(const struct command *command, const char **args, size_t nargs,
		 struct command_run *run)
{
	int rc;

	run->command = command;
	run->options = arena_calloc(run->arena, 1, command->options_bytes);
	if (!run->options)
		return scout_err_set(run->err, SCOUT_E_NOMEM, "arguments");
	if (command->preset)
		command->preset(run->options);
	rc = flags_parse(command->flags, args, nargs, run->options,
			 &run->words, run->arena, run->err);
	if (rc == SCOUT_END) {
		command_print_help(command, run->out);
		return SCOUT_OK;
	}
	return rc < 0 ? rc : command->run(run);
}

int command_check_index(const struct command_run *run,
			const struct index_arg *index)
{
	if (run->words.nitems + (index->index_dir != NULL) > 1)
		return scout_err_set(run->err, SCOUT_E_USAGE,
				     "%s takes one folder, name or --index DIR",
				     run->command->name);
	return SCOUT_OK;
}

int command_find_index(const struct command_run *run,
		       const struct index_arg *index, const char **out_dir)
{
	int rc = command_check_index(run, index);

	return rc < 0 ? rc : index_arg_find(index, flag_list_at(&run->words, 0),
					    run->arena, out_dir, run->err);
}
