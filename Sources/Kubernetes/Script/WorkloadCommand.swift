import Clockwork

/// A kubectl command about workloads: `create deployment`, `scale`, `set`, `rollout`, `expose`.
public enum WorkloadCommand: Equatable, Sendable {
  case create(Object)
  /// A Job out of a CronJob, by hand.
  case createFrom(ObjectKey, name: String)
  case scale([ObjectKey], replicas: Int64, current: Int64?)
  case change([ObjectKey], Change, cause: String)
  case status(ObjectKey, watches: Bool, revision: Int64, patience: Time?)
  case history([ObjectKey], revision: Int64)
  case undo([ObjectKey], revision: Int64)
  case expose(ObjectKey, Exposure)

  /// What `set` and `rollout` change of a template or a spec.
  public enum Change: Equatable, Sendable {
    /// Containers and their images; `*` stands for all.
    case image(Table<String, String>)
    case resources(containers: String, requests: Table<String, String>, limits: Table<String, String>)
    case environment(containers: String, set: [EnvVar], remove: [String])
    case pause
    case resume
    case restart

    /// What kubectl says it has done.
    var done: String {
      switch self {
      case .image: "image updated"
      case .resources: "resource requirements updated"
      case .environment: "env updated"
      case .pause: "paused"
      case .resume: "resumed"
      case .restart: "restarted"
      }
    }
  }

  /// The Service that `expose` makes.
  public struct Exposure: Equatable, Sendable {
    public var name: String = ""
    public var type: String = ""
    public var port: Int64? = nil
    public var targetPort: String = ""
    public var `protocol`: String = ""
    public var clusterIP: String = ""
    public var sessionAffinity: String = ""
    public var labels: Table<String, String> = [:]
    public var selector: Table<String, String> = [:]

    public init() {}
  }
}
