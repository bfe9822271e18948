import Clockwork
import Curriculum

extension Language {
  /// The words of a fact: its key's sentence, filled in with its arguments.
  public func text(_ fact: Fact) -> String {
    var arguments: [String: String] = [:]
    for entry in fact.arguments {
      arguments[entry.key] = phrase(entry.value)
      if entry.key == "ms", case .integer(let span) = entry.value { arguments["duration"] = duration(span) }
    }
    return text(fact.key, arguments)
  }

  /// A span of milliseconds in the units that people think in: `850 ms`, `9.2 s`, `5 min 10 s`.
  public func duration(_ milliseconds: Int64) -> String {
    if milliseconds < 1_000 { return text("duration.ms", ["count": "\(milliseconds)"]) }
    // Tenths are cut, not rounded: what is due in 59.99 s is not due in a minute.
    let tenths = milliseconds / 100
    if tenths < 600 {
      let rest = tenths % 10 == 0 ? "" : ".\(tenths % 10)"
      return text("duration.s", ["count": "\(tenths / 10)\(rest)"])
    }
    let seconds = milliseconds / 1_000
    let minutes = text("duration.min", ["count": "\(seconds / 60)"])
    return seconds % 60 == 0 ? minutes : minutes + " " + text("duration.s", ["count": "\(seconds % 60)"])
  }

  /// A value as it stands in a sentence: a list with commas between.
  public func phrase(_ value: Value) -> String {
    guard let elements = value.elements else { return value.plain }
    return elements.map(\.plain).joined(separator: ", ")
  }
}
