/// Takes out of a text whatever a terminal or a page would obey instead of show.
public enum Clean {
  /// The text without control characters and invisible direction marks; tabs and line breaks stay.
  public static func text(_ text: String) -> String {
    if !text.unicodeScalars.contains(where: { isHarmful($0) && $0 != "\n" && $0 != "\t" }) { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where scalar == "\n" || scalar == "\t" || !isHarmful(scalar) {
      out.append(scalar)
    }
    return String(out)
  }

  /// The text on one line: tabs and line breaks become spaces too.
  public static func line(_ text: String) -> String {
    if !text.unicodeScalars.contains(where: isHarmful) { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" || scalar == "\r" || scalar.value == 0x2028 || scalar.value == 0x2029 {
        out.append(" ")
      } else if !isHarmful(scalar) {
        out.append(scalar)
      }
    }
    return String(out)
  }

  /// C0, DEL, C1, line and paragraph separators, direction marks and overrides, and invisible tags.
  ///
  /// The joiners U+200C and U+200D stay: words and emoji are written with them.
  public static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f...0x9f: true
    case 0x061c, 0x180e, 0x200b, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb: true
    case 0xe0000...0xe007f: true
    default: false
    }
  }

  /// The target of a link where it is harmless, else `nil`.
  ///
  /// Allowed are `http`, `https`, `mailto`, `glossary` and places without a scheme. A scheme hides in many
  /// spellings, so the target is first brought to the form that the most lenient reader would see.
  public static func url(_ url: String) -> String? {
    let seen = unmasked(url)
    for scheme in ["javascript:", "vbscript:", "data:", "file:"] where seen.hasPrefix(scheme) { return nil }
    let head = seen.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if let colon = head.firstIndex(of: ":") {
      guard ["http", "https", "mailto", "glossary"].contains(String(head[..<colon])) else { return nil }
    }
    let clean = line(url)
    return clean.contains(where: { $0 == " " || $0 == "\"" || $0 == "<" || $0 == ">" }) ? nil : clean
  }

  /// Lower case, without spaces and controls, with percent signs and character references read, twice over.
  private static func unmasked(_ url: String) -> String {
    var seen = url
    for _ in 0..<2 { seen = withoutReferences(withoutPercents(seen)) }
    var out = ""
    for scalar in seen.unicodeScalars
    where !isHarmful(scalar) && !scalar.properties.isWhitespace && scalar.value != 0x200c && scalar.value != 0x200d {
      out.unicodeScalars.append(scalar)
    }
    return out.lowercased()
  }

  private static func withoutPercents(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
      {
        out.append(high << 4 | low)
        index += 3
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func withoutReferences(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    var out = ""
    var rest = Substring(text)
    while let start = rest.firstIndex(of: "&") {
      out += rest[..<start]
      rest = rest[start...].dropFirst()
      let name = rest.prefix { ($0.isLetter || $0.isNumber || $0 == "#") && $0.isASCII }
      if let scalar = reference(String(name)) {
        out.unicodeScalars.append(scalar)
        rest = rest.dropFirst(name.count)
        if rest.first == ";" { rest = rest.dropFirst() }
      } else {
        out += "&"
      }
    }
    return out + rest
  }

  private static func reference(_ name: String) -> Unicode.Scalar? {
    switch name.lowercased() {
    case "colon": return ":"
    case "tab": return "\t"
    case "newline": return "\n"
    case "nbsp": return " "
    case "amp": return "&"
    default: break
    }
    let lower = name.lowercased()
    if lower.hasPrefix("#x") { return UInt32(lower.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init) }
    if lower.hasPrefix("#") { return UInt32(lower.dropFirst()).flatMap(Unicode.Scalar.init) }
    return nil
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
