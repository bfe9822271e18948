import Clockwork

// The new ReplicaSet and the old ones: found, made, and sized when the Deployment's own size changes.
extension Rollout {
  /// The ReplicaSet of the present template, brought up to date or made, and all others.
  mutating func split(creating: Bool) -> (new: ReplicaSet?, old: [ReplicaSet]) {
    var found: ReplicaSet?
    for place in oldestFirst(sets) where sets[place].spec.template.isSame(as: deployment.spec.template) {
      found = sets[place]
      break
    }
    let old = sets.filter { $0.metadata.uid != found?.metadata.uid }
    let revision = Revision.highest(old) + 1
    guard let found else { return (creating ? make(old, revision) : nil, old) }
    var new = found
    let isNews = Revision.annotate(&new, for: deployment, revision: revision, exists: true)
    if isNews || new.spec.minReadySeconds != deployment.spec.minReadySeconds {
      new.spec.minReadySeconds = deployment.spec.minReadySeconds
      // Every call starts from the copy in the cache: the second write of a look meets its own first one.
      steps.append(Step(act: .update(new)))
      written.append(new.metadata.uid)
      return (new, old)
    }
    var needsStatus = number(Revision.of(new))
    if deployment.hasDeadline, deployment.status[condition: "Progressing"] == nil {
      set(condition("Progressing", "True", "FoundNewReplicaSet", text.setFound(new.metadata.name)))
      needsStatus = true
    }
    if needsStatus { steps.append(Step(act: .status(deployment))) }
    return (new, old)
  }

  /// The Deployment carries the number of its newest ReplicaSet; true when that is news.
  private mutating func number(_ revision: Int64) -> Bool {
    if deployment.metadata.annotations[Revision.annotation] == "\(revision)" { return false }
    deployment.metadata.annotations[Revision.annotation] = "\(revision)"
    return true
  }

  private mutating func make(_ old: [ReplicaSet], _ revision: Int64) -> ReplicaSet {
    let hash = TemplateHash.of(deployment.spec.template, collisions: deployment.status.collisionCount, version)
    var new = ReplicaSet()
    new.metadata = ObjectMeta(name: "\(deployment.metadata.name)-\(hash)", namespace: deployment.metadata.namespace)
    new.metadata.ownerReferences = [OwnerReference(controller: Object(deployment))]
    new.spec.template = deployment.spec.template
    new.spec.template.metadata.labels[Revision.hashLabel] = hash
    new.metadata.labels = new.spec.template.metadata.labels
    new.spec.minReadySeconds = deployment.spec.minReadySeconds
    var selector = deployment.spec.selector ?? .emptyMap
    var labels = selector["matchLabels"] ?? .emptyMap
    labels[Revision.hashLabel] = .string(hash)
    selector["matchLabels"] = labels
    new.spec.selector = selector.sorted
    let total = old.reduce(0) { $0 + $1.size }
    new.spec.replicas =
      deployment.isRolling
      ? Rolling.newReplicas(desired: deployment.size, surge: deployment.maxSurge, new: 0, total: total)
      : deployment.size
    _ = Revision.annotate(&new, for: deployment, revision: revision, exists: false)
    var step = Step(act: .create(new))
    step.scales = new.size > 0
    if new.size > 0 {
      step.event = ("ScalingReplicaSet", text.scaled(new.metadata.name, from: 0, to: new.size))
    }
    steps.append(step)
    var needsStatus = number(revision)
    if deployment.hasDeadline {
      set(condition("Progressing", "True", "NewReplicaSetCreated", text.setCreated(new.metadata.name)))
      needsStatus = true
    }
    if needsStatus { steps.append(Step(act: .status(deployment))) }
    return new
  }

  // MARK: The Deployment's own size

  /// Whether an active ReplicaSet was sized for another size of the Deployment.
  mutating func isScaled() -> Bool {
    let (new, old) = split(creating: false)
    for set in old + list(new) where set.size > 0 {
      guard let text = set.metadata.annotations[Revision.desired], let desired = Int64(text) else { continue }
      if desired != deployment.size { return true }
    }
    return false
  }

  /// Brings the ReplicaSets to the size of the Deployment: one alone wholly, several in proportion.
  mutating func spread(_ new: inout ReplicaSet?, _ old: inout [ReplicaSet]) {
    var all = old + list(new)
    defer {
      if new != nil { new = all.removeLast() }
      old = all
    }
    let active = all.indices.filter { all[$0].size > 0 }
    if active.count <= 1 {
      // Without any active one the newest is the one to grow.
      guard let only = active.first ?? (new != nil ? all.indices.last : newest(all)) else { return }
      _ = scale(&all[only], to: deployment.size)
      return
    }
    if let new, isSaturated(new) {
      for place in active where all[place].metadata.uid != new.metadata.uid { _ = scale(&all[place], to: 0) }
      return
    }
    if deployment.isRolling { proportion(&all, active) }
  }

  private func newest(_ sets: [ReplicaSet]) -> Int? { oldestFirst(sets).last }

  private func isSaturated(_ set: ReplicaSet) -> Bool {
    guard let desired = set.metadata.annotations[Revision.desired].flatMap({ Int64($0) }) else { return false }
    return set.size == deployment.size && desired == deployment.size && set.status.availableReplicas == deployment.size
  }

  private mutating func proportion(_ all: inout [ReplicaSet], _ active: [Int]) {
    let total = active.reduce(0) { $0 + all[$1].size }
    let allowed = deployment.size > 0 ? deployment.size + deployment.maxSurge : 0
    let toAdd = allowed - total
    let copy = all
    // From the largest to the smallest; among equals growth begins with the newest, shrinking with the oldest.
    let order = active.sorted { left, right in
      if copy[left].size != copy[right].size { return copy[left].size > copy[right].size }
      return toAdd > 0 ? Rollout.isOlder(copy[right], copy[left]) : Rollout.isOlder(copy[left], copy[right])
    }
    var sizes = all.map { $0.size }
    var added: Int64 = 0
    for place in order where toAdd != 0 {
      let share = Rolling.proportion(
        size: all[place].size,
        annotated: all[place].metadata.annotations[Revision.most].flatMap { Int64($0) } ?? deployment.status.replicas,
        desired: deployment.size,
        surge: deployment.maxSurge,
        toAdd: toAdd,
        added: added
      )
      sizes[place] += share
      added += share
    }
    for (rank, place) in order.enumerated() {
      // What rounding left over goes to the largest.
      if rank == 0, toAdd != 0 { sizes[place] = max(0, sizes[place] + toAdd - added) }
      write(&all[place], size: sizes[place])
    }
  }
}

extension OwnerReference {
  /// The reference by which an object says who is responsible for it.
  public init(controller owner: Object) {
    self.init()
    apiVersion = owner.kind.apiVersion
    kind = owner.kind.name
    name = owner.name
    uid = owner.uid
    controller = true
    blockOwnerDeletion = true
  }
}
