import Clockwork

// The bytes of a frame, as they would stand on a wire (RFC 791, 792, 793, 768, 826).
extension Packet {
  /// The Ethernet frame without its check sequence; short frames are not filled up, as captures show those that are sent.
  public var bytes: [UInt8] {
    var out = destination.octets + source.octets
    switch payload {
    case .arp(let message): out += [0x08, 0x06] + message.bytes
    case .ip(let datagram): out += [0x08, 0x00] + datagram.bytes
    }
    return out
  }
}

extension ARP {
  fileprivate var bytes: [UInt8] {
    let head: [UInt8] = [0, 1, 0x08, 0, 6, 4, 0, isReply ? 2 : 1]
    return head + senderMAC.octets + sender.octets + targetMAC.octets + target.octets
  }
}

extension Datagram {
  fileprivate var bytes: [UInt8] {
    let head = IPv4Header(self).bytes
    switch content {
    case .tcp(let segment): return head + segment.bytes(from: source, to: destination)
    case .udp(let message): return head + message.bytes(from: source, to: destination)
    case .icmp(let message): return head + message.bytes
    }
  }
}

/// The twenty bytes before what a datagram carries.
private struct IPv4Header {
  var length: Int
  var identification: UInt16
  var isDontFragment: Bool
  var ttl: UInt8
  var transport: TransportProtocol
  var source: IPv4
  var destination: IPv4

  init(_ datagram: Datagram) {
    length = datagram.length
    identification = datagram.identification
    isDontFragment = datagram.isDontFragment
    ttl = datagram.ttl
    transport = datagram.transport
    source = datagram.source
    destination = datagram.destination
  }

  init(_ quoted: ICMPMessage.Quoted) {
    length = quoted.length
    identification = quoted.identification
    isDontFragment = quoted.isDontFragment
    ttl = quoted.ttl
    transport = quoted.transport
    source = quoted.source
    destination = quoted.destination
  }

  var bytes: [UInt8] {
    var out: [UInt8] = [0x45, 0] + UInt16(truncatingIfNeeded: length).octets + identification.octets
    out += [isDontFragment ? 0x40 : 0, 0, ttl, transport.rawValue, 0, 0]
    out += source.octets + destination.octets
    out.fill(checksum: InternetChecksum.of(out), at: 10)
    return out
  }
}

extension Segment {
  fileprivate func bytes(from source: IPv4, to destination: IPv4) -> [UInt8] {
    var out = sourcePort.octets + destinationPort.octets + sequence.octets + acknowledgement.octets
    out += [UInt8(headerLength / 4) << 4, flags.rawValue] + Segment.window.octets + [0, 0, 0, 0]
    if flags.contains(.syn) { out += [2, 4] + Segment.maximumSize.octets }
    out += Array(data.utf8) + [UInt8](repeating: 0, count: padding)
    let sum = InternetChecksum.of(out, from: source, to: destination, .tcp)
    out.fill(checksum: sum, at: 16)
    return out
  }

  static let window: UInt16 = 64_240
  static let maximumSize: UInt16 = 1460
}

extension UDPMessage {
  fileprivate func bytes(from source: IPv4, to destination: IPv4) -> [UInt8] {
    let content = bytes
    let length = UInt16(truncatingIfNeeded: 8 + content.count)
    var out = sourcePort.octets + destinationPort.octets + length.octets + [0, 0] + content
    let sum = InternetChecksum.of(out, from: source, to: destination, .udp)
    // Zero would say that there is no checksum.
    out.fill(checksum: sum == 0 ? 0xffff : sum, at: 6)
    return out
  }
}

extension ICMPMessage {
  fileprivate var bytes: [UInt8] {
    let numbers = kind.numbers
    var out: [UInt8] = [numbers.type, numbers.code, 0, 0]
    if let quoted {
      out += [0, 0] + (kind == .fragmentationNeeded ? UInt16(truncatingIfNeeded: mtu) : 0).octets
      out += quoted.bytes.prefix(ICMPMessage.quotedAtMost)
    } else {
      out += identifier.octets + sequence.octets + ICMPMessage.filling
    }
    out.fill(checksum: InternetChecksum.of(out), at: 2)
    return out
  }

  /// What ping sends along: 56 bytes.
  private static let filling = (0..<56).map { UInt8($0) }
}

extension ICMPMessage.Quoted {
  fileprivate var bytes: [UInt8] {
    let head = IPv4Header(self).bytes
    switch content {
    case .tcp(let segment): return head + segment.bytes(from: source, to: destination)
    case .udp(let message): return head + message.bytes(from: source, to: destination)
    case .icmp(let kind, let identifier, let sequence):
      return head + ICMPMessage(kind, identifier: identifier, sequence: sequence).bytes
    }
  }
}

/// The sum of RFC 1071: ones' complement of the sum of all pairs of bytes.
enum InternetChecksum {
  static func of(_ bytes: [UInt8]) -> UInt16 { fold(sum(bytes)) }

  /// With the pseudo header that TCP and UDP count in.
  static func of(
    _ bytes: [UInt8],
    from source: IPv4,
    to destination: IPv4,
    _ transport: TransportProtocol
  ) -> UInt16 {
    let pseudo = source.octets + destination.octets + [0, transport.rawValue]
    return fold(sum(pseudo) + UInt64(bytes.count) + sum(bytes))
  }

  private static func sum(_ bytes: [UInt8]) -> UInt64 {
    var total: UInt64 = 0
    for (place, byte) in bytes.enumerated() { total += place % 2 == 0 ? UInt64(byte) << 8 : UInt64(byte) }
    return total
  }

  private static func fold(_ total: UInt64) -> UInt16 {
    var rest = total
    while rest >> 16 != 0 { rest = rest & 0xffff + rest >> 16 }
    return ~UInt16(rest)
  }
}

extension FixedWidthInteger {
  /// The bytes of the number, the highest first, as networks send it.
  var octets: [UInt8] {
    var out: [UInt8] = []
    var shift = Self.bitWidth - 8
    while shift >= 0 {
      out.append(UInt8(truncatingIfNeeded: self >> Self(shift)))
      shift -= 8
    }
    return out
  }
}

extension [UInt8] {
  fileprivate mutating func fill(checksum: UInt16, at place: Int) {
    self[place] = UInt8(checksum >> 8)
    self[place + 1] = UInt8(truncatingIfNeeded: checksum)
  }
}
