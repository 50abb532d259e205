#include "tools/schedule.h"

#include "base/hash.h"

enum {
	MINUTE = 60, HOUR = 3600, DAY = 86400, WEEK = 7 * DAY,
	CRON_COMMAND_MAX = 998,	/* more is cut off by cron: MAX_COMMAND */
	AT_HOUR = 4,		/* daily and weekly runs */
};

static const char safe_letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	"0123456789/._-+=:,@";

bool schedule_is_period(uint64_t s)
{
	if (s < MINUTE || s % MINUTE)
		return false;
	if (s <= HOUR)
		return HOUR % s == 0;
	return s == DAY || s == WEEK || (s % HOUR == 0 && DAY % s == 0);
}

void schedule_id(const struct schedule *s, char out[SCHEDULE_ID_BYTES])
{
	const char *what = s->index_dir ? s->index_dir : "all";

	snprintf(out, SCHEDULE_ID_BYTES, "%016llx",
		 (unsigned long long)scout_hash64(what, strlen(what)));
}

/* Calls put for every argument of the command, the program first. */
static void list_arguments(const struct schedule *s, struct buf *out,
			   void (*put)(struct buf *, const char *))
{
	size_t i;

	put(out, s->program);
	put(out, "update");
	put(out, "--lock=skip");
	if (s->max_load) {
		put(out, "--max-load");
		put(out, s->max_load);
	}
	for (i = 0; i < s->reports->nitems; i++) {
		put(out, "--report");
		put(out, s->reports->items[i]);
	}
	if (s->index_dir) {
		put(out, "--index");
		put(out, s->index_dir);
	}
}

/* --- cron */

/*
 * A word as sh wants it, and as cron hands it on: cron takes "%" for the end of
 * the command and turns "\%" into "%", whatever quotes there are, unless the
 * backslash comes after another one.  So "%" stands outside of the quotes, where
 * the letter before it is never a backslash.
 */
static void put_cron_word(struct buf *out, const char *word)
{
	bool is_plain = *word && !word[strspn(word, safe_letters)];

	if (is_plain) {
		buf_put_str(out, word);
		return;
	}
	buf_put_u8(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_put_str(out, "'\\''");
		else if (*word == '%')
			buf_put_str(out, "'\\%'");
		else
			buf_put_u8(out, (uint8_t)*word);
	}
	buf_put_u8(out, '\'');
}

static void put_spaced_cron_word(struct buf *out, const char *word)
{
	buf_put_u8(out, ' ');
	put_cron_word(out, word);
}

static void put_cron_times(struct buf *out, uint64_t s)
{
	if (s == MINUTE)
		buf_put_str(out, "* * * * *");
	else if (s < HOUR)
		buf_printf(out, "*/%d * * * *", (int)(s / MINUTE));
	else if (s == HOUR)
		buf_put_str(out, "0 * * * *");
	else if (s < DAY)
		buf_printf(out, "0 */%d * * *", (int)(s / HOUR));
	else
		buf_printf(out, "0 %d * * %s", AT_HOUR,
			   s == DAY ? "*" : "0");
}

static void put_mark(struct buf *out, const char *id)
{
	buf_printf(out, " # scout-index schedule %s\n", id);
}

int schedule_cron_line(const struct schedule *s, struct buf *out,
		       struct scout_err *err)
{
	char id[SCHEDULE_ID_BYTES];
	size_t start;

	put_cron_times(out, s->every_s);
	start = out->len;
	if (s->config_home) {
		buf_put_str(out, " XDG_CONFIG_HOME=");
		put_cron_word(out, s->config_home);
	}
	list_arguments(s, out, put_spaced_cron_word);
	buf_put_str(out, " --nice");
	schedule_id(s, id);
	put_mark(out, id);
	if (buf_status(out))
		return scout_err_set(err, SCOUT_E_NOMEM, "the crontab line");
	if (memchr(out->ptr + start, '\n', out->len - start - 1))
		return scout_err_set(err, SCOUT_E_USAGE,
				     "a path with a line break cannot stand in "
				     "a crontab; use systemd");
	if (out->len - start > CRON_COMMAND_MAX)
		return scout_err_set(err, SCOUT_E_USAGE,
				     "the crontab line would have more than %d "
				     "bytes, which cron cuts off; use systemd",
				     CRON_COMMAND_MAX);
	return SCOUT_OK;
}

/* The next line of text with its newline, if it has one. */
static struct span take_line(struct span *text)
{
	const uint8_t *end = memchr(text->ptr, '\n', text->len);
	size_t len = end ? (size_t)(end - text->ptr) + 1 : text->len;
	struct span line = span_of(text->ptr, len);

	text->ptr += len;
	text->len -= len;
	return line;
}

static bool ends_in(struct span line, struct span mark)
{
	return line.len >= mark.len &&
	       !memcmp(line.ptr + line.len - mark.len, mark.ptr, mark.len);
}

int schedule_edit_crontab(struct span crontab, const char *id, struct span line,
			  struct buf *out)
{
	struct buf mark = BUF_INIT(MEM_OTHER);
	bool is_done = false;
	int rc;

	put_mark(&mark, id);
	while (crontab.len) {
		struct span old = take_line(&crontab);

		/* a comment that only looks like one of ours stays */
		if (old.ptr[0] == '#' || !ends_in(old, buf_span(&mark))) {
			buf_put_span(out, old);
			continue;
		}
		if (!is_done)
			buf_put_span(out, line);
		is_done = true;
	}
	if (!is_done && line.len) {
		if (out->len && out->ptr[out->len - 1] != '\n')
			buf_put_u8(out, '\n');
		buf_put_span(out, line);
	}
	rc = buf_status(&mark) ? buf_status(&mark) : buf_status(out);
	buf_release(&mark);
	return rc;
}

/* --- systemd */

/* A word as systemd reads it: quotes and escapes as in C, "%" is its own, and
 * "$" in commands. */
static void put_unit_word(struct buf *out, const char *word, bool in_command)
{
	bool is_plain = *word && !word[strspn(word, safe_letters)];

	if (is_plain) {
		buf_put_str(out, word);
		return;
	}
	buf_put_u8(out, '"');
	for (; *word; word++) {
		uint8_t c = (uint8_t)*word;

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '%' || (c == '$' && in_command))
			buf_printf(out, "%c%c", c, c);
		else if (c < ' ')
			buf_printf(out, "\\x%02x", c);
		else
			buf_put_u8(out, c);
	}
	buf_put_u8(out, '"');
}

static void put_command_word(struct buf *out, const char *word)
{
	if (out->len && out->ptr[out->len - 1] != '=')
		buf_put_u8(out, ' ');
	put_unit_word(out, word, true);
}

/* A text that is not split into words: only "%" is special. */
static void put_unit_text(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if ((uint8_t)*text < ' ')
			buf_put_u8(out, '?');
		else if (*text == '%')
			buf_put_str(out, "%%");
		else
			buf_put_u8(out, (uint8_t)*text);
	}
}

static void put_head(const struct schedule *s, struct buf *out)
{
	char id[SCHEDULE_ID_BYTES];

	schedule_id(s, id);
	buf_printf(out, "# scout-index schedule %s\n"
		   "# Made by scout-index; to change it, copy it under another "
		   "name.\n\n[Unit]\nDescription=", id);
	if (s->index_dir) {
		buf_put_str(out, "Refresh the scout index ");
		put_unit_text(out, s->index_dir);
	} else {
		buf_put_str(out, "Refresh all scout indexes that have names");
	}
	buf_put_str(out, "\nDocumentation=man:scout-index(1)\n");
}

/* What a service may do, of what needs no namespaces: a user's manager has
 * none on many systems. */
static const char any_manager[] =
	"NoNewPrivileges=yes\n"
	"LockPersonality=yes\n"
	"MemoryDenyWriteExecute=yes\n"
	"RestrictAddressFamilies=none\n"
	"RestrictNamespaces=yes\n"
	"RestrictRealtime=yes\n"
	"RestrictSUIDSGID=yes\n"
	"SystemCallArchitectures=native\n"
	"SystemCallFilter=@system-service\n"
	"SystemCallFilter=~@resources\n"
	"SystemCallErrorNumber=EPERM\n";

static const char system_manager[] =
	"PrivateDevices=yes\n"
	"PrivateNetwork=yes\n"
	"ProtectClock=yes\n"
	"ProtectControlGroups=yes\n"
	"ProtectHostname=yes\n"
	"ProtectKernelLogs=yes\n"
	"ProtectKernelModules=yes\n"
	"ProtectKernelTunables=yes\n"
	"ProtectProc=invisible\n";

static void put_system_rules(const struct schedule *s, struct buf *out)
{
	size_t i;

	buf_put_str(out, system_manager);
	if (s->user) {
		buf_put_str(out, "CapabilityBoundingSet=\nUser=");
		put_unit_text(out, s->user);
		buf_put_str(out, "\n");
	} else {
		/* root reads files of others, and writes their indexes */
		buf_put_str(out, "CapabilityBoundingSet=CAP_DAC_READ_SEARCH "
				 "CAP_DAC_OVERRIDE CAP_CHOWN CAP_FOWNER\n");
	}
	buf_put_str(out, "ProtectSystem=strict\n");
	for (i = 0; i < s->nwritable; i++) {
		buf_put_str(out, "ReadWritePaths=");
		put_unit_word(out, s->writable[i], false);
		buf_put_u8(out, '\n');
	}
}

int schedule_service(const struct schedule *s, struct buf *out)
{
	put_head(s, out);
	if (s->root) {
		buf_put_str(out, "RequiresMountsFor=");
		put_unit_word(out, s->root, false);
		buf_put_u8(out, ' ');
		put_unit_word(out, s->index_dir, false);
		buf_put_u8(out, '\n');
	}
	buf_put_str(out, "\n[Service]\nType=oneshot\n");
	if (s->config_home) {
		buf_put_str(out, "Environment=\"XDG_CONFIG_HOME=");
		put_unit_text(out, s->config_home);
		buf_put_str(out, "\"\n");
	}
	buf_put_str(out, "ExecStart=");
	list_arguments(s, out, put_command_word);
	/* the manager makes it nice, which it may not do itself */
	buf_put_str(out, "\n# 75: another run has the lock, or the load is too "
		    "high\nSuccessExitStatus=75\nNice=19\n"
		    "IOSchedulingClass=idle\n");
	buf_put_str(out, any_manager);
	if (s->is_system)
		put_system_rules(s, out);
	return buf_status(out);
}

static void put_calendar(struct buf *out, uint64_t s)
{
	if (s <= HOUR)
		buf_printf(out, "*:0/%d", (int)(s / MINUTE));
	else if (s < DAY)
		buf_printf(out, "0/%d:00", (int)(s / HOUR));
	else
		buf_printf(out, "%s%02d:00", s == DAY ? "" : "Sun ", AT_HOUR);
}

int schedule_timer(const struct schedule *s, struct buf *out)
{
	put_head(s, out);
	buf_put_str(out, "\n[Timer]\nOnCalendar=");
	/* 60 minutes in an hour are not "0/60" */
	if (s->every_s == HOUR)
		buf_put_str(out, "*:00");
	else
		put_calendar(out, s->every_s);
	/* not all timers of the machine in the same second */
	buf_printf(out, "\nRandomizedDelaySec=%d\nPersistent=yes\n\n"
		   "[Install]\nWantedBy=timers.target\n",
		   s->every_s < HOUR ? (int)(s->every_s / 10) : 300);
	return buf_status(out);
}
