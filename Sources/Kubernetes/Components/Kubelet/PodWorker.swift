import Clockwork

/// What the kubelet does for one Pod: one thing after the other, as its worker does.
///
/// A pass over the Pod (a sync) makes a plan; each task of the plan is an action of its own, and the next begins when
/// the runtime has answered. What happens meanwhile is remembered and looked at in the next pass.
struct PodWorker: Sendable {
  /// How far the Pod has come on this node.
  enum Life: Equatable, Sendable {
    /// Not yet admitted.
    case new
    case running
    /// Refused by admission: nothing of it is started.
    case refused
    /// "Now": everything is stopped and the last status is written.
    case terminated
  }

  /// One task of a plan.
  enum Work: Equatable, Sendable {
    case prepare
    case stop(id: String, name: String, message: String)
    case stopSandbox(id: String)
    case sandbox
    /// Back-off and image are looked at before anything is asked of the runtime.
    case begin(String)
    case pull(String)
    case create(String)
    case start(String)
    /// What a container wants done once it runs.
    case postStart(String)
    /// What it wants done before it ends, and since when that goes on; then its end.
    case preStop(id: String, name: String, from: Time)
    case terminate(id: String, name: String, seconds: Int64)
    /// Another size for a container that runs.
    case resize(id: String, name: String)

    var isStop: Bool {
      switch self {
      case .stop, .terminate: true
      default: false
      }
    }

    var isPull: Bool {
      if case .pull = self { return true }
      return false
    }

    /// The container that it starts.
    var container: String? {
      switch self {
      case .begin(let name), .pull(let name), .create(let name), .start(let name), .postStart(let name): name
      case .prepare, .stop, .preStop, .terminate, .stopSandbox, .sandbox, .resize: nil
      }
    }

    func verb(_ pod: ObjectKey) -> (Verb, Kube.Subject) {
      switch self {
      case .prepare: ("prepare", .object(pod))
      case .stop(_, let name, _): ("stop", .container(pod, name))
      case .stopSandbox: ("stop", .container(pod, "POD"))
      case .sandbox: ("sandbox", .object(pod))
      case .begin(let name), .pull(let name): ("pull", .container(pod, name))
      case .create(let name): ("create", .container(pod, name))
      case .start(let name): ("start", .container(pod, name))
      case .postStart(let name), .preStop(_, let name, _): ("hook", .container(pod, name))
      case .terminate(_, let name, _): ("terminate", .container(pod, name))
      case .resize(_, let name): ("resize", .container(pod, name))
      }
    }
  }

  /// Why a container could not be started, for the next status.
  struct Failure: Equatable, Sendable {
    var reason: String
    var message: String
  }

  /// A task that the runtime, or kube-apiserver, has been asked to do.
  struct Call: Equatable, Sendable {
    var id: Int64
    var work: Work
    var isRequest: Bool
  }

  let uid: String
  /// The Pod as the API last told it.
  var pod: Pod
  /// What its containers ask for.
  var demand = ResourceAmounts()
  /// Why a change of that is put off, or cannot be.
  var resizeRefusal: ResizeRefusal?
  var life = Life.new
  /// The object is gone from the API; what is left on the node goes too.
  var isGone = false
  var isPrepared = false
  var plan: [Work] = []
  var calls: [Call] = []
  /// Something happened that the next pass must look at.
  var isPending = false
  var lastSync: Time = -1
  var retryAt: Time?
  /// The node has no network: it is tried again soon, which is periodic work.
  var isWaitingForNetwork = false
  var hasFailed = false
  /// The pass under way stops everything because the Pod ends.
  var isKilling = false
  /// The first time at which a back-off ends that stood in the way in this pass.
  var backOffEnds: Time = .never
  /// Who asks its containers how they are.
  var probers: [Prober] = []
  var failures: Table<String, Failure> = [:]
  /// Why the node gave the Pod up; nothing of it is started again.
  var eviction: Failure?
  var pullErrors: Table<String, String> = [:]
  /// What the kubelet thinks of the Pod, and how much of it the API has.
  var report: StatusReport
  /// What the last look at the runtime showed.
  var seen: [ContainerRecord] = []
  /// What a look would show now, and since when.
  var actual: [ContainerRecord] = []
  var changedAt: Time = 0
  /// When the last look was.
  var seenAt: Time = -1
  /// Containers of the runtime that are to be removed, and those that it has been told to.
  var removals: [String] = []
  var removing: Table<Int64, String> = [:]
  var removeAt: Time = 0
  /// Sandboxes that the runtime has stopped: they have given their networks back.
  var released: [String] = []
  /// When the time of a container's hook is up.
  var hookEnds: Table<String, Time> = [:]
  /// When nothing of the Pod was left on the node.
  var clearedAt: Time?
  /// The final DELETE under way, and the time of its next try.
  var finishing: Int64?
  var finishAt: Time = 0

  init(_ pod: Pod) {
    uid = pod.metadata.uid
    self.pod = pod
    report = StatusReport(pod.status)
  }

  var key: ObjectKey { pod.key }
  /// As the kubelet's log names a Pod: `web_default(uid)`.
  var title: String { "\(pod.metadata.name)_\(pod.metadata.namespace)(\(uid))" }
  var isWorking: Bool { !plan.isEmpty || !calls.isEmpty }
  var differs: Bool { seen != actual }
  var isEnding: Bool { isGone || pod.metadata.deletionTimestamp != nil }

  /// The tasks that can be done now: several stops at once, anything else alone.
  var ready: [Work] {
    guard let head = plan.first else { return [] }
    if head.isStop { return Array(plan.prefix { $0.isStop }) }
    return calls.isEmpty ? [head] : []
  }

  mutating func remove(_ work: Work) {
    if let index = plan.firstIndex(of: work) { plan.remove(at: index) }
  }

  /// Gives up on a container; the others of the Pod go on.
  mutating func fail(_ container: String, _ reason: String, _ message: String) {
    failures[container] = Failure(reason: reason, message: message)
    plan.removeAll { $0.container == container }
    hasFailed = true
  }

  /// Gives up on the whole pass.
  mutating func failAll() {
    plan = []
    hasFailed = true
  }

  /// The containers of the Pod as the last look showed them, newest first.
  func records(_ name: String) -> [ContainerRecord] {
    Array(seen.filter { $0.name == name && !$0.isSandbox }.reversed())
  }

  var sandboxes: [ContainerRecord] { Array(seen.filter { $0.isSandbox }.reversed()) }

  /// The sandbox that runs, as the last look or the last call showed it.
  var sandbox: ContainerRecord? {
    for record in actual.reversed() where record.isSandbox && record.phase == .running { return record }
    return nil
  }

  func container(_ name: String) -> Container? {
    for container in pod.spec.containers where container.name == name { return container }
    for container in pod.spec.initContainers where container.name == name { return container }
    return nil
  }

  /// Where a container stands in the Pod's spec; empty for the Pod itself.
  func fieldPath(_ container: String) -> String {
    if container.isEmpty { return "" }
    for one in pod.spec.initContainers where one.name == container { return "spec.initContainers{\(container)}" }
    return "spec.containers{\(container)}"
  }

  var state: Value {
    var value: Value = .map(
      ("uid", .string(uid)),
      ("plan", .list(plan.map { .string("\($0.verb(key).0.text) \($0.verb(key).1.description)") })),
      ("calls", .list(calls.map { .string("\($0.work.verb(key).0.text)") })),
      ("seen", .list(seen.map { .string("\($0.title) \($0.phase.rawValue)") }))
    )
    if isPending { value["pending"] = true }
    if !probers.isEmpty { value["probes"] = .list(probers.map { $0.state }) }
    if report.isDue { value["toReport"] = .string(report.status.phase) }
    if let retryAt { value["retryAt"] = .integer(retryAt) }
    if !removals.isEmpty { value["toRemove"] = .integer(Int64(removals.count)) }
    return value
  }
}
