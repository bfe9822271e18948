import Clockwork
import Testing

@testable import Kubernetes

/// Who is tried when.
@Suite struct QueueTests {
  private func add(_ object: Object, to queue: inout SchedulingQueue, priority: Int64 = 0) {
    guard var pod = object.pod else { return }
    pod.spec.priority = priority
    queue.add(Object(pod: pod), pod)
  }

  @Test func priorityComesBeforeArrival() {
    var queue = SchedulingQueue(.now, Durations(.now))
    add(Sample.pod("b"), to: &queue)
    add(Sample.pod("a"), to: &queue)
    add(Sample.pod("urgent"), to: &queue, priority: 5)
    #expect(queue.activeKeys.map(\.name) == ["urgent", "b", "a"])
  }

  @Test func backoffDoublesUpToTenSeconds() {
    var queue = SchedulingQueue(.now, Durations(.now))
    let key = Sample.pod("a").key
    add(Sample.pod("a"), to: &queue)
    var now: Time = 0
    var waits: [Time] = []
    for _ in 0..<6 {
      _ = queue.take(key)
      queue.putBack(key, reason: "", isError: true, at: now)
      let until = queue.nextBackoff?.until ?? 0
      waits.append(until - now)
      now = until
      queue.flush(at: now, unschedulableBefore: 0)
      #expect(queue.head == key)
    }
    #expect(waits == [1000, 2000, 4000, 8000, 10_000, 10_000])
  }

  @Test func aMoveWhileItIsTriedKeepsAPodFromWaitingForTheNext() {
    var queue = SchedulingQueue(.now, Durations(.now))
    let key = Sample.pod("a").key
    add(Sample.pod("a"), to: &queue)
    _ = queue.take(key)
    queue.moveAll(at: 0)
    queue.putBack(key, reason: "", isError: false, at: 0)
    #expect(queue.nextBackoff?.until == 1000)
    #expect(queue.unschedulableKeys.isEmpty)
  }

  @Test func aMoveHonoursBackoff() {
    var queue = SchedulingQueue(.now, Durations(.now))
    let key = Sample.pod("a").key
    add(Sample.pod("a"), to: &queue)
    _ = queue.take(key)
    queue.putBack(key, reason: "", isError: false, at: 0)
    #expect(queue.unschedulableKeys == [key])
    queue.moveAll(at: 400)
    #expect(queue.nextBackoff?.until == 1000)
    queue.flush(at: 1000, unschedulableBefore: 0)
    #expect(queue.head == key)
  }

  @Test func removedMeansGoneEverywhere() {
    var queue = SchedulingQueue(.now, Durations(.now))
    for name in ["a", "b", "c"] { add(Sample.pod(name), to: &queue) }
    _ = queue.take(Sample.pod("a").key)
    queue.putBack(Sample.pod("a").key, reason: "", isError: true, at: 0)
    _ = queue.take(Sample.pod("b").key)
    queue.putBack(Sample.pod("b").key, reason: "", isError: false, at: 0)
    for name in ["a", "b", "c"] { queue.remove(Sample.pod(name).key) }
    #expect(queue.entries.isEmpty)
    #expect(queue.activeKeys.isEmpty && queue.backoffKeys.isEmpty && queue.unschedulableKeys.isEmpty)
  }

  @Test(arguments: [(5, 5), (99, 99), (100, 100), (1000, 420), (3000, 780), (5000, 500), (10_000, 500)])
  func looksAtSomeNodesOfALargeCluster(_ count: Int, _ wanted: Int) {
    #expect(SchedulingCycle.wanted(of: count) == wanted)
  }
}
