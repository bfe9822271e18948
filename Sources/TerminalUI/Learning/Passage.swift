import Curriculum
import Prose

/// A piece of what is said to a learner; it becomes lines once a width is known.
public enum Passage: Equatable, Sendable {
  case prose([Block])
  /// A sentence, whose later lines are indented.
  case text([Span], indent: Int)
  /// What a tool printed, kept as it is.
  case output(String)
  case gap

  public static func say(_ text: String, _ emphasis: Emphasis = .plain, indent: Int = 0) -> Passage {
    .text([Span(text, emphasis)], indent: indent)
  }

  public func lines(_ layout: ProseLayout) -> [StyledLine] {
    switch self {
    case .prose(let blocks): layout.lines(blocks)
    case .text(let spans, let indent): Width.wrap(spans, to: layout.width, indent: indent)
    case .output(let text): Width.fold(text, to: layout.width)
    case .gap: [StyledLine()]
    }
  }

  /// All passages in lines, with no two empty lines beside each other and none at the ends.
  public static func lines(_ passages: [Passage], _ layout: ProseLayout) -> [StyledLine] {
    var out: [StyledLine] = []
    for line in passages.flatMap({ $0.lines(layout) }) {
      if line.isEmpty, out.last?.isEmpty ?? true { continue }
      out.append(line)
    }
    while out.last?.isEmpty == true { out.removeLast() }
    return out
  }
}

/// One of several things to choose.
public struct Offering: Equatable, Sendable {
  /// What is answered.
  public var value: String
  /// What is shown.
  public var label: String

  public init(_ value: String, _ label: String) {
    self.value = value
    self.label = label
  }

  public init(_ value: String) { self.init(value, value) }
}

/// When a line was entered: the guide keeps no clock.
public struct Instant: Equatable, Sendable {
  /// Of a clock that only goes forward.
  public var milliseconds: Int64
  /// As answers carry it.
  public var stamp: String

  public init(milliseconds: Int64 = 0, stamp: String = "") {
    self.milliseconds = milliseconds
    self.stamp = stamp
  }
}
