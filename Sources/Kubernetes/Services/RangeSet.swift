/// The ranges of Pod addresses that a cluster has to give to its nodes, and which of them are given.
public struct RangeSet: Equatable, Sendable {
  public let whole: CIDR
  /// The size of a node's range (`--node-cidr-mask-size`).
  public let prefix: UInt32
  private var used: [Bool]
  private var next = 0

  public init(_ whole: CIDR, prefix: UInt32) {
    self.whole = whole
    self.prefix = max(whole.prefix, min(prefix, 32))
    used = [Bool](repeating: false, count: Int(UInt32(1) << min(self.prefix - whole.prefix, 24)))
  }

  /// The next free range behind the one that was given last; nothing where none is left.
  public mutating func allocate() -> CIDR? {
    for step in used.indices {
      let candidate = (next + step) % used.count
      if used[candidate] { continue }
      used[candidate] = true
      next = (candidate + 1) % used.count
      return range(candidate)
    }
    return nil
  }

  /// Marks a range that a node has already.
  public mutating func occupy(_ range: CIDR) { set(range, true) }

  /// Takes a range back from a node that is gone.
  public mutating func release(_ range: CIDR) { set(range, false) }

  private mutating func set(_ range: CIDR, _ isUsed: Bool) {
    guard whole.contains(range.base), range.prefix >= whole.prefix else { return }
    let first = Int((range.base.number - whole.base.number) >> (32 - prefix))
    // A range that is larger than a node's covers several.
    let count = range.prefix >= prefix ? 1 : Int(UInt32(1) << (prefix - range.prefix))
    for place in first..<min(first + count, used.count) { used[place] = isUsed }
  }

  private func range(_ place: Int) -> CIDR {
    CIDR(base: IPv4(whole.base.number + UInt32(place) << (32 - prefix)), prefix: prefix)
  }
}
