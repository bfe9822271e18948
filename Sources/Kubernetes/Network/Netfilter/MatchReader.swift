extension RuleReader {
  /// Reads what stands behind `-m NAME`.
  mutating func match(_ name: String) -> RuleMatch? {
    switch name {
    case "comment":
      _ = takes("--comment")
      return .comment(take())
    case "tcp", "udp": return ports(name)
    case "icmp": return icmp()
    case "multiport": return multiport()
    case "mark":
      let (isThere, isInverted) = takes(option: "--mark")
      guard isThere, let (value, mask) = masked(take()) else { return nil }
      return .mark(value, mask: mask ?? ~0, isInverted: isInverted)
    case "conntrack", "state":
      let (isThere, isInverted) = takes(option: name == "state" ? "--state" : "--ctstate")
      guard isThere, let states = states(take()) else { return nil }
      return .connection(states, isInverted: isInverted)
    case "addrtype": return addressType()
    case "statistic": return statistic()
    case "recent": return recent()
    case "physdev": return bridgePorts()
    default: return nil
    }
  }

  private mutating func ports(_ name: String) -> RuleMatch? {
    var source: RuleMatch.Ports?
    var destination: RuleMatch.Ports?
    var flags: RuleMatch.FlagTest?
    while problem.isEmpty {
      let sport = takes(option: "--sport")
      if sport.isThere {
        source = range(take(), sport.isInverted)
        continue
      }
      let dport = takes(option: "--dport")
      if dport.isThere {
        destination = range(take(), dport.isInverted)
        continue
      }
      let test = takes(option: "--tcp-flags")
      if test.isThere {
        let mask = self.flags(take())
        flags = RuleMatch.FlagTest(mask: mask, set: self.flags(take()), isInverted: test.isInverted)
        continue
      }
      let syn = takes(option: "--syn")
      guard syn.isThere else { break }
      flags = RuleMatch.FlagTest(mask: [.fin, .syn, .reset, .ack], set: .syn, isInverted: syn.isInverted)
    }
    return name == "tcp"
      ? .tcp(source: source, destination: destination, flags: flags) : .udp(source: source, destination: destination)
  }

  private mutating func range(_ text: String, _ isInverted: Bool) -> RuleMatch.Ports? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let low = UInt16(parts[0].isEmpty ? "0" : String(parts[0])) else {
      fail("cannot read port \"\(text)\"")
      return nil
    }
    guard parts.count == 2 else { return RuleMatch.Ports(low, isInverted: isInverted) }
    guard let high = UInt16(parts[1].isEmpty ? "65535" : String(parts[1])) else {
      fail("cannot read port \"\(text)\"")
      return nil
    }
    return RuleMatch.Ports(low, high, isInverted: isInverted)
  }

  private func flags(_ text: String) -> Segment.Flags {
    var flags: Segment.Flags = []
    for word in text.split(separator: ",") {
      for (flag, name) in RuleText.flagNames where name == word || word == "ALL" { flags.insert(flag) }
    }
    return flags
  }

  private mutating func icmp() -> RuleMatch? {
    let (isThere, isInverted) = takes(option: "--icmp-type")
    guard isThere else { return nil }
    let text = take()
    switch text {
    case "echo-request": return .icmp(type: 8, code: nil, isInverted: isInverted)
    case "echo-reply": return .icmp(type: 0, code: nil, isInverted: isInverted)
    default: break
    }
    let parts = text.split(separator: "/")
    guard let type = parts.first.flatMap({ UInt8($0) }) else { return nil }
    return .icmp(type: type, code: parts.count > 1 ? UInt8(parts[1]) : nil, isInverted: isInverted)
  }

  private mutating func multiport() -> RuleMatch? {
    for side in [RuleMatch.PortSide.source, .destination, .either] {
      let (isThere, isInverted) = takes(option: "--\(side.rawValue)")
      guard isThere else { continue }
      var list: [RuleMatch.Ports] = []
      for part in take().split(separator: ",") {
        if let ports = range(String(part), false) { list.append(ports) }
      }
      return .multiport(side, list, isInverted: isInverted)
    }
    return nil
  }

  func states(_ text: String) -> RuleMatch.ConnectionState? {
    var states: RuleMatch.ConnectionState = []
    for word in text.split(separator: ",") {
      guard let found = RuleMatch.ConnectionState.names.first(where: { $0.1 == word }) else { return nil }
      states.insert(found.0)
    }
    return states
  }

  private mutating func addressType() -> RuleMatch? {
    var source: RuleMatch.TypeTest?
    var destination: RuleMatch.TypeTest?
    while problem.isEmpty {
      let src = takes(option: "--src-type")
      if src.isThere {
        guard let type = RuleMatch.AddressType(rawValue: take()) else { return nil }
        source = RuleMatch.TypeTest(type, isInverted: src.isInverted)
        continue
      }
      let dst = takes(option: "--dst-type")
      guard dst.isThere else { break }
      guard let type = RuleMatch.AddressType(rawValue: take()) else { return nil }
      destination = RuleMatch.TypeTest(type, isInverted: dst.isInverted)
    }
    return .addressType(source: source, destination: destination)
  }

  private mutating func statistic() -> RuleMatch? {
    guard takes("--mode") else { return nil }
    if takes("random") {
      let (isThere, isInverted) = takes(option: "--probability")
      guard isThere, let share = RuleReader.share(take()) else { return nil }
      return .chance(share, isInverted: isInverted)
    }
    guard takes("nth") else { return nil }
    let (isThere, isInverted) = takes(option: "--every")
    guard isThere, let every = UInt32(take()), every > 0 else { return nil }
    var packet: UInt32 = 0
    if takes("--packet") { packet = UInt32(take()) ?? 0 }
    return .nth(every: every, packet: packet, isInverted: isInverted)
  }

  /// The kernel keeps a share as a number of 31 bits, rounded.
  static func share(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = UInt64(parts[0]), whole <= 1 else { return nil }
    var numerator = whole
    var denominator: UInt64 = 1
    for byte in parts.count > 1 ? Array(parts[1].utf8.prefix(12)) : [] {
      guard byte >= 48, byte <= 57 else { return nil }
      numerator = numerator * 10 + UInt64(byte - 48)
      denominator *= 10
    }
    return RuleMatch.share(min(numerator, denominator), of: denominator)
  }

  private mutating func recent() -> RuleMatch? {
    var recent: RuleMatch.Recent?
    for operation in [RuleMatch.Recent.Operation.set, .rcheck, .update, .remove] where recent == nil {
      let (isThere, isInverted) = takes(option: "--\(operation.rawValue)")
      if isThere {
        recent = RuleMatch.Recent(operation, name: "DEFAULT")
        recent?.isInverted = isInverted
      }
    }
    guard var found = recent else { return nil }
    while problem.isEmpty {
      if takes("--seconds") {
        found.seconds = Int64(take()) ?? 0
      } else if takes("--reap") {
        found.isReaping = true
      } else if takes("--hitcount") {
        found.hitCount = Int(take()) ?? 0
      } else if takes("--name") {
        found.name = take()
      } else if takes("--mask") {
        guard let mask = IPv4(take()) else { return nil }
        found.mask = mask
      } else if takes("--rdest") {
        found.isDestination = true
      } else if !takes("--rsource") {
        break
      }
    }
    return .recent(found)
  }

  private mutating func bridgePorts() -> RuleMatch? {
    var ports = RuleMatch.BridgePorts()
    while problem.isEmpty {
      let input = takes(option: "--physdev-in")
      if input.isThere {
        ports.input = PacketRule.DeviceTest(take(), isInverted: input.isInverted)
        continue
      }
      let output = takes(option: "--physdev-out")
      if output.isThere {
        ports.output = PacketRule.DeviceTest(take(), isInverted: output.isInverted)
        continue
      }
      let come = takes(option: "--physdev-is-in")
      if come.isThere {
        ports.isIn = !come.isInverted
        continue
      }
      let bridged = takes(option: "--physdev-is-bridged")
      guard bridged.isThere else { break }
      ports.isBridged = !bridged.isInverted
    }
    return .physicalDevice(ports)
  }

  /// `0x4000/0x4000`, or a number alone.
  func masked(_ text: String) -> (UInt32, UInt32?)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let value = RuleReader.number(parts[0]) else { return nil }
    guard parts.count == 2 else { return (value, nil) }
    guard let mask = RuleReader.number(parts[1]) else { return nil }
    return (value, mask)
  }

  static func number(_ text: Substring) -> UInt32? {
    text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
  }
}
