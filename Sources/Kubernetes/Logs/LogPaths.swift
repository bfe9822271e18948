import Clockwork

/// Where the log of a container lies on its node.
public enum LogPaths {
  /// What the kubelet and the runtime agree on: one directory a Pod, one a container, one file a start.
  public static func file(_ record: ContainerRecord) -> String { "\(directory(record))/\(record.attempt).log" }

  public static func directory(_ record: ContainerRecord) -> String { "\(pod(record))/\(record.name)" }

  public static func pod(_ record: ContainerRecord) -> String {
    "\(pods)/\(record.pod.namespace)_\(record.pod.name)_\(record.uid)"
  }

  /// The symbolic link that log agents look for: everything they want to know stands in its name.
  public static func link(_ record: ContainerRecord) -> String {
    "\(containers)/\(record.pod.name)_\(record.pod.namespace)_\(record.name)-\(record.id).log"
  }

  /// docker's own file, to which the kubelet's path is a link.
  public static func docker(_ record: ContainerRecord) -> String {
    "/var/lib/docker/containers/\(record.id)/\(record.id)-json.log"
  }

  public static let pods = "/var/log/pods"
  public static let containers = "/var/log/containers"
}
