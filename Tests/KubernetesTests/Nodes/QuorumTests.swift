import Clockwork
import Foundation
import Testing

@testable import Kubernetes

/// Three members of etcd: what a majority can do, and what everybody sees without one (flows-control F27 e).
@Suite struct QuorumTests {
  private static func play(_ script: String, _ version: Version = .now) throws -> Lab {
    let start = """
      preload demo/web:1.0
      kubectl create deployment web --image=demo/web:1.0 --replicas=2
      until deployment/web Ready
      advance 12s
      mark record

      """
    return try Lab(start + script, version, spec: "etcd: 3\n")
  }

  private static func member(_ letter: String, _ lab: Lab) throws -> Etcd {
    let world = lab.simulation.world
    let address = try #require(world.address(of: "etcd@\(letter)"))
    return try #require(world.component(address, as: Etcd.self))
  }

  private static func leaders(_ lab: Lab) throws -> [String] {
    try ["a", "b", "c"].filter { try member($0, lab).raft?.isLeading == true }
  }

  /// The steps of a member about a key, with its verb.
  private static func steps(_ lab: Lab, _ key: String) -> [String] {
    lab.rows.filter { $0.actor.hasPrefix("etcd@") && $0.name == key }.map { "\($0.actor) \($0.verb)" }
  }

  /// Seconds from the first fault to the first thing that kubectl printed.
  private static func stall(_ lab: Lab) -> Double {
    let start = lab.simulation.rows.first { $0.record.name == "record" }?.time ?? 0
    return ((lab.rows.first { $0.verb == "print" }?.time ?? 0) - Double(start)) / 1000
  }

  /// Every member holds the same, and the same of the log.
  private static func expectAgreement(_ lab: Lab, _ comment: Comment) throws {
    let members = try ["a", "b", "c"].map { try member($0, lab) }
    for other in members.dropFirst() {
      // A run may end between two heartbeats; what is the same revision is the same store.
      let lag = abs(other.revision - members[0].revision)
      #expect(lag <= 3, comment)
      guard lag == 0 else { continue }
      let isSame = other.objects.map(\.value) == members[0].objects.map(\.value)
      #expect(isSame, comment)
    }
  }

  @Test func aWriteCountsOnceAMajorityHasWrittenItDown() throws {
    let lab = try Self.play("kubectl create namespace quiet\nadvance 1s\n")
    let steps = Self.steps(lab, "/registry/namespaces/quiet")
    let put = try #require(steps.firstIndex(of: "etcd@a put"))
    let written = steps[..<put].filter { $0.hasSuffix(" append") }
    #expect(steps.first == "etcd@a append")
    #expect(written.count >= 2)
    for member in ["b", "c"] {
      let mine = steps.filter { $0.hasPrefix("etcd@\(member)") }
      #expect(mine == ["etcd@\(member) append", "etcd@\(member) apply"])
    }
    try Self.expectAgreement(lab, "after a write")
  }

  @Test(arguments: [Version.then, .now])
  func withOneFollowerLostNothingIsMissed(_ version: Version) throws {
    let lab = try Self.play(
      "break etcd@c\nkubectl create namespace quiet\nkubectl get namespace quiet\nadvance 30s\nrepair etcd@c\nadvance 12s\n",
      version
    )
    #expect(lab.printed.first == "namespace/quiet created")
    let second = try #require(lab.printed.dropFirst().first)
    #expect(second.contains("quiet   Active"))
    #expect(try Self.leaders(lab) == ["a"])
    try Self.expectAgreement(lab, "the follower has caught up")
  }

  @Test(arguments: [Version.then, .now])
  func withoutItsLeaderEtcdStandsStillUntilAnotherIsElected(_ version: Version) throws {
    let lab = try Self.play("break etcd@a\nkubectl create namespace quiet\n", version)
    #expect(lab.printed == ["namespace/quiet created"])
    let stall = Self.stall(lab)
    #expect(stall >= 0.9 && stall <= 2.5, "\(stall)")
    let leaders = try Self.leaders(lab).filter { $0 != "a" }
    #expect(leaders.count == 1)
    #expect(try Self.member(leaders[0], lab).raft?.term == 3)
    let back = try Self.play(
      "break etcd@a\nkubectl create namespace quiet\nrepair etcd@a\nadvance 12s\nkubectl get namespace quiet\n",
      version
    )
    #expect(try Self.leaders(back).count == 1)
    try Self.expectAgreement(back, "the old leader follows")
    #expect(back.printed.last?.contains("quiet   Active") == true)
  }

  @Test(arguments: [Version.then, .now])
  func withoutAMajorityNothingIsWrittenNorReadForCertain(_ version: Version) throws {
    let script = """
      break etcd@a
      break etcd@b
      kubectl create namespace quiet
      kubectl get namespaces
      kubectl get --raw /readyz
      kubectl get --raw /livez
      advance 120s

      """
    let lab = try Self.play(script, version)
    let timedOut = "Error from server: etcdserver: request timed out"
    #expect(lab.printed.prefix(2) == [timedOut, timedOut])
    let stall = Self.stall(lab)
    #expect(stall >= 7 && stall < 8.5, "\(stall)")
    for page in ["readyz", "livez"] {
      let text = lab.printed.first { $0.contains("\(page) check failed") } ?? ""
      #expect(
        text.hasPrefix(
          #"Error from server (InternalError): an error on the server ("[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\n"#
        )
      )
      #expect(text.contains("etcd-readiness") == (page == "readyz" && version == .now))
    }
    // Even that a node is lost would have to be written; the containers go on.
    #expect(lab.node("node-2")?.status[condition: "Ready"]?.status == "True")
    let touched = lab.rows.filter { $0.resource == "container" && $0.verb != "create" }
    #expect(touched.isEmpty)
    let back = try Self.play(script + "repair etcd@b\nadvance 60s\nkubectl create namespace later\n", version)
    #expect(back.printed.last == "namespace/later created")
    #expect(back.taints("node-1") == [])
  }

  @Test(arguments: [Version.then, .now])
  func whatAMemberThatIsCutOffWroteAloneIsThrownAway(_ version: Version) throws {
    let script = """
      cut etcd@a etcd@b
      cut etcd@a etcd@c
      kubectl create namespace alone
      kubectl create namespace together
      mend etcd@a etcd@b
      mend etcd@a etcd@c
      advance 12s
      kubectl get namespaces

      """
    let lab = try Self.play(script, version)
    #expect(lab.printed.first == "Error from server: etcdserver: request timed out")
    #expect(lab.printed.dropFirst().first == "namespace/together created")
    let table = try #require(lab.printed.last).split(separator: "\n")
    let names = table.map { String($0.prefix { $0 != " " }) }
    #expect(names == ["NAME", "default", "kube-node-lease", "kube-public", "kube-system", "together"])
    #expect(try Self.leaders(lab).count == 1)
    #expect(try Self.leaders(lab) != ["a"])
    try Self.expectAgreement(lab, "all three are together again")
    let thrown = lab.simulation.timeline.steps.flatMap(\.facts).contains { $0.key == "fact.etcd.thrown-away" }
    #expect(thrown)
  }

  /// PreVote came on with etcd 3.5: before, whoever came back with a newer term made everybody vote.
  @Test(arguments: [(Version.then, true), (.now, false)])
  func aFollowerThatComesBackDisturbsOnlyWithoutPreVote(_ version: Version, _ disturbs: Bool) throws {
    let lab = try Self.play(
      "cut etcd@c etcd@a\ncut etcd@c etcd@b\nadvance 20s\nmend etcd@c etcd@a\nmend etcd@c etcd@b\nadvance 12s\n",
      version
    )
    #expect((try Self.member("a", lab).raft?.term ?? 0 > 2) == disturbs)
    #expect(try Self.leaders(lab).count == 1)
    try Self.expectAgreement(lab, "whoever leads")
  }

  @Test func withAllMembersLostTheServerSaysSo() throws {
    let lab = try Self.play("break etcd\nkubectl create namespace quiet\nkubectl get --raw '/readyz?verbose'\n")
    #expect(lab.printed.first == "Error from server: etcdserver: request timed out")
    #expect(lab.printed.last?.contains("[-]etcd failed: reason withheld") == true)
    let back = try Self.play("break etcd\nadvance 20s\nrepair etcd\nadvance 20s\nkubectl create namespace quiet\n")
    #expect(back.printed == ["namespace/quiet created"])
  }

  /// Whatever fails in whatever order: two members never disagree, and what a user was told to be there is there.
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func nothingAcknowledgedIsLostInAnyOrder(_ seed: UInt64) throws {
    var random = Random(seed: seed)
    var script = ""
    for number in 0..<5 {
      let one = ["a", "b", "c"][random.next(below: 3)]
      let other = ["b", "c", "a"][random.next(below: 3)]
      switch random.next(below: 3) {
      case 0: script += "break etcd@\(one)\nkubectl create namespace n\(number)\nrepair etcd@\(one)\n"
      case 1 where one != other:
        script += "cut etcd@\(one) etcd@\(other)\nkubectl create namespace n\(number)\nmend etcd@\(one) etcd@\(other)\n"
      default: script += "break etcd@\(one)\nbreak etcd@\(other)\nkubectl create namespace n\(number)\nrepair etcd\n"
      }
    }
    var lab = try Lab(script + "advance 15s\n", seed % 2 == 0 ? .then : .now, spec: "etcd: 3\n", runs: false)
    var chooser = Seeded<Kube>(seed: seed)
    var steps = 0
    while steps < 20_000, case .step = lab.simulation.step(&chooser) { steps += 1 }
    #expect(steps < 20_000)
    #expect(lab.simulation.world.objections.map(\.key) == [])
    try Self.expectAgreement(lab, "seed \(seed)")
    for text in lab.printed where text.hasSuffix(" created") {
      let name = text.dropFirst("namespace/".count).dropLast(" created".count)
      #expect(lab.simulation.object(ObjectKey(.namespace, "", String(name))) != nil, "\(name)")
    }
  }
}
