import Clockwork

/// A call of the kubelet that a runtime is busy with.
struct RuntimeJob: Sendable {
  /// What has to be done next.
  enum Stage: Equatable, Sendable {
    case create
    case namespace
    /// The network plugin has been called.
    case network
    case start
    case pull
    case release
    case kill
    /// The signal is sent; the process has not ended.
    case ending
    case stop
    case remove
    case exec
    /// A log file has been put aside.
    case rotate
    /// A container gets other limits.
    case update
    case list
    /// The network plugin is asked whether it is there.
    case status
    /// Everything is done: tell the kubelet.
    case answer

    /// What the part is called; nothing while somebody else has to act.
    func verb(_ habits: RuntimeDesk.Habits) -> Verb? {
      switch self {
      case .create: "create"
      case .start: "start"
      case .pull: "pull"
      case .namespace: "namespace"
      // The network or its namespace goes.
      case .release: "release"
      case .kill: "kill"
      case .stop: "stop"
      case .remove: habits.remove
      case .exec: "exec"
      case .rotate: "rotate"
      case .update: "update"
      case .list: "list"
      case .status: "look"
      // The kubelet's call returns.
      case .answer: "answer"
      case .network, .ending: nil
      }
    }
  }

  let call: RuntimeCall
  let arrived: Time
  var stage: Stage
  var due: Time
  /// The sandbox or container that it is about.
  var id: String = ""
  var name: String = ""
  /// The call to the network plugin.
  var networkID: Int64 = 0
  var outcome: RuntimeReply.Outcome = .done

  var pod: ObjectKey { call.pod }

  var subject: Kube.Subject {
    switch stage {
    case .pull:
      if case .pullImage(let image) = call.operation { return .named(image) }
      return .object(pod)
    case .namespace, .network, .release, .exec, .answer: return .object(pod)
    case .list: return .named("containers")
    case .status: return .named("network")
    default: return .container(pod, name)
    }
  }

  /// The row that a recording has for it.
  func record(_ actor: String, _ verb: Verb, _ detail: String = "") -> Kube.Record {
    RuntimeJob.row(actor, verb, pod, name, id, detail)
  }

  static func row(
    _ actor: String,
    _ verb: Verb,
    _ pod: ObjectKey,
    _ name: String,
    _ id: String,
    _ detail: String
  ) -> Kube.Record {
    var record = Kube.Record(actor: actor, verb: verb.text, resource: "container")
    record.namespace = pod.namespace
    record.name = "\(pod.name)/\(name)"
    record.note = "\(name == "POD" ? "sandbox (pause)" : "container") \(ContainerStore.short(id))\(detail)"
    record.isStep = true
    return record
  }

  var state: Value {
    .map(("call", .string(call.summary)), ("due", .integer(due)))
  }
}

/// The calls under way; two for the same thing wait for one another.
struct RuntimeJobs: Sendable {
  private(set) var list: [RuntimeJob] = []

  mutating func add(_ job: RuntimeJob) { list.append(job) }

  mutating func removeAll() { list = [] }

  /// Takes the first job that an action is about.
  mutating func take(_ action: KubeAction, _ habits: RuntimeDesk.Habits) -> (index: Int, job: RuntimeJob)? {
    let found = list.firstIndex { $0.stage.verb(habits) == action.verb && $0.subject == action.subject }
    return found.map { ($0, take($0)) }
  }

  mutating func take(_ index: Int) -> RuntimeJob { list.remove(at: index) }

  mutating func put(_ job: RuntimeJob, at index: Int) { list.insert(job, at: min(index, list.count)) }

  mutating func update(_ index: Int, _ change: (inout RuntimeJob) -> Void) { change(&list[index]) }

  /// The job that waits for the process of a container to end.
  func ending(_ id: String) -> Int? { list.firstIndex { $0.stage == .ending && $0.id == id } }

  func network(_ networkID: Int64) -> Int? { list.firstIndex { $0.stage == .network && $0.networkID == networkID } }

  /// Lists what is to be done, each verb and subject once.
  func offers(_ offers: inout KubeOffers, _ habits: RuntimeDesk.Habits) {
    for index in list.indices {
      // In their places: a job is large, and most of a large node's wait for their time.
      if offers.isAhead(list[index].due) { continue }
      guard let verb = list[index].stage.verb(habits) else { continue }
      if index > 0, isSecond(index, verb, habits) { continue }
      offers.add(verb, list[index].subject, due: list[index].due)
      if offers.isFull { return }
    }
  }

  /// Whether an earlier job has the same verb and subject; what cannot be the same is told apart without their texts.
  private func isSecond(_ index: Int, _ verb: Verb, _ habits: RuntimeDesk.Habits) -> Bool {
    for earlier in 0..<index {
      if list[earlier].stage == .ending || list[earlier].stage == .network { continue }
      let isOther = list[earlier].call.pod != list[index].call.pod && list[index].stage != .pull
      if isOther || list[earlier].stage.verb(habits) != verb { continue }
      if list[earlier].subject == list[index].subject { return true }
    }
    return false
  }

  var state: Value { .list(list.map { $0.state }) }
}
