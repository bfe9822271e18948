import Clockwork

/// Gives a plain scalar its type as the YAML library of Kubernetes does (go-yaml v2, on its way to JSON).
///
/// That is YAML 1.1 with gaps: `yes`, `on` and `y` are booleans, `010` is eight, `1_000` a thousand; base 60 is text,
/// and a date stays text because JSON has none.
/// Source: kubernetes-sigs/yaml, goyaml.v2/resolve.go and yaml.go.
enum YAMLScalar {
  static func resolve(_ text: String) -> Value {
    if let word = word(text) { return word }
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "."):
      return float(text).map(Self.fromJSON) ?? .string(text)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
      let plain = text.filter { $0 != "_" }
      if let number = integer(plain) { return number }
      if isFloat(plain), let number = float(plain) { return fromJSON(number) }
      return .string(text)
    default:
      return .string(text)
    }
  }

  /// The words that are not text, in the three spellings that are known.
  private static func word(_ text: String) -> Value? {
    switch text {
    case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": .bool(true)
    case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": .bool(false)
    case "", "~", "null", "Null", "NULL": .null
    case ".nan", ".NaN", ".NAN": .number(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": .number(.infinity)
    case "-.inf", "-.Inf", "-.INF": .number(-.infinity)
    default: nil
    }
  }

  /// An integer with a sign and the prefixes of Go: `0x`, `0o`, `0b`, and `0` for octal.
  private static func integer(_ text: String) -> Value? {
    var digits = Substring(text)
    var sign = ""
    if let first = digits.first, first == "-" || first == "+" {
      sign = first == "-" ? "-" : ""
      digits = digits.dropFirst()
    }
    var radix = 10
    let lower = digits.prefix(2).lowercased()
    if lower == "0x" {
      radix = 16
    } else if lower == "0o" {
      radix = 8
    } else if lower == "0b" {
      radix = 2
    }
    if radix != 10 {
      digits = digits.dropFirst(2)
    } else if digits.utf8.count > 1, digits.first == "0" {
      radix = 8
      digits = digits.dropFirst()
    }
    // Swift reads a sign here, Go does not.
    guard let first = digits.first, first != "-", first != "+" else { return nil }
    if let number = Int64(sign + digits, radix: radix) { return .integer(number) }
    // Larger than 64 bits: JSON carries it on, and its reader makes it a double.
    guard radix == 10, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Double(text) else { return nil }
    return number.isFinite ? .number(number) : nil
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, by hand.
  private static func isFloat(_ text: String) -> Bool {
    var rest = Substring(text).utf8
    func digits() -> Int {
      var count = 0
      while let byte = rest.first, (48...57).contains(byte) {
        rest = rest.dropFirst()
        count += 1
      }
      return count
    }
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let whole = digits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      if digits() == 0, whole == 0 { return false }
    } else if whole == 0 {
      return false
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
      if digits() == 0 { return false }
    }
    return rest.isEmpty
  }

  private static func float(_ text: String) -> Double? {
    guard isFloat(text), let number = Double(text.hasSuffix(".") ? text + "0" : text) else { return nil }
    return number.isFinite ? number : nil
  }

  /// A whole number that was written as a float is an integer once it has been JSON.
  private static func fromJSON(_ number: Double) -> Value {
    if number == number.rounded(), let whole = Int64(exactly: number) { return .integer(whole) }
    return .number(number)
  }
}
