public import Clockwork

/// The Deployment controller keeps one ReplicaSet for every version of a Deployment and decides how many Pods each may have; it never touches a Pod.
public struct DeploymentController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "deployment-controller"
  public let role = Kube.Role.controller
  let version: Version
  var core: ControllerCore
  /// ReplicaSets by their Deployment, Pods by their ReplicaSet.
  var sets = OwnerIndex()
  var pods = OwnerIndex()
  /// What is left to be done of the last look at a Deployment.
  var looks: Table<ObjectKey, Look> = [:]

  /// A look whose writes are under way.
  struct Look: Sendable {
    var deployment: Deployment
    var steps: [Rollout.Step]
    /// The revisions of ReplicaSets that this look has written.
    var revisions: Table<String, Int64> = [:]
    var again: Int64?
    /// True for the report of an error: the look has failed, however that write goes.
    var hasFailed: Bool = false
  }

  public init(version: Version, apiserver: Address) {
    self.version = version
    let informers = [Informer(.deployment), Informer(.replicaSet), Informer(.pod)]
    core = ControllerCore("deployment-controller", apiserver: apiserver, informers: informers)
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects where object.kind == .replicaSet { sets.add(object) }
    for object in objects where object.kind == .pod { pods.add(object) }
    for object in objects where object.kind == .deployment { core.queue.add(object.key) }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    if case .leading = message { forget() }
    for answer in core.receive(message, at: now) { take(answer, at: now) }
    passOver()
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, let before):
      observe(event, before)
      passOver()
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) {
    core.restart()
    forget()
  }

  private mutating func forget() {
    sets.removeAll()
    pods.removeAll()
    looks = [:]
  }

  public var state: Value { core.state }

  // MARK: Looking

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let object = core[key], let deployment = object.as(Deployment.self) else { return core.conclude(key) }
    if deployment.spec.selector?.entries?.isEmpty ?? true { return selectsAll(object, deployment, &out) }
    let claims = claims(of: object, deployment)
    if !claims.isEmpty { return core.plan(claims, for: key, at: out.now) }
    let own = sets.keys(of: object.uid).compactMap { core[$0]?.as(ReplicaSet.self) }
    let alive = alivePods(of: own, deployment)
    var rollout = Rollout(version, now: out.now, deployment, own) { alive.contains($0.metadata.uid) }
    rollout.run()
    out.note(explain(deployment, own))
    looks[key] = Look(deployment: deployment, steps: rollout.steps, again: rollout.again)
    carryOn(key, at: out.now)
  }

  private func explain(_ deployment: Deployment, _ own: [ReplicaSet]) -> Fact {
    var sizes = ""
    var available: Int64 = 0
    for set in own where set.size > 0 || set.status.replicas > 0 {
      sizes += "\(sizes.isEmpty ? "" : ", ")\(set.metadata.name) \(set.size)"
      available += set.status.availableReplicas
    }
    return Fact(
      "fact.deployment.weighed",
      ("want", .integer(deployment.size)),
      ("sets", .string(sizes.isEmpty ? "-" : sizes)),
      ("available", .integer(available)),
      ("most", .integer(deployment.size + deployment.maxSurge)),
      ("least", .integer(deployment.size - deployment.maxUnavailable))
    )
  }

  /// ReplicaSets with a Pod that has not ended; only Recreate has to know.
  private func alivePods(of own: [ReplicaSet], _ deployment: Deployment) -> [String] {
    guard deployment.spec.strategy.type == "Recreate" else { return [] }
    return own.map { $0.metadata.uid }.filter { uid in
      pods.keys(of: uid).contains { key in
        let phase = core[key]?.pod?.status.phase
        return phase != nil && phase != "Succeeded" && phase != "Failed"
      }
    }
  }

  private mutating func selectsAll(_ object: Object, _ deployment: Deployment, _ out: inout KubeOutbox) {
    let text = Text(version).selectingAll
    record("Warning", "SelectingAll", text, about: object, at: out.now)
    var copy = deployment
    var steps: [Rollout.Step] = []
    if copy.status.observedGeneration < copy.metadata.generation {
      copy.status.observedGeneration = copy.metadata.generation
      steps.append(Rollout.Step(act: .status(copy)))
    }
    looks[object.key] = Look(deployment: deployment, steps: steps, again: nil)
    carryOn(object.key, at: out.now)
  }

  mutating func record(_ type: String, _ reason: String, _ message: String, about object: Object, at now: Time) {
    core.recorder.record(EventRecorder.Note(type, reason, message, about: ObjectReference(to: object)), at: now)
  }
}
