/// How much a piece of text stands out.
///
/// There are three kinds beside plain, and no more.
public enum Emphasis: Equatable, Sendable {
  case plain
  /// Headings, what is asked, verdicts.
  case strong
  /// What acts, carries or changes, and what is chosen.
  case lit
  /// What is there to be looked up and not to be read.
  case dim
}

/// A run of text with one emphasis.
public struct Span: Equatable, Sendable {
  public var text: String
  public var emphasis: Emphasis

  public init(_ text: String, _ emphasis: Emphasis = .plain) {
    self.text = text
    self.emphasis = emphasis
  }
}

/// One line of a screen, made of spans.
public struct StyledLine: Equatable, Sendable {
  public var spans: [Span]

  public init(_ spans: [Span] = []) { self.spans = spans }

  public init(_ text: String, _ emphasis: Emphasis = .plain) {
    spans = text.isEmpty ? [] : [Span(text, emphasis)]
  }

  /// The words without their emphasis.
  public var text: String {
    var out = ""
    for span in spans { out += span.text }
    return out
  }

  /// How many columns the line takes.
  public var columns: Int {
    var total = 0
    for span in spans { total += Width.columns(span.text) }
    return total
  }

  public var isEmpty: Bool { spans.allSatisfy { $0.text.isEmpty } }

  /// The same line behind something: a bullet, a bar, an indent.
  public func behind(_ prefix: Span) -> StyledLine { StyledLine([prefix] + spans) }

  public static func + (left: StyledLine, right: StyledLine) -> StyledLine { StyledLine(left.spans + right.spans) }
}

/// The signs that a terminal can draw: Unicode ones, or ASCII where the locale is not UTF-8.
public struct Glyphs: Equatable, Sendable {
  public let isUnicode: Bool

  public init(unicode: Bool) { isUnicode = unicode }

  public static let unicode = Glyphs(unicode: true)
  public static let ascii = Glyphs(unicode: false)

  public var done: String { isUnicode ? "●" : "#" }
  public var here: String { isUnicode ? "◐" : "o" }
  public var ahead: String { isUnicode ? "○" : "." }
  public var bullet: String { isUnicode ? "•" : "*" }
  public var bar: String { isUnicode ? "│" : "|" }
  public var rule: String { isUnicode ? "─" : "-" }
  public var path: String { isUnicode ? "›" : ">" }
  public var middot: String { isUnicode ? "·" : "-" }
  public var arrow: String { isUnicode ? "→" : "->" }
  public var minus: String { isUnicode ? "−" : "-" }
  public var acting: String { isUnicode ? "●" : "*" }
  public var stopped: String { isUnicode ? "✗" : "x" }
  public var below: String { isUnicode ? "↓" : "v" }
  public var above: String { isUnicode ? "↑" : "^" }
  public var enter: String { isUnicode ? "↵" : "Enter" }
  public var ticked: String { isUnicode ? "☑" : "[x]" }
  public var unticked: String { isUnicode ? "☐" : "[ ]" }
}
