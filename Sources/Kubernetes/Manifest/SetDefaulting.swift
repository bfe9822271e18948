import Clockwork

// The defaults of the kinds whose Pods are more than equal copies.
extension Defaulting {
  static func applySets(to object: inout Object, version: Version) {
    object.update(StatefulSet.self) { apply(to: &$0, version: version) }
    object.update(DaemonSet.self) { apply(to: &$0, version: version) }
    object.update(BatchJob.self) { job in
      apply(to: &job.spec, version: version)
      if job.metadata.labels.isEmpty { job.metadata.labels = job.spec.template.metadata.labels }
    }
    object.update(CronJob.self) { cron in
      if cron.spec.concurrencyPolicy.isEmpty { cron.spec.concurrencyPolicy = "Allow" }
      if cron.spec.suspend == nil { cron.spec.suspend = false }
      if cron.spec.successfulJobsHistoryLimit == nil { cron.spec.successfulJobsHistoryLimit = 3 }
      if cron.spec.failedJobsHistoryLimit == nil { cron.spec.failedJobsHistoryLimit = 1 }
      apply(to: &cron.spec.jobTemplate.spec.template)
    }
  }

  static func apply(to set: inout StatefulSet, version: Version) {
    if set.spec.replicas == nil { set.spec.replicas = 1 }
    if set.spec.podManagementPolicy.isEmpty { set.spec.podManagementPolicy = "OrderedReady" }
    if set.spec.updateStrategy.type.isEmpty { set.spec.updateStrategy.type = "RollingUpdate" }
    if set.spec.updateStrategy.type == "RollingUpdate" {
      var rolling = set.spec.updateStrategy.rollingUpdate ?? RollingUpdateStatefulSet()
      if rolling.partition == nil { rolling.partition = 0 }
      set.spec.updateStrategy.rollingUpdate = rolling
    }
    if set.spec.revisionHistoryLimit == nil { set.spec.revisionHistoryLimit = 10 }
    if version == .now, set.spec.persistentVolumeClaimRetentionPolicy == nil {
      set.spec.persistentVolumeClaimRetentionPolicy = .map(("whenDeleted", "Retain"), ("whenScaled", "Retain"))
    }
    for index in set.spec.volumeClaimTemplates.indices {
      var claim = set.spec.volumeClaimTemplates[index]
      claim["apiVersion"] = "v1"
      claim["kind"] = "PersistentVolumeClaim"
      var spec = claim["spec"] ?? .emptyMap
      if spec["volumeMode"] == nil { spec["volumeMode"] = "Filesystem" }
      claim["spec"] = spec.sorted
      claim["status"] = .map(("phase", "Pending"))
      set.spec.volumeClaimTemplates[index] = claim.sorted
    }
    apply(to: &set.spec.template)
  }

  static func apply(to set: inout DaemonSet, version: Version) {
    if set.spec.updateStrategy.type.isEmpty { set.spec.updateStrategy.type = "RollingUpdate" }
    if set.spec.updateStrategy.type == "RollingUpdate" {
      var rolling = set.spec.updateStrategy.rollingUpdate ?? RollingUpdateDaemonSet()
      if rolling.maxUnavailable == nil { rolling.maxUnavailable = .integer(1) }
      if version == .now, rolling.maxSurge == nil { rolling.maxSurge = .integer(0) }
      set.spec.updateStrategy.rollingUpdate = rolling
    }
    if set.spec.revisionHistoryLimit == nil { set.spec.revisionHistoryLimit = 10 }
    apply(to: &set.spec.template)
  }

  static func apply(to job: inout JobSpec, version: Version) {
    // Without either number one success is enough, and there is one Pod at a time.
    if job.completions == nil, job.parallelism == nil {
      job.completions = 1
      job.parallelism = 1
    }
    if job.parallelism == nil { job.parallelism = 1 }
    if job.backoffLimit == nil { job.backoffLimit = 6 }
    if version == .now {
      if job.completionMode.isEmpty { job.completionMode = "NonIndexed" }
      if job.suspend == nil { job.suspend = false }
      if job.manualSelector == nil { job.manualSelector = false }
      if job.podReplacementPolicy.isEmpty { job.podReplacementPolicy = "TerminatingOrFailed" }
    }
    apply(to: &job.template)
  }
}
