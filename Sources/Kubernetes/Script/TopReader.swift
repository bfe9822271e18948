import Clockwork

/// Reads `kubectl top pods|nodes [NAME] [-l …] [--containers] [--sort-by cpu|memory] [--no-headers] [--sum]`.
enum TopReader {
  static let flags = [
    KubectlFlag("selector", "l"), KubectlFlag("all-namespaces", "A", .switching),
    KubectlFlag("containers", "", .switching), KubectlFlag("no-headers", "", .switching), KubectlFlag("sort-by"),
    KubectlFlag("sum", "", .switching), KubectlFlag("use-protocol-buffers", "", .optional("true")),
  ]

  static func read(_ arguments: KubectlArguments, _ version: Version) throws(Mistake) -> Command.TopOptions {
    let usage = "kubectl top pods|nodes [NAME | -l SELECTOR]"
    guard let what = arguments.plain.first else { throw Mistake("script.usage", arguments.verb, [("usage", usage)]) }
    var options = Command.TopOptions()
    switch what.text {
    case "pods", "pod", "po": options.isNodes = false
    case "nodes", "node", "no": options.isNodes = true
    default: throw Mistake("script.usage", what, [("usage", usage)])
    }
    if arguments.plain.count > 1 { options.name = arguments.plain[1].text }
    if arguments.plain.count > 2 { throw Mistake("script.usage", arguments.plain[2], [("usage", usage)]) }
    if let given = arguments.value("selector") {
      if !options.name.isEmpty { throw Mistake("script.kubectl.name-and-selector", given.word) }
      switch LabelSelector.parse(given.value) {
      case .success(let labels): options.labels = labels
      case .failure(let failure):
        throw Mistake("script.kubectl.selector", given.word, [("error", failure.description)])
      }
    }
    if let given = arguments.value("sort-by") {
      guard given.value == "cpu" || given.value == "memory" else {
        throw Mistake("script.kubectl.top-sort", given.word, [("text", given.value)])
      }
      options.sortBy = given.value
    }
    options.containers = try podsOnly("containers", options, arguments)
    options.sum = try podsOnly("sum", options, arguments)
    options.allNamespaces = try podsOnly("all-namespaces", options, arguments)
    if options.sum, version == .then, let given = arguments.value("sum") {
      throw Mistake("script.unknown-flag", given.word, [("flag", "--sum"), ("suggestion", "--sort-by")])
    }
    options.noHeaders = arguments.isOn("no-headers")
    return options
  }

  private static func podsOnly(
    _ name: String,
    _ options: Command.TopOptions,
    _ arguments: KubectlArguments
  ) throws(Mistake) -> Bool {
    guard arguments.isOn(name) else { return false }
    if options.isNodes, let given = arguments.value(name) {
      throw Mistake("script.unknown-flag", given.word, [("flag", "--\(name)"), ("suggestion", "--no-headers")])
    }
    return true
  }
}

extension Command {
  /// What `kubectl top` shows, and how.
  public struct TopOptions: Equatable, Sendable {
    public var isNodes: Bool = false
    /// One Pod or node; empty for all.
    public var name: String = ""
    public var labels: LabelSelector? = nil
    public var allNamespaces: Bool = false
    public var containers: Bool = false
    public var noHeaders: Bool = false
    /// `cpu`, `memory`, or empty for names.
    public var sortBy: String = ""
    public var sum: Bool = false

    public init() {}
  }
}
