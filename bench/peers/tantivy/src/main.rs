//! tantivy with positions.
//!
//! usage: tantivy-peer build LIST ROOT INDEX THREADS
//!        tantivy-peer query INDEX QUERIES REPEAT
//!
//! LIST: paths below ROOT, each ended by a NUL. QUERIES: lines of words separated by tabs, an
//! operator first: word, and, or, phrase, prefix. The answer to each is a line with the number of
//! documents and the median of REPEAT times in ns; `-` for near, which tantivy has in order only.
//!
//! Words are what Unicode calls alphanumeric, and '_', in lower case.
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{env, fs, process, str, thread};
use tantivy::collector::Count;
use tantivy::query::{BooleanQuery, Occur, PhraseQuery, Query, RegexQuery, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions, STORED, STRING,
};
use tantivy::tokenizer::{LowerCaser, TextAnalyzer, Token, TokenStream, Tokenizer};
use tantivy::{doc, Index, IndexWriter, Term};

const MEMORY: usize = 256 << 20;

#[derive(Clone, Default)]
struct Words {
    token: Token,
}

struct WordStream<'a> {
    text: &'a str,
    chars: str::CharIndices<'a>,
    token: &'a mut Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream { text, chars: text.char_indices(), token: &mut self.token }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        self.token.position = self.token.position.wrapping_add(1);
        let Some((start, _)) = self.chars.by_ref().find(|&(_, c)| is_word(c)) else {
            return false;
        };
        let end = self.chars.by_ref().find(|&(_, c)| !is_word(c)).map_or(self.text.len(), |(i, _)| i);
        self.token.offset_from = start;
        self.token.offset_to = end;
        self.token.text.push_str(&self.text[start..end]);
        true
    }
    fn token(&self) -> &Token {
        self.token
    }
    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

fn schema() -> (Schema, Field, Field) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("words")
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = builder.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
    let path = builder.add_text_field("path", STRING | STORED);
    (builder.build(), text, path)
}

fn register(index: &Index) {
    let words = TextAnalyzer::builder(Words::default()).filter(LowerCaser).build();
    index.tokenizers().register("words", words);
}

fn build(list: &str, root: &str, dir: &str, threads: usize) -> tantivy::Result<()> {
    let _ = fs::remove_dir_all(dir);
    fs::create_dir_all(dir)?;
    let (schema, text, path) = schema();
    let index = Index::create_in_dir(dir, schema)?;
    register(&index);
    let mut writer: IndexWriter = index.writer_with_num_threads(threads, MEMORY)?;
    let list = fs::read_to_string(list)?;
    let names: Vec<&str> = list.split_terminator('\0').collect();
    let next = AtomicUsize::new(0);
    // reading and decoding wants threads too; the writer's take the documents from these
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| loop {
                let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                let bytes = fs::read(format!("{root}/{name}")).expect(name);
                let content = String::from_utf8_lossy(&bytes);
                writer.add_document(doc!(text => content.as_ref(), path => *name)).expect(name);
            });
        }
    });
    writer.commit()?;
    writer.wait_merging_threads()
}

fn make_query(text: Field, words: &[&str]) -> Option<Box<dyn Query>> {
    let term = |word: &str| Term::from_field_text(text, word);
    let leaf = |word: &str| -> Box<dyn Query> {
        Box::new(TermQuery::new(term(word), IndexRecordOption::Basic))
    };
    let all = |occur: Occur| -> Box<dyn Query> {
        Box::new(BooleanQuery::new(words[1..].iter().map(|w| (occur, leaf(w))).collect()))
    };
    Some(match words[0] {
        "word" => leaf(words[1]),
        "and" => all(Occur::Must),
        "or" => all(Occur::Should),
        "phrase" => Box::new(PhraseQuery::new(words[1..].iter().map(|w| term(w)).collect())),
        "prefix" => Box::new(RegexQuery::from_pattern(&format!("{}.*", words[1]), text).ok()?),
        _ => return None,
    })
}

fn query(dir: &str, queries: &str, repeat: usize) -> tantivy::Result<()> {
    let index = Index::open_in_dir(dir)?;
    register(&index);
    let text = index.schema().get_field("text")?;
    let searcher = index.reader()?.searcher();
    for line in fs::read_to_string(queries)?.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        let mut times = Vec::new();
        let mut count = 0;
        for _ in 0..repeat {
            let start = Instant::now();
            let Some(query) = make_query(text, &words) else { break };
            count = searcher.search(&query, &Count)?;
            times.push(start.elapsed().as_nanos());
        }
        times.sort();
        match times.get(repeat / 2) {
            Some(ns) => println!("{count}\t{ns}"),
            None => println!("-"),
        }
    }
    Ok(())
}

fn main() -> tantivy::Result<()> {
    let args: Vec<String> = env::args().collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().expect("a number");
    match args[1..] {
        ["build", list, root, dir, threads] => build(list, root, dir, number(threads)),
        ["query", dir, queries, repeat] => query(dir, queries, number(repeat)),
        _ => {
            eprintln!("usage: tantivy-peer build LIST ROOT INDEX THREADS | query INDEX QUERIES REPEAT");
            process::exit(2)
        }
    }
}
