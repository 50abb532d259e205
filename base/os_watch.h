/*
 * Being told that something changed in folders: inotify behind the seam to the
 * operating system (os.h).
 *
 * What is told is a hint: that something happened, not what.  Changes can be
 * lost (the queue overflows), folders can go unwatched (there is a limit), and
 * the caller is told of both.  One thread at a time.
 */
#ifndef SCOUT_BASE_OS_WATCH_H
#define SCOUT_BASE_OS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct os_watch;

struct os_watch_news {
	bool changed;	/* something is different in a watched folder */
	bool folders;	/* folders may have come or gone, or rules about them */
	bool overflow;	/* what else changed is not known */
};

/* 0 and a watch of nothing, or -EMFILE if there are too many, -ENOSYS, ... */
int os_watch_open(struct os_watch **out);
/* Accepts NULL. */
void os_watch_close(struct os_watch *w);

/*
 * Watches the entries of a folder, not of those in it.  *out_is_new is false if
 * it was watched already.  0, -ENOSPC at the limit of watches, -ENOENT, -EACCES.
 */
int os_watch_add(struct os_watch *w, const char *path, bool *out_is_new);

/*
 * Waits up to timeout_ms for news, less if a signal comes; adds to *news.  0 or a
 * negative errno value.  w may be NULL: only waits.
 */
int os_watch_wait(struct os_watch *w, int timeout_ms,
		  struct os_watch_news *news);

/* The system's limit of watches for a user, 0 if unknown. */
uint64_t os_watch_limit(void);

#endif
