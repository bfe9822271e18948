import Clockwork

/// Picks and sorts what `kubectl get` and its relatives found.
enum Listing {
  /// The objects that a command's selectors want, by namespace and name as the API server lists them.
  static func select(_ objects: [Object], _ operation: Command.Operation) -> [Object] {
    // kube-apiserver has left out what the selectors do not want.
    operation.selection == nil ? objects : objects.sorted { $0.key < $1.key }
  }

  /// `--sort-by`: numbers by size, everything else as text; equal ones stay as they are.
  static func sort(_ objects: [Object], by path: [String]) -> [Object] {
    if path.isEmpty { return objects }
    var keyed: [(place: Int, value: Value, object: Object)] = []
    for (place, object) in objects.enumerated() { keyed.append((place, object.value.at(path) ?? .null, object)) }
    keyed.sort { left, right in
      if let one = left.value.integer, let other = right.value.integer {
        return one == other ? left.place < right.place : one < other
      }
      let (one, other) = (left.value.plain, right.value.plain)
      return one == other ? left.place < right.place : one < other
    }
    return keyed.map { $0.object }
  }
}

extension Command.Operation {
  /// The objects that a command means, where it means some that are there.
  var selection: Command.Selection? {
    switch self {
    case .get(let options): options.selection
    case .describe(let wanted), .delete(let wanted, _), .label(let wanted, _), .node(let wanted, _): wanted
    default: nil
    }
  }
}

extension Job {
  /// Whether the selectors of the command go with the request.
  var isSelecting: Bool {
    switch purpose {
    case .list, .describeList, .deleteList, .labelList, .nodeList, .watch: true
    default: false
    }
  }

  /// Whether this asks for a part of the description of an object.
  func isPart(of object: Object) -> Bool {
    if case .describeParts(let other) = purpose { return other.key == object.key }
    return false
  }
}

extension CommandRun {
  /// Everything has been asked: what is printed at the end is printed, and what is waited for begins.
  mutating func finish(at now: Time) {
    switch command.operation {
    case .get(let options) where options.watches: beginFollowing(options, at: now)
    case .get(let options): printFound(options, at: now)
    case .delete(let selection, _):
      if selection.names.isEmpty, exitCode == 0, waits.isEmpty, output.isEmpty, !described {
        say("No resources found", about: .named(selection.kinds.first?.plural ?? "objects"))
      }
      described = true
      jobs = waits
      waits = []
    case .describe(let selection):
      if !described, failures.isEmpty, selection.names.isEmpty {
        say(KubectlText.nothingFound(command, selection), about: .named(selection.kinds.first?.plural ?? "objects"))
        described = true
      }
    default: break
    }
    output += failures
    failures = []
  }

  private mutating func printFound(_ options: Command.GetOptions, at now: Time) {
    let selection = options.selection
    let subject: Kube.Subject
    if selection.names.count == 1, let only = selection.names.first {
      subject = .object(only)
    } else {
      subject = .named(selection.kinds.first?.plural ?? "objects")
    }
    let objects = Listing.sort(found, by: options.sortBy)
    // Whether anything is there is not known when the question failed.
    if objects.isEmpty, !failures.isEmpty { return }
    switch options.output {
    case .yaml, .json:
      if objects.isEmpty, !selection.names.isEmpty { return }
      let isList = selection.names.count != 1
      let text =
        options.output == .yaml
        ? ObjectText.yaml(objects, isList: isList, version) : ObjectText.json(objects, isList: isList, version)
      say(text, about: subject)
    case .name:
      if objects.isEmpty { return }
      say(objects.map { $0.key.text }.joined(separator: "\n"), about: subject)
    case .table, .wide:
      if objects.isEmpty {
        if selection.names.isEmpty, !options.ignoreNotFound {
          say(KubectlText.nothingFound(command, selection), about: subject)
        }
        return
      }
      say(table(objects, options, at: now), about: subject)
    }
  }

  /// One table for each kind, with an empty line between them.
  private func table(_ objects: [Object], _ options: Command.GetOptions, at now: Time) -> String {
    var printing = options.printing
    var text = ""
    for kind in options.selection.kinds {
      let group = objects.filter { $0.kind == kind }
      if group.isEmpty { continue }
      printing.showsNamespace = options.selection.allNamespaces && kind.isNamespaced
      if !text.isEmpty { text += "\n" }
      text += ObjectTable(group, version, now: now, printing).text
    }
    return text
  }

  // MARK: describe

  /// Asks for what belongs to the description of an object: its Events, and for a node its Pods and its lease.
  mutating func describe(_ object: Object) {
    var parts = [
      Job(.describeParts(object), ObjectKey(.event, object.namespace.isEmpty ? "default" : object.namespace, ""))
    ]
    if object.kind == .node {
      parts.insert(Job(.describeParts(object), ObjectKey(.lease, "kube-node-lease", "")), at: 0)
      parts.insert(Job(.describeParts(object), ObjectKey(.pod, "", "")), at: 0)
    }
    for kind in CommandRun.parts(of: object.kind, version) {
      let home = object.kind == .namespace ? object.name : object.namespace
      parts.insert(Job(.describeParts(object), ObjectKey(kind, home, "")), at: 0)
    }
    jobs = parts + jobs
  }

  /// The kinds that a description shows beside the object itself.
  private static func parts(of kind: Kind, _ version: Version) -> [Kind] {
    switch kind {
    case .service: version == .then ? [.endpoints] : [.endpointSlice]
    case .namespace: [.resourceQuota, .limitRange]
    case .deployment: [.replicaSet]
    case .replicaSet, .statefulSet, .daemonSet: [.pod]
    default: []
    }
  }

  mutating func printDescription(of object: Object, at now: Time) {
    var events: [Event] = []
    for part in parts {
      guard let event = part.event, event.involvedObject.name == object.name,
        event.involvedObject.kind == object.kind.name
      else { continue }
      if event.involvedObject.uid == object.uid || object.kind == .node { events.append(event) }
    }
    var text = described ? "\n\n" : ""
    if let pod = object.pod {
      text += Describe.pod(pod, events: events, version, now: now)
    } else if let node = object.node {
      var pods: [Pod] = []
      for part in parts {
        if let pod = part.pod, pod.spec.nodeName == object.name { pods.append(pod) }
      }
      let lease = parts.first { $0.kind == .lease && $0.name == object.name }
      text += Describe.node(node, pods: pods, lease: lease, events: events, version, now: now)
    } else if let autoscaler = object.as(HorizontalPodAutoscaler.self) {
      text += Describe.autoscaler(autoscaler, events: events, version, now: now)
    } else if let deployment = object.as(Deployment.self) {
      let sets = RolloutText.owned(parts, by: object)
      text += Describe.deployment(deployment, sets: sets, events: events, version, now: now)
    } else if let set = object.as(ReplicaSet.self) {
      let pods = parts.filter { $0.metadata.controller?.uid == object.uid }.compactMap { $0.pod }
      text += Describe.replicaSet(set, pods: pods, events: events, version, now: now)
    } else {
      text += describeOther(object, events, at: now) ?? describePlainly(object)
    }
    say(text, about: .object(object.key))
    described = true
    parts = []
  }

  /// Services, quotas, limits and namespaces, with what was asked for beside them.
  private func describeOther(_ object: Object, _ events: [Event], at now: Time) -> String? {
    if let text = describeSet(object, events, at: now) { return text }
    if object.kind.isCustom { return Describe.custom(object, events: events, version, now: now) }
    if let service = object.as(Service.self) {
      var slices: [EndpointSlice] = []
      var endpoints: Endpoints?
      for part in parts {
        if part.name == object.name, let found = part.as(Endpoints.self) { endpoints = found }
        guard part.metadata.labels["kubernetes.io/service-name"] == object.name else { continue }
        if let slice = part.as(EndpointSlice.self) { slices.append(slice) }
      }
      return Describe.service(service, endpoints: endpoints, slices: slices, events: events, version, now: now)
    }
    if let quota = object.as(ResourceQuota.self) { return Describe.quota(quota) }
    if let range = object.as(LimitRange.self) { return Describe.limits(range) }
    if let namespace = object.asNamespace {
      let quotas = parts.compactMap { $0.as(ResourceQuota.self) }
      return Describe.namespace(namespace, quotas: quotas, limits: parts.compactMap { $0.as(LimitRange.self) })
    }
    return nil
  }

  /// StatefulSets, DaemonSets, Jobs, CronJobs and budgets.
  private func describeSet(_ object: Object, _ events: [Event], at now: Time) -> String? {
    let pods = parts.filter { $0.metadata.controller?.uid == object.uid }.compactMap { $0.pod }
    if let set = object.as(StatefulSet.self) {
      return Describe.statefulSet(set, pods: pods, events: events, version, now: now)
    }
    if let set = object.as(DaemonSet.self) {
      return Describe.daemonSet(set, pods: pods, events: events, version, now: now)
    }
    if let job = object.as(BatchJob.self) { return Describe.job(job, events: events, version, now: now) }
    if let cron = object.as(CronJob.self) { return Describe.cronJob(cron, events: events, version, now: now) }
    if let budget = object.as(PodDisruptionBudget.self) {
      return Describe.budget(budget, events: events, version, now: now)
    }
    return nil
  }

  /// A kind without a description of its own: its name, and its fields.
  private func describePlainly(_ object: Object) -> String {
    var text = "Name:         \(object.name)\n"
    if !object.namespace.isEmpty { text += "Namespace:    \(object.namespace)\n" }
    return text + ObjectText.yaml([object], isList: false, version)
  }
}
