/// Sentences about the vertical Pod autoscaler, word for word.
extension Text {
  public var vpaEvicted: String { "Pod was evicted by VPA Updater to apply resource recommendation." }

  public func vpaEvicted(_ pod: String) -> String { "VPA Updater evicted Pod \(pod) to apply resource recommendation." }

  public var vpaResized: String { "Pod was resized in place by VPA Updater." }

  public func vpaCannotReadTarget(_ target: ScaleTarget?) -> String {
    guard let target else { return "targetRef not defined" }
    return "Cannot read targetRef. Reason: \(target.kind) \(target.name) does not exist"
  }

  /// What a client hears when a webhook that must be asked does not answer.
  public func webhookFailed(_ name: String, _ service: String, _ timeout: Int64, _ why: String) -> String {
    let parts = service.split(separator: "/").map { String($0) }
    let host = "\(parts.last ?? "").\(parts.first ?? "").svc:443"
    let head = "Internal error occurred: failed calling webhook \"\(name)\": "
    let request = "Post \"https://\(host)/?timeout=\(timeout / 1000)s\": \(why)"
    return version == .then ? head + request : "\(head)failed to call webhook: \(request)"
  }

  // MARK: Another size for a Pod that runs

  public func resizeNeedsRestart(_ container: String) -> String { "Container \(container) resize requires restart" }

  public func resizeTooLarge(_ resource: String, requested: Int64, capacity: Int64) -> String {
    "Node didn't have enough capacity: \(resource), requested: \(requested), capacity: \(capacity)"
  }

  // MARK: Kinds that nobody has defined

  /// What kube-apiserver says of a path that it does not serve.
  public static let unserved = "the server could not find the requested resource"

  /// What kubectl says when it asks for objects of such a kind.
  public func noSuchResource(_ word: String) -> String { "error: the server doesn't have a resource type \"\(word)\"" }

  /// What kubectl says when it is to apply one.
  public func noMatches(_ object: Object, file: String) -> String {
    let kind = object.kind
    let what = "no matches for kind \"\(kind.name)\" in version \"\(kind.apiVersion)\""
    if version == .then { return "error: unable to recognize \"\(file)\": \(what)" }
    let home = object.namespace == "default" ? "" : object.namespace
    return
      "error: resource mapping not found for name: \"\(object.name)\" namespace: \"\(home)\" from \"\(file)\": \(what)\n"
      + "ensure CRDs are installed first"
  }
}
