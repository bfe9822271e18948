import Clockwork
import Testing

@testable import Kubernetes

/// The text in which kubelets tell what they measured, and what metrics-server makes of it.
@Suite struct MetricsTests {
  /// Numbers with so many decimals as Go's `%g` writes them.
  static let floats: [(Int64, Int, String)] = [
    (0, 0, "0"), (1, 0, "1"), (103_300_000, 6, "103.3"), (35_651_584, 0, "3.5651584e+07"),
    (1_788_249_000_000, 3, "1.788249e+09"), (1_788_249_000_250, 3, "1.78824900025e+09"),
    (48_211_070_000, 6, "48211.07"), (999_999, 0, "999999"), (1_000_000, 0, "1e+06"), (5, 6, "5e-06"),
    (500, 6, "0.0005"), (50, 6, "5e-05"), (12_000_000, 6, "12"), (-1_500, 3, "-1.5"),
  ]

  @Test(arguments: floats) func writesNumbersAsGoDoes(_ number: Int64, _ decimals: Int, _ text: String) {
    #expect(PrometheusText.float(number, decimals: decimals) == text)
    var scaled = number
    for _ in decimals..<9 { scaled *= 10 }
    if abs(number) < 1_000_000_000 || decimals == 6 { #expect(PrometheusText.billionths(text) == scaled) }
  }

  @Test(arguments: ["", "x", "1e", "1e99", "--1", "1.2.3", "+Inf", "NaN", "99999999999999999999"])
  func readsNothingElse(_ text: String) { #expect(PrometheusText.billionths(text) == nil) }

  static func counters(_ container: String, usage: Int64, memory: Int64, started: Time = 0) -> KernelReply.Counters {
    var group = Cgroup(
      id: container,
      pod: ObjectKey(.pod, "default", "web-a"),
      uid: "u",
      container: container,
      idle: .none,
      startedAt: started
    )
    group.load = Demand(memory: memory)
    var counters = KernelReply.Counters(group, at: started)
    counters.usage = usage
    return counters
  }

  /// A kubelet that read the counters at these moments.
  static func cadvisor(_ readings: [(Time, Int64)], memory: Int64 = 35_651_584, started: Time = 0) -> CAdvisor {
    var cadvisor = CAdvisor(kernel: 0, interval: 10_000, random: Random(seed: 1))
    for (time, usage) in readings {
      var out = KubeOutbox(now: time, actor: 0)
      _ = cadvisor.perform(KubeAction(actor: 0, verb: "sample", subject: .named("cgroups")), &out)
      guard case .kernel(let call)? = out.sent.first?.message else { continue }
      let groups = [
        counters("POD", usage: 0, memory: 524_288, started: started),
        counters("web", usage: usage, memory: memory, started: started),
      ]
      var root = counters("", usage: 48_211_070_000, memory: 1_048_576)
      root.id = "/"
      cadvisor.take(KernelReply(id: call.id, .counters(at: time, root: root, groups: groups)))
    }
    return cadvisor
  }

  /// Virtual time 0 is 2026-11-22T08:00:00Z.
  static let epoch: Int64 = 1_795_334_400_000

  @Test func tellsResourceMetrics() {
    let cadvisor = Self.cadvisor([(15_000, 103_300_000)])
    let text = NodeStatistics(node: "node1", version: .now, cadvisor: cadvisor).resourceMetrics
    let lines = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    let labels = "{container=\"web\",namespace=\"default\",pod=\"web-a\"}"
    let stamp = "\(Self.epoch + 15_000)"
    #expect(
      lines == [
        "container_cpu_usage_seconds_total\(labels) 103.3 \(stamp)",
        "container_memory_working_set_bytes\(labels) 3.5651584e+07 \(stamp)",
        "container_start_time_seconds\(labels) 1.7953344e+09",
        "node_cpu_usage_seconds_total 48211.07 \(stamp)",
        "node_memory_working_set_bytes 1.048576e+06 \(stamp)",
        "pod_cpu_usage_seconds_total{namespace=\"default\",pod=\"web-a\"} 103.3 \(stamp)",
        "pod_memory_working_set_bytes{namespace=\"default\",pod=\"web-a\"} 3.6175872e+07 \(stamp)",
        "resource_scrape_error 0",
      ]
    )
    #expect(text.contains("# TYPE container_cpu_usage_seconds_total counter\n"))
    #expect(text.contains("# HELP node_memory_working_set_bytes [STABLE] Current working set of the node in bytes\n"))
  }

  @Test func toldLessThen() {
    let cadvisor = Self.cadvisor([(15_000, 103_300_000)])
    let text = NodeStatistics(node: "node1", version: .then, cadvisor: cadvisor).resourceMetrics
    let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }.map { $0.split(separator: " ")[2] }
    #expect(
      names == [
        "container_cpu_usage_seconds_total", "container_memory_working_set_bytes", "node_cpu_usage_seconds_total",
        "node_memory_working_set_bytes", "scrape_error",
      ]
    )
    #expect(text.contains("[ALPHA]"))
  }

  /// Counter 100.0 and 103.3 a quarter of a minute later: 220m.
  @Test func twoPointsMakeARate() throws {
    var store = MetricsStore(version: .now, resolution: 15_000)
    let key = ObjectKey(.pod, "default", "web-a")
    for (time, usage) in [(Time(100_000), Int64(100_000_000)), (115_000, 103_300_000)] {
      #expect(store.usage(of: key) == nil)
      #expect(!store.isReady)
      let statistics = NodeStatistics(node: "node1", version: .now, cadvisor: Self.cadvisor([(time, usage)]))
      store.store(["node1": MetricsStore.Batch(resourceMetrics: statistics.resourceMetrics)])
    }
    let usage = try #require(store.usage(of: key)?.first)
    #expect(usage.container == "web")
    #expect(usage.usage == MetricsStore.Usage(cpu: 220_000_000, memory: 35_651_584, at: 115_000, window: 15_000))
    #expect(store.isReady)
    // The kubelet has read nothing since: the numbers stay.
    let again = NodeStatistics(node: "node1", version: .now, cadvisor: Self.cadvisor([(115_000, 103_300_000)]))
    store.store(["node1": MetricsStore.Batch(resourceMetrics: again.resourceMetrics)])
    #expect(store.usage(of: key)?.first?.usage == usage.usage)
    // A node that does not answer takes its Pods along.
    store.store([:])
    #expect(store.usage(of: key) == nil)
    #expect(store.usage(ofNode: "node1") == nil)
  }

  /// Rows: age of the container at the only reading, and what is told of it in millicores.
  static let young: [(Time, Int64?)] = [(5000, nil), (9999, nil), (10_000, 220), (14_999, 220), (15_000, nil)]

  @Test(arguments: young) func aYoungContainerNeedsOnePoint(_ age: Time, _ millicores: Int64?) {
    var store = MetricsStore(version: .now, resolution: 15_000)
    let cadvisor = Self.cadvisor([(60_000 + age, 220 * age)], started: 60_000)
    let text = NodeStatistics(node: "node1", version: .now, cadvisor: cadvisor).resourceMetrics
    store.store(["node1": MetricsStore.Batch(resourceMetrics: text)])
    let usage = store.usage(of: ObjectKey(.pod, "default", "web-a"))?.first?.usage
    #expect(usage.map { $0.cpu / 1_000_000 } == millicores)
    if let usage { #expect(usage.window == age) }
  }

  /// A container that was restarted counts from nothing: its old point is no point of it.
  @Test func aRestartBreaksTheRow() {
    var store = MetricsStore(version: .now, resolution: 15_000)
    for (cadvisor, isKnown) in [
      (Self.cadvisor([(100_000, 90_000_000)]), false), (Self.cadvisor([(115_000, 500_000)], started: 110_000), false),
      (Self.cadvisor([(130_000, 1_500_000)], started: 110_000), true),
    ] {
      let text = NodeStatistics(node: "node1", version: .now, cadvisor: cadvisor).resourceMetrics
      store.store(["node1": MetricsStore.Batch(resourceMetrics: text)])
      #expect((store.usage(of: ObjectKey(.pod, "default", "web-a")) != nil) == isKnown)
    }
  }

  /// "Then" the kubelet computes the rate from its own two readings, and one answer is enough.
  @Test func thenTheKubeletComputed() throws {
    var store = MetricsStore(version: .then, resolution: 60_000)
    let key = ObjectKey(.pod, "default", "web-a")
    let one = NodeStatistics(node: "node1", version: .then, cadvisor: Self.cadvisor([(100_000, 0)]))
    store.store(["node1": MetricsStore.Batch(summary: one.summary)])
    #expect(store.usage(of: key) == nil)
    let readings: [(Time, Int64)] = [(100_000, 100_000_000), (112_000, 102_640_000)]
    let two = NodeStatistics(node: "node1", version: .then, cadvisor: Self.cadvisor(readings))
    store.store(["node1": MetricsStore.Batch(summary: two.summary)])
    let usage = try #require(store.usage(of: key)?.first?.usage)
    #expect(usage == MetricsStore.Usage(cpu: 220_000_000, memory: 35_651_584, at: 112_000, window: 30_000))
    #expect(two.summary.contains("\"usageNanoCores\":220000000,\"usageCoreNanoSeconds\":102640000000"))
  }
}
