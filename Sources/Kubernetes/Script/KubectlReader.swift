import Clockwork

/// Reads what follows `kubectl` on a line.
struct KubectlReader {
  let version: Version
  let files: (String) -> ScriptFile
  /// The line without `kubectl`, as it was typed.
  let line: String

  /// What follows the first word of a line.
  static func tail(of line: String) -> String {
    let text = ScriptText.trimmed(line)
    guard let blank = text.firstIndex(where: { $0 == " " || $0 == "\t" }) else { return "" }
    return ScriptText.trimmed(String(text[blank...]))
  }

  func read(_ words: [Word], after kubectl: Word) throws(Mistake) -> Command {
    // Flags may stand before the verb too: `kubectl -n web get pods`.
    var place = 0
    while place < words.count, words[place].text.hasPrefix("-") {
      let takesNext = !words[place].text.contains("=") && words[place].text.utf8.count <= 2
      place += takesNext || ["--namespace", "--as", "--as-group"].contains(words[place].text) ? 2 : 1
    }
    guard place < words.count else {
      throw Mistake("script.kubectl.no-verb", kubectl, [("verbs", joined(KubectlFlags.verbs))])
    }
    let verb = words[place]
    guard KubectlFlags.verbs.contains(verb.text) else { throw unknown(verb) }
    if verb.text == "events", version == .then {
      throw Mistake("script.kubectl.verb-new", verb, [("verb", "events"), ("instead", "kubectl get events")])
    }
    let rest = Array(words[..<place]) + Array(words[(place + 1)...])
    let arguments = try KubectlScanner(version: version, verb: verb).scan(rest)
    let namespace = arguments.value("namespace")?.value ?? "default"
    var command = Command(line: line, namespace: namespace, operation: try operation(arguments, namespace))
    command.impersonated = AccessReader.identity(arguments)
    if let given = arguments.value("dry-run") { command.dryRun = try dryRun(given) }
    if verb.text == "run" || verb.text == "create", let given = arguments.value("output") {
      command.shown = try shown(given)
    }
    return command
  }

  private func dryRun(_ given: KubectlArguments.Given) throws(Mistake) -> Command.DryRun {
    switch given.value {
    case "none": return .none
    case "client": return .client
    case "server": return .server
    default: throw Mistake("script.kubectl.dry-run", given.word, [("text", given.value)])
    }
  }

  private func shown(_ given: KubectlArguments.Given) throws(Mistake) -> Command.Output {
    switch given.value {
    case "yaml": return .yaml
    case "json": return .json
    case "name": return .name
    default: throw Mistake("script.kubectl.output", given.word, [("text", given.value)])
    }
  }

  private func operation(_ arguments: KubectlArguments, _ namespace: String) throws(Mistake) -> Command.Operation {
    switch arguments.verb.text {
    case "run": return .run(try RunReader(arguments: arguments, namespace: namespace).pod())
    case "create":
      if let kind = arguments.plain.first, Kind.named(kind.text) == .deployment {
        return try WorkloadReader(arguments: arguments, namespace: namespace).create()
      }
      if let kind = arguments.plain.first, let named = Kind.named(kind.text), named == .job || named == .cronJob {
        let reader = WorkloadReader(arguments: arguments, namespace: namespace)
        return named == .job ? try reader.createJob() : try reader.createCronJob()
      }
      if let kind = arguments.plain.first, Kind.named(kind.text) == .namespace {
        return .create([try newNamespace(arguments)])
      }
      return .create(try sources(arguments, namespace))
    case "scale", "set", "rollout", "expose": return try workload(arguments, namespace)
    case "apply": return .apply(try sources(arguments, namespace))
    case "get":
      if let raw = arguments.value("raw") { return try self.raw(raw.value, raw.word, arguments) }
      return .get(try get(arguments, namespace))
    case "describe": return .describe(try SelectionReader(arguments, namespace).read(arguments.plain))
    case "delete": return try delete(arguments, namespace)
    case "exec": return try exec(arguments)
    case "auth": return .canI(try AccessReader.attempt(arguments, namespace))
    case "patch": return try patch(arguments, namespace)
    case "logs": return .logs(try LogsReader(arguments: arguments, namespace: namespace).logs())
    case "events": return .events(try LogsReader(arguments: arguments, namespace: namespace).events())
    case "cordon", "uncordon", "drain", "taint":
      return try NodeReader(arguments: arguments, namespace: namespace).operation()
    case "autoscale": return try AutoscaleReader(version: version, arguments: arguments).operation(namespace)
    case "top": return .top(try TopReader.read(arguments, version))
    default: return try label(arguments, namespace)
    }
  }

  /// Reads `kubectl create namespace NAME`.
  private func newNamespace(_ arguments: KubectlArguments) throws(Mistake) -> Command.Sourced {
    guard arguments.plain.count == 2 else {
      let usage = "kubectl create namespace NAME"
      throw Mistake("script.usage", arguments.plain.last ?? arguments.verb, [("usage", usage)])
    }
    var namespace = Namespace()
    namespace.metadata = ObjectMeta(name: arguments.plain[1].text)
    return Command.Sourced(Object(namespace: namespace), file: "")
  }

  /// A path as it goes to the server: what it says of itself; what lies behind other paths `get` shows anyway.
  private func raw(
    _ path: String,
    _ word: Word,
    _ arguments: KubectlArguments
  ) throws(Mistake) -> Command.Operation {
    if let extra = arguments.plain.first {
      throw Mistake("script.kubectl.unexpected", extra, [("word", extra.text), ("verb", "get --raw")])
    }
    guard path.hasPrefix("/"), HealthPage(path).isKnown else {
      let known = HealthPage.names.map { "/\($0)" }.joined(separator: ", ")
      throw Mistake("script.kubectl.raw", word, [("path", path), ("known", known)])
    }
    return .raw(path)
  }

  private func workload(_ arguments: KubectlArguments, _ namespace: String) throws(Mistake) -> Command.Operation {
    let reader = WorkloadReader(arguments: arguments, namespace: namespace)
    switch arguments.verb.text {
    case "scale": return try reader.scale()
    case "set": return try reader.set()
    case "rollout": return try reader.rollout()
    default: return try reader.expose()
    }
  }

  private func unknown(_ verb: Word) -> Mistake {
    let modelled = joined(KubectlFlags.verbs)
    if KubectlFlags.later.contains(verb.text) {
      return Mistake("script.kubectl.verb-later", verb, [("verb", verb.text), ("verbs", modelled)])
    }
    let guess = Suggestion.nearest(verb.text, of: KubectlFlags.verbs + KubectlFlags.later)
    if guess.isEmpty {
      return Mistake("script.kubectl.unknown-verb", verb, [("verb", verb.text), ("verbs", modelled)])
    }
    return Mistake("script.kubectl.unknown-verb.suggestion", verb, [("verb", verb.text), ("suggestion", guess)])
  }

  private func joined(_ words: [String]) -> String { words.joined(separator: ", ") }

  // MARK: Files

  private func sources(_ arguments: KubectlArguments, _ namespace: String) throws(Mistake) -> [Command.Sourced] {
    if let word = arguments.plain.first {
      // `create deployment web --image=…` and the like make an object without a file.
      if arguments.verb.text == "create", KindNames.laterName(word.text) != nil || Kind.named(word.text) != nil {
        throw Mistake("script.kubectl.create-kind", word, [("kind", word.text)])
      }
      throw Mistake("script.kubectl.unexpected", word, [("word", word.text), ("verb", arguments.verb.text)])
    }
    let found = try objects(arguments, namespace)
    if found.isEmpty { throw Mistake("script.kubectl.needs-file", arguments.verb, [("verb", arguments.verb.text)]) }
    return found
  }

  private func objects(_ arguments: KubectlArguments, _ namespace: String) throws(Mistake) -> [Command.Sourced] {
    var sources: [Command.Sourced] = []
    for given in arguments.all("filename") {
      for file in ScriptText.cut(given.value, at: ",") {
        switch files(file) {
        case .problems(let problems):
          var mistake = Mistake("script.file", given.word, [("file", file)])
          mistake.others = problems
          throw mistake
        case .objects(let objects):
          for object in objects {
            sources.append(try placed(object, file, arguments, namespace))
          }
        }
      }
    }
    return sources
  }

  /// An object without a namespace gets that of the command; another one than `-n` says is a mistake.
  private func placed(
    _ object: Object,
    _ file: String,
    _ arguments: KubectlArguments,
    _ namespace: String
  ) throws(Mistake) -> Command.Sourced {
    guard object.kind.isNamespaced else { return Command.Sourced(object, file: file) }
    if object.namespace.isEmpty { return Command.Sourced(object.with { $0.namespace = namespace }, file: file) }
    if let given = arguments.value("namespace"), given.value != object.namespace {
      let both = [("object", object.namespace), ("flag", given.value)]
      throw Mistake("script.kubectl.namespace-mismatch", given.word, both)
    }
    return Command.Sourced(object, file: file)
  }

  // MARK: Verbs

  private func get(_ arguments: KubectlArguments, _ namespace: String) throws(Mistake) -> Command.GetOptions {
    var options = Command.GetOptions(try SelectionReader(arguments, namespace).read(arguments.plain))
    if let output = arguments.value("output") {
      switch output.value {
      case "wide": options.output = .wide
      case "yaml": options.output = .yaml
      case "json": options.output = .json
      case "name": options.output = .name
      default: throw Mistake("script.kubectl.output", output.word, [("text", output.value)])
      }
    }
    options.showLabels = arguments.isOn("show-labels")
    options.noHeaders = arguments.isOn("no-headers")
    options.ignoreNotFound = arguments.isOn("ignore-not-found")
    if arguments.isOn("show-kind") { options.selection.printsKind = true }
    if let sort = arguments.value("sort-by") {
      guard let path = JSONText.path(sort.value) else {
        throw Mistake("script.kubectl.sort-by", sort.word, [("text", sort.value)])
      }
      options.sortBy = path
    }
    try readWatch(arguments, &options)
    return options
  }

  /// `--watch` follows one kind, or one object.
  private func readWatch(
    _ arguments: KubectlArguments,
    _ options: inout Command.GetOptions
  ) throws(Mistake) {
    options.isWatchOnly = arguments.isOn("watch-only")
    options.watches = arguments.isOn("watch") || options.isWatchOnly
    options.showsEvents = arguments.isOn("output-watch-events")
    guard options.watches else { return }
    if options.selection.kinds.count > 1 || options.selection.names.count > 1 {
      throw Mistake("script.kubectl.watch-one", arguments.verb)
    }
  }

  private func delete(_ arguments: KubectlArguments, _ namespace: String) throws(Mistake) -> Command.Operation {
    var options = Command.DeleteOptions()
    options.ignoreNotFound = arguments.isOn("ignore-not-found")
    options.isForced = arguments.isOn("force")
    if let cascade = arguments.value("cascade") {
      options.propagation = try AccessReader.propagation(cascade, version)
    }
    if let wait = arguments.value("wait") { options.waits = wait.value != "false" }
    if let grace = arguments.value("grace-period") {
      guard let seconds = Int64(grace.value), seconds >= -1 else {
        throw Mistake("script.kubectl.number", grace.word, [("flag", "--grace-period"), ("text", grace.value)])
      }
      options.graceSeconds = seconds < 0 ? nil : seconds
    }
    if arguments.isOn("now") {
      if let grace = arguments.value("grace-period") {
        throw Mistake("script.kubectl.together", grace.word, [("one", "--now"), ("other", "--grace-period")])
      }
      options.graceSeconds = 1
    }
    if options.isForced {
      if let grace = options.graceSeconds, grace > 0, let given = arguments.value("force") {
        throw Mistake("script.kubectl.together", given.word, [("one", "--force"), ("other", "--grace-period")])
      }
      options.graceSeconds = 0
    } else if options.graceSeconds == 0 {
      // kubectl makes it one second and waits: zero would leave a process behind that nobody knows of.
      options.graceSeconds = 1
      options.waits = true
    }
    let files = try objects(arguments, namespace)
    if !files.isEmpty {
      var selection = Command.Selection()
      for source in files { selection.names.append(source.object.key) }
      return .delete(selection, options)
    }
    let selection = try SelectionReader(arguments, namespace).read(arguments.plain)
    if selection.names.isEmpty, !selection.all, selection.labels == nil, selection.fields == nil {
      throw Mistake("script.kubectl.delete-what", arguments.verb)
    }
    return .delete(selection, options)
  }

  private func exec(_ arguments: KubectlArguments) throws(Mistake) -> Command.Operation {
    guard let first = arguments.plain.first else {
      throw Mistake("script.usage", arguments.verb, [("usage", "kubectl exec POD [-c CONTAINER] -- COMMAND")])
    }
    var pod = first.text
    if let (kind, name) = ScriptText.pair(first.text, at: "/") {
      guard try KindNames.read(kind, first) == .pod else {
        throw Mistake("script.kubectl.exec-kind", first, [("kind", kind)])
      }
      pod = name
    }
    if arguments.plain.count > 1 {
      throw Mistake("script.kubectl.exec-dashes", arguments.plain[1], [("word", arguments.plain[1].text)])
    }
    guard let command = arguments.command, !command.isEmpty else {
      throw Mistake("script.kubectl.exec-command", first)
    }
    var texts: [String] = []
    for word in command { texts.append(word.text) }
    return .exec(pod: pod, container: arguments.value("container")?.value ?? "", command: texts)
  }

  private func patch(_ arguments: KubectlArguments, _ namespace: String) throws(Mistake) -> Command.Operation {
    let selection = try SelectionReader(arguments, namespace).read(arguments.plain)
    if selection.names.isEmpty {
      throw Mistake("script.usage", arguments.verb, [("usage", "kubectl patch KIND NAME -p PATCH")])
    }
    guard let given = arguments.value("patch") else { throw Mistake("script.kubectl.needs-patch", arguments.verb) }
    guard let patch = JSONText.parse(given.value), patch.entries != nil || patch.elements != nil else {
      throw Mistake("script.kubectl.json", given.word, [("text", given.value)])
    }
    var kind = Request.PatchKind.strategic
    if let type = arguments.value("type") {
      switch type.value {
      case "strategic": kind = .strategic
      case "merge": kind = .merge
      case "json": kind = .json
      default: throw Mistake("script.kubectl.patch-type", type.word, [("text", type.value)])
      }
    }
    if (kind == .json) != (patch.elements != nil) {
      throw Mistake("script.kubectl.patch-shape", given.word, [("type", kind.rawValue)])
    }
    return .patch(selection.names, kind, patch)
  }

  private func label(_ arguments: KubectlArguments, _ namespace: String) throws(Mistake) -> Command.Operation {
    var targets: [Word] = []
    var change = Command.LabelChange()
    var seen: Table<String, Bool> = [:]
    var any = false
    for word in arguments.plain {
      if let (key, value) = ScriptText.pair(word.text, at: "=") {
        if seen[key] != nil { throw Mistake("script.kubectl.label-twice", word, [("key", key)]) }
        change.set[key] = value
        seen[key] = true
        any = true
      } else if any || (targets.count > 0 && word.text.hasSuffix("-")) {
        guard word.text.hasSuffix("-") else {
          throw Mistake("script.kubectl.unexpected", word, [("word", word.text), ("verb", "label")])
        }
        change.remove.append(String(word.text.dropLast()))
        any = true
      } else {
        targets.append(word)
      }
    }
    guard any else {
      throw Mistake("script.usage", arguments.verb, [("usage", "kubectl label KIND NAME KEY=VALUE | KEY-")])
    }
    for key in change.remove where seen[key] != nil {
      throw Mistake("script.kubectl.label-twice", arguments.verb, [("key", key)])
    }
    change.overwrite = arguments.isOn("overwrite")
    let selection = try SelectionReader(arguments, namespace).read(targets)
    if selection.names.isEmpty, !selection.all, selection.labels == nil {
      throw Mistake("script.usage", arguments.verb, [("usage", "kubectl label KIND NAME KEY=VALUE | KEY-")])
    }
    return .label(selection, change)
  }
}
