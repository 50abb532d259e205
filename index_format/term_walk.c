#include "index_format/term_walk.h"

#include "index_format/keys.h"

static int failed(struct scout_err *err, int rc)
{
	return scout_err_set(err, rc, "reading the dictionary");
}

/* Writes out a group of the block at hand. */
static int load_group(struct term_walk *w, unsigned group)
{
	w->group_number = group;
	w->next = 0;
	return dict_block_unpack(&w->block, group, &w->group);
}

static int load_block(struct term_walk *w, struct span key, struct span value)
{
	int rc;

	if (!segment_has_key(w->seg, key))
		return SCOUT_END;
	w->nblocks++;
	w->seg->snapshot->bytes_touched += DICT_BLOCK_BYTES;
	rc = segment_open_block(w->seg, key, value, &w->block);
	return rc < 0 ? rc : load_group(w, 0);
}

/* Ends the walk if there is nothing more. */
static int finish(struct term_walk *w, int rc, struct scout_err *err)
{
	w->at_end |= rc == SCOUT_END;
	return rc < 0 ? failed(err, rc) : rc;
}

int term_walk_open(struct term_walk *w, struct segment_reader *seg,
		   struct scout_err *err)
{
	uint8_t key[DICT_KEY_MAX];
	struct span found, value;
	size_t len = dict_key_put(key, seg->number, NULL, 0);
	int rc;

	memset(w, 0, sizeof(*w));
	w->seg = seg;
	rc = store_cursor_open(seg->snapshot->txn, STORE_DICT, &w->cursor);
	if (!rc)
		rc = store_seek_ge(w->cursor, span_of(key, len), &found,
				   &value);
	if (!rc)
		rc = load_block(w, found, value);
	rc = finish(w, rc, err);
	return rc < 0 ? rc : SCOUT_OK;
}

void term_walk_close(struct term_walk *w)
{
	store_cursor_close(w->cursor);
	w->cursor = NULL;
}

/* To the first term of the next group. */
static int next_group(struct term_walk *w)
{
	struct span key, value;
	int rc;

	if (w->group_number + 1 < w->block.nrestarts)
		return load_group(w, w->group_number + 1);
	rc = store_next(w->cursor, &key, &value);
	return rc ? rc : load_block(w, key, value);
}

int term_walk_next(struct term_walk *w, struct scout_err *err)
{
	int rc = w->at_end ? SCOUT_END : SCOUT_OK;

	while (!rc && w->next == w->group.n)
		rc = next_group(w);
	if (rc)
		return finish(w, rc, err);
	w->term = dict_group_term(&w->group, w->next++);
	return SCOUT_OK;
}

/* Passes over the terms of the group that are less; SCOUT_END if all are. */
static int pass_in_group(struct term_walk *w, struct span target)
{
	while (w->next < w->group.n &&
	       span_cmp(dict_group_term(&w->group, w->next), target) < 0)
		w->next++;
	return w->next < w->group.n ? SCOUT_OK : SCOUT_END;
}

/* The same in the block, from the group at hand on. */
static int pass_in_block(struct term_walk *w, struct span target)
{
	unsigned group;
	int rc = pass_in_group(w, target);

	if (rc != SCOUT_END)
		return rc;
	rc = dict_block_find_group(&w->block, target, &group);
	if (rc < 0 || group <= w->group_number)
		return rc < 0 ? rc : SCOUT_END;
	rc = load_group(w, group);
	return rc < 0 ? rc : pass_in_group(w, target);
}

/* To the block that begins last of those that begin at target or before. */
static int leap_to_block(struct term_walk *w, struct span target)
{
	uint8_t bytes[DICT_KEY_MAX];
	struct span key, value;
	size_t len;
	int rc;

	if (target.len > TERM_MAX_BYTES)
		target.len = TERM_MAX_BYTES;
	len = dict_key_put(bytes, w->seg->number, target.ptr, target.len);
	rc = store_seek_le(w->cursor, span_of(bytes, len), &key, &value);
	return rc < 0 ? rc : load_block(w, key, value);
}

int term_walk_leap(struct term_walk *w, struct span target,
		   struct scout_err *err)
{
	int rc;

	if (w->at_end)
		return SCOUT_OK;
	rc = pass_in_block(w, target);
	if (rc == SCOUT_END && w->group_number + 1 < w->block.nrestarts) {
		/* the next group begins past the target */
		rc = load_group(w, w->group_number + 1);
	} else if (rc == SCOUT_END) {
		rc = leap_to_block(w, target);
		if (!rc)
			rc = pass_in_block(w, target);
		/* else the next group or block begins with it or past it */
		if (rc == SCOUT_END && !w->at_end)
			rc = next_group(w);
	}
	rc = finish(w, rc, err);
	return rc < 0 ? rc : SCOUT_OK;
}

int term_walk_info(struct term_walk *w, struct term_info *out,
		   struct scout_err *err)
{
	int rc = dict_block_read_info(&w->block, term_walk_number(w));

	if (rc < 0)
		return failed(err, rc);
	*out = w->block.info;
	return SCOUT_OK;
}
