import Clockwork
import Testing

@testable import Kubernetes

/// Jobs, CronJobs, budgets and drain in whole clusters.
@Suite struct JobFlowTests {
  private static func job(_ command: String, _ more: String) -> String {
    """
    apiVersion: batch/v1
    kind: Job
    metadata: {name: work}
    spec:
      \(more)
      template:
        spec:
          restartPolicy: Never
          containers: [{name: main, image: demo/busybox:1.0, command: [sh, -c, "\(command)"]}]
    """
  }

  private static let start = "preload demo/busybox:1.0\npreload demo/web:1.0\n"

  private static func run(_ version: Version, _ command: String, _ more: String, _ script: String) throws -> Flow {
    try Flow(start + "kubectl apply -f job.yaml\n" + script, version, ["job.yaml": job(command, more)])
  }

  private static func work(_ flow: Flow) throws -> BatchJob {
    try #require(flow.simulation.etcd.objects.compactMap { $0.as(BatchJob.self) }.first)
  }

  private static func created(_ flow: Flow) -> [Int64] {
    flow.simulation.rows.filter {
      $0.record.actor == "kube-controller-manager/job-controller" && $0.record.verb == "create"
        && $0.record.resource == "pods"
    }.map { $0.time / 1000 }
  }

  @Test(arguments: [Version.then, .now]) func threeSuccessesTwoAtATime(_ version: Version) throws {
    let flow = try Self.run(
      version,
      "sleep 2",
      "completions: 3\n  parallelism: 2",
      "until job/work Complete\nadvance 5s"
    )
    let job = try Self.work(flow)
    #expect(job.status.succeeded == 3)
    #expect(job.status.active == 0)
    let types = job.status.conditions.map(\.type)
    #expect(types == (version == .then ? ["Complete"] : ["SuccessCriteriaMet", "Complete"]))
    #expect(Self.created(flow).count == 3)
    #expect(job.status.completionTime != nil)
    let held = flow.simulation.etcd.objects.compactMap(\.pod).filter { !$0.metadata.finalizers.isEmpty }
    #expect(held.isEmpty)
    #expect(job.status.uncountedTerminatedPods == (version == .then ? nil : UncountedPods()))
  }

  @Test(arguments: [Version.then, .now]) func aLimitOfTwoMeansThreePods(_ version: Version) throws {
    let flow = try Self.run(version, "exit 1", "backoffLimit: 2", "until job/work Failed\nadvance 5s")
    let job = try Self.work(flow)
    #expect(job.status.failed == 3)
    let ending = try #require(job.ending)
    #expect(ending.reason == "BackoffLimitExceeded")
    #expect(ending.message == "Job has reached the specified backoff limit")
    let times = Self.created(flow)
    #expect(times.count == 3)
    #expect((10...14).contains(times[1] - times[0]), "\(times)")
    #expect((20...24).contains(times[2] - times[1]), "\(times)")
  }

  @Test(arguments: [Version.then, .now]) func aDeadlineBeatsEverything(_ version: Version) throws {
    let flow = try Self.run(version, "sleep 600", "activeDeadlineSeconds: 20", "until job/work Failed\nadvance 60s")
    let job = try Self.work(flow)
    #expect(job.ending?.reason == "DeadlineExceeded")
    #expect(flow.simulation.etcd.objects.compactMap(\.pod).isEmpty)
  }

  @Test func indexesAreCounted() throws {
    let more = "completions: 3\n  parallelism: 3\n  completionMode: Indexed"
    let flow = try Self.run(.now, "sleep 1", more, "until job/work Complete")
    let job = try Self.work(flow)
    #expect(job.status.completedIndexes == "0-2")
    let names = flow.simulation.etcd.objects.compactMap(\.pod).map { String($0.metadata.name.prefix(6)) }.sorted()
    #expect(names == ["work-0", "work-1", "work-2"])
  }

  @Test func aSuspendedJobHasNoPods() throws {
    let flow = try Self.run(.now, "sleep 1", "suspend: true", "advance 20s")
    #expect(Self.created(flow).isEmpty)
    #expect(try Self.work(flow).status.conditions.map(\.reason) == ["JobSuspended"])
    let patch = #"kubectl patch job work -p '{"spec":{"suspend":false}}'"#
    let resumed = try Self.run(.now, "sleep 1", "suspend: true", "advance 20s\n\(patch)\nuntil job/work Complete")
    #expect(Self.created(resumed).count == 1)
  }

  @Test func aJobThatIsOverGoesWhenItsTimeIsUp() throws {
    let flow = try Self.run(.now, "sleep 1", "ttlSecondsAfterFinished: 10", "until job/work Complete\nadvance 30s")
    #expect(flow.simulation.etcd.objects.allSatisfy { $0.kind != .job && $0.kind != .pod })
  }

  @Test func deletedJobsLetTheirPodsGo() throws {
    let script = "until pod/{{pod job-name=work 1}} Running\nkubectl delete job work\nadvance 60s"
    let flow = try Self.run(.now, "sleep 600", "", script)
    #expect(flow.simulation.etcd.objects.compactMap(\.pod).isEmpty)
  }

  @Test func listsOfIndexes() {
    #expect(JobRound.text([0, 1, 2, 5, 7, 8]) == "0-2,5,7,8")
    #expect(JobRound.indexes("0-2,5,7,8") == [0, 1, 2, 5, 7, 8])
    #expect(JobRound.text([]).isEmpty)
  }

  // MARK: CronJobs

  @Test(arguments: [Version.then, .now]) func everyMinuteAJob(_ version: Version) throws {
    let line = "kubectl create cronjob tick --image=demo/busybox:1.0 --schedule='*/1 * * * *' -- sh -c 'sleep 1'\n"
    let flow = try Flow(Self.start + line + "advance 320s", version)
    let jobs = flow.simulation.etcd.objects.filter { $0.kind == .job }.map(\.name).sorted()
    // Three are kept that went well.
    #expect(jobs.count == 3, "\(jobs)")
    let minutes = (Calendar.epoch + 300) / 60
    #expect(jobs.last == (version == .now ? "tick-\(minutes)" : "tick-\(minutes * 60)"))
    let events = flow.simulation.etcd.objects.compactMap(\.event).map(\.message)
    #expect(events.contains("Created job \(jobs[2])"))
  }

  @Test(arguments: [Version.then, .now]) func oneThatRunsForbidsTheNext(_ version: Version) throws {
    let text = """
      apiVersion: batch/\(version == .then ? "v1beta1" : "v1")
      kind: CronJob
      metadata: {name: tick}
      spec:
        schedule: "* * * * *"
        concurrencyPolicy: Forbid
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: Never
                containers: [{name: main, image: demo/busybox:1.0, command: [sh, -c, "sleep 600"]}]
      """
    let flow = try Flow(Self.start + "kubectl apply -f cron.yaml\nadvance 200s", version, ["cron.yaml": text])
    #expect(flow.simulation.etcd.objects.filter { $0.kind == .job }.count == 1)
    #expect(flow.simulation.etcd.objects.compactMap(\.event).contains { $0.reason == "JobAlreadyActive" })
  }

  @Test func schedules() throws {
    func next(_ text: String, after time: Int64) -> String? {
      CronSchedule(text)?.next(after: time).map { Timestamp($0).text }
    }
    #expect(next("*/5 * * * *", after: 0) == "2026-11-22T08:05:00Z")
    #expect(next("30 9 * * mon-fri", after: 0) == "2026-11-23T09:30:00Z")
    #expect(next("0 0 29 2 *", after: 0) == "2028-02-29T00:00:00Z")
    #expect(next("0 12 1 * 0", after: 0) == "2026-11-22T12:00:00Z")
    #expect(next("@hourly", after: 1) == "2026-11-22T09:00:00Z")
    for text in ["* * * *", "60 * * * *", "* * * * 7", "a * * * *", "", "*/0 * * * *"] {
      #expect(CronSchedule(text) == nil, "\(text)")
    }
  }

  // MARK: Budgets

  private static let budget = """
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
    """

  private static let web =
    start + """
      kubectl create deployment web --image=demo/web:1.0 --replicas=2
      until deployment/web Available
      kubectl apply -f budget.yaml

      """

  @Test(arguments: [Version.then, .now]) func aBudgetHoldsADrainBackUntilThereIsRoom(_ version: Version) throws {
    let script = Self.web + "kubectl cordon node-2\nkubectl drain node-1 --ignore-daemonsets\nadvance 1s"
    let flow = try Flow(script + "\nkubectl get pdb", version, ["budget.yaml": Self.budget])
    let first = flow.printed
    #expect(first.contains("node/node-1 cordoned"))
    #expect(first.contains { $0.hasPrefix("evicting pod default/web-") })
    #expect(
      first.contains { $0.hasSuffix(version == .then ? "node/node-1 evicted" : "node/node-1 drained") },
      "\(first)"
    )
    #expect(first.last?.contains("web    1               N/A               0") == true, "\(first)")
  }

  @Test(arguments: [Version.then, .now]) func anEvictionTooManyIsRefusedAndTriedAgain(_ version: Version) throws {
    // Both Pods are on one node, and the other one takes none: the second must wait.
    let script = """
      kubectl cordon node-2
      \(Self.web)kubectl drain node-1
      """
    let flow = try Flow(script, version, ["budget.yaml": Self.budget])
    let refused = flow.printed.filter { $0.hasPrefix("error when evicting pods/") }
    #expect(refused.count > 2, "\(flow.printed)")
    #expect(
      refused[0].hasSuffix(
        "(will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget."
      )
    )
    let codes = flow.simulation.rows.filter { $0.record.subresource == "eviction" }.compactMap(\.record.code)
    #expect(codes.first == 201)
    #expect(codes.dropFirst().allSatisfy { $0 == 429 })
    let times = flow.simulation.rows.filter { $0.record.code == 429 }.map(\.time)
    #expect(times[1] - times[0] == 5000)
  }

  @Test func whatIsInTheWayOfADrainIsNamed() throws {
    let flow = try Flow(
      Self.start + "kubectl run bare --image=demo/web:1.0\nuntil pod/bare Running\nkubectl drain node-1 node-2",
      .now
    )
    let text = "cannot delete Pods that declare no controller (use --force to override): default/bare"
    #expect(flow.printed.contains { $0.contains(text) }, "\(flow.printed)")
    #expect(flow.simulation.etcd.objects.compactMap(\.pod).count == 1)
  }
}
