import Clockwork

/// The ghost of an autoscaler that is believed to be a loop of kube-controller-manager: it stops with it.
struct Dependent: Ghost {
  typealias Model = Kube

  private let manager: Address
  private var isDead = false

  init(on manager: Address) { self.manager = manager }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if case .closed(let by) = message, by == manager { isDead = true }
    return message
  }

  func forbids(_ verb: Verb, _ subject: Kube.Subject) -> Bool { isDead }
}

/// The ghost of an updater that writes what is recommended into the template of the target, where an eviction would do.
struct TemplateEditor: Ghost {
  typealias Model = Kube

  private var autoscalers: Table<ObjectKey, VerticalPodAutoscaler> = [:]

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if case .watch(let event) = message, event.object.kind == .verticalPodAutoscaler {
      autoscalers[event.object.key] = event.type == .deleted ? nil : event.object.as(VerticalPodAutoscaler.self)
    }
    return message
  }

  func guise(of verb: Verb, _ subject: Kube.Subject) -> (verb: Verb, subject: Kube.Subject) {
    verb == .evict ? ("edit", subject) : (verb, subject)
  }

  func own(_ action: KubeAction) -> KubeAction {
    action.verb == "edit" ? KubeAction(actor: action.actor, verb: .evict, subject: action.subject) : action
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard let request = message.request, request.subresource == "eviction" else { return [(message, receiver)] }
    for autoscaler in autoscalers.values where autoscaler.metadata.namespace == request.namespace {
      guard let target = autoscaler.spec.targetRef, target.kind == Kind.deployment.name,
        request.name.hasPrefix("\(target.name)-"), let recommendation = autoscaler.status.recommendation
      else { continue }
      let key = ObjectKey(.deployment, request.namespace, target.name)
      var edit = Request(id: request.id, user: request.user, verb: .patch, key: key)
      let containers = recommendation.containerRecommendations.map { one in
        Value.map(("name", .string(one.containerName)), ("resources", .map(("requests", one.target.tree))))
      }
      let template = Value.map(("spec", .map(("containers", .list(containers)))))
      edit.body = .patch(.strategic, .map(("spec", .map(("template", template)))))
      return [(.request(edit), receiver)]
    }
    return []
  }
}

/// The ghost of a cluster autoscaler that looks at how busy the nodes are, and adds one when they are nearly at their end.
struct LoadWatcher: Ghost {
  typealias Model = Kube

  private let apiserver: Address
  private let cloud: Address
  private let group: NodeGroup
  private var next: Time = period
  private var isAsking = false
  private var isBusy = false
  private var hasGrown = false

  private static let period: Time = 60_000
  /// Above this share of all processors, in percent, a node is taken for full.
  private static let limit: Int64 = 80
  private static let question: Int64 = -1_000_010
  private static let order: Int64 = -1_000_011

  init(_ scene: Scene, cloud: Address, group: NodeGroup) {
    apiserver = scene.apiserver
    self.cloud = cloud
    self.group = group
  }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    switch message {
    case .response(let response) where response.id == LoadWatcher.question:
      isAsking = false
      weigh(response.objects)
      return nil
    case .refused(let id, _) where id == LoadWatcher.question:
      isAsking = false
      return nil
    case .cloudReply(let reply) where reply.id == LoadWatcher.order: return nil
    default: return message
    }
  }

  /// Pods without room are none of its business.
  func forbids(_ verb: Verb, _ subject: Kube.Subject) -> Bool { verb == "grow" }

  func offers(_ offers: inout KubeOffers) {
    if isBusy, !hasGrown { offers.add("rescale", .named(group.name)) }
    offers.add("measure", .named("nodes.metrics.k8s.io"), when: !isAsking, due: next, background: true)
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    if action.verb == "measure" {
      next = out.now + LoadWatcher.period
      isAsking = true
      let key = ObjectKey(.nodeMetrics, "", "")
      out.send(
        .request(Request(id: LoadWatcher.question, user: "cluster-autoscaler", verb: .list, key: key)),
        to: apiserver
      )
      return true
    }
    guard action.verb == "rescale" else { return false }
    hasGrown = true
    let size = min(group.max, Int64(group.nodes.count) + 1)
    out.send(.cloud(CloudCall(id: LoadWatcher.order, .setSize(group: group.name, size))), to: cloud)
    return true
  }

  private mutating func weigh(_ measured: [Object]) {
    guard let whole = Quantity(group.template.cpu)?.milliValue, whole > 0 else { return }
    isBusy = measured.contains { object in
      guard let metrics = object.as(NodeMetrics.self), group.nodes.contains(object.name),
        let used = metrics.usage["cpu"].flatMap({ Quantity($0) })?.milliValue
      else { return false }
      return used * 100 > whole * LoadWatcher.limit
    }
  }
}
