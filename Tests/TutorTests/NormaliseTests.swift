import Curriculum
import Testing

@testable import Tutor

/// The same fact in two spellings is one answer; another fact is not.
@Suite struct NormaliseTests {
  @Test(arguments: [
    ("exact", " Running ", "Running"), ("name", "`Node-1`", "node-1"), ("name", "Kube  Scheduler", "kube scheduler"),
    ("number", "1,024", "1024"), ("number", "2.50", "2.5"), ("number", "+3", "3"), ("ip", " 10.0.0.1", "10.0.0.1"),
    ("ip", "FE80::1", "fe80:0:0:0:0:0:0:1"), ("cidr", "10.0.0.0 / 8", "10.0.0.0/8"), ("duration", "90s", "1m30s"),
    ("duration", "1.5 min", "90 seconds"), ("duration", "30초", "30s"), ("duration", "500ms", "0.5s"),
    ("quantity", "0.5", "500m"), ("quantity", "1Gi", "1024Mi"), ("quantity", "1.5Gi", "1536Mi"),
    ("quantity", "1e3", "1k"), ("quantity", "0.1", "100m"),
  ])
  func accepts(_ rule: String, _ given: String, _ key: String) throws {
    let normal = try #require(Question.Normal(rawValue: rule))
    #expect(Normalise.same(given, key, as: normal))
    #expect(Normalise.same(key, given, as: normal))
  }

  @Test(arguments: [
    ("exact", "running", "Running"), ("name", "node-2", "node-1"), ("name", "", ""), ("number", "1024.5", "1024"),
    ("number", "ten", "10"), ("number", "0x10", "16"), ("number", "nan", "nan"), ("number", "1,02", "102"),
    ("ip", "10.0.0.01", "10.0.0.1"), ("ip", "10.0.0.1/24", "10.0.0.1"), ("ip", "10.0.0.256", "10.0.0.256"),
    ("ip", "1::2::3", "1::2::3"), ("cidr", "10.0.0.1/8", "10.0.0.0/8"), ("cidr", "10.0.0.0/33", "10.0.0.0/33"),
    ("cidr", "10.0.0.0", "10.0.0.0/8"), ("duration", "30", "30s"), ("duration", "30s", "30m"), ("duration", "", "0s"),
    ("quantity", "1G", "1Gi"), ("quantity", "1M", "1m"), ("quantity", "x", "x"), ("quantity", ".", "0"),
    ("duration", "99999999999999999999999999999999999999d", "1s"),
  ])
  func refuses(_ rule: String, _ given: String, _ key: String) throws {
    let normal = try #require(Question.Normal(rawValue: rule))
    #expect(!Normalise.same(given, key, as: normal))
  }

  @Test func tolerancesAreInclusive() {
    #expect(Normalise.same("1.25", "1.2", as: .number, tolerance: "0.05"))
    #expect(!Normalise.same("1.26", "1.2", as: .number, tolerance: "0.05"))
    #expect(Normalise.same("105", "100", as: .number, tolerance: "5%"))
    #expect(!Normalise.same("106", "100", as: .number, tolerance: "5%"))
    #expect(!Normalise.same("101", "100", as: .number))
  }
}
