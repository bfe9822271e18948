public import Clockwork

/// The namespace controller empties a namespace that is being deleted, and then lets it go.
public struct NamespaceController: Component, Watching {
  public typealias Model = Kube

  // MARK: State

  public let name = "namespace-controller"
  public let role = Kube.Role.controller
  private let version: Version
  private var core: ControllerCore
  /// What the lists of a namespace have shown so far.
  private var found: Table<ObjectKey, [Object]> = [:]

  /// The kinds that are looked for; those that are defined by somebody else only where they are.
  private let kinds: [Kind]

  public init(version: Version, apiserver: Address, custom: Bool = false) {
    self.version = version
    kinds = Kind.all.filter { kind in
      kind.isNamespaced && (custom || !kind.isCustom) && ![.binding, .podMetrics].contains(kind)
    }
    core = ControllerCore("namespace-controller", apiserver: apiserver, informers: [Informer(.namespace)], workers: 10)
  }

  public var client: Client {
    get { core.client }
    set { core.client = newValue }
  }

  // MARK: Messages

  public mutating func receive(_ message: Message, from sender: Address, at now: Time) {
    for answer in core.receive(message, at: now) { judge(answer, at: now) }
    absorb()
  }

  public func offers(_ offers: inout KubeOffers) { core.offers(&offers) }

  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
    switch core.perform(action, &out) {
    case .observed(let event, _):
      core.queue.add(event.object.key)
      absorb()
    case .sync(let key): sync(key, &out)
    case .done, .other: break
    }
  }

  public mutating func restart(at now: Time) {
    core.restart()
    found = [:]
  }

  public var state: Value { core.state }

  // MARK: Helpers

  /// A namespace in use is no work for this loop.
  private mutating func absorb() {
    core.absorb { event, _, _ in event.type == .deleted || event.object.metadata.deletionTimestamp == nil }
  }

  private mutating func sync(_ key: ObjectKey, _ out: inout KubeOutbox) {
    guard let namespace = core[key]?.asNamespace, namespace.metadata.deletionTimestamp != nil,
      namespace.spec.finalizers.contains("kubernetes")
    else { return core.conclude(key) }
    found[key] = []
    // Newer releases end the Pods first, while what they need is still there.
    let writes = kinds.map { kind in
      let target = ObjectKey(kind, key.name, "")
      let request = Request(id: 0, user: "", verb: .list, key: target)
      var write = ControllerCore.Write(.check, .named("\(kind.printedResource) of \(key.name)"), request)
      write.tag = "list"
      return write
    }
    core.plan(writes, for: key, at: out.now)
  }

  private mutating func judge(_ answer: ControllerCore.Answer, at now: Time) {
    let key = answer.item
    guard answer.isSuccess || answer.response.code == 404 else { return core.fail(key, at: now) }
    switch answer.write.tag {
    case "list":
      found.update(key, default: []) { $0 += answer.response.objects }
      if core.isLast(of: key) { empty(key, at: now) } else { core.proceed(key, at: now) }
    case "delete":
      let isLast = core.isLast(of: key)
      core.proceed(key, at: now)
      if isLast { core.queue.add(key, at: now + pause(key)) }
    default: core.proceed(key, at: now)
    }
  }

  /// Everything has been listed: delete it, or take the finalizer off where there is nothing.
  private mutating func empty(_ key: ObjectKey, at now: Time) {
    let all = found[key] ?? []
    if all.isEmpty {
      found.removeValue(for: key)
      guard var namespace = core[key]?.asNamespace else { return core.proceed(key, at: now) }
      namespace.spec.finalizers.removeAll { $0 == "kubernetes" }
      var request = Request(id: 0, user: "", verb: .update, key: key)
      request.subresource = "finalize"
      request.body = .object(Object(namespace: namespace))
      var write = ControllerCore.Write(.update, .object(key), request)
      write.batch = 1
      write.facts = [Fact("fact.namespace.empty", ("namespace", .string(key.name)))]
      core.plan([write], for: key, at: now)
      return
    }
    let pods = all.filter { $0.kind == .pod }
    let first = version == .now && !pods.isEmpty ? pods : all
    let living = first.filter { $0.metadata.deletionTimestamp == nil }
    if living.isEmpty {
      core.proceed(key, at: now)
      core.queue.add(key, at: now + pause(key))
      return
    }
    let writes = living.map { object in
      var request = Request(id: 0, user: "", verb: .delete, key: object.key)
      request.body = .delete(Deletion(propagation: .background))
      var write = ControllerCore.Write(.delete, .object(object.key), request)
      write.batch = 1
      write.tag = "delete"
      return write
    }
    core.plan(writes, for: key, at: now)
  }

  /// Half the grace of the Pods that are left, and a second; nothing where all went at once.
  private func pause(_ key: ObjectKey) -> Time {
    var grace: Int64 = 0
    for object in found[key] ?? [] {
      if let pod = object.pod, !pod.spec.nodeName.isEmpty {
        grace = max(grace, pod.spec.terminationGracePeriodSeconds ?? 30)
      }
    }
    return grace == 0 ? 1000 : (grace / 2 + 1) * 1000
  }
}

extension Verb {
  fileprivate static let update: Verb = "update"
  fileprivate static let delete: Verb = "delete"
}
