import Clockwork

/// The text format of Prometheus, written as Go's client library writes it, and read back.
struct PrometheusText {
  private(set) var text: String = ""

  /// Begins a family of samples.
  mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  /// One sample: a number with so many decimals, and the time at which it was true.
  mutating func sample(
    _ name: String,
    _ labels: [(String, String)],
    _ number: Int64,
    decimals: Int = 0,
    at time: Time? = nil
  ) {
    text += name
    if !labels.isEmpty {
      var parts: [String] = []
      for (key, value) in labels { parts.append("\(key)=\"\(PrometheusText.escaped(value))\"") }
      text += "{\(parts.joined(separator: ","))}"
    }
    text += " \(PrometheusText.float(number, decimals: decimals))"
    if let time { text += " \(Calendar.epoch * 1000 + time)" }
    text += "\n"
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "\\": out += "\\\\"
      case "\"": out += "\\\""
      case "\n": out += "\\n"
      default: out.append(character)
      }
    }
    return out
  }

  /// A number as Go's `%g` writes a float64 in its shortest form: `103.3`, `3.5651584e+07`.
  static func float(_ number: Int64, decimals: Int = 0) -> String {
    if number == 0 { return "0" }
    var digits = "\(number.magnitude)"
    // The decimal point stands behind the first so many digits.
    var point = digits.utf8.count - decimals
    while digits.utf8.count > 1, digits.hasSuffix("0") { digits.removeLast() }
    let sign = number < 0 ? "-" : ""
    let exponent = point - 1
    if exponent < -4 || exponent >= 6 {
      let head = String(digits.prefix(1))
      let rest = digits.dropFirst()
      let mantissa = rest.isEmpty ? head : "\(head).\(rest)"
      let size = exponent < 0 ? -exponent : exponent
      return "\(sign)\(mantissa)e\(exponent < 0 ? "-" : "+")\(size < 10 ? "0" : "")\(size)"
    }
    if point <= 0 {
      var zeros = ""
      while point < 0 {
        zeros += "0"
        point += 1
      }
      return "\(sign)0.\(zeros)\(digits)"
    }
    while digits.utf8.count < point { digits += "0" }
    let whole = digits.prefix(point)
    let fraction = digits.dropFirst(point)
    return fraction.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction)"
  }
}

extension PrometheusText {
  /// One line of the text, read back.
  struct Sample: Equatable, Sendable {
    var name: String
    var labels: Table<String, String>
    /// Billionths.
    var value: Int64
    /// Virtual time, where the line has one.
    var at: Time?
  }

  /// Every sample of a text; a line that is none is skipped.
  static func read(_ text: String) -> [Sample] {
    var samples: [Sample] = []
    for line in text.utf8.split(separator: 10) where line.first != UInt8(ascii: "#") {
      if let sample = sample(Array(line)) { samples.append(sample) }
    }
    return samples
  }

  private static func sample(_ line: [UInt8]) -> Sample? {
    var place = 0
    func word(until stops: [UInt8]) -> String {
      let start = place
      while place < line.count, !stops.contains(line[place]) { place += 1 }
      return String(decoding: line[start..<place], as: UTF8.self)
    }
    let blank = UInt8(ascii: " ")
    let name = word(until: [blank, UInt8(ascii: "{")])
    var labels: Table<String, String> = [:]
    if place < line.count, line[place] == UInt8(ascii: "{") {
      place += 1
      while place < line.count, line[place] != UInt8(ascii: "}") {
        let key = word(until: [UInt8(ascii: "=")])
        place += 2
        var value: [UInt8] = []
        while place < line.count, line[place] != UInt8(ascii: "\"") {
          if line[place] == UInt8(ascii: "\\") { place += 1 }
          if place < line.count { value.append(line[place]) }
          place += 1
        }
        place += 1
        if place < line.count, line[place] == UInt8(ascii: ",") { place += 1 }
        labels[key] = String(decoding: value, as: UTF8.self)
      }
      place += 1
    }
    while place < line.count, line[place] == blank { place += 1 }
    guard let value = billionths(word(until: [blank])) else { return nil }
    while place < line.count, line[place] == blank { place += 1 }
    let stamp = Int64(word(until: [blank]))
    return Sample(name: name, labels: labels, value: value, at: stamp.map { $0 - Calendar.epoch * 1000 })
  }

  /// A float64 as text in billionths; nothing where it is no number or too large.
  static func billionths(_ text: String) -> Int64? {
    var digits: Int64 = 0
    var exponent: Int64 = 9
    var isFraction = false
    var isNegative = false
    var seen = false
    let bytes = Array(text.utf8)
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "-") where place == 1: isNegative = true
      case UInt8(ascii: "+") where place == 1: break
      case UInt8(ascii: ".") where !isFraction: isFraction = true
      case 48...57:
        let (ten, over) = digits.multipliedReportingOverflow(by: 10)
        let (sum, high) = ten.addingReportingOverflow(Int64(byte - 48))
        if over || high { return nil }
        digits = sum
        seen = true
        if isFraction { exponent -= 1 }
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard let power = Int64(String(decoding: bytes[place...], as: UTF8.self)), power > -40, power < 40 else {
          return nil
        }
        exponent += power
        place = bytes.count
      default: return nil
      }
    }
    guard seen else { return nil }
    while exponent > 0 {
      let (ten, over) = digits.multipliedReportingOverflow(by: 10)
      if over { return nil }
      digits = ten
      exponent -= 1
    }
    while exponent < 0 {
      digits /= 10
      exponent += 1
    }
    return isNegative ? -digits : digits
  }
}
