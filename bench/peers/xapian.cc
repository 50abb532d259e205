/*
 * Xapian with positions.
 *
 * usage: xapian build LIST ROOT INDEX THREADS   (THREADS is not heeded)
 *        xapian build-ranked LIST ROOT INDEX THREADS    (the same)
 *        xapian query INDEX QUERIES REPEAT
 *        xapian best INDEX QUERIES N
 *
 * LIST: paths below ROOT, each ended by a NUL.  QUERIES: lines of words
 * separated by tabs, an operator first: word, and, or, phrase, prefix, and near
 * with the distance before its words.  The answer to each is a line with the
 * number of documents and the median of REPEAT times in ns; of best, the names
 * of the N best documents by BM25 with its defaults, each ended by a tab.
 *
 * Words are ASCII letters, digits, '_' and all bytes that are not ASCII, folded
 * in ASCII only: close to scout's words, and faster than Xapian's own
 * TermGenerator, which would see other words in code.
 */
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>
#include <xapian.h>

static const size_t MAX_WORD = 200;	/* a term of Xapian has 245 bytes */

static std::string read_text(const std::string &path)
{
	std::ifstream f(path, std::ios::binary);

	return std::string(std::istreambuf_iterator<char>(f), {});
}

static bool is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static void add_words(Xapian::Document &doc, const std::string &text)
{
	Xapian::termpos position = 0;
	std::string word;

	for (size_t i = 0; i <= text.size(); i++) {
		unsigned char c = i < text.size() ? text[i] : ' ';

		if (is_word(c)) {
			word += c >= 'A' && c <= 'Z' ? c + 32 : c;
			continue;
		}
		if (word.empty())
			continue;
		if (word.size() > MAX_WORD)
			word.resize(MAX_WORD);
		doc.add_posting(word, ++position);
		word.clear();
	}
}

static void build(const std::string &list_path, const std::string &root,
		  const std::string &index)
{
	Xapian::WritableDatabase db(index, Xapian::DB_CREATE_OR_OVERWRITE |
				    Xapian::DB_NO_SYNC | Xapian::DB_DANGEROUS);
	std::istringstream list(read_text(list_path));
	std::string name;

	while (std::getline(list, name, '\0')) {
		Xapian::Document doc;

		doc.set_data(name);
		add_words(doc, read_text(root + "/" + name));
		db.add_document(doc);
	}
	db.commit();
}

static Xapian::Query make_query(const std::string &line)
{
	std::istringstream in(line);
	std::vector<std::string> words;
	std::string word;

	while (std::getline(in, word, '\t'))
		words.push_back(word);
	std::string what = words.front();
	words.erase(words.begin());
	if (what == "near") {
		/* scout: at most n apart; Xapian: all within a window */
		unsigned window = std::stoul(words.front()) + 1;

		return Xapian::Query(Xapian::Query::OP_NEAR, words.begin() + 1,
				     words.end(), window);
	}
	if (what == "prefix")
		return Xapian::Query(Xapian::Query::OP_WILDCARD, words[0]);
	if (what == "phrase")
		return Xapian::Query(Xapian::Query::OP_PHRASE, words.begin(),
				     words.end(), words.size());
	return Xapian::Query(what == "or" ? Xapian::Query::OP_OR
					  : Xapian::Query::OP_AND,
			     words.begin(), words.end());
}

static void query(const std::string &index, const std::string &queries,
		  size_t repeat)
{
	Xapian::Database db(index);
	std::ifstream in(queries);
	std::string line;

	while (std::getline(in, line)) {
		std::vector<long long> times;
		Xapian::doccount count = 0;

		for (size_t i = 0; i < repeat; i++) {
			auto start = std::chrono::steady_clock::now();
			Xapian::Enquire enquire(db);

			enquire.set_query(make_query(line));
			enquire.set_weighting_scheme(Xapian::BoolWeight());
			enquire.set_docid_order(Xapian::Enquire::DONT_CARE);
			count = enquire.get_mset(0, 0, db.get_doccount())
				       .get_matches_estimated();
			auto stop = std::chrono::steady_clock::now();
			times.push_back(std::chrono::duration_cast<
				std::chrono::nanoseconds>(stop - start).count());
		}
		std::sort(times.begin(), times.end());
		std::printf("%u\t%lld\n", count, times[times.size() / 2]);
	}
}

static void best(const std::string &index, const std::string &queries,
		 Xapian::doccount n)
{
	Xapian::Database db(index);
	std::ifstream in(queries);
	std::string line;

	while (std::getline(in, line)) {
		Xapian::Enquire enquire(db);

		enquire.set_query(make_query(line));
		enquire.set_weighting_scheme(Xapian::BM25Weight());
		Xapian::MSet set = enquire.get_mset(0, n);
		for (auto it = set.begin(); it != set.end(); ++it)
			std::printf("%s\t", it.get_document().get_data().c_str());
		std::printf("\n");
	}
}

int main(int argc, char **argv)
{
	std::string what = argc > 1 ? argv[1] : "";

	try {
		if ((what == "build" || what == "build-ranked") && argc == 6)
			build(argv[2], argv[3], argv[4]);
		else if (what == "best" && argc == 5)
			best(argv[2], argv[3], std::stoul(argv[4]));
		else if (what == "query" && argc == 5)
			query(argv[2], argv[3], std::stoul(argv[4]));
		else
			return 2;
	} catch (const Xapian::Error &e) {
		std::cerr << "xapian: " << e.get_description() << "\n";
		return 1;
	}
	return 0;
}
