import Clockwork
import Kubernetes
import Testing

/// Probes: what is asked when, and what a row of answers comes to.
@Suite struct ProbeTests {
  private static func probe(_ change: (inout Kubernetes.Probe) -> Void) -> Kubernetes.Probe {
    var probe = Kubernetes.Probe()
    probe.periodSeconds = 2
    probe.timeoutSeconds = 1
    probe.successThreshold = 1
    probe.failureThreshold = 2
    change(&probe)
    return probe
  }

  private static func exec(_ command: String...) -> Kubernetes.Probe {
    probe { $0.exec = .map(("command", .list(command.map { .string($0) }))) }
  }

  private static func http(_ path: String, _ port: Value = 8080) -> Kubernetes.Probe {
    probe { $0.httpGet = .map(("path", .string(path)), ("port", port), ("scheme", "HTTP")) }
  }

  private static func pod(_ change: (inout Container) -> Void) -> Object {
    NodeBench.pod { pod in change(&pod.spec.containers[0]) }
  }

  private static var images: Images {
    var images = NodeBench.images
    var web = images["demo/web:1.0"]
    web.listens = [8080]
    var ready = Image.Page()
    ready.file = "/tmp/ready"
    web.pages["/ready"] = ready
    var warm = Image.Page()
    warm.after = 7_000
    web.pages["/warm"] = warm
    images.add(web)
    return images
  }

  private static func bench(_ version: Version, _ change: (inout Container) -> Void) -> NodeBench {
    var bench = NodeBench(version, images: images)
    bench.create(pod(change))
    return bench
  }

  private func status(_ bench: NodeBench) -> ContainerStatus? { bench.pod()?.status.containerStatuses.first }

  /// The course of things that a real cluster of 1.20.2 recorded, with its periods and thresholds.
  @Test(arguments: [Version.then, .now])
  func aContainerThatFailsItsLivenessProbeIsStartedAgainWhereItIs(_ version: Version) throws {
    var bench = Self.bench(version) { container in
      container.livenessProbe = Self.exec("test", "!", "-e", "/tmp/dead")
      container.readinessProbe = Self.exec("test", "!", "-e", "/tmp/dead")
    }
    bench.run()
    let before = try #require(bench.pod()?.status)
    #expect(before[condition: "Ready"]?.status == "True")
    #expect(bench.events("Unhealthy").isEmpty)
    let sandboxes = bench.times("kubelet@node1 sandbox pod/web").count
    bench.exec(["touch", "/tmp/dead"])
    bench.run()
    // What only periodic work can find does not keep a world busy.
    #expect(bench.events("Killing").isEmpty)
    let made = bench.world.now
    bench.forget()
    bench.run(until: made + 8_000, background: true)
    let asked = bench.times("kubelet@node1 probe web/web:liveness")
    #expect(asked.count >= 2 && asked[1] - asked[0] == 2_000 && asked[0] - made <= 2_000)
    let killed = try #require(bench.times("kubelet@node1 stop web/web").first)
    #expect(killed == asked[1])
    #expect(
      bench.events("Killing").first
        == "Event Normal Killing Pod/web from kubelet count=1: Container web failed liveness probe, will be restarted"
    )
    #expect(
      bench.events("Unhealthy").contains(
        "Event Warning Unhealthy Pod/web from kubelet count=1: Liveness probe failed: "
      )
    )
    let after = try #require(bench.pod()?.status)
    #expect(status(bench)?.restartCount == 1)
    #expect(after.podIP == before.podIP)
    #expect(bench.times("kubelet@node1 sandbox pod/web").isEmpty && sandboxes == 1)
    // A container that has just been started again has not said yet that it is ready.
    #expect(bench.reports.first { $0.contains("restarts=1") }?.contains("ready=false") == true)
    #expect(after[condition: "Ready"]?.status == "True")
  }

  @Test(arguments: [Version.then, .now])
  func aContainerThatIsNotReadyKeepsRunning(_ version: Version) throws {
    var bench = Self.bench(version) { $0.readinessProbe = Self.http("/ready") }
    bench.run(until: 20_000)
    #expect(bench.pod()?.status.phase == "Running")
    #expect(bench.pod()?.status[condition: "Ready"]?.reason == "ContainersNotReady")
    #expect(
      bench.events("Unhealthy").first
        == "Event Warning Unhealthy Pod/web from kubelet count=1: Readiness probe failed: "
        + "HTTP probe failed with statuscode: 503"
    )
    bench.exec(["touch", "/tmp/ready"])
    bench.run(until: 25_000)
    #expect(bench.pod()?.status[condition: "Ready"]?.status == "True")
    #expect(bench.pod()?.status[condition: "ContainersReady"]?.status == "True")
    #expect(status(bench)?.restartCount == 0 && bench.events("Killing").isEmpty)
  }

  @Test func nothingElseIsAskedBeforeTheStartupProbeHasSucceeded() throws {
    for version in [Version.then, .now] {
      var bench = Self.bench(version) { container in
        container.startupProbe = Self.http("/warm")
        container.startupProbe?.failureThreshold = 10
        container.readinessProbe = Self.http("/")
        container.livenessProbe = Self.http("/")
      }
      bench.run()
      let startup = bench.times("kubelet@node1 probe web/web:startup")
      let first = try #require(
        (bench.times("kubelet@node1 probe web/web:liveness") + bench.times("kubelet@node1 probe web/web:readiness"))
          .min()
      )
      let last = try #require(startup.last)
      #expect(startup.count >= 4 && first >= last)
      #expect(bench.events("Unhealthy").allSatisfy { $0.contains("Startup probe failed: HTTP probe failed") })
      // Newer kubelets do not wait for a tick before they look at the readiness.
      let readiness = try #require(bench.times("kubelet@node1 probe web/web:readiness").first)
      #expect(version == .then || readiness - last < 100)
      #expect(bench.pod()?.status[condition: "Ready"]?.status == "True")
      #expect(status(bench)?.started == true)
    }
  }

  @Test func aContainerThatNeverStartsUpIsKilledAgainAndAgain() {
    var bench = Self.bench(.now) { container in
      container.startupProbe = Self.http("/", 81)
      container.readinessProbe = Self.http("/")
    }
    bench.run(until: 60_000)
    #expect(
      bench.events("Killing").first?.hasSuffix("Container web failed startup probe, will be restarted") == true
    )
    #expect(
      bench.events("Unhealthy").first?.hasSuffix(
        "Startup probe failed: Get \"http://10.9.1.2:81/\": dial tcp 10.9.1.2:81: connect: connection refused"
      ) == true
    )
    #expect(bench.times("kubelet@node1 probe web/web:readiness").isEmpty)
    #expect((status(bench)?.restartCount ?? 0) >= 2)
    // The first restart is at once, every other one after a longer and longer wait.
    #expect(!bench.events("BackOff").isEmpty)
  }

  @Test func aPodThatMustNotRestartOnlyLosesItsContainer() {
    var bench = NodeBench(.now, images: Self.images)
    bench.create(
      NodeBench.pod { pod in
        pod.spec.restartPolicy = "Never"
        pod.spec.containers[0].livenessProbe = Self.probe { $0.tcpSocket = .map(("port", 81)) }
      }
    )
    bench.run(until: 60_000)
    #expect(bench.events("Killing").first?.hasSuffix(": Container web failed liveness probe") == true)
    #expect(
      bench.events("Unhealthy").first?.hasSuffix(
        "Liveness probe failed: dial tcp 10.9.1.2:81: connect: connection refused"
      ) == true
    )
    #expect(status(bench)?.restartCount == 0)
    #expect(["Succeeded", "Failed"].contains(bench.pod()?.status.phase))
  }

  @Test func aCommandThatTakesTooLongHasFailed() {
    var bench = Self.bench(.now) { $0.readinessProbe = Self.exec("sleep", "5") }
    bench.run(until: 20_000)
    #expect(
      bench.events("Unhealthy").first?.hasSuffix("Readiness probe failed: command \"sleep 5\" timed out") == true
    )
    #expect(bench.pod()?.status[condition: "Ready"]?.status == "False")
  }

  @Test func theFirstQuestionWaitsForItsDelay() throws {
    for version in [Version.then, .now] {
      var bench = Self.bench(version) { container in
        container.readinessProbe = Self.http("/")
        container.readinessProbe?.initialDelaySeconds = 9
      }
      bench.run()
      let runtime = version == .then ? "dockerd" : "containerd"
      let start = try #require(bench.times("\(runtime)@node1 start web/web").first)
      let asked = try #require(bench.times("kubelet@node1 probe web/web:readiness").first)
      #expect(asked - start >= 9_000 && asked - start < 12_000)
    }
  }

  @Test func oneGoodAnswerWipesABadOneOut() throws {
    var bench = Self.bench(.now) { $0.livenessProbe = Self.exec("test", "!", "-e", "/tmp/dead") }
    bench.run()
    let start = bench.world.now
    for round in 0..<4 {
      // Bad for one tick, then good for the next.
      bench.exec(["touch", round % 2 == 0 ? "/tmp/dead" : "/tmp/other"])
      bench.run(until: start + Time(round) * 2_000 + 1_000, background: true)
    }
    bench.run(until: start + 20_000, background: true)
    #expect(status(bench)?.restartCount == 1)
  }

  @Test func aKubeletThatIsDownProbesNothing() {
    var bench = Self.bench(.now) { $0.readinessProbe = Self.http("/ready") }
    bench.exec(["touch", "/tmp/ready"])
    bench.run(until: 30_000)
    bench.world.intervene(.stop(NodeBench.kubelet))
    bench.forget()
    bench.run(until: 60_000, background: true)
    #expect(bench.times("kubelet@node1 probe web/web:readiness").isEmpty)
  }

  /// A probe that is well is periodic work, and one that stays bad becomes it in the end: no world runs for ever.
  @Test(arguments: [Version.then, .now])
  func aWorldWithProbesFallsQuiet(_ version: Version) {
    for path in ["/", "/ready"] {
      var bench = Self.bench(version) { $0.readinessProbe = Self.http(path) }
      bench.run()
      #expect(bench.world.isQuiet)
      #expect(bench.world.now < 330_000)
    }
  }
}
