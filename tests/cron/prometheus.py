"""A strict parser of Prometheus' text format, version 0.0.4.

parse(text) gives {name: {labels as a sorted tuple: value}} or raises ValueError.
Stricter than Prometheus itself: every family has HELP, TYPE and its samples in
one piece, each once, and no time stamps.
"""

import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r"[a-zA-Z_][a-zA-Z0-9_]*"
HELP = re.compile(r"# HELP (%s) (.+)" % NAME)
TYPE = re.compile(r"# TYPE (%s) (gauge|counter)" % NAME)
SAMPLE = re.compile(r"(%s)\{(.*)\} (-?\d+(?:\.\d+)?)" % NAME)
ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


def read_labels(text):
    labels, at = [], 0
    while True:
        m = re.compile(LABEL).match(text, at)
        if not m:
            raise ValueError("no label at %r" % text[at:])
        name, at = m.group(0), m.end()
        if text[at:at + 2] != '="':
            raise ValueError("no value at %r" % text[at:])
        at += 2
        value = ""
        while text[at:at + 1] != '"':
            if at >= len(text):
                raise ValueError("open value in %r" % text)
            step = 2 if text[at] == "\\" else 1
            piece = text[at:at + step]
            if step == 2 and piece not in ESCAPES:
                raise ValueError("escape %r" % piece)
            value += ESCAPES.get(piece, piece)
            at += step
        at += 1
        if name in dict(labels):
            raise ValueError("label %s twice" % name)
        labels.append((name, value))
        if at == len(text):
            return tuple(sorted(labels))
        if text[at] != ",":
            raise ValueError("no comma at %r" % text[at:])
        at += 1


def parse(data):
    text = data.decode("utf-8")     # strict
    if not text.endswith("\n"):
        raise ValueError("no newline at the end")
    families, name, typed = {}, None, False
    for line in text[:-1].split("\n"):
        m = HELP.fullmatch(line)
        if m:
            name, typed = m[1], False
            if name in families:
                raise ValueError("family %s in two pieces" % name)
            families[name] = {}
            continue
        m = TYPE.fullmatch(line)
        if m:
            if m[1] != name or typed:
                raise ValueError("TYPE out of place: %r" % line)
            typed = True
            continue
        m = SAMPLE.fullmatch(line)
        if not m:
            raise ValueError("not a line: %r" % line)
        if m[1] != name or not typed:
            raise ValueError("sample out of place: %r" % line)
        labels = read_labels(m[2])
        if labels in families[name]:
            raise ValueError("sample twice: %r" % line)
        value = float(m[3])
        if not math.isfinite(value):
            raise ValueError("value of %r" % line)
        families[name][labels] = value
    return families


BAD = [
    "x 1", "# HELP x y\nx{a=\"b\"} 1\n", "# HELP x y\n# TYPE x gauge\nx 1\n",
    "# HELP x y\n# TYPE x gauge\nx{a=\"b\"} 1",
    "# HELP x y\n# TYPE x gauge\nx{a=\"b\"} 1\nx{a=\"b\"} 2\n",
    "# HELP x y\n# TYPE x gauge\nx{a=\"b\",a=\"c\"} 1\n",
    "# HELP x y\n# TYPE x gauge\nx{a=\"b} 1\n",
    "# HELP x y\n# TYPE x gauge\nx{a=\"\\t\"} 1\n",
    "# HELP x y\n# TYPE x gauge\nx{a=\"b\"} nan\n",
    "# HELP x y\n# TYPE x gauge\ny{a=\"b\"} 1\n",
    "# HELP x y\n# TYPE x gauge\n# HELP x y\n# TYPE x gauge\n",
    "# HELP x y\n# TYPE x gauge\nx{a-b=\"b\"} 1\n", "\n",
]


def accepts_nothing_bad():
    """The texts of BAD that parse takes: none, or it is not strict."""
    taken = []
    for text in BAD:
        try:
            parse(text.encode())
            taken.append(text)
        except ValueError:
            pass
    return taken
