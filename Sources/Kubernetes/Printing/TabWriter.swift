/// Lines cut into cells by tabs, laid out so that cells of one column start at one place.
///
/// Follows Go's `text/tabwriter`, which kubectl prints with: a column reaches as far as consecutive lines have a
/// cell in it that a tab ends, so the last cell of a line widens nothing.
struct TabWriter {
  private let minimumWidth: Int
  private let padding: Int
  private var text: String = ""

  /// The widths of `kubectl describe`.
  static let describe = TabWriter(minimumWidth: 0, padding: 2)
  /// The widths of `kubectl get`.
  static let table = TabWriter(minimumWidth: 6, padding: 3)

  private init(minimumWidth: Int, padding: Int) {
    self.minimumWidth = minimumWidth
    self.padding = padding
  }

  /// Adds text, two spaces deeper for each level.
  mutating func write(_ piece: String, level: Int = 0) {
    for _ in 0..<level { text += "  " }
    text += piece
  }

  /// Adds text and ends the line.
  mutating func line(_ piece: String, level: Int = 0) {
    write(piece, level: level)
    text += "\n"
  }

  /// Adds what describes a part, as kubectl indents a Pod template: its headings by a level, the names below by a blank.
  mutating func insert(_ part: TabWriter) {
    for line in part.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let depth = line.prefix { $0 == " " }.count
      let isContinued = line.hasPrefix("\t")
      text += depth == 0 && !isContinued ? "  " : (depth == 2 ? " " : "")
      text += String(line) + "\n"
    }
  }

  /// The laid out text.
  func formatted() -> String {
    var lines: [[String]] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var cells: [String] = []
      for cell in line.split(separator: "\t", omittingEmptySubsequences: false) { cells.append(String(cell)) }
      lines.append(cells)
    }
    var widths = lines.map { $0.map { _ in 0 } }
    measure(lines, 0, lines.count, column: 0, &widths)
    var out = ""
    for (index, cells) in lines.enumerated() {
      if index > 0 { out += "\n" }
      for (column, cell) in cells.enumerated() {
        out += cell
        if column == cells.count - 1 { continue }
        for _ in 0..<max(0, widths[index][column] - cell.unicodeScalars.count) { out += " " }
      }
    }
    return out
  }

  /// Gives every block of lines that share a column its width, then the columns to its right.
  private func measure(_ lines: [[String]], _ start: Int, _ end: Int, column: Int, _ widths: inout [[Int]]) {
    var here = start
    while here < end {
      if column >= lines[here].count - 1 {
        here += 1
        continue
      }
      let first = here
      var width = minimumWidth
      while here < end, column < lines[here].count - 1 {
        width = max(width, lines[here][column].unicodeScalars.count + padding)
        here += 1
      }
      for line in first..<here { widths[line][column] = width }
      measure(lines, first, here, column: column + 1, &widths)
    }
  }
}
