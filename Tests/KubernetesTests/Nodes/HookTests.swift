import Clockwork
import Foundation
import Testing

@testable import Kubernetes

/// What a container wants done after its start and before its end.
@Suite struct HookTests {
  private static func play(_ lifecycle: String, _ script: String, _ version: Version, grace: Int = 30) throws -> Lab {
    let pod = """
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        terminationGracePeriodSeconds: \(grace)
        containers:
          - name: web
            image: demo/web:1.0
            ports: [{containerPort: 8080}]
            lifecycle: \(lifecycle)

      """
    let start = "preload demo/web:1.0\nmark record\nkubectl apply -f pod.yaml\n"
    return try Lab(start + script, version, files: ["pod.yaml": pod])
  }

  private static func time(_ lab: Lab, _ verb: String) -> Double {
    (lab.rows.first { $0.resource == "container" && $0.verb == verb && $0.name.hasSuffix("web") }?.time ?? 0) / 1000
  }

  /// When the process hears of its end: dockerd and containerd both kill it with a signal.
  private static func signalled(_ lab: Lab) -> Double {
    (lab.rows.first { $0.verb == "kill" && $0.note.contains("signal=15") }?.time ?? 0) / 1000
  }

  private static func milliseconds(_ seconds: Double) -> Int { Int((seconds * 1000).rounded()) }

  @Test(arguments: [Version.then, .now])
  func aPreStopHookComesBeforeTheSignalAndItsTimeIsPartOfTheGrace(_ version: Version) throws {
    let lab = try Self.play(
      #"{preStop: {exec: {command: ["sh", "-c", "sleep 5"]}}}"#,
      "until pod/web Ready\nadvance 5s\nmark record\nkubectl delete pod web\n",
      version
    )
    let deleted = try #require(lab.rows.first { $0.verb == "delete" && $0.resource == "pods" }?.time) / 1000
    let signal = Self.signalled(lab)
    #expect((5000..<7000).contains(Self.milliseconds(signal - deleted)))
    // A hook that outlasts the grace is not waited for.
    let slow = try Self.play(
      #"{preStop: {exec: {command: ["sh", "-c", "sleep 60"]}}}"#,
      "until pod/web Ready\nadvance 5s\nmark record\nkubectl delete pod web\n",
      version,
      grace: 8
    )
    let asked = try #require(slow.rows.first { $0.verb == "delete" && $0.resource == "pods" }?.time) / 1000
    let late = Self.signalled(slow)
    #expect((8000..<10_000).contains(Self.milliseconds(late - asked)))
    #expect(!slow.events("web").contains { $0.contains("FailedPreStopHook") })
  }

  @Test(arguments: [Version.then, .now])
  func aHookThatFailsIsAnEventAndAPostStartHookThatFailsEndsItsContainer(_ version: Version) throws {
    let failing = try Self.play(
      #"{preStop: {exec: {command: ["sh", "-c", "exit 3"]}}}"#,
      "until pod/web Ready\nkubectl delete pod web\n",
      version
    )
    let before = failing.events("web").first { $0.contains("FailedPreStopHook") } ?? ""
    let now = "Warning FailedPreStopHook PreStopHook failed"
    let then = #"error: command 'sh -c exit 3' exited with 3: , message: """#
    #expect(version == .now ? before == now : before.hasSuffix(then), "\(before)")
    let bad = try Self.play(
      #"{postStart: {httpGet: {path: /hello, port: 9999}}}"#,
      "until pod/web CrashLoopBackOff\n",
      version
    )
    let events = bad.events("web")
    #expect(events.contains { $0.hasPrefix("Warning FailedPostStartHook") })
    #expect(events.contains("Normal Killing FailedPostStartHook"))
    let good = try Self.play(
      #"{postStart: {exec: {command: ["sh", "-c", "sleep 3"]}}}"#,
      "until pod/web Ready\nadvance 30s\n",
      version
    )
    #expect(good.rows.contains { $0.verb == "hook" })
    #expect(good.pods("web").first?.status.containerStatuses.first?.restartCount == 0)
  }
}

/// What kubectl does when it is only to say what it would do, and when it has waited long enough.
@Suite struct DryRunTests {
  @Test(arguments: [Version.then, .now])
  func aTrialStoresNothing(_ version: Version) throws {
    let script = """
      mark record
      kubectl run web --image=demo/web:1.0 --dry-run=client
      kubectl run web --image=demo/web:1.0 --dry-run=server
      kubectl create deployment web --image=demo/web:1.0 --dry-run=client -o yaml
      kubectl run kept --image=demo/web:1.0
      kubectl label pod kept a=b --dry-run=server
      kubectl delete pod kept --dry-run=client
      kubectl get pod kept --show-labels --no-headers

      """
    let lab = try Lab(script, version)
    let printed = lab.printed
    #expect(printed.prefix(2) == ["pod/web created (dry run)", "pod/web created (server dry run)"])
    let yaml = printed.dropFirst(2).first ?? ""
    #expect(yaml.hasPrefix("apiVersion: apps/v1\n") && yaml.contains("image: demo/web:1.0"))
    #expect(printed.contains("pod/kept labeled (server dry run)"))
    #expect(
      printed.contains(#"pod "kept" deleted (dry run)"#)
        || printed.contains(#"pod "kept" deleted from default namespace (dry run)"#)
    )
    #expect(lab.simulation.object(ObjectKey(.pod, "default", "web")) == nil)
    #expect(lab.simulation.object(ObjectKey(.deployment, "default", "web")) == nil)
    #expect(lab.simulation.object(ObjectKey(.pod, "default", "kept"))?.metadata.labels["a"] == nil)
    // Nothing of a client's trial reaches the server.
    #expect(lab.rows.filter { $0.verb == "send" && $0.name == "web" }.count == 1)
  }

  @Test func rolloutStatusGivesUpWhenItsTimeIsUp() throws {
    let script = """
      kubectl create deployment web --image=registry.invalid/web:1.0
      mark record
      kubectl rollout status deployment/web --timeout=20s

      """
    let lab = try Lab(script, .now)
    #expect(lab.printed.last == "error: timed out waiting for the condition")
    let kubectl = lab.simulation.world.address(of: "kubectl")
      .flatMap { lab.simulation.world.component($0, as: Kubectl.self) }
    #expect(kubectl?.exitCode == 1)
    let time = lab.rows.last { $0.verb == "print" }?.time ?? 0
    #expect(time >= 20_000 && time < 25_000)
  }
}
