"""What is asked of each corpus: scout's text and a form that peers translate."""
from collections import namedtuple

Question = namedtuple("Question", "label text form")


def word(text, label=None):
    return Question(label or text, text, ("word", text))


def phrase(*words):
    text = '"%s"' % " ".join(words)
    return Question(text, text, ("phrase",) + words)


def near(n, a, b):
    text = "%s NEAR/%d %s" % (a, n, b)
    return Question(text, text, ("near", str(n), a, b))


def both(*words):
    text = " AND ".join(words)
    return Question(text, text, ("and",) + words)


def either(*words):
    text = " OR ".join(words)
    return Question(text, text, ("or",) + words)


def prefix(text):
    return Question(text + "*", text + "*", ("prefix", text))


def regex(text):
    return Question("/%s/" % text, "/%s/" % text, ("regex", text))


def terms(text, label=None):
    return Question(label or text, text, ("terms", text))


# Questions to the vocabulary, with the time that they may take.
Group = namedtuple("Group", "what limit_ms questions")

VOCABULARY = {
    "linux": [
        Group("selective pieces", 5, [terms("*submit_urb*"),
                                      terms("*deadlock*")]),
        Group("any piece", 60,
              [terms("*%s*" % x) for x in ("e", "t", "i", "_", "2", "q", "st",
                                           "00", "err", "lock")]),
        Group("other globs", 60, [terms("*e"), terms("*a?b*"), terms("s*")]),
        Group("one mistake", 50,
              [terms("kmallc~"), terms("spin_lock_irqsav~")]),
        Group("two mistakes", 100, [terms("kmallc~2")]),
        Group("parts", 50, [terms("part:kmalloc")]),
        Group("accents", 60, [terms("accents:no cafe"),
                              terms("accents:no *cafe*")]),
        Group("regexes with a piece", 40,
              [regex(r"\w+_lock_irq\w+"), regex(r"copy_(to|from)_user\w+")]),
        Group("regexes without", 150,
              [regex(r"\b[a-f]{5,7}\b"), regex(r"0x[0-9a-f]{8}")]),
    ],
    "docs": [
        Group("selective pieces", 5, [terms("*nserializ*")]),
        Group("any piece", 60,
              [terms("*%s*" % x) for x in ("e", "_", "2", "q", "err")]),
        Group("one mistake", 50, [terms("databse~")]),
        Group("parts", 50, [terms("part:database")]),
    ],
}

NOWHERE = word("qqzzqqzz", "no hit")

# Counted in one process, from the index alone.
BATCH = {
    "linux": [word("vmalloc_to_pfn", "rare word"), word("kmalloc"),
              word("struct"), both("struct", "return"),
              both("kmalloc", "mutex_lock", "kfree"),
              either("mutex_lock", "kfree"),
              phrase("struct", "file_operations"), phrase("static", "int"),
              near(5, "mutex_lock", "return"), prefix("usb_")],
    "docs": [word("unencoded", "rare word"), word("database"),
             word("function"), both("function", "return"),
             both("database", "transaction", "commit"),
             either("database", "transaction"),
             phrase("foreign", "key"), phrase("of", "the"),
             near(5, "lock", "table"), prefix("trans")],
}

# As a command that prints every line.
COMMANDS = {
    "linux": [word("vmalloc_to_pfn", "rare word"),
              word("usb_submit_urb", "word, 253 files"), word("kmalloc"),
              phrase("static", "int"), word("struct"), NOWHERE,
              near(5, "mutex_lock", "return"),
              regex("copy_(to|from)_user"), regex("0x[0-9a-f]{8}")],
    "docs": [word("unencoded", "rare word"),
             word("symlinks", "word, 246 files"), word("database"),
             phrase("the", "index"), word("function"), NOWHERE,
             near(5, "lock", "table"), regex("pg_(stat|lock)s?_[a-z]+"),
             regex("[0-9]{4}-[0-9]{2}-[0-9]{2}")],
}

FIFTY_WORDS = """
acquire allocate barrier bitmap cancel channel compress console context cookie
deadline decode device dispatch doorbell endpoint entropy eviction firmware
fragment garbage handshake heartbeat hibernate interrupt journal kprobe latency
livelock mailbox migrate namespace notifier overflow pagefault payload poison
preempt quiesce readahead reclaim rendezvous scheduler shrinker spinlock
starvation tasklet timeout wakeup watchdog""".split()

# With and without literals, classes, repeats, alternatives, Unicode.
REGEXES = {
    "linux": [
        ("literal", r"usb_submit_urb\(urb"),
        ("alternatives", r"copy_(to|from)_user\("),
        ("hex numbers", r"0x[0-9a-f]{8}"),
        ("classes, no literal", r"[A-Z]{6,}_[0-9]{3,}"),
        ("five words of five", r"\w{5}\s+\w{5}\s+\w{5}\s+\w{5}\s+\w{5}"),
        ("50 words", r"\b(%s)\b" % "|".join(FIFTY_WORDS)),
        ("Greek", r"\p{Greek}"),
        ("ignoring case", r"(?i)deadlock"),
        ("anchors", r"^\s*return -E[A-Z]+;$"),
        ("repeats", r"(\w+_){4,}init\b"),
        ("beyond ASCII", r"[^\x00-\x7f]{3}"),
        ("inner literal", r"\w+_unlock_irqrestore\(&\w+->lock"),
    ],
}

# (label, flag, regex): in nearly every line.  Counts, since 20 million lines are
# more than a check should hold.
COMMON_REGEXES = {
    "linux": [
        ("a letter", "-c", r"e"),
        ("a letter", "--count-matches", r"e"),
        ("numbers", "-c", r"[0-9]+"),
        ("numbers", "--count-matches", r"[0-9]+"),
        ("words", "-c", r"\w+"),
        ("any character", "-c", r"."),
        ("every line", "-c", r"^"),
        ("ends of lines", "-c", r";$"),
        ("ends of lines", "--count-matches", r";$"),
        ("one of three", "-c", r"(int|char|void).*;"),
    ],
}
