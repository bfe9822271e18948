import Clockwork

/// A kind with a wish that people write and a report that a loop writes.
protocol Reconciled: APIRecord {
  associatedtype Wish: Record
  associatedtype Report: Record
  var spec: Wish { get set }
  var status: Report { get set }
}

extension StatefulSet: Reconciled {}
extension DaemonSet: Reconciled {}
extension BatchJob: Reconciled {}
extension CronJob: Reconciled {}
extension PodDisruptionBudget: Reconciled {}
extension VerticalPodAutoscaler: Reconciled {}

// What storage sets itself in StatefulSets, DaemonSets, Jobs and their like.
extension Strategy {
  static func prepareSetsForCreate(_ object: inout Object, version: Version) {
    create(StatefulSet.self, &object)
    create(DaemonSet.self, &object)
    create(BatchJob.self, &object)
    create(CronJob.self, &object)
    create(PodDisruptionBudget.self, &object)
    create(VerticalPodAutoscaler.self, &object)
    object.update(DaemonSet.self) { $0.templateGeneration = max(1, $0.templateGeneration) }
    let uid = object.uid
    object.update(BatchJob.self) { label(&$0, uid: uid, version: version) }
  }

  private static func create<R: Reconciled>(_ type: R.Type, _ object: inout Object) {
    guard object.kind == R.kind else { return }
    object.update(type) { record in
      record.status = R.Report()
      record.metadata.generation = 1
    }
  }

  /// The Pods of a Job are found by its uid: no two Jobs ever share one.
  private static func label(_ job: inout BatchJob, uid: String, version: Version) {
    if job.spec.manualSelector == true { return }
    let keys = JobLabels.keys(version)
    let name = job.metadata.name
    for key in keys.uids { job.spec.template.metadata.labels[key] = uid }
    for key in keys.names { job.spec.template.metadata.labels[key] = name }
    var labels = job.spec.selector?["matchLabels"] ?? .emptyMap
    labels[keys.selecting] = .string(uid)
    var selector = job.spec.selector ?? .emptyMap
    selector["matchLabels"] = labels.sorted
    job.spec.selector = selector.sorted
  }

  static func prepareSetsForUpdate(_ object: inout Object, old: Object, version: Version) {
    object.update(StatefulSet.self) { Defaulting.apply(to: &$0, version: version) }
    object.update(DaemonSet.self) { set in
      Defaulting.apply(to: &set, version: version)
      guard let stored = old.as(DaemonSet.self) else { return }
      let isSame = set.spec.template == stored.spec.template
      set.templateGeneration = stored.templateGeneration + (isSame ? 0 : 1)
    }
    update(StatefulSet.self, &object, old)
    update(DaemonSet.self, &object, old)
    update(BatchJob.self, &object, old)
    update(CronJob.self, &object, old)
    update(PodDisruptionBudget.self, &object, old)
    update(VerticalPodAutoscaler.self, &object, old)
  }

  private static func update<R: Reconciled>(_ type: R.Type, _ object: inout Object, _ old: Object) {
    guard object.kind == R.kind, let stored = old.as(type) else { return }
    object.update(type) { record in
      record.status = stored.status
      record.metadata.generation = stored.metadata.generation + (record.spec == stored.spec ? 0 : 1)
    }
  }

  static func prepareSetsForStatusUpdate(_ object: inout Object, old: Object) {
    report(StatefulSet.self, &object, old)
    report(DaemonSet.self, &object, old)
    report(BatchJob.self, &object, old)
    report(CronJob.self, &object, old)
    report(PodDisruptionBudget.self, &object, old)
    report(VerticalPodAutoscaler.self, &object, old)
  }

  private static func report<R: Reconciled>(_ type: R.Type, _ object: inout Object, _ old: Object) {
    guard object.kind == R.kind, let stored = old.as(type) else { return }
    object.update(type) { record in
      record.spec = stored.spec
      keepLife(&record.metadata, stored.metadata)
    }
  }
}

extension DaemonSet {
  static let generationKey = "deprecated.daemonset.template.generation"

  /// How often the template has changed, which apps/v1 keeps in an annotation.
  var templateGeneration: Int64 {
    get { metadata.annotations[DaemonSet.generationKey].flatMap { Int64($0) } ?? 0 }
    set { metadata.annotations[DaemonSet.generationKey] = "\(newValue)" }
  }
}

/// The labels by which a Job knows its Pods.
enum JobLabels {
  static func keys(_ version: Version) -> (uids: [String], names: [String], selecting: String) {
    let prefix = "batch.kubernetes.io/"
    return version == .then
      ? (["controller-uid"], ["job-name"], "controller-uid")
      : (
        ["controller-uid", prefix + "controller-uid"], ["job-name", prefix + "job-name"], prefix + "controller-uid"
      )
  }
}
