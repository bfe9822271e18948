import Clockwork
import Curriculum

extension Language {
  /// The words of a fact: its key's sentence, filled in with its arguments.
  public func text(_ fact: Fact) -> String {
    var arguments: [String: String] = [:]
    for entry in fact.arguments { arguments[entry.key] = phrase(entry.value) }
    return text(fact.key, arguments)
  }

  /// A value as it stands in a sentence: a list with commas between.
  public func phrase(_ value: Value) -> String {
    guard let elements = value.elements else { return value.plain }
    return elements.map(\.plain).joined(separator: ", ")
  }
}
