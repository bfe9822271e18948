/// The natural logarithm, which the standard library alone does not have.
enum Logarithm {
  /// Of a whole number from 1 on, exact to the last digits of a Double.
  static func natural(of number: Int) -> Double {
    var fraction = Double(number)
    var doublings = 0
    while fraction > 1.5 {
      fraction /= 2
      doublings += 1
    }
    // ln(x) = 2 · artanh((x − 1) / (x + 1)), whose series converges fast near 1.
    let ratio = (fraction - 1) / (fraction + 1)
    var term = ratio
    var sum = 0.0
    var power = 1.0
    while term.magnitude > 1e-18 {
      sum += term / power
      term *= ratio * ratio
      power += 2
    }
    return 2 * sum + Double(doublings) * 0.693_147_180_559_945_309
  }
}
