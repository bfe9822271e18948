import Clockwork
import Prose

/// Mistakes while they are being collected.
final class Findings {
  var list: [Diagnostic] = []

  func error(_ place: Place, _ summary: String, notes: [Diagnostic.Note] = [], fix: String? = nil) {
    list.append(Diagnostic(place, .error, summary, notes: notes, fix: fix))
  }

  func warning(_ place: Place, _ summary: String, notes: [Diagnostic.Note] = [], fix: String? = nil) {
    list.append(Diagnostic(place, .warning, summary, notes: notes, fix: fix))
  }
}

/// A map of a course file, read key by key; what does not fit becomes a finding with its place.
struct Fields {
  let document: YAMLDocument
  let path: [String]
  let value: Value
  let findings: Findings

  init(_ document: YAMLDocument, path: [String] = [], findings: Findings) {
    self.document = document
    self.path = path
    self.value = document.value.at(path) ?? .null
    self.findings = findings
  }

  var place: Place { document.place(of: path) }
  func place(_ key: String) -> Place { document.place(of: path + [key]) }
  func keyPlace(_ key: String) -> Place { document.keyPlace(of: path + [key]) }
  func has(_ key: String) -> Bool { value[key].map { !$0.isNull } ?? false }

  /// Reports every key that nobody reads, with the nearest that somebody does.
  func allowOnly(_ known: [String], of what: String) {
    guard let entries = value.entries else {
      findings.error(place, "\(what) must be a map of keys and values")
      return
    }
    for entry in entries where !known.contains(entry.key) {
      let near = Suggestion.nearest(to: entry.key, among: known)
      findings.error(
        keyPlace(entry.key),
        "\(what) knows no key `\(Clean.line(entry.key))`",
        notes: [Diagnostic.Note("the keys are \(known.joined(separator: ", "))")],
        fix: near.map { "did you mean `\($0)`?" } ?? "remove the key"
      )
    }
  }

  /// A scalar as text; lists, maps and booleans are no text.
  func text(_ key: String) -> String? {
    guard let value = value[key], !value.isNull else { return nil }
    return scalar(value, at: place(key), what: "`\(key)`")
  }

  func required(_ key: String, of what: String) -> String {
    if let text = text(key), !text.isEmpty { return text }
    if has(key), text(key) == nil { return "" }
    findings.error(place, "\(what) has no `\(key)`", fix: "add `\(key): …`")
    return ""
  }

  func placed(_ key: String) -> PlacedText? {
    text(key).map { PlacedText($0, place: place(key)) }
  }

  func pattern(_ key: String) -> ActionPattern? {
    text(key).map { ActionPattern($0, place: place(key)) }
  }

  func integer(_ key: String, default initial: Int) -> Int {
    guard let value = value[key], !value.isNull else { return initial }
    if let number = value.integer, let small = Int(exactly: number) { return small }
    findings.error(place(key), "`\(key)` must be a whole number", fix: "write a number without quotes")
    return initial
  }

  func flag(_ key: String) -> Bool {
    guard let value = value[key], !value.isNull else { return false }
    if let flag = value.flag { return flag }
    findings.error(place(key), "`\(key)` must be true or false")
    return false
  }

  /// One of the words of an enumeration.
  func choice<Word: RawRepresentable & CaseIterable>(_ key: String, default initial: Word) -> Word
  where Word.RawValue == String {
    guard let text = text(key) else { return initial }
    if let word = Word(rawValue: text) { return word }
    let known = Word.allCases.map(\.rawValue)
    let near = Suggestion.nearest(to: text, among: known)
    findings.error(
      place(key),
      "`\(key)` cannot be `\(text)`",
      notes: [Diagnostic.Note("it is one of \(known.joined(separator: ", "))")],
      fix: near.map { "did you mean `\($0)`?" }
    )
    return initial
  }

  /// A list of scalars, a single scalar, or a text of several lines, each with its place.
  func lines(_ key: String) -> [PlacedText] {
    guard let value = value[key], !value.isNull else { return [] }
    if let elements = value.elements {
      var lines: [PlacedText] = []
      for (index, element) in elements.enumerated() {
        let place = document.place(of: path + [key, "\(index)"])
        if let text = scalar(element, at: place, what: "an element of `\(key)`") {
          lines.append(PlacedText(text, place: place))
        }
      }
      return lines
    }
    guard let text = scalar(value, at: place(key), what: "`\(key)`") else { return [] }
    let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
    if parts.count < 2 { return [PlacedText(text, place: place(key))] }
    let start = place(key)
    return parts.enumerated().compactMap { index, part in
      let line = Place(start.file, line: start.line + 1 + index)
      return part.allSatisfy { $0 == " " } ? nil : PlacedText(String(part), place: line)
    }
  }

  /// The elements of a list of maps.
  func maps(_ key: String) -> [Fields] {
    guard let value = value[key], !value.isNull else { return [] }
    guard let elements = value.elements else {
      findings.error(place(key), "`\(key)` must be a list")
      return []
    }
    return elements.indices.map { Fields(document, path: path + [key, "\($0)"], findings: findings) }
  }

  /// The pairs of a map from words to words.
  func pairs(_ key: String) -> [(key: String, value: PlacedText)] {
    guard let value = value[key], !value.isNull else { return [] }
    guard let entries = value.entries else {
      findings.error(place(key), "`\(key)` must be a map")
      return []
    }
    var pairs: [(key: String, value: PlacedText)] = []
    for entry in entries {
      let place = document.place(of: path + [key, entry.key])
      if let text = scalar(entry.value, at: place, what: "`\(key).\(entry.key)`") {
        pairs.append((entry.key, PlacedText(text, place: place)))
      }
    }
    return pairs
  }

  private func scalar(_ value: Value, at place: Place, what: String) -> String? {
    switch value {
    case .string(let text): return Clean.text(text)
    case .integer, .number: return value.plain
    case .bool(let flag):
      findings.error(
        place,
        "\(what) is the boolean \(flag), not text",
        notes: [Diagnostic.Note("yes, no, on, off, y and n are booleans too")],
        fix: "put it in quotes"
      )
    case .null: findings.error(place, "\(what) is empty")
    case .list, .map: findings.error(place, "\(what) must be a single word or line")
    }
    return nil
  }
}
