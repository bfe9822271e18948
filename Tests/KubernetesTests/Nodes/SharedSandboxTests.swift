import Clockwork
import Foundation
import Kubernetes
import Testing

/// A Pod with several containers: pause holds what they share, and outlives them (F03).
@Suite struct SharedSandboxTests {
  private static func pod(_ extra: String = "", side: String = "demo/side:1.0") -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata:
      name: pair
    spec:
    \(extra)  containers:
        - name: app
          image: demo/web:1.0
          ports:
            - containerPort: 8080
        - name: side
          image: \(side)
          ports:
            - containerPort: 8081

    """
  }

  private static func play(_ script: String, _ version: Version, pod: String = pod()) throws -> Lab {
    try Lab(
      "preload demo/web:1.0\npreload demo/side:1.0\npreload demo/busybox\nkubectl apply -f pair.yaml\n" + script,
      version,
      files: ["pair.yaml": pod]
    )
  }

  @Test(arguments: [Version.then, .now])
  func whenPauseDiesEverythingIsMadeAnew(_ version: Version) throws {
    let before = try #require(try Self.play("until pod/pair Ready\n", version).pods("pair").first)
    let lab = try Self.play(
      "until pod/pair Ready\nmark record\nkill pair pause\nadvance 10s\nuntil pod/pair Ready\n",
      version
    )
    // The address goes back before the new sandbox gets one.
    let plugin = lab.rows.filter { $0.actor.hasPrefix("cni@") }.map(\.verb)
    #expect(plugin == ["delete", "add"])
    let pod = try #require(lab.pods("pair").first)
    #expect(pod.metadata.uid == before.metadata.uid)
    #expect(pod.status.podIP != before.status.podIP)
    #expect(pod.status.containerStatuses.map(\.restartCount) == [1, 1])
    #expect(pod.status.containerStatuses.allSatisfy { $0.ready })
    let events = lab.events("pair")
    #expect(events.contains("Normal SandboxChanged Pod sandbox changed, it will be killed and re-created."))
    #expect(events.contains("Normal Killing Stopping container app"))
    #expect(events.contains("Normal Killing Stopping container side"))
  }

  @Test(arguments: [Version.then, .now])
  func aContainerThatDiesComesBackUnderTheSameAddress(_ version: Version) throws {
    let before = try #require(try Self.play("until pod/pair Ready\n", version).pods("pair").first)
    let lab = try Self.play(
      "until pod/pair Ready\nkill pair app\nuntil pod/pair Ready=False\nuntil pod/pair Ready\n",
      version
    )
    let pod = try #require(lab.pods("pair").first)
    #expect(pod.status.podIP == before.status.podIP)
    #expect(pod.status.containerStatuses.map(\.restartCount) == [1, 0])
    #expect(pod.status.containerStatuses.first?.lastState.terminated?.exitCode == 137)
    #expect(!lab.events("pair").contains { $0.contains("SandboxChanged") })
  }

  @Test(arguments: [Version.then, .now])
  func aContainerThatCannotStartKeepsThePodPendingAlthoughTheOtherRuns(_ version: Version) throws {
    let lab = try Self.play(
      "advance 60s\nmark record\nkubectl get pod pair\n",
      version,
      pod: Self.pod(side: "registry.invalid/side:1.0")
    )
    let pod = try #require(lab.pods("pair").first)
    #expect(pod.status.phase == "Pending")
    #expect(pod.status.containerStatuses.first?.ready == true)
    #expect(pod.status[condition: "Ready"]?.reason == "ContainersNotReady")
    #expect(pod.status[condition: "Ready"]?.message == "containers with unready status: [side]")
    #expect(!pod.status.podIP.isEmpty)
    let row = lab.printed.last ?? ""
    #expect(row.contains("1/2 "))
    #expect(row.contains("ImagePullBackOff") || row.contains("ErrImagePull"))
    #expect(lab.events("pair").contains("Normal BackOff Back-off pulling image \"registry.invalid/side:1.0\""))
  }

  @Test(arguments: [Version.then, .now])
  func oneOfTwoContainersCrashesAndTheOtherGoesOn(_ version: Version) throws {
    let crashing = """
      apiVersion: v1
      kind: Pod
      metadata:
        name: pair
      spec:
        containers:
          - name: app
            image: demo/web:1.0
          - name: side
            image: demo/busybox
            imagePullPolicy: IfNotPresent
            command: ["sh", "-c", "echo hello; sleep 1; exit 3"]

      """
    let lab = try Self.play(
      "until pod/pair CrashLoopBackOff\nmark record\nkubectl get pod pair\nkubectl logs pair -c side --previous\n",
      version,
      pod: crashing
    )
    let pod = try #require(lab.pods("pair").first)
    #expect(pod.status.phase == "Running")
    #expect(pod.status.containerStatuses.first?.restartCount == 0)
    #expect(pod.status.containerStatuses.first?.ready == true)
    #expect(lab.printed.first?.contains("1/2     CrashLoopBackOff") == true)
    #expect(lab.printed.last == "hello")
  }

  @Test func initContainersRunOneAfterTheOtherAndASidecarIsNotWaitedFor() throws {
    let spec = """
        initContainers:
          - name: first
            image: demo/busybox
            imagePullPolicy: IfNotPresent
            command: ["sh", "-c", "sleep 1"]
          - name: helper
            image: demo/stubborn:1.0
            restartPolicy: Always
          - name: second
            image: demo/busybox
            imagePullPolicy: IfNotPresent
            command: ["sh", "-c", "sleep 1"]

      """
    let lab = try Self.play("mark record\nuntil pod/pair Ready\nkubectl get pod pair\n", .now, pod: Self.pod(spec))
    let starts = lab.rows.filter { $0.resource == "container" && $0.verb == "start" }.map {
      $0.name.components(separatedBy: "/").last ?? ""
    }
    #expect(starts == ["POD", "first", "helper", "second", "app", "side"])
    #expect(lab.printed.last?.contains("3/3     Running") == true)
  }

  /// 1.20 knows no sidecars: its API server forgets the field, and an init container that does not end holds the Pod up.
  @Test func inTheOldReleaseASidecarIsAnInitContainerThatNeverEnds() throws {
    let spec = "  initContainers:\n    - {name: helper, image: demo/web:1.0, restartPolicy: Always}\n"
    let lab = try Self.play("advance 60s\nmark record\nkubectl get pod pair\n", .then, pod: Self.pod(spec))
    #expect(lab.pods("pair").first?.spec.initContainers.map(\.restartPolicy) == [""])
    #expect(lab.printed.last?.contains("0/2     Init:0/1") == true)
  }
}
