/// What `{{pod app=web 1}}` asks for: the name of the first Pod with these labels.
public struct Placeholder: Equatable, Sendable {
  public var kind: Kind
  public var labels: LabelSelector
  /// From 1, in the order of creation.
  public var index: Int
}

/// Names in a script that are known only when the line is reached.
enum Placeholders {
  static func contains(_ line: String) -> Bool { start(Array(line), from: 0) != nil }

  /// Puts names in; the second part is the text between the braces that could not be resolved.
  static func expand(_ line: String, _ name: (Placeholder) -> String?) -> (String, String?) {
    let characters = Array(line)
    var out = ""
    var place = 0
    while let open = start(characters, from: place) {
      out += String(characters[place..<open])
      guard let close = end(characters, from: open + 2) else {
        return (out, String(characters[open...]))
      }
      let inner = String(characters[(open + 2)..<close])
      guard let placeholder = read(inner), let found = name(placeholder) else { return (out, inner) }
      out += found
      place = close + 2
    }
    out += String(characters[place...])
    return (out, nil)
  }

  /// `pod app=web 1`; without a number the first is meant.
  private static func read(_ inner: String) -> Placeholder? {
    guard case .success(let words) = Words.split(inner), (2...3).contains(words.count) else { return nil }
    guard let kind = Kind.named(words[0].text) else { return nil }
    guard case .success(let labels) = LabelSelector.parse(words[1].text) else { return nil }
    let index = words.count == 3 ? Int(words[2].text) : 1
    guard let index, index > 0 else { return nil }
    return Placeholder(kind: kind, labels: labels, index: index)
  }

  private static func start(_ characters: [Character], from place: Int) -> Int? {
    double("{", characters, from: place)
  }

  private static func end(_ characters: [Character], from place: Int) -> Int? {
    double("}", characters, from: place)
  }

  private static func double(_ brace: Character, _ characters: [Character], from place: Int) -> Int? {
    var index = place
    while index + 1 < characters.count {
      if characters[index] == brace, characters[index + 1] == brace { return index }
      index += 1
    }
    return nil
  }
}
