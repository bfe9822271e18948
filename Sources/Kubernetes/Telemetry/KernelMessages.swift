public import Clockwork

/// What processes of a node ask of its kernel.
public struct KernelCall: Sendable {
  public enum Operation: Equatable, Sendable {
    /// The runtime has started or ended processes of a Pod: these groups have some now.
    case running(uid: String, [Cgroup])
    /// Requests from outside reach the processes of a container, which have that much to do; nothing ends it.
    case work(uid: String, container: String, Demand?)
    /// cAdvisor reads the files of these groups; of all groups and of the root where none is named.
    case read([String])
    /// A plugin, a proxy or the kubelet changes the tables of the network; only a failure is answered.
    case network([NetworkChange])
    /// The kubelet wants to know whether a connection to there gets through.
    case reach(IPv4, UInt16)
    /// What the processes of a Pod listen on from now on.
    case sockets(pod: String, [Socket])
  }

  public var id: Int64
  public var operation: Operation
  /// Whether the sender waits for the word that a change has been made.
  public var wantsAnswer: Bool = false

  public init(id: Int64 = 0, _ operation: Operation) {
    self.id = id
    self.operation = operation
  }

  public var summary: String {
    switch operation {
    case .running(_, let groups): "\(groups.count) cgroups"
    case .work(_, let container, let demand): "\(container) has \(demand == nil ? "nothing" : "work") to do"
    case .read(let ids): ids.isEmpty ? "read cpu.stat, memory.current" : "read cpu.stat of \(ids.count) containers"
    case .reach(let address, let port): "connect \(address.text):\(port)"
    case .sockets(let pod, let sockets): "\(pod) listens on \(sockets.count) ports"
    case .network(let changes): changes.count == 1 ? changes[0].text : "\(changes.count) changes of the network"
    }
  }
}

/// What a kernel answers, or says of its own accord.
public struct KernelReply: Sendable {
  /// The contents of a group's files at one moment.
  public struct Counters: Equatable, Sendable {
    public var id: String
    public var pod: ObjectKey
    public var uid: String
    public var container: String
    public var startedAt: Time
    /// `usage_usec` of `cpu.stat`.
    public var usage: Int64
    /// `memory.current`, and what of it is `inactive_file`.
    public var memory: Int64
    public var inactiveFile: Int64
    public var throttledPeriods: Int64

    /// The files of a container's group.
    init(_ group: Cgroup, at time: Time) {
      id = group.id
      pod = group.pod
      uid = group.uid
      container = group.container
      startedAt = group.startedAt
      usage = group.usage(at: time)
      memory = group.memoryCurrent
      inactiveFile = group.memoryCurrent - group.workingSet
      throttledPeriods = group.throttledPeriods(at: time)
    }

    /// The files of the root group, which counts for the whole machine.
    init(root cgroups: Cgroups, at time: Time) {
      id = "/"
      pod = ObjectKey(.pod, "", "")
      uid = ""
      container = ""
      startedAt = -Cgroups.uptime
      usage = cgroups.usage(at: time)
      memory = cgroups.workingSet + Cgroup.inactiveFile
      inactiveFile = Cgroup.inactiveFile
      throttledPeriods = 0
    }
  }

  public enum Outcome: Equatable, Sendable {
    case counters(at: Time, root: Counters?, groups: [Counters])
    /// A container needed more memory than it may have.
    case outOfMemory(id: String)
    /// How a connection would fare.
    case reached(ProbeReach.Way)
    /// A change of the network that somebody wanted to hear of has been made.
    case done
    /// A change of the network could not be made: the words of the tool that tried.
    case refused(String)
  }

  public var id: Int64
  public var outcome: Outcome

  public init(id: Int64 = 0, _ outcome: Outcome) {
    self.id = id
    self.outcome = outcome
  }

  public var summary: String {
    switch outcome {
    case .counters(_, _, let groups): "counters of \(groups.count) containers"
    case .outOfMemory(let id): "container \(ContainerStore.short(id)) is out of memory"
    case .reached(let way): way == .open ? "connected" : "no connection"
    case .done: "done"
    case .refused(let text): text
    }
  }
}

/// Clients outside that keep Pods busy: a line `load SELECTOR cpu=… memory=… [shared]` of a script.
public struct LoadOrder: Equatable, Sendable {
  public var namespace: String
  public var selector: LabelSelector
  /// The selector as it was written: another line with the same one takes this line's place.
  public var text: String
  /// Billionths of a core; nothing leaves the Pods as they are.
  public var cpu: Int64?
  public var memory: Int64?
  /// True when the amounts are a total that the ready Pods divide, false when each Pod has them.
  public var isShared: Bool

  public init(namespace: String, selector: LabelSelector, text: String, isShared: Bool = false) {
    self.namespace = namespace
    self.selector = selector
    self.text = text
    self.isShared = isShared
  }

  public var summary: String { "load \(text)\(isShared ? " shared" : "")" }
}
