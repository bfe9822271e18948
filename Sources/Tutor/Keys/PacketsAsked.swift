import Kubernetes

/// What an author asks of packets and of the tables that move them.
///
/// `packet at pod/web` is the last frame that passed an interface there, `packet SYN at node1 on eth0` the last of that
/// kind on one interface; its fields have the names that tshark gives them, such as `ip.ttl` and `eth.dst`. `send` is
/// the last line `send`, `dig` or `nslookup` with `outcome`, `exit` and `output`. `ip route node1` and the other lines
/// that look at a network have `output` as kubectl has it, `lines` (all of them, or `lines['-j DNAT']` those that hold a
/// text), and `default.via` for the word after `via` in the first line that begins with `default`.
///
/// With `.owner` behind it, the field of an address says whose it is: `pod/web`, `node1`, `cni0@node1`.
enum PacketsAsked: Equatable {
  case packet(kind: String?, place: String, device: String?)
  case view(String)
  case send

  private static let views = ["ip", "bridge", "iptables-save", "conntrack", "ss", "tcpdump"]

  /// Whether the text is about packets at all, in whatever cluster.
  static func isMeant(_ text: String) -> Bool {
    let word = String(text.prefix { $0 != " " })
    return text == "send" || word == "packet" || (views.contains(word) && text != word)
  }

  /// Nothing where the text is wrong, or names a place without a network.
  init?(_ text: String, in simulation: Simulation) {
    var words = text.split(separator: " ").map(String.init)[...]
    guard words.first == "packet" else {
      if text == "send" {
        self = .send
      } else if simulation.networkText(text) != nil {
        self = .view(text)
      } else {
        return nil
      }
      return
    }
    words = words.dropFirst()
    var kind: String?
    if let word = words.first, word != "at" {
      kind = word
      words = words.dropFirst()
    }
    guard words.first == "at", let place = words.dropFirst().first else { return nil }
    let rest = words.dropFirst(2)
    guard rest.isEmpty || (rest.count == 2 && rest.first == "on"), simulation.hasNetwork(at: place) else { return nil }
    self = .packet(kind: kind, place: place, device: rest.last)
  }

  /// What stands there; nothing where the field is none, or no such packet was seen.
  func text(_ field: String, in simulation: Simulation) -> String? {
    guard field.hasSuffix(".owner") else { return plain(field, in: simulation) }
    guard let address = plain(String(field.dropLast(".owner".count)), in: simulation) else { return nil }
    return simulation.owner(of: address) ?? address
  }

  private func plain(_ field: String, in simulation: Simulation) -> String? {
    switch self {
    case .packet(let kind, let place, let device):
      guard let found = simulation.lastPacket(kind, at: place, on: device) else { return nil }
      if field == "frame.interface_name" { return found.device }
      return found.packet.field(field)
    case .send:
      guard let sent = simulation.lastSent else { return nil }
      let path = Asked.path(field)
      switch path.first {
      case "outcome": return sent.word
      case "exit": return "\(sent.status)"
      case "output": return Asked.part(path.dropFirst().map { Int($0) }, of: sent.text)
      default: return nil
      }
    case .view(let line): return simulation.networkText(line).flatMap { PacketsAsked.field(field, of: $0) }
    }
  }

  private static func field(_ field: String, of text: String) -> String? {
    let path = Asked.path(field)
    let lines = text.split(separator: "\n").map(String.init)
    switch path.first {
    case "lines":
      guard let wanted = path.dropFirst().first else { return "\(lines.count)" }
      return "\(lines.count { $0.contains(wanted) })"
    case "output": return Asked.part(path.dropFirst().map { Int($0) }, of: text)
    default: break
    }
    guard path.count == 2 else { return nil }
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      guard words.first == path[0], let place = words.firstIndex(of: path[1]) else { continue }
      return words.dropFirst(place + 1).first
    }
    return nil
  }
}
