import Clockwork

/// Reads `kubectl logs` and `kubectl events`.
struct LogsReader {
  let arguments: KubectlArguments
  let namespace: String

  // MARK: logs

  func logs() throws(Mistake) -> Command.LogsOptions {
    var options = Command.LogsOptions()
    try readTarget(&options)
    options.allContainers = arguments.isOn("all-containers")
    options.allPods = arguments.isOn("all-pods")
    options.prefix = arguments.isOn("prefix") || options.allPods
    options.ignoreErrors = arguments.isOn("ignore-errors")
    options.query.follow = arguments.isOn("follow")
    options.query.previous = arguments.isOn("previous")
    options.query.timestamps = arguments.isOn("timestamps")
    if let container = arguments.value("container") {
      if !options.query.container.isEmpty {
        throw Mistake("script.kubectl.together", container.word, [("one", "-c"), ("other", arguments.plain[1].text)])
      }
      options.query.container = container.value
    }
    if options.allContainers, !options.query.container.isEmpty {
      throw Mistake(
        "script.kubectl.together",
        arguments.value("all-containers")?.word ?? arguments.verb,
        [("one", "--all-containers"), ("other", "-c \(options.query.container)")]
      )
    }
    if let requests = try number("max-log-requests", atLeast: 1) { options.maxRequests = requests }
    try readLimits(&options)
    return options
  }

  private func readTarget(_ options: inout Command.LogsOptions) throws(Mistake) {
    let usage = "kubectl logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]"
    let selector = arguments.value("selector")
    if arguments.plain.count > 2 || arguments.plain.isEmpty && selector == nil {
      throw Mistake("script.usage", arguments.plain.last ?? arguments.verb, [("usage", usage)])
    }
    if let selector {
      if let word = arguments.plain.first { throw Mistake("script.kubectl.name-and-selector", word) }
      switch LabelSelector.parse(selector.value) {
      case .success(let labels): options.labels = labels
      case .failure(let failure):
        throw Mistake("script.kubectl.selector", selector.word, [("error", failure.description)])
      }
      return
    }
    guard let first = arguments.plain.first else { return }
    options.target = try key(first, usual: .pod)
    if arguments.plain.count == 2 { options.query.container = arguments.plain[1].text }
  }

  private func key(_ word: Word, usual: Kind?) throws(Mistake) -> ObjectKey {
    guard let (kindText, name) = ScriptText.pair(word.text, at: "/") else {
      if let usual { return ObjectKey(usual, namespace, word.text) }
      throw Mistake("script.kubectl.slash", word, [("word", word.text)])
    }
    if name.isEmpty || name.contains("/") { throw Mistake("script.kubectl.slash", word, [("word", word.text)]) }
    let kind = try KindNames.read(kindText, word)
    return ObjectKey(kind, kind.isNamespaced ? namespace : "", name)
  }

  private func readLimits(_ options: inout Command.LogsOptions) throws(Mistake) {
    if let tail = try number("tail", atLeast: -1) {
      options.query.tailLines = tail < 0 ? nil : tail
    } else if options.labels != nil {
      // Many Pods at once: kubectl shows only the end of each.
      options.query.tailLines = 10
    }
    if let limit = try number("limit-bytes", atLeast: 0), limit > 0 { options.query.limitBytes = limit }
    if let since = arguments.value("since") {
      guard let time = GoDuration.parse(since.value), time >= 0 else {
        throw Mistake("script.duration", since.word, [("text", since.value)])
      }
      // To the nearest second; less than half of one is refused by the API.
      if time > 0 { options.query.sinceSeconds = (time + 500) / 1000 }
    }
    guard let moment = arguments.value("since-time") else { return }
    guard let time = Timestamp(text: moment.value) else {
      throw Mistake("script.kubectl.time", moment.word, [("text", moment.value)])
    }
    if options.query.sinceSeconds != nil {
      throw Mistake("script.kubectl.together", moment.word, [("one", "--since"), ("other", "--since-time")])
    }
    options.query.sinceTime = time
  }

  private func number(_ flag: String, atLeast least: Int64) throws(Mistake) -> Int64? {
    guard let given = arguments.value(flag) else { return nil }
    guard let number = Int64(given.value), number >= least else {
      throw Mistake("script.kubectl.number", given.word, [("flag", "--\(flag)"), ("text", given.value)])
    }
    return number
  }

  // MARK: events

  func events() throws(Mistake) -> Command.EventsOptions {
    if let word = arguments.plain.first {
      throw Mistake("script.kubectl.unexpected", word, [("word", word.text), ("verb", "events")])
    }
    var options = Command.EventsOptions()
    options.allNamespaces = arguments.isOn("all-namespaces")
    options.noHeaders = arguments.isOn("no-headers")
    if let target = arguments.value("for") {
      var word = target.word
      word.text = target.value
      options.target = try key(word, usual: nil)
    }
    if let types = arguments.value("types") {
      for type in ScriptText.cut(types.value, at: ",") {
        switch type.lowercased() {
        case "normal": options.types.append("Normal")
        case "warning": options.types.append("Warning")
        default: throw Mistake("script.kubectl.event-type", types.word, [("text", type)])
        }
      }
    }
    if let output = arguments.value("output") {
      switch output.value {
      case "yaml": options.output = .yaml
      case "json": options.output = .json
      default: throw Mistake("script.kubectl.output", output.word, [("text", output.value)])
      }
    }
    return options
  }
}
