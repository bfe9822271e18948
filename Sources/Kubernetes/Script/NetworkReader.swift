import Clockwork

/// A line `send URL from POD|NODE|outside`: what somebody types there, before names are looked up.
public struct SendLine: Equatable, Sendable {
  public enum Target: Equatable, Sendable {
    case address(IPv4)
    /// A name, which the client looks up as it would anywhere.
    case name(String)
    /// `svc/NAME`, `pod/NAME` or `node/NAME`: whoever types it has looked the address up.
    case object(ObjectKey)
  }

  /// The program that is started; dig and nslookup only look a name up.
  public enum Tool: String, Equatable, Sendable {
    case curl
    case dig
    case nslookup
  }

  public var text: String
  public var tool: Tool = .curl
  /// What kind of record dig asks for.
  public var kind: DNSMessage.Kind = .address
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
      let text = String(name)
      guard let address = IPv4(text) else {
        guard isName(text) else { throw wrong }
        return line(url.text, transport, .name(text), port, path, String(rest[..<slash]), words[2].text)
      }
      target = .address(address)
    }
    return line(url.text, transport, target, port, path, String(rest[..<slash]), words[2].text)
  }

  private static func line(
    _ text: String,
    _ transport: TransportProtocol,
    _ target: SendLine.Target,
    _ port: UInt16?,
    _ path: String,
    _ host: String,
    _ client: String
  ) -> SendLine {
    SendLine(text: text, transport: transport, target: target, port: port, path: path, host: host, client: client)
  }

  /// `dig NAME [A|AAAA|SRV] from POD|NODE|outside`, and `nslookup NAME from …`.
  static func lookup(_ words: [Word], _ verb: Word) throws(Mistake) -> SendLine {
    let isDig = verb.text == "dig"
    let usage = isDig ? "dig NAME [A|AAAA|SRV] from POD|NODE|outside" : "nslookup NAME from POD|NODE|outside"
    let hasKind = isDig && words.count == 4
    guard words.count == (hasKind ? 4 : 3), words[words.count - 2].text == "from" else {
      throw Mistake("script.usage", verb, [("usage", usage)])
    }
    guard isName(words[0].text) else { throw Mistake("script.send.name", words[0], [("text", words[0].text)]) }
    var line = line(words[0].text, .udp, .name(words[0].text), 53, "", "", words[words.count - 1].text)
    line.tool = isDig ? .dig : .nslookup
    if hasKind {
      guard let kind = DNSMessage.Kind(rawValue: words[1].text), kind != .alias, kind != .authority else {
        throw Mistake("script.usage", words[1], [("usage", usage)])
      }
      line.kind = kind
    }
    return line
  }

  /// Labels of letters, digits, `-` and `_`, as names of machines and Services have them.
  private static func isName(_ text: String) -> Bool {
    let whole = text.hasSuffix(".") ? text.dropLast() : text[...]
    guard !whole.isEmpty, text.utf8.count < 254 else { return false }
    return whole.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      !label.isEmpty && label.utf8.count < 64
        && label.utf8.allSatisfy { byte in
          byte >= 97 && byte <= 122 || byte >= 65 && byte <= 90 || byte >= 48 && byte <= 57 || byte == 45 || byte == 95
        }
    }
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
