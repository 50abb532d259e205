/*
 * The user's indexes by name: the file `indexes` beside the configuration file
 * (config_folder), one line each, name, tab, index folder.
 *
 * It is written anew and renamed, by one process at a time.
 */
#ifndef SCOUT_TOOLS_REGISTRY_H
#define SCOUT_TOOLS_REGISTRY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { REGISTRY_NAME_MAX = 64 };

struct registry_entry {
	const char *name;
	const char *dir;	/* the index folder, absolute */
};

struct registry {
	struct registry_entry *entries;	/* by name */
	size_t nentries;
};

/* Reads it into arena; without a file it is empty.  SCOUT_E_USAGE for a line
 * that is none, SCOUT_E_IO, SCOUT_E_NOMEM. */
int registry_read(struct arena *arena, struct registry *out,
		  struct scout_err *err);
/* The index folder of that name, or NULL. */
const char *registry_find(const struct registry *registry, const char *name);

/*
 * Adds a name for an index folder (absolute), or makes sure that it is there.
 * SCOUT_E_USAGE if the name or the folder has another partner already, or the
 * name cannot be one.
 */
int registry_add(const char *name, const char *dir, struct scout_err *err);
/* Forgets the name; the index stays.  SCOUT_E_NOTFOUND. */
int registry_remove(const char *name, struct scout_err *err);

/* True if the text can be a name: letters, digits, '.', '-' and '_'. */
bool registry_is_name(const char *text);

/*
 * The index folder that --index, or SCOUT_INDEX, means: that of the registered
 * name, else given itself.  Appends it to out, with a NUL after it.
 */
int registry_resolve(const char *given, struct buf *out, struct scout_err *err);

#endif
