// Sentences about probes, word for word as the kubelet writes them.
extension Text {
  public func probeFailed(_ kind: String, _ output: String) -> String { "\(kind) probe failed: \(output)" }

  public func probeErrored(_ kind: String, _ error: String) -> String {
    version == .then
      ? "\(kind) probe errored: \(error)" : "\(kind) probe errored and resulted in unknown state: \(error)"
  }

  public func probeStatus(_ code: Int64) -> String { "HTTP probe failed with statuscode: \(code)" }

  public func connectionRefused(_ host: String) -> String { "dial tcp \(host): connect: connection refused" }

  /// A system call of the probe failed in these words: `no route to host`.
  public func connectionFailed(_ host: String, _ why: String) -> String { "dial tcp \(host): connect: \(why)" }

  public func grpcUnreachable(_ host: String, seconds: Int64) -> String {
    "timeout: failed to connect service \"\(host)\" within \(seconds)s: context deadline exceeded"
  }

  public func probeTimeout(_ target: String) -> String {
    target.hasPrefix("http")
      ? "Get \"\(target)\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
      : "dial tcp \(target): i/o timeout"
  }

  public func commandTimeout(_ command: String) -> String { "command \"\(command)\" timed out" }

  /// Why a container is killed for its probe.
  public func killedForProbe(_ container: String, _ probe: String, restarts: Bool) -> String {
    let head = "Container \(container) failed \(probe) probe"
    return restarts ? "\(head), will be restarted" : head
  }
}
