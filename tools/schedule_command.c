/* `scout-index schedule`: have update run now and then. */
#include "tools/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"
#include "index_format/index_state.h"
#include "tools/cli.h"
#include "tools/registry.h"
#include "tools/schedule.h"
#include "tools/schedule_install.h"

enum { DEFAULT_EVERY_S = 15 * 60, MAX_WRITABLE = 256 };
enum action { ACT_NONE, ACT_PRINT, ACT_INSTALL, ACT_REMOVE };

struct schedule_flags {
	int action;
	struct index_arg index;
	const char *max_load, *unit_dir;
	struct flag_list reports;
	uint64_t every_s;
	int user, system;
};

static int apply_every(void *options, const struct flag *flag,
		       const char *value, struct scout_err *err)
{
	struct schedule_flags *f = options;

	(void)flag;
	if (cli_parse_seconds(value, &f->every_s) &&
	    schedule_is_period(f->every_s))
		return SCOUT_OK;
	return scout_err_set(err, SCOUT_E_USAGE,
			     "--every wants a part of an hour (1m 2m 3m 4m 5m "
			     "6m 10m 12m 15m 20m 30m 1h), of a day (2h 3h 4h "
			     "6h 8h 12h), 1d or 7d, not '%s'", value);
}

#define FIELD(f) offsetof(struct schedule_flags, f)
#define SET(name, field, value, help) \
	{ name, 0, NULL, help, FLAG_SET, FIELD(field), value, NULL }

static const struct flag schedule_table[] = {
	SET("print", action, ACT_PRINT, "show it; nothing is changed"),
	SET("install", action, ACT_INSTALL, "put it in place, or anew"),
	SET("remove", action, ACT_REMOVE, "take it away"),
	{ "every", 0, "TIME", "how often: 15m, 2h, 1d (15m)", FLAG_CALL, 0, 0,
	  apply_every },
	INDEX_ARG_ROW(struct schedule_flags, index, "the index in DIR"),
	{ "max-load", 0, "X", "have update not start above this load",
	  FLAG_TEXT, FIELD(max_load), 0, NULL },
	{ "report", 0, "FILE", "have update write what was done", FLAG_LIST,
	  FIELD(reports), 0, NULL },
	SET("user", user, true, "units of the user (unless root)"),
	SET("system", system, true, "units of the system (for root)"),
	{ "unit-dir", 0, "DIR", "write units to DIR and start nothing",
	  FLAG_TEXT, FIELD(unit_dir), 0, NULL },
	FORCE_REMOTE_ROW(struct schedule_flags, index,
			 "an index on a network file system"),
	FLAG_HELP_ROW,
};

/* One run of the command. */
struct schedule_run {
	struct arena *arena;
	struct schedule_flags *flags;
	const struct flag_list *words;	/* cron or systemd, folder or name */
	struct schedule schedule;
	bool is_cron;
	const char *writable[MAX_WRITABLE];
	char *program;
	struct output *out;
	struct scout_err *err;
};

static int no_memory(struct schedule_run *s)
{
	return scout_err_set(s->err, SCOUT_E_NOMEM, "schedule");
}

/* --- what is to run */

/* An absolute path, as far as that can be found out; in the arena. */
static const char *absolute(struct schedule_run *s, const char *path)
{
	char full[PATH_MAX], cwd[PATH_MAX];
	struct buf joined = BUF_INIT(MEM_OTHER);
	const char *out = NULL;

	if (realpath(path, full))
		return arena_dup(s->arena, full, strlen(full));
	if (path[0] == '/' || !getcwd(cwd, sizeof(cwd)))
		return arena_dup(s->arena, path, strlen(path));
	buf_printf(&joined, "%s/%s", cwd, path);
	if (buf_cstr(&joined))
		out = arena_dup(s->arena, joined.ptr, joined.len);
	buf_release(&joined);
	return out;
}

/* Where a file is to be written: an absolute path although it is not there. */
static const char *absolute_file(struct schedule_run *s, const char *path,
				 const char **out_folder)
{
	const char *slash = strrchr(path, '/');
	struct buf joined = BUF_INIT(MEM_OTHER);
	const char *out = NULL;

	*out_folder = slash == path ? "/" :
		      slash ? arena_dup(s->arena, path,
					(size_t)(slash - path)) : ".";
	*out_folder = *out_folder ? absolute(s, *out_folder) : NULL;
	if (!*out_folder)
		return NULL;
	buf_printf(&joined, "%s/%s", strcmp(*out_folder, "/") ? *out_folder : "",
		   slash ? slash + 1 : path);
	if (buf_cstr(&joined))
		out = arena_dup(s->arena, joined.ptr, joined.len);
	buf_release(&joined);
	return out;
}

static void add_writable(struct schedule_run *s, const char *folder)
{
	size_t i, n = s->schedule.nwritable;

	for (i = 0; i < n; i++)
		if (!strcmp(s->writable[i], folder))
			return;
	if (n < MAX_WRITABLE)
		s->writable[s->schedule.nwritable++] = folder;
}

/* Who owns the index has it updated by a unit of the system, too. */
static void find_user(struct schedule_run *s)
{
	struct stat st;
	struct passwd *pw;

	if (stat(s->schedule.index_dir, &st) || !st.st_uid)
		return;
	pw = getpwuid(st.st_uid);
	if (pw)
		s->schedule.user = arena_dup(s->arena, pw->pw_name,
					     strlen(pw->pw_name));
}

/*
 * The name of the folder that holds the index, and some letters: it must be the
 * same when the index is gone.
 */
static const char *unit_name(struct schedule_run *s)
{
	const char *dir = s->schedule.index_dir, *end, *base;
	char id[SCHEDULE_ID_BYTES], name[64], *p;

	if (!dir)
		return "all";
	end = dir + strlen(dir);
	if (end - dir > 7 && !strcmp(end - 7, "/.scout"))
		end -= 7;
	for (base = end; base > dir && base[-1] != '/'; base--)
		;
	schedule_id(&s->schedule, id);
	snprintf(name, sizeof(name), "%.*s-%.8s",
		 end - base > 40 ? 40 : (int)(end - base), base, id);
	for (p = name; *p; p++)
		if (!registry_is_name((char[]){ 'x', *p, 0 }))
			*p = '_';
	return arena_dup(s->arena, name, strlen(name));
}

/*
 * The index that is meant, or all: then without a word on which, and with names
 * registered.  To take a schedule away the index need not be there.
 */
static int find_index(struct schedule_run *s)
{
	const char *folder = flag_list_at(s->words, 1), *dir;
	struct index_state state;
	struct registry all;
	size_t i;
	int rc;

	if (!folder && !s->flags->index.index_dir) {
		rc = registry_read(s->arena, &all, s->err);
		if (rc < 0)
			return rc;
		for (i = 0; i < all.nentries; i++)
			add_writable(s, all.entries[i].dir);
		if (all.nentries || s->flags->action == ACT_REMOVE)
			return SCOUT_OK;
	}
	rc = index_arg_find(&s->flags->index, folder, s->arena, &dir, s->err);
	if (rc < 0)
		return rc;
	s->schedule.index_dir = absolute(s, dir);
	if (!s->schedule.index_dir)
		return no_memory(s);
	if (s->flags->action == ACT_REMOVE)
		return SCOUT_OK;
	rc = index_state_read(s->schedule.index_dir, s->arena, &state, s->err);
	if (rc < 0)
		return rc;
	s->schedule.root = state.root;
	add_writable(s, s->schedule.index_dir);
	find_user(s);
	return SCOUT_OK;
}

static int find_reports(struct schedule_run *s)
{
	struct flag_list *l = &s->flags->reports;
	const char *folder;
	size_t i;

	for (i = 0; i < l->nitems; i++) {
		l->items[i] = absolute_file(s, l->items[i], &folder);
		if (!l->items[i])
			return no_memory(s);
		add_writable(s, folder);
	}
	return SCOUT_OK;
}

static int plan(struct schedule_run *s)
{
	struct schedule *p = &s->schedule;
	const char *config = getenv("XDG_CONFIG_HOME");
	int rc;

	*p = (struct schedule){
		.every_s = s->flags->every_s ? s->flags->every_s :
					      DEFAULT_EVERY_S,
		.max_load = s->flags->max_load,
		.reports = &s->flags->reports,
		.writable = s->writable,
		.is_system = s->flags->system ||
			     (!geteuid() && !s->flags->user),
	};
	rc = os_program_path(&s->program);
	if (rc < 0)
		return scout_err_sys(s->err, -rc, "finding this program");
	p->program = s->program;
	rc = find_index(s);
	if (!rc)
		rc = find_reports(s);
	if (rc < 0)
		return rc;
	/* the job has HOME, but not this */
	if (!p->index_dir && config && *config)
		p->config_home = config;
	p->name = unit_name(s);
	return p->name ? SCOUT_OK : no_memory(s);
}

/* --- the command */

static int print_plan(struct schedule_run *s)
{
	struct buf text = BUF_INIT(MEM_OTHER);
	int rc;

	if (s->is_cron) {
		rc = schedule_cron_line(&s->schedule, &text, s->err);
	} else {
		buf_printf(&text, "# scout-%s.service\n", s->schedule.name);
		rc = schedule_service(&s->schedule, &text);
		buf_printf(&text, "\n# scout-%s.timer\n", s->schedule.name);
		if (!rc)
			rc = schedule_timer(&s->schedule, &text);
	}
	if (!rc)
		output_put_span(s->out, buf_span(&text));
	buf_release(&text);
	return rc;
}

static int act(struct schedule_run *s)
{
	const struct unit_place place = { .dir = s->flags->unit_dir };
	bool remove = s->flags->action == ACT_REMOVE;
	int rc = plan(s);

	if (rc < 0)
		return rc;
	if (s->flags->action == ACT_PRINT)
		return print_plan(s);
	if (s->is_cron)
		return remove ? schedule_remove_cron(&s->schedule, s->err) :
				schedule_install_cron(&s->schedule, s->err);
	return remove ? schedule_remove_units(&s->schedule, &place, s->err) :
			schedule_install_units(&s->schedule, &place, s->err);
}

static int check_words(struct schedule_run *s)
{
	const struct flag_list *words = s->words;

	if (!s->flags->action)
		return scout_err_set(s->err, SCOUT_E_USAGE,
				     "schedule wants --print, --install or "
				     "--remove");
	if (!words->nitems || (strcmp(words->items[0], "cron") &&
			       strcmp(words->items[0], "systemd")))
		return scout_err_set(s->err, SCOUT_E_USAGE,
				     "schedule wants to know by whom: cron or "
				     "systemd");
	if (words->nitems + (s->flags->index.index_dir != NULL) > 2)
		return scout_err_set(s->err, SCOUT_E_USAGE,
				     "schedule takes one folder, name or "
				     "--index DIR");
	if (s->flags->user && s->flags->system)
		return scout_err_set(s->err, SCOUT_E_USAGE,
				     "--user or --system, not both");
	s->is_cron = !strcmp(words->items[0], "cron");
	return SCOUT_OK;
}

static int schedule(struct command_run *run)
{
	struct schedule_run s = { .arena = run->arena, .flags = run->options,
				  .words = &run->words, .out = run->out,
				  .err = run->err };
	int rc = check_words(&s);

	if (!rc)
		rc = act(&s);
	scout_free(s.program);
	return rc;
}

const struct command schedule_command = {
	.name = "schedule",
	.usage = "--print|--install|--remove cron|systemd [DIR]",
	.help = "have update run now and then",
	.flags = FLAG_TABLE(schedule_table),
	.options_bytes = sizeof(struct schedule_flags),
	.run = schedule,
};
