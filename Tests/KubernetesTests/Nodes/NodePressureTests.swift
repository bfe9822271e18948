import Clockwork
import Foundation
import Kubernetes
import Testing

/// A node runs out of memory: its kubelet gives Pods up, one at a look, and takes none that ask for nothing.
@Suite struct NodePressureTests {
  private static func pod(_ name: String, request: String?) -> String {
    let resources = request.map { "      resources: {requests: {memory: \($0)}}\n" } ?? ""
    return """
      apiVersion: v1
      kind: Pod
      metadata:
        name: \(name)
        labels: {app: \(name)}
      spec:
        nodeName: node-2
        containers:
          - name: web
            image: demo/web:1.0
      \(resources)---

      """
  }

  @Test(arguments: [Version.then, .now])
  func whoeverUsesMoreThanItAskedForGoesFirst(_ version: Version) throws {
    let script = """
      preload demo/web:1.0
      kubectl apply -f pods.yaml
      until pod/greedy Ready
      until pod/modest Ready
      advance 12s
      mark record
      load app=modest memory=15Gi
      load app=greedy memory=8Gi
      advance 60s
      kubectl apply -f late.yaml
      advance 15s
      kubectl get pods
      advance 400s

      """
    let files = [
      "pods.yaml": Self.pod("modest", request: "16Gi") + Self.pod("greedy", request: "1Gi"),
      "late.yaml": Self.pod("late", request: nil),
    ]
    let lab = try Lab(script, version, files: files)
    let greedy = try #require(lab.pods("greedy").first)
    #expect(greedy.status.phase == "Failed")
    #expect(greedy.status.reason == "Evicted")
    let message = greedy.status.message
    #expect(message.hasPrefix("The node was low on resource: memory. "))
    let usage = version == .then ? "8Gi, which exceeds its request of 1Gi. " : "8Gi, request is 1Gi, has larger "
    // An old kubelet leaves nothing of the containers in the status, so the column says why the Pod is gone.
    let row = lab.printed.last?.split(separator: "\n").first { $0.hasPrefix("greedy ") } ?? ""
    #expect(row.hasPrefix("greedy   0/1     Evicted") == (version == .then), "\(row)")
    #expect(greedy.status.containerStatuses.isEmpty == (version == .then))
    #expect(message.contains("Container web was using \(usage)"))
    #expect(lab.events("greedy").contains("Warning Evicted \(message)"))
    #expect(lab.pods("modest").first?.status.phase == "Running")
    // What asks for nothing is refused as long as the node says so of itself.
    let late = try #require(lab.pods("late").first)
    #expect(late.status.reason == "Evicted")
    #expect(late.status.message.hasSuffix("The node had condition: [MemoryPressure]. "))
    let events = lab.events("node-2")
    #expect(events.contains("Warning EvictionThresholdMet Attempting to reclaim memory"))
    #expect(events.contains("Normal NodeHasInsufficientMemory Node node-2 status is now: NodeHasInsufficientMemory"))
    let tainted = lab.writes("node-controller", to: "nodes").map(\.time)
    #expect(tainted.count == 2)
    // The taint came and went: five minutes after memory was short last.
    #expect(tainted.count < 2 || tainted[1] - tainted[0] > 290)
    #expect(lab.taints("node-2") == [])
    #expect(lab.node("node-2")?.status[condition: "MemoryPressure"]?.status == "False")
  }
}
