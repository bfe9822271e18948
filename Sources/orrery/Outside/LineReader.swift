import Glibc

/// Standard input line by line, as it comes.
struct LineReader {
  private var bytes: [UInt8] = []
  private var isAtEnd = false
  /// A longer line is no answer; the rest of it is dropped.
  private static let longest = 1 << 20

  /// The next line without its end, or nothing at the end of input; bytes that are no text are replaced.
  mutating func next() -> String? {
    var from = 0
    while true {
      if let end = bytes[from...].firstIndex(of: 0x0a) {
        let line = String(decoding: bytes[..<min(end, Self.longest)], as: UTF8.self)
        bytes.removeSubrange(...end)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
      }
      from = bytes.count
      if isAtEnd {
        guard !bytes.isEmpty else { return nil }
        defer { bytes = [] }
        return String(decoding: bytes, as: UTF8.self)
      }
      if bytes.count > Self.longest {
        bytes.removeSubrange(Self.longest...)
        from = bytes.count
      }
      fill()
    }
  }

  private mutating func fill() {
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    let count = read(STDIN_FILENO, &piece, piece.count)
    if count > 0 {
      bytes += piece[..<count]
    } else if count == 0 || errno != EINTR {
      isAtEnd = true
    }
  }
}
