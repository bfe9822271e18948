import Clockwork

// Deletion: an object goes at once, or is only marked while somebody still has to do something.
extension KubeAPIServer {
  mutating func delete(_ flight: inout Flight, _ base: Object, _ deletion: Deletion, at now: Time) {
    if let text = objection(base, deletion) {
      flight.fail(409, "Conflict", text)
      return
    }
    if base.kind == .namespace {
      deleteNamespace(&flight, base, at: now)
      return
    }
    guard let seconds = grace(base, deletion) else {
      flight.succeed(200, base)
      return
    }
    let finalizers = finalizers(base, deletion)
    let isFirst = base.metadata.deletionTimestamp == nil
    flight.object = base.with { metadata in
      metadata.finalizers = finalizers
      if seconds > 0 || isFirst { metadata.deletionTimestamp = Timestamp(now + seconds * 1000) }
      metadata.deletionGracePeriodSeconds = seconds
      // Who looks at the object has to know that it is on its way out.
      if isFirst, metadata.generation > 0, base.kind != .pod { metadata.generation += 1 }
    }
    flight.removes = seconds == 0 && finalizers.isEmpty
    flight.stage = .store
  }

  /// Why the object that stands there is not the one that the client means.
  private func objection(_ base: Object, _ deletion: Deletion) -> String? {
    let head = "Operation cannot be fulfilled on \(base.kind.printedResource) \"\(base.name)\":"
    if !deletion.uid.isEmpty, deletion.uid != base.uid {
      return "\(head) the UID in the precondition (\(deletion.uid)) does not match the UID in record (\(base.uid))."
        + " The object might have been deleted and then recreated"
    }
    if deletion.resourceVersion != 0, deletion.resourceVersion != base.resourceVersion {
      return "\(head) the ResourceVersion in the precondition (\(deletion.resourceVersion)) does not match the"
        + " ResourceVersion in record (\(base.resourceVersion)). The object might have been modified"
    }
    return nil
  }

  /// How long the kubelet has to end a Pod; nothing when it has less time already.
  private func grace(_ base: Object, _ deletion: Deletion) -> Int64? {
    guard let pod = base.pod else { return 0 }
    var seconds = deletion.graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
    if pod.spec.nodeName.isEmpty || pod.status.phase == "Succeeded" || pod.status.phase == "Failed" { seconds = 0 }
    guard let earlier = pod.metadata.deletionGracePeriodSeconds, pod.metadata.deletionTimestamp != nil else {
      return seconds
    }
    return seconds >= earlier && seconds != 0 ? nil : seconds
  }

  /// The finalizers by which the garbage collector learns what becomes of the dependents.
  private func finalizers(_ base: Object, _ deletion: Deletion) -> [String] {
    let held = base.metadata.finalizers
    guard let policy = deletion.propagation else { return held }
    var rest = held.filter { $0 != GarbageText.foreground && $0 != GarbageText.orphan }
    switch policy {
    case .background: break
    case .foreground: rest.append(GarbageText.foreground)
    case .orphan: rest.append(GarbageText.orphan)
    }
    return rest
  }

  /// A namespace is marked; the namespace controller empties it and takes the finalizer off.
  private mutating func deleteNamespace(_ flight: inout Flight, _ base: Object, at now: Time) {
    if ["default", "kube-system", "kube-public"].contains(base.name) {
      flight.fail(403, "Forbidden", "namespaces \"\(base.name)\" is forbidden: this namespace may not be deleted")
      return
    }
    guard var namespace = base.asNamespace else { return }
    if namespace.metadata.deletionTimestamp == nil { namespace.metadata.deletionTimestamp = Timestamp(now) }
    namespace.status.phase = "Terminating"
    flight.object = Object(namespace: namespace)
    flight.removes = namespace.spec.finalizers.isEmpty && namespace.metadata.finalizers.isEmpty
    flight.stage = .store
  }
}
