import Clockwork
import Curriculum
import Testing

@Suite struct YAMLTests {
  /// What go-yaml v2, which kubectl uses, makes of a plain scalar on its way to JSON.
  @Test(arguments: [
    ("yes", Value.bool(true)), ("Yes", .bool(true)), ("y", .bool(true)), ("Y", .bool(true)), ("on", .bool(true)),
    ("ON", .bool(true)), ("true", .bool(true)), ("True", .bool(true)), ("no", .bool(false)), ("n", .bool(false)),
    ("off", .bool(false)), ("FALSE", .bool(false)), ("yEs", "yEs"), ("tRue", "tRue"), ("~", .null), ("null", .null),
    ("Null", .null), ("nULL", "nULL"), ("12", 12), ("+12", 12), ("-12", -12), ("0", 0), ("-0", 0), ("010", 8),
    ("0o10", 8), ("0x1F", 31), ("-0x1f", -31), ("0b101", 5), ("-0b101", -5), ("1_000", 1_000), ("08", 8),
    ("0b12", "0b12"),
    ("1:30", "1:30"), ("12e", "12e"), ("1.5", .number(1.5)), ("1.", 1), (".5", .number(0.5)), ("-.5", .number(-0.5)),
    ("1e3", 1_000), ("1E-1", .number(0.1)), ("1.0", 1), ("1e400", "1e400"), (".", "."), ("+", "+"),
    ("--1", "--1"), ("+-1", "+-1"), ("0x", "0x"), ("0x-1", "0x-1"), ("1.2.3", "1.2.3"),
    ("10.244.1.0/24", "10.244.1.0/24"),
    ("200m", "200m"), ("24581684Ki", "24581684Ki"), ("2001-12-14", "2001-12-14"),
    ("2001-12-14T21:59:43Z", "2001-12-14T21:59:43Z"), ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
    ("\"12\"", "12"),
    ("'yes'", "yes"), ("\"\"", ""), ("!!str 12", "12"), ("!!int 12", 12), ("=", "="), ("_1", "_1"), ("한글", "한글"),
    ("1e", "1e"), ("e1", "e1"), ("Infinity", "Infinity"), ("nan", "nan"), ("0x1p3", "0x1p3"),
  ])
  func plainScalarsHaveTheTypesOfKubernetes(text: String, value: Value) {
    let parsed = YAMLDocument.parse("a: \(text)\n", file: "f")
    #expect(parsed.diagnostics.isEmpty)
    #expect(parsed.documents.first?.value == .map(("a", value)))
  }

  @Test func blockScalarsAreText() {
    let parsed = YAMLDocument.parse("a: |\n  12\nb: >-\n  yes\nc:\n", file: "f")
    #expect(parsed.documents.first?.value == .map(("a", "12\n"), ("b", "yes"), ("c", .null)))
  }

  @Test func keysBecomeText() {
    let parsed = YAMLDocument.parse("1: a\nyes: b\n1.5: c\n'x y': d\n", file: "f")
    #expect(parsed.documents.first?.value == .map(("1", "a"), ("true", "b"), ("1.5", "c"), ("x y", "d")))
  }

  @Test func everyPathHasItsPlace() {
    let text = """
      apiVersion: v1
      spec:
        containers:
        - name: web
          image: "demo/web:1.0"
        - {name: 한글, image: x}
      """
    let document = YAMLDocument.parse(text, file: "f.yaml").documents.first
    #expect(document?.line(of: ["spec", "containers", "0", "image"]) == 5)
    #expect(document?.place(of: ["spec", "containers", "0", "image"]).description == "f.yaml:5:12")
    #expect(document?.keyPlace(of: ["spec", "containers", "0", "image"]).description == "f.yaml:5:5")
    #expect(document?.place(of: ["spec", "containers", "1"]).description == "f.yaml:6:5")
    #expect(document?.keyPlace(of: ["spec", "containers", "1", "image"]).description == "f.yaml:6:16")
    #expect(document?.keyPlace(of: ["spec"]).description == "f.yaml:2:1")
    #expect(document?.line(of: ["spec", "nothing"]) == nil)
    #expect(document?.place(of: ["spec", "nothing"]).description == "f.yaml:3:3")
    #expect(document?.line(of: []) == 1)
  }

  @Test func documentsOfAStreamAreReadAndEmptyOnesLeftOut() {
    let parsed = YAMLDocument.parse("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n", file: "f")
    #expect(parsed.documents.map(\.value) == [.map(("a", 1)), .map(("b", 2))])
    #expect(parsed.documents.last?.line(of: ["b"]) == 6)
    #expect(YAMLDocument.parse("", file: "f").documents.isEmpty)
    #expect(YAMLDocument.parse("# only words\n", file: "f").documents.isEmpty)
  }

  @Test func jsonIsRead() {
    let parsed = YAMLDocument.parse(
      "{\n\t\"a\": [1, 2.5, true, null, \"x\\/\\u00e9\"],\n\t\"b\": {}\n}\n",
      file: "f.json"
    )
    #expect(parsed.diagnostics.isEmpty)
    #expect(parsed.documents.first?.value.canonical == "{\"a\":[1,2.5,true,null,\"x/é\"],\"b\":{}}")
    #expect(parsed.documents.first?.line(of: ["b"]) == 3)
  }

  @Test func anchorsAndMergedKeysAreRead() {
    let text = """
      base: &base {a: 1, b: 2}
      one:
        <<: *base
        b: 3
      two:
        <<: [{a: 9}, *base]
      three: *base
      """
    let document = YAMLDocument.parse(text, file: "f").documents.first
    #expect(document?.value["one"]?.canonical == "{\"b\":3,\"a\":1}")
    #expect(document?.value["two"]?.canonical == "{\"a\":9,\"b\":2}")
    #expect(document?.value["three"]?.canonical == "{\"a\":1,\"b\":2}")
    #expect(document?.line(of: ["one", "a"]) == 1)
    #expect(document?.line(of: ["one", "b"]) == 4)
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", "f:3:1: error: the key `a` stands twice in the same map"),
    ("x:\n  a: 1\n  'a': 3\n", "f:3:3: error: the key `a` stands twice in the same map"),
    ("1: a\n01: b\n", "f:2:1: error: the key `1` stands twice in the same map"),
    ("a:\n\tb: 1\n", "f:2:1: error: a tab is used to indent"),
    ("a:\n  - b\n \t- c\n", "f:3:2: error: a tab is used to indent"),
    ("a: *b\n", "f:1:4: error: the alias names no anchor above it"),
    ("a: b: c\n", "f:1:5: error: a `:` stands where no key can be"),
    ("a: \"b\n", "f:2:1: error: not YAML: found unexpected end of stream"),
    ("a: [1\n", "f:2:1: error: not YAML: did not find expected ',' or ']'"),
    ("a: .nan\n", "f:1:4: error: `.nan` is no number that JSON can carry"),
    ("a: -.inf\n", "f:1:4: error: `-.inf` is no number that JSON can carry"),
    ("~: 1\n", "f:1:1: error: a key must be text"),
    ("? [a]\n: 1\n", "f:1:3: error: a key must be text"),
    ("a: !!binary aGk=\n", "f:1:4: error: the tag `tag:yaml.org,2002:binary` is not supported"),
    ("a: !mine 1\n", "f:1:4: error: the tag `!mine` is not supported"),
    ("<<: 1\n", "f:1:5: error: `<<` can merge only maps"),
    ("a: 1\nb: x\u{1}\n", "f:2:5: error: the file holds a control character (U+0001)"),
  ])
  func mistakesHaveTheirPlace(text: String, first: String) {
    #expect(Fixture.lines(YAMLDocument.parse(text, file: "f").diagnostics) == [first])
  }

  @Test func aDuplicateNamesTheFirst() {
    let diagnostic = YAMLDocument.parse("a: 1\na: 3\n", file: "f").diagnostics.first
    #expect(
      diagnostic?.description == """
        f:2:1: error: the key `a` stands twice in the same map
        f:1: note: it stands here first
          fix: remove one of them
        """
    )
  }

  static let hostile: [String] = [
    String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 50_000),
    String(repeating: "- ", count: 50_000), String(repeating: "? ", count: 50_000),
    (0..<2_000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
    (1..<40).reduce("a0: &a0 [x, x, x, x, x, x, x, x]\n") { text, n in
      text + "a\(n): &a\(n) [*a\(n - 1), *a\(n - 1), *a\(n - 1), *a\(n - 1)]\n"
    },
    (1..<100).reduce("a0: &a0 x\n") { text, n in
      text + "a\(n): &a\(n) " + String(repeating: "[", count: 900) + "*a\(n - 1)" + String(repeating: "]", count: 900)
        + "\n"
    },
    (1..<40).reduce("a0: &a0 [x, x]\n") { text, n in text + "a\(n): &a\(n) {[*a\(n - 1), *a\(n - 1)]: 1}\n" },
    (1..<40).reduce("a0: &a0 [x, x]\n") { text, n in text + "a\(n): &a\(n)\n  ? [*a\(n - 1), *a\(n - 1)]\n  : 1\n" },
    (1..<40).reduce("a0: &a0 [x, x]\n") { text, n in
      text + "a\(n): &a\(n) {*a\(n - 1) : [*a\(n - 1), *a\(n - 1)], ? {*a\(n - 1) : *a\(n - 1)} : 2}\n"
    },
    "a: &a [*a]\n", "%YAML 9.9\n---\na", "%TAG ! x\n", "\u{feff}a: 1", "--- |\n", "a: \"\\ud800\"", "a: \"\\xff\"", "&",
    "*", "!",
    "!!map [", "? ", ": ", "-", "---\n---\n---", "\r\n\r\n", "a: &a\nb: *a", "<<: &a {<<: *a}", "\u{85}", "\u{2028}",
  ]

  @Test(arguments: hostile.indices)
  func hostileTextsEnd(index: Int) {
    let parsed = YAMLDocument.parse(Self.hostile[index], file: "f")
    #expect(parsed.documents.count <= 2)
  }

  @Test(arguments: 0..<300)
  func anyTextEnds(seed: UInt64) {
    var random = Random(seed: seed)
    let pieces = [
      "a", "- ", ": ", "\n", "  ", "[", "]", "{", "}", ",", "&a ", "*a", "!!str ", "\"", "'", "|\n", ">\n", "? ", "<<",
      "#",
      "---\n", "\t", "~", "1", "\\", "%", "한", "\u{1b}", "...\n", "@", "`",
    ]
    let text = (0..<80).map { _ in pieces[random.next(below: pieces.count)] }.joined()
    let parsed = YAMLDocument.parse(text, file: "f")
    for document in parsed.documents { _ = document.value.canonical }
  }
}
