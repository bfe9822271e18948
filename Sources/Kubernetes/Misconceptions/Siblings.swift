import Clockwork

/// The ghost of a StatefulSet controller that treats its Pods as a ReplicaSet's: all at once, and a new one beside the old.
struct Siblings: Ghost {
  typealias Model = Kube

  private struct Update: Sendable {
    var template: PodTemplateSpec
    /// The generation that brought the template, while its rollout is under way.
    var generation: Int64?
    /// How many Pods there are with the one that is too many.
    var size: Int64 = 0
  }

  private var updates: Table<ObjectKey, Update> = [:]

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    guard case .watch(var event) = message, let set = event.object.as(StatefulSet.self) else { return message }
    if event.type == .deleted {
      updates.removeValue(for: event.object.key)
      return message
    }
    let size = follow(set)
    event.object.update(StatefulSet.self) { set in
      set.spec.podManagementPolicy = "Parallel"
      set.spec.replicas = size
    }
    return .watch(event)
  }

  /// How many Pods the host is to believe in: one more as long as an update is under way.
  private mutating func follow(_ set: StatefulSet) -> Int64 {
    var update = updates[set.key] ?? Update(template: set.spec.template)
    if update.template != set.spec.template {
      update.template = set.spec.template
      update.generation = set.metadata.generation
      update.size = set.size + 1
    }
    if let generation = update.generation, set.status.observedGeneration >= generation,
      set.status.currentRevision == set.status.updateRevision, set.status.readyReplicas >= set.size
    {
      update.generation = nil
    }
    updates[set.key] = update
    return update.generation == nil ? set.size : max(set.size, update.size)
  }
}
