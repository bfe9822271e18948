/// Walks over the JSON of one line without building anything.
///
/// Nesting is counted, not recursed into, so that a hostile line costs no stack.
struct JSONScanner {
  enum Failure: Error, Equatable {
    case end
    case bad(Int)
    case control(Int)
    case deep(Int)
  }

  static let deepest = 512

  let base: UnsafePointer<UInt8>
  let count: Int
  var at: Int = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, base: UnsafePointer<UInt8>) {
    self.base = base
    count = bytes.count
  }

  @inline(__always)
  mutating func skipSpace() {
    while at < count {
      let byte = base[at]
      if byte > 0x20 || (byte != 0x20 && byte != 0x09 && byte != 0x0d && byte != 0x0a) { return }
      at += 1
    }
  }

  @inline(__always)
  mutating func peek() throws(Failure) -> UInt8 {
    guard at < count else { throw .end }
    return base[at]
  }

  @inline(__always)
  mutating func expect(_ byte: UInt8) throws(Failure) {
    guard at < count else { throw .end }
    guard base[at] == byte else { throw .bad(at) }
    at += 1
  }

  /// Skips a string from its opening quote and says where its inside lies.
  @inline(__always)
  mutating func string() throws(Failure) -> Slice {
    try expect(0x22)
    let start = at
    var escaped = false
    while true {
      while at + 8 <= count {
        let word = Words8.load(base, at)
        let stops = Words8.matches(word, 0x22) | Words8.matches(word, 0x5c) | Words8.controls(word)
        if stops != 0 {
          at += stops.trailingZeroBitCount / 8
          break
        }
        at += 8
      }
      guard at < count else { throw .end }
      let byte = base[at]
      if byte == 0x22 {
        at += 1
        return Slice(start: start, end: at - 1, kind: escaped ? .escaped : .string)
      }
      if byte == 0x5c {
        escaped = true
        try escape()
      } else if byte < 0x20 {
        throw .control(at)
      } else {
        at += 1
      }
    }
  }

  private mutating func escape() throws(Failure) {
    at += 1
    switch try peek() {
    case 0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74: at += 1
    case 0x75:
      at += 1
      for _ in 0..<4 {
        guard JSONScanner.digit(try peek()) != nil else { throw .bad(at) }
        at += 1
      }
    default: throw .bad(at)
    }
  }

  static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
  }

  private mutating func number() throws(Failure) -> Slice {
    let start = at
    var kind = Slice.Kind.integer
    if base[at] == 0x2d { at += 1 }
    let first = try peek()
    guard first >= 0x30, first <= 0x39 else { throw .bad(at) }
    at += 1
    if first != 0x30 { digits() }
    if at < count, base[at] == 0x2e {
      kind = .number
      at += 1
      let digit = try peek()
      guard digit >= 0x30, digit <= 0x39 else { throw .bad(at) }
      digits()
    }
    if at < count, base[at] | 0x20 == 0x65 {
      kind = .number
      at += 1
      if at < count, base[at] == 0x2b || base[at] == 0x2d { at += 1 }
      let digit = try peek()
      guard digit >= 0x30, digit <= 0x39 else { throw .bad(at) }
      digits()
    }
    return Slice(start: start, end: at, kind: kind)
  }

  @inline(__always)
  private mutating func digits() {
    while at < count, base[at] >= 0x30, base[at] <= 0x39 { at += 1 }
  }

  private mutating func word(_ text: StaticString, _ kind: Slice.Kind) throws(Failure) -> Slice {
    let start = at
    for place in 0..<text.utf8CodeUnitCount { try expect(text.utf8Start[place]) }
    return Slice(start: start, end: at, kind: kind)
  }

  /// Skips any value; strings come without their quotes, everything else whole.
  mutating func value() throws(Failure) -> Slice {
    switch try peek() {
    case 0x22: return try string()
    case 0x5b: return try nested(.list)
    case 0x7b: return try nested(.map)
    case 0x2d, 0x30...0x39: return try number()
    case 0x74: return try word("true", .yes)
    case 0x66: return try word("false", .no)
    case 0x6e: return try word("null", .null)
    default: throw .bad(at)
    }
  }

  private mutating func nested(_ kind: Slice.Kind) throws(Failure) -> Slice {
    let start = at
    /// What is open, innermost last: true for a map.
    var open: [Bool] = []
    while true {
      // Here a value is due.
      skipSpace()
      let byte = try peek()
      if byte == 0x5b || byte == 0x7b {
        if open.count >= JSONScanner.deepest { throw .deep(at) }
        at += 1
        open.append(byte == 0x7b)
        skipSpace()
        if try peek() != (byte == 0x7b ? 0x7d : 0x5d) {
          if byte == 0x7b { try name() }
          continue
        }
        at += 1
        open.removeLast()
      } else {
        _ = try value()
      }
      if try closes(&open) { return Slice(start: start, end: at, kind: kind) }
    }
  }

  /// After a value: closes what ends here, and stops where the next value is due; true when all is closed.
  private mutating func closes(_ open: inout [Bool]) throws(Failure) -> Bool {
    while let isMap = open.last {
      skipSpace()
      let byte = try peek()
      if byte == 0x2c {
        at += 1
        skipSpace()
        if isMap { try name() }
        return false
      }
      guard byte == (isMap ? 0x7d : 0x5d) else { throw .bad(at) }
      at += 1
      open.removeLast()
    }
    return true
  }

  private mutating func name() throws(Failure) {
    _ = try string()
    skipSpace()
    try expect(0x3a)
  }
}

/// Where a value stands in its line.
struct Slice: Equatable {
  enum Kind: UInt8 {
    case none
    case string
    /// A string in which escapes stand.
    case escaped
    case integer
    case number
    case yes
    case no
    case null
    case list
    case map
    /// A list of strings, some with escapes.
    case escapedList
  }

  var start: Int
  var end: Int
  var kind: Kind

  static let none = Slice(start: 0, end: 0, kind: .none)

  var count: Int { end - start }
}
