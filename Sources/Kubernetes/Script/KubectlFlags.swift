/// A flag of kubectl, and what follows it.
struct KubectlFlag: Equatable, Sendable {
  enum Form: Equatable, Sendable {
    /// `--flag VALUE` or `--flag=VALUE`.
    case value
    /// `--flag`, or `--flag=false`.
    case switching
    /// `--flag` alone means this value; another one needs `=`.
    case optional(String)
  }

  var name: String
  var short: String
  var form: Form
  /// The last version line that had the flag, where it is gone now.
  var isGone: Bool = false
  /// True where the old version does not know the flag.
  var isNew: Bool = false

  init(_ name: String, _ short: String = "", _ form: Form = .value, isGone: Bool = false, isNew: Bool = false) {
    self.name = name
    self.short = short
    self.form = form
    self.isGone = isGone
    self.isNew = isNew
  }
}

/// The flags of each verb: those that the model follows, those that change nothing in it, and those it does not have.
enum KubectlFlags {
  static let verbs = [
    "run", "create", "apply", "get", "describe", "delete", "exec", "patch", "label", "logs", "events",
    "cordon", "uncordon", "drain", "taint", "top", "scale", "autoscale", "auth", "set", "rollout", "expose",
  ]

  /// Real verbs that the model does not play (yet).
  static let later = [
    "annotate", "api-resources", "api-versions", "attach", "certificate", "cluster-info",
    "completion", "config", "cp", "debug", "diff", "edit", "explain", "kustomize",
    "options", "plugin", "port-forward", "proxy", "replace",
    "version", "wait",
  ]

  static func known(_ verb: String) -> [KubectlFlag] {
    common + flags(verb) + (dryRunning.contains(verb) ? [dryRun] : [])
  }

  /// Verbs that can be tried without anything being stored.
  private static let dryRunning = ["run", "create", "apply", "delete", "label", "patch", "scale", "set", "expose"]
  private static let dryRun = KubectlFlag("dry-run", "", .optional(""))

  private static let common = [
    KubectlFlag("namespace", "n"),
    KubectlFlag("field-manager"),
    KubectlFlag("record", "", .switching),
    KubectlFlag("v", "v"),
    KubectlFlag("as"),
    KubectlFlag("as-group"),
  ]

  private static let selecting = [
    KubectlFlag("selector", "l"),
    KubectlFlag("all-namespaces", "A", .switching),
    KubectlFlag("chunk-size"),
  ]

  private static func flags(_ verb: String) -> [KubectlFlag] {
    switch verb {
    case "run":
      [
        KubectlFlag("image"), KubectlFlag("port"), KubectlFlag("env"), KubectlFlag("labels", "l"),
        KubectlFlag("annotations"), KubectlFlag("restart"), KubectlFlag("command", "", .switching),
        KubectlFlag("image-pull-policy"), KubectlFlag("requests", isGone: true), KubectlFlag("limits", isGone: true),
        KubectlFlag("serviceaccount", isGone: true), KubectlFlag("quiet", "q", .switching), KubectlFlag("output", "o"),
      ]
    case "set":
      selecting + [
        KubectlFlag("containers", "c"), KubectlFlag("requests"), KubectlFlag("limits"), KubectlFlag("env", "e"),
      ]
    case "rollout":
      [
        KubectlFlag("revision"), KubectlFlag("to-revision"), KubectlFlag("watch", "w", .optional("true")),
        KubectlFlag("selector", "l"), KubectlFlag("timeout"),
      ]
    case "expose":
      [
        KubectlFlag("name"), KubectlFlag("port"), KubectlFlag("target-port"), KubectlFlag("type"),
        KubectlFlag("protocol"), KubectlFlag("cluster-ip"), KubectlFlag("session-affinity"),
        KubectlFlag("labels", "l"), KubectlFlag("selector"),
      ]
    case "scale":
      selecting + [KubectlFlag("replicas"), KubectlFlag("current-replicas"), KubectlFlag("timeout")]
    case "create":
      [
        KubectlFlag("image"), KubectlFlag("replicas", "r"), KubectlFlag("port"), KubectlFlag("schedule"),
        KubectlFlag("from"), KubectlFlag("restart"), KubectlFlag("output", "o"),
      ] + flags("apply")
    case "apply":
      [
        KubectlFlag("filename", "f"), KubectlFlag("validate", "", .optional("true")),
        KubectlFlag("save-config", "", .switching), KubectlFlag("recursive", "R", .switching),
      ]
    case "get":
      selecting + [
        KubectlFlag("output", "o"), KubectlFlag("field-selector"), KubectlFlag("show-labels", "", .switching),
        KubectlFlag("no-headers", "", .switching), KubectlFlag("sort-by"),
        KubectlFlag("ignore-not-found", "", .switching), KubectlFlag("show-managed-fields", "", .switching),
        KubectlFlag("show-kind", "", .switching), KubectlFlag("raw"), KubectlFlag("watch", "w", .switching),
        KubectlFlag("watch-only", "", .switching), KubectlFlag("output-watch-events", "", .switching),
      ]
    case "describe":
      selecting + [KubectlFlag("show-events", "", .optional("true"))]
    case "delete":
      selecting + [
        KubectlFlag("filename", "f"), KubectlFlag("all", "", .switching), KubectlFlag("now", "", .switching),
        KubectlFlag("force", "", .switching), KubectlFlag("grace-period"), KubectlFlag("wait", "", .optional("true")),
        KubectlFlag("ignore-not-found", "", .switching), KubectlFlag("field-selector"),
        KubectlFlag("cascade", "", .optional("background")), KubectlFlag("timeout"),
      ]
    default: otherFlags(verb)
    }
  }

  private static func otherFlags(_ verb: String) -> [KubectlFlag] {
    switch verb {
    case "exec":
      [
        KubectlFlag("container", "c"), KubectlFlag("stdin", "i", .switching), KubectlFlag("tty", "t", .switching),
        KubectlFlag("quiet", "q", .switching),
      ]
    case "auth":
      [
        KubectlFlag("all-namespaces", "A", .switching), KubectlFlag("subresource"),
        KubectlFlag("quiet", "q", .switching),
      ]
    case "patch":
      [KubectlFlag("patch", "p"), KubectlFlag("type")]
    case "autoscale":
      [
        KubectlFlag("min"), KubectlFlag("max"), KubectlFlag("cpu-percent"), KubectlFlag("name"), KubectlFlag("cpu"),
        KubectlFlag("memory"), KubectlFlag("save-config", "", .switching),
      ]
    case "top": TopReader.flags
    case "label":
      selecting + [
        KubectlFlag("overwrite", "", .switching), KubectlFlag("all", "", .switching), KubectlFlag("field-selector"),
      ]
    case "logs":
      [
        KubectlFlag("follow", "f", .switching), KubectlFlag("previous", "p", .switching),
        KubectlFlag("container", "c"), KubectlFlag("all-containers", "", .switching), KubectlFlag("tail"),
        KubectlFlag("since"), KubectlFlag("since-time"), KubectlFlag("timestamps", "", .switching),
        KubectlFlag("limit-bytes"), KubectlFlag("prefix", "", .switching), KubectlFlag("selector", "l"),
        KubectlFlag("ignore-errors", "", .switching), KubectlFlag("max-log-requests"),
        KubectlFlag("all-pods", "", .switching, isNew: true),
      ]
    case "events":
      [
        KubectlFlag("all-namespaces", "A", .switching), KubectlFlag("for"), KubectlFlag("types"),
        KubectlFlag("output", "o"), KubectlFlag("no-headers", "", .switching), KubectlFlag("chunk-size"),
      ]
    case "cordon", "uncordon": selecting
    case "drain":
      selecting + [
        KubectlFlag("ignore-daemonsets", "", .switching), KubectlFlag("delete-emptydir-data", "", .switching),
        KubectlFlag("delete-local-data", "", .switching, isGone: true), KubectlFlag("force", "", .switching),
        KubectlFlag("grace-period"), KubectlFlag("timeout"),
      ]
    case "taint":
      selecting + [
        KubectlFlag("overwrite", "", .switching), KubectlFlag("all", "", .switching),
        KubectlFlag("validate", "", .optional("true")),
      ]
    default: []
    }
  }

  /// Real flags that the model leaves out: a word to the reader is better than "unknown".
  static func leftOut(_ verb: String) -> [KubectlFlag] {
    let everywhere = [
      KubectlFlag("kubeconfig"), KubectlFlag("context"), KubectlFlag("cluster"), KubectlFlag("user"),
      KubectlFlag("server", "s"), KubectlFlag("token"), KubectlFlag("request-timeout"),
      KubectlFlag("dry-run", "", .optional("unchanged")), KubectlFlag("template"), KubectlFlag("kustomize", "k"),
    ]
    switch verb {
    case "run":
      return everywhere + [
        KubectlFlag("attach", "", .switching), KubectlFlag("stdin", "i", .switching),
        KubectlFlag("tty", "t", .switching), KubectlFlag("rm", "", .switching), KubectlFlag("expose", "", .switching),
        KubectlFlag("overrides"), KubectlFlag("override-type"),
        KubectlFlag("privileged", "", .switching), KubectlFlag("leave-stdin-open", "", .switching),
        KubectlFlag("hostport"), KubectlFlag("replicas"), KubectlFlag("generator"),
      ]
    case "create":
      return leftOut("apply").filter { $0.name != "image" && $0.name != "replicas" && $0.name != "output" }
    case "apply":
      return everywhere + [
        KubectlFlag("output", "o"), KubectlFlag("edit", "", .switching), KubectlFlag("server-side", "", .switching),
        KubectlFlag("force", "", .switching), KubectlFlag("force-conflicts", "", .switching),
        KubectlFlag("prune", "", .switching), KubectlFlag("selector", "l"), KubectlFlag("raw"),
        KubectlFlag("overwrite", "", .optional("true")), KubectlFlag("wait", "", .switching), KubectlFlag("image"),
        KubectlFlag("replicas"),
      ]
    case "get":
      return everywhere + [
        KubectlFlag("watch", "w", .switching), KubectlFlag("watch-only", "", .switching),
        KubectlFlag("filename", "f"), KubectlFlag("label-columns", "L"), KubectlFlag("subresource"),
        KubectlFlag("output-watch-events", "", .switching), KubectlFlag("server-print", "", .optional("true")),
      ]
    case "exec": return everywhere + [KubectlFlag("filename", "f"), KubectlFlag("pod-running-timeout")]
    case "patch":
      return everywhere + [
        KubectlFlag("local", "", .switching), KubectlFlag("output", "o"), KubectlFlag("filename", "f"),
        KubectlFlag("subresource"), KubectlFlag("patch-file"),
      ]
    case "label":
      return everywhere + [
        KubectlFlag("list", "", .switching), KubectlFlag("local", "", .switching), KubectlFlag("output", "o"),
        KubectlFlag("filename", "f"), KubectlFlag("resource-version"),
      ]
    case "logs":
      return everywhere + [
        KubectlFlag("pod-running-timeout"), KubectlFlag("insecure-skip-tls-verify-backend", "", .switching),
      ]
    case "events": return everywhere + [KubectlFlag("watch", "w", .switching)]
    default:
      return everywhere + [KubectlFlag("output", "o"), KubectlFlag("filename", "f"), KubectlFlag("raw")]
    }
  }
}

/// What a line holds once flags and names are told apart.
struct KubectlArguments: Sendable {
  struct Given: Sendable {
    var name: String
    var value: String
    var word: Word
  }

  var verb: Word
  var plain: [Word] = []
  var flags: [Given] = []
  /// What follows `--`; nothing where there is none.
  var command: [Word]? = nil

  func value(_ name: String) -> Given? {
    for given in flags.reversed() where given.name == name { return given }
    return nil
  }

  func all(_ name: String) -> [Given] { flags.filter { $0.name == name } }

  func isOn(_ name: String) -> Bool { value(name)?.value == "true" }
}

/// Tells flags from names as kubectl does: flags may stand anywhere before `--`.
struct KubectlScanner {
  let version: Version
  let verb: Word

  func scan(_ words: [Word]) throws(Mistake) -> KubectlArguments {
    var arguments = KubectlArguments(verb: verb)
    var place = 0
    while place < words.count {
      let word = words[place]
      place += 1
      if word.text == "--" {
        arguments.command = Array(words[place...])
        break
      }
      let following = place < words.count ? words[place] : nil
      if word.text.hasPrefix("--") {
        if try long(word, following, &arguments) { place += 1 }
      } else if word.text.hasPrefix("-"), word.text.utf8.count > 1, !word.isQuoted {
        if try short(word, following, &arguments) { place += 1 }
      } else {
        arguments.plain.append(word)
      }
      // An old kubectl takes everything after the Pod's name for the command.
      if version == .then, verb.text == "exec", arguments.plain.count > 1, place <= words.count,
        !words[place...].contains(where: { $0.text == "--" })
      {
        arguments.command = arguments.plain.dropFirst() + Array(words[place...])
        arguments.plain = [arguments.plain[0]]
        break
      }
    }
    return arguments
  }

  /// `--name`, `--name=value`, `--name value`; true when the following word was taken.
  private func long(_ word: Word, _ following: Word?, _ arguments: inout KubectlArguments) throws(Mistake) -> Bool {
    let body = String(word.text.dropFirst(2))
    let (name, value): (String, String?)
    if let pair = ScriptText.pair(body, at: "=") {
      (name, value) = (pair.0, pair.1)
    } else {
      (name, value) = (body, nil)
    }
    let flag = try find(word, "--\(name)") { $0.name == name }
    return try add(flag, value, word, following, &arguments)
  }

  /// `-n x`, `-nx`, `-n=x`, `-it`; true when the following word was taken.
  private func short(_ word: Word, _ following: Word?, _ arguments: inout KubectlArguments) throws(Mistake) -> Bool {
    var rest = word.text.dropFirst()
    while let letter = rest.first {
      rest = rest.dropFirst()
      let flag = try find(word, "-\(letter)") { $0.short == String(letter) }
      if flag.form == .switching {
        if rest.first == "=" { return try add(flag, String(rest.dropFirst()), word, following, &arguments) }
        _ = try add(flag, nil, word, nil, &arguments)
        continue
      }
      if rest.isEmpty { return try add(flag, nil, word, following, &arguments) }
      let value = rest.first == "=" ? rest.dropFirst() : rest
      return try add(flag, String(value), word, following, &arguments)
    }
    return false
  }

  private func add(
    _ flag: KubectlFlag,
    _ value: String?,
    _ word: Word,
    _ following: Word?,
    _ arguments: inout KubectlArguments
  ) throws(Mistake) -> Bool {
    if flag.isGone, version == .now {
      throw Mistake("script.kubectl.flag-gone", word, [("flag", "--\(flag.name)"), ("verb", verb.text)])
    }
    if let value {
      if flag.form == .switching, value != "true", value != "false" {
        throw Mistake("script.kubectl.flag-value", word, [("flag", "--\(flag.name)"), ("value", value)])
      }
      arguments.flags.append(KubectlArguments.Given(name: flag.name, value: value, word: word))
      return false
    }
    switch flag.form {
    case .switching: arguments.flags.append(KubectlArguments.Given(name: flag.name, value: "true", word: word))
    case .optional(let alone): arguments.flags.append(KubectlArguments.Given(name: flag.name, value: alone, word: word))
    case .value:
      guard let following else {
        throw Mistake("script.kubectl.flag-needs-value", word, [("flag", "--\(flag.name)")])
      }
      arguments.flags.append(KubectlArguments.Given(name: flag.name, value: following.text, word: word))
      return true
    }
    return false
  }

  private func find(_ word: Word, _ text: String, _ matches: (KubectlFlag) -> Bool) throws(Mistake) -> KubectlFlag {
    let known = KubectlFlags.known(verb.text).filter { !$0.isNew || version == .now }
    for flag in known where matches(flag) { return flag }
    for flag in KubectlFlags.leftOut(verb.text) where matches(flag) {
      throw Mistake("script.kubectl.flag-left-out", word, [("flag", "--\(flag.name)"), ("verb", verb.text)])
    }
    var names: [String] = []
    for flag in known { names.append("--\(flag.name)") }
    let guess = text.hasPrefix("--") ? Suggestion.nearest(text, of: names) : ""
    if guess.isEmpty { throw Mistake("script.kubectl.unknown-flag", word, [("flag", text), ("verb", verb.text)]) }
    throw Mistake("script.kubectl.unknown-flag.suggestion", word, [("flag", text), ("suggestion", guess)])
  }
}
