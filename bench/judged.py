"""Collections whose documents people judged, as they were published: for each
query the documents that answer it.

Cranfield (cran.all.1400, cran.qry, cranqrel) and CISI (CISI.ALL, CISI.QRY,
CISI.REL) have a field after each line that begins with a dot.  A document is its
title and its text.
"""
import collections
import math
import os
import re

FIELD = re.compile(r"\.([A-Z])\b(.*)")


class Collection:
    def __init__(self, name, documents, queries, grades):
        self.name = name
        self.documents = documents      # number -> text
        self.queries = queries          # number -> words
        self.grades = grades            # query -> {document: how good, > 0}

    def write(self, folder):
        """A file for each document, named by its number."""
        os.makedirs(folder)
        for number, text in self.documents.items():
            with open(os.path.join(folder, str(number)), "w",
                      encoding="utf-8") as f:
                f.write(text)

    def average_precision(self, query, ranked):
        good = self.grades[query]
        found = total = 0
        for place, document in enumerate(ranked, 1):
            if document in good:
                found += 1
                total += found / place
        return total / len(good)

    def ndcg(self, query, ranked, depth=10):
        good = self.grades[query]

        def gain(grades):
            return sum(g / math.log2(place + 1)
                       for place, g in enumerate(grades[:depth], 1))
        return gain([good.get(d, 0) for d in ranked[:depth]]) / gain(
            sorted(good.values(), reverse=True))


def read_records(path):
    """[(number, {field: text})]"""
    records, field = [], None
    with open(path, encoding="latin-1") as f:
        for line in f:
            m = FIELD.match(line)
            if m and m[1] == "I":
                records.append((int(m[2]), collections.defaultdict(str)))
            elif m and not m[2].strip():
                field = m[1]
            elif records and field:
                records[-1][1][field] += line
    return records


def read_documents(path):
    return {number: fields["T"] + fields["W"]
            for number, fields in read_records(path)}


def words_of(text):
    return [w.lower() for w in re.findall(r"\w+", text)]


def cranfield(folder):
    """Grades go from 1, the best, to 4; anything else is no answer.  Queries
    are numbered in the order of the file."""
    grades = collections.defaultdict(dict)
    with open(os.path.join(folder, "cranqrel"), encoding="ascii") as f:
        for line in f:
            query, document, grade = map(int, line.split()[:3])
            if 1 <= grade <= 4:
                grades[query][document] = 5 - grade
    queries = {i: words_of(fields["W"]) for i, (_, fields) in enumerate(
        read_records(os.path.join(folder, "cran.qry")), 1)}
    return Collection("cranfield", read_documents(
        os.path.join(folder, "cran.all.1400")), queries, grades)


def cisi(folder):
    grades = collections.defaultdict(dict)
    with open(os.path.join(folder, "CISI.REL"), encoding="ascii") as f:
        for line in f:
            query, document = map(int, line.split()[:2])
            grades[query][document] = 1
    queries = {number: words_of(fields["W"]) for number, fields in
               read_records(os.path.join(folder, "CISI.QRY"))}
    return Collection("cisi", read_documents(
        os.path.join(folder, "CISI.ALL")), queries, grades)


def read_all(folder):
    """The collections that are there."""
    found = []
    for name, read in (("cranfield", cranfield), ("cisi", cisi)):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            found.append(read(path))
    return found
