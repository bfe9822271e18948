import Clockwork

/// The part of the kubelet that measures: cAdvisor, and the two addresses under which its readings can be asked for.
struct Measuring: Sendable {
  let node: String
  let version: Version
  var cadvisor: CAdvisor
  private var asked: [Asked] = []

  private struct Asked: Sendable {
    var call: NodeCall
    var sender: Address
    var subject: Kube.Subject { .named(call.operation == .summary ? "/stats/summary" : "/metrics/resource") }
  }

  init(node: String, version: Version, kernel: Address, interval: Time, random: Random) {
    self.node = node
    self.version = version
    cadvisor = CAdvisor(kernel: kernel, interval: interval, random: random)
  }

  /// Takes in what concerns measurements.
  ///
  /// False for everything else.
  mutating func receive(_ message: Message, from sender: Address) -> Bool {
    switch message {
    case .kernelReply(let reply):
      cadvisor.take(reply)
      return true
    case .nodeCall(let call) where call.operation == .summary || call.operation == .resourceMetrics:
      asked.append(Asked(call: call, sender: sender))
      return true
    case .containers(let view):
      // inotify tells cAdvisor of new groups; the kubelet hears of them at the same moment.
      cadvisor.see(view)
      return false
    default: return false
    }
  }

  func offers(_ offers: inout KubeOffers) {
    if let first = asked.first { offers.add(.serve, first.subject) }
    cadvisor.offers(&offers)
  }

  /// Does what was offered.
  ///
  /// False when the action is another's.
  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == .serve else { return cadvisor.perform(action, &out) }
    guard !asked.isEmpty else { return true }
    let first = asked.removeFirst()
    let statistics = NodeStatistics(node: node, version: version, cadvisor: cadvisor)
    let text = first.call.operation == .summary ? statistics.summary : statistics.resourceMetrics
    let reply = NodeReply(id: first.call.id, code: 200, about: first.call.summary, text: text)
    out.note(Fact("fact.kubelet.readings", ("count", .integer(Int64(cadvisor.groups.count)))))
    out.send(.nodeReply(reply), to: first.sender)
    return true
  }

  mutating func restart(at now: Time) {
    asked = []
    cadvisor.restart(at: now)
  }
}

extension Verb {
  fileprivate static let serve: Verb = "serve"
}
