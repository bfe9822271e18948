import Clockwork

/// A line `send URL from POD|NODE|outside`: what somebody types there, before names are looked up.
public struct SendLine: Equatable, Sendable {
  public enum Target: Equatable, Sendable {
    case address(IPv4)
    /// `svc/NAME`, `pod/NAME` or `node/NAME`: whoever types it has looked the address up.
    case object(ObjectKey)
  }

  public var text: String
  public var transport: TransportProtocol
  public var target: Target
  /// Nothing where the Service's own port is meant.
  public var port: UInt16?
  public var path: String
  public var host: String
  /// `outside`, a node's name, or a Pod's with its namespace where that is not `default`.
  public var client: String
}

/// Reads `send` and the lines that look at networks.
enum NetworkReader {
  static let usage = "send URL from POD|NODE|outside"

  static func send(_ words: [Word], _ verb: Word) throws(Mistake) -> SendLine {
    guard words.count == 3, words[1].text == "from" else { throw Mistake("script.usage", verb, [("usage", usage)]) }
    let url = words[0]
    var rest = url.text[...]
    var transport = TransportProtocol.tcp
    for (scheme, meant) in [("http://", TransportProtocol.tcp), ("tcp://", .tcp), ("udp://", .udp), ("ping://", .icmp)]
    where rest.hasPrefix(scheme) {
      transport = meant
      rest = rest.dropFirst(scheme.utf8.count)
    }
    let wrong = Mistake("script.send.url", url, [("text", url.text)])
    var kind: Kind?
    for (prefix, meant) in [("svc/", Kind.service), ("pod/", .pod), ("node/", .node)] where rest.hasPrefix(prefix) {
      kind = meant
      rest = rest.dropFirst(prefix.utf8.count)
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    let path = slash == rest.endIndex ? "/" : String(rest[slash...])
    let parts = rest[..<slash].split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty, parts.count <= 2 else { throw wrong }
    var port: UInt16?
    if parts.count == 2 {
      guard let number = UInt16(parts[1]), number > 0 else { throw wrong }
      port = number
    }
    let target: SendLine.Target
    if let kind {
      target = .object(key(String(name), kind))
    } else {
      guard let address = IPv4(String(name)) else { throw wrong }
      target = .address(address)
    }
    return SendLine(
      text: url.text,
      transport: transport,
      target: target,
      port: port,
      path: path,
      host: String(rest[..<slash]),
      client: words[2].text
    )
  }

  /// `NAME`, or `NAME.NAMESPACE` as names of Services are written.
  private static func key(_ name: String, _ kind: Kind) -> ObjectKey {
    if kind == .node { return ObjectKey(.node, "", name) }
    guard let (first, second) = ScriptText.pair(name, at: ".") else { return ObjectKey(kind, "default", name) }
    return ObjectKey(kind, second, first)
  }

  static func hops(_ words: [Word], _ verb: Word) throws(Mistake) -> ScriptLine.View {
    if words.isEmpty { return .hops(packet: 1) }
    guard words.count == 1, let number = Int(words[0].text), number > 0 else {
      throw Mistake("script.usage", verb, [("usage", "hops [NUMBER]")])
    }
    return .hops(packet: number)
  }

  static func view(_ words: [Word], _ verb: Word) throws(Mistake) -> ScriptLine.View {
    let known: [(words: [String], what: ScriptLine.NetworkView)] = [
      (["ip", "addr"], .addresses), (["ip", "route"], .routes), (["ip", "neigh"], .neighbours),
      (["bridge", "fdb"], .forwarding), (["iptables-save"], .rules), (["conntrack"], .connections),
      (["ss"], .sockets), (["tcpdump"], .capture),
    ]
    let all = [verb.text] + words.map { $0.text }.filter { !$0.hasPrefix("-") }
    for entry in known where all.count == entry.words.count + 1 && all.dropLast().elementsEqual(entry.words) {
      return .network(entry.what, place: all[all.count - 1])
    }
    let usage =
      verb.text == "ip"
      ? "ip addr|route|neigh NODE|POD" : verb.text == "bridge" ? "bridge fdb NODE" : "\(verb.text) NODE|POD"
    throw Mistake("script.usage", verb, [("usage", usage)])
  }
}
