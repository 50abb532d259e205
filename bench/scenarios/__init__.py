"""What is measured; each module has a function run(bench, corpus)."""
from scenarios import (batch, build, commands, concurrency, growth, memory,
                       size, startup)

# In the order in which they are run.  growth makes trees of gigabytes, and is
# run only if it is named.
ALL = {"build": build, "memory": memory, "size": size, "batch": batch,
       "commands": commands, "startup": startup, "concurrency": concurrency,
       "growth": growth}
NOT_BY_DEFAULT = ("growth",)
