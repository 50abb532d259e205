#!/usr/bin/env python3
"""Writes script_table.h: the code points whose Script_Extensions hold a script
that puts no spaces between words.

usage: make-script-table.py SCRIPTS.TXT SCRIPTEXTENSIONS.TXT > script_table.h
(Debian's package unicode-data has both files in /usr/share/unicode.)
"""
import re
import sys

LONG = {"Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"}
SHORT = {"Hani", "Hira", "Kana", "Thai", "Laoo", "Khmr", "Mymr"}
LINE = re.compile(r"^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*([^#]+)")


def rows(path):
    for line in open(path, encoding="utf-8"):
        m = LINE.match(line)
        if m:
            first = int(m[1], 16)
            yield first, int(m[2] or m[1], 16), m[3].strip()


def main():
    points, listed = set(), set()
    version = open(sys.argv[2], encoding="utf-8").readline()
    for a, b, value in rows(sys.argv[2]):
        listed.update(range(a, b + 1))
        if SHORT & set(value.split()):
            points.update(range(a, b + 1))
    for a, b, value in rows(sys.argv[1]):
        if value in LONG:
            points.update(p for p in range(a, b + 1) if p not in listed)
    ranges = []
    for p in sorted(points):
        if ranges and ranges[-1][1] == p - 1:
            ranges[-1][1] = p
        else:
            ranges.append([p, p])
    print("/* Made by make-script-table.py from %s; do not edit. */"
          % version.strip("# \n"))
    print("static const struct { int32_t first, last; } script_ranges[] = {")
    for a, b in ranges:
        print("\t{ 0x%04x, 0x%04x }," % (a, b))
    print("};")


main()
