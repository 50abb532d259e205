#include "tools/run_flags.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/os.h"
#include "indexer/indexer.h"
#include "tools/cli.h"
#include "tools/command.h"

#define SECOND_NS INT64_C(1000000000)

static struct run_flags *fields(void *options, const struct flag *flag)
{
	return (struct run_flags *)((char *)options + flag->offset);
}

int run_flags_lock(void *options, const struct flag *flag, const char *value,
		   struct scout_err *err)
{
	struct run_flags *f = fields(options, flag);
	uint64_t seconds;

	f->wait_ns = 0;
	if (!strcmp(value, "fail")) {
		f->lock = LOCK_FAIL;
	} else if (!strcmp(value, "skip")) {
		f->lock = LOCK_SKIP;
	} else if (!strcmp(value, "wait")) {
		f->lock = LOCK_WAIT;
		f->wait_ns = LOCK_FOR_EVER;
	} else if (!strncmp(value, "wait=", 5) &&
		   cli_parse_seconds(value + 5, &seconds) &&
		   seconds < LOCK_FOR_EVER / SECOND_NS) {
		f->lock = LOCK_WAIT;
		f->wait_ns = (int64_t)seconds * SECOND_NS;
	} else {
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--lock wants fail, skip, wait or "
				     "wait=SECONDS, not '%s'", value);
	}
	return SCOUT_OK;
}

int run_flags_max_load(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err)
{
	struct run_flags *f = fields(options, flag);
	char *end;
	double v = strtod(value, &end);

	/* digits first: no sign, no "inf", no hexadecimals */
	if (*value < '0' || *value > '9' || *end ||
	    strspn(value, "0123456789.") != strlen(value))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "--max-load wants a number such as 2.5, "
				     "not '%s'", value);
	f->has_max_load = true;
	f->max_load = v;
	return SCOUT_OK;
}

int run_flags_progress(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err)
{
	static const char *const words[] = { "auto", "always", "never" };
	int i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(words[i], value)) {
			fields(options, flag)->progress = i;
			return SCOUT_OK;
		}
	}
	return scout_err_set(err, SCOUT_E_USAGE, "--%s wants %s, not '%s'",
			     flag->name, flag->value, value);
}

struct run_lock run_flags_want_lock(const struct run_flags *flags,
				    const char *command)
{
	return (struct run_lock){ .command = command,
				  .wait_ns = flags->wait_ns,
				  .share = flags->share };
}

/* Waits, if it has to, until the load is low enough. */
static int await_load(const struct run_flags *f, struct scout_err *err)
{
	const struct timespec pause = { .tv_sec = 1 };
	int64_t start = os_mono_ns();
	double load;

	/* a system that tells no load has none */
	while (os_load(&load) == 0 && load > f->max_load) {
		if (scout_build_is_cancelled())
			return scout_err_set(err, SCOUT_E_CANCELLED,
					     "stopped; the old index stays");
		if (os_mono_ns() - start >= f->wait_ns)
			return scout_err_set(err, SCOUT_E_LOCKED,
					     "not started: the load is %.2f, "
					     "more than --max-load %g", load,
					     f->max_load);
		nanosleep(&pause, NULL);
	}
	return SCOUT_OK;
}

int run_flags_begin(const struct run_flags *flags, struct scout_err *err)
{
	if (flags->nice)
		(void)os_be_nice();
	return flags->has_max_load ? await_load(flags, err) : SCOUT_OK;
}

int run_flags_failed(const struct run_flags *flags, int rc, int *out_code,
		     struct scout_err *err)
{
	if (rc != SCOUT_E_LOCKED || flags->lock != LOCK_SKIP)
		return rc;
	scout_err_clear(err);
	*out_code = EXIT_LOCKED;
	return SCOUT_OK;
}
