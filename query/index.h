/*
 * The inside of struct scout_index: an index folder and the snapshot last taken
 * of it.  Only query*.c include this.
 */
#ifndef SCOUT_QUERY_INDEX_H
#define SCOUT_QUERY_INDEX_H

#include "base/os.h"
#include "index_format/segment_reader.h"
#include "query/query.h"

struct scout_index {
	char *dir;
	char *root;		/* of the last snapshot */
	bool is_checked;	/* what is read is verified */
	struct index_snapshot *snapshot;	/* or NULL: to be taken */
	struct os_stat current;		/* of CURRENT when it was taken */
};

/*
 * A snapshot of what the index is now; borrowed until the next call or
 * scout_index_let_go.  One that is at hand is used again while neither CURRENT nor
 * what is in the generation has changed.
 */
int scout_index_snapshot(struct scout_index *index,
			 struct index_snapshot **out, struct scout_err *err);

/*
 * Says in err which bytes are damaged, if rc is SCOUT_E_CORRUPT and it is
 * known: the readers in between pass on only the code.  Returns rc.
 */
int scout_index_name_damage(struct scout_index *index, int rc,
			    struct scout_err *err);

/* Ends the snapshot: nobody's pages are kept. */
void scout_index_let_go(struct scout_index *index);

#endif
