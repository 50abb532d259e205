#include "base/tree/ignore_level.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"

enum {
	IGNORE_FILE_MAX_BYTES = 16 << 20,
	GIT_FILE_MAX_BYTES = 1 << 16,	/* .git and commondir */
};

static const char *const kind_names[IGNORE_KINDS] = {
	[IGNORE_BY_SCOUT] = ".scoutignore",
	[IGNORE_BY_RG] = ".rgignore",
	[IGNORE_BY_ANY] = ".ignore",
	[IGNORE_BY_GIT] = ".gitignore",
	[IGNORE_BY_EXCLUDE] = ".git",
};

unsigned ignore_level_name(const char *name)
{
	unsigned i;

	if (name[0] != '.')
		return 0;
	for (i = 0; i < IGNORE_KINDS; i++)
		if (!strcmp(name, kind_names[i]))
			return 1u << i;
	return 0;
}

/* The folder being added. */
struct loader {
	int dir_fd;
	const char *path;
	size_t strip;
	struct arena *arena;
	struct ignore_warnings *warnings;
	struct scout_err *err;
};

static void warn_unreadable(const struct loader *l, const char *file, int sys)
{
	struct scout_err text = SCOUT_ERR_INIT;

	l->warnings->count++;
	if (!l->warnings->warn)
		return;
	scout_err_sys(&text, sys, "reading %s/%s", l->path, file);
	l->warnings->warn(l->warnings->ctx, text.msg);
}

/*
 * What becomes of a file that could not be read: SCOUT_END if it is not there,
 * or with a warning if the file is to blame; else an error.
 */
static int cannot_read(const struct loader *l, const char *file, int sys)
{
	if (sys == ENOENT || sys == ENOTDIR || sys == EINVAL)
		return SCOUT_END;
	if (os_is_shortage(sys))
		return scout_err_sys(l->err, sys, "reading %s/%s", l->path,
				     file);
	warn_unreadable(l, file, sys);
	return SCOUT_END;
}

/* file is relative to the folder (or absolute); missing is no error. */
static int load(const struct loader *l, const char *file,
		const struct ignore_set **out)
{
	struct buf name = BUF_INIT(MEM_WALK);
	uint8_t *text;
	size_t len;
	int rc;

	rc = os_read_file(l->dir_fd, file, IGNORE_FILE_MAX_BYTES, &text, &len);
	if (rc < 0) {
		rc = cannot_read(l, file, -rc);
		return rc < 0 ? rc : SCOUT_OK;
	}
	buf_printf(&name, "%s/%s", l->path, file);
	if (buf_cstr(&name))
		rc = ignore_set_parse(span_of(text, len), l->strip,
				      buf_cstr(&name), l->arena, l->warnings,
				      out, l->err);
	else
		rc = scout_err_set(l->err, SCOUT_E_NOMEM, "reading %s/%s",
				   l->path, file);
	buf_release(&name);
	scout_free(text);
	return rc;
}

/* Appends the first line of a file; SCOUT_END if there is none. */
static int put_first_line(const struct loader *l, const char *file,
			  struct buf *out)
{
	uint8_t *text, *nl;
	size_t len;
	int rc;

	rc = os_read_file(l->dir_fd, file, GIT_FILE_MAX_BYTES, &text, &len);
	if (rc < 0)
		return cannot_read(l, file, -rc);
	nl = memchr(text, '\n', len);
	if (nl)
		len = (size_t)(nl - text);
	if (len && text[len - 1] == '\r')
		len--;
	buf_put(out, text, len);
	scout_free(text);
	return buf_status(out);
}

/* In a linked work tree, dir/commondir says where the repository is. */
static int follow_commondir(const struct loader *l, struct buf *dir)
{
	struct buf file = BUF_INIT(MEM_WALK), line = BUF_INIT(MEM_WALK);
	int rc;

	buf_put_span(&file, buf_span(dir));
	buf_put_str(&file, "/commondir");
	rc = buf_cstr(&file) ? put_first_line(l, buf_cstr(&file), &line) :
			       SCOUT_E_NOMEM;
	if (rc == SCOUT_OK && line.len) {
		if (line.ptr[0] == '/')
			buf_clear(dir);
		else
			buf_put_u8(dir, '/');
		buf_put_span(dir, buf_span(&line));
	}
	buf_release(&file);
	buf_release(&line);
	return rc < 0 ? rc : buf_status(dir);
}

/*
 * A .git that is a file names the real one ("gitdir: PATH").  Appends the
 * folder whose info/exclude counts; SCOUT_END if the file says something else.
 */
static int resolve_git_file(const struct loader *l, struct buf *out)
{
	static const char mark[] = "gitdir: ";
	struct buf line = BUF_INIT(MEM_WALK);
	int rc;

	rc = put_first_line(l, ".git", &line);
	if (rc == SCOUT_OK && !span_has_prefix(buf_span(&line), span_str(mark)))
		rc = SCOUT_END;
	if (rc == SCOUT_OK) {
		buf_put(out, line.ptr + strlen(mark), line.len - strlen(mark));
		rc = buf_status(out);
	}
	if (rc == SCOUT_OK)
		rc = follow_commondir(l, out);
	buf_release(&line);
	return rc;
}

static int load_exclude(const struct loader *l, bool is_file,
			const struct ignore_set **out)
{
	struct buf file = BUF_INIT(MEM_WALK);
	int rc;

	if (!is_file)
		return load(l, ".git/info/exclude", out);
	rc = resolve_git_file(l, &file);
	if (rc == SCOUT_OK) {
		buf_put_str(&file, "/info/exclude");
		rc = buf_cstr(&file) ? load(l, buf_cstr(&file), out) :
				       SCOUT_E_NOMEM;
	}
	if (rc == SCOUT_E_NOMEM)
		scout_err_set(l->err, rc, "reading %s/.git", l->path);
	buf_release(&file);
	return rc < 0 ? rc : SCOUT_OK;
}

/* Fills level's sets from the files in names that are of these kinds. */
static int load_sets(const struct loader *l, unsigned names, unsigned kinds,
		     struct ignore_level *level)
{
	struct os_stat git;
	unsigned k;
	int rc;

	rc = names & 1u << IGNORE_BY_EXCLUDE ?
		     os_stat_at(l->dir_fd, ".git", true, &git) : -ENOENT;
	if (rc < 0) {
		rc = cannot_read(l, ".git", -rc);
		if (rc < 0)
			return rc;
	} else {
		level->has_git = level->in_git = true;
		rc = kinds & 1u << IGNORE_BY_EXCLUDE ?
			     load_exclude(l, S_ISREG(git.mode),
					  &level->sets[IGNORE_BY_EXCLUDE]) :
			     SCOUT_OK;
		if (rc < 0)
			return rc;
	}
	/* outside a repository a .gitignore never applies, not even to a
	 * repository below */
	if (!level->in_git)
		kinds &= ~(1u << IGNORE_BY_GIT);
	for (k = 0; k < IGNORE_BY_EXCLUDE; k++) {
		if (!(names & kinds & 1u << k))
			continue;
		rc = load(l, kind_names[k], &level->sets[k]);
		if (rc < 0)
			return rc;
	}
	return SCOUT_OK;
}

int ignore_level_add(const struct ignore_level *parent, int dir_fd,
		     const char *path, size_t strip, unsigned names,
		     unsigned kinds, struct arena *arena,
		     struct ignore_warnings *warnings,
		     const struct ignore_level **out, struct scout_err *err)
{
	struct loader l = { dir_fd, path, strip, arena, warnings, err };
	struct ignore_level level = { .parent = parent,
				      .in_git = parent && parent->in_git };
	struct ignore_level *copy;
	bool adds;
	unsigned k;
	int rc;

	if (!names) {
		*out = parent;
		return SCOUT_OK;
	}
	rc = load_sets(&l, names, kinds, &level);
	if (rc < 0)
		return rc;
	adds = level.has_git;
	for (k = 0; k < IGNORE_KINDS; k++)
		adds |= level.sets[k] != NULL;
	if (!adds) {
		*out = parent;
		return SCOUT_OK;
	}
	copy = arena_alloc(arena, sizeof(*copy));
	if (!copy)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading ignore files");
	*copy = level;
	*out = copy;
	return SCOUT_OK;
}

int ignore_level_above(const char *path, unsigned kinds, bool no_require_git,
		       struct arena *arena, struct ignore_warnings *warnings,
		       const struct ignore_level **out, struct scout_err *err)
{
	struct ignore_level *first = arena_calloc(arena, 1, sizeof(*first));
	const struct ignore_level *level = first;
	struct loader l = { .warnings = warnings, .err = err };
	char folder[PATH_MAX];
	size_t i;
	int fd, rc = SCOUT_OK;

	if (!first)
		return scout_err_set(err, SCOUT_E_NOMEM, "reading ignore files");
	first->in_git = no_require_git;
	for (i = 0; path[i] && i + 1 < sizeof(folder) && rc >= 0; i++) {
		folder[i] = path[i];
		if (path[i] != '/' || !path[i + 1])
			continue;
		folder[i + 1] = 0;
		fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
		folder[i] = 0;
		if (fd < 0) {
			l.path = folder;
			rc = cannot_read(&l, "", errno);
			folder[i] = '/';
			continue;
		}
		rc = ignore_level_add(level, fd, folder, i + 1,
				      IGNORE_ALL_KINDS, kinds, arena, warnings,
				      &level, err);
		folder[i] = '/';
		close(fd);
	}
	if (rc < 0)
		return rc;
	*out = level;
	return SCOUT_OK;
}

enum ignore_verdict ignore_level_match(const struct ignore_level *level,
				       const struct ignore_path *p)
{
	enum ignore_verdict found[IGNORE_KINDS] = { IGNORE_NONE };
	bool git = level->in_git;
	unsigned k;

	for (; level; level = level->parent) {
		for (k = 0; k < IGNORE_KINDS; k++) {
			if (found[k] || !level->sets[k])
				continue;
			if (k < IGNORE_BY_GIT || git)
				found[k] = ignore_set_match(level->sets[k], p);
		}
		if (found[0])
			return found[0];
		if (level->has_git)
			git = false;
	}
	for (k = 0; k < IGNORE_KINDS; k++)
		if (found[k])
			return found[k];
	return IGNORE_NONE;
}
