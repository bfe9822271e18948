import Clockwork
import Foundation
import Kubernetes
import Testing

/// A kubelet stops, and comes back after a while: what is written, when, and what people see.
@Suite struct NodeLossTests {
  static let start = """
    preload demo/web:1.0
    kubectl apply -f two.yaml
    until deployment/quick Ready
    until deployment/slow Ready
    advance 12s
    mark record

    """
  static let files = ["two.yaml": deployment("quick", seconds: 20) + "---\n" + deployment("slow", seconds: nil)]

  static func deployment(_ name: String, seconds: Int?) -> String {
    var tolerations = ""
    if let seconds {
      tolerations = "      tolerations:\n"
      for key in ["not-ready", "unreachable"] {
        tolerations += """
                - key: node.kubernetes.io/\(key)
                  operator: Exists
                  effect: NoExecute
                  tolerationSeconds: \(seconds)

          """
      }
    }
    return """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: \(name)
      spec:
        replicas: 2
        selector:
          matchLabels:
            app: \(name)
        template:
          metadata:
            labels:
              app: \(name)
          spec:
      \(tolerations)      containers:
            - name: web
              image: demo/web:1.0

      """
  }

  private static func loss(_ version: Version, _ rest: String) throws -> Lab {
    try Lab(start + rest, version, files: files)
  }

  @Test(arguments: [Version.then, .now])
  func aSilentNodeIsMarkedAndTainted(_ version: Version) throws {
    let lab = try Self.loss(
      version,
      """
      break kubelet@node-2
      advance 55s
      kubectl get nodes
      kubectl get pods
      """
    )
    let node = lab.writes("node-controller", to: "nodes")
    let from: Double = version == .then ? 30 : 40
    #expect(node.map(\.text) == ["update nodes/node-2 status", "patch nodes/node-2 ", "patch nodes/node-2 "])
    #expect(node[0].time > from && node[0].time <= from + 15)
    #expect(node[1].time == node[0].time)
    // The taint that drives Pods off waits for the next look, which sees what this one wrote.
    #expect(abs(node[2].time - node[0].time - 5) < 0.001)
    for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
      let condition = lab.node("node-2")?.status[condition: type]
      #expect(condition?.status == "Unknown")
      #expect(condition?.reason == "NodeStatusUnknown")
      #expect(condition?.message == "Kubelet stopped posting node status.")
    }
    #expect(
      lab.taints("node-2") == [
        "node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute",
      ]
    )
    #expect(lab.events("node-2") == ["Normal NodeNotReady Node node-2 status is now: NodeNotReady"])
    let lost = lab.pods("").filter { $0.spec.nodeName == "node-2" }
    #expect(lost.count == 2)
    for pod in lost {
      #expect(pod.status[condition: "Ready"]?.status == "False")
      #expect(pod.status[condition: "ContainersReady"]?.status == "True")
      #expect(pod.status.containerStatuses.first?.ready == true)
      #expect(lab.events(pod.metadata.name).contains("Warning NodeNotReady Node is not ready"))
    }
    #expect(lab.printed.suffix(2).first?.contains("node-2   NotReady   <none>") == true)
    // The column counts containers, and these run.
    #expect(lab.printed.last?.components(separatedBy: "1/1     Running").count == 5)
  }

  @Test(arguments: [Version.then, .now])
  func itsPodsAreMarkedWhenTheirTimeIsUp(_ version: Version) throws {
    let lab = try Self.loss(version, "break kubelet@node-2\nadvance 370s\nkubectl get pods\nkubectl delete pod --all\n")
    let tainted = try #require(lab.writes("node-controller", to: "nodes").last?.time)
    let actor = version == .then ? "node-controller" : "taint-eviction-controller"
    let evictions = lab.writes(actor, to: "pods").filter { $0.text.hasPrefix("delete") }
    #expect(evictions.map { ($0.time - tainted).rounded() } == [20, 300])
    #expect(evictions.map { $0.text.contains("quick") } == [true, false])
    let lost = lab.pods("").filter { $0.spec.nodeName == "node-2" }
    #expect(lost.map { $0.metadata.deletionTimestamp != nil } == [true, true])
    for pod in lost {
      let text = "Normal TaintManagerEviction Marking for deletion Pod default/\(pod.metadata.name)"
      #expect(lab.events(pod.metadata.name).contains(text))
      let target = pod.status[condition: "DisruptionTarget"]
      #expect(target?.reason == (version == .then ? nil : "DeletionByTaintManager"))
    }
    // Both are replaced, and nobody finishes the old ones.
    let table = try #require(lab.printed.last { $0.hasPrefix("NAME") })
    #expect(table.components(separatedBy: "Running").count == 5)
    #expect(table.components(separatedBy: "Terminating").count == 3)
  }

  @Test(arguments: [Version.then, .now])
  func aNodeThatComesBackFinishesWhatWasMarked(_ version: Version) throws {
    let lab = try Self.loss(
      version,
      "break kubelet@node-2\nadvance 350s\nrepair kubelet@node-2\nadvance 20s\nkubectl get nodes\n"
    )
    #expect(lab.taints("node-2") == [])
    #expect(lab.node("node-2")?.status[condition: "Ready"]?.message == "kubelet is posting ready status")
    #expect(lab.pods("").map(\.spec.nodeName).filter { $0 == "node-2" }.isEmpty)
    #expect(lab.pods("").count == 4)
    let since = lab.writes("kubelet@node-2").first { $0.time > 350 }?.time ?? 0
    let taints = lab.writes("node-controller", to: "nodes").filter { $0.time >= since }
    #expect(taints.count == 4)
    let reasons = [
      "NodeAllocatableEnforced", "NodeHasNoDiskPressure", "NodeHasSufficientMemory", "NodeHasSufficientPID",
      "NodeNotReady", "NodeReady", "Starting",
    ]
    #expect(Set(lab.events("node-2").map { $0.components(separatedBy: " ")[1] }).sorted() == reasons)
    #expect(lab.printed.last?.contains("NotReady") == false)
  }

  @Test func aNodeThatComesBackInTimeKeepsItsPods() throws {
    let lab = try Self.loss(.then, "break kubelet@node-2\nadvance 100s\nrepair kubelet@node-2\nadvance 320s\n")
    let slow = lab.pods("slow").filter { $0.spec.nodeName == "node-2" }
    #expect(slow.count == 1)
    #expect(slow.first?.metadata.deletionTimestamp == nil)
    #expect(slow.first?.status[condition: "Ready"]?.status == "True")
    let text = "Normal TaintManagerEviction Cancelling deletion of Pod default/\(slow.first?.metadata.name ?? "")"
    #expect(lab.events("slow").contains(text))
  }

  @Test func nobodyIsDrivenOffWhenEveryNodeIsLost() throws {
    let lab = try Self.loss(.then, "break kubelet@node-1\nbreak kubelet@node-2\nadvance 400s\n")
    for node in ["node-1", "node-2"] {
      #expect(lab.node(node)?.status[condition: "Ready"]?.status == "Unknown")
      #expect(lab.taints(node) == ["node.kubernetes.io/unreachable:NoSchedule"])
    }
    #expect(lab.pods("").allSatisfy { $0.metadata.deletionTimestamp == nil })
  }

  @Test func withoutTheControllerANodeStaysReadyForEver() throws {
    let lab = try Self.loss(.then, "break kube-controller-manager\nbreak kubelet@node-2\nadvance 400s\n")
    #expect(lab.node("node-2")?.status[condition: "Ready"]?.status == "True")
    #expect(lab.taints("node-2") == [])
  }

  @Test func aNodeThatIsCutOffIsAsLostAsOneThatIsDown() throws {
    let lab = try Self.loss(
      .then,
      "cut kubelet@node-2 kube-apiserver\nadvance 80s\nmend kubelet@node-2 kube-apiserver\nadvance 30s\n"
    )
    #expect(lab.writes("node-controller", to: "nodes").first?.text == "update nodes/node-2 status")
    #expect(lab.node("node-2")?.status[condition: "Ready"]?.status == "True")
    #expect(lab.taints("node-2") == [])
    let slow = lab.pods("slow").filter { $0.spec.nodeName == "node-2" }
    #expect(slow.first?.status[condition: "Ready"]?.status == "True")
  }

  @Test(arguments: [Version.then, .now])
  func podsOfADeletedNodeAreRemovedAfterTheirQuarantine(_ version: Version) throws {
    let lab = try Self.loss(version, "break kubelet@node-2\nkubectl delete node node-2\nadvance 90s\n")
    let writes = lab.writes("pod-garbage-collector", to: "pods")
    #expect(writes.map(\.text).filter { $0.hasPrefix("delete") }.count == 2)
    #expect(writes.allSatisfy { $0.time >= 40 && $0.time <= 80 })
    #expect(lab.pods("").count == 4)
    #expect(lab.pods("").allSatisfy { $0.spec.nodeName == "node-1" })
    #expect(lab.events("node-2") == ["Normal RemovingNode Node node-2 event: Removing Node node-2 from Controller"])
  }
}
