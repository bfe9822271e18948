import Clockwork

/// The ghost of a scheduler that measures Pods and asks for more of them when they run short.
struct Scaler: Ghost {
  typealias Model = Kube

  private let apiserver: Address
  private var deployments: Table<ObjectKey, Deployment> = [:]
  private var pods: Table<ObjectKey, Pod> = [:]
  private var wishes: [(target: ObjectKey, size: Int64)] = []
  private var next: Time = period
  private var isAsking = false

  private static let period: Time = 60_000
  /// Above this share of what was asked for, in percent, there is a shortage.
  private static let limit: Int64 = 90
  /// The numbers of its requests.
  private static let question: Int64 = -10
  private static let wish: Int64 = -11

  init(_ scene: Scene) { apiserver = scene.apiserver }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    switch message {
    case .watch(let event):
      let key = event.object.key
      if event.object.kind == .pod { pods[key] = event.type == .deleted ? nil : event.object.pod }
      guard event.object.kind == .deployment else { return message }
      deployments[key] = event.type == .deleted ? nil : event.object.as(Deployment.self)
      return nil
    case .response(let response) where response.id == Scaler.question:
      isAsking = false
      weigh(response.objects)
      return nil
    case .response(let response) where response.id == Scaler.wish: return nil
    case .refused(let id, _) where id == Scaler.question:
      isAsking = false
      return nil
    default: return message
    }
  }

  func offers(_ offers: inout KubeOffers) {
    if let wish = wishes.first { offers.add("rescale", .object(wish.target)) }
    if deployments.isEmpty { return }
    offers.add("measure", .named("pods.metrics.k8s.io"), when: !isAsking, due: next, background: true)
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    if action.verb == "measure" {
      next = out.now + Scaler.period
      isAsking = true
      var request = Request(
        id: Scaler.question,
        user: "kube-scheduler",
        verb: .list,
        key: ObjectKey(.podMetrics, "default", "")
      )
      request.labels = nil
      out.send(.request(request), to: apiserver)
      return true
    }
    guard action.verb == "rescale", !wishes.isEmpty else { return false }
    let wish = wishes.removeFirst()
    var request = Request(id: Scaler.wish, user: "kube-scheduler", verb: .update, key: wish.target)
    request.subresource = "scale"
    request.body = .scale(wish.size)
    out.send(.request(request), to: apiserver)
    return true
  }

  /// One replica more for each Deployment whose Pods use nearly everything that they asked for.
  private mutating func weigh(_ measured: [Object]) {
    var chosen: [(target: ObjectKey, size: Int64)] = []
    deployments.forEach { key, deployment in
      guard case .success(let selector) = LabelSelector.read(deployment.spec.selector) else { return }
      var used: Int64 = 0
      var asked: Int64 = 0
      for object in measured where object.namespace == key.namespace {
        guard let pod = pods[ObjectKey(.pod, object.namespace, object.name)], selector.matches(pod.metadata.labels)
        else { continue }
        for part in object.as(PodMetrics.self)?.containers ?? [] { used += Scaler.milli(part.usage) }
        for part in pod.spec.containers { asked += Scaler.milli(part.resources.requests) }
      }
      if asked > 0, used * 100 > asked * Scaler.limit { chosen.append((key, deployment.size + 1)) }
    }
    wishes = chosen
  }

  private static func milli(_ amounts: ResourceList) -> Int64 {
    amounts["cpu"].flatMap { Quantity($0) }?.milliValue ?? 0
  }
}
