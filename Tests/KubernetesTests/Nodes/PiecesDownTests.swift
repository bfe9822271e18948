import Clockwork
import Foundation
import Kubernetes
import Testing

/// One part of the cluster is down: what people see, word for word, and what goes on all the same.
@Suite struct PiecesDownTests {
  private static func play(
    _ script: String,
    _ version: Version = .then,
    files: [String: String] = [:]
  ) throws -> Lab {
    let start = """
      preload demo/web:1.0
      kubectl create deployment web --image=demo/web:1.0 --replicas=2
      until deployment/web Ready
      advance 12s
      mark record

      """
    return try Lab(start + script, version, files: files)
  }

  private static func line(_ lab: Lab) -> String { lab.printed.last ?? "" }

  @Test(arguments: [Version.then, .now])
  func withoutEtcdNothingIsWrittenAndPodsGoOn(_ version: Version) throws {
    let lab = try Self.play("break etcd\nkubectl run more --image=demo/web:1.0\nadvance 120s\n", version)
    #expect(lab.printed.first == "Error from server: etcdserver: request timed out")
    // Even that a node is lost would have to be written.
    #expect(lab.node("node-2")?.status[condition: "Ready"]?.status == "True")
    let running = lab.rows.filter { $0.resource == "container" && $0.verb != "create" }
    #expect(running.isEmpty)
  }

  @Test func afterEtcdIsBackEverythingGoesOn() throws {
    let lab = try Self.play(
      "break etcd\nadvance 120s\nrepair etcd\nadvance 60s\nkubectl run more --image=demo/web:1.0\nuntil pod/more Ready\n"
    )
    #expect(lab.node("node-1")?.status[condition: "Ready"]?.status == "True")
    #expect(lab.taints("node-1") == [])
    #expect(lab.pods("web").allSatisfy { $0.metadata.deletionTimestamp == nil })
  }

  @Test(arguments: [Version.then, .now])
  func withoutKubeAPIServerNobodyIsAnsweredAndContainersAreRestarted(_ version: Version) throws {
    let name = try #require(try Self.play("", version).pods("web").first?.metadata.name)
    let lab = try Self.play(
      "break kube-apiserver\nkubectl get pods\nkill \(name) web\nadvance 60s\n",
      version
    )
    #expect(
      lab.printed.first?.hasSuffix(":6443 was refused - did you specify the right host or port?") == true
    )
    let rows = lab.rows.filter { $0.resource == "container" }
    #expect(rows.contains { $0.verb == "start" && $0.name == "\(name)/web" })
  }

  @Test(arguments: [Version.then, .now])
  func withoutKubeSchedulerNewPodsArePendingAndSilent(_ version: Version) throws {
    let lab = try Self.play(
      "break kube-scheduler\nkubectl run more --image=demo/web:1.0\nadvance 30s\nkubectl describe pod more\n",
      version
    )
    let pod = try #require(lab.pods("more").first)
    #expect(pod.status.phase == "Pending")
    #expect(pod.status.conditions.isEmpty)
    #expect(Self.line(lab).hasSuffix("Events:          <none>") || Self.line(lab).contains("<none>"))
    #expect(lab.events("more").isEmpty)
    #expect(lab.pods("web").allSatisfy { $0.status.phase == "Running" })
  }

  @Test(arguments: [Version.then, .now])
  func withoutKubeControllerManagerNothingIsReplaced(_ version: Version) throws {
    let name = try #require(try Self.play("", version).pods("web").first?.metadata.name)
    let lab = try Self.play(
      "break kube-controller-manager\nkubectl delete pod \(name)\nkubectl run more --image=demo/web:1.0\n"
        + "break kubelet@node-2\nadvance 120s\n",
      version
    )
    #expect(lab.pods("web").count == 1)
    #expect(lab.pods("more").first?.spec.nodeName.isEmpty == false)
    #expect(lab.node("node-2")?.status[condition: "Ready"]?.status == "True")
  }

  @Test(arguments: [Version.then, .now])
  func withoutItsKubeletANodeHasNoLogsAndItsContainersRun(_ version: Version) throws {
    let pod = try #require(try Self.play("", version).pods("web").first { $0.spec.nodeName == "node-2" })
    let lab = try Self.play(
      "break kubelet@node-2\nkubectl logs \(pod.metadata.name)\nkubectl delete pod \(pod.metadata.name) --wait=false\n"
        + "advance 60s\nkubectl get pods\n",
      version
    )
    let refused = "dial tcp 192.168.56.12:10250: connect: connection refused"
    #expect(lab.printed.first?.hasSuffix(refused) == true)
    // Nobody but the kubelet can finish it.
    #expect(Self.line(lab).contains("Terminating"))
    #expect(lab.pods("web").count == 3)
    #expect(!lab.rows.contains { $0.resource == "container" && $0.name.hasPrefix(pod.metadata.name) })
    let forced = try Self.play(
      "break kubelet@node-2\nkubectl delete pod \(pod.metadata.name) --grace-period=0 --force\nadvance 5s\n",
      version
    )
    #expect(!forced.pods("web").contains { $0.metadata.name == pod.metadata.name })
  }

  @Test(arguments: [Version.then, .now])
  func withoutItsRuntimeANodeIsNotReady(_ version: Version) throws {
    let runtime = version == .then ? "dockerd@node-2" : "containerd@node-2"
    let lab = try Self.play("break \(runtime)\nuntil node/node-2 Ready=False\nadvance 6s\n", version)
    let ready = lab.node("node-2")?.status[condition: "Ready"]
    #expect(ready?.status == "False")
    #expect(ready?.reason == "KubeletNotReady")
    #expect(ready?.message == "container runtime is down")
    #expect(
      lab.taints("node-2") == ["node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute"]
    )
    let back = try Self.play(
      "break \(runtime)\nuntil node/node-2 Ready=False\nrepair \(runtime)\nuntil node/node-2 Ready\nadvance 6s\n",
      version
    )
    #expect(back.taints("node-2") == [])
    #expect(back.pods("web").allSatisfy { $0.metadata.deletionTimestamp == nil })
  }

  /// What runs keeps its network; what is new waits for one, also where it names the node itself.
  @Test(arguments: [Version.then, .now])
  func withoutItsNetworkPluginANodeStartsNothingNew(_ version: Version) throws {
    let pod = """
      apiVersion: v1
      kind: Pod
      metadata:
        name: more
      spec:
        nodeName: node-2
        containers:
          - name: web
            image: demo/web:1.0

      """
    let script = "break cni@node-2\nuntil node/node-2 Ready=False\nkubectl apply -f pod.yaml\nadvance 20s\n"
    let lab = try Self.play(script, version, files: ["pod.yaml": pod])
    let ready = lab.node("node-2")?.status[condition: "Ready"]
    let cause = "network not ready: NetworkReady=false reason:NetworkPluginNotReady message:"
    let message =
      version == .then
      ? "runtime \(cause)docker: network plugin is not ready: kubenet does not have netConfig. "
        + "This is most likely due to lack of PodCIDR"
      : "container runtime \(cause)Network plugin returns error: cni plugin not initialized"
    #expect(ready?.status == "False")
    #expect(ready?.reason == "KubeletNotReady")
    #expect(ready?.message == message)
    #expect(lab.taints("node-2").contains("node.kubernetes.io/not-ready:NoSchedule"))
    #expect(lab.events("more").contains("Warning NetworkNotReady network is not ready: \(message)"))
    #expect(lab.pods("more").first?.status.phase == "Pending")
    #expect(lab.pods("web").allSatisfy { $0.status.phase == "Running" })
    let back = try Self.play(
      script + "repair cni@node-2\nuntil node/node-2 Ready\nuntil pod/more Ready\nadvance 6s\n",
      version,
      files: ["pod.yaml": pod]
    )
    #expect(back.taints("node-2") == [])
    #expect(back.pods("more").first?.status.podIP.isEmpty == false)
  }

  @Test(arguments: [Version.then, .now])
  func kubeAPIServerSaysHowItIs(_ version: Version) throws {
    let lab = try Self.play(
      """
      kubectl get --raw /livez
      kubectl get --raw '/readyz?verbose'
      break etcd
      kubectl get --raw /readyz
      kubectl get --raw '/livez?exclude=etcd'

      """,
      version
    )
    #expect(lab.printed.first == "ok")
    let page = try #require(lab.printed.dropFirst().first)
    #expect(page.hasPrefix("[+]ping ok\n[+]log ok\n[+]etcd ok\n"))
    #expect(page.hasSuffix("\n[+]shutdown ok\nreadyz check passed"))
    let failed = try #require(lab.printed.dropFirst(2).first)
    let head = #"Error from server (InternalError): an error on the server ("[+]ping ok\n[+]log ok\n[-]etcd failed: "#
    #expect(failed.hasPrefix(head + "reason withheld"))
    #expect(failed.hasSuffix(#"readyz check failed") has prevented the request from succeeding"#))
    #expect(lab.printed.last == "ok")
  }

  @Test(arguments: [Version.then, .now])
  func nobodyCanBeCalledOnANodeWithoutKubelet(_ version: Version) throws {
    let pod = try #require(try Self.play("", version).pods("web").first { $0.spec.nodeName == "node-2" })
    let lab = try Self.play("break kubelet@node-2\nkubectl exec \(pod.metadata.name) -- echo hi\n", version)
    let refused = "error dialing backend: dial tcp 192.168.56.12:10250: connect: connection refused"
    #expect(lab.printed == ["Error from server: \(refused)"])
  }

  @Test func aSilentKubeletIsWaitedFor() throws {
    let lab = try Self.play("break kubelet@node-2\nuntil node/node-2 Ready=Unknown\nkubectl get nodes\n")
    #expect(Self.line(lab).contains("NotReady"))
  }

  @Test func aPatchThatNamesAnOldRevisionIsRefused() throws {
    let lab = try Self.play(
      #"kubectl patch deployment web -p '{"metadata":{"resourceVersion":"1"},"spec":{"replicas":3}}'"# + "\n"
    )
    #expect(
      Self.line(lab)
        == "Error from server (Conflict): Operation cannot be fulfilled on deployments.apps \"web\": the object has been "
        + "modified; please apply your changes to the latest version and try again"
    )
  }
}
