/*
 * Makes a large tree out of a small one: copies that differ.
 *
 * usage: varied_copies LIST ROOT DEST FIRST LAST PERCENT
 *
 * LIST names files below ROOT, each name ended by a NUL.  Copy number n of
 * them goes to DEST/copy-n with n in the name of every file.  In each copy
 * another PERCENT of 100 distinct words of four letters and more get an ending
 * of their own, so that the vocabulary grows with the text as it does in trees
 * that people wrote.  Copy 0 is the text as it is.  The result depends on
 * nothing but the arguments and the files.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tree.h"

enum { MIN_WORD = 4, ENDING = 3 };

static bool is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

static bool is_letter(unsigned char c)
{
	return is_word(c) && !(c >= '0' && c <= '9');
}

/* FNV-1a of a word, with the number of the copy as the seed. */
static uint32_t hash_word(const char *word, size_t len, uint32_t copy)
{
	uint32_t h = 2166136261u ^ (copy * 2654435761u);
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)word[i]) * 16777619u;
	/* FNV leaves the low bits weak */
	h ^= h >> 15;
	h *= 2246822519u;
	return h ^ h >> 13;
}

/* Copies one word, with its ending if it gets one; the bytes written. */
static size_t put_word(char *out, const char *word, size_t len, uint32_t copy,
		       uint32_t percent)
{
	uint32_t h = hash_word(word, len, copy);
	size_t i;

	memcpy(out, word, len);
	if (!copy || len < MIN_WORD || !is_letter((unsigned char)word[0]) ||
	    h % 100 >= percent)
		return len;
	h /= 100;
	for (i = 0; i < ENDING; i++, h /= 26)
		out[len + i] = (char)('a' + h % 26);
	return len + ENDING;
}

/* The text with its words changed; out has room for twice the text. */
static size_t vary(char *out, const char *text, size_t len, uint32_t copy,
		   uint32_t percent)
{
	size_t i = 0, n = 0;

	while (i < len) {
		size_t start = i;

		while (i < len && is_word((unsigned char)text[i]))
			i++;
		if (i > start)
			n += put_word(out + n, text + start, i - start, copy,
				      percent);
		while (i < len && !is_word((unsigned char)text[i]))
			out[n++] = text[i++];
	}
	return n;
}

/* DEST/copy-3/dir/v3-name for dir/name. */
static void target(char *path, size_t size, const char *dest, uint32_t copy,
		   const char *name)
{
	const char *slash = strrchr(name, '/');
	int dir = slash ? (int)(slash - name + 1) : 0;

	snprintf(path, size, "%s/copy-%u/%.*sv%u-%s", dest, (unsigned)copy, dir,
		 name, (unsigned)copy, name + dir);
}

struct copies {
	const char *root;
	const char *dest;
	uint32_t first, last;
	uint32_t percent;
	char *out;		/* the text of one copy */
	size_t room;
};

static void copy_file(struct copies *c, const char *name,
		      struct tree_text *text)
{
	char path[TREE_PATH];
	uint32_t copy;

	snprintf(path, sizeof(path), "%s/%s", c->root, name);
	tree_read(path, text);
	if (c->room < 2 * text->len) {
		c->room = 2 * text->len;
		c->out = tree_grow(c->out, c->room);
	}
	for (copy = c->first; copy <= c->last; copy++) {
		target(path, sizeof(path), c->dest, copy, name);
		tree_write(path, c->out, vary(c->out, text->ptr, text->len,
					      copy, c->percent));
	}
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	struct tree_text list = { 0 }, text = { 0 };
	struct copies c = { 0 };
	char *name;

	if (argc != 7) {
		fputs("usage: varied_copies LIST ROOT DEST FIRST LAST PERCENT\n",
		      stderr);
		return 2;
	}
	c.root = argv[2];
	c.dest = argv[3];
	c.first = number(argv[4]);
	c.last = number(argv[5]);
	c.percent = number(argv[6]);
	tree_read(argv[1], &list);
	for (name = list.ptr; name < list.ptr + list.len;
	     name += strlen(name) + 1)
		copy_file(&c, name, &text);
	free(c.out);
	tree_release(&text);
	tree_release(&list);
	return 0;
}
