import Foundation
import Testing

@testable import Kubernetes

@Suite("rules as text")
struct RuleTextTests {
  /// What the real tools printed on the nodes of a cluster with kube-proxy 1.20.
  private static var recordings: [URL] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/oracle/flows/h_service", isDirectory: true)
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.lastPathComponent.hasPrefix("iptables-") }.sorted { $0.path < $1.path }
  }

  @Test("a recorded table prints as it was read, line for line", arguments: recordings)
  func recording(_ file: URL) throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    let (tables, problem) = RuleReader.file(text)
    #expect(problem.isEmpty)
    #expect(!tables.isEmpty)
    var rules = RuleTables()
    for (name, commands) in tables {
      // Chains may be jumped to before they are declared in another order.
      #expect(rules.apply(commands, to: name) == nil)
    }
    let wanted = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { RuleTextTests.withoutCounters($0) }
    let printed = rules.all.map { $0.text }.joined().split(separator: "\n").map { RuleTextTests.withoutCounters($0) }
    #expect(printed == wanted)
  }

  private static func withoutCounters(_ line: Substring) -> String {
    guard line.hasPrefix(":"), let bracket = line.firstIndex(of: "[") else { return String(line) }
    return String(line[..<bracket])
  }

  @Test(
    "what people write becomes what the tool prints",
    arguments: [
      ("-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000", "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000"),
      ("-A X -j MARK --xor-mark 0x4000", "-A X -j MARK --set-xmark 0x4000/0x0"),
      ("-A X -j MARK --and-mark 0xff", "-A X -j MARK --set-xmark 0x0/0xffffff00"),
      ("-A X -j MARK --set-mark 0x1", "-A X -j MARK --set-xmark 0x1/0xffffffff"),
      ("-A X -j REJECT", "-A X -j REJECT --reject-with icmp-port-unreachable"),
      (
        "-A X -m statistic --mode random --probability 0.3333333333 -j Y",
        "-A X -m statistic --mode random --probability 0.33333333349 -j Y"
      ),
      ("-A X -p tcp --dport 80 -j ACCEPT", "-A X -p tcp -m tcp --dport 80 -j ACCEPT"),
      ("-A X ! -p tcp -m comment --comment plain -j DROP", "-A X ! -p tcp -m comment --comment plain -j DROP"),
      ("-A X -m comment --comment \"a \\\"b\\\"\" -j DROP", "-A X -m comment --comment \"a \\\"b\\\"\" -j DROP"),
      ("-A X -d 10.0.0.1 -j DROP", "-A X -d 10.0.0.1/32 -j DROP"),
      ("-A X -p tcp -m tcp --syn -j DROP", "-A X -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP"),
      ("-A X -p tcp -m multiport --dports 80,443 -j DROP", "-A X -p tcp -m multiport --dports 80,443 -j DROP"),
      ("-A X -p icmp -m icmp --icmp-type echo-request -j DROP", "-A X -p icmp -m icmp --icmp-type 8 -j DROP"),
      ("-A X -m physdev --physdev-is-bridged -j ACCEPT", "-A X -m physdev --physdev-is-bridged -j ACCEPT"),
      (
        "-A X -m statistic --mode nth --every 3 --packet 1 -j DROP",
        "-A X -m statistic --mode nth --every 3 --packet 1 -j DROP"
      ),
      ("-A X -p tcp -j REDIRECT --to-ports 41234", "-A X -p tcp -j REDIRECT --to-ports 41234"),
      ("-A X -j CT --notrack", "-A X -j CT --notrack"),
    ]
  )
  func spelling(_ given: String, _ printed: String) {
    let (command, problem) = RuleReader.command(given)
    #expect(problem.isEmpty)
    #expect(command?.text == printed)
  }

  @Test(
    "a line that cannot be read says why",
    arguments: [
      "-A X -m nonsense -j DROP", "-A X -p sctp -j DROP", "-A X -d 10.0.0.300 -j DROP", "-A X --bogus",
      "-A X -j LOG", "-A X -m comment --comment \"open", "-Z X", "-A X -m tcp --dport x -j DROP",
    ]
  )
  func problems(_ line: String) {
    let (command, problem) = RuleReader.command(line)
    #expect(command == nil)
    #expect(!problem.isEmpty)
  }

  @Test("shares of one in n print as kube-proxy's do after the kernel rounded them")
  func probabilities() {
    let printed = (1...8).map { RuleText.probability(RuleMatch.probability(oneIn: $0)) }
    #expect(
      printed == [
        "1.00000000000", "0.50000000000", "0.33333333349", "0.25000000000", "0.20000000019", "0.16666666651",
        "0.14285714272", "0.12500000000",
      ]
    )
  }

  @Test("a table refuses what iptables refuses")
  func refusals() {
    var rules = RuleTables()
    func apply(_ line: String) -> String? {
      guard let command = RuleReader.command(line).command else { return "cannot read \(line)" }
      return rules.apply([command], to: .nat)
    }
    let answer1 = apply("-A NOWHERE -j ACCEPT")
    #expect(answer1?.contains("No chain") == true)
    let answer2 = apply("-A PREROUTING -j NOWHERE")
    #expect(answer2?.contains("No chain") == true)
    let answer3 = apply("-N A")
    #expect(answer3 == nil)
    let answer4 = apply("-N A")
    #expect(answer4 == "iptables: Chain already exists.")
    let answer5 = apply("-A PREROUTING -j A")
    #expect(answer5 == nil)
    let answer6 = apply("-X A")
    #expect(answer6 == "iptables: Too many links.")
    let answer7 = apply("-A A -j ACCEPT")
    #expect(answer7 == nil)
    let answer8 = apply("-X A")
    #expect(answer8 == "iptables: Directory not empty.")
    let answer9 = apply("-D A 2")
    #expect(answer9?.contains("too big") == true)
    let answer10 = apply("-D A -j DROP")
    #expect(answer10?.contains("Bad rule") == true)
    let answer11 = apply("-D PREROUTING -j A")
    #expect(answer11 == nil)
    let answer12 = apply("-F A")
    #expect(answer12 == nil)
    let answer13 = apply("-X A")
    #expect(answer13 == nil)
  }
}
