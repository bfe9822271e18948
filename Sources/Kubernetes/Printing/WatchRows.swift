// Rows that are printed one after the other: a column is as wide as it ever was.
extension ObjectTable {
  /// Blanks between two columns, and the least width of one.
  static let padding = 3
  private static let least = 6

  /// Lines of cells; `widths` are those of the columns so far, and grow.
  static func lines(_ rows: [[String]], _ widths: inout [Int]) -> String {
    for row in rows {
      for (column, cell) in row.dropLast().enumerated() {
        let width = max(least, firstLine(cell).unicodeScalars.count + padding)
        if column < widths.count { widths[column] = max(widths[column], width) } else { widths.append(width) }
      }
    }
    var text = ""
    for row in rows {
      for (column, cell) in row.enumerated() {
        let shown = firstLine(cell)
        text += shown
        guard column < row.count - 1 else { break }
        for _ in 0..<max(0, widths[column] - shown.unicodeScalars.count) { text += " " }
      }
      text += "\n"
    }
    return text
  }
}
