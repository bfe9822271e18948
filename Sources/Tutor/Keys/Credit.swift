/// A share of the points of one question, exact for every share that a question can give.
///
/// Sums of thirds are whole again, which a sum of rounded decimals is not.
public struct Credit: Equatable, Comparable, Hashable, Sendable, CustomStringConvertible {
  /// Divisible by every number up to twelve: no question has more options.
  public static let whole: Int64 = 27_720

  public var units: Int64

  public init(units: Int64) { self.units = units }

  /// So many parts of so many; nothing of nothing is nothing.
  public init(_ part: Int, of total: Int) {
    units = total > 0 ? Int64(max(0, part)) * Credit.whole / Int64(total) : 0
  }

  public static let none = Credit(units: 0)
  public static let full = Credit(units: whole)

  public static func + (left: Credit, right: Credit) -> Credit { Credit(units: left.units + right.units) }
  public static func += (left: inout Credit, right: Credit) { left.units += right.units }
  public static func < (left: Credit, right: Credit) -> Bool { left.units < right.units }

  /// The credit in questions, with at most three decimals: `1`, `0.5`, `0.333`.
  public var description: String { Credit.decimal(units, of: Credit.whole) }

  /// A quotient with at most three decimals, rounded half up.
  public static func decimal(_ part: Int64, of whole: Int64) -> String {
    guard whole > 0 else { return "0" }
    let sign = part < 0 ? "-" : ""
    let thousandths = (abs(part) * 2_000 + whole) / (whole * 2)
    var digits = "\(thousandths % 1_000 + 1_000)".dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(sign)\(thousandths / 1_000)" + (digits.isEmpty ? "" : ".\(digits)")
  }
}
