/// Reads and writes addresses, so that `::1` and `0:0:0:0:0:0:0:1` are one answer.
enum Addresses {
  /// The bytes of an address: four, or sixteen.
  static func address(_ text: String) -> [UInt8]? {
    text.contains(":") ? sixteen(text) : four(text)
  }

  /// `10.0.0.0/8` in its one form; the bits after the prefix must be zero, since that is what a network is.
  static func network(_ text: String) -> String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let bytes = address(Normalise.trim(String(parts[0]))) else { return nil }
    guard let prefix = decimal(Substring(Normalise.trim(String(parts[1]))), upTo: bytes.count * 8) else { return nil }
    for bit in prefix..<(bytes.count * 8) where bytes[bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 { return nil }
    return "\(Addresses.text(bytes))/\(prefix)"
  }

  static func text(_ bytes: [UInt8]) -> String {
    if bytes.count == 4 { return bytes.map { "\($0)" }.joined(separator: ".") }
    return stride(from: 0, to: bytes.count, by: 2)
      .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
      .joined(separator: ":")
  }

  private static func four(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard let number = decimal(part, upTo: 255) else { return nil }
      bytes.append(UInt8(number))
    }
    return bytes
  }

  /// Digits alone, without a leading zero, which some programs take for octal.
  private static func decimal(_ text: Substring, upTo limit: Int) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 3, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    guard text.utf8.count == 1 || text.utf8.first != 0x30, let number = Int(text), number <= limit else { return nil }
    return number
  }

  private static func sixteen(_ text: String) -> [UInt8]? {
    guard let gap = doubleColon(text) else { return groups(Substring(text)).flatMap { $0.count == 16 ? $0 : nil } }
    let rest = text[text.index(gap, offsetBy: 2)...]
    guard let head = groups(text[..<gap]), let tail = groups(rest), head.count + tail.count <= 14 else { return nil }
    return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  private static func doubleColon(_ text: String) -> String.Index? {
    var last: Character? = nil
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == ":", last == ":" { return text.index(before: index) }
      last = text[index]
      index = text.index(after: index)
    }
    return nil
  }

  private static func groups(_ text: Substring) -> [UInt8]? {
    if text.isEmpty { return [] }
    var bytes: [UInt8] = []
    for part in text.split(separator: ":", omittingEmptySubsequences: false) {
      guard !part.isEmpty, part.utf8.count <= 4, part.utf8.allSatisfy({ JSONScanner.digit($0) != nil }),
        let number = UInt16(part, radix: 16)
      else { return nil }
      bytes.append(UInt8(number >> 8))
      bytes.append(UInt8(number & 0xff))
    }
    return bytes
  }
}
