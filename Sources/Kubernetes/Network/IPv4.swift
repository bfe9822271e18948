/// An IPv4 address as a number.
public struct IPv4: Comparable, Sendable {
  public var number: UInt32

  public init(_ number: UInt32) { self.number = number }

  /// Reads `10.0.0.1`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var number: UInt32 = 0
    for part in parts {
      guard let octet = UInt32(part), octet < 256 else { return nil }
      number = number << 8 | octet
    }
    self.number = number
  }

  public var octets: [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
  }

  public var text: String { octets.map { "\($0)" }.joined(separator: ".") }

  public static func < (left: IPv4, right: IPv4) -> Bool { left.number < right.number }
}

/// A range of addresses such as `10.0.0.0/24`.
public struct CIDR: Equatable, Sendable {
  public let base: IPv4
  public let prefix: UInt32

  /// Reads a range; nil when it is none.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPv4(String(parts[0])), let prefix = UInt32(parts[1]), prefix <= 32 else {
      return nil
    }
    let mask: UInt32 = prefix == 0 ? 0 : ~UInt32(0) << (32 - prefix)
    base = IPv4(address.number & mask)
    self.prefix = prefix
  }

  public init(base: IPv4, prefix: UInt32) {
    let mask: UInt32 = prefix == 0 ? 0 : ~UInt32(0) << (32 - prefix)
    self.base = IPv4(base.number & mask)
    self.prefix = prefix
  }

  private var size: UInt64 { UInt64(1) << UInt64(32 - prefix) }

  /// The first address that a host may have; the bridge of a node takes it.
  public var first: IPv4 { IPv4(base.number &+ 1) }

  /// The last address that a host may have: the one after it is the broadcast address.
  public var last: IPv4 { IPv4(base.number &+ UInt32(truncatingIfNeeded: size < 4 ? size - 1 : size - 2)) }

  public func contains(_ address: IPv4) -> Bool {
    address.number >= base.number && UInt64(address.number) < UInt64(base.number) + size
  }

  public var text: String { "\(base.text)/\(prefix)" }
}
