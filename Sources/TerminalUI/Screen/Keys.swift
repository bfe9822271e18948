import Prose

/// One press of a key, or what was pasted at once.
public enum KeyPress: Equatable, Sendable {
  case character(Character)
  case paste(String)
  case enter
  case escape
  case tab
  case backspace
  case delete
  case up
  case down
  case left
  case right
  case home
  case end
  case pageUp
  case pageDown
  /// A letter with the Control key.
  case control(Character)
  /// A sequence that means nothing here.
  case unknown
}

/// Makes keys of the bytes that a terminal sends, in whatever pieces they come.
public struct KeyDecoder {
  private var bytes: [UInt8] = []
  private var pasted: [UInt8]? = nil

  public init() {}

  /// Whether a lone Escape, or the beginning of a sequence, waits for more.
  public var isWaiting: Bool { !bytes.isEmpty && pasted == nil }

  /// Longer sequences are no keys, and longer pastes no answers.
  private static let longest = 32
  private static let longestPaste = 1 << 16

  /// Takes bytes and gives the keys that are complete.
  public mutating func feed(_ more: some Sequence<UInt8>) -> [KeyPress] {
    bytes += more
    var keys: [KeyPress] = []
    while !bytes.isEmpty {
      if pasted != nil {
        guard takePaste(&keys) else { break }
      } else {
        guard let (key, count) = next() else { break }
        bytes.removeFirst(count)
        if let key { keys.append(key) }
      }
    }
    return keys
  }

  /// Says that nothing more has come for a while: an Escape that waited was a key.
  public mutating func flush() -> [KeyPress] {
    guard isWaiting else { return [] }
    let isEscape = bytes == [0x1b]
    bytes = []
    return [isEscape ? .escape : .unknown]
  }

  /// The first key and how many bytes it took; nothing while it is incomplete.
  private mutating func next() -> (key: KeyPress?, count: Int)? {
    switch bytes[0] {
    case 0x1b: return sequence()
    case 0x0d, 0x0a: return (.enter, 1)
    case 0x09: return (.tab, 1)
    case 0x08, 0x7f: return (.backspace, 1)
    case 0x01...0x1a:
      return (.control(Character(Unicode.Scalar(bytes[0] + 0x60))), 1)
    case 0..<0x20: return (.unknown, 1)
    default: return character()
    }
  }

  private func character() -> (key: KeyPress?, count: Int)? {
    let count: Int
    switch bytes[0] {
    case 0x20..<0x80: count = 1
    case 0xc2..<0xe0: count = 2
    case 0xe0..<0xf0: count = 3
    case 0xf0..<0xf5: count = 4
    default: return (.unknown, 1)
    }
    let have = bytes.prefix(count)
    for (place, byte) in have.enumerated() where place > 0 && !(0x80..<0xc0).contains(byte) { return (.unknown, place) }
    guard have.count == count else { return nil }
    guard let text = String(validating: have, as: UTF8.self), let first = text.first else { return (.unknown, count) }
    if let scalar = text.unicodeScalars.first, Clean.isHarmful(scalar) { return (nil, count) }
    return (.character(first), count)
  }

  private mutating func sequence() -> (key: KeyPress?, count: Int)? {
    guard bytes.count > 1 else { return nil }
    switch bytes[1] {
    case 0x5b: return control()
    case 0x4f:
      guard bytes.count > 2 else { return nil }
      return (Self.final(bytes[2], parameters: ""), 3)
    // Two escapes in a row: the first was a key.
    case 0x1b: return (.escape, 1)
    default: return (.unknown, 2)
    }
  }

  /// `ESC [ parameters final`.
  private mutating func control() -> (key: KeyPress?, count: Int)? {
    var place = 2
    while place < bytes.count, (0x20..<0x40).contains(bytes[place]) { place += 1 }
    guard place < bytes.count else { return bytes.count > Self.longest ? (.unknown, bytes.count) : nil }
    let parameters = String(decoding: bytes[2..<place], as: UTF8.self)
    let final = bytes[place]
    if final == UInt8(ascii: "~"), parameters == "200" {
      pasted = []
      return (nil, place + 1)
    }
    return (Self.final(final, parameters: parameters), place + 1)
  }

  private static func final(_ byte: UInt8, parameters: String) -> KeyPress {
    switch byte {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return .right
    case UInt8(ascii: "D"): return .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "M"): return .enter
    case UInt8(ascii: "~"):
      switch parameters.prefix(while: { $0 != ";" }) {
      case "1", "7": return .home
      case "3": return .delete
      case "4", "8": return .end
      case "5": return .pageUp
      case "6": return .pageDown
      default: return .unknown
      }
    default: return .unknown
    }
  }

  private static let endOfPaste: [UInt8] = [0x1b, 0x5b, 0x32, 0x30, 0x31, 0x7e]

  /// Takes what was pasted up to its end; false while the end has not come.
  private mutating func takePaste(_ keys: inout [KeyPress]) -> Bool {
    var place = 0
    while place < bytes.count {
      if bytes[place] == 0x1b {
        let rest = bytes[place...].prefix(Self.endOfPaste.count)
        if rest.elementsEqual(Self.endOfPaste) {
          keep(bytes[..<place])
          keys.append(.paste(Clean.line(String(decoding: pasted ?? [], as: UTF8.self))))
          pasted = nil
          bytes.removeFirst(place + Self.endOfPaste.count)
          return true
        }
        if rest.count < Self.endOfPaste.count, Self.endOfPaste.starts(with: rest) { break }
      }
      place += 1
    }
    keep(bytes[..<place])
    bytes.removeFirst(place)
    return false
  }

  private mutating func keep(_ more: ArraySlice<UInt8>) {
    let room = Self.longestPaste - (pasted?.count ?? 0)
    pasted?.append(contentsOf: more.prefix(max(0, room)))
  }
}
