import Clockwork

/// The ghost of a kube-apiserver that counts what is bound to a node, and turns a Binding away where there is no room.
struct Usher: Ghost {
  typealias Model = Kube

  private struct Turned: Sendable {
    var response: Response
    var receiver: Address
    var pod: ObjectKey
  }

  private let version: Version
  private var rooms: Table<String, ResourceAmounts> = [:]
  private var pods: Table<ObjectKey, Pod> = [:]
  private var turned: [Turned] = []

  init(_ scene: Scene) {
    version = scene.spec.version
    for machine in scene.spec.machines {
      rooms[machine.name] = ResourceAmounts(["cpu": machine.cpu, "memory": machine.memory])
    }
  }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if case .committed(let commit) = message { learn(commit) }
    guard case .request(let request) = message, case .bind(let node) = request.body, let pod = pods[request.key],
      let room = rooms[node]
    else { return message }
    let asked = PodDemand(pod, version).requests
    var used = ResourceAmounts()
    pods.forEach { _, other in
      if other.spec.nodeName == node, !other.hasEnded { used += PodDemand(other, version).requests }
    }
    if used.milliCPU + asked.milliCPU <= room.milliCPU, used.memory + asked.memory <= room.memory { return message }
    var response = Response(id: request.id, code: 409, about: request.key)
    response.reason = "Conflict"
    response.message = "Operation cannot be fulfilled on pods/binding \"\(request.name)\": node \"\(node)\" is full"
    turned.append(Turned(response: response, receiver: sender, pod: request.key))
    return nil
  }

  private mutating func learn(_ commit: Commit) {
    if let pod = commit.object.pod { pods[commit.object.key] = commit.isDelete ? nil : pod }
  }

  func offers(_ offers: inout KubeOffers) {
    if let first = turned.first { offers.add("turn-away", .object(first.pod)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "turn-away", !turned.isEmpty else { return false }
    let first = turned.removeFirst()
    out.send(.response(first.response), to: first.receiver)
    return true
  }
}
