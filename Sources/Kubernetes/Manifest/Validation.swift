import Clockwork

/// Says what is wrong with an object before it is stored, in the words of the API server.
public enum Validation {
  /// Everything that is wrong with a new object; empty when it may be stored.
  public static func problems(_ object: Object, _ version: Version) -> [FieldProblem] {
    var check = Check(version: version)
    check.metadata(object)
    switch object.content {
    case .pod:
      if let pod = object.pod { check.pod(pod) }
    case .node:
      if let node = object.node { check.node(node) }
    case .event:
      if let event = object.event { check.event(event) }
    case .binding:
      if let binding = object.binding { check.binding(binding) }
    case .opaque(let entries): check.data(entries)
    case .priorityClass:
      if let priority = object.as(PriorityClass.self) { check.priorityClass(priority) }
    case .deployment:
      if let deployment = object.as(Deployment.self) { check.deployment(deployment) }
    case .replicaSet:
      if let set = object.as(ReplicaSet.self) { check.replicaSet(set) }
    case .autoscaler:
      if let autoscaler = object.as(HorizontalPodAutoscaler.self) { check.autoscaler(autoscaler) }
    case .namespace, .serviceAccount, .lease, .apiService, .podMetrics, .nodeMetrics: break
    default: check.typed(object)
    }
    return check.problems
  }

  /// Everything that is wrong with replacing a stored object by another one.
  public static func problems(updating old: Object, to new: Object, _ version: Version) -> [FieldProblem] {
    var check = Check(version: version)
    check.metadata(new)
    check.metadataUpdate(old.metadata, new.metadata)
    if let before = old.pod, let after = new.pod { check.podUpdate(before, after) }
    if let before = old.node, let after = new.node {
      check.node(after)
      check.nodeUpdate(before, after)
    }
    if let before = old.as(PriorityClass.self), let after = new.as(PriorityClass.self) {
      check.priorityClassUpdate(before, after)
    }
    if let before = old.as(Deployment.self), let after = new.as(Deployment.self) {
      check.deployment(after)
      check.sameSelector(before.spec.selector, after.spec.selector)
    }
    if let before = old.as(ReplicaSet.self), let after = new.as(ReplicaSet.self) {
      check.replicaSet(after)
      check.sameSelector(before.spec.selector, after.spec.selector)
    }
    if case .opaque(let entries) = new.content { check.data(entries) }
    if let autoscaler = new.as(HorizontalPodAutoscaler.self) { check.autoscaler(autoscaler) }
    check.typed(new)
    check.typedUpdate(old, new)
    check.setsUpdate(old, new)
    return check.problems
  }

  /// Everything that is wrong with replacing the status of a stored object.
  public static func problems(
    updatingStatusOf old: Object,
    to new: Object,
    _ version: Version
  ) -> [FieldProblem] {
    var check = Check(version: version)
    check.metadata(new)
    check.metadataUpdate(old.metadata, new.metadata)
    if let before = old.pod, let after = new.pod { check.podStatusUpdate(before, after) }
    return check.problems
  }

  /// The message of the API server's answer: `Pod "web" is invalid: …`.
  public static func message(_ object: Object, _ problems: [FieldProblem]) -> String {
    let texts = distinct(problems)
    if let decoding = problems.first(where: { $0.reason == .wrongType || $0.reason == .unknownKind }) {
      let kind = object.kind
      return "\(kind.name) in version \"\(kind.version)\" cannot be handled as a \(kind.name): \(decoding.text)"
    }
    let group = object.kind.group.isEmpty ? "" : ".\(object.kind.group)"
    let head = "\(object.kind.name)\(group) \(LabelText.quoted(object.name)) is invalid: "
    if texts.count == 1 { return head + texts[0] }
    return head + "[" + texts.joined(separator: ", ") + "]"
  }

  /// What kubectl prints of such an answer: one line, or a list with stars.
  public static func printed(_ object: Object, _ problems: [FieldProblem]) -> String {
    let texts = distinct(problems)
    let head = "The \(object.kind.name) \(LabelText.quoted(object.name)) is invalid: "
    if texts.count == 1 { return head + texts[0] }
    var out = head
    for text in texts { out += "\n* \(text)" }
    return out
  }

  private static func distinct(_ problems: [FieldProblem]) -> [String] {
    var texts: [String] = []
    for problem in problems where !texts.contains(problem.text) { texts.append(problem.text) }
    return texts
  }
}

/// Collects what is wrong while it walks over an object.
struct Check {
  let version: Version
  private(set) var problems: [FieldProblem] = []

  init(version: Version) {
    self.version = version
  }

  /// Adds what was found elsewhere.
  mutating func add(_ others: [FieldProblem]) { problems += others }

  mutating func required(_ path: [String], _ detail: String = "") {
    problems.append(FieldProblem(.required, path, detail: detail))
  }

  mutating func invalid(_ path: [String], _ text: String, _ detail: String) {
    problems.append(FieldProblem(.invalid, path, got: LabelText.quoted(text), detail: detail))
  }

  // Nearly everything is right: a path is only put together where something is wrong.
  mutating func invalid(_ path: @autoclosure () -> [String], _ text: String, _ details: [String]) {
    if details.isEmpty { return }
    let path = path()
    for detail in details { invalid(path, text, detail) }
  }

  mutating func invalid(_ path: [String], _ number: Int64, _ detail: String) {
    problems.append(FieldProblem(.invalid, path, got: "\(number)", detail: detail))
  }

  /// A value in the form in which the message quotes it.
  mutating func invalid(_ path: [String], got: String, _ detail: String) {
    problems.append(FieldProblem(.invalid, path, got: got, detail: detail))
  }

  mutating func duplicate(_ path: [String], got: String) {
    problems.append(FieldProblem(.duplicate, path, got: got))
  }

  mutating func invalid(_ path: [String], value: Value, _ detail: String) {
    problems.append(FieldProblem(.invalid, path, got: value.canonical, detail: detail))
  }

  mutating func forbidden(_ path: [String], _ detail: String) {
    problems.append(FieldProblem(.forbidden, path, detail: detail))
  }

  mutating func duplicate(_ path: [String], _ text: String) {
    problems.append(FieldProblem(.duplicate, path, got: LabelText.quoted(text)))
  }

  mutating func duplicate(_ path: [String], value: Value, _ detail: String) {
    problems.append(FieldProblem(.duplicate, path, got: value.canonical, detail: detail))
  }

  mutating func notFound(_ path: [String], _ text: String) {
    problems.append(FieldProblem(.notFound, path, got: LabelText.quoted(text)))
  }

  mutating func tooLong(_ path: [String], bytes: Int) {
    let detail = version == .then ? "must have at most \(bytes) bytes" : "may not be more than \(bytes) bytes"
    problems.append(FieldProblem(.tooLong, path, detail: detail))
  }

  mutating func unsupported(_ path: [String], _ text: String, _ supported: [String]) {
    let list = supported.map { LabelText.quoted($0) }.joined(separator: ", ")
    problems.append(
      FieldProblem(.unsupported, path, got: LabelText.quoted(text), detail: "supported values: \(list)")
    )
  }

  /// An enumeration that must not be empty.
  mutating func choice(_ path: @autoclosure () -> [String], _ text: String, _ supported: [String]) {
    if text.isEmpty { required(path()) } else if !supported.contains(text) { unsupported(path(), text, supported) }
  }

  mutating func notNegative(_ path: @autoclosure () -> [String], _ number: Int64) {
    if number < 0 { invalid(path(), number, "must be greater than or equal to 0") }
  }
}
