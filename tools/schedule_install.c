#include "tools/schedule_install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "tools/child.h"
#include "tools/cli.h"

static const char program[] = "scout-index";
static const char system_dir[] = "/etc/systemd/system";

enum { UNIT_MAX_BYTES = 1 << 20 };

/* --- cron */

/* What a program said on stderr, on one line, as an error. */
static int refused(const char *what, struct buf *messages, int code,
		   struct scout_err *err)
{
	char *text = (char *)(uintptr_t)buf_cstr(messages);

	if (text)
		text[strcspn(text, "\n")] = 0;
	return scout_err_set(err, SCOUT_E_IO, "%s: exit code %d: %s", what,
			     code, text && *text ? text : "no message");
}

/* The user's crontab; empty if there is none. */
static int read_crontab(struct buf *out, struct scout_err *err)
{
	static const char *const argv[] = { "crontab", "-l", NULL };
	struct buf messages = BUF_INIT(MEM_OTHER);
	const char *text;
	int code, rc;

	rc = child_run(argv, span_str(""), out, &messages, &code, err);
	text = rc ? NULL : buf_cstr(&messages);
	if (!rc && code && text && strstr(text, "no crontab"))
		buf_clear(out);
	else if (!rc && code)
		rc = refused("crontab -l", &messages, code, err);
	buf_release(&messages);
	return rc;
}

static int write_crontab(struct span text, struct scout_err *err)
{
	static const char *const write[] = { "crontab", "-", NULL };
	static const char *const drop[] = { "crontab", "-r", NULL };
	struct buf out = BUF_INIT(MEM_OTHER), messages = BUF_INIT(MEM_OTHER);
	int code, rc;

	rc = child_run(text.len ? write : drop, text, &out, &messages, &code,
		       err);
	if (!rc && code)
		rc = refused(text.len ? "crontab -" : "crontab -r", &messages,
			     code, err);
	buf_release(&out);
	buf_release(&messages);
	return rc;
}

static int edit_crontab(const struct schedule *s, struct span line,
			struct scout_err *err)
{
	struct buf old = BUF_INIT(MEM_OTHER), new = BUF_INIT(MEM_OTHER);
	char id[SCHEDULE_ID_BYTES];
	int rc;

	schedule_id(s, id);
	rc = read_crontab(&old, err);
	if (!rc)
		rc = schedule_edit_crontab(buf_span(&old), id, line, &new);
	if (!rc && !span_eq(buf_span(&old), buf_span(&new)))
		rc = write_crontab(buf_span(&new), err);
	buf_release(&old);
	buf_release(&new);
	return rc < 0 ? scout_err_set(err, rc, "the crontab") : rc;
}

int schedule_install_cron(const struct schedule *s, struct scout_err *err)
{
	struct buf line = BUF_INIT(MEM_OTHER);
	int rc;

	rc = schedule_cron_line(s, &line, err);
	if (!rc)
		rc = edit_crontab(s, buf_span(&line), err);
	buf_release(&line);
	return rc;
}

int schedule_remove_cron(const struct schedule *s, struct scout_err *err)
{
	return edit_crontab(s, span_str(""), err);
}

/* --- systemd */

/* Makes the folder and those above it that are not there. */
static int make_folder(const char *path, struct scout_err *err)
{
	char *copy = scout_strdup(MEM_OTHER, path), *slash;
	int rc = 0;

	if (!copy)
		return scout_err_set(err, SCOUT_E_NOMEM, "%s", path);
	for (slash = strchr(copy + 1, '/'); slash && !rc;
	     slash = strchr(slash + 1, '/')) {
		*slash = 0;
		rc = os_mkdir(copy, 0755);
		*slash = '/';
	}
	if (!rc)
		rc = os_mkdir(copy, 0755);
	scout_free(copy);
	return rc < 0 ? scout_err_sys(err, -rc, "making the folder '%s'",
				      path) : SCOUT_OK;
}

static int find_unit_dir(const struct schedule *s,
			 const struct unit_place *place, struct buf *out,
			 struct scout_err *err)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	if (place->dir)
		buf_put_str(out, place->dir);
	else if (s->is_system)
		buf_put_str(out, system_dir);
	else if (config && *config)
		buf_printf(out, "%s/systemd/user", config);
	else if (home && *home)
		buf_printf(out, "%s/.config/systemd/user", home);
	else
		return scout_err_set(err, SCOUT_E_USAGE,
				     "units of a user are in his home, but "
				     "HOME is not set");
	return buf_cstr(out) ? SCOUT_OK :
			       scout_err_set(err, SCOUT_E_NOMEM, "units");
}

/*
 * Looks whether a unit of that name is this schedule's: SCOUT_OK, SCOUT_END if
 * there is none.  SCOUT_E_USAGE if it is somebody else's.  *out_same: it has
 * this text.
 */
static int look_at_unit(const struct schedule *s, const char *path,
			struct span text, bool *out_same, struct scout_err *err)
{
	char id[SCHEDULE_ID_BYTES], mark[64];
	uint8_t *old = NULL;
	size_t len;
	int n, rc;

	schedule_id(s, id);
	n = snprintf(mark, sizeof(mark), "# scout-index schedule %s\n", id);
	rc = os_read_file(AT_FDCWD, path, UNIT_MAX_BYTES, &old, &len);
	if (rc == -ENOENT || rc == -ENOTDIR)
		return SCOUT_END;
	if (rc < 0)
		return scout_err_sys(err, -rc, "%s", path);
	*out_same = span_eq(span_of(old, len), text);
	if (len < (size_t)n || memcmp(old, mark, (size_t)n))
		rc = scout_err_set(err, SCOUT_E_USAGE,
				   "'%s' was not made for this index by "
				   "scout-index schedule; move it away first",
				   path);
	scout_free(old);
	return rc;
}

/* systemd wants units that everybody can read. */
static int write_unit(const char *dir, const char *name, struct span text,
		      struct scout_err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -errno : os_replace_file_mode(fd, name, text.ptr,
							text.len, 0644);

	if (fd >= 0)
		close(fd);
	return rc < 0 ? scout_err_sys(err, -rc, "writing '%s/%s'", dir, name) :
			SCOUT_OK;
}

struct unit {
	const char *suffix;
	int (*put)(const struct schedule *s, struct buf *out);
};

static const struct unit units[] = {
	{ "service", schedule_service },
	{ "timer", schedule_timer },
};

enum { NUNITS = sizeof(units) / sizeof(units[0]) };

/* What one unit's file is to have done to it. */
typedef int unit_action(const struct schedule *s, const char *dir,
			const char *name, const char *path, struct span text,
			bool *changed, struct scout_err *err);

static int install_unit(const struct schedule *s, const char *dir,
			const char *name, const char *path, struct span text,
			bool *changed, struct scout_err *err)
{
	bool same = false;
	int rc = look_at_unit(s, path, text, &same, err);

	if (rc < 0 || same)
		return rc;
	*changed = true;
	return write_unit(dir, name, text, err);
}

static int remove_unit(const struct schedule *s, const char *dir,
		       const char *name, const char *path, struct span text,
		       bool *changed, struct scout_err *err)
{
	bool same = false;
	int rc = look_at_unit(s, path, text, &same, err);

	(void)dir;
	(void)name;
	if (rc == SCOUT_END)
		return SCOUT_OK;
	if (rc < 0)
		return rc;
	*changed = true;
	return unlink(path) ? scout_err_sys(err, errno, "removing '%s'", path) :
			      SCOUT_OK;
}

static int each_unit(const struct schedule *s, const char *dir,
		     unit_action *action, bool *changed, struct scout_err *err)
{
	struct buf text = BUF_INIT(MEM_OTHER), path = BUF_INIT(MEM_OTHER);
	int i, rc = SCOUT_OK;

	for (i = 0; i < NUNITS && !rc; i++) {
		buf_clear(&text);
		buf_clear(&path);
		buf_printf(&path, "%s/scout-%s.%s", dir, s->name,
			   units[i].suffix);
		rc = units[i].put(s, &text);
		if (!rc && !buf_cstr(&path))
			rc = SCOUT_E_NOMEM;
		if (rc < 0)
			scout_err_set(err, rc, "units");
		else
			rc = action(s, dir,
				    (char *)path.ptr + strlen(dir) + 1,
				    (char *)path.ptr, buf_span(&text), changed,
				    err);
	}
	buf_release(&text);
	buf_release(&path);
	return rc;
}

/* True if systemd is at work, and looks into the folder. */
static bool is_running(const struct unit_place *place)
{
	return !place->dir && !access("/run/systemd/system", F_OK);
}

/* systemctl [--user] WORDS; a refusal is an error. */
static int systemctl(const struct schedule *s, const char *verb,
		     const char *option, const char *unit,
		     struct scout_err *err)
{
	const char *argv[6] = { "systemctl" };
	struct buf out = BUF_INIT(MEM_OTHER), messages = BUF_INIT(MEM_OTHER);
	int n = 1, code, rc;

	if (!s->is_system)
		argv[n++] = "--user";
	argv[n++] = verb;
	if (option)
		argv[n++] = option;
	if (unit)
		argv[n++] = unit;
	rc = child_run(argv, span_str(""), &out, &messages, &code, err);
	if (!rc && code)
		rc = refused("systemctl", &messages, code, err);
	buf_release(&out);
	buf_release(&messages);
	return rc;
}

int schedule_install_units(const struct schedule *s,
			   const struct unit_place *place,
			   struct scout_err *err)
{
	struct buf dir = BUF_INIT(MEM_OTHER), timer = BUF_INIT(MEM_OTHER);
	bool changed = false;
	int rc;

	buf_printf(&timer, "scout-%s.timer", s->name);
	rc = find_unit_dir(s, place, &dir, err);
	if (!rc)
		rc = make_folder(buf_cstr(&dir), err);
	if (!rc)
		rc = each_unit(s, buf_cstr(&dir), install_unit, &changed, err);
	if (!rc && is_running(place)) {
		if (changed)
			rc = systemctl(s, "daemon-reload", NULL, NULL, err);
		if (!rc)
			rc = systemctl(s, "enable", "--now", buf_cstr(&timer),
				       err);
	} else if (!rc && !place->dir) {
		cli_message(program, "note: the units are in '%s', but systemd "
			    "does not run here; start them with: systemctl %s"
			    "enable --now %s", buf_cstr(&dir),
			    s->is_system ? "" : "--user ", buf_cstr(&timer));
	}
	buf_release(&dir);
	buf_release(&timer);
	return rc;
}

int schedule_remove_units(const struct schedule *s,
			  const struct unit_place *place,
			  struct scout_err *err)
{
	struct buf dir = BUF_INIT(MEM_OTHER), timer = BUF_INIT(MEM_OTHER);
	struct scout_err ignored = SCOUT_ERR_INIT;
	bool changed = false;
	int rc;

	buf_printf(&timer, "scout-%s.timer", s->name);
	rc = find_unit_dir(s, place, &dir, err);
	/* it may be enabled or not, loaded or not */
	if (!rc && is_running(place))
		(void)systemctl(s, "disable", "--now", buf_cstr(&timer),
				&ignored);
	if (!rc)
		rc = each_unit(s, buf_cstr(&dir), remove_unit, &changed, err);
	if (!rc && changed && is_running(place))
		rc = systemctl(s, "daemon-reload", NULL, NULL, err);
	buf_release(&dir);
	buf_release(&timer);
	return rc;
}
