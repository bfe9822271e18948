import Clockwork

/// Reads the commands about workloads.
struct WorkloadReader {
  let arguments: KubectlArguments
  let namespace: String
  /// The line without `kubectl`, for `--record`.
  let line: String

  // MARK: create deployment

  static let usage = "kubectl create deployment NAME --image=IMAGE [--replicas=N] [--port=PORT]"

  func create() throws(Mistake) -> Command.Operation {
    guard arguments.plain.count == 2 else {
      throw Mistake("script.usage", arguments.verb, [("usage", WorkloadReader.usage)])
    }
    let name = arguments.plain[1].text
    var images: [String] = []
    for given in arguments.all("image") { images += ScriptText.cut(given.value, at: ",").filter { !$0.isEmpty } }
    if images.isEmpty { throw Mistake("script.kubectl.run-image", arguments.verb) }
    var deployment = Deployment()
    deployment.metadata = ObjectMeta(name: name, namespace: namespace, labels: ["app": name])
    deployment.spec.replicas = try number("replicas", from: 0) ?? 1
    deployment.spec.selector = .map(("matchLabels", .map(("app", .string(name)))))
    var spec = PodSpec()
    for image in images {
      var container = Container(name: WorkloadReader.containerName(image), image: image)
      container.command = (arguments.command ?? []).map { $0.text }
      spec.containers.append(container)
    }
    if let port = try number("port", from: 1), !spec.containers.isEmpty {
      spec.containers[0].ports = [ContainerPort(containerPort: port)]
    }
    deployment.spec.template = PodTemplateSpec(labels: ["app": name], spec: spec)
    return .workload(.create(Object(deployment)))
  }

  /// The last part of an image's name without its tag; letters that no container may have get a suffix to be unique by.
  private static func containerName(_ image: String) -> String {
    var name = ScriptText.cut(image, at: "/").last ?? image
    name = ScriptText.cut(name, at: ":").first ?? name
    name = ScriptText.cut(name, at: "@").first ?? name
    if !name.contains("_"), !name.contains(".") { return name }
    var clean = ""
    for character in name { clean.append(character == "_" || character == "." ? "-" : character) }
    return "\(clean)-\(SafeName.encode(SafeName.fnv32a(image)).prefix(5))"
  }

  // MARK: scale

  func scale() throws(Mistake) -> Command.Operation {
    let keys = try targets(arguments.plain, "kubectl scale KIND NAME --replicas=N")
    guard let replicas = try number("replicas", from: 0) else {
      throw Mistake("script.usage", arguments.verb, [("usage", "kubectl scale KIND NAME --replicas=N")])
    }
    for key in keys where key.kind != .deployment && key.kind != .replicaSet {
      throw Mistake("script.kubectl.not-scalable", arguments.verb, [("kind", key.kind.singular)])
    }
    let current = try number("current-replicas", from: -1)
    return .workload(.scale(keys, replicas: replicas, current: current == -1 ? nil : current))
  }

  // MARK: Helpers

  /// The objects that a line names; there must be one.
  func targets(_ words: [Word], _ usage: String) throws(Mistake) -> [ObjectKey] {
    guard !words.isEmpty else { throw Mistake("script.usage", arguments.verb, [("usage", usage)]) }
    let selection = try SelectionReader(arguments, namespace).read(words)
    if selection.names.isEmpty { throw Mistake("script.usage", arguments.verb, [("usage", usage)]) }
    return selection.names
  }

  func number(_ flag: String, from least: Int64) throws(Mistake) -> Int64? {
    guard let given = arguments.value(flag) else { return nil }
    guard let number = Int64(given.value), number >= least, number <= 2_147_483_647 else {
      throw Mistake("script.kubectl.number", given.word, [("flag", "--\(flag)"), ("text", given.value)])
    }
    return number
  }
}
