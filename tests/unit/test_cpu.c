/* What the processor can do, and what SCOUT_CPU makes of it. */
#include "support.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/err.h"

/* The level that a new process finds with SCOUT_CPU set (NULL: not set). */
static enum cpu_level level_with(const char *value)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		if (value)
			setenv("SCOUT_CPU", value, 1);
		else
			unsetenv("SCOUT_CPU");
		_exit((int)cpu_level());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return (enum cpu_level)WEXITSTATUS(status);
}

/* First of all: nothing may have asked for the level before. */
static void test_environment(void **state)
{
	enum cpu_level best = level_with(NULL);
	int level;

	(void)state;
	assert_int_equal(level_with("plain"), CPU_PLAIN);
	assert_int_equal(level_with("z80"), best);
	assert_int_equal(level_with(""), best);
	assert_int_equal(level_with(cpu_level_name(best)), best);
	for (level = CPU_PLAIN; level <= CPU_NEON; level++) {
		const char *name = cpu_level_name((enum cpu_level)level);
		bool has = level == CPU_PLAIN || level == (int)best ||
			   (level == CPU_SSE42 && best == CPU_AVX2);

		assert_int_equal(level_with(name), has ? level : (int)best);
	}
}

static void test_pretend(void **state)
{
	(void)state;
	assert_int_equal(cpu_pretend(CPU_PLAIN), SCOUT_OK);
	assert_int_equal(cpu_level(), CPU_PLAIN);
#if defined(__x86_64__)
	assert_int_equal(cpu_pretend(CPU_NEON), SCOUT_E_NOTFOUND);
#else
	assert_int_equal(cpu_pretend(CPU_AVX2), SCOUT_E_NOTFOUND);
#endif
	assert_int_equal(cpu_level(), CPU_PLAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_pretend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
