import Clockwork

/// Reads scripts: real kubectl commands as a person types them, and the lines that rule the world around them.
///
/// It does nothing but read. Files are asked for through a closure, and what only a run can know is left to it.
public struct ScriptParser {
  public let version: Version
  let files: (String) -> ScriptFile

  public init(version: Version, files: @escaping (String) -> ScriptFile) {
    self.version = version
    self.files = files
  }

  /// All lines and all problems, in one pass.
  ///
  /// Blank lines and comments are left out.
  public func parse(_ text: String) -> (lines: [NumberedLine], problems: [ScriptProblem]) {
    var lines: [NumberedLine] = []
    var problems: [ScriptProblem] = []
    var number = 0
    var pending = ""
    var start = 0
    for part in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
      number += 1
      if pending.isEmpty { start = number }
      // A backslash at the end of a line joins it with the next, as in a shell.
      if part.last == "\\" {
        pending += part.dropLast()
        pending += " "
        continue
      }
      let whole = pending + part
      pending = ""
      add(whole, start, &lines, &problems)
    }
    if !pending.isEmpty { add(pending, start, &lines, &problems) }
    return (lines, problems)
  }

  private func add(_ whole: String, _ start: Int, _ lines: inout [NumberedLine], _ problems: inout [ScriptProblem]) {
    let (line, found) = parse(line: whole, number: start)
    problems += found
    if let line { lines.append(NumberedLine(number: start, text: ScriptText.trimmed(whole), line: line)) }
  }

  /// One line; nothing for a blank one, a comment, or one with problems.
  public func parse(line: String, number: Int = 1) -> (line: ScriptLine?, problems: [ScriptProblem]) {
    do throws(Mistake) {
      let words = try words(of: line)
      guard !words.isEmpty else { return (nil, []) }
      guard Placeholders.contains(line) else { return (try read(words, line), []) }
      // The shape can be checked before the name is known.
      let (sample, wrong) = Placeholders.expand(line) { _ in "placeholder" }
      if let wrong { throw Mistake("script.placeholder", at: 1, [("text", wrong)]) }
      _ = try read(try self.words(of: sample), sample)
      return (.deferred(ScriptText.trimmed(line)), [])
    } catch {
      if !error.others.isEmpty { return (nil, error.others) }
      return (nil, [ScriptProblem(line: number, column: error.column, fact: error.fact)])
    }
  }

  /// Reads a deferred line again, now that names can be looked up; nothing found is a problem.
  public func resolve(
    _ text: String,
    number: Int = 1,
    name: (Placeholder) -> String?
  ) -> (line: ScriptLine?, problems: [ScriptProblem]) {
    let (expanded, missing) = Placeholders.expand(text, name)
    if let missing {
      let fact = Fact("script.placeholder.nothing", ("text", .string(missing)))
      return (nil, [ScriptProblem(line: number, column: 1, fact: fact)])
    }
    return parse(line: expanded, number: number)
  }

  private func words(of line: String) throws(Mistake) -> [Word] {
    switch Words.split(line) {
    case .success(let words): return words
    case .failure(.openQuote(let column)): throw Mistake("script.open-quote", at: column)
    case .failure(.shellSyntax(let text, let column)):
      throw Mistake("script.shell-syntax", at: column, [("text", text)])
    }
  }

  // MARK: One line

  private func read(_ words: [Word], _ line: String) throws(Mistake) -> ScriptLine {
    let verb = words[0]
    let rest = Array(words.dropFirst())
    switch verb.text {
    case "kubectl":
      let reader = KubectlReader(version: version, files: files, line: KubectlReader.tail(of: line))
      return .kubectl(try reader.read(rest, after: verb))
    case "preload": return try preload(rest, verb)
    case "break" where rest.first?.text == "link", "repair" where rest.first?.text == "link":
      guard rest.count == 4, rest[2].text == "on" else { throw usage(verb, "\(verb.text) link DEVICE on NODE|POD") }
      return .link(rest[1].text, on: rest[3].text, isUp: verb.text == "repair")
    case "break": return .stop(component: try arguments(rest, ["COMPONENT"], verb)[0])
    case "repair": return .start(component: try arguments(rest, ["COMPONENT"], verb)[0])
    case "slow":
      let given = try arguments(rest, ["COMPONENT", "DURATION"], verb)
      return .slow(component: given[0], by: try duration(rest[1]))
    case "skew":
      let given = try arguments(rest, ["COMPONENT", "DURATION"], verb)
      return .skew(component: given[0], by: try signed(rest[1]))
    case "cut", "mend":
      let given = try arguments(rest, ["COMPONENT", "COMPONENT"], verb)
      return verb.text == "cut" ? .cut(given[0], given[1]) : .mend(given[0], given[1])
    case "kill":
      let given = try arguments(rest, ["POD", "CONTAINER"], verb)
      return .kill(pod: given[0].hasPrefix("pod/") ? String(given[0].dropFirst(4)) : given[0], container: given[1])
    case "advance":
      _ = try arguments(rest, ["DURATION"], verb)
      return .advance(try duration(rest[0]))
    case "hops": return .view(try NetworkReader.hops(rest, verb))
    case "send": return .send(try NetworkReader.send(rest, verb))
    case "dig", "nslookup": return .send(try NetworkReader.lookup(rest, verb))
    case "ip", "bridge", "iptables-save", "conntrack", "ss", "tcpdump":
      return .view(try NetworkReader.view(rest, verb))
    case "load": return .load(try LoadReader.read(rest, verb))
    case "until": return .until(try GoalReader.read(rest, verb))
    case "mark": return .mark(try arguments(rest, ["NAME"], verb)[0])
    case "etcdctl", "crictl", "cat", "ls": return .view(try view(rest, verb))
    default: throw unknown(verb)
    }
  }

  private func preload(_ rest: [Word], _ verb: Word) throws(Mistake) -> ScriptLine {
    if rest.count == 3, rest[1].text == "on" { return .preload(image: rest[0].text, node: rest[2].text) }
    return .preload(image: try arguments(rest, ["IMAGE"], verb)[0], node: "")
  }

  private func view(_ rest: [Word], _ verb: Word) throws(Mistake) -> ScriptLine.View {
    switch verb.text {
    case "etcdctl":
      let plain = rest.filter { !$0.text.hasPrefix("--") }
      var revision: Int64 = 0
      for flag in rest where flag.text.hasPrefix("--") && flag.text != "--prefix" && flag.text != "--keys-only" {
        if flag.text.hasPrefix("--rev="), let number = Int64(flag.text.dropFirst(6)), number >= 0 {
          revision = number
          continue
        }
        throw Mistake("script.unknown-flag", flag, [("flag", flag.text), ("suggestion", "--prefix")])
      }
      guard plain.count == 2, plain[0].text == "get" else { throw usage(verb, "etcdctl get PREFIX [--rev=N]") }
      let keysOnly = rest.contains { $0.text == "--keys-only" }
      return .etcd(prefix: plain[1].text, keysOnly: keysOnly, revision: revision)
    case "crictl":
      if rest.count == 4, rest[0].text == "logs", rest[2].text == "on" {
        return .log(container: rest[1].text, node: rest[3].text)
      }
      guard rest.count == 2, rest[0].text == "ps" else {
        throw usage(verb, "crictl ps NODE | crictl logs CONTAINER on NODE")
      }
      return .containers(node: rest[1].text)
    case "ls":
      guard rest.count == 3, rest[1].text == "on" else { throw usage(verb, "ls DIRECTORY on NODE") }
      return .directory(path: rest[0].text, node: rest[2].text)
    default:
      guard rest.count == 3, rest[1].text == "on" else { throw usage(verb, "cat FILE on NODE") }
      return .file(path: rest[0].text, node: rest[2].text)
    }
  }

  private func arguments(_ rest: [Word], _ names: [String], _ verb: Word) throws(Mistake) -> [String] {
    var pattern = verb.text
    for name in names { pattern += " \(name)" }
    if rest.count > names.count {
      throw Mistake("script.too-many", rest[names.count], [("usage", pattern), ("word", rest[names.count].text)])
    }
    guard rest.count == names.count else { throw usage(rest.last ?? verb, pattern) }
    var texts: [String] = []
    for word in rest { texts.append(word.text) }
    return texts
  }

  private func usage(_ word: Word, _ pattern: String) -> Mistake {
    Mistake("script.usage", word, [("usage", pattern)])
  }

  private func duration(_ word: Word) throws(Mistake) -> Time {
    if let time = ScriptText.duration(word.text) { return time }
    throw Mistake("script.duration", word, [("text", word.text)])
  }

  /// A duration ahead, or behind with a minus in front.
  private func signed(_ word: Word) throws(Mistake) -> Time {
    let isBehind = word.text.hasPrefix("-")
    let text = isBehind || word.text.hasPrefix("+") ? String(word.text.dropFirst()) : word.text
    guard let time = ScriptText.duration(text) else {
      throw Mistake("script.duration", word, [("text", word.text)])
    }
    return isBehind ? -time : time
  }

  private func unknown(_ verb: Word) -> Mistake {
    for name in ScriptParser.later where verb.text == name {
      return Mistake("script.later", verb, [("verb", name)])
    }
    let guess = Suggestion.nearest(verb.text, of: ScriptParser.verbs)
    if guess.isEmpty { return Mistake("script.unknown-verb", verb, [("verb", verb.text)]) }
    return Mistake("script.unknown-verb.suggestion", verb, [("verb", verb.text), ("suggestion", guess)])
  }

  /// Words that a line can begin with.
  public static let verbs = [
    "kubectl", "preload", "break", "repair", "slow", "skew", "cut", "mend", "kill", "load", "advance", "until", "mark",
    "etcdctl",
    "crictl", "cat", "ls", "send", "dig", "nslookup", "ip", "bridge", "iptables-save", "conntrack", "ss", "tcpdump",
    "hops",
  ]

  /// Lines of the script language that need parts of the cluster which are not built yet.
  static let later = [
    "ipvsadm-save", "nft",
  ]
}
