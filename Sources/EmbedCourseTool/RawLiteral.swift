/// Swift string literals with as many number signs as a text needs to stand in them unchanged.
enum RawLiteral {
  /// A literal on one line, for names.
  static func line(_ text: String) -> String {
    let signs = fence(for: text)
    return "\(signs)\"\(escaped(text, signs, keepingBreaks: false))\"\(signs)"
  }

  /// A literal over several lines; nothing is indented, so nothing of the text can be taken for indentation.
  static func block(_ text: String) -> String {
    let signs = fence(for: text)
    return "\(signs)\"\"\"\n\(escaped(text, signs, keepingBreaks: true))\n\"\"\"\(signs)"
  }

  /// One more number sign than the longest run in the text, so that neither an end nor an escape can be read into it.
  static func fence(for text: String) -> String {
    var longest = 0
    var run = 0
    for byte in text.utf8 {
      run = byte == UInt8(ascii: "#") ? run + 1 : 0
      longest = max(longest, run)
    }
    return String(repeating: "#", count: longest + 1)
  }

  /// Control characters become escapes: a compiler may change a carriage return and refuses a zero byte.
  private static func escaped(_ text: String, _ signs: String, keepingBreaks: Bool) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      let isKept = scalar == "\t" || (scalar == "\n" && keepingBreaks)
      if (scalar.value < 0x20 && !isKept) || (0x7f...0x9f).contains(scalar.value) || scalar.value == 0xfeff {
        out += "\\\(signs)u{\(String(scalar.value, radix: 16))}"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
