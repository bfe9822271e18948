import Clockwork
import Testing

@testable import Kubernetes

/// What `until` waits for.
@Suite struct GoalTests {
  static func pod(_ change: (inout Pod) -> Void) -> Object {
    var pod = Pod(metadata: ObjectMeta(name: "web", namespace: "default"))
    change(&pod)
    return Object(pod: pod)
  }

  static let cases: [(String, String, Bool)] = [
    ("nothing", "gone", true), ("nothing", "Ready", false), ("nothing", "exists", false),
    ("pending", "gone", false), ("pending", "exists", true), ("pending", "Pending", true),
    ("pending", "Running", false),
    ("pending", "PodScheduled=False", true), ("pending", "PodScheduled", false),
    ("running", "Running", true), ("running", "Ready", true), ("running", "ready", true),
    ("running", "Complete", false),
    ("crashing", "CrashLoopBackOff", true), ("crashing", "ErrImagePull", false), ("crashing", "Ready", false),
    ("done", "Complete", true), ("done", "Completed", true), ("done", "Succeeded", true),
  ]

  static func object(_ state: String) -> Object? {
    switch state {
    case "pending":
      pod { pod in
        pod.status.phase = "Pending"
        pod.status.conditions = [PodCondition(type: "PodScheduled", status: "False")]
      }
    case "running":
      pod { pod in
        pod.status.phase = "Running"
        pod.status.conditions = [PodCondition(type: "Ready", status: "True")]
      }
    case "crashing":
      pod { pod in
        pod.status.phase = "Running"
        var status = ContainerStatus()
        status.state = .waiting(reason: "CrashLoopBackOff")
        pod.status.containerStatuses = [status]
      }
    case "done": pod { $0.status.phase = "Succeeded" }
    default: nil
    }
  }

  @Test(arguments: cases)
  func judges(_ state: String, _ wanted: String, _ isMet: Bool) throws {
    let parser = ScriptParser(version: .now) { _ in .objects([]) }
    guard case .until(let goal)? = parser.parse(line: "until pod/web \(wanted)").line else {
      return #expect(Bool(false), "no goal")
    }
    let met = goal.isMet { key in key.path == "/registry/pods/default/web" ? Self.object(state) : nil }
    #expect(met == isMet)
  }

  @Test func aKindThatIsNotModelledIsNeverReached() {
    let parser = ScriptParser(version: .now) { _ in .objects([]) }
    guard case .until(let goal)? = parser.parse(line: "until replicationcontroller/web Available").line else {
      return #expect(Bool(false), "no goal")
    }
    #expect(goal.key == nil)
    #expect(!goal.isMet { _ in Self.object("running") })
  }
}
