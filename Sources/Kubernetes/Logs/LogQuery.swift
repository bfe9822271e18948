import Clockwork

extension LogQuery {
  /// What is wrong with the question, as kube-apiserver says it; empty when nothing is.
  var problem: String {
    if let tail = tailLines, tail < 0 {
      return "tailLines: Invalid value: \(tail): must be greater than or equal to 0"
    }
    if let limit = limitBytes, limit < 1 { return "limitBytes: Invalid value: \(limit): must be greater than 0" }
    if sinceSeconds != nil, sinceTime != nil {
      return ": Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
    }
    if let since = sinceSeconds, since < 1 { return "sinceSeconds: Invalid value: \(since): must be greater than 0" }
    return ""
  }

  /// Where the kubelet of a node serves it; the keys stand in alphabetical order.
  func url(_ host: String, _ pod: ObjectKey, _ container: String) -> String {
    var parts: [String] = []
    if follow { parts.append("follow=true") }
    if let limitBytes { parts.append("limitBytes=\(limitBytes)") }
    if previous { parts.append("previous=true") }
    if let sinceSeconds { parts.append("sinceSeconds=\(sinceSeconds)") }
    if let sinceTime { parts.append("sinceTime=\(LogQuery.escaped(sinceTime.text))") }
    if let tailLines { parts.append("tailLines=\(tailLines)") }
    if timestamps { parts.append("timestamps=true") }
    let query = parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    return "https://\(host):10250/containerLogs/\(pod.namespace)/\(pod.name)/\(container)\(query)"
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for character in text { out += character == ":" ? "%3A" : String(character) }
    return out
  }
}
