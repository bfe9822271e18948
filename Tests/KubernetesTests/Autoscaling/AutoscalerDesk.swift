import Clockwork

@testable import Kubernetes

/// The HPA controller alone, with hand-made answers: an autoscaler, its target, its Pods and their metrics.
struct AutoscalerDesk {
  static let key = ObjectKey(.horizontalPodAutoscaler, "default", "web")
  static let target = ObjectKey(.deployment, "default", "web")
  let version: Version
  var solo: Solo<HorizontalPodAutoscalerController>
  /// The autoscaler as kube-apiserver has it.
  private(set) var stored: Object
  var replicas: Int64
  /// Events in the order in which they were recorded.
  private(set) var events: [String] = []

  init(
    _ version: Version = .now,
    replicas: Int64 = 2,
    request: String = "200m",
    _ change: (inout AutoscalerSpec) -> Void = { _ in }
  ) {
    self.version = version
    self.replicas = replicas
    var autoscaler = HorizontalPodAutoscaler()
    autoscaler.metadata = ObjectMeta(name: "web", namespace: "default")
    autoscaler.metadata.uid = "uid-hpa"
    autoscaler.metadata.resourceVersion = 7
    autoscaler.spec.scaleTargetRef = ScaleTarget(Self.target)
    autoscaler.spec.minReplicas = 2
    autoscaler.spec.maxReplicas = 10
    autoscaler.spec.metrics = [MetricSpec(resource: "cpu", MetricTarget(utilization: 50))]
    change(&autoscaler.spec)
    stored = Object(autoscaler)
    var controller = HorizontalPodAutoscalerController(version: version, apiserver: 9)
    var pods: [Object] = []
    for index in 0..<replicas { pods.append(Self.pod("web-\(index)", request)) }
    controller.seed([stored] + pods, revision: 10)
    solo = Solo(controller)
  }

  static func pod(_ name: String, _ request: String) -> Object {
    var pod = Sample.pod(name, cpu: request, node: "node1").pod ?? Pod()
    pod.metadata.labels = ["app": "web"]
    pod.status.phase = "Running"
    pod.status.startTime = Timestamp(-3_600_000)
    pod.status[condition: "Ready"] = PodCondition(type: "Ready", status: "True", since: Timestamp(-3_500_000))
    return Object(pod: pod)
  }

  var deployment: Object {
    let labels = Value.map(("matchLabels", .map(("app", "web"))))
    var problems: [FieldProblem] = []
    let value = Value.map(
      ("apiVersion", "apps/v1"),
      ("kind", "Deployment"),
      ("metadata", .map(("name", "web"), ("namespace", "default"))),
      ("spec", .map(("replicas", .integer(replicas)), ("selector", labels)))
    )
    return Object(value: value, problems: &problems) ?? stored
  }

  /// A Pod in the answer of the metrics API.
  static func metrics(_ name: String, cpu: String, at time: Int64) -> Object {
    var problems: [FieldProblem] = []
    let container = Value.map(("name", "web"), ("usage", .map(("cpu", .string(cpu)), ("memory", "10Mi"))))
    let value = Value.map(
      ("apiVersion", "metrics.k8s.io/v1beta1"),
      ("kind", "PodMetrics"),
      ("metadata", .map(("name", .string(name)), ("namespace", "default"))),
      ("timestamp", .string(Timestamp(time).text)),
      ("window", "15s"),
      ("containers", .list([container]))
    )
    return Object(value: value, problems: &problems) ?? Sample.pod(name)
  }

  /// What the answer to the metrics request is.
  enum Metrics {
    case usage([String])
    case failed(Int64)
  }

  /// Lets one period pass and answers whatever is asked; the actions in order.
  mutating func look(_ metrics: Metrics = .usage([]), after period: Int64 = 15_000, finds: Bool = true) -> [String] {
    solo.now += period
    var log: [String] = []
    for _ in 0..<12 {
      let done = solo.settle()
      log += done
      let asked = solo.takeRequests()
      if done.isEmpty, asked.isEmpty { break }
      for request in asked { solo.hear(.response(answer(request, metrics, finds))) }
    }
    return log
  }

  private mutating func answer(_ request: Request, _ metrics: Metrics, _ finds: Bool) -> Response {
    var response = Response(id: request.id, code: 200, about: request.key)
    switch (request.verb, request.kind) {
    case (.get, _) where !finds:
      response.code = 404
      response.message = "deployments.apps \"web\" not found"
    case (.list, .podMetrics):
      switch metrics {
      case .failed(let code): response.code = code
      case .usage(let usage):
        response.objects = usage.enumerated().map { Self.metrics("web-\($0.offset)", cpu: $0.element, at: solo.now) }
      }
    case (.update, .horizontalPodAutoscaler):
      if case .object(let object) = request.body { stored = object.with { $0.resourceVersion += 1 } }
      response.object = stored
      solo.hear(Sample.event(.modified, stored))
    case (.create, .event), (.patch, .event):
      if case .object(let object) = request.body, let event = object.event {
        events.append("\(event.type) \(event.reason) \(event.message)")
      }
    default:
      if case .scale(let wanted) = request.body { replicas = wanted }
      response.object = deployment
    }
    return response
  }

  var status: AutoscalerStatus { stored.as(HorizontalPodAutoscaler.self)?.status ?? AutoscalerStatus() }

  /// Each as `AbleToScale=True ReadyForNewScale`.
  var conditions: [String] { status.conditions.map { "\($0.type)=\($0.status) \($0.reason)" } }

  func message(_ type: String) -> String { status[condition: type]?.message ?? "" }

  /// The row of `kubectl get hpa`.
  var row: [String] {
    let table = ObjectTable([stored], version, now: solo.now)
    return table.rows.last ?? []
  }
}
