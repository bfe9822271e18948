import Clockwork

/// The network plugin gives a sandbox its interface and an address of the node's own range, and takes it back.
///
/// It is a program that the runtime starts; it never hears of a Service.
public struct CNI: Component {
  public typealias Model = Kube

  /// One end in the sandbox, the other on the node.
  struct Attachment: Equatable, Sendable {
    var pod: ObjectKey
    var ip: IPv4
    var mac: String
    var veth: String
  }

  // MARK: State

  public let name: String
  public let role = Kube.Role.network
  let plugin: String
  let version: Version
  /// The node's range of Pod addresses.
  let range: CIDR?
  /// What ADD says instead of working; empty while all is well.
  public var failure = ""
  /// By sandbox, as host-local's files are.
  private(set) var attachments: Table<String, Attachment> = [:]
  /// host-local goes on from the address it reserved last.
  private(set) var lastReserved: IPv4?
  private var inbox = Inbox<Message>()
  private var random: Random
  /// Whose tables it writes; nothing where no kernel moves packets.
  private let kernel: Address?
  /// The first Pod of a node brings its bridge about.
  private var hasBridge = false

  public init(
    node: String,
    plugin: String,
    podCIDR: String,
    version: Version,
    random: Random,
    kernel: Address? = nil
  ) {
    self.kernel = kernel
    name = "cni@\(node)"
    self.plugin = plugin
    self.version = version
    range = CIDR(podCIDR)
    self.random = random
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .network = message { inbox.add(message, from: sender) }
  }

  public func offers(_ offers: inout KubeOffers) {
    guard case .network(let call)? = inbox.first?.message else {
      offers.add(.add, .named("pods"), when: false, else: .nobodyCalls)
      return
    }
    switch call.operation {
    case .add: offers.add(.add, .object(call.pod))
    case .delete: offers.add(.delete, .object(call.pod))
    case .status: offers.add(.answer, .named("status"))
    }
  }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    guard let sender = inbox.first?.sender, case .network(let call)? = inbox.take(from: sender) else { return }
    switch call.operation {
    case .status: out.send(.networkReply(NetworkReply(id: call.id)), to: sender)
    case .add: out.send(.networkReply(add(call, &out)), to: sender)
    case .delete:
      if let attachment = attachments.removeValue(for: call.sandbox) {
        if let kernel {
          let change = NetworkChange(.removeLink(attachment.veth))
          out.send(.kernel(KernelCall(id: call.id, .network([change]))), to: kernel)
        }
        out.note(Fact("fact.cni.released", ("ip", .string(attachment.ip.text))))
      }
      out.send(.networkReply(NetworkReply(id: call.id)), to: sender)
    }
  }

  /// Goes on from the beginning of the range, as somebody without files would.
  mutating func forgetLast() { lastReserved = nil }

  /// The plugin is started anew for every call, and its reservations are files: it forgets nothing.
  public mutating func restart(at now: Time) { inbox.removeAll() }

  public var state: Value {
    var held: [Value.Entry] = []
    attachments.forEach { sandbox, attachment in
      held.append(
        Value.Entry(
          ContainerStore.short(sandbox),
          .map(
            ("pod", .string(attachment.pod.qualifiedName)),
            ("ip", .string(attachment.ip.text)),
            ("mac", .string(attachment.mac)),
            ("veth", .string(attachment.veth))
          )
        )
      )
    }
    return .map(("range", .string(range?.text ?? "")), ("attachments", .map(held)))
  }

  // MARK: Helpers

  private mutating func add(_ call: NetworkCall, _ out: inout KubeOutbox) -> NetworkReply {
    guard failure.isEmpty else { return NetworkReply(id: call.id, failure: failure) }
    guard let range = CIDR(call.podCIDR) ?? range else {
      return NetworkReply(id: call.id, failure: "no podCIDR is set for the node")
    }
    guard let ip = reserve(range) else {
      let text = "\(range.first.text)-\(range.last.text)"
      let full = "failed to allocate for range 0: no IP addresses available in range set: \(text)"
      return NetworkReply(id: call.id, failure: full)
    }
    let veth = "veth\(Digest.hexadecimal(random.next(), digits: 8))"
    let attachment = Attachment(pod: call.pod, ip: ip, mac: hardwareAddress(ip), veth: veth)
    attachments[call.sandbox] = attachment
    connect(attachment, call, range, &out)
    out.note(Fact("fact.cni.gave", ("ip", .string(ip.text)), ("range", .string(range.text))))
    return NetworkReply(id: call.id, ip: ip.text, mac: attachment.mac)
  }

  /// Writes links, addresses and routes, as `ip` and `bridge` would.
  private mutating func connect(
    _ attachment: Attachment,
    _ call: NetworkCall,
    _ range: CIDR,
    _ out: inout KubeOutbox
  ) {
    guard let kernel, let plugin = PodBridge.Plugin(rawValue: plugin), let mac = MAC(attachment.mac) else { return }
    // The end on the node has an address of its own, which nothing is ever sent to.
    let port = PodBridge.Port(
      namespace: call.namespace,
      veth: attachment.veth,
      vethMAC: MAC(mac.number ^ 0x4000_0000_0000),
      address: attachment.ip,
      mac: mac
    )
    let changes = (hasBridge ? [] : PodBridge.bridge(plugin, range)) + PodBridge.attach(port, to: plugin, range)
    hasBridge = true
    out.send(.kernel(KernelCall(id: call.id, .network(changes))), to: kernel)
  }

  /// The next free address after the last one; the first of the range is the bridge's.
  private mutating func reserve(_ range: CIDR) -> IPv4? {
    var taken: [UInt32: Bool] = [:]
    attachments.forEach { _, attachment in taken[attachment.ip.number] = true }
    guard range.first < range.last else { return nil }
    let start = lastReserved ?? range.first
    var candidate = start
    repeat {
      candidate = candidate < range.last ? IPv4(candidate.number + 1) : range.first
      if candidate != range.first, taken[candidate.number] == nil {
        lastReserved = candidate
        return candidate
      }
    } while candidate != start
    return nil
  }

  /// Older bridge plugins made it of the address; newer ones draw one that is marked as local.
  private mutating func hardwareAddress(_ ip: IPv4) -> String {
    var bytes: [UInt8] = [0x0a, 0x58] + ip.octets
    if version == .now {
      var number = random.next()
      for index in bytes.indices {
        bytes[index] = UInt8(truncatingIfNeeded: number)
        number >>= 8
      }
      bytes[0] = bytes[0] & 0xfe | 0x02
    }
    return bytes.map { Digest.hexadecimal(UInt64($0), digits: 2) }.joined(separator: ":")
  }
}

extension Verb {
  fileprivate static let add: Verb = "add"
  fileprivate static let delete: Verb = "delete"
  fileprivate static let answer: Verb = "answer"
}

extension Obstacle {
  fileprivate static var nobodyCalls: Obstacle { Obstacle("obstacle.cni.nobody-calls") }
}
