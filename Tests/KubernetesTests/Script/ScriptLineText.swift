import Clockwork

@testable import Kubernetes

/// A line in a few words, so that a table can say what it should be read as.
enum ScriptLineText {
  static func of(_ line: ScriptLine) -> String {
    switch line {
    case .kubectl(let command): return of(command)
    case .deferred(let text): return "deferred \(text)"
    case .preload(let image, let node): return "preload \(image)" + (node.isEmpty ? "" : " on \(node)")
    case .stop(let component): return "stop \(component)"
    case .start(let component): return "start \(component)"
    case .slow(let component, let time): return "slow \(component) \(time)"
    case .skew(let component, let time): return "skew \(component) \(time)"
    case .cut(let one, let other): return "cut \(one) \(other)"
    case .mend(let one, let other): return "mend \(one) \(other)"
    case .link(let device, let place, let isUp): return "link \(device) \(place) \(isUp ? "up" : "down")"
    case .kill(let pod, let container): return "kill \(pod) \(container)"
    case .load(let order):
      let amounts = "cpu=\(order.cpu ?? -1) memory=\(order.memory ?? -1)"
      return "load \(order.namespace)/\(order.text) \(amounts)" + (order.isShared ? " shared" : "")
    case .send(let line): return "send \(line.text) from \(line.client)"
    case .view(.network(let view, let place)): return "\(view.rawValue) \(place)"
    case .view(.hops(let number)): return "hops \(number)"
    case .advance(let time): return "advance \(time)"
    case .mark(let name): return "mark \(name)"
    case .until(let goal): return "until \(goal.kindName) \(goal.namespace)/\(goal.name) \(of(goal.wanted))"
    case .view(.etcd(let prefix, let keysOnly, let revision)):
      return "etcd \(prefix)" + (keysOnly ? " keys" : "") + (revision > 0 ? " at \(revision)" : "")
    case .view(.containers(let node)): return "containers \(node)"
    case .view(.file(let path, let node)): return "cat \(path) \(node)"
    case .view(.directory(let path, let node)): return "ls \(path) \(node)"
    case .view(.log(let container, let node)): return "log \(container) \(node)"
    }
  }

  private static func of(_ wanted: Goal.Wanted) -> String {
    switch wanted {
    case .gone: "gone"
    case .exists: "exists"
    case .phase(let phase): "phase \(phase)"
    case .condition(let type, let status): "\(type)=\(status)"
    }
  }

  private static func of(_ command: Command) -> String {
    var parts: [String] = []
    switch command.operation {
    case .run(let object): parts = ["run", object.key.qualifiedName] + of(object.pod ?? Pod())
    case .create(let sources): parts = ["create"] + sources.map { "\($0.object.key.qualifiedName) from \($0.file)" }
    case .apply(let sources): parts = ["apply"] + sources.map { "\($0.object.key.qualifiedName) from \($0.file)" }
    case .get(let options):
      parts = ["get"] + options.selection.kinds.map(\.singular) + of(options.selection)
      if options.selection.printsKind { parts.append("kinds") }
      parts += ["in", options.selection.allNamespaces ? "all" : command.namespace, "\(options.output)"]
      if options.showLabels { parts.append("labels") }
      if options.noHeaders { parts.append("bare") }
      if options.watches { parts.append(options.isWatchOnly ? "watching only" : "watching") }
      if !options.sortBy.isEmpty { parts += ["by", options.sortBy.joined(separator: ".")] }
    case .top(let options):
      parts = ["top", options.isNodes ? "nodes" : "pods"] + (options.name.isEmpty ? [] : [options.name])
      for (isOn, word) in [
        (options.allNamespaces, "all"), (options.containers, "containers"), (options.noHeaders, "bare"),
        (options.sum, "sum"), (options.labels != nil, "labels"),
      ] where isOn { parts.append(word) }
      if !options.sortBy.isEmpty { parts += ["by", options.sortBy] }
    case .describe(let selection): parts = ["describe"] + selection.kinds.map(\.singular) + of(selection)
    case .delete(let selection, let options):
      parts = ["delete"] + of(selection)
      if let grace = options.graceSeconds { parts.append("grace=\(grace)") }
      if options.isForced { parts.append("forced") }
      if options.waits { parts.append("waits") }
    case .exec(let pod, let container, let words):
      parts = ["exec", pod] + (container.isEmpty ? [] : ["-c", container]) + words
    case .patch(let keys, let kind, let value):
      parts = ["patch"] + keys.map(\.qualifiedName) + [kind.rawValue, value.canonical]
    case .raw(let path): parts = ["raw", path]
    case .canI(let attempt): parts = ["can-i", attempt.verb, attempt.resource]
    case .label(let selection, let change):
      parts = ["label"] + of(selection)
      change.set.forEach { parts.append("\($0)=\($1)") }
      parts += change.remove.map { "\($0)-" }
      if change.overwrite { parts.append("overwrite") }
    case .logs(let options): parts = ["logs"] + of(options)
    case .events(let options):
      parts = ["events", options.allNamespaces ? "all" : command.namespace] + options.types
      if let target = options.target { parts.append("for \(target.qualifiedName)") }
      if options.noHeaders { parts.append("bare") }
      parts.append("\(options.output)")
    case .node(let selection, .cordon(let cordons)): parts = [cordons ? "cordon" : "uncordon"] + of(selection)
    case .node(let selection, .taint(let change)):
      parts = ["taint"] + of(selection)
      parts += change.add.map { "\($0.key)=\($0.value):\($0.effect)" }
      parts += change.remove.map { "\($0.key)=\($0.value):\($0.effect)-" }
      if change.overwrite { parts.append("overwrite") }
    case .node(let selection, .drain(let options)):
      parts = ["drain"] + of(selection)
      if options.ignoresDaemonSets { parts.append("daemons") }
      if options.deletesEmptyDirs { parts.append("directories") }
      if options.isForced { parts.append("forced") }
    case .workload(let command): parts = ["\(command)"]
    case .autoscale(let keys, let options):
      parts = ["autoscale"] + keys.map(\.qualifiedName) + ["\(options.minimum ?? 0)...\(options.maximum)"]
    }
    return parts.joined(separator: " ")
  }

  private static func of(_ options: Command.LogsOptions) -> [String] {
    let query = options.query
    var parts = [options.target?.text ?? "-l \(options.labels?.text ?? "")"]
    if !query.container.isEmpty { parts.append("-c \(query.container)") }
    if options.allContainers { parts.append("all") }
    if options.allPods { parts.append("pods") }
    if options.prefix { parts.append("prefix") }
    if query.follow { parts.append("follow") }
    if query.previous { parts.append("previous") }
    if query.timestamps { parts.append("times") }
    if let tail = query.tailLines { parts.append("tail=\(tail)") }
    if let since = query.sinceSeconds { parts.append("since=\(since)") }
    if let since = query.sinceTime { parts.append("from=\(since.text)") }
    if let limit = query.limitBytes { parts.append("limit=\(limit)") }
    return parts
  }

  private static func of(_ selection: Command.Selection) -> [String] {
    var parts = selection.names.map(\.qualifiedName)
    if selection.all { parts.append("all") }
    if let labels = selection.labels { parts.append("-l \(labels.text)") }
    if let fields = selection.fields { parts.append("-f \(fields.text)") }
    return parts
  }

  private static func of(_ pod: Pod) -> [String] {
    let container = pod.spec.containers[0]
    var parts = [container.image]
    for port in container.ports { parts.append("port=\(port.containerPort)") }
    for variable in container.env { parts.append("\(variable.name)=\(variable.value)") }
    if !container.command.isEmpty { parts += ["command"] + container.command }
    if !container.args.isEmpty { parts += ["args"] + container.args }
    parts.append(pod.spec.restartPolicy)
    pod.metadata.labels.forEach { parts.append("\($0)=\($1)") }
    return parts
  }
}
