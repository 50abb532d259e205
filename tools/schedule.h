/*
 * The texts of a schedule: a line of a crontab, a timer and a service of
 * systemd, that run `scout-index update` now and then.
 */
#ifndef SCOUT_TOOLS_SCHEDULE_H
#define SCOUT_TOOLS_SCHEDULE_H

#include "base/buf.h"
#include "base/err.h"
#include "tools/flags.h"

enum { SCHEDULE_ID_BYTES = 17 };

struct schedule {
	const char *program;	/* of scout-index, absolute */
	const char *index_dir;	/* absolute; NULL: all that have names */
	const char *root;	/* the folder that it is of; NULL if unknown */
	const char *name;	/* for names of units, "linux" */
	const char *config_home;	/* XDG_CONFIG_HOME if it is to be set */
	const char *max_load;	/* NULL: none */
	const struct flag_list *reports;
	uint64_t every_s;
	bool is_system;		/* units for the system, not for a user */
	const char *user;	/* whom a system unit runs as; NULL: root */
	const char *const *writable;	/* folders that the run writes to */
	size_t nwritable;
};

/* True if the times of a schedule can be so far apart: parts of an hour or of a
 * day, a day, a week. */
bool schedule_is_period(uint64_t seconds);

/* What marks a line or a unit as that of this schedule: 16 letters. */
void schedule_id(const struct schedule *s, char out[SCHEDULE_ID_BYTES]);

/*
 * Appends the crontab line, with its newline.  SCOUT_E_USAGE if no such line can
 * say it (a newline in a path, or too long), SCOUT_E_NOMEM.
 */
int schedule_cron_line(const struct schedule *s, struct buf *out,
		       struct scout_err *err);

/*
 * Puts a line into the text of a crontab: in place of the one that has the same
 * mark, else at the end; line empty: takes that one out.  Other lines stay as
 * they are, byte for byte.  SCOUT_E_NOMEM.
 */
int schedule_edit_crontab(struct span crontab, const char *id, struct span line,
			  struct buf *out);

/* Append the texts of the units.  SCOUT_E_NOMEM. */
int schedule_service(const struct schedule *s, struct buf *out);
int schedule_timer(const struct schedule *s, struct buf *out);

#endif
