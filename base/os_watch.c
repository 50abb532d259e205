#include "base/os_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"

enum { EVENT_BYTES = 64 << 10 };

/* Whatever can change what is found in a folder. */
#define WATCHED (IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE |	\
		 IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |		\
		 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct os_watch {
	int fd;
	int last;		/* number of the newest watch */
	/* aligned for struct inotify_event */
	_Alignas(struct inotify_event) char events[EVENT_BYTES];
};

int os_watch_open(struct os_watch **out)
{
	struct os_watch *w = scout_malloc(MEM_OTHER, sizeof(*w));
	int rc;

	if (!w)
		return -ENOMEM;
	w->last = 0;
	w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->fd < 0) {
		rc = -errno;
		scout_free(w);
		return rc;
	}
	*out = w;
	return 0;
}

void os_watch_close(struct os_watch *w)
{
	if (!w)
		return;
	close(w->fd);
	scout_free(w);
}

int os_watch_add(struct os_watch *w, const char *path, bool *out_is_new)
{
	int number = inotify_add_watch(w->fd, path, WATCHED);

	if (number < 0)
		return -errno;
	/* numbers rise; a folder that is watched keeps its own */
	*out_is_new = number > w->last;
	if (*out_is_new)
		w->last = number;
	return 0;
}

/* Files that decide which folders there are. */
static bool is_rule_file(const char *name)
{
	return !strcmp(name, ".git") || !strcmp(name, ".gitignore") ||
	       !strcmp(name, ".ignore") || !strcmp(name, ".rgignore") ||
	       !strcmp(name, ".scoutignore");
}

static void take_event(const struct inotify_event *e,
		       struct os_watch_news *news)
{
	if (e->mask & IN_IGNORED)
		return;		/* what came before it told */
	news->changed = true;
	if (e->mask & IN_Q_OVERFLOW)
		news->overflow = true;
	if (e->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT) ||
	    ((e->mask & IN_ISDIR) && !(e->mask & IN_DELETE)) ||
	    (e->len && is_rule_file(e->name)))
		news->folders = true;
}

/* Takes all news that there are. */
static int take_events(struct os_watch *w, struct os_watch_news *news)
{
	ssize_t n, at;

	while ((n = read(w->fd, w->events, sizeof(w->events))) > 0) {
		for (at = 0; at < n;) {
			const struct inotify_event *e =
				(const struct inotify_event *)(void *)
				(w->events + at);

			take_event(e, news);
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
	return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}

int os_watch_wait(struct os_watch *w, int timeout_ms,
		  struct os_watch_news *news)
{
	struct pollfd p = { .fd = w ? w->fd : -1, .events = POLLIN };
	int n = poll(&p, 1, timeout_ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n ? take_events(w, news) : 0;
}

uint64_t os_watch_limit(void)
{
	uint8_t *text;
	uint64_t limit;
	size_t len;

	if (os_read_file(AT_FDCWD, "/proc/sys/fs/inotify/max_user_watches", 64,
			 &text, &len) < 0)
		return 0;
	limit = strtoull((const char *)text, NULL, 10);
	scout_free(text);
	return limit;
}
