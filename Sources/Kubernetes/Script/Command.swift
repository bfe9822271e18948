public import Clockwork

/// A kubectl command, read from the line a person typed.
public struct Command: Equatable, Sendable {
  public enum Operation: Equatable, Sendable {
    case run(Object)
    case create([Sourced])
    case apply([Sourced])
    case get(GetOptions)
    case describe(Selection)
    case delete(Selection, DeleteOptions)
    case exec(pod: String, container: String, command: [String])
    case patch([ObjectKey], Request.PatchKind, Value)
    case label(Selection, LabelChange)
    /// `auth can-i`
    case canI(Attempt)
    case logs(LogsOptions)
    case events(EventsOptions)
    /// `cordon`, `uncordon` and `taint`.
    case node(Selection, NodeChange)
    case workload(WorkloadCommand)
    case autoscale([ObjectKey], Autoscale)
    case top(TopOptions)
    /// `get --raw PATH`
    case raw(String)
  }

  /// An object of a manifest, with the file that it stood in.
  public struct Sourced: Equatable, Sendable {
    public var object: Object
    public var file: String

    public init(_ object: Object, file: String) {
      self.object = object
      self.file = file
    }
  }

  /// Which objects a command means: by name, or all of some kinds that a selector matches.
  public struct Selection: Equatable, Sendable {
    public var kinds: [Kind] = []
    /// Objects that the line names; a list is asked for only where this is empty.
    public var names: [ObjectKey] = []
    public var labels: LabelSelector? = nil
    public var fields: FieldSelector? = nil
    public var allNamespaces: Bool = false
    /// `--all`: without it a delete must name objects or a selector.
    public var all: Bool = false
    /// True where names stand as `kind/name` or kinds are many: kubectl prints the kind before each name.
    public var printsKind: Bool = false

    public init() {}
  }

  /// `--dry-run`: whether anything is stored, and who finds out what would be.
  public enum DryRun: Equatable, Sendable {
    case none
    /// kubectl sends nothing that would change something.
    case client
    /// kube-apiserver does everything but store it.
    case server
  }

  /// How `kubectl get` prints.
  public enum Output: Equatable, Sendable {
    case table
    case wide
    case yaml
    case json
    case name
  }

  /// How `kubectl get` selects and prints.
  public struct GetOptions: Equatable, Sendable {
    public var selection: Selection
    public var output: Output = .table
    public var showLabels: Bool = false
    public var noHeaders: Bool = false
    /// Keys from the root of an object, as `--sort-by` names them.
    public var sortBy: [String] = []
    public var ignoreNotFound: Bool = false
    /// `--watch`: what happens is printed as it happens; `--watch-only` leaves out what is there already.
    public var watches: Bool = false
    public var isWatchOnly: Bool = false
    /// `--output-watch-events`: what kind of event it was stands in front.
    public var showsEvents: Bool = false

    public init(_ selection: Selection) { self.selection = selection }
  }

  public struct DeleteOptions: Equatable, Sendable {
    /// Nothing where the object's own grace applies.
    public var graceSeconds: Int64? = nil
    public var waits: Bool = true
    public var ignoreNotFound: Bool = false
    /// What becomes of the objects that the deleted one owns.
    public var propagation: Deletion.Propagation = .background
    /// `--force`: kubectl warns before it deletes.
    public var isForced: Bool = false

    /// What goes with each request.
    public var deletion: Deletion { Deletion(graceSeconds: graceSeconds, propagation: propagation) }

    public init() {}
  }

  /// What `kubectl autoscale` asks for.
  public struct Autoscale: Equatable, Sendable {
    /// Empty where the autoscaler is called like its target.
    public var name: String = ""
    public var minimum: Int64? = nil
    public var maximum: Int64 = 0
    public var metrics: [MetricSpec] = []
    /// What kubectl says of flags that are to go.
    public var warning: String = ""

    public init() {}
  }

  public struct LabelChange: Equatable, Sendable {
    public var set: Table<String, String> = [:]
    public var remove: [String] = []
    public var overwrite: Bool = false

    public init() {}
  }

  /// Whose log `kubectl logs` prints, and how.
  public struct LogsOptions: Equatable, Sendable {
    /// A Pod, or something that selects Pods; nothing where a selector says which.
    public var target: ObjectKey? = nil
    public var labels: LabelSelector? = nil
    public var query: LogQuery = LogQuery()
    public var allContainers: Bool = false
    public var allPods: Bool = false
    public var prefix: Bool = false
    public var ignoreErrors: Bool = false
    public var maxRequests: Int64 = 5

    public init() {}
  }

  /// What `kubectl events` lists, and how.
  public struct EventsOptions: Equatable, Sendable {
    public var allNamespaces: Bool = false
    /// The object that they are about.
    public var target: ObjectKey? = nil
    /// `Normal` and `Warning`; empty for both.
    public var types: [String] = []
    public var output: Output = .table
    public var noHeaders: Bool = false

    public init() {}
  }

  /// The line as it was typed, without `kubectl`.
  public var line: String
  public var namespace: String
  public var operation: Operation
  /// `--as`: whom kubectl says it acts for.
  public var impersonated: Identity? = nil
  public var dryRun: DryRun = .none
  /// `-o` of a command that makes something; nothing where kubectl says what it has done.
  public var shown: Output? = nil

  public init(line: String, namespace: String, operation: Operation) {
    self.line = line
    self.namespace = namespace
    self.operation = operation
  }
}
