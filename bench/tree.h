/*
 * Reading and writing the files of a tree, for the programs that make one.
 * Any error ends the program with a message.
 */
#ifndef SCOUT_BENCH_TREE_H
#define SCOUT_BENCH_TREE_H

#include <stddef.h>

enum { TREE_PATH = 8192 };

/* A file in memory; { 0 } to start with, and may be read into again. */
struct tree_text {
	char *ptr;
	size_t len;
	size_t room;
};

/* Reads the whole file. */
void tree_read(const char *path, struct tree_text *text);
void tree_release(struct tree_text *text);

/* Writes a new file, and makes the folders above it that do not exist. */
void tree_write(const char *path, const char *ptr, size_t len);

/* realloc, without ever failing. */
char *tree_grow(char *ptr, size_t bytes);

#endif
