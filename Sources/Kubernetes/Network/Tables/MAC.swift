import Clockwork

/// The hardware address of a network interface, as a number of 48 bits.
public struct MAC: Comparable, Sendable {
  public var number: UInt64

  public init(_ number: UInt64) { self.number = number & 0xffff_ffff_ffff }

  /// Reads six numbers of two digits with colons between; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6 else { return nil }
    var number: UInt64 = 0
    for part in parts {
      guard part.utf8.count == 2, let octet = UInt64(part, radix: 16) else { return nil }
      number = number << 8 | octet
    }
    self.number = number
  }

  /// The address that older bridge plugins made of a Pod's IPv4 address.
  public init(of address: IPv4) { self.init(0x0a58_0000_0000 | UInt64(address.number)) }

  /// The address of a virtual machine's card, of which the last two bytes read like its address does.
  public init(ofMachine address: IPv4) {
    var number: UInt64 = 0
    for octet in address.octets.suffix(2) {
      let rest = UInt64(octet) % 100
      number = number << 8 | ((rest / 10) << 4) | rest % 10
    }
    self.init(0x5254_0000_0000 | number)
  }

  public static let zero = MAC(0)
  public static let broadcast = MAC(0xffff_ffff_ffff)

  /// Whether a frame with this destination is for several stations.
  public var isGroup: Bool { number & 0x0100_0000_0000 != 0 }

  public var octets: [UInt8] {
    [40, 32, 24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
  }

  public var text: String {
    var out = ""
    for octet in octets {
      if !out.isEmpty { out += ":" }
      out += Digest.hexadecimal(UInt64(octet), digits: 2)
    }
    return out
  }

  public static func < (left: MAC, right: MAC) -> Bool { left.number < right.number }
}
