import Clockwork

// kubectl logs: finds the Pods and containers that are meant, asks for one log after the other, and prints what comes.
extension Kubectl {
  private static let oldAnnotation = "kubectl.kubernetes.io/default-logs-container"
  private static let annotation = "kubectl.kubernetes.io/default-container"

  mutating func answerLogs(_ response: Response, to job: Job) {
    guard var current = run, case .logs(let options) = current.command.operation else { return }
    defer { run = current }
    guard response.isSuccess else {
      let isCut = response.message == "unexpected EOF"
      let text = isCut ? "error: unexpected EOF" : KubectlText.error(response)
      if options.ignoreErrors, case .logs = job.purpose {
        current.say("error: \(text)", about: job.subject)
      } else {
        // What was still to be asked for is not asked for.
        current.jobs = []
        current.fail(text, about: job.subject)
      }
      return
    }
    switch job.purpose {
    case .logsTarget:
      guard let object = response.object else { return }
      if let pod = object.pod { return plan([pod], options, &current) }
      guard let labels = Kubectl.pods(of: object) else {
        let type = Kubectl.goType(object.kind)
        current.fail(
          "error: cannot get the logs from \(type): selector for \(type) not implemented",
          about: job.subject
        )
        return
      }
      current.jobs.append(Job(.logsPods(labels), ObjectKey(.pod, object.namespace, "")))
    case .logsPods:
      choose(response.objects.compactMap { $0.pod }, options, job, &current)
    case .logs(_, let prefix):
      let text = Kubectl.prefixed(response.message, prefix)
      if !text.isEmpty { current.say(text, about: job.subject) }
    default: break
    }
  }

  /// A piece of a log that is followed.
  mutating func receive(_ response: Response, of stream: CommandRun.Stream, at now: Time) {
    run?.streams[response.id]?.isOpen = true
    if !response.isSuccess || !response.continues { run?.streams[response.id] = nil }
    answer(response, to: stream.job, at: now)
    if !response.isSuccess, run?.streams.isEmpty == false, run?.exitCode == 1 { run?.streams = [:] }
  }

  private static func prefixed(_ text: String, _ prefix: String) -> String {
    if prefix.isEmpty || text.isEmpty { return text }
    var lines = ScriptText.cut(text, at: "\n")
    if lines.last == "" { lines.removeLast() }
    return lines.map { prefix + $0 + "\n" }.joined()
  }

  // MARK: Pods

  /// What selects the Pods of a Deployment, a Service and their like.
  private static func pods(of object: Object) -> LabelSelector? {
    guard let selector = object.value["spec"]?["selector"], let entries = selector.entries else { return nil }
    if selector["matchLabels"] == nil, selector["matchExpressions"] == nil {
      var labels: Table<String, String> = [:]
      for entry in entries { labels[entry.key] = entry.value.plain }
      return LabelSelector(matchLabels: labels)
    }
    if case .success(let labels) = LabelSelector.read(selector) { return labels }
    return nil
  }

  private static func goType(_ kind: Kind) -> String {
    "*\(kind.group.isEmpty ? kind.version : "\(kind.group.prefix { $0 != "." }).\(kind.version)").\(kind.name)"
  }

  private func choose(
    _ found: [Pod],
    _ options: Command.LogsOptions,
    _ job: Job,
    _ current: inout CommandRun
  ) {
    if options.target == nil {
      if found.isEmpty {
        current.say("No resources found in \(current.command.namespace) namespace.", about: job.subject)
      }
      return plan(found.sorted { $0.key < $1.key }, options, &current)
    }
    let pods = found.sorted { LogOrder($0) < LogOrder($1) }
    guard let first = pods.first else {
      current.fail("error: timed out waiting for the condition", about: job.subject)
      return
    }
    if options.allPods { return plan(pods, options, &current) }
    if pods.count > 1 {
      current.say("Found \(pods.count) pods, using pod/\(first.metadata.name)", about: .object(first.key))
    }
    plan([first], options, &current)
  }

  // MARK: Containers

  /// One request for each container that is meant.
  private func plan(_ pods: [Pod], _ options: Command.LogsOptions, _ current: inout CommandRun) {
    var jobs: [Job] = []
    for pod in pods {
      var names: [String] = []
      if options.allContainers {
        names = (pod.spec.initContainers + pod.spec.containers).map { $0.name }
      } else {
        guard let name = container(of: pod, options, &current) else { return }
        names = [name]
      }
      for name in names {
        var query = options.query
        query.container = name
        let prefix = options.prefix ? "[pod/\(pod.metadata.name)/\(name)] " : ""
        jobs.append(Job(.logs(query, prefix: prefix), pod.key))
      }
    }
    if options.query.follow, Int64(jobs.count) > max(1, options.maxRequests) {
      current.fail(
        "error: you are attempting to follow \(jobs.count) log streams, but maximum allowed concurrency is "
          + "\(options.maxRequests), use --max-log-requests to increase the limit",
        about: pods.first.map { .object($0.key) }
      )
      return
    }
    current.jobs += jobs
  }

  /// The container whose log is meant; nothing where kubectl ends with an error.
  private func container(of pod: Pod, _ options: Command.LogsOptions, _ current: inout CommandRun) -> String? {
    let subject = Kube.Subject.object(pod.key)
    let known = pod.spec.containers.map { $0.name }
    let first = pod.spec.initContainers.map { $0.name }
    let title = pod.metadata.name
    var name = options.query.container
    let wanted = pod.metadata.annotations[version == .then ? Kubectl.oldAnnotation : Kubectl.annotation] ?? ""
    if name.isEmpty, !wanted.isEmpty {
      if known.contains(wanted) || first.contains(wanted) {
        name = wanted
      } else {
        current.say(KubectlText.noDefault(wanted, title, version), about: subject)
      }
    }
    if name.isEmpty {
      name = known.first ?? ""
      let isAlone = known.count == 1 && (first.isEmpty || version == .then)
      if !isAlone, version == .then {
        current.fail("error: \(KubectlText.whichContainer(known, first, title))", about: subject)
        return nil
      }
      if !isAlone, !options.allPods { current.say(KubectlText.defaulted(pod, name, version), about: subject) }
    }
    if known.contains(name) || first.contains(name) { return name }
    let all = version == .then ? "" : " out of: \(KubectlText.containers(pod))"
    current.fail("error: container \(name) is not valid for pod \(title)\(all)", about: subject)
    return nil
  }
}

/// Which Pod of several `kubectl logs deployment/NAME` takes: one on a node, running, ready, ready for long.
private struct LogOrder: Comparable {
  private let keys: [Int64]
  private let name: String

  init(_ pod: Pod) {
    let status = pod.status
    let phase: Int64 = status.phase == "Running" ? 0 : (status.phase == "Unknown" ? 1 : 2)
    let ready = status[condition: "Ready"]
    let isReady = ready?.status == "True"
    let restarts = status.containerStatuses.map { $0.restartCount }.max() ?? 0
    keys = [
      pod.spec.nodeName.isEmpty ? 1 : 0, phase, isReady ? 0 : 1,
      isReady ? ready?.lastTransitionTime?.milliseconds ?? .max : 0, -restarts,
      pod.metadata.creationTimestamp?.milliseconds ?? .max,
    ]
    name = pod.metadata.name
  }

  static func < (left: LogOrder, right: LogOrder) -> Bool {
    for (one, other) in zip(left.keys, right.keys) where one != other { return one < other }
    return left.name < right.name
  }
}

extension KubectlText {
  /// Every container of a Pod, as kubectl lists them where one has to be named.
  static func containers(_ pod: Pod) -> String {
    let names = pod.spec.containers.map { $0.name } + pod.spec.initContainers.map { "\($0.name) (init)" }
    return names.joined(separator: ", ")
  }

  static func whichContainer(_ names: [String], _ first: [String], _ pod: String) -> String {
    let head = "a container name must be specified for pod \(pod), choose one of: [\(names.joined(separator: " "))]"
    return first.isEmpty ? head : "\(head) or one of the init containers: [\(first.joined(separator: " "))]"
  }

  static func noDefault(_ name: String, _ pod: String, _ version: Version) -> String {
    version == .then
      ? "Default container name \"\(name)\" in annotation not found in a pod"
      : "Default container name \"\(name)\" not found in pod \(pod)"
  }
}
