import Clockwork

/// The ghost of a Deployment controller for which an old revision, when it is wanted again, is the old revision again.
///
/// Its host counts on as it must; what it writes carries the old number, and what it hears the new one.
struct Restorer: Ghost {
  typealias Model = Kube

  private struct Numbers: Equatable, Sendable {
    /// The number that a ReplicaSet was made with, which everybody sees.
    var old: String
    /// The number that the host has given it since.
    var new: String
    var owner: String
  }

  private var sets: Table<String, Numbers> = [:]

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    switch message {
    case .watch(var event):
      learn(event)
      event.object = inner(event.object)
      return .watch(event)
    case .response(var response):
      if let object = response.object { response.object = inner(object) }
      return .response(response)
    default: return message
    }
  }

  private mutating func learn(_ event: WatchEvent) {
    let object = event.object
    guard object.kind == .replicaSet, sets[object.uid] == nil,
      let number = object.metadata.annotations[Revision.annotation]
    else { return }
    sets[object.uid] = Numbers(old: number, new: number, owner: object.metadata.controller?.uid ?? "")
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard case .request(var request) = message, case .object(var object) = request.body else {
      return [(message, receiver)]
    }
    if object.kind == .replicaSet, var numbers = sets[object.uid] {
      if let number = object.metadata.annotations[Revision.annotation] { numbers.new = number }
      sets[object.uid] = numbers
    }
    object = outer(object)
    request.body = .object(object)
    return [(.request(request), receiver)]
  }

  private func inner(_ object: Object) -> Object { exchange(object) { ($0.old, $0.new) } }
  private func outer(_ object: Object) -> Object {
    var object = exchange(object) { ($0.new, $0.old) }
    if object.kind == .replicaSet { object.metadata.annotations[Revision.history] = nil }
    return object
  }

  /// The object with the other number of its ReplicaSet.
  private func exchange(_ object: Object, _ pair: (Numbers) -> (from: String, to: String)) -> Object {
    guard let number = object.metadata.annotations[Revision.annotation] else { return object }
    var other: String?
    sets.forEach { uid, numbers in
      let isMeant = object.kind == .replicaSet ? uid == object.uid : numbers.owner == object.uid
      let (from, to) = pair(numbers)
      if isMeant, from == number, from != to { other = to }
    }
    guard let other else { return object }
    var changed = object
    changed.metadata.annotations[Revision.annotation] = other
    return changed
  }
}

/// The ghost of a Deployment controller that gives up: when a rollout has failed it puts the old template back.
struct Rollback: Ghost {
  typealias Model = Kube

  private let apiserver: Address
  private var sets: Table<ObjectKey, Object> = [:]
  private var failed: [Object] = []
  /// Each generation is rolled back once.
  private var known: Table<String, Int64> = [:]

  init(_ scene: Scene) { apiserver = scene.apiserver }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if case .response(let response) = message, response.id < 0 { return nil }
    guard case .watch(let event) = message, event.object.kind == .replicaSet else { return message }
    sets[event.object.key] = event.type == .deleted ? nil : event.object
    return message
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    if case .request(let request) = message, request.subresource == "status", case .object(let object) = request.body,
      let deployment = object.as(Deployment.self), Rollback.hasFailed(deployment),
      known[object.uid] != object.metadata.generation
    {
      known[object.uid] = object.metadata.generation
      failed.append(object)
    }
    return [(message, receiver)]
  }

  private static func hasFailed(_ deployment: Deployment) -> Bool {
    deployment.status.conditions.contains { $0.type == "Progressing" && $0.status == "False" }
  }

  func offers(_ offers: inout KubeOffers) {
    if let object = failed.first { offers.add("roll-back", .object(object.key)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "roll-back", !failed.isEmpty else { return false }
    let object = failed.removeFirst()
    guard let deployment = object.as(Deployment.self), let set = lastGood(deployment) else { return true }
    var request = Request(id: -1, user: "kube-controller-manager", verb: .patch, key: object.key)
    request.body = .patch(.json, RolloutText.undo(deployment, set))
    out.send(.request(request), to: apiserver)
    return true
  }

  /// The newest version of which Pods are available.
  private func lastGood(_ deployment: Deployment) -> ReplicaSet? {
    var best: ReplicaSet?
    sets.forEach { _, object in
      guard let set = object.as(ReplicaSet.self), set.metadata.controller?.uid == deployment.metadata.uid,
        set.status.availableReplicas > 0, !set.spec.template.isSame(as: deployment.spec.template)
      else { return }
      if Revision.of(set) > best.map({ Revision.of($0) }) ?? -1 { best = set }
    }
    return best
  }
}
