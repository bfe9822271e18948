/// SplitMix64: a small generator whose every number follows from its seed.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct Random: Equatable, Sendable {
  public private(set) var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number in `0 ..< bound`; the bias of the modulus is below 2⁻³² for any bound a lesson uses.
  ///
  /// - Precondition: `bound` is positive.
  public mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "a bound must be positive")
    return Int(truncatingIfNeeded: (next() >> 33) % UInt64(bound))
  }

  /// A generator that shares nothing with this one, named by a word: the order of drawing elsewhere does not move it.
  public func stream(_ name: String) -> Random {
    var digest = Digest()
    digest.add(Int64(bitPattern: state))
    digest.add(name)
    return Random(seed: digest.value)
  }
}
