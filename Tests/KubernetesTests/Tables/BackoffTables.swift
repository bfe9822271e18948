import Clockwork
import Kubernetes
import Testing

enum BackoffTables {
  /// A container that runs for a while, ends, waits and is started again.
  @Sendable static func crashLoop(_ group: String, _ row: Value) throws -> TableOutcome {
    let run = try #require(row["container_run_s"]?.integer)
    let expected = try #require(row["expected"]?.elements)
    var backoff = Backoff(initial: row["initial_s"]?.integer ?? 0, maximum: row["max_s"]?.integer ?? 0)
    var now: Int64 = 0
    var got: [Value] = []
    for restart in expected.indices {
      now += run
      let end = now
      let waited = backoff.remaining("web", since: end, now: now)
      now += waited
      backoff.next("web", event: end, now: now)
      got.append(
        .map(
          ("backoff_after_s", .integer(backoff.delay("web"))),
          ("restart", .integer(Int64(restart + 1))),
          ("waited_s", .integer(waited))
        )
      )
    }
    return .compare(.list(got), .list(expected))
  }

  /// Failures one after the other, each as soon as the back-off allows.
  @Sendable static func imagePull(_ group: String, _ row: Value) throws -> TableOutcome {
    let failures = try #require(row["failure"]?.integer)
    var backoff = Backoff(initial: 10, maximum: 300)
    var now: Int64 = 0
    for _ in 0..<failures {
      now += backoff.remainingSinceUpdate("demo/web", now: now)
      backoff.next("demo/web", event: now, now: now)
    }
    return .compare(.map(("backoff_s", .integer(backoff.delay("demo/web"))), ("failure", .integer(failures))), row)
  }
}

@Suite("Back-off beyond the tables")
struct BackoffTests {
  @Test("what is forgotten starts from the beginning")
  func garbage() {
    var backoff = Backoff(initial: 10, maximum: 300)
    backoff.next("web", event: 0, now: 0)
    backoff.next("web", event: 5, now: 20)
    backoff.collectGarbage(now: 620)
    #expect(backoff.delay("web") == 20)
    backoff.collectGarbage(now: 621)
    #expect(backoff.delay("web") == 0)
  }
}
