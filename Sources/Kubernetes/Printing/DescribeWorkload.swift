import Clockwork

extension Describe {
  /// A Deployment with its ReplicaSets and Events, as `kubectl describe deployment` prints it.
  public static func deployment(
    _ deployment: Deployment,
    sets: [ReplicaSet],
    events: [Event],
    _ version: Version,
    now: Int64
  ) -> String {
    var writer = TabWriter.describe
    let spec = deployment.spec
    let status = deployment.status
    writer.line("Name:\t\(deployment.metadata.name)")
    writer.line("Namespace:\t\(deployment.metadata.namespace)")
    writer.line("CreationTimestamp:\t\(TimeText.longText(deployment.metadata.creationTimestamp))")
    labels("Labels", deployment.metadata.labels, &writer)
    annotations(deployment.metadata.annotations, &writer)
    writer.line("Selector:\t\(ObjectTable.text(of: spec.selector))")
    let counts =
      "\(deployment.size) desired | \(status.updatedReplicas) updated | \(status.replicas) total | "
      + "\(status.availableReplicas) available | \(status.unavailableReplicas) unavailable"
    writer.line("Replicas:\t\(counts)")
    writer.line("StrategyType:\t\(spec.strategy.type)")
    writer.line("MinReadySeconds:\t\(spec.minReadySeconds)")
    if let rolling = spec.strategy.rollingUpdate {
      let most = rolling.maxUnavailable?.text ?? ""
      writer.line("RollingUpdateStrategy:\t\(most) max unavailable, \(rolling.maxSurge?.text ?? "") max surge")
    }
    writer.line("Pod Template:")
    template(spec.template, version, &writer)
    if !status.conditions.isEmpty {
      writer.line("Conditions:")
      writer.line("Type\tStatus\tReason", level: 1)
      writer.line("----\t------\t------", level: 1)
      for condition in status.conditions {
        writer.line("\(condition.type) \t\(condition.status)\t\(condition.reason)", level: 1)
      }
    }
    replicaSets(deployment, sets, version, &writer)
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  private static func replicaSets(
    _ deployment: Deployment,
    _ sets: [ReplicaSet],
    _ version: Version,
    _ writer: inout TabWriter
  ) {
    let new = sets.first { $0.spec.template.isSame(as: deployment.spec.template) }
    // Older releases leave out versions without Pods.
    let old = sets.filter { $0.metadata.uid != new?.metadata.uid && (version == .now || $0.size > 0) }
    func text(_ set: ReplicaSet) -> String {
      "\(set.metadata.name) (\(set.status.replicas)/\(set.size) replicas created)"
    }
    let olds = old.map { text($0) }.joined(separator: ", ")
    writer.line("OldReplicaSets:\t\(olds.isEmpty ? "<none>" : olds)")
    writer.line("NewReplicaSet:\t\(new.map { text($0) } ?? "<none>")")
  }

  /// A ReplicaSet with how its Pods are, and its Events.
  public static func replicaSet(
    _ set: ReplicaSet,
    pods: [Pod],
    events: [Event],
    _ version: Version,
    now: Int64
  ) -> String {
    var writer = TabWriter.describe
    writer.line("Name:\t\(set.metadata.name)")
    writer.line("Namespace:\t\(set.metadata.namespace)")
    writer.line("Selector:\t\(ObjectTable.text(of: set.spec.selector))")
    labels("Labels", set.metadata.labels, &writer)
    annotations(set.metadata.annotations, &writer)
    if let owner = set.metadata.controller { writer.line("Controlled By:\t\(owner.kind)/\(owner.name)") }
    writer.line("Replicas:\t\(set.status.replicas) current / \(set.size) desired")
    func count(_ phase: String) -> Int { pods.filter { $0.status.phase == phase }.count }
    let counts =
      "\(count("Running")) Running / \(count("Pending")) Waiting / \(count("Succeeded")) Succeeded / "
      + "\(count("Failed")) Failed"
    writer.line("Pods Status:\t\(counts)")
    writer.line("Pod Template:")
    template(set.spec.template, version, &writer)
    if !set.status.conditions.isEmpty {
      writer.line("Conditions:")
      writer.line("Type\tStatus\tReason", level: 1)
      writer.line("----\t------\t------", level: 1)
      for condition in set.status.conditions {
        writer.line("\(condition.type) \t\(condition.status)\t\(condition.reason)", level: 1)
      }
    }
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  /// A Pod template, one level deep.
  static func template(_ template: PodTemplateSpec, _ version: Version, _ writer: inout TabWriter) {
    var inner = TabWriter.describe
    let pod = Pod(metadata: template.metadata, spec: template.spec)
    labels("Labels", template.metadata.labels, &inner)
    if !template.metadata.annotations.isEmpty { annotations(template.metadata.annotations, &inner) }
    if !template.spec.serviceAccountName.isEmpty {
      inner.line("Service Account:\t\(template.spec.serviceAccountName)")
    }
    if !template.spec.initContainers.isEmpty {
      containers("Init Containers", template.spec.initContainers, [], pod, version, &inner)
    }
    containers("Containers", template.spec.containers, [], pod, version, &inner)
    volumes(template.spec.volumes, version, &inner)
    if !template.spec.priorityClassName.isEmpty {
      inner.line("Priority Class Name:\t\(template.spec.priorityClassName)")
    }
    if version == .now {
      labels("Node-Selectors", template.spec.nodeSelector, &inner)
      tolerations(template.spec.tolerations, &inner)
    }
    writer.insert(inner)
  }
}
