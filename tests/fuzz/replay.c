/* Runs a fuzz target over all files of a folder, without libFuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <limits.h>

#include "base/buf.h"

/* Returns false, with a line on stderr, if the file cannot be read. */
static bool replay_file(const char *path)
{
	struct buf b = BUF_INIT(MEM_OTHER);
	FILE *f = fopen(path, "rb");
	uint8_t chunk[4096], *exact;
	size_t n;

	if (!f) {
		perror(path);
		return false;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_put(&b, chunk, n);
	fclose(f);
	/* exactly its size: a read past the end is seen by the sanitizer */
	exact = malloc(b.len ? b.len : 1);
	SCOUT_ASSERT(exact && buf_status(&b) == SCOUT_OK);
	if (b.len)
		memcpy(exact, b.ptr, b.len);
	LLVMFuzzerTestOneInput(exact, b.len);
	free(exact);
	buf_release(&b);
	return true;
}

int main(int argc, char **argv)
{
	char path[PATH_MAX];
	struct dirent *entry;
	unsigned ninputs = 0;
	DIR *dir;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	dir = opendir(argv[1]);
	if (!dir) {
		perror(argv[1]);
		return 1;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (!replay_file(path))
			return 1;
		ninputs++;
	}
	closedir(dir);
	printf("%u inputs\n", ninputs);
	return ninputs ? 0 : 1;
}
