/// Reads the lines of `iptables-save` files, and what people give to `iptables`.
public struct RuleReader {
  var words: [String]
  private var next = 0
  /// What cannot be read; empty while all is well.
  public private(set) var problem = ""
  private var rule = PacketRule([], nil)
  /// A `!` that stands before the option it turns round.
  private var isInverted = false

  /// A rule behind its `-A CHAIN`.
  private init(_ words: [String]) { self.words = words }

  /// Reads one line: `-A CHAIN …`, `-I CHAIN 2 …`, `:CHAIN - [0:0]`, `-X CHAIN` and so on.
  ///
  /// Returns the command, or what is wrong with the line.
  public static func command(_ line: String) -> (command: RuleCommand?, problem: String) {
    guard let words = split(line), let first = words.first else { return (nil, "a quotation mark is missing") }
    if first.hasPrefix(":") {
      let policy = words.count > 1 ? ChainPolicy(rawValue: words[1]) : nil
      return (.declare(String(first.dropFirst()), policy), "")
    }
    if first == "-F", words.count == 1 { return (.flush(nil), "") }
    guard words.count > 1 else { return (nil, "a chain is missing") }
    let chain = words[1]
    switch first {
    case "-N": return (.create(chain), "")
    case "-X": return (.remove(chain), "")
    case "-F": return (.flush(chain), "")
    case "-P":
      guard words.count > 2, let policy = ChainPolicy(rawValue: words[2]) else { return (nil, "a policy is missing") }
      return (.policy(chain, policy), "")
    case "-A", "-I", "-D", "-R": break
    default: return (nil, "unknown option \"\(first)\"")
    }
    var rest = Array(words[2...])
    let number = rest.first.flatMap { Int($0) }
    if number != nil { rest.removeFirst() }
    if first == "-D", let number { return (.deleteNumber(chain, number), "") }
    var reader = RuleReader(rest)
    let rule = reader.read()
    if !reader.problem.isEmpty { return (nil, reader.problem) }
    switch first {
    case "-A": return (.append(chain, rule), "")
    case "-I": return (.insert(chain, number ?? 1, rule), "")
    case "-R": return (.replace(chain, number ?? 1, rule), "")
    default: return (.delete(chain, rule), "")
    }
  }

  /// Reads a whole file of `iptables-save`: the commands of each table in turn.
  ///
  /// A line that cannot be read is a problem with its number.
  public static func file(_ text: String) -> (tables: [(RuleTable.Name, [RuleCommand])], problem: String) {
    var tables: [(RuleTable.Name, [RuleCommand])] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = String(line)
      if line.isEmpty || line.hasPrefix("#") || line == "COMMIT" { continue }
      if line.hasPrefix("*") {
        guard let name = RuleTable.Name(rawValue: String(line.dropFirst())) else {
          return (tables, "line \(index + 1): no table \"\(line.dropFirst())\"")
        }
        tables.append((name, []))
        continue
      }
      let (command, problem) = command(line)
      guard let command, !tables.isEmpty else { return (tables, "line \(index + 1): \(problem)") }
      tables[tables.count - 1].1.append(command)
    }
    return (tables, "")
  }

  /// Splits at spaces outside of quotation marks; nil where one is not closed.
  static func split(_ line: String) -> [String]? {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    var isEscaped = false
    var hasWord = false
    for character in line.unicodeScalars {
      if isEscaped {
        word.unicodeScalars.append(character)
        isEscaped = false
      } else if character == "\\", isQuoted {
        isEscaped = true
      } else if character == "\"" {
        isQuoted.toggle()
        hasWord = true
      } else if character == " ", !isQuoted {
        if hasWord || !word.isEmpty { words.append(word) }
        word = ""
        hasWord = false
      } else {
        word.unicodeScalars.append(character)
      }
    }
    if hasWord || !word.isEmpty { words.append(word) }
    return isQuoted ? nil : words
  }

  // MARK: One rule

  private mutating func read() -> PacketRule {
    while problem.isEmpty, next < words.count {
      let word = take()
      if word == "!" {
        isInverted = true
        continue
      }
      option(word)
      isInverted = false
    }
    return rule
  }

  /// The next word; the end of the line is a problem.
  mutating func take() -> String {
    guard next < words.count else {
      fail("the line ends too early")
      return ""
    }
    next += 1
    return words[next - 1]
  }

  mutating func fail(_ text: String) { if problem.isEmpty { problem = text } }

  /// Takes the next word where it is what is asked for.
  mutating func takes(_ word: String) -> Bool {
    guard next < words.count, words[next] == word else { return false }
    next += 1
    return true
  }

  /// Takes an option of the match or target at hand, with the `!` before it.
  mutating func takes(option: String) -> (isThere: Bool, isInverted: Bool) {
    if takes(option) { return (true, false) }
    if next + 1 < words.count, words[next] == "!", words[next + 1] == option {
      next += 2
      return (true, true)
    }
    return (false, false)
  }

  private mutating func option(_ word: String) {
    switch word {
    case "-s", "--source": rule.source = address()
    case "-d", "--destination": rule.destination = address()
    case "-i", "--in-interface": rule.input = PacketRule.DeviceTest(take(), isInverted: isInverted)
    case "-o", "--out-interface": rule.output = PacketRule.DeviceTest(take(), isInverted: isInverted)
    case "-p", "--protocol":
      let name = take()
      guard let transport = TransportProtocol(text: name) else { return fail("unknown protocol \"\(name)\"") }
      rule.transport = PacketRule.TransportTest(transport, isInverted: isInverted)
    case "-m", "--match":
      let name = take()
      if let match = match(name) { rule.matches.append(match) } else { fail("cannot read match \"\(name)\"") }
    case "-j", "--jump":
      let name = take()
      rule.target = target(name)
      if rule.target == nil { fail("cannot read target \"\(name)\"") }
    case "-g", "--goto": rule.target = .goto(take())
    case "--dport", "--sport":
      // People leave `-m tcp` out.
      next -= isInverted ? 2 : 1
      let match = rule.transport?.transport == .udp ? match("udp") : match("tcp")
      if let match { rule.matches.append(match) }
    default: fail("unknown option \"\(word)\"")
    }
  }

  private mutating func address() -> PacketRule.AddressTest? {
    let text = take()
    let range = IPv4(text).map { CIDR($0) } ?? CIDR(text)
    guard let range else {
      fail("cannot read address \"\(text)\"")
      return nil
    }
    return PacketRule.AddressTest(range, isInverted: isInverted)
  }
}
