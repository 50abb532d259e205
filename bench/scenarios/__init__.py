"""What is measured; each module has a function run(bench, corpus)."""
from scenarios import (batch, build, commands, concurrency, growth, memory,
                       regex, relevance, size, startup, vocabulary)

# In the order in which they are run.  growth makes trees of gigabytes, and
# relevance wants collections: they are run only if they are named.
ALL = {"build": build, "memory": memory, "size": size, "batch": batch,
       "vocabulary": vocabulary,
       "commands": commands, "startup": startup, "concurrency": concurrency,
       "regex": regex, "growth": growth, "relevance": relevance}
NOT_BY_DEFAULT = ("growth", "relevance")
