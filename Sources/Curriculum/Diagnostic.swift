import Prose

/// A place in a file of the course, counted from one; zero where only the file is known.
public struct Place: Equatable, Sendable, CustomStringConvertible {
  public var file: String
  public var line: Int
  public var column: Int

  public init(_ file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, without what is not known.
  public var description: String {
    if line == 0 { return file }
    return column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
  }
}

/// One mistake in a course or a manifest, said so that its author can mend it.
///
/// Mistakes are values: a reader collects all of them in one pass instead of stopping at the first.
public struct Diagnostic: Equatable, Sendable, CustomStringConvertible {
  public enum Severity: String, Sendable {
    case error
    case warning
  }

  /// Something else that is worth looking at, with its own place where it has one.
  public struct Note: Equatable, Sendable {
    public var text: String
    public var file: String?
    public var line: Int?

    public init(_ text: String, file: String? = nil, line: Int? = nil) {
      self.text = Clean.line(text)
      self.file = file.map(Clean.line)
      self.line = line
    }
  }

  public var file: String
  public var line: Int
  public var column: Int
  public var severity: Severity
  public var summary: String
  public var notes: [Note]
  public var fix: String?

  public init(
    _ place: Place,
    _ severity: Severity = .error,
    _ summary: String,
    notes: [Note] = [],
    fix: String? = nil
  ) {
    // A diagnostic quotes what stands in a file, and is printed on a terminal.
    self.file = Clean.line(place.file)
    self.line = place.line
    self.column = place.column
    self.severity = severity
    self.summary = Clean.line(summary)
    self.notes = notes
    self.fix = fix.map(Clean.line)
  }

  public var place: Place { Place(file, line: line, column: column) }

  /// `file:line:column: error: summary`, then a line for each note and one for the fix.
  public var description: String {
    var lines = ["\(place): \(severity.rawValue): \(summary)"]
    for note in notes {
      if let file = note.file {
        lines.append("\(Place(file, line: note.line ?? 0)): note: \(note.text)")
      } else {
        lines.append("  note: \(note.text)")
      }
    }
    if let fix { lines.append("  fix: \(fix)") }
    return lines.joined(separator: "\n")
  }
}

extension Diagnostic {
  /// The order in which mistakes are shown: by file, then from top to bottom.
  public static func inReadingOrder(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    let numbered = diagnostics.enumerated().sorted { left, right in
      let first = left.element
      let second = right.element
      if first.file != second.file { return first.file < second.file }
      if first.line != second.line { return first.line < second.line }
      if first.column != second.column { return first.column < second.column }
      return left.offset < right.offset
    }
    return numbered.map(\.element)
  }
}
