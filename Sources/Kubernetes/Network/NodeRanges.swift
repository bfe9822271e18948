/// Gives every node a range of Pod addresses out of the cluster's (pkg/controller/nodeipam: cidrset).
///
/// The search goes on behind the range that was given last, so one that is given back is not taken again at once.
public struct NodeRanges: Sendable {
  private let cluster: CIDR
  private let prefix: UInt32
  private var taken: [Bool]
  private var next: Int = 0

  /// Nothing where the nodes' ranges are larger than the cluster's, or too many.
  public init?(_ cluster: CIDR, prefix: UInt32) {
    guard prefix >= cluster.prefix, prefix <= 32, prefix - cluster.prefix <= 16 else { return nil }
    self.cluster = cluster
    self.prefix = prefix
    taken = Array(repeating: false, count: 1 << Int(prefix - cluster.prefix))
  }

  public static var exhausted: String {
    "CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range"
  }

  /// The next free range; nothing where all are taken.
  public mutating func allocate() -> CIDR? {
    for step in taken.indices {
      let place = (next + step) % taken.count
      if taken[place] { continue }
      taken[place] = true
      next = (place + 1) % taken.count
      return range(place)
    }
    return nil
  }

  /// A range is free again.
  public mutating func release(_ range: CIDR) {
    for place in taken.indices where self.range(place) == range { taken[place] = false }
  }

  private func range(_ place: Int) -> CIDR {
    let offset = prefix == 32 ? UInt64(place) : UInt64(place) << UInt64(32 - prefix)
    return CIDR(base: IPv4(cluster.base.number &+ UInt32(truncatingIfNeeded: offset)), prefix: prefix)
  }
}
