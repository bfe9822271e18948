/// JSON as it may stand inside a page.
enum PageJSON {
  /// The same JSON without a character that could end the element or, in an old browser, the line.
  ///
  /// These characters stand in JSON only within strings, where an escape means the same.
  static func safe(_ json: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in json.unicodeScalars {
      switch scalar.value {
      case 0x3c, 0x3e, 0x26, 0x2028, 0x2029, 0x7f...0x9f:
        let digits = String(scalar.value, radix: 16)
        out.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
      default: out.append(scalar)
      }
    }
    return String(out)
  }
}
