/// Powers of two with a fraction, which the standard library alone does not have.
enum Exponential {
  /// `2^exponent`, exact to the last digits of a Double.
  static func two(to exponent: Double) -> Double {
    var whole = Int(exponent)
    if Double(whole) > exponent { whole -= 1 }
    let fraction = (exponent - Double(whole)) * 0.693_147_180_559_945_309
    var term = 1.0
    var sum = 1.0
    var number = 1.0
    while term > 1e-18 {
      term *= fraction / number
      sum += term
      number += 1
    }
    for _ in 0..<max(0, whole) { sum *= 2 }
    for _ in 0..<max(0, 0 - whole) { sum /= 2 }
    return sum
  }
}
