import Testing

@testable import Kubernetes

/// A controller that hears of Pods and finds nothing to do.
@Suite struct EndpointSliceControllerTests {
  @Test func looksAtPodsThatNoServiceSelectsAndWritesNothing() {
    var controller = EndpointSliceController(version: .now, apiserver: 9)
    controller.seed([], revision: 1)
    var solo = Solo(controller)
    #expect(solo.obstacles == ["obstacle.controller.no-change"])
    solo.hear(Sample.event(.added, Sample.pod("web")))
    #expect(solo.settle() == ["observe pod/web"])
    #expect(solo.facts.map { $0.key } == ["fact.controller.no-service"])
    // A revision alone moves nothing into a slice, and is no step.
    solo.hear(Sample.event(.modified, Sample.pod("web", revision: 2)))
    #expect(solo.settle().isEmpty)
    solo.hear(Sample.event(.modified, Sample.pod("web", node: "one", revision: 3)))
    #expect(solo.settle() == ["observe pod/web"])
    #expect(solo.requests.isEmpty)
  }

  @Test func listsAgainAfterALostConnection() {
    var controller = EndpointSliceController(version: .now, apiserver: 9)
    controller.seed([], revision: 1)
    var solo = Solo(controller)
    solo.hear(.closed(by: 9))
    #expect(solo.settle().isEmpty)
    solo.now = solo.due
    #expect(solo.settle() == ["list services", "list pods", "list endpointslices"])
  }
}
