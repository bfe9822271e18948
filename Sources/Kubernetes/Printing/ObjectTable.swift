import Clockwork

/// The table that `kubectl get` prints for objects of one kind.
public struct ObjectTable: Equatable, Sendable {
  /// What to print besides the usual columns.
  public struct Options: Equatable, Sendable {
    /// `-o wide`.
    public var isWide: Bool = false
    /// `-A`: a first column with the namespace.
    public var showsNamespace: Bool = false
    /// When several kinds are printed, names stand behind their kind: `pod/web`.
    public var showsKind: Bool = false
    /// `--show-labels`.
    public var showsLabels: Bool = false
    /// `--no-headers`.
    public var hasHeaders: Bool = true

    public init() {}
  }

  /// The first row is the header.
  public private(set) var rows: [[String]]

  /// Lays out objects, all of one kind, in the order given.
  public init(_ objects: [Object], _ version: Version, now: Int64, _ options: Options = Options()) {
    let kind = objects.first?.kind ?? .pod
    var rows: [[String]] = []
    if options.hasHeaders {
      var header =
        ObjectTable.workloadHeader(kind, options.isWide) ?? SetTable.header(kind, version, options.isWide)
        ?? ObjectTable.header(kind, version, options.isWide)
      if options.showsNamespace { header.insert("NAMESPACE", at: 0) }
      if options.showsLabels { header.append("LABELS") }
      rows.append(header)
    }
    for object in objects {
      var row = ObjectTable.row(object, version, now, options.isWide)
      if options.showsKind, kind != .event { row[0] = "\(object.kind.printedName)/\(row[0])" }
      if options.showsNamespace { row.insert(object.namespace, at: 0) }
      if options.showsLabels { row.append(ObjectTable.labels(object.metadata.labels)) }
      rows.append(row)
    }
    self.rows = rows
  }

  /// The text with its columns padded, a line for each row.
  public var text: String {
    var writer = TabWriter.table
    for row in rows {
      var line = ""
      for (index, cell) in row.enumerated() { line += (index > 0 ? "\t" : "") + ObjectTable.firstLine(cell) }
      writer.line(line)
    }
    return writer.formatted()
  }

  /// A cell shows one line; what follows is cut off.
  static func firstLine(_ cell: String) -> String {
    var out = ""
    for scalar in cell.unicodeScalars {
      if scalar == "\n" || scalar == "\r" || scalar == "\u{0C}" { return out + "..." }
      out.unicodeScalars.append(scalar == "\t" ? " " : scalar)
    }
    return out
  }

  private static func labels(_ labels: Table<String, String>) -> String {
    var out = ""
    labels.forEach { out += (out.isEmpty ? "" : ",") + "\($0)=\($1)" }
    return out.isEmpty ? "<none>" : out
  }

  private static func header(_ kind: Kind, _ version: Version, _ isWide: Bool) -> [String] {
    switch kind {
    case .pod:
      ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
        + (isWide ? ["IP", "NODE", "NOMINATED NODE", "READINESS GATES"] : [])
    case .node:
      ["NAME", "STATUS", "ROLES", "AGE", "VERSION"]
        + (isWide ? ["INTERNAL-IP", "EXTERNAL-IP", "OS-IMAGE", "KERNEL-VERSION", "CONTAINER-RUNTIME"] : [])
    case .event:
      isWide
        ? [
          "LAST SEEN", "TYPE", "REASON", "OBJECT", "SUBOBJECT", "SOURCE", "MESSAGE", "FIRST SEEN", "COUNT", "NAME",
        ] : ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    case .namespace: ["NAME", "STATUS", "AGE"]
    case .serviceAccount: ["NAME", "SECRETS", "AGE"]
    case .configMap: ["NAME", "DATA", "AGE"]
    case .secret: ["NAME", "TYPE", "DATA", "AGE"]
    case .lease: ["NAME", "HOLDER", "AGE"]
    case .priorityClass:
      ["NAME", "VALUE", "GLOBAL-DEFAULT", "AGE"] + (version == .now ? ["PREEMPTIONPOLICY"] : [])
    case .horizontalPodAutoscaler: AutoscalerTable.header
    default:
      ServiceTable.header(kind, isWide) ?? VerticalTable.header(kind) ?? PolicyTable.header(kind, version, isWide) ?? [
        "NAME", "AGE",
      ]
    }
  }

  private static func row(_ object: Object, _ version: Version, _ now: Int64, _ isWide: Bool) -> [String] {
    let age = TimeText.since(object.metadata.creationTimestamp, now: now)
    if let row = workloadRow(object, age, isWide) ?? SetTable.row(object, age, version, now, isWide) { return row }
    if let pod = object.pod { return row(pod, age, version, now, isWide) }
    if let node = object.node { return row(node, age, isWide) }
    if let event = object.event { return row(event, now, isWide) }
    if let namespace = object.asNamespace { return [object.name, namespace.status.phase, age] }
    if let autoscaler = object.as(HorizontalPodAutoscaler.self) { return AutoscalerTable.row(autoscaler, age, version) }
    if let account = object.serviceAccount { return [object.name, "\(account.secrets.count)", age] }
    if let row = VerticalTable.row(object, age) { return row }
    if let row = ServiceTable.row(object, age, isWide) ?? PolicyTable.row(object, age, version, isWide) { return row }
    let value = object.value
    func count(_ key: String) -> Int { value[key]?.entries?.count ?? 0 }
    switch object.kind {
    case .configMap: return [object.name, "\(count("data") + count("binaryData"))", age]
    case .secret: return [object.name, value["type"]?.text ?? "", "\(count("data"))", age]
    case .lease: return [object.name, value["spec"]?["holderIdentity"]?.text ?? "", age]
    case .priorityClass:
      let priority = object.as(PriorityClass.self) ?? PriorityClass()
      let row = [object.name, "\(priority.value)", priority.globalDefault ? "true" : "false", age]
      return row + (version == .now ? [priority.preemptionPolicy] : [])
    default: return [object.name, age]
    }
  }

  private static func row(_ pod: Pod, _ age: String, _ version: Version, _ now: Int64, _ isWide: Bool) -> [String] {
    func orNone(_ text: String) -> String { text.isEmpty ? "<none>" : text }
    let column = PodStatusColumn(pod, version)
    let row = [pod.metadata.name, column.ready, column.status, column.restartText(now: now, version), age]
    if !isWide { return row }
    var gates = "<none>"
    if !pod.spec.readinessGates.isEmpty {
      var open = 0
      for gate in pod.spec.readinessGates where pod.status[condition: gate.conditionType]?.status == "True" {
        open += 1
      }
      gates = "\(open)/\(pod.spec.readinessGates.count)"
    }
    let address = pod.status.podIPs.first?.ip ?? pod.status.podIP
    return row + [orNone(address), orNone(pod.spec.nodeName), orNone(pod.status.nominatedNodeName), gates]
  }

  private static func row(_ node: Node, _ age: String, _ isWide: Bool) -> [String] {
    func orUnknown(_ text: String) -> String { text.isEmpty ? "<unknown>" : text }
    var status = "Unknown"
    if let ready = node.status[condition: "Ready"] { status = ready.status == "True" ? "Ready" : "NotReady" }
    if node.spec.unschedulable { status += ",SchedulingDisabled" }
    let info = node.status.nodeInfo
    let row = [node.metadata.name, status, NodeRoles.text(node.metadata.labels), age, info.kubeletVersion]
    if !isWide { return row }
    return row + [
      node.status.address("InternalIP") ?? "<none>", node.status.address("ExternalIP") ?? "<none>",
      orUnknown(info.osImage), orUnknown(info.kernelVersion), orUnknown(info.containerRuntimeVersion),
    ]
  }

  private static func row(_ event: Event, _ now: Int64, _ isWide: Bool) -> [String] {
    let seen = EventTimes(event, now: now)
    let object = event.involvedObject
    let kind = object.kind.lowercased()
    let target = object.name.isEmpty ? kind : "\(kind)/\(object.name)"
    let message = EventTimes.trimmed(event.message)
    if !isWide { return [seen.last, event.type, event.reason, target, message] }
    var source = event.source.component.isEmpty ? event.reportingComponent : event.source.component
    let host = event.source.host.isEmpty ? event.reportingInstance : event.source.host
    if !host.isEmpty { source += ", \(host)" }
    return [
      seen.last, event.type, event.reason, target, object.fieldPath, source, message, seen.first, "\(seen.count)",
      event.metadata.name,
    ]
  }
}

/// When and how often an Event was seen, for printing.
struct EventTimes {
  var first: String
  var last: String
  var count: Int64

  init(_ event: Event, now: Int64) {
    first =
      event.firstTimestamp == nil
      ? TimeText.since(event.eventTime, now: now) : TimeText.since(event.firstTimestamp, now: now)
    last = event.lastTimestamp == nil ? first : TimeText.since(event.lastTimestamp, now: now)
    count = max(1, event.count)
    if let series = event.series {
      last = TimeText.since(series.lastObservedTime, now: now)
      count = series.count
    }
  }

  /// Without white space at its ends.
  static func trimmed(_ text: String) -> String {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || (scalar.value >= 9 && scalar.value <= 13) }
    var scalars = Array(text.unicodeScalars)[...]
    while let first = scalars.first, isSpace(first) { scalars.removeFirst() }
    while let last = scalars.last, isSpace(last) { scalars.removeLast() }
    var out = String.UnicodeScalarView()
    out.append(contentsOf: scalars)
    return String(out)
  }
}

/// What a node is for, from its labels.
enum NodeRoles {
  /// The roles in order, or `<none>`.
  static func text(_ labels: Table<String, String>) -> String {
    let prefix = "node-role.kubernetes.io/"
    var roles: Table<String, Bool> = [:]
    labels.forEach { key, value in
      if key.hasPrefix(prefix), key.utf8.count > prefix.utf8.count { roles[String(key.dropFirst(prefix.count))] = true }
      if key == "kubernetes.io/role", !value.isEmpty { roles[value] = true }
    }
    var out = ""
    for role in roles.keys { out += (out.isEmpty ? "" : ",") + role }
    return out.isEmpty ? "<none>" : out
  }
}
