import Clockwork

/// Reads the commands about workloads.
struct WorkloadReader {
  let arguments: KubectlArguments
  let namespace: String

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
    for key in keys where ![.deployment, .replicaSet, .statefulSet].contains(key.kind) {
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

// `set`, `rollout` and `expose`.
extension WorkloadReader {
  func set() throws(Mistake) -> Command.Operation {
    let usage = "kubectl set image|resources|env KIND/NAME …"
    guard let what = arguments.plain.first else {
      throw Mistake("script.usage", arguments.verb, [("usage", usage)])
    }
    var names: [Word] = []
    var pairs: [Word] = []
    for word in arguments.plain.dropFirst() {
      let isPair = word.text.contains("=") || (what.text == "env" && !names.isEmpty && word.text.hasSuffix("-"))
      if isPair { pairs.append(word) } else { names.append(word) }
    }
    let keys = try targets(names, usage)
    let containers = arguments.value("containers")?.value ?? "*"
    switch what.text {
    case "image":
      var images: Table<String, String> = [:]
      for word in pairs {
        guard let (name, image) = ScriptText.pair(word.text, at: "="), !name.isEmpty, !image.isEmpty else {
          throw Mistake("script.usage", word, [("usage", "kubectl set image KIND/NAME CONTAINER=IMAGE")])
        }
        for part in ScriptText.cut(name, at: ",") { images[part] = image }
      }
      if images.isEmpty {
        throw Mistake("script.usage", what, [("usage", "kubectl set image KIND/NAME CONTAINER=IMAGE")])
      }
      return .workload(.change(keys, .image(images), cause: cause))
    case "resources":
      let (requests, limits) = (try amounts("requests"), try amounts("limits"))
      if requests.isEmpty, limits.isEmpty {
        let usage = "kubectl set resources KIND/NAME --requests=cpu=100m --limits=memory=64Mi"
        throw Mistake("script.usage", what, [("usage", usage)])
      }
      return .workload(
        .change(keys, .resources(containers: containers, requests: requests, limits: limits), cause: cause)
      )
    case "env":
      var set: [EnvVar] = []
      var remove: [String] = []
      for word in pairs {
        if let (name, value) = ScriptText.pair(word.text, at: "=") {
          set.append(EnvVar(name: name, value: value))
        } else {
          remove.append(String(word.text.dropLast()))
        }
      }
      return .workload(.change(keys, .environment(containers: containers, set: set, remove: remove), cause: cause))
    default: throw Mistake("script.usage", what, [("usage", usage)])
    }
  }

  func rollout() throws(Mistake) -> Command.Operation {
    let usage = "kubectl rollout status|history|undo|pause|resume|restart deployment/NAME"
    guard let what = arguments.plain.first else {
      throw Mistake("script.usage", arguments.verb, [("usage", usage)])
    }
    let keys = try targets(Array(arguments.plain.dropFirst()), usage)
    for key in keys where ![.deployment, .statefulSet, .daemonSet].contains(key.kind) {
      throw Mistake("script.kubectl.no-rollout", arguments.verb, [("kind", key.kind.singular)])
    }
    switch what.text {
    case "status":
      guard let key = keys.first, keys.count == 1 else {
        throw Mistake("script.usage", what, [("usage", "kubectl rollout status deployment/NAME")])
      }
      let watches = arguments.value("watch").map { $0.value == "true" } ?? true
      let revision = try number("revision", from: 0) ?? 0
      var patience: Time?
      if let given = arguments.value("timeout") {
        guard let time = ScriptText.duration(given.value) ?? (given.value == "0" ? 0 : nil) else {
          throw Mistake("script.duration", given.word, [("text", given.value)])
        }
        // Zero is no limit.
        patience = time > 0 ? time : nil
      }
      return .workload(.status(key, watches: watches, revision: revision, patience: patience))
    case "history": return .workload(.history(keys, revision: try number("revision", from: 0) ?? 0))
    case "undo": return .workload(.undo(keys, revision: try number("to-revision", from: 0) ?? 0))
    case "pause": return .workload(.change(keys, .pause, cause: ""))
    case "resume": return .workload(.change(keys, .resume, cause: ""))
    case "restart": return .workload(.change(keys, .restart, cause: ""))
    default: throw Mistake("script.usage", what, [("usage", usage)])
    }
  }

  func expose() throws(Mistake) -> Command.Operation {
    let keys = try targets(arguments.plain, "kubectl expose KIND NAME --port=PORT")
    guard let key = keys.first, keys.count == 1 else {
      throw Mistake("script.usage", arguments.verb, [("usage", "kubectl expose KIND NAME --port=PORT")])
    }
    var exposure = WorkloadCommand.Exposure()
    exposure.name = arguments.value("name")?.value ?? ""
    exposure.type = arguments.value("type")?.value ?? ""
    exposure.port = try number("port", from: 1)
    exposure.targetPort = arguments.value("target-port")?.value ?? ""
    exposure.protocol = arguments.value("protocol")?.value ?? ""
    exposure.clusterIP = arguments.value("cluster-ip")?.value ?? ""
    exposure.sessionAffinity = arguments.value("session-affinity")?.value ?? ""
    exposure.labels = try pairs("labels")
    exposure.selector = try pairs("selector")
    return .workload(.expose(key, exposure))
  }

  /// The command as `--record` writes it down; nothing without the flag.
  private var cause: String {
    guard arguments.isOn("record") else { return "" }
    var text = "kubectl \(arguments.verb.text)"
    for word in arguments.plain { text += " \(word.text)" }
    for given in arguments.flags.sorted(by: { $0.name < $1.name }) { text += " --\(given.name)=\(given.value)" }
    return text
  }

  private func amounts(_ flag: String) throws(Mistake) -> Table<String, String> {
    let list = try pairs(flag)
    for text in list.values where Quantity(text) == nil {
      throw Mistake("script.kubectl.quantity", arguments.verb, [("text", text)])
    }
    return list
  }

  private func pairs(_ flag: String) throws(Mistake) -> Table<String, String> {
    var table: Table<String, String> = [:]
    guard let given = arguments.value(flag) else { return table }
    for part in ScriptText.cut(given.value, at: ",") where !part.isEmpty {
      guard let (key, value) = ScriptText.pair(part, at: "="), !key.isEmpty else {
        throw Mistake("script.kubectl.pair", given.word, [("flag", "--\(flag)"), ("text", given.value)])
      }
      table[key] = value
    }
    return table
  }
}
