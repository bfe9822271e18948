/// Fills the gaps of a message in any language.
///
/// `{name}` becomes an argument; the same gap with a pair of Korean particles after a bar (`Particle`) becomes the
/// argument and the particle that fits it. `{{` … `}}` is not a gap and stays: scripts use it for names that are not
/// known yet. A gap without an argument stays as it is written, so that a mistake is seen.
public enum Template {
  /// One piece of a template.
  public enum Piece: Equatable, Sendable {
    case text(String)
    case gap(name: String, particle: String?)
  }

  public static func fill(_ text: String, _ arguments: [String: String]) -> String {
    guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
    var out = ""
    for piece in pieces(text) {
      switch piece {
      case .text(let words):
        out += words
      case .gap(let name, let particle):
        guard let value = arguments[name] else {
          out += particle.map { "{\(name)|\($0)}" } ?? "{\(name)}"
          continue
        }
        out += value
        if let particle { out += Particle.choose(particle, after: value) ?? "" }
      }
    }
    return out
  }

  /// The names of the gaps, in order and each once: a translation must have the same.
  public static func names(in text: String) -> [String] {
    var names: [String] = []
    for case .gap(let name, _) in pieces(text) where !names.contains(name) { names.append(name) }
    return names
  }

  /// The text cut into words and gaps.
  public static func pieces(_ text: String) -> [Piece] {
    var pieces: [Piece] = []
    var words = ""
    var rest = Substring(text)
    while let brace = rest.firstIndex(of: "{") {
      words += rest[..<brace]
      rest = rest[brace...]
      if rest.hasPrefix("{{") {
        let end = endOfDouble(rest)
        words += rest[..<end]
        rest = rest[end...]
      } else if let close = rest.prefix(longestGap).firstIndex(of: "}"),
        let gap = gap(rest[rest.index(after: brace)..<close])
      {
        if !words.isEmpty { pieces.append(.text(words)) }
        words = ""
        pieces.append(gap)
        rest = rest[rest.index(after: close)...]
      } else {
        words += "{"
        rest = rest.dropFirst()
      }
    }
    words += rest
    if !words.isEmpty { pieces.append(.text(words)) }
    return pieces
  }

  /// A brace further away closes nothing; without a limit a text of open braces would be read over and over.
  private static let longestGap = 100

  /// Behind the `}}` that closes a text beginning with `{{`, or behind the `{{` where nothing closes it.
  private static func endOfDouble(_ text: Substring) -> Substring.Index {
    var previous: Character = " "
    for index in text.prefix(longestGap).indices.dropFirst(2) {
      if text[index] == "}", previous == "}" { return text.index(after: index) }
      previous = text[index]
    }
    return text.index(text.startIndex, offsetBy: 2)
  }

  private static func gap(_ inner: Substring) -> Piece? {
    let parts = inner.split(separator: "|", omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { return nil }
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }) else { return nil }
    if parts.count == 1 { return .gap(name: String(name), particle: nil) }
    let pair = String(parts[1])
    guard Particle.choose(pair, after: "") != nil else { return nil }
    return .gap(name: String(name), particle: pair)
  }
}
