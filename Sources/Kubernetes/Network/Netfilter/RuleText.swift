import Clockwork

extension PacketRule {
  /// The rule as a line of `iptables-save`: `-A CHAIN …`.
  public func text(in chain: String) -> String { "-A \(chain)" + specification }

  /// What stands behind the name of the chain, with a space before each part.
  public var specification: String {
    var out = ""
    if let source { out += RuleText.not(source.isInverted) + " -s \(source.range.text)" }
    if let destination { out += RuleText.not(destination.isInverted) + " -d \(destination.range.text)" }
    if let input { out += RuleText.not(input.isInverted) + " -i \(input.name)" }
    if let output { out += RuleText.not(output.isInverted) + " -o \(output.name)" }
    if let transport { out += RuleText.not(transport.isInverted) + " -p \(transport.transport.text)" }
    for match in matches { out += match.text }
    if let target { out += target.text }
    return out
  }
}

extension RuleMatch {
  /// The match as `iptables-save` prints it, with a space before it.
  public var text: String {
    switch self {
    case .comment(let text): " -m comment --comment \(RuleText.quoted(text))"
    case .tcp(let source, let destination, let flags):
      " -m tcp" + RuleText.ports("--sport", source) + RuleText.ports("--dport", destination) + RuleText.flags(flags)
    case .udp(let source, let destination):
      " -m udp" + RuleText.ports("--sport", source) + RuleText.ports("--dport", destination)
    case .icmp(let type, let code, let isInverted):
      " -m icmp" + RuleText.not(isInverted) + " --icmp-type \(type)" + (code.map { "/\($0)" } ?? "")
    case .multiport(let side, let ports, let isInverted):
      " -m multiport" + RuleText.not(isInverted) + " --\(side.rawValue) "
        + ports.map { RuleText.range($0) }.joined(separator: ",")
    case .mark(let value, let mask, let isInverted):
      " -m mark" + RuleText.not(isInverted) + " --mark \(RuleText.hex(value))"
        + (mask == ~0 ? "" : "/\(RuleText.hex(mask))")
    case .connection(let states, let isInverted):
      " -m conntrack" + RuleText.not(isInverted) + " --ctstate \(states.text)"
    case .addressType(let source, let destination):
      " -m addrtype" + RuleText.type("--src-type", source) + RuleText.type("--dst-type", destination)
    case .chance(let share, let isInverted):
      " -m statistic --mode random" + RuleText.not(isInverted) + " --probability \(RuleText.probability(share))"
    case .nth(let every, let packet, let isInverted):
      " -m statistic --mode nth" + RuleText.not(isInverted) + " --every \(every) --packet \(packet)"
    case .recent(let recent): recent.text
    case .physicalDevice(let ports): ports.text
    }
  }
}

extension RuleMatch.ConnectionState {
  /// The states with their names, in the order in which they are printed.
  static let names: [(RuleMatch.ConnectionState, String)] = [
    (.invalid, "INVALID"), (.new, "NEW"), (.related, "RELATED"), (.established, "ESTABLISHED"),
    (.untracked, "UNTRACKED"), (.sourceTranslated, "SNAT"), (.destinationTranslated, "DNAT"),
  ]

  public var text: String {
    var words: [String] = []
    for (state, name) in RuleMatch.ConnectionState.names where contains(state) { words.append(name) }
    return words.joined(separator: ",")
  }
}

extension RuleMatch.Recent {
  var text: String {
    var out = " -m recent" + RuleText.not(isInverted) + " --\(operation.rawValue)"
    if seconds > 0 { out += " --seconds \(seconds)" }
    if isReaping { out += " --reap" }
    if hitCount > 0 { out += " --hitcount \(hitCount)" }
    return out + " --name \(name) --mask \(mask.text)" + (isDestination ? " --rdest" : " --rsource")
  }
}

extension RuleMatch.BridgePorts {
  var text: String {
    var out = " -m physdev"
    if let input { out += RuleText.not(input.isInverted) + " --physdev-in \(input.name)" }
    if let output { out += RuleText.not(output.isInverted) + " --physdev-out \(output.name)" }
    if let isIn { out += RuleText.not(!isIn) + " --physdev-is-in" }
    if let isBridged { out += RuleText.not(!isBridged) + " --physdev-is-bridged" }
    return out
  }
}

extension RuleTarget {
  /// The target as `iptables-save` prints it, with a space before it.
  public var text: String {
    switch self {
    case .accept: " -j ACCEPT"
    case .drop: " -j DROP"
    case .back: " -j RETURN"
    case .jump(let name): " -j \(name)"
    case .goto(let name): " -g \(name)"
    case .reject(let refusal): " -j REJECT --reject-with \(refusal.rawValue)"
    case .destination(let to): " -j DNAT --to-destination \(to.text)" + to.flags
    case .source(let to): " -j SNAT --to-source \(to.text)" + to.flags
    case .masquerade(let to): " -j MASQUERADE" + (to.portText.isEmpty ? "" : " --to-ports \(to.portText)") + to.flags
    case .redirect(let to): " -j REDIRECT" + (to.portText.isEmpty ? "" : " --to-ports \(to.portText)") + to.flags
    case .mark(let value, let mask): " -j MARK --set-xmark \(RuleText.hex(value))/\(RuleText.hex(mask))"
    case .noTrack: " -j CT --notrack"
    }
  }

  /// The first word of the target: what was done.
  public var name: String {
    switch self {
    case .accept: "ACCEPT"
    case .drop: "DROP"
    case .back: "RETURN"
    case .jump(let name), .goto(let name): name
    case .reject: "REJECT"
    case .destination: "DNAT"
    case .source: "SNAT"
    case .masquerade: "MASQUERADE"
    case .redirect: "REDIRECT"
    case .mark: "MARK"
    case .noTrack: "CT"
    }
  }
}

extension RuleTarget.Translation {
  var portText: String {
    guard let port else { return "" }
    if let lastPort, lastPort != port { return "\(port)-\(lastPort)" }
    return "\(port)"
  }

  var text: String {
    var out = address?.text ?? ""
    if let lastAddress, lastAddress != address { out += "-\(lastAddress.text)" }
    return portText.isEmpty ? out : out + ":" + portText
  }

  var flags: String {
    (isRandom ? " --random" : "") + (isFullyRandom ? " --random-fully" : "") + (isPersistent ? " --persistent" : "")
  }
}

/// The spellings that matches and targets share.
enum RuleText {
  static func not(_ isInverted: Bool) -> String { isInverted ? " !" : "" }

  static func hex(_ number: UInt32) -> String { "0x" + String(number, radix: 16) }

  static func range(_ ports: RuleMatch.Ports) -> String {
    ports.low == ports.high ? "\(ports.low)" : "\(ports.low):\(ports.high)"
  }

  static func ports(_ option: String, _ ports: RuleMatch.Ports?) -> String {
    guard let ports else { return "" }
    return not(ports.isInverted) + " \(option) " + range(ports)
  }

  static func type(_ option: String, _ test: RuleMatch.TypeTest?) -> String {
    guard let test else { return "" }
    return not(test.isInverted) + " \(option) \(test.type.rawValue)"
  }

  static let flagNames: [(Segment.Flags, String)] = [
    (.fin, "FIN"), (.syn, "SYN"), (.reset, "RST"), (.push, "PSH"), (.ack, "ACK"),
  ]

  static func names(_ flags: Segment.Flags) -> String {
    var words: [String] = []
    for (flag, name) in flagNames where flags.contains(flag) { words.append(name) }
    return words.isEmpty ? "NONE" : words.joined(separator: ",")
  }

  static func flags(_ test: RuleMatch.FlagTest?) -> String {
    guard let test else { return "" }
    return not(test.isInverted) + " --tcp-flags \(names(test.mask)) \(names(test.set))"
  }

  /// Eleven digits of a share, rounded as the tool does.
  static func probability(_ share: UInt32) -> String {
    var digits: [UInt64] = []
    var rest = UInt64(share)
    for _ in 0..<12 {
      digits.append(rest / 0x8000_0000)
      rest = rest % 0x8000_0000 * 10
    }
    var isCarrying = rest / 0x8000_0000 >= 5
    for place in digits.indices.reversed() where isCarrying {
      digits[place] += 1
      isCarrying = digits[place] == 10
      if isCarrying { digits[place] = 0 }
    }
    return "\(digits[0])." + digits[1...].map { "\($0)" }.joined()
  }

  /// Letters, digits, `_` and `-` need no quotes.
  static func quoted(_ text: String) -> String {
    var needsQuotes = text.isEmpty
    var out = ""
    for byte in text.unicodeScalars {
      switch byte {
      case "a"..."z", "A"..."Z", "0"..."9", "_", "-": break
      default: needsQuotes = true
      }
      if byte == "\"" || byte == "\\" || byte == "'" { out.unicodeScalars.append("\\") }
      out.unicodeScalars.append(byte)
    }
    return needsQuotes ? "\"\(out)\"" : out
  }
}
