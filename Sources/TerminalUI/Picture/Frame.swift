import Prose

/// A screen of cells, which is drawn as a whole and sent as what changed.
public struct Frame: Equatable, Sendable {
  /// One column of one row; the second column of a wide character is empty.
  struct Cell: Equatable, Sendable {
    var text: String
    var emphasis: Emphasis

    static let blank = Cell(text: " ", emphasis: .plain)
  }

  public let columns: Int
  public let rows: Int
  private(set) var cells: [Cell]
  /// Where the cursor stands, where something is typed.
  public var cursor: Place?

  /// A column and a row, counted from zero.
  public struct Place: Hashable, Sendable {
    public var column: Int
    public var row: Int

    public init(column: Int, row: Int) {
      self.column = column
      self.row = row
    }
  }

  public init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    cells = Array(repeating: .blank, count: self.columns * self.rows)
  }

  // MARK: Drawing

  /// Draws a line; what lies outside is left away, and a wide character is never halved.
  public mutating func draw(_ line: StyledLine, column: Int, row: Int) {
    guard row >= 0, row < rows else { return }
    var at = column
    for span in line.spans {
      for character in span.text {
        let wide = Width.columns(character)
        if wide == 0 { continue }
        if at + wide > columns { return }
        if at >= 0 { put(String(character), span.emphasis, wide, row * columns + at) }
        at += wide
      }
    }
  }

  public mutating func draw(_ text: String, _ emphasis: Emphasis = .plain, column: Int, row: Int) {
    draw(StyledLine(text, emphasis), column: column, row: row)
  }

  /// Whoever draws over half of a wide character takes the other half away too.
  private mutating func put(_ text: String, _ emphasis: Emphasis, _ wide: Int, _ index: Int) {
    let clean = Clean.line(text)
    guard !clean.isEmpty else { return }
    if cells[index].text.isEmpty, index > 0 { cells[index - 1] = .blank }
    cells[index] = Cell(text: clean, emphasis: emphasis)
    for other in 1..<max(2, wide) where other < wide && index + other < cells.count {
      cells[index + other] = Cell(text: "", emphasis: emphasis)
    }
    let next = index + wide
    if next < cells.count, next % columns != 0, cells[next].text.isEmpty { cells[next] = .blank }
  }

  // MARK: Reading

  /// A row without emphasis and without the spaces at its end.
  public func text(row: Int) -> String {
    var out = ""
    for cell in cells[(row * columns)..<((row + 1) * columns)] { out += cell.text }
    while out.last == " " { out.removeLast() }
    return out
  }

  /// All rows, for tests and logs.
  public var text: String { (0..<rows).map { text(row: $0) }.joined(separator: "\n") }

  /// What stands out in one way, run by run: `row:column text`.
  public func runs(of emphasis: Emphasis) -> [String] {
    var out: [String] = []
    for row in 0..<rows {
      var run = ""
      var start = 0
      for column in 0...columns {
        let cell = column < columns ? cells[row * columns + column] : .blank
        if column < columns, cell.emphasis == emphasis, cell != .blank || !run.isEmpty {
          if run.isEmpty { start = column }
          run += cell.text
        } else if !run.isEmpty {
          out.append("\(row):\(start) \(run)")
          run = ""
        }
      }
    }
    return out
  }

  // MARK: Sending

  /// What a terminal must be sent to show this frame; rows that stand there already are left alone.
  public func escapes(after previous: Frame?, colours: Bool) -> String {
    var out = "\u{1b}[?25l"
    let isSameSize = previous?.columns == columns && previous?.rows == rows
    if !isSameSize { out += "\u{1b}[0m\u{1b}[2J" }
    for row in 0..<rows {
      let range = (row * columns)..<((row + 1) * columns)
      if isSameSize, let previous, previous.cells[range] == cells[range] { continue }
      out += "\u{1b}[\(row + 1);1H" + escapes(of: cells[range], colours: colours) + "\u{1b}[K"
    }
    if let cursor {
      out += "\u{1b}[\(cursor.row + 1);\(cursor.column + 1)H\u{1b}[?25h"
    }
    return out
  }

  private func escapes(of cells: ArraySlice<Cell>, colours: Bool) -> String {
    var end = cells.endIndex
    while end > cells.startIndex, cells[end - 1] == .blank { end -= 1 }
    var out = ""
    var emphasis = Emphasis.plain
    for cell in cells[cells.startIndex..<end] {
      if cell.emphasis != emphasis {
        out += Self.escape(cell.emphasis, colours: colours)
        emphasis = cell.emphasis
      }
      out += cell.text
    }
    return emphasis == .plain ? out : out + Self.escape(.plain, colours: colours)
  }

  /// Without colours the lit is underlined: weight alone is hard to see.
  static func escape(_ emphasis: Emphasis, colours: Bool) -> String {
    switch emphasis {
    case .plain: "\u{1b}[0m"
    case .strong: "\u{1b}[0;1m"
    case .lit: colours ? "\u{1b}[0;1;36m" : "\u{1b}[0;1;4m"
    case .dim: colours ? "\u{1b}[0;90m" : "\u{1b}[0;2m"
    }
  }
}
