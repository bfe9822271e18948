/// Sentences of the node's components, word for word as each version writes them.
///
/// One place, so that a sentence that turns out different can be corrected here.
public struct Text: Equatable, Sendable {
  public let version: Version

  public init(_ version: Version) { self.version = version }

  // MARK: Watches

  /// A watch from a revision that is older than all that is kept.
  public func tooOld(_ wanted: Int64, _ oldest: Int64) -> String { "too old resource version: \(wanted) (\(oldest))" }

  // MARK: Images

  public func present(_ image: String) -> String {
    let head = "Container image \"\(image)\" already present on machine"
    return version == .then ? head : "\(head) and can be accessed by the pod"
  }

  public func pulling(_ image: String) -> String { "Pulling image \"\(image)\"" }

  public func pulled(_ image: String, milliseconds: Int64, bytes: Int64) -> String {
    let time = GoDuration.text(milliseconds)
    let head = "Successfully pulled image \"\(image)\" in \(time)"
    return version == .then ? head : "\(head) (\(time) including waiting). Image size: \(bytes) bytes."
  }

  public func pullFailed(_ image: String, _ error: String) -> String { "Failed to pull image \"\(image)\": \(error)" }

  public func pullBackOff(_ image: String) -> String { "Back-off pulling image \"\(image)\"" }

  /// What the status says while a pull waits; "now" it repeats the last error.
  public func pullBackOffStatus(_ image: String, _ error: String) -> String {
    let head = pullBackOff(image)
    return version == .then || error.isEmpty ? head : "\(head): ErrImagePull: \(error)"
  }

  public func neverPull(_ image: String) -> String {
    "Container image \"\(image)\" is not present with pull policy of Never"
  }

  /// The runtime's error for a registry whose name nobody knows.
  public func noSuchHost(_ image: String, docker: Bool) -> String {
    let host = image.split(separator: "/").first.map { String($0) } ?? image
    let lookup = "dial tcp: lookup \(host): no such host"
    if docker {
      return "rpc error: code = Unknown desc = Error response from daemon: Get \"https://\(host)/v2/\": \(lookup)"
    }
    let name = ImageName(image)
    let path = name.repository.split(separator: "/").dropFirst().joined(separator: "/")
    let manifest = "https://\(host)/v2/\(path)/manifests/\(name.tag.isEmpty ? name.digest : name.tag)"
    return "rpc error: code = Unknown desc = failed to pull and unpack image \"\(image)\": failed to resolve reference "
      + "\"\(image)\": failed to do request: Head \"\(manifest)\": \(lookup)"
  }

  // MARK: Containers

  public func created(_ container: String) -> String {
    version == .then ? "Created container \(container)" : "Container created"
  }

  public func started(_ container: String) -> String {
    version == .then ? "Started container \(container)" : "Container started"
  }

  public func stopping(_ container: String) -> String { "Stopping container \(container)" }

  public func definitionChanged(_ container: String) -> String {
    "Container \(container) definition changed, will be restarted"
  }

  public func crashBackOff(_ container: String, _ pod: String) -> String {
    let head = "Back-off restarting failed container"
    return version == .then ? head : "\(head) \(container) in pod \(pod)"
  }

  public func crashBackOffStatus(_ container: String, _ pod: String, milliseconds: Int64) -> String {
    "back-off \(GoDuration.text(milliseconds)) restarting failed container=\(container) pod=\(pod)"
  }

  public func error(_ reason: String) -> String { "Error: \(reason)" }

  // MARK: Sandboxes

  public var sandboxChanged: String { "Pod sandbox changed, it will be killed and re-created." }

  public func sandboxFailed(_ error: String) -> String { "Failed to create pod sandbox: \(error)" }

  public func networkFailed(_ sandbox: String, _ pod: ObjectKey, _ plugin: String, _ error: String) -> String {
    if version == .then {
      return "rpc error: code = Unknown desc = failed to set up sandbox container \"\(sandbox)\" network for pod "
        + "\"\(pod.name)\": networkPlugin \(plugin == "kubenet" ? "kubenet" : "cni") failed to set up pod "
        + "\"\(pod.name)_\(pod.namespace)\" network: \(error)"
    }
    return "rpc error: code = Unknown desc = failed to setup network for sandbox \"\(sandbox)\": "
      + "plugin type=\"\(plugin)\" failed (add): \(error)"
  }

  /// The error of every call while the runtime does not run.
  public func runtimeDown(docker: Bool) -> String {
    if docker {
      return "rpc error: code = Unknown desc = failed to create a sandbox: Cannot connect to the Docker daemon at "
        + "unix:///var/run/docker.sock. Is the docker daemon running?"
    }
    return "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: "
      + "dial unix /run/containerd/containerd.sock: connect: connection refused\""
  }

  public func mountFailed(_ volume: String, _ error: String) -> String {
    "MountVolume.SetUp failed for volume \"\(volume)\" : failed to fetch token: \(error)"
  }

  // MARK: The kubelet's log

  /// What the sync loop does with a change of a Pod: `ADD`, `UPDATE`, `RECONCILE`, `DELETE`, `REMOVE`.
  public func syncLoop(_ operation: String, _ pod: ObjectKey, _ uid: String) -> String {
    version == .then
      ? "SyncLoop (\(operation), \"api\"): \"\(title(pod, uid))\""
      : "\"SyncLoop \(operation)\" source=\"api\" pods=[\"\(pod.qualifiedName)\"]"
  }

  public func lifecycle(_ change: String, _ container: String, _ pod: ObjectKey, _ uid: String) -> String {
    version == .then
      ? "SyncLoop (PLEG): \"\(title(pod, uid))\", event: &pleg.PodLifecycleEvent{ID:\"\(uid)\", Type:\"\(change)\", "
        + "Data:\"\(container)\"}"
      : "\"SyncLoop (PLEG): event for pod\" pod=\"\(pod.qualifiedName)\" event={\"ID\":\"\(uid)\","
        + "\"Type\":\"\(change)\",\"Data\":\"\(container)\"}"
  }

  public func syncAgain(_ pod: ObjectKey, _ uid: String) -> String {
    version == .then
      ? "SyncLoop (SYNC): 1 pods; \(title(pod, uid))"
      : "\"SyncLoop (SYNC) pods\" total=1 pods=[\"\(pod.qualifiedName)\"]"
  }

  /// As the kubelet names a Pod: `web_default(uid)`.
  public func title(_ pod: ObjectKey, _ uid: String) -> String { "\(pod.name)_\(pod.namespace)(\(uid))" }

  // MARK: Admission on the node

  public func outOf(_ resource: String, requested: Int64, used: Int64, capacity: Int64) -> String {
    "Node didn't have enough resource: \(resource), requested: \(requested), used: \(used), capacity: \(capacity)"
  }

  public func predicateFailed(_ name: String, _ why: String) -> String {
    version == .then ? "Predicate \(name) failed" : "Predicate \(name) failed: \(why)"
  }

  /// What the status of a Pod says that its node has refused.
  public func rejected(_ message: String) -> String {
    version == .then ? "Pod \(message)" : "Pod was rejected: \(message)"
  }

  // MARK: Conditions

  public func unready(_ containers: [String]) -> String {
    "containers with unready status: [\(containers.joined(separator: " "))]"
  }

  public func incomplete(_ containers: [String]) -> String {
    "containers with incomplete status: [\(containers.joined(separator: " "))]"
  }

  public var notLocated: String { "The container could not be located when the pod was terminated" }
}

/// Lengths of time as Go writes and reads them: `2.1s`, `1m20s`, `500ms`.
public enum GoDuration {
  public static func text(_ milliseconds: Int64) -> String {
    if milliseconds == 0 { return "0s" }
    if milliseconds < 0 { return "-" + text(0 - milliseconds) }
    if milliseconds < 1000 { return "\(milliseconds)ms" }
    let hours = milliseconds / 3_600_000
    let minutes = milliseconds / 60_000 % 60
    let seconds = seconds(milliseconds % 60_000)
    if hours > 0 { return "\(hours)h\(minutes)m\(seconds)s" }
    if minutes > 0 { return "\(minutes)m\(seconds)s" }
    return "\(seconds)s"
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    let whole = milliseconds / 1000
    var rest = "\(milliseconds % 1000)"
    if rest == "0" { return "\(whole)" }
    while rest.utf8.count < 3 { rest = "0" + rest }
    while rest.hasSuffix("0") { rest.removeLast() }
    return "\(whole).\(rest)"
  }

  /// Milliseconds, or nil for text that is no duration.
  public static func parse(_ text: String) -> Int64? {
    var total: Int64 = 0
    var number = ""
    var unit = ""
    var isEmpty = true
    func flush() -> Int64? {
      guard let scale = scale(unit), let amount = amount(number, scale) else { return nil }
      return amount
    }
    for character in text {
      if character.isASCII, character.isNumber || character == "." {
        if !unit.isEmpty {
          guard let part = flush() else { return nil }
          total += part
          number = ""
          unit = ""
        }
        number.append(character)
      } else {
        unit.append(character)
      }
      isEmpty = false
    }
    if isEmpty { return nil }
    if text == "0" { return 0 }
    guard let part = flush() else { return nil }
    return total + part
  }

  private static func scale(_ unit: String) -> Int64? {
    switch unit {
    case "ms": 1
    case "s": 1000
    case "m": 60_000
    case "h": 3_600_000
    default: nil
    }
  }

  private static func amount(_ number: String, _ scale: Int64) -> Int64? {
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let whole = Int64(first), whole < 1_000_000_000 else { return nil }
    guard parts.count == 2 else { return whole * scale }
    guard parts[1].utf8.count <= 6, let fraction = Int64(parts[1]) else { return nil }
    var divisor: Int64 = 1
    for _ in parts[1].utf8 { divisor *= 10 }
    return whole * scale + fraction * scale / divisor
  }
}
