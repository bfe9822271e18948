/// Cuts a stream of chunks into lines, and keeps only the line that is not yet complete.
public struct LineSplitter {
  /// One line without its end, and what is known of it for free.
  public struct Line {
    /// Only valid while it is being handled.
    public var bytes: UnsafeBufferPointer<UInt8>
    /// Counted from one.
    public var number: Int
    /// False only when every byte is ASCII.
    public var mayHoldUnicode: Bool
    /// Whether it stood at the end of the file without a line end.
    public var isOpen: Bool
    /// Whether it was longer than a line may be, and was dropped.
    public var isTooLong: Bool
  }

  /// A longer line is no answer: a million characters, every one escaped, are twelve million bytes.
  public static let longestLine = 64 << 20

  private var carry: [UInt8] = []
  private var number: Int = 0
  private var isSkipping: Bool = false
  private let limit: Int

  public init(longestLine limit: Int = LineSplitter.longestLine) {
    self.limit = limit
  }

  /// Takes a chunk and hands on every line that is complete.
  public mutating func feed(_ chunk: UnsafeRawBufferPointer, _ body: (Line) -> Void) {
    guard let start = chunk.baseAddress, !chunk.isEmpty else { return }
    let base = start.assumingMemoryBound(to: UInt8.self)
    var at = 0
    while at < chunk.count {
      let found = Self.lineEnd(base, from: at, to: chunk.count)
      guard let end = found.end else {
        keep(UnsafeBufferPointer(start: base + at, count: chunk.count - at))
        return
      }
      let piece = UnsafeBufferPointer(start: base + at, count: end - at)
      if carry.isEmpty, !isSkipping {
        number += 1
        hand(piece, found.high, body)
      } else {
        keep(piece)
        finish(isOpen: false, body)
      }
      at = end + 1
    }
  }

  /// Hands on what stands after the last line end, and begins a new file.
  public mutating func finish(_ body: (Line) -> Void) {
    if !carry.isEmpty || isSkipping { finish(isOpen: true, body) }
    number = 0
  }

  private mutating func finish(isOpen: Bool, _ body: (Line) -> Void) {
    number += 1
    let whole = carry
    let dropped = isSkipping
    carry = []
    isSkipping = false
    whole.withUnsafeBufferPointer { bytes in
      if dropped {
        body(Line(bytes: bytes, number: number, mayHoldUnicode: true, isOpen: isOpen, isTooLong: true))
      } else {
        hand(bytes, true, isOpen: isOpen, body)
      }
    }
  }

  private mutating func keep(_ piece: UnsafeBufferPointer<UInt8>) {
    if isSkipping { return }
    if carry.count + piece.count > limit {
      carry = []
      isSkipping = true
      return
    }
    carry.append(contentsOf: piece)
  }

  @inline(__always)
  private func hand(
    _ piece: UnsafeBufferPointer<UInt8>,
    _ mayHoldUnicode: Bool,
    isOpen: Bool = false,
    _ body: (Line) -> Void
  ) {
    var start = 0
    var count = piece.count
    if number == 1, count >= 3, piece[0] == 0xef, piece[1] == 0xbb, piece[2] == 0xbf { start = 3 }
    if count > start, piece[count - 1] == 0x0d { count -= 1 }
    let bytes = UnsafeBufferPointer(rebasing: piece[start..<count])
    body(
      Line(bytes: bytes, number: number, mayHoldUnicode: mayHoldUnicode, isOpen: isOpen, isTooLong: count > limit)
    )
  }

  private static func lineEnd(
    _ base: UnsafePointer<UInt8>,
    from start: Int,
    to count: Int
  ) -> (end: Int?, high: Bool) {
    var at = start
    var seen: UInt64 = 0
    while at + 8 <= count {
      let word = Words8.load(base, at)
      seen |= word
      let found = Words8.matches(word, 0x0a)
      if found != 0 { return (at + found.trailingZeroBitCount / 8, seen & Words8.highs != 0) }
      at += 8
    }
    while at < count {
      seen |= UInt64(base[at])
      if base[at] == 0x0a { return (at, seen & Words8.highs != 0) }
      at += 1
    }
    return (nil, true)
  }
}
