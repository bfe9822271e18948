import Testing

@testable import Kubernetes

/// A controller that hears of Pods and finds nothing to do.
@Suite struct EndpointSliceControllerTests {
  @Test func looksAtEveryPodAndWritesNothing() {
    var controller = EndpointSliceController(apiserver: 9)
    controller.seed([], revision: 1)
    var solo = Solo(controller)
    #expect(solo.obstacles == ["obstacle.controller.no-change"])
    solo.hear(Sample.event(.added, Sample.pod("web")))
    #expect(solo.settle() == ["observe pod/web", "sync pod/web"])
    #expect(solo.facts.map { $0.key } == ["fact.controller.no-service"])
    #expect(solo.requests.isEmpty)
    // A revision alone moves nothing into a slice.
    solo.hear(Sample.event(.modified, Sample.pod("web", revision: 2)))
    #expect(solo.settle() == ["observe pod/web"])
    solo.hear(Sample.event(.modified, Sample.pod("web", node: "one", revision: 3)))
    #expect(solo.settle() == ["observe pod/web", "sync pod/web"])
  }

  @Test func listsAgainAfterALostConnection() {
    var controller = EndpointSliceController(apiserver: 9)
    controller.seed([], revision: 1)
    var solo = Solo(controller)
    solo.hear(.closed(by: 9))
    #expect(solo.settle().isEmpty)
    solo.now = solo.due
    #expect(solo.settle() == ["list pods"])
  }
}
