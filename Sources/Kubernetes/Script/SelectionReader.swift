import Clockwork

/// Reads which objects a command means: `pods`, `pod web db`, `po/web`, `pods,nodes`, `all`, `-l app=web`, `-A`.
struct SelectionReader {
  private let arguments: KubectlArguments
  private let namespace: String

  init(_ arguments: KubectlArguments, _ namespace: String) {
    self.arguments = arguments
    self.namespace = namespace
  }

  func read(_ words: [Word]) throws(Mistake) -> Command.Selection {
    var selection = Command.Selection()
    selection.all = arguments.isOn("all")
    selection.allNamespaces = arguments.isOn("all-namespaces")
    try readSelectors(&selection)
    guard let first = words.first else {
      throw Mistake("script.kubectl.needs-kind", arguments.verb, [("verb", arguments.verb.text)])
    }
    if first.text.contains("/") {
      for word in words { try readSlashed(word, &selection) }
    } else {
      try readKinds(first, &selection)
      for word in words.dropFirst() {
        if word.text.contains("/") {
          throw Mistake("script.kubectl.slash", word, [("word", word.text)])
        }
        for kind in selection.kinds { selection.names.append(key(kind, word.text)) }
      }
    }
    if !selection.names.isEmpty {
      if selection.labels != nil { throw Mistake("script.kubectl.name-and-selector", arguments.verb) }
      if selection.fields != nil { throw Mistake("script.kubectl.name-and-selector", arguments.verb) }
      if selection.all { throw Mistake("script.kubectl.name-and-all", arguments.verb) }
      if selection.allNamespaces { throw Mistake("script.kubectl.name-and-namespaces", arguments.verb) }
    }
    return selection
  }

  private func readSlashed(_ word: Word, _ selection: inout Command.Selection) throws(Mistake) {
    guard let (kindText, name) = ScriptText.pair(word.text, at: "/"), !name.isEmpty, !name.contains("/") else {
      throw Mistake("script.kubectl.slash", word, [("word", word.text)])
    }
    let kind = try KindNames.read(kindText, word)
    if !selection.kinds.contains(kind) { selection.kinds.append(kind) }
    if selection.kinds.count > 1 { selection.printsKind = true }
    selection.names.append(key(kind, name))
  }

  private func readKinds(_ word: Word, _ selection: inout Command.Selection) throws(Mistake) {
    for text in ScriptText.cut(word.text, at: ",") {
      if text == "all" {
        selection.kinds += KindNames.all
        selection.printsKind = true
        continue
      }
      let kind = try KindNames.read(text, word)
      if !selection.kinds.contains(kind) { selection.kinds.append(kind) }
    }
    if selection.kinds.count > 1 { selection.printsKind = true }
  }

  private func readSelectors(_ selection: inout Command.Selection) throws(Mistake) {
    if let given = arguments.value("selector") {
      switch LabelSelector.parse(given.value) {
      case .success(let labels): selection.labels = labels
      case .failure(let failure):
        throw Mistake("script.kubectl.selector", given.word, [("error", failure.description)])
      }
    }
    if let given = arguments.value("field-selector") {
      switch FieldSelector.parse(given.value) {
      case .success(let fields): selection.fields = fields
      case .failure(let failure):
        throw Mistake("script.kubectl.selector", given.word, [("error", failure.description)])
      }
    }
  }

  private func key(_ kind: Kind, _ name: String) -> ObjectKey {
    ObjectKey(kind, kind.isNamespaced ? namespace : "", name)
  }
}

/// Makes the Pod of `kubectl run`.
struct RunReader {
  let arguments: KubectlArguments
  let namespace: String

  func pod() throws(Mistake) -> Object {
    guard let name = arguments.plain.first else {
      throw Mistake("script.usage", arguments.verb, [("usage", "kubectl run NAME --image=IMAGE [-- ARGUMENTS]")])
    }
    guard let image = arguments.value("image"), !image.value.isEmpty else {
      throw Mistake("script.kubectl.run-image", arguments.verb)
    }
    var pod = Pod()
    pod.metadata.name = name.text
    pod.metadata.namespace = namespace
    pod.metadata.labels["run"] = name.text
    if let labels = arguments.value("labels") { pod.metadata.labels = try pairs(labels) }
    for given in arguments.all("annotations") {
      guard let (key, value) = ScriptText.pair(given.value, at: "=") else { throw wrongPair(given) }
      pod.metadata.annotations[key] = value
    }
    pod.spec.containers = [try container(name.text, image.value)]
    pod.spec.dnsPolicy = "ClusterFirst"
    pod.spec.restartPolicy = try restartPolicy()
    pod.spec.serviceAccountName = arguments.value("serviceaccount")?.value ?? ""
    return Object(pod: pod)
  }

  private func container(_ name: String, _ image: String) throws(Mistake) -> Container {
    var container = Container(name: name, image: image)
    if let policy = arguments.value("image-pull-policy") {
      guard ["Always", "IfNotPresent", "Never"].contains(policy.value) else {
        throw Mistake("script.kubectl.pull-policy", policy.word, [("text", policy.value)])
      }
      container.imagePullPolicy = policy.value
    }
    for given in arguments.all("env") {
      guard let (key, value) = ScriptText.pair(given.value, at: "="), !key.isEmpty else { throw wrongPair(given) }
      container.env.append(EnvVar(name: key, value: value))
    }
    if let port = arguments.value("port") {
      guard let number = Int64(port.value), number > 0, number < 65_536 else {
        throw Mistake("script.kubectl.number", port.word, [("flag", "--port"), ("text", port.value)])
      }
      container.ports = [ContainerPort(containerPort: number)]
    }
    if let requests = arguments.value("requests") { container.resources.requests = try amounts(requests) }
    if let limits = arguments.value("limits") { container.resources.limits = try amounts(limits) }
    var words: [String] = []
    for word in arguments.plain.dropFirst() { words.append(word.text) }
    for word in arguments.command ?? [] { words.append(word.text) }
    if arguments.isOn("command") { container.command = words } else { container.args = words }
    return container
  }

  private func restartPolicy() throws(Mistake) -> String {
    guard let given = arguments.value("restart") else { return "Always" }
    guard ["Always", "OnFailure", "Never"].contains(given.value) else {
      throw Mistake("script.kubectl.restart", given.word, [("text", given.value)])
    }
    return given.value
  }

  private func amounts(_ given: KubectlArguments.Given) throws(Mistake) -> ResourceList {
    let list = try pairs(given)
    for text in list.values where Quantity(text) == nil {
      throw Mistake("script.kubectl.quantity", given.word, [("text", text)])
    }
    return ResourceList(list)
  }

  /// Pairs such as `a=b,c=d`.
  private func pairs(_ given: KubectlArguments.Given) throws(Mistake) -> Table<String, String> {
    var table: Table<String, String> = [:]
    for part in ScriptText.cut(given.value, at: ",") where !part.isEmpty {
      guard let (key, value) = ScriptText.pair(part, at: "="), !key.isEmpty else { throw wrongPair(given) }
      table[key] = value
    }
    return table
  }

  private func wrongPair(_ given: KubectlArguments.Given) -> Mistake {
    Mistake("script.kubectl.pair", given.word, [("flag", "--\(given.name)"), ("text", given.value)])
  }
}
