import Clockwork

/// A ghost that takes what is asked of somebody else, passes it on, and brings the answer back; its host hears nothing of it.
struct Relay: Ghost {
  typealias Model = Kube

  private struct Parcel: Sendable {
    var message: Message
    var receiver: Address
    var subject: Kube.Subject
  }

  private struct Asker: Sendable {
    var address: Address
    var number: Int64
    var subject: Kube.Subject
  }

  /// What a message that is to be passed on is about.
  private let subject: (Message) -> Kube.Subject?
  /// Whom it is passed on to, given on which node each Pod is; nothing where that is nobody.
  private let target: (Message, Table<ObjectKey, String>) -> Address?
  private var waiting: [Parcel] = []
  private var askers: Table<Int64, Asker> = [:]
  private var nodes: Table<ObjectKey, String> = [:]
  /// Far from the numbers of its host.
  private var lastNumber: Int64 = 1_000_000_000

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if case .watch(let event) = message, let pod = event.object.pod { nodes[event.object.key] = pod.spec.nodeName }
    if let subject = subject(message), let number = message.number {
      lastNumber += 1
      let asker = Asker(address: sender, number: number, subject: subject)
      if let receiver = target(message, nodes) {
        askers[lastNumber] = asker
        waiting.append(Parcel(message: message.numbered(lastNumber), receiver: receiver, subject: subject))
      } else {
        waiting.append(Parcel(message: .refused(id: number, by: sender), receiver: sender, subject: subject))
      }
      return nil
    }
    guard let number = message.number, let asker = askers[number] else { return message }
    if case .nodeReply(let reply) = message, reply.continues {} else { askers.removeValue(for: number) }
    let answer = Parcel(message: message.numbered(asker.number), receiver: asker.address, subject: asker.subject)
    waiting.append(answer)
    return nil
  }

  func offers(_ offers: inout KubeOffers) {
    if let parcel = waiting.first { offers.add("relay", parcel.subject) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "relay", !waiting.isEmpty else { return false }
    let parcel = waiting.removeFirst()
    out.send(parcel.message, to: parcel.receiver)
    return true
  }
}

extension Relay {
  /// metrics-server fetches the logs that are asked for.
  static func logs(_ kubelets: Table<String, Address>) -> Relay {
    Relay(
      subject: { message in
        guard case .nodeCall(let call) = message, case .logs(let pod, _) = call.operation else { return nil }
        return .object(pod)
      },
      target: { message, nodes in
        guard case .nodeCall(let call) = message, case .logs(let pod, _) = call.operation else { return nil }
        return nodes[pod].flatMap { kubelets[$0] }
      }
    )
  }

  /// Whoever wants measurements of Pods gets them from here.
  static func measurements(_ apiserver: Address) -> Relay {
    Relay(
      subject: { message in
        guard case .request(let request) = message else { return nil }
        return .named(request.kind.printedResource)
      },
      target: { _, _ in apiserver }
    )
  }

  private init(
    subject: @escaping (Message) -> Kube.Subject?,
    target: @escaping (Message, Table<ObjectKey, String>) -> Address?
  ) {
    self.subject = subject
    self.target = target
  }
}

extension Message {
  /// The number by which a question and its answer belong together.
  fileprivate var number: Int64? {
    switch self {
    case .request(let request): request.id
    case .response(let response): response.id
    case .nodeCall(let call): call.id
    case .nodeReply(let reply): reply.id
    case .refused(let id, _): id
    default: nil
    }
  }

  /// The same under another number.
  fileprivate func numbered(_ number: Int64) -> Message {
    switch self {
    case .request(var request):
      request.id = number
      return .request(request)
    case .response(var response):
      response.id = number
      return .response(response)
    case .nodeCall(var call):
      call.id = number
      return .nodeCall(call)
    case .nodeReply(var reply):
      reply.id = number
      return .nodeReply(reply)
    case .refused(_, let by): return .refused(id: number, by: by)
    default: return self
    }
  }
}
