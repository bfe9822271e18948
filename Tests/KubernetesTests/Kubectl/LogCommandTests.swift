import Clockwork
import Testing

@testable import Kubernetes

/// kubectl logs alone: which requests it makes, and what it does with pieces that come one after the other.
@Suite struct LogCommandTests {
  static func pods(_ count: Int) -> [Object] {
    (1...count).map { number in
      LogBench.pod("p\(number)") { $0.spec.containers.removeLast() }
    }
  }

  static func piece(_ request: Request, _ text: String, continues: Bool = true) -> Message {
    var response = Response(id: request.id, code: 200, about: request.key)
    response.message = text
    response.continues = continues
    return .response(response)
  }

  @Test func followsSeveralAtOnce() throws {
    var solo = KubectlTests.solo(.now, "logs -f -l app=two --prefix")
    solo.settle()
    let list = try #require(solo.takeRequests().first)
    #expect(list.summary == "GET pods")
    #expect(list.labels?.text == "app=two")
    solo.hear(KubectlTests.ok(list, list: Self.pods(2)))
    solo.settle()
    let streams = solo.takeRequests()
    #expect(streams.map(\.summary) == ["GET pods/p1/log", "GET pods/p2/log"])
    guard case .logs(let query)? = streams.first?.body else {
      Issue.record("no query")
      return
    }
    #expect(query.follow && query.tailLines == 10 && query.container == "a")
    #expect(!solo.component.isIdle)
    solo.hear(Self.piece(streams[1], "x\ny\n"))
    solo.hear(Self.piece(streams[0], ""))
    solo.settle()
    #expect(solo.takeNotes() == ["[pod/p2/a] x\n[pod/p2/a] y"])
    // Nothing to do but to wait: whoever types may go on.
    #expect(solo.component.isIdle)
    #expect(solo.obstacles == ["obstacle.kubectl.follows"])
    solo.hear(Self.piece(streams[0], "last\n", continues: false))
    solo.hear(Self.piece(streams[1], "", continues: false))
    solo.settle()
    #expect(solo.takeNotes() == ["[pod/p1/a] last"])
    #expect(solo.obstacles == ["obstacle.kubectl.no-command"])
  }

  @Test func refusesTooManyStreams() throws {
    for (flag, fits) in [("", false), (" --max-log-requests=6", true)] {
      var solo = KubectlTests.solo(.now, "logs -f -l app=two" + flag)
      solo.settle()
      solo.hear(KubectlTests.ok(solo.takeRequests().first, list: Self.pods(6)))
      solo.settle()
      let refusal =
        "error: you are attempting to follow 6 log streams, but maximum allowed concurrency is 5, use "
        + "--max-log-requests to increase the limit"
      #expect(solo.takeNotes() == (fits ? [] : [refusal]))
      #expect(solo.takeRequests().count == (fits ? 6 : 0))
    }
  }

  @Test(arguments: [("", 1), (" --ignore-errors", 2)])
  func stopsAtTheFirstErrorUnlessItMayNot(_ flag: String, _ asked: Int) throws {
    var solo = KubectlTests.solo(.now, "logs -l app=two" + flag)
    solo.settle()
    solo.hear(KubectlTests.ok(solo.takeRequests().first, list: Self.pods(2)))
    solo.settle()
    let first = try #require(solo.takeRequests().first)
    solo.hear(KubectlTests.failed(first, 400, "BadRequest", "no"))
    solo.settle()
    #expect(solo.takeRequests().count == asked - 1)
    #expect(solo.takeNotes().first?.hasSuffix("Error from server (BadRequest): no") == true)
  }

  @Test func aStreamThatBreaksOffIsAnError() throws {
    var solo = KubectlTests.solo(.now, "logs -f web")
    solo.settle()
    solo.hear(KubectlTests.ok(solo.takeRequests().first, Self.pods(1)[0]))
    solo.settle()
    let stream = try #require(solo.takeRequests().first)
    solo.hear(Self.piece(stream, "x\n"))
    solo.hear(KubectlTests.failed(stream, 500, "", "unexpected EOF"))
    solo.settle()
    #expect(solo.takeNotes() == ["x", "error: unexpected EOF"])
    #expect(solo.component.exitCode == 1)
  }

  @Test(arguments: [
    ("kubectl logs web -f --tail=5 --since 90s", "logs pod/web follow tail=5 since=90"),
    ("kubectl logs -p web db --timestamps", "logs pod/web -c db previous times"),
    ("kubectl logs deploy/web --all-containers --prefix", "logs deployment.apps/web all prefix"),
    ("kubectl logs -lapp=x --limit-bytes=9 -c a", "logs -l app=x -c a tail=10 limit=9"),
    ("kubectl logs web --since-time=2026-11-22T08:00:01.5Z --tail=-1", "logs pod/web from=2026-11-22T08:00:01Z"),
    ("kubectl events --for pod/web --types=normal,Warning", "events default Normal Warning for default/web table"),
    ("kubectl events -A -o yaml --no-headers", "events all bare yaml"),
    ("ls /var/log on node1", "ls /var/log node1"), ("crictl logs web on node1", "log web node1"),
  ])
  func readsLines(_ line: String, _ read: String) throws {
    let parsed = ScriptParser(version: .now) { _ in .problems([]) }.parse(line: line)
    #expect(ScriptLineText.of(try #require(parsed.line)) == read)
  }

  @Test(arguments: [
    ("kubectl logs", "script.usage"), ("kubectl logs a b c", "script.usage"),
    ("kubectl logs web -l app=x", "script.kubectl.name-and-selector"),
    ("kubectl logs web --tail=-2", "script.kubectl.number"), ("kubectl logs web --since=later", "script.duration"),
    ("kubectl logs web --since=1s --since-time=2026-11-22T08:00:00Z", "script.kubectl.together"),
    ("kubectl logs web --since-time=noon", "script.kubectl.time"),
    ("kubectl logs web a -c b", "script.kubectl.together"),
    ("kubectl logs web --all-containers -c b", "script.kubectl.together"),
    ("kubectl logs web --limit-bytes=-1", "script.kubectl.number"), ("kubectl events web", "script.kubectl.unexpected"),
    ("kubectl events --for=web", "script.kubectl.slash"), ("kubectl events --types=Odd", "script.kubectl.event-type"),
    ("kubectl events -w", "script.kubectl.flag-left-out"), ("crictl logs web", "script.usage"),
  ])
  func refusesLines(_ line: String, _ key: String) {
    let parsed = ScriptParser(version: .now) { _ in .problems([]) }.parse(line: line)
    #expect(parsed.line == nil)
    #expect(parsed.problems.map(\.fact.key) == [key])
  }

  @Test func anOldKubectlDoesNotKnowNewFlags() {
    let parser = ScriptParser(version: .then) { _ in .problems([]) }
    #expect(parser.parse(line: "kubectl logs deploy/web --all-pods").problems.count == 1)
    #expect(parser.parse(line: "kubectl logs deploy/web").problems.isEmpty)
  }
}
