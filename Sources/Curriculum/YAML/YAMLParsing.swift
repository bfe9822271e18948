import Clockwork
import Prose
import Yams

extension YAMLDocument {
  /// Reads all documents of a YAML stream; JSON is read too.
  ///
  /// Empty documents are left out, as `kubectl` does. Nothing is thrown: what could be read is given together with
  /// everything that was wrong.
  public static func parse(_ text: String, file: String) -> (documents: [YAMLDocument], diagnostics: [Diagnostic]) {
    if let flaw = flawBeforeParsing(text) {
      return ([], [Diagnostic(Place(file, line: 1, column: 1), .error, flaw)])
    }
    var composer = YAMLComposer(file: file, budget: text.utf8.count * 2 + 100_000)
    var documents: [YAMLDocument] = []
    do {
      // The encoding is given because Yams would otherwise ask the environment for it, and print.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      while let node = try parser.nextRoot() {
        if case .scalar(let scalar) = node, scalar.string.isEmpty, scalar.style == .plain { continue }
        if let document = composer.document(node) { documents.append(document) }
      }
    } catch let error as YamlError {
      return (documents, composer.diagnostics + [diagnostic(error, text: text, file: file)])
    } catch {
      return (documents, composer.diagnostics + [Diagnostic(Place(file), .error, "the file cannot be read as YAML")])
    }
    return (documents, composer.diagnostics)
  }

  /// What the parser underneath would not survive: anchors in anchors, nested so deep that a stack ends.
  private static func flawBeforeParsing(_ text: String) -> String? {
    var anchors = 0
    var open = 0
    var deepest = 0
    var inLine = 0
    var previous: UInt8 = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): anchors += 1
      case UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): open = max(0, open - 1)
      case UInt8(ascii: "\n"): inLine = 0
      case UInt8(ascii: " ") where previous == UInt8(ascii: " ") || previous == UInt8(ascii: "\n"): inLine += 1
      case UInt8(ascii: " ") where previous == UInt8(ascii: "-") || previous == UInt8(ascii: "?"): inLine += 1
      default: break
      }
      deepest = max(deepest, open + inLine)
      previous = byte
    }
    if anchors > 0, min(deepest, 1_000) * (anchors + 1) > 30_000 {
      return "the file nests its anchors too deep"
    }
    // Keys are hashed whole: lists of aliases as keys would be walked over and over.
    if anchors > 2, hasCollectionKey(text) {
      return "a file with anchors cannot have lists, maps or aliases as keys"
    }
    return nil
  }

  private static func hasCollectionKey(_ text: String) -> Bool {
    for line in text.split(separator: "\n") {
      var before: Character = " "
      var isBehindCollection = false
      var isAlias = false
      for character in line {
        if character == ":", isBehindCollection { return true }
        if character == "?", before == " " || before == "{" || before == "[" || before == "," { return true }
        if character == "*" { isAlias = true }
        if character == "," || character == "[" || character == "{" { isAlias = false }
        isBehindCollection =
          character == "]" || character == "}" || (character == " " && (isBehindCollection || isAlias))
        before = character
      }
    }
    return false
  }

  private static func diagnostic(_ error: YamlError, text: String, file: String) -> Diagnostic {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return diagnostic(problem, at: mark, text: text, file: file)
    case .reader(_, let offset, let value, _):
      let place = self.place(ofCharacter: offset ?? 0, in: text, file: file)
      let number = Digest.hexadecimal(UInt64(UInt32(bitPattern: value)), digits: 4)
      return Diagnostic(place, .error, "the file holds a control character (U+\(number))", fix: "remove it")
    case .duplicatedKeysInMapping(let keys, let context):
      let key = keys.first ?? ""
      let first = context.mark
      let second = secondPlace(of: key, after: first, in: text)
      return YAMLComposer.duplicate(
        key,
        at: Place(file, line: second?.line ?? first.line, column: second?.column ?? first.column),
        first: first.line
      )
    default:
      return Diagnostic(Place(file), .error, "the file cannot be read as YAML")
    }
  }

  private static func diagnostic(_ problem: String, at mark: Mark, text: String, file: String) -> Diagnostic {
    let place = Place(file, line: mark.line, column: mark.column)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
    if line.prefix(while: { $0 == " " || $0 == "\t" || $0 == "-" }).contains("\t") {
      let column = (line.unicodeScalars.firstIndex(of: "\t")).map {
        line.unicodeScalars.distance(from: line.startIndex, to: $0) + 1
      }
      return Diagnostic(
        Place(file, line: mark.line, column: column ?? mark.column),
        .error,
        "a tab is used to indent",
        fix: "indent with spaces"
      )
    }
    if problem.contains("undefined alias") {
      return Diagnostic(place, .error, "the alias names no anchor above it", fix: "write the anchor before the alias")
    }
    if problem == "mapping values are not allowed in this context" {
      return Diagnostic(
        place,
        .error,
        "a `:` stands where no key can be",
        notes: [Diagnostic.Note("text with `: ` in it must be quoted")],
        fix: "check the indentation, or quote the text"
      )
    }
    return Diagnostic(place, .error, "not YAML: \(Clean.line(problem))")
  }

  /// The next line that begins, in the column of the first key, with the same key.
  private static func secondPlace(of key: String, after first: Mark, in text: String) -> (line: Int, column: Int)? {
    let spellings = [key, "\"\(key)\"", "'\(key)'"]
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      guard number > first.line else { continue }
      let scalars = line.unicodeScalars.dropFirst(first.column - 1)
      let start = Substring(scalars)
      for spelling in spellings where start.hasPrefix(spelling) {
        let rest = start.dropFirst(spelling.count).drop { $0 == " " }
        if rest.first == ":" { return (number, first.column) }
      }
    }
    return nil
  }

  private static func place(ofCharacter offset: Int, in text: String, file: String) -> Place {
    var line = 1
    var column = 1
    for character in text.prefix(offset) {
      if character.isNewline {
        line += 1
        column = 1
      } else {
        column += character.unicodeScalars.count
      }
    }
    return Place(file, line: line, column: column)
  }
}
