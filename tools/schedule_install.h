/*
 * Putting a schedule in place and taking it away again.  Both can be done twice:
 * the second time changes nothing.  Nothing is touched that has not this
 * schedule's mark.
 */
#ifndef SCOUT_TOOLS_SCHEDULE_INSTALL_H
#define SCOUT_TOOLS_SCHEDULE_INSTALL_H

#include "tools/schedule.h"

/* The line in the crontab of the user who runs this.  SCOUT_E_NOTFOUND if there
 * is no program `crontab`, SCOUT_E_IO if it refuses. */
int schedule_install_cron(const struct schedule *s, struct scout_err *err);
int schedule_remove_cron(const struct schedule *s, struct scout_err *err);

struct unit_place {
	const char *dir;	/* NULL: where systemd looks, and start it */
};

/* The timer and the service.  SCOUT_E_USAGE if a file of that name is none of
 * ours, SCOUT_E_IO. */
int schedule_install_units(const struct schedule *s,
			   const struct unit_place *place,
			   struct scout_err *err);
int schedule_remove_units(const struct schedule *s,
			  const struct unit_place *place,
			  struct scout_err *err);

#endif
