import Clockwork

extension Check {
  mutating func deployment(_ deployment: Deployment) {
    let spec = deployment.spec
    notNegative(["spec", "replicas"], spec.replicas ?? 0)
    selector(spec.selector, for: "deployment")
    template(spec.template, spec.selector)
    strategy(spec.strategy)
    notNegative(["spec", "minReadySeconds"], spec.minReadySeconds)
    if let limit = spec.revisionHistoryLimit { notNegative(["spec", "revisionHistoryLimit"], limit) }
    if let deadline = spec.progressDeadlineSeconds {
      let path = ["spec", "progressDeadlineSeconds"]
      notNegative(path, deadline)
      if deadline <= spec.minReadySeconds { invalid(path, deadline, "must be greater than minReadySeconds") }
    }
  }

  mutating func replicaSet(_ set: ReplicaSet) {
    notNegative(["spec", "replicas"], set.spec.replicas ?? 0)
    notNegative(["spec", "minReadySeconds"], set.spec.minReadySeconds)
    selector(set.spec.selector, for: "replicaset")
    template(set.spec.template, set.spec.selector)
  }

  /// The selector of a stored object says which Pods are its own: it can never change.
  mutating func sameSelector(_ old: Value?, _ new: Value?) {
    if old?.sorted != new?.sorted { invalid(["spec", "selector"], value: new ?? .null, "field is immutable") }
  }

  mutating func selector(_ selector: Value?, for kind: String) {
    guard let selector, !selector.isNull else { return required(["spec", "selector"]) }
    let labels = selector["matchLabels"]?.entries ?? []
    let expressions = selector["matchExpressions"]?.elements ?? []
    if labels.isEmpty, expressions.isEmpty {
      invalid(["spec", "selector"], value: selector, "empty selector is invalid for \(kind)")
    }
    if case .failure(let failure) = LabelSelector.read(selector) {
      invalid(["spec", "selector"], value: selector, failure.description)
    }
  }

  mutating func template(
    _ template: PodTemplateSpec,
    _ selector: Value?,
    at path: [String] = ["spec", "template"],
    restart: [String] = ["Always"]
  ) {
    let labels = template.metadata.labels
    if let selector, !selector.isNull, case .success(let wanted) = LabelSelector.read(selector), !wanted.isEmpty,
      !wanted.matches(labels)
    {
      let detail = "`selector` does not match template `labels`"
      add([FieldProblem(.invalid, path + ["metadata", "labels"], got: Check.goMap(labels), detail: detail)])
    }
    self.labels(path + ["metadata", "labels"], labels)
    var inner = Check(version: version)
    inner.pod(Pod(metadata: ObjectMeta(), spec: template.spec))
    add(
      inner.problems.map { problem in
        var moved = problem
        moved.path = path + problem.path
        return moved
      }
    )
    let policy = template.spec.restartPolicy
    if !restart.contains(policy), ["Always", "OnFailure", "Never"].contains(policy) {
      unsupported(path + ["spec", "restartPolicy"], policy, restart)
    }
    if template.spec.activeDeadlineSeconds != nil, restart == ["Always"] {
      forbidden(path + ["spec", "activeDeadlineSeconds"], "activeDeadlineSeconds in ReplicaSet is not Supported")
    }
  }

  /// Labels as Go prints a map.
  private static func goMap(_ labels: Table<String, String>) -> String {
    var pairs: [String] = []
    labels.forEach { pairs.append("\(LabelText.quoted($0)):\(LabelText.quoted($1))") }
    return "map[string]string{\(pairs.joined(separator: ", "))}"
  }

  private mutating func strategy(_ strategy: DeploymentStrategy) {
    let path = ["spec", "strategy"]
    switch strategy.type {
    case "Recreate":
      if strategy.rollingUpdate != nil {
        forbidden(path + ["rollingUpdate"], "may not be specified when strategy `type` is 'Recreate'")
      }
    case "RollingUpdate":
      guard let rolling = strategy.rollingUpdate else {
        return required(path + ["rollingUpdate"], "this should be defaulted and never be nil")
      }
      amount(path + ["rollingUpdate", "maxUnavailable"], rolling.maxUnavailable)
      amount(path + ["rollingUpdate", "maxSurge"], rolling.maxSurge)
      if isNothing(rolling.maxSurge), isNothing(rolling.maxUnavailable) {
        let detail = "may not be 0 when `maxSurge` is 0"
        let got = rolling.maxUnavailable?.tree.canonical ?? "0"
        add([FieldProblem(.invalid, path + ["rollingUpdate", "maxUnavailable"], got: got, detail: detail)])
      }
      if case .success(let share)? = rolling.maxUnavailable?.scaled(of: 100, roundUp: true), share > 100,
        case .string(let text)? = rolling.maxUnavailable
      {
        invalid(path + ["rollingUpdate", "maxUnavailable"], text, "must not be greater than 100%")
      }
    case "": required(path + ["type"])
    default: unsupported(path + ["type"], strategy.type, ["Recreate", "RollingUpdate"])
    }
  }

  func isNothing(_ value: IntOrString?) -> Bool {
    switch value {
    case .integer(let number): number == 0
    case .string(let text): text == "0%"
    case nil: true
    }
  }

  mutating func amount(_ path: [String], _ value: IntOrString?) {
    switch value {
    case .integer(let number): notNegative(path, number)
    case .string(let text):
      let digits = text.hasSuffix("%") ? text.dropLast() : ""
      if digits.isEmpty || !digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
        let detail =
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
          + "'93%', regex used for validation is '[0-9]+%')"
        invalid(path, text, detail)
      }
    case nil: break
    }
  }
}
