#include "index_format/posting_pair.h"

void posting_pair_init(struct posting_pair *p, struct posting_cursor *a,
		       struct posting_cursor *b)
{
	p->a = a;
	p->b = b;
	p->from = 0;
	p->next = p->n = 0;
}

/* Compares the decoded blocks from where the cursors stand. */
static void compare_blocks(struct posting_pair *p)
{
	const struct posting_cursor *a = p->a, *b = p->b;
	uint32_t i = a->index, j = b->index, n = 0;
	doc_id last_a = a->docs[a->in_block - 1];
	doc_id last_b = b->docs[b->in_block - 1];

	while (i < a->in_block && j < b->in_block) {
		doc_id x = a->docs[i], y = b->docs[j];

		p->at_a[n] = (uint8_t)i;
		p->at_b[n] = (uint8_t)j;
		n += x == y;
		i += x <= y;
		j += y <= x;
	}
	p->n = n;
	p->next = 0;
	p->from = (last_a < last_b ? last_a : last_b) + 1;
}

int posting_pair_seek(struct posting_pair *p, doc_id target)
{
	int rc;

	for (;;) {
		for (; p->next < p->n; p->next++) {
			uint32_t i = p->at_a[p->next];

			if (p->a->docs[i] < target)
				continue;
			posting_stand(p->a, i);
			posting_stand(p->b, p->at_b[p->next++]);
			return SCOUT_OK;
		}
		if (target < p->from)
			target = p->from;
		rc = posting_seek(p->a, target);
		if (!rc)
			rc = posting_seek(p->b, p->a->doc);
		if (rc)
			return rc;
		compare_blocks(p);
	}
}
