// Hooks of containers, as the kubelet writes of them.
extension Text {
  /// Since 1.25 the Event leaves out what the command wrote: it might be a secret.
  func hookFailed(_ hook: String, _ message: String) -> String { version == .then ? message : "\(hook) failed" }

  func execHookFailed(
    _ command: [String],
    _ container: String,
    _ pod: String,
    _ error: String,
    _ output: String
  ) -> String {
    let words = command.joined(separator: " ")
    let head = "Exec lifecycle hook ([\(words)]) for Container \"\(container)\" in Pod \"\(pod)\" failed"
    return "\(head) - error: \(error), message: \(Text.quoted(output))"
  }

  func getHookFailed(_ path: String, _ container: String, _ pod: String, _ error: String) -> String {
    let name = version == .then ? "Http" : "HTTP"
    let tail = version == .then ? ", message: \"\"" : ""
    return
      "\(name) lifecycle hook (\(path)) for Container \"\(container)\" in Pod \"\(pod)\" failed - error: \(error)\(tail)"
  }

  /// As Go's `%q` writes plain text.
  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
