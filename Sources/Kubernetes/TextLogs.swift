/// What a kubelet says where it has no log to show: the same words in both versions.
extension Text {
  public func logPodUnknown(_ pod: String) -> String { "pod \"\(pod)\" does not exist\n" }

  public func logContainerUnknown(_ container: String, _ pod: String) -> String {
    "container \"\(container)\" not found in pod \"\(pod)\"\n"
  }

  public func logNotAvailable(_ container: String, _ pod: String) -> String {
    title(container, pod, "is not available")
  }

  public func logTerminated(_ container: String, _ pod: String) -> String { title(container, pod, "is terminated") }

  public func logNothingYet(_ container: String, _ pod: String) -> String {
    title(container, pod, "is waiting to start - no logs yet")
  }

  public func logNoPrevious(_ container: String, _ pod: String) -> String {
    "previous terminated \(title(container, pod, "not found"))"
  }

  /// Two reasons are put into words; every other one is repeated.
  public func logWaiting(_ container: String, _ pod: String, _ reason: String) -> String {
    switch reason {
    case "ErrImagePull": title(container, pod, "is waiting to start: image can't be pulled")
    case "ImagePullBackOff": title(container, pod, "is waiting to start: trying and failing to pull image")
    default: title(container, pod, "is waiting to start: \(reason)")
    }
  }

  /// The runtime does not know the container, or does not answer.
  public func logUnavailable(_ id: String) -> String { "unable to retrieve container logs for \(id)" }

  private func title(_ container: String, _ pod: String, _ rest: String) -> String {
    "container \"\(container)\" in pod \"\(pod)\" \(rest)"
  }
}
