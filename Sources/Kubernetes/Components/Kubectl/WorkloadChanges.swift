import Clockwork

// What `set` and `rollout` change of a workload, as the patch that kubectl sends.
extension WorkloadCommand.Change {
  /// Why nothing can be changed, or the changed manifest.
  enum Outcome {
    case refused(String)
    case changed(Value)
  }

  func apply(to object: Object, version: Version, now: Int64) -> Outcome {
    var tree = object.value
    switch self {
    case .image(let images): return image(images, object, tree)
    case .resources(let containers, let requests, let limits):
      return each(containers, object, tree) { container in
        var resources = container["resources"] ?? .emptyMap
        WorkloadCommand.Change.merge(limits, into: &resources, under: "limits")
        WorkloadCommand.Change.merge(requests, into: &resources, under: "requests")
        container["resources"] = resources
      }
    case .environment(let containers, let set, let remove):
      return each(containers, object, tree) { WorkloadCommand.Change.environment(&$0, set, remove) }
    case .pause where object.kind != .deployment: return .refused("pausing is not supported")
    case .resume where object.kind != .deployment: return .refused("resuming is not supported")
    case .pause, .resume:
      let isPaused = tree.at(["spec", "paused"])?.flag ?? false
      let wanted = self == .pause
      if isPaused == wanted { return .refused("is \(wanted ? "already" : "not") paused") }
      var spec = tree["spec"] ?? .emptyMap
      spec["paused"] = wanted ? true : nil
      tree["spec"] = spec
      return .changed(tree)
    case .restart:
      if tree.at(["spec", "paused"])?.flag == true {
        return .refused("can't restart paused deployment (run rollout resume first)")
      }
      let time: Value = .string(Timestamp(now).text)
      WorkloadCommand.Change.put(
        time,
        at: ["spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"],
        in: &tree
      )
      return .changed(tree)
    }
  }

  // MARK: set image

  private func image(_ images: Table<String, String>, _ object: Object, _ tree: Value) -> Outcome {
    var missing = ""
    images.forEach { name, _ in
      let isKnown = name == "*" || WorkloadCommand.Change.containers(tree).contains { $0["name"]?.text == name }
      if !isKnown, missing.isEmpty { missing = name }
    }
    if !missing.isEmpty { return .refused("unable to find container named \"\(missing)\"") }
    return each("*", object, tree) { container in
      guard let image = images[container["name"]?.text ?? ""] ?? images["*"] else { return }
      container["image"] = .string(image)
    }
  }

  private static func containers(_ tree: Value) -> [Value] {
    let spec = tree.at(["spec", "template", "spec"]) ?? tree["spec"] ?? .emptyMap
    return (spec["containers"]?.elements ?? []) + (spec["initContainers"]?.elements ?? [])
  }

  /// Changes every container whose name a pattern matches.
  private func each(
    _ pattern: String,
    _ object: Object,
    _ tree: Value,
    _ change: (inout Value) -> Void
  ) -> Outcome {
    var copy = tree
    let path = object.kind == .pod ? ["spec"] : ["spec", "template", "spec"]
    guard var spec = tree.at(path) else { return .refused("has no containers") }
    var found = false
    for list in ["containers", "initContainers"] {
      guard var elements = spec[list]?.elements else { continue }
      for index in elements.indices
      where pattern == "*" || pattern.isEmpty || pattern == elements[index]["name"]?.text {
        change(&elements[index])
        elements[index] = elements[index].sorted
        found = true
      }
      spec[list] = .list(elements)
    }
    if !found { return .refused("unable to find container named \(pattern)") }
    WorkloadCommand.Change.put(spec, at: path, in: &copy)
    return .changed(copy)
  }

  /// An amount of 0 takes an entry away.
  private static func merge(_ amounts: Table<String, String>, into resources: inout Value, under key: String) {
    if amounts.isEmpty { return }
    var list = resources[key] ?? .emptyMap
    amounts.forEach { name, amount in list[name] = amount == "0" ? nil : .string(amount) }
    resources[key] = list.sorted
  }

  private static func environment(_ container: inout Value, _ set: [EnvVar], _ remove: [String]) {
    var list = container["env"]?.elements ?? []
    for variable in set {
      if let place = list.firstIndex(where: { $0["name"]?.text == variable.name }) {
        list[place] = variable.tree
      } else {
        list.append(variable.tree)
      }
    }
    list.removeAll { remove.contains($0["name"]?.text ?? "") }
    container["env"] = list.isEmpty ? nil : .list(list)
  }

  /// Puts a value at a path, making maps on the way.
  static func put(_ value: Value, at path: [String], in tree: inout Value) {
    guard let first = path.first else {
      tree = value
      return
    }
    var inner = tree[first] ?? .emptyMap
    put(value, at: Array(path.dropFirst()), in: &inner)
    tree[first] = inner
  }
}
