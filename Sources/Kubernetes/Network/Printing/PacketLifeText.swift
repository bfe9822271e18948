import Clockwork

extension PacketLife {
  /// One packet as a table of at most 80 columns: where it was, its headers, and what acted on it.
  func text(of number: Int) -> String {
    guard packets.indices.contains(number - 1) else {
      return packets.isEmpty ? "nothing has been sent\n" : "packets are numbered from 1 to \(packets.count)\n"
    }
    let rows = packets[number - 1]
    let name = rows.first?.before.label ?? ""
    var out = "packet \(number) of \(packets.count): \(name)\n"
    out += PacketLife.line(["hop", "place", "in", "out", "ttl", "mark"])
    for (place, row) in rows.enumerated() {
      let mark = row.mark == 0 ? "-" : RuleText.hex(row.mark)
      out += PacketLife.line(["\(place + 1)", row.place, row.input, row.output, row.timeToLive, mark])
      for line in row.lines { out += PacketLife.wrapped(line) }
    }
    return out
  }

  /// How wide the columns are that are followed by another.
  private static let widths = [3, 30, 14, 14, 6]

  private static func line(_ cells: [String]) -> String {
    var out = ""
    for (place, cell) in cells.enumerated() {
      let text = cell.isEmpty ? "-" : cell
      if !widths.indices.contains(place) {
        out += text
      } else {
        // A name that is too long is cut at its beginning, where names of Pods are alike.
        let room = widths[place]
        let short = text.count <= room ? text : "…" + text.suffix(room - 1)
        out += short + String(repeating: " ", count: room - short.count + 1)
      }
    }
    return trimmed(out) + "\n"
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.last == " " { rest = rest.dropLast() }
    return String(rest)
  }

  /// A word for what kind of line it is, and the line, broken at blanks.
  private static func wrapped(_ line: (head: String, text: String)) -> String {
    let room = 80 - 14
    var out = ""
    var current = ""
    for word in line.text.split(separator: " ") {
      if !current.isEmpty, current.count + 1 + word.count > room {
        out += row(out.isEmpty ? line.head : "", current)
        current = ""
      }
      current += current.isEmpty ? String(word) : " \(word)"
    }
    return out + row(out.isEmpty ? line.head : "", current)
  }

  private static func row(_ head: String, _ text: String) -> String {
    let padded = head + String(repeating: " ", count: max(0, 9 - head.count))
    return "    \(padded) \(text)\n"
  }
}

extension PacketLife.Row {
  /// `64`, or `64>63` where the hop counted.
  public var timeToLive: String {
    guard let old = before.datagram?.ttl, let new = packet.datagram?.ttl else { return "" }
    return old == new ? "\(new)" : "\(old)>\(new)"
  }

  /// The mark as the tools print it.
  public var markText: String { RuleText.hex(mark) }

  /// `0a:58:… > 0a:58:…`, as the frame left; nothing on a loopback interface.
  public var frame: String {
    packet.source == .zero && packet.destination == .zero ? "" : "\(packet.source.text) > \(packet.destination.text)"
  }

  /// `10.0.0.1:5000 > 10.0.0.2:80`, as the packet left.
  public var ends: String { PacketLife.Row.ends(packet) }

  /// As the packet came.
  public var endsBefore: String { PacketLife.Row.ends(before) }

  private static func ends(_ packet: Packet) -> String {
    guard let datagram = packet.datagram else { return "" }
    if datagram.transport == .icmp { return "\(datagram.source.text) > \(datagram.destination.text)" }
    let (source, destination) = (datagram.source.text, datagram.destination.text)
    return "\(source):\(datagram.sourcePort) > \(destination):\(datagram.destinationPort)"
  }

  /// What acted on the packet, for those who say it in words; jumps, which only lead on, are left out.
  public var facts: [Fact] {
    var out: [Fact] = []
    for stage in hop.stages {
      switch stage.kind {
      case .rule: if stage.decides { out.append(stage.fact) }
      case .policy, .bridged, .flooded, .translated, .routed, .asked, .delivered: out.append(stage.fact)
      case .tracked, .resolved, .learned, .up, .aged, .noted, .answered, .dropped: continue
      }
    }
    switch hop.outcome {
    case .lost, .waiting: out.append(hop.fact)
    case .sent, .delivered, .consumed: break
    }
    return out
  }

  /// Headers, then whatever decided something, with the line that it follows from.
  fileprivate var lines: [(head: String, text: String)] {
    var out: [(head: String, text: String)] = []
    if !frame.isEmpty { out.append(("frame", frame)) }
    out.append(("packet", ends))
    var way: [String] = []
    for stage in hop.stages {
      switch stage.kind {
      case .rule:
        // Jumps are the way to the rule that does something.
        if way.isEmpty, let hook = stage.hook { way.append(hook.rawValue) }
        if stage.chain != way.last { way.append(stage.chain) }
        if stage.decides {
          out.append((stage.table?.rawValue ?? "", way.joined(separator: " > ") + ":"))
          out.append(("", stage.line))
        }
        if stage.ends { way = [] }
      case .policy: out.append((stage.table?.rawValue ?? "", stage.line))
      default:
        way = []
        if let line = stage.lifeLine { out.append(line) }
      }
    }
    if case .lost(let loss) = hop.outcome { out.append(("lost", PacketLife.word(for: loss))) }
    if case .waiting(let address) = hop.outcome { out.append(("wait", "\(address.text)")) }
    return out
  }
}

extension Hop.Stage {
  /// Whether the rule changed the packet or ended its way; a jump only leads on.
  fileprivate var decides: Bool {
    switch did {
    case "DNAT", "SNAT", "MASQUERADE", "REDIRECT", "MARK", "DROP", "REJECT", "CT": true
    default: false
    }
  }

  /// Whether nothing of the table comes after it.
  fileprivate var ends: Bool { decides && did != "MARK" && did != "CT" || did == "ACCEPT" }

  /// The decision in the words of the tool that would show it.
  fileprivate var lifeLine: (head: String, text: String)? {
    switch kind {
    case .bridged: ("bridge", line)
    case .flooded: ("bridge", "flood \(did)")
    case .translated: ("nat", "\(line) -> \(did)")
    case .routed: ("route", line)
    case .resolved: ("neigh", line)
    case .asked: ("arp", line)
    case .delivered: ("socket", line)
    case .tracked: ("conntrack", did == "new" ? "new" : "known (\(did))")
    case .learned, .up, .rule, .policy, .aged, .noted, .answered, .dropped: nil
    }
  }
}

extension PacketLife {
  /// A loss in as few words as tools use.
  fileprivate static func word(for loss: Hop.Loss) -> String {
    switch loss {
    case .rule: "dropped by the rule"
    case .policy: "dropped by the policy"
    case .rejected: "refused by the rule"
    case .linkDown: "link down"
    case .otherHost: "other host"
    case .noRoute: "no route"
    case .blackhole: "blackhole route"
    case .unreachable: "unreachable route"
    case .notForwarding: "net.ipv4.ip_forward is 0"
    case .timeToLive: "time to live exceeded"
    case .tooLong: "longer than the MTU"
    case .martian: "martian address"
    case .reversePath: "rp_filter"
    case .unresolved: "neighbour FAILED"
    case .noListener: "no socket"
    case .hairpinOff: "hairpin off"
    case .tableFull: "nf_conntrack table full"
    case .noBridgePort: "no port of the bridge"
    case .duplicate: "duplicate"
    }
  }
}
