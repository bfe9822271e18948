/// Gives every different run of bytes a number, and keeps each only once.
///
/// A gradebook meets the same learner, question and answer a million times; numbers make that cost no memory.
struct Interner {
  private var arena: [UInt8] = []
  private var ends: [Int] = [0]
  private var hashes: [UInt64] = []
  private var slots: [Int32]
  private var mask: Int

  init() {
    slots = Array(repeating: -1, count: 256)
    mask = 255
  }

  /// How many bytes are kept.
  var size: Int { arena.count }

  /// The number of these bytes, and whether they are met for the first time.
  mutating func number(of bytes: UnsafeBufferPointer<UInt8>) -> (number: Int, isNew: Bool) {
    let hash = Interner.hash(bytes)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let found = Int(slots[slot])
      if found < 0 { break }
      if hashes[found] == hash, isSame(found, bytes) { return (found, false) }
      slot = (slot + 1) & mask
    }
    let number = hashes.count
    slots[slot] = Int32(number)
    hashes.append(hash)
    arena.append(contentsOf: bytes)
    ends.append(arena.count)
    if hashes.count * 2 > slots.count { grow() }
    return (number, true)
  }

  private func isSame(_ number: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = ends[number]
    let count = ends[number + 1] - start
    guard count == bytes.count else { return false }
    return arena.withUnsafeBufferPointer { kept in
      var at = 0
      while at + 8 <= count {
        if Interner.word(kept, start + at) != Interner.word(bytes, at) { return false }
        at += 8
      }
      while at < count {
        if kept[start + at] != bytes[at] { return false }
        at += 1
      }
      return true
    }
  }

  private mutating func grow() {
    mask = slots.count * 2 - 1
    slots = Array(repeating: -1, count: mask + 1)
    for number in hashes.indices {
      var slot = Int(truncatingIfNeeded: hashes[number]) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> UInt64 {
    guard let base = bytes.baseAddress else { return 0 }
    return UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
  }

  /// Eight bytes at a time, mixed so that every bit reaches the low ones.
  static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0x9e37_79b9_7f4a_7c15
    var at = 0
    while at + 8 <= bytes.count {
      hash = mix(hash ^ word(bytes, at))
      at += 8
    }
    var rest: UInt64 = 0
    while at < bytes.count {
      rest = rest << 8 | UInt64(bytes[at])
      at += 1
    }
    return mix(hash ^ rest)
  }

  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var value = value &* 0xbf58_476d_1ce4_e5b9
    value ^= value >> 32
    value = value &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 29)
  }
}

/// From a pair of numbers to a third: where the result of a learner in a question stands.
struct PairTable {
  private var keys: [UInt64]
  private var values: [Int32]
  private var count: Int = 0

  init() {
    keys = Array(repeating: .max, count: 256)
    values = Array(repeating: 0, count: 256)
  }

  /// What is kept for the pair; where nothing is, `new` is kept and nothing returned.
  mutating func value(_ first: Int, _ second: Int, orPut new: Int) -> Int? {
    let key = UInt64(truncatingIfNeeded: first) << 32 | UInt64(truncatingIfNeeded: second)
    var slot = Int(truncatingIfNeeded: Interner.mix(key)) & (keys.count - 1)
    while keys[slot] != .max {
      if keys[slot] == key { return Int(values[slot]) }
      slot = (slot + 1) & (keys.count - 1)
    }
    keys[slot] = key
    values[slot] = Int32(new)
    count += 1
    if count * 2 > keys.count { grow() }
    return nil
  }

  private mutating func grow() {
    let old = (keys, values)
    keys = Array(repeating: .max, count: old.0.count * 2)
    values = Array(repeating: 0, count: old.0.count * 2)
    for place in old.0.indices where old.0[place] != .max {
      var slot = Int(truncatingIfNeeded: Interner.mix(old.0[place])) & (keys.count - 1)
      while keys[slot] != .max { slot = (slot + 1) & (keys.count - 1) }
      keys[slot] = old.0[place]
      values[slot] = old.1[place]
    }
  }
}
