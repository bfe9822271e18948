import Clockwork

/// Small readings of text that more than one line needs.
enum ScriptText {
  static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while let first = rest.first, first == " " || first == "\t" || first == "\r" { rest = rest.dropFirst() }
    while let last = rest.last, last == " " || last == "\t" || last == "\r" { rest = rest.dropLast() }
    return String(rest)
  }

  /// Milliseconds of `30s`, `1m30s`, `500ms`, `1.5s` or `2h`; nothing for other text.
  static func duration(_ text: String) -> Time? {
    var bytes = Array(text.utf8)[...]
    if bytes.isEmpty { return nil }
    var total: Int64 = 0
    while !bytes.isEmpty {
      guard let (micros, isNumber) = number(&bytes), isNumber else { return nil }
      guard let unit = unit(&bytes) else { return nil }
      let (product, overflow) = micros.multipliedReportingOverflow(by: unit)
      let (sum, tooLong) = total.addingReportingOverflow(product / 1_000_000)
      if overflow || tooLong { return nil }
      total = sum
    }
    return total
  }

  /// A number in millionths, with or without a fraction.
  private static func number(_ bytes: inout ArraySlice<UInt8>) -> (Int64, Bool)? {
    var whole: Int64 = 0
    var digits = 0
    while let byte = bytes.first, byte >= 48, byte <= 57 {
      if digits > 9 { return nil }
      whole = whole * 10 + Int64(byte - 48)
      digits += 1
      bytes.removeFirst()
    }
    var fraction: Int64 = 0
    if bytes.first == UInt8(ascii: ".") {
      bytes.removeFirst()
      var scale: Int64 = 100_000
      while let byte = bytes.first, byte >= 48, byte <= 57 {
        fraction += Int64(byte - 48) * scale
        scale /= 10
        digits += 1
        bytes.removeFirst()
      }
    }
    return (whole * 1_000_000 + fraction, digits > 0)
  }

  private static func unit(_ bytes: inout ArraySlice<UInt8>) -> Int64? {
    var name = ""
    while let byte = bytes.first, byte >= 97, byte <= 122 {
      name.unicodeScalars.append(Unicode.Scalar(byte))
      bytes.removeFirst()
    }
    switch name {
    case "ms": return 1
    case "s": return 1000
    case "m": return 60_000
    case "h": return 3_600_000
    default: return nil
    }
  }

  /// Cuts at every separator; `a,,b` has an empty middle.
  static func cut(_ text: String, at separator: Character) -> [String] {
    var parts: [String] = []
    for part in text.split(separator: separator, omittingEmptySubsequences: false) { parts.append(String(part)) }
    return parts
  }

  /// What stands before and after the first separator; nothing when there is none.
  static func pair(_ text: String, at separator: Character) -> (String, String)? {
    guard let place = text.firstIndex(of: separator) else { return nil }
    return (String(text[..<place]), String(text[text.index(after: place)...]))
  }
}

/// The word that somebody may have meant.
enum Suggestion {
  /// The nearest of some words, or nothing when none is near.
  static func nearest(_ text: String, of words: [String]) -> String {
    var best = ""
    var least = max(2, text.utf8.count / 3) + 1
    for word in words {
      let distance = distance(Array(text.utf8), Array(word.utf8))
      if distance < least {
        least = distance
        best = word
      }
    }
    return best
  }

  /// How many letters must be changed, added or taken away; a swap of neighbours counts once.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    // Words of a script are short; a hostile line must not cost quadratic time.
    if one.count > 64 || other.count > 64 { return 64 }
    var before: [Int] = []
    var last = Array(0...other.count)
    for (row, letter) in one.enumerated() {
      var line = [row + 1]
      for (column, candidate) in other.enumerated() {
        var cost = min(last[column] + (letter == candidate ? 0 : 1), last[column + 1] + 1, line[column] + 1)
        if row > 0, column > 0, letter == other[column - 1], one[row - 1] == candidate {
          cost = min(cost, before[column - 1] + 1)
        }
        line.append(cost)
      }
      before = last
      last = line
    }
    return last[other.count]
  }
}
