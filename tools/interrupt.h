/*
 * Signals that ask a long command to stop: SIGINT and SIGTERM.
 *
 * One for the process.  The first signal asks the run of indexer/ to stop
 * soon, a second one ends the process at once.
 */
#ifndef SCOUT_TOOLS_INTERRUPT_H
#define SCOUT_TOOLS_INTERRUPT_H

/* From now on signals are caught. */
void interrupt_catch(void);

/* The signal that came; 0 if none did. */
int interrupt_number(void);

#endif
