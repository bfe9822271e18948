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
    case list
    /// Everything is done: tell the kubelet.
    case answer
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

  /// The first job with this verb and subject.
  func first(_ verb: Verb, _ subject: Kube.Subject, _ verbs: (RuntimeJob.Stage) -> Verb?) -> Int? {
    list.firstIndex { verbs($0.stage) == verb && $0.subject == subject }
  }

  mutating func take(_ index: Int) -> RuntimeJob { list.remove(at: index) }

  mutating func put(_ job: RuntimeJob, at index: Int) { list.insert(job, at: min(index, list.count)) }

  mutating func update(_ index: Int, _ change: (inout RuntimeJob) -> Void) { change(&list[index]) }

  /// The job that waits for the process of a container to end.
  func ending(_ id: String) -> Int? { list.firstIndex { $0.stage == .ending && $0.id == id } }

  func network(_ networkID: Int64) -> Int? { list.firstIndex { $0.stage == .network && $0.networkID == networkID } }

  /// Lists what is to be done, each verb and subject once.
  func offers(_ offers: inout KubeOffers, _ verbs: (RuntimeJob.Stage) -> Verb?) {
    for (index, job) in list.enumerated() {
      guard let verb = verbs(job.stage) else { continue }
      let isSecond = list[..<index].contains { verbs($0.stage) == verb && $0.subject == job.subject }
      if isSecond { continue }
      offers.add(verb, job.subject, due: job.due)
      if offers.isFull { return }
    }
  }

  var state: Value { .list(list.map { $0.state }) }
}
