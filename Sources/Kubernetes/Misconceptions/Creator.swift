import Clockwork

/// The ghost of an autoscaler that makes Pods itself, instead of writing how many there should be.
struct Creator: Ghost {
  typealias Model = Kube

  /// The targets as the autoscaler has read them.
  private var targets: Table<ObjectKey, Object> = [:]
  /// How many Pods it has made for each; it believes that they are replicas.
  private var made: Table<ObjectKey, Int64> = [:]

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    guard case .response(var response) = message else { return message }
    // Of the Pods beyond the first nobody waits for an answer.
    if response.id < 0 { return nil }
    guard var object = response.object, object.kind == .deployment else { return message }
    targets[object.key] = object
    let count = made[object.key] ?? 0
    object.update(Deployment.self) { $0.spec.replicas = $0.size + count }
    response.object = object
    return .response(response)
  }

  func guise(of verb: Verb, _ subject: Kube.Subject) -> (verb: Verb, subject: Kube.Subject) {
    guard verb == "scale", let key = subject.key, key.kind == .deployment else { return (verb, subject) }
    return ("create", .object(ObjectKey(.pod, key.namespace, "\(key.name)-")))
  }

  func own(_ action: KubeAction) -> KubeAction {
    guard action.verb == "create", let key = action.subject.key, key.kind == .pod else { return action }
    let target = ObjectKey(.deployment, key.namespace, String(key.name.dropLast()))
    return KubeAction(actor: action.actor, verb: "scale", subject: .object(target))
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard case .request(let request) = message, case .scale(let wanted) = request.body,
      let deployment = targets[request.key]?.as(Deployment.self)
    else { return [(message, receiver)] }
    let missing = wanted - deployment.size - (made[request.key] ?? 0)
    if missing <= 0 { return [(message, receiver)] }
    made[request.key] = (made[request.key] ?? 0) + missing
    var messages: [(message: Message, receiver: Address)] = []
    for number in 0..<missing {
      var creation = Request(
        id: number == 0 ? request.id : -1,
        user: request.user,
        verb: .create,
        key: ObjectKey(.pod, request.namespace, "")
      )
      creation.body = .object(Creator.pod(of: deployment))
      messages.append((.request(creation), receiver))
    }
    return messages
  }

  /// A Pod as a template describes it, which nobody owns.
  private static func pod(of deployment: Deployment) -> Object {
    var owner = OwnerReference()
    owner.name = deployment.metadata.name
    var pod = deployment.spec.template.pod(
      namespace: deployment.metadata.namespace,
      generateName: "\(deployment.metadata.name)-",
      owner: owner
    )
    pod.metadata.ownerReferences = []
    return Object(pod: pod)
  }
}
