#include "tools/interrupt.h"

#include <signal.h>

#include "indexer/indexer.h"

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t caught_signal;

static void on_signal(int number)
{
	caught_signal = number;
	scout_build_cancel();
}

void interrupt_catch(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigemptyset(&sa.sa_mask);
	sa.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

int interrupt_number(void)
{
	return (int)caught_signal;
}
