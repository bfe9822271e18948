public import Clockwork

/// The disruption controller counts for every PodDisruptionBudget how many of its Pods may be evicted at the moment.
public struct DisruptionController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "disruption-controller"
  public let role = Kube.Role.controller
  private let version: Version
  private var core: ControllerCore

  /// An eviction that was granted and never came is forgotten after so long (DeletionTimeout).
  private static let timeout: Time = 120_000

  public init(version: Version, apiserver: Address) {
    self.version = version
    let kinds: [Kind] = [.podDisruptionBudget, .pod, .replicaSet, .deployment, .statefulSet]
    core = ControllerCore(
      "disruption-controller",
      apiserver: apiserver,
      informers: kinds.map { Informer($0) },
      workers: 1,
      source: "controllermanager"
    )
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  public mutating func seed(_ objects: [Object], revision: Int64) {
    core.client.seed(objects, revision: revision)
    for object in objects where object.kind == .podDisruptionBudget { core.queue.add(object.key) }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) {
      if answer.isSuccess { core.proceed(answer.item, at: now) } else { core.fail(answer.item, at: now) }
    }
    absorb()
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, let before):
      for key in DisruptionController.budgets(event, before, in: &core) { core.queue.add(key) }
      absorb()
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) { core.restart() }

  public var state: Value { core.state }

  // MARK: Hearing

  /// What no budget covers is taken in at once: nothing is decided on it.
  private mutating func absorb() {
    core.absorb { event, before, core in DisruptionController.budgets(event, before, in: &core).isEmpty }
  }

  /// The budgets that have to be counted anew because of an event.
  private static func budgets(_ event: WatchEvent, _ before: Object?, in core: inout ControllerCore) -> [ObjectKey] {
    let object = event.object
    if object.kind != .podDisruptionBudget, core.hasNone(.podDisruptionBudget) { return [] }
    switch object.kind {
    case .podDisruptionBudget:
      // Its own writes of a status are no news.
      return before?.metadata.generation == object.metadata.generation && event.type == .modified
        && before?.as(PodDisruptionBudget.self)?.status == object.as(PodDisruptionBudget.self)?.status
        ? [] : [object.key]
    case .pod:
      var keys: [ObjectKey] = []
      for budget in core.informer(.podDisruptionBudget).objects where budget.namespace == object.namespace {
        let selector = budget.budgetSelector
        let hit =
          selector.matches(object.metadata.labels) || before.map { selector.matches($0.metadata.labels) } ?? false
        if hit { keys.append(budget.key) }
      }
      return keys
    default:
      // The size of an owner counts where a budget speaks of shares.
      let size = object.value.at(["spec", "replicas"])
      if let before, before.value.at(["spec", "replicas"]) == size { return [] }
      return core.informer(.podDisruptionBudget).objects.filter { $0.namespace == object.namespace }.map { $0.key }
    }
  }

  // MARK: Looking

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let object = core[key], let budget = object.as(PodDisruptionBudget.self) else { return core.conclude(key) }
    let selector = object.budgetSelector
    var pods: [Pod] = []
    for candidate in core.informer(.pod).objects where candidate.namespace == key.namespace {
      if selector.matches(candidate.metadata.labels), let pod = candidate.pod { pods.append(pod) }
    }
    var status = budget.status
    let (expected, desired) = expectation(budget, pods)
    status.disruptedPods = stillGranted(budget, pods, at: out.now)
    var healthy: Int64 = 0
    for pod in pods where pod.isReady && !pod.isEnding && status.disruptedPods[pod.metadata.name] == nil {
      healthy += 1
    }
    status.currentHealthy = healthy
    status.desiredHealthy = desired
    status.expectedPods = expected
    status.disruptionsAllowed = expected <= 0 ? 0 : max(0, healthy - desired)
    status.observedGeneration = budget.metadata.generation
    if version == .now { setCondition(&status, at: out.now) }
    out.note(
      Fact(
        "fact.disruption.counted",
        ("healthy", .integer(healthy)),
        ("need", .integer(desired)),
        ("allowed", .integer(status.disruptionsAllowed))
      )
    )
    status.disruptedPods.forEach { _, time in
      core.queue.add(key, at: time.milliseconds + DisruptionController.timeout + 1000)
    }
    if status == budget.status { return core.conclude(key) }
    var copy = budget
    copy.status = status
    var request = Request(id: 0, user: core.client.user, verb: .update, key: key)
    request.subresource = "status"
    request.body = .object(Object(copy))
    core.plan([ControllerCore.Write("report", .object(key), request)], for: key, at: out.now)
  }

  /// How many Pods there should be, and how many of them must be healthy.
  private func expectation(_ budget: PodDisruptionBudget, _ pods: [Pod]) -> (expected: Int64, desired: Int64) {
    if let most = budget.spec.maxUnavailable {
      let expected = scale(of: pods)
      return (expected, max(0, expected - amount(most, expected)))
    }
    guard let least = budget.spec.minAvailable else { return (Int64(pods.count), 0) }
    if case .integer(let number) = least { return (Int64(pods.count), number) }
    let expected = scale(of: pods)
    return (expected, amount(least, expected))
  }

  private func amount(_ value: IntOrString, _ total: Int64) -> Int64 {
    guard case .success(let number) = value.scaled(of: total, roundUp: true) else { return 0 }
    return number
  }

  /// The sizes of all owners of the Pods, each once.
  private func scale(of pods: [Pod]) -> Int64 {
    var sizes: Table<String, Int64> = [:]
    for pod in pods {
      guard let owner = pod.metadata.controller else { continue }
      let namespace = pod.metadata.namespace
      if owner.kind == "StatefulSet" {
        sizes[owner.uid] = core[ObjectKey(.statefulSet, namespace, owner.name)]?.as(StatefulSet.self)?.size ?? 0
      } else if let set = core[ObjectKey(.replicaSet, namespace, owner.name)], owner.kind == "ReplicaSet" {
        // Behind a ReplicaSet stands a Deployment, whose size is the one that is meant.
        let above = set.metadata.controller.flatMap { core[ObjectKey(.deployment, namespace, $0.name)] }
        let size = above?.as(Deployment.self)?.size ?? set.as(ReplicaSet.self)?.size ?? 0
        sizes[above?.uid ?? set.uid] = size
      }
    }
    return sizes.values.reduce(0) { $0 + $1 }
  }

  /// Evictions that were granted and are not seen yet.
  private func stillGranted(_ budget: PodDisruptionBudget, _ pods: [Pod], at now: Time) -> Table<String, Timestamp> {
    var left: Table<String, Timestamp> = [:]
    budget.status.disruptedPods.forEach { name, time in
      guard let pod = pods.first(where: { $0.metadata.name == name }), !pod.isEnding else { return }
      if time.milliseconds + DisruptionController.timeout > now { left[name] = time }
    }
    return left
  }

  private func setCondition(_ status: inout PodDisruptionBudgetStatus, at now: Time) {
    let allows = status.disruptionsAllowed > 0
    let value = allows ? "True" : "False"
    if status.conditions.contains(where: { $0.type == "DisruptionAllowed" && $0.status == value }) { return }
    status.conditions.removeAll { $0.type == "DisruptionAllowed" }
    let reason = allows ? "SufficientPods" : "InsufficientPods"
    var condition = DeploymentCondition("DisruptionAllowed", value, reason, "", at: now)
    condition.lastUpdateTime = nil
    status.conditions.append(condition)
  }
}

extension Object {
  /// Which Pods a budget covers; one without a selector covers none in older releases' word, so it is left so.
  var budgetSelector: LabelSelector {
    guard let selector = self.as(PodDisruptionBudget.self)?.spec.selector,
      case .success(let read) = LabelSelector.read(selector)
    else { return .nothing }
    return read
  }
}
