import Clockwork

/// What kubectl prints besides tables and manifests, word for word.
enum KubectlText {
  static func refused(_ server: String) -> String {
    "The connection to the server \(server) was refused - did you specify the right host or port?"
  }

  /// An error of the API server; the context says which file it was about.
  static func error(_ response: Response, _ context: String = "") -> String {
    if response.reason == "Invalid", let text = invalid(response.message) { return text }
    if response.message.hasPrefix("unable to upgrade connection") { return "error: \(response.message)" }
    let isNameless = response.reason.isEmpty || response.message.hasPrefix("error dialing backend")
    if isNameless { return "Error from server: \(context)\(response.message)" }
    return "Error from server (\(response.reason)): \(context)\(response.message)"
  }

  /// The word by which a command named a kind that the server does not know.
  static func word(for kind: Kind, in line: String) -> String {
    for word in line.split(separator: " ") {
      let name = word.split(separator: "/").first.map { String($0) } ?? ""
      if Kind.named(name) == kind { return name }
    }
    return kind.plural
  }

  /// `Pod "x" is invalid: [a, b]` becomes one line for each problem.
  private static func invalid(_ message: String) -> String? {
    let mark = " is invalid: "
    var place = message.startIndex
    while place < message.endIndex, !message[place...].hasPrefix(mark) { place = message.index(after: place) }
    if place == message.endIndex { return nil }
    let head = "The \(message[..<place])\(mark)"
    let rest = message[message.index(place, offsetBy: mark.count)...]
    guard rest.first == "[", rest.last == "]" else { return head + String(rest) }
    let problems = split(String(rest.dropFirst().dropLast()))
    if problems.count == 1 { return head + problems[0] }
    var text = head
    for problem in problems { text += "\n* \(problem)" }
    return text
  }

  /// Cuts at commas behind which a new field begins: the texts of problems have commas too.
  private static func split(_ text: String) -> [String] {
    let kinds = [
      "Required value", "Invalid value", "Unsupported value", "Duplicate value", "Forbidden", "Too long", "Too many",
      "Not found", "Internal error",
    ]
    var problems: [String] = []
    for (index, part) in ScriptText.cut(text, at: ",").enumerated() {
      let piece = index > 0 && part.hasPrefix(" ") ? String(part.dropFirst()) : part
      var begins = false
      if let (field, detail) = ScriptText.pair(piece, at: ":"), !field.contains(" ") {
        for kind in kinds where detail.hasPrefix(" \(kind)") { begins = true }
      }
      if begins || problems.isEmpty {
        problems.append(piece)
      } else {
        problems[problems.count - 1] += ",\(part)"
      }
    }
    return problems
  }

  static func deleted(_ key: ObjectKey, forced: Bool, _ version: Version) -> String {
    let text = "\(key.kind.printedName) \"\(key.name)\" \(forced ? "force deleted" : "deleted")"
    return version == .then || key.namespace.isEmpty ? text : "\(text) from \(key.namespace) namespace"
  }

  static func forced(_ version: Version) -> String {
    let head = version == .then ? "warning" : "Warning"
    return "\(head): Immediate deletion does not wait for confirmation that the running resource has been terminated. "
      + "The resource may continue to run on the cluster indefinitely."
  }

  static func notApplied(_ key: ObjectKey) -> String {
    "Warning: resource \(key.kind.plural)/\(key.name) is missing the \(LastApplied.annotation) annotation which is "
      + "required by kubectl apply. kubectl apply should only be used on resources created declaratively by either "
      + "kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically."
  }

  static func defaulted(_ pod: Pod, _ container: String, _ version: Version) -> String {
    if version == .then {
      let name = "pod/\(pod.metadata.name) -n \(pod.metadata.namespace)"
      return "Defaulting container name to \(container).\n"
        + "Use 'kubectl describe \(name)' to see all of the containers in this pod."
    }
    return "Defaulted container \"\(container)\" out of: \(containers(pod))"
  }

  static func labeled(_ before: Object, _ change: Command.LabelChange, _ version: Version) -> String {
    var after = before.metadata.labels
    change.set.forEach { after[$0] = $1 }
    for key in change.remove { after.removeValue(for: key) }
    if after == before.metadata.labels { return "\(before.key.text) not labeled" }
    let onlyRemoved = change.set.isEmpty && version == .now
    return "\(before.key.text) \(onlyRemoved ? "unlabeled" : "labeled")"
  }

  static func nothingFound(_ command: Command, _ selection: Command.Selection) -> String {
    var isNamespaced = !selection.allNamespaces
    for kind in selection.kinds where !kind.isNamespaced { isNamespaced = false }
    return isNamespaced ? "No resources found in \(command.namespace) namespace." : "No resources found"
  }
}
