import Curriculum

/// Brings answers to one form, so that the same fact written in two ways is one answer.
public enum Normalise {
  /// Whether two texts say the same under a rule; the tolerance is a number, or a share of the key such as `5%`.
  public static func same(
    _ given: String,
    _ key: String,
    as rule: Question.Normal,
    tolerance: String? = nil
  ) -> Bool {
    if rule == .number, let given = number(given), let key = number(key) {
      return abs(given - key) <= allowance(tolerance, of: key)
    }
    guard let given = canonical(given, as: rule), let key = canonical(key, as: rule) else { return false }
    return given == key
  }

  /// The one form of a text, or nothing where it cannot be read as what the rule asks for.
  public static func canonical(_ text: String, as rule: Question.Normal) -> String? {
    let text = trim(text)
    switch rule {
    case .exact: return text
    case .name: return name(text)
    case .number: return number(text).map { plain($0) }
    case .ip: return Addresses.address(text).map(Addresses.text)
    case .cidr: return Addresses.network(text)
    case .duration: return Quantities.nanoseconds(text).map { "\($0)" }
    case .quantity: return Quantities.nanos(text).map { "\($0)" }
    }
  }

  static func trim(_ text: String) -> String {
    var rest = Substring(text)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }

  /// Lower case, one space between words, without the quotes that people copy along.
  private static func name(_ text: String) -> String? {
    let quotes: [Character] = ["'", "\"", "`"]
    var rest = Substring(text)
    if let first = rest.first, quotes.contains(first), rest.count > 1, rest.last == first {
      rest = rest.dropFirst().dropLast()
    }
    let words = rest.lowercased().split(whereSeparator: \.isWhitespace)
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  /// Reads `1822`, `-3`, `1,024`, `0.5`, `2.5e3`; no units, no `nan`.
  static func number(_ text: String) -> Double? {
    let text = trim(text)
    guard !text.isEmpty, text.utf8.count <= 64 else { return nil }
    let grouped = withoutGroups(text)
    for byte in grouped.utf8 {
      switch byte {
      case 0x30...0x39, 0x2b, 0x2d, 0x2e, 0x45, 0x65: continue
      default: return nil
      }
    }
    guard let value = Double(grouped), value.isFinite else { return nil }
    return value
  }

  /// Takes the commas out of `1,024` and `12,345,678`, and out of nothing else.
  private static func withoutGroups(_ text: String) -> String {
    guard text.contains(",") else { return text }
    let whole = text.prefix { $0 != "." }
    let groups = whole.split(separator: ",", omittingEmptySubsequences: false)
    guard let head = groups.first, (1...4).contains(head.count), groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
      return text
    }
    return groups.joined() + text.dropFirst(whole.count)
  }

  private static func plain(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return "\(Int64(value))" }
    return "\(value)"
  }

  private static func allowance(_ tolerance: String?, of key: Double) -> Double {
    guard var text = tolerance.map(trim), !text.isEmpty else { return 0 }
    let isShare = text.hasSuffix("%")
    if isShare { text.removeLast() }
    guard let value = number(text) else { return 0 }
    // A hair more, since a share of a decimal number is rarely a binary one.
    return isShare ? abs(key) * value / 100 * (1 + 1e-12) : abs(value) * (1 + 1e-12)
  }
}
