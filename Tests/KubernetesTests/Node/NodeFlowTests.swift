import Clockwork
import Kubernetes
import Testing

/// Whole flows of one node against what a real cluster of 1.20.2 recorded.
@Suite struct NodeFlowTests {
  @Test func aPodIsBornThen() {
    var bench = NodeBench(.then)
    bench.create(NodeBench.pod())
    bench.run()
    #expect(
      bench.story == [
        "patch pods/status", "create container web/POD", "start container web/POD",
        "create events Normal Pulled Pod/web from kubelet count=1: "
          + "Container image \"demo/web:1.0\" already present on machine",
        "create container web/web",
        "create events Normal Created Pod/web from kubelet count=1: Created container web",
        "start container web/web",
        "create events Normal Started Pod/web from kubelet count=1: Started container web",
        "patch pods/status",
      ]
    )
    #expect(bench.pod()?.status.podIP == "10.9.1.2")
    #expect(bench.pod()?.status.containerStatuses.first?.containerID.hasPrefix("docker://") == true)
    // pause has no network yet when it is started.
    #expect(bench.isBefore("dockerd@node1 start web/POD", "cni@node1 add pod/web"))
  }

  @Test func aPodIsBornNow() {
    var bench = NodeBench(.now, present: [])
    bench.create(NodeBench.pod())
    bench.run()
    #expect(bench.isBefore("containerd@node1 namespace pod/web", "cni@node1 add pod/web"))
    #expect(bench.isBefore("cni@node1 add pod/web", "containerd@node1 start web/POD"))
    #expect(bench.story.contains("create serviceaccounts/token"))
    #expect(
      bench.events("Pulled").first == "Event Normal Pulled Pod/web from kubelet count=1: Successfully pulled image "
        + "\"demo/web:1.0\" in 2.1s (2.1s including waiting). Image size: 72000000 bytes."
    )
    #expect(bench.events("Started") == ["Event Normal Started Pod/web from kubelet count=1: Container started"])
    #expect(bench.pod()?.status[condition: "PodReadyToStartContainers"]?.status == "True")
    #expect(bench.reports.map { $0.split(separator: " ").first } == ["phase=Pending", "phase=Running"])
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func aDeletedPodGoesStepByStepThen(_ seed: UInt64) {
    var bench = NodeBench(.then, seed: seed)
    bench.create(NodeBench.pod())
    bench.run()
    bench.forget()
    bench.world.intervene(.advance(to: 7000))
    bench.delete()
    bench.run()
    #expect(
      bench.story == [
        "create events Normal Killing Pod/web from kubelet count=1: Stopping container web",
        "kill container web/web", "die container web/web", "stop container web/web", "kill container web/POD",
        "die container web/POD", "stop container web/POD", "patch pods/status", "destroy container web/web",
        "destroy container web/POD", "delete pods",
      ]
    )
    #expect(bench.reports == ["phase=Running web=terminated(Completed,0),ready=false,restarts=0"])
    #expect(bench.rows.filter { $0.record.note.contains("SyncLoop (REMOVE") }.count == 1)
    #expect(bench.pod() == nil)
    #expect(bench.kubelet?.state["pods"]?.entries?.isEmpty == true)
  }

  @Test func aDeletedPodEndsAtOnceNow() {
    var bench = NodeBench(.now)
    bench.create(NodeBench.pod())
    bench.run()
    bench.forget()
    bench.delete()
    bench.run()
    #expect(bench.reports == ["phase=Succeeded web=terminated(Completed,0),ready=false,restarts=0"])
    #expect(bench.isBefore("kubelet@node1 report pod/web", "kubelet@node1 finish pod/web"))
    #expect(bench.isBefore("containerd@node1 exit web/POD", "cni@node1 delete pod/web"))
    #expect(bench.pod() == nil)
    #expect(bench.kubelet?.state["pods"]?.entries?.isEmpty == true)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func aCrashLoopIsTheRecordedOne(_ seed: UInt64) {
    var bench = NodeBench(.then, seed: seed)
    bench.create(NodeBench.pod { $0.spec.containers[0].env = [EnvVar(name: "CRASH_AFTER", value: "1s")] })
    bench.run(until: 112_000)
    var expected = ["phase=Pending web=waiting(ContainerCreating),ready=false,restarts=0"]
    for restart in 0...4 {
      expected.append("phase=Running web=running,ready=true,restarts=\(restart)")
      expected.append("phase=Running web=terminated(Error,3),ready=false,restarts=\(restart)")
      // The first restart is free: nothing waits.
      if restart > 0 { expected.append("phase=Running web=waiting(CrashLoopBackOff),ready=false,restarts=\(restart)") }
    }
    #expect(bench.reports == expected)
    let counts = bench.events("BackOff").map { $0.contains("Back-off restarting failed container") }
    #expect(counts == Array(repeating: true, count: 9))
    #expect(bench.events("Started").last?.contains("count=5") == true)
    #expect(bench.story.filter { $0 == "destroy container web/web" }.count == 4)
    let waiting = bench.pod()?.status.containerStatuses.first?.state.waiting
    let uid = bench.pod()?.metadata.uid ?? ""
    #expect(waiting?.message == "back-off 1m20s restarting failed container=web pod=web_default(\(uid))")
  }

  @Test func aBackOffWakesTheWorkerNow() {
    var bench = NodeBench(.now)
    bench.create(NodeBench.pod { $0.spec.containers[0].env = [EnvVar(name: "CRASH_AFTER", value: "1s")] })
    bench.run(until: 60_000)
    let ends = bench.times("containerd@node1 exit web/web")
    let starts = bench.times("kubelet@node1 create web/web")
    #expect(starts.count == 4)
    #expect(starts[2] - ends[1] == 10_000)
    #expect(starts[3] - ends[2] == 20_000)
  }

  @Test func anImageThatCannotBePulledIsTriedAgain() {
    var bench = NodeBench(.then)
    bench.create(NodeBench.pod { $0.spec.containers[0].image = "registry.invalid/x:1" })
    bench.run(until: 60_000)
    let states = bench.reports.dropFirst().map { $0.contains("ErrImagePull") ? "error" : "back-off" }
    #expect(states == ["error", "back-off", "error", "back-off"])
    #expect(bench.pod()?.status.phase == "Pending")
    #expect(bench.pod()?.status.podIP == "10.9.1.2")
    #expect(bench.events("Failed").contains { $0.hasSuffix("Error: ImagePullBackOff") })
    #expect(bench.events("Failed").first?.hasSuffix("lookup registry.invalid: no such host") == true)
    #expect(bench.times("kubelet@node1 pull web/web").count == 3)
  }

  @Test func anAbsentImageThatMayNotBePulledFails() {
    var bench = NodeBench(.now, present: [])
    bench.create(NodeBench.pod { $0.spec.containers[0].imagePullPolicy = "Never" })
    bench.run(until: 20_000)
    #expect(bench.times("kubelet@node1 pull web/web").isEmpty)
    #expect(bench.pod()?.status.containerStatuses.first?.state.waiting?.reason == "ErrImageNeverPull")
  }

  @Test func initContainersRunOneAfterTheOther() {
    var bench = NodeBench(.now, present: ["demo/web:1.0", "demo/busybox"])
    bench.create(
      NodeBench.pod { pod in
        var one = Container(name: "one", image: "demo/busybox")
        one.command = ["sh", "-c", "echo hi; sleep 2"]
        one.imagePullPolicy = "IfNotPresent"
        var two = one
        two.name = "two"
        pod.spec.initContainers = [one, two]
      }
    )
    bench.run()
    #expect(bench.isBefore("containerd@node1 exit web/one", "kubelet@node1 create web/two"))
    #expect(bench.isBefore("containerd@node1 exit web/two", "kubelet@node1 create web/web"))
    #expect(bench.pod()?.status[condition: "Initialized"]?.status == "True")
    #expect(bench.pod()?.status.phase == "Running")
  }

  @Test(arguments: [("Never", 0, "Succeeded"), ("Never", 4, "Failed"), ("OnFailure", 0, "Succeeded")])
  func aPodCanEnd(_ policy: String, _ code: Int, _ phase: String) {
    for version in [Version.then, .now] {
      var bench = NodeBench(version, present: ["demo/busybox"])
      bench.create(
        NodeBench.pod { pod in
          pod.spec.restartPolicy = policy
          pod.spec.containers[0].image = "demo/busybox"
          pod.spec.containers[0].imagePullPolicy = "IfNotPresent"
          pod.spec.containers[0].command = ["sh", "-c", "sleep 2; exit \(code)"]
        }
      )
      bench.run()
      #expect(bench.pod()?.status.phase == phase)
      #expect(bench.pod()?.status.containerStatuses.first?.restartCount == 0)
      // The sandbox does not outlive its containers.
      #expect(bench.log.contains { $0.hasSuffix("cni@node1 delete pod/web") })
    }
  }

  @Test func onFailureStartsAgain() {
    var bench = NodeBench(.now, present: ["demo/busybox"])
    bench.create(
      NodeBench.pod { pod in
        pod.spec.restartPolicy = "OnFailure"
        pod.spec.containers[0].image = "demo/busybox"
        pod.spec.containers[0].imagePullPolicy = "IfNotPresent"
        pod.spec.containers[0].command = ["sh", "-c", "sleep 2; exit 4"]
      }
    )
    bench.run(until: 30_000)
    #expect(bench.pod()?.status.phase == "Running")
    #expect((bench.pod()?.status.containerStatuses.first?.restartCount ?? 0) >= 2)
  }
}
