import Clockwork

extension Command {
  /// What keeps Pods away from a node, or lets them come again.
  public enum NodeChange: Equatable, Sendable {
    /// True to cordon, false to uncordon.
    case cordon(Bool)
    case taint(TaintChange)
    case drain(DrainOptions)
  }

  /// What `kubectl drain` may do besides.
  public struct DrainOptions: Equatable, Sendable {
    public var ignoresDaemonSets: Bool = false
    public var deletesEmptyDirs: Bool = false
    public var isForced: Bool = false
    /// Nothing where the Pods' own grace applies.
    public var graceSeconds: Int64? = nil

    public init() {}
  }

  public struct TaintChange: Equatable, Sendable {
    public var add: [Taint] = []
    /// Without an effect every taint of the key goes.
    public var remove: [Taint] = []
    public var overwrite: Bool = false

    public init() {}
  }
}

/// Reads `kubectl cordon`, `uncordon` and `taint`.
struct NodeReader {
  let arguments: KubectlArguments
  let namespace: String

  func operation() throws(Mistake) -> Command.Operation {
    switch arguments.verb.text {
    case "taint": try taint()
    case "drain": .node(try cordoned(), .drain(try draining()))
    default: .node(try cordoned(), .cordon(arguments.verb.text == "cordon"))
    }
  }

  /// `cordon NODE`: the kind is not said.
  private func cordoned() throws(Mistake) -> Command.Selection {
    let usage = "kubectl \(arguments.verb.text) NODE"
    var words: [Word] = []
    for word in arguments.plain where !word.text.contains("/") { words.append(word) }
    if arguments.plain.isEmpty, arguments.value("selector") == nil {
      throw Mistake("script.usage", arguments.verb, [("usage", usage)])
    }
    guard words.count == arguments.plain.count else {
      return try SelectionReader(arguments, namespace).read(arguments.plain)
    }
    return try SelectionReader(arguments, namespace).read([Word(text: "nodes", column: arguments.verb.column)] + words)
  }

  private func draining() throws(Mistake) -> Command.DrainOptions {
    var options = Command.DrainOptions()
    options.ignoresDaemonSets = arguments.isOn("ignore-daemonsets")
    options.deletesEmptyDirs = arguments.isOn("delete-emptydir-data") || arguments.isOn("delete-local-data")
    options.isForced = arguments.isOn("force")
    if let grace = arguments.value("grace-period") {
      guard let seconds = Int64(grace.value), seconds >= -1 else {
        throw Mistake("script.kubectl.number", grace.word, [("flag", "--grace-period"), ("text", grace.value)])
      }
      options.graceSeconds = seconds < 0 ? nil : seconds
    }
    return options
  }

  private func taint() throws(Mistake) -> Command.Operation {
    let usage = Mistake("script.usage", arguments.verb, [("usage", "kubectl taint nodes NODE KEY=VALUE:EFFECT | KEY-")])
    var targets: [Word] = []
    var specs: [Word] = []
    for word in arguments.plain {
      if word.text.contains("=") || word.text.contains(":") || word.text.hasSuffix("-") {
        specs.append(word)
      } else if specs.isEmpty {
        targets.append(word)
      } else {
        throw Mistake("script.kubectl.unexpected", word, [("word", word.text), ("verb", "taint")])
      }
    }
    if specs.isEmpty { throw usage }
    var change = Command.TaintChange()
    change.overwrite = arguments.isOn("overwrite")
    for word in specs { try read(word, &change) }
    let selection = try SelectionReader(arguments, namespace).read(targets)
    for kind in selection.kinds where kind != .node { throw usage }
    if selection.names.isEmpty, !selection.all, selection.labels == nil { throw usage }
    return .node(selection, .taint(change))
  }

  /// `key=value:Effect`, `key:Effect`, and both with a minus behind them, or `key-`.
  private func read(_ word: Word, _ change: inout Command.TaintChange) throws(Mistake) {
    let removes = word.text.hasSuffix("-")
    let parts = ScriptText.cut(removes ? String(word.text.dropLast()) : word.text, at: ":")
    let wrong = Mistake("script.kubectl.taint", word, [("text", word.text)])
    guard let head = parts.first, parts.count == 2 || (parts.count == 1 && removes) else { throw wrong }
    let pair = ScriptText.cut(head, at: "=")
    guard let key = pair.first, pair.count <= 2, LabelText.keyProblems(key).isEmpty else { throw wrong }
    var taint = Taint(key: key, effect: parts.count == 2 ? parts[1] : "")
    if pair.count == 2 { taint.value = pair[1] }
    guard LabelText.valueProblems(taint.value).isEmpty else { throw wrong }
    if parts.count == 2, !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(taint.effect) {
      throw Mistake("script.kubectl.taint-effect", word, [("text", taint.effect)])
    }
    if removes {
      change.remove.append(taint)
      return
    }
    for other in change.add where other.key == taint.key && other.effect == taint.effect {
      throw Mistake("script.kubectl.taint-twice", word, [("text", "\(taint.key):\(taint.effect)")])
    }
    change.add.append(taint)
  }
}
