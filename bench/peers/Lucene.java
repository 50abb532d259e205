import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.util.CharTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.spans.SpanNearQuery;
import org.apache.lucene.search.spans.SpanQuery;
import org.apache.lucene.search.spans.SpanTermQuery;
import org.apache.lucene.store.MMapDirectory;

/**
 * Lucene with positions.
 *
 * usage: Lucene build LIST ROOT INDEX THREADS
 *        Lucene query INDEX QUERIES REPEAT
 *        Lucene build-ranked LIST ROOT INDEX THREADS
 *        Lucene best INDEX QUERIES N
 *
 * LIST: paths below ROOT, each ended by a NUL. QUERIES: lines of words separated by tabs, an
 * operator first: word, and, or, phrase, prefix, and near with the distance before its words. The
 * answer to each is a line with the number of documents and the median of REPEAT times in ns, after
 * as many runs that are not measured.
 *
 * Words are letters, digits and '_', as in scout; marks and what else Unicode counts as a part of a
 * word are not. There are frequencies and positions, no norms and no stored text.
 *
 * build-ranked keeps norms. The answer of best is a line with the names of the N best documents by
 * BM25 with its defaults, each ended by a tab.
 */
public class Lucene {
  static final String FIELD = "text";
  static final double BUFFER_MB = 256;

  static class Words extends Analyzer {
    @Override
    protected TokenStreamComponents createComponents(String field) {
      Tokenizer words =
          CharTokenizer.fromTokenCharPredicate(c -> Character.isLetterOrDigit(c) || c == '_');
      return new TokenStreamComponents(words, new LowerCaseFilter(words));
    }
  }

  static void addFiles(
      IndexWriter writer, String[] names, String root, AtomicInteger next, boolean norms) {
    FieldType type = new FieldType();
    type.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
    type.setOmitNorms(!norms);
    type.freeze();
    try {
      for (int i = next.getAndIncrement(); i < names.length; i = next.getAndIncrement()) {
        byte[] bytes = Files.readAllBytes(Paths.get(root, names[i]));
        Document doc = new Document();
        doc.add(new StoredField("path", names[i]));
        doc.add(new Field(FIELD, new String(bytes, StandardCharsets.UTF_8), type));
        writer.addDocument(doc);
      }
    } catch (IOException e) {
      throw new RuntimeException(e);
    }
  }

  static void build(String list, String root, Path index, int nthreads, boolean norms)
      throws Exception {
    String[] names =
        new String(Files.readAllBytes(Paths.get(list)), StandardCharsets.UTF_8).split("\0");
    IndexWriterConfig config = new IndexWriterConfig(new Words());
    config.setOpenMode(IndexWriterConfig.OpenMode.CREATE);
    config.setRAMBufferSizeMB(BUFFER_MB);
    AtomicInteger next = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    try (IndexWriter writer = new IndexWriter(new MMapDirectory(index), config)) {
      for (int i = 0; i < nthreads; i++) {
        Thread t = new Thread(() -> addFiles(writer, names, root, next, norms));
        t.setUncaughtExceptionHandler(
            (thread, e) -> {
              e.printStackTrace();
              System.exit(1);
            });
        t.start();
        threads.add(t);
      }
      for (Thread t : threads) t.join();
    }
  }

  static Query makeQuery(String line) {
    String[] words = line.split("\t");
    String what = words[0];
    if (what.equals("prefix")) return new PrefixQuery(new Term(FIELD, words[1]));
    if (what.equals("near")) {
      SpanQuery[] spans = new SpanQuery[words.length - 2];
      for (int i = 2; i < words.length; i++) {
        spans[i - 2] = new SpanTermQuery(new Term(FIELD, words[i]));
      }
      // scout: at most n apart; Lucene: at most n - 1 words between the two
      return new SpanNearQuery(spans, Integer.parseInt(words[1]) - 1, false);
    }
    String[] rest = Arrays.copyOfRange(words, 1, words.length);
    if (what.equals("word")) return new TermQuery(new Term(FIELD, rest[0]));
    if (what.equals("phrase")) return new PhraseQuery(FIELD, rest);
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (String word : rest) {
      all.add(
          new TermQuery(new Term(FIELD, word)),
          what.equals("or") ? BooleanClause.Occur.SHOULD : BooleanClause.Occur.MUST);
    }
    return all.build();
  }

  static void query(Path index, String queries, int repeat) throws Exception {
    try (DirectoryReader reader = DirectoryReader.open(new MMapDirectory(index))) {
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setQueryCache(null); // or it would measure its cache of answers
      for (String line : Files.readAllLines(Paths.get(queries))) {
        long[] times = new long[repeat];
        int count = 0;
        for (int i = -repeat; i < repeat; i++) {
          long start = System.nanoTime();
          count = searcher.count(makeQuery(line));
          if (i >= 0) times[i] = System.nanoTime() - start;
        }
        Arrays.sort(times);
        System.out.println(count + "\t" + times[repeat / 2]);
      }
    }
  }

  static void best(Path index, String queries, int n) throws Exception {
    try (DirectoryReader reader = DirectoryReader.open(new MMapDirectory(index))) {
      IndexSearcher searcher = new IndexSearcher(reader);
      for (String line : Files.readAllLines(Paths.get(queries))) {
        StringBuilder out = new StringBuilder();
        for (ScoreDoc hit : searcher.search(makeQuery(line), n).scoreDocs) {
          out.append(searcher.doc(hit.doc).get("path")).append('\t');
        }
        System.out.println(out);
      }
    }
  }

  public static void main(String[] args) throws Exception {
    if (args.length == 5 && args[0].startsWith("build")) {
      boolean norms = args[0].equals("build-ranked");
      build(args[1], args[2], Paths.get(args[3]), Integer.parseInt(args[4]), norms);
    } else if (args.length == 4 && args[0].equals("best")) {
      best(Paths.get(args[1]), args[2], Integer.parseInt(args[3]));
    } else if (args.length == 4 && args[0].equals("query")) {
      query(Paths.get(args[1]), args[2], Integer.parseInt(args[3]));
    } else {
      System.err.println("usage: Lucene build LIST ROOT INDEX THREADS | query INDEX QUERIES REPEAT");
      System.exit(2);
    }
  }
}
