import Clockwork

// kubectl drain: cordon the node, find its Pods, evict them, and wait until they are gone.
extension Kubectl {
  /// How long kubectl waits after a budget has refused.
  static let evictionPause: Int64 = 5000

  mutating func answerDrain(_ response: Response, to job: Job, at now: Int64) {
    guard var current = run, case .node(_, .drain(let options)) = current.command.operation else { return }
    switch job.purpose {
    case .drainPods(let node):
      if response.isSuccess {
        choose(response.objects, node, options, &current)
      } else {
        fail(&current, response, job)
      }
    case .evict(let uid, let tries):
      if response.code == 429 {
        let head = "error when evicting pods/\"\(job.key.name)\" -n \"\(job.key.namespace)\""
        current.say("\(head) (will retry after 5s): \(response.message)", about: job.subject)
        var again = Job(.evict(uid: uid, tries: tries + 1), job.key, job.body)
        again.notBefore = now + Kubectl.evictionPause
        current.insert(again)
      } else if response.isSuccess {
        current.insert(Job(.drainWait(uid), job.key))
      } else if response.code != 404 {
        fail(&current, response, job)
      }
    case .drainWait(let uid):
      let isThere = response.objects.contains { $0.uid == uid && $0.key == job.key }
      let said = "\(job.key.text) evicted"
      if isThere {
        current.awaited = CommandRun.Awaited(key: job.key, uid: uid, said: said)
      } else {
        current.say(said, about: job.subject)
      }
    default: break
    }
    current.endDrain()
    run = current
  }

  /// Decides which Pods of the node have to go, or that something is in the way.
  private func choose(
    _ pods: [Object],
    _ node: String,
    _ options: Command.DrainOptions,
    _ current: inout CommandRun
  ) {
    var going: [Object] = []
    var daemons: [String] = []
    var bare: [String] = []
    var local: [String] = []
    for object in pods {
      guard let pod = object.pod, pod.metadata.annotations["kubernetes.io/config.mirror"] == nil else { continue }
      let name = object.key.qualifiedName
      let owner = pod.metadata.controller
      if owner?.kind == "DaemonSet" {
        daemons.append(name)
        continue
      }
      if !pod.hasEnded {
        if owner == nil { bare.append(name) }
        if pod.spec.volumes.contains(where: { $0["emptyDir"] != nil }) { local.append(name) }
      }
      going.append(object)
    }
    let text = Text(version)
    var errors: [String] = []
    var warnings: [String] = []
    func judge(_ names: [String], _ isAllowed: Bool, _ error: String, _ warning: String) {
      if names.isEmpty { return }
      let list = names.joined(separator: ", ")
      if isAllowed { warnings.append("\(warning): \(list)") } else { errors.append("\(error): \(list)") }
    }
    judge(daemons, options.ignoresDaemonSets, text.cannotDeleteDaemons, text.ignoringDaemons)
    judge(local, options.deletesEmptyDirs, text.cannotDeleteLocal, text.deletingLocal)
    judge(bare, options.isForced, text.cannotDeleteBare, text.deletingBare)
    let about = Kube.Subject.object(ObjectKey(.node, "", node))
    if !errors.isEmpty {
      let error = errors.count == 1 ? errors[0] : "[\(errors.joined(separator: ", "))]"
      return current.fail(text.drainRefused(node, error), about: about)
    }
    if !warnings.isEmpty { current.say(text.drainWarning(warnings.joined(separator: "; ")), about: about) }
    for object in going {
      current.say("evicting pod \(object.key.qualifiedName)", about: .object(object.key))
      let body = Request.Body.delete(Deletion(graceSeconds: options.graceSeconds))
      current.insert(Job(.evict(uid: object.uid, tries: 0), object.key, body))
    }
  }
}

extension CommandRun {
  /// Evictions come first, then the waits for those that were granted.
  mutating func insert(_ job: Job) {
    let place = jobs.firstIndex { $0.drainRank > job.drainRank } ?? jobs.count
    jobs.insert(job, at: place)
  }

  /// Nothing of the node is left: kubectl says so.
  mutating func endDrain() {
    guard case .node(_, .drain) = command.operation, jobs.isEmpty, awaited == nil, exitCode == 0, !described,
      let node = found.first
    else { return }
    described = true
    say("\(node.key.text) \(version == .then ? "evicted" : "drained")", about: .object(node.key))
  }
}

extension Job {
  fileprivate var drainRank: Int {
    switch purpose {
    case .evict: 1
    case .drainWait: 2
    default: 0
    }
  }

  /// A budget that has refused for two minutes will not give in soon: the retries hold nobody up any more.
  var isHopeless: Bool {
    if case .evict(_, let tries) = purpose { return tries > 24 }
    return false
  }
}

extension Text {
  var cannotDeleteDaemons: String {
    "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
  }
  var ignoringDaemons: String { "ignoring DaemonSet-managed Pods" }
  var cannotDeleteLocal: String {
    "cannot delete Pods with local storage (use --delete-emptydir-data to override)"
  }
  var deletingLocal: String { "deleting Pods with local storage" }
  var cannotDeleteBare: String {
    version == .then
      ? "cannot delete Pods not managed by ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet"
        + " (use --force to override)"
      : "cannot delete Pods that declare no controller (use --force to override)"
  }
  var deletingBare: String {
    version == .then
      ? "deleting Pods not managed by ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet"
      : "deleting Pods that declare no controller"
  }

  func drainWarning(_ text: String) -> String { version == .then ? "WARNING: \(text)" : "Warning: \(text)" }

  func drainRefused(_ node: String, _ error: String) -> String {
    version == .then
      ? "error: unable to drain node \"\(node)\", aborting command...\n\nThere are pending nodes to be drained:\n \(node)\n"
        + "error: \(error)"
      : "error: unable to drain node \"\(node)\" due to error: \(error), continuing command...\n"
        + "There are pending nodes to be drained:\n \(node)\n\(error)"
  }
}
