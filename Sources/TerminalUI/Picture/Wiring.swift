/// Lines on a grid that know where they meet: each cell remembers to which sides a line leaves it.
struct Wiring {
  struct Side: OptionSet, Hashable {
    let rawValue: Int
    static let up = Side(rawValue: 1)
    static let down = Side(rawValue: 2)
    static let left = Side(rawValue: 4)
    static let right = Side(rawValue: 8)
  }

  private struct Mark {
    var sides: Side
    var lit: Side
  }

  private var marks: [Frame.Place: Mark] = [:]

  /// Draws a line through corners; consecutive corners share a row or a column.
  mutating func add(_ corners: [Frame.Place], lit: Bool = false) {
    for (from, to) in zip(corners, corners.dropFirst()) {
      var at = from
      while at != to {
        var next = at
        let forth: Side
        let back: Side
        if at.column != to.column {
          next.column += to.column > at.column ? 1 : -1
          (forth, back) = to.column > at.column ? (.right, .left) : (.left, .right)
        } else {
          next.row += to.row > at.row ? 1 : -1
          (forth, back) = to.row > at.row ? (.down, .up) : (.up, .down)
        }
        mark(at, forth, lit)
        mark(next, back, lit)
        at = next
      }
    }
  }

  private mutating func mark(_ place: Frame.Place, _ side: Side, _ lit: Bool) {
    var found = marks[place] ?? Mark(sides: [], lit: [])
    found.sides.insert(side)
    if lit { found.lit.insert(side) }
    marks[place] = found
  }

  /// Puts every line into a frame; the lit ones are heavier, so that they show without colours.
  func draw(in frame: inout Frame, at origin: Frame.Place, glyphs: Glyphs) {
    let places = marks.keys.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
    for place in places {
      guard let mark = marks[place] else { continue }
      let isLit = !mark.lit.isEmpty
      let sign = Self.sign(isLit ? mark.lit : mark.sides, heavy: isLit, glyphs: glyphs)
      frame.draw(
        sign,
        isLit ? .lit : .dim,
        column: origin.column + place.column,
        row: origin.row + place.row
      )
    }
  }

  static func sign(_ sides: Side, heavy: Bool, glyphs: Glyphs) -> String {
    let isAcross = sides.contains(.left) || sides.contains(.right)
    let isUpright = sides.contains(.up) || sides.contains(.down)
    guard glyphs.isUnicode else {
      if isAcross, isUpright { return "+" }
      return isAcross ? (heavy ? "=" : "-") : (heavy ? "#" : "|")
    }
    let signs = heavy ? heavySigns : lightSigns
    return signs[sides] ?? (isAcross ? (heavy ? "━" : "─") : (heavy ? "┃" : "│"))
  }

  private static let lightSigns: [Side: String] = [
    [.down, .right]: "┌", [.down, .left]: "┐", [.up, .right]: "└", [.up, .left]: "┘",
    [.up, .down, .right]: "├", [.up, .down, .left]: "┤", [.left, .right, .down]: "┬", [.left, .right, .up]: "┴",
    [.up, .down, .left, .right]: "┼",
  ]

  private static let heavySigns: [Side: String] = [
    [.down, .right]: "┏", [.down, .left]: "┓", [.up, .right]: "┗", [.up, .left]: "┛",
    [.up, .down, .right]: "┣", [.up, .down, .left]: "┫", [.left, .right, .down]: "┳", [.left, .right, .up]: "┻",
    [.up, .down, .left, .right]: "╋",
  ]
}
