import Clockwork
import Kubernetes
import Testing

/// The small parts of a node, each alone.
@Suite struct NodePartTests {
  @Test(arguments: [
    ("echo a b", "a b", 0), ("echo 'a  b'; echo c", "a  b|c", 0), ("false && echo no; echo yes", "yes", 0),
    ("false || echo yes", "yes", 0), ("true || echo no", "", 0),
    ("echo \"$NAME\" '$NAME' ${NAME}x", "web $NAME webx", 0),
    ("exit 3; echo never", "", 3), ("touch /a; test -f /a && echo there", "there", 0),
    ("test -f /a || echo absent", "absent", 0), ("cat /a", "cat: can't open '/a': No such file or directory", 1),
    ("frobnicate", "sh: frobnicate: not found", 127), ("test 2 -gt 1; test 1 = 2", "", 1),
    ("[ -n x ] && echo y", "y", 0),
    ("# nothing\necho line", "line", 0), ("i=1; i=$((i + 2 * 3)); echo $i", "7", 0),
    ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done; exit $i", "1|2|3", 3),
    ("for x in a b; do echo $x; done", "a|b", 0),
    ("if false; then echo 1; elif true; then echo 2; else echo 3; fi", "2", 0),
    ("until test -f /a; do touch /a; echo made; done", "made", 0), ("echo a > /f; echo b >> /f; cat /f", "a\nb", 0),
    ("echo no > /dev/null; echo \"$(date)\"", "Sun Nov 22 08:00:00 UTC 2026", 0),
    ("printf '%s is %d\\n' a 3", "a is 3", 0), ("echo '2>1' 2>&1", "2>1", 0), ("echo \"a\\nb\"", "a\\nb", 0),
  ])
  func theShellRuns(_ script: String, _ written: String, _ code: Int64) {
    var shell = MiniShell(script: script, environment: ["NAME": "web"])
    var files: Table<String, String> = [:]
    var output: [MiniShell.Output] = []
    #expect(shell.run(&files, &output) == .ended(code))
    #expect(output.map { String($0.text.dropLast()) }.joined(separator: "|") == written)
  }

  @Test func theShellGoesOnAfterASleep() {
    var shell = MiniShell(script: "echo a; sleep 1.5; touch /x; sleep 2m; exit 4")
    var files: Table<String, String> = [:]
    var output: [MiniShell.Output] = []
    #expect(shell.run(&files, &output) == .sleeping(1500))
    #expect(output == [MiniShell.Output("a\n")])
    #expect(files["/x"] == nil)
    #expect(shell.run(&files, &output) == .sleeping(120_000))
    #expect(files["/x"] != nil)
    #expect(shell.run(&files, &output) == .ended(4))
  }

  @Test(arguments: [
    (Int64(10_000), "10s"), (80_000, "1m20s"), (300_000, "5m0s"), (2100, "2.1s"), (500, "500ms"), (0, "0s"),
    (3_600_000, "1h0m0s"), (2050, "2.05s"),
  ])
  func durationsReadAsGoWritesThem(_ milliseconds: Int64, _ text: String) {
    #expect(GoDuration.text(milliseconds) == text)
    #expect(GoDuration.parse(text) == milliseconds)
  }

  @Test(arguments: ["", "5", "s", "1x", "1.5.5s", "ten"])
  func whatIsNoDurationIsRefused(_ text: String) { #expect(GoDuration.parse(text) == nil) }

  /// Calls the plugin as a runtime would.
  struct Plugin {
    var world: KubeWorld
    var last: Int64 = 0

    init(_ range: String) {
      var cast = Cast<Kube>()
      cast.add(CNI(node: "node1", plugin: "kubenet", podCIDR: range, version: .then, random: Random(seed: 1)))
      cast.add(Ear())
      world = World(cast)
    }

    mutating func call(_ operation: NetworkCall.Operation, _ sandbox: String) -> NetworkReply? {
      last += 1
      let pod = ObjectKey(.pod, "default", sandbox)
      let call = NetworkCall(id: last, operation: operation, pod: pod, sandbox: sandbox, namespacePath: "")
      world.intervene(.tell(.network(call), to: 1))
      while let action = world.first() { _ = world.perform(action) }
      return world.component(1, as: Ear.self)?.replies.last
    }
  }

  /// A runtime that passes on what it is told.
  struct Ear: Component {
    typealias Model = Kube
    let name = "ear"
    let role = Kube.Role.runtime
    var replies: [NetworkReply] = []
    var toSend: [NetworkCall] = []

    mutating func receive(_ message: Message, from sender: Address, at now: Time) {
      if case .networkReply(let reply) = message { replies.append(reply) }
      if case .network(let call) = message { toSend.append(call) }
    }
    func offers(_ offers: inout KubeOffers) {
      if !toSend.isEmpty { offers.add("call", .named("plugin")) }
    }
    mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) {
      out.send(.network(toSend.removeFirst()), to: 0)
    }
    mutating func restart(at now: Time) {}
    var state: Value { .emptyMap }
  }

  @Test func addressesGoRound() {
    var plugin = Plugin("10.9.1.0/29")
    #expect(plugin.call(.add, "a")?.ip == "10.9.1.2")
    #expect(plugin.call(.add, "b")?.ip == "10.9.1.3")
    _ = plugin.call(.delete, "a")
    // A freed address is not taken again before the others.
    #expect(plugin.call(.add, "c")?.ip == "10.9.1.4")
    #expect(plugin.call(.add, "d")?.ip == "10.9.1.5")
    #expect(plugin.call(.add, "e")?.ip == "10.9.1.6")
    let last = plugin.call(.add, "f")
    #expect(last?.ip == "10.9.1.2")
    #expect(last?.mac == "0a:58:0a:09:01:02")
    let full = plugin.call(.add, "g")
    #expect(
      full?.failure
        == "failed to allocate for range 0: no IP addresses available in range set: 10.9.1.1-10.9.1.6"
    )
    // Taking back twice is no error.
    #expect(plugin.call(.delete, "a")?.failure == "")
  }

  @Test func imagesAreReadFromData() {
    var problems: [FieldProblem] = []
    let value: Value = .map(
      (
        "images",
        .map(
          (
            "a:1",
            .map(
              ("size", .integer(5)),
              ("pull", .string("1.5s")),
              ("sigterm", .string("ignored")),
              ("env", .map(("DIES", .map(("exits", .integer(9))))))
            )
          ),
          ("b", .map(("pull", .string("soon")), ("speed", .integer(1))))
        )
      )
    )
    let images = Images(value, problems: &problems)
    #expect(images["a:1"].size == 5)
    #expect(images["a:1"].pull == 1500)
    #expect(!images["a:1"].heedsTerm)
    #expect(images["a:1"].fuses == [Image.Fuse(variable: "DIES", exitCode: 9)])
    #expect(images["unknown"].exitAfter == nil)
    #expect(problems.map { $0.field } == ["images.b.speed", "images.b.pull"])
  }

  @Test func digestsAreSteadyAndDiffer() {
    #expect(Image.digest(of: "a").utf8.count == 64)
    #expect(Image.digest(of: "a") == Image.digest(of: "a"))
    #expect(Image.digest(of: "a") != Image.digest(of: "b"))
  }

  @Test func eventsOfOneObjectAreLimited() {
    var recorder = EventRecorder(component: "kubelet", host: "node1")
    var client = Client(apiserver: 0, user: "kubelet@node1")
    var about = ObjectReference()
    about.kind = "Pod"
    about.namespace = "default"
    about.name = "web"
    var sent: [Request] = []
    for number in 0..<30 {
      recorder.record(EventRecorder.Note("Normal", "Tested", "again", about: about), at: Time(number))
    }
    let action = KubeAction(actor: 0, verb: "record", subject: .object(ObjectKey(.pod, "default", "web")))
    while !recorder.isEmpty {
      var out = KubeOutbox(now: 0, actor: 0)
      #expect(recorder.perform(action, &client, &out))
      guard case .request(let request)? = out.sent.first?.message else { break }
      sent.append(request)
      _ = recorder.receive(.response(Response(id: request.id, code: 201, about: request.key)), at: 0)
    }
    #expect(sent.map { $0.verb.rawValue }.filter { $0 == "create" }.count == 1)
    #expect(sent.count == 25)
    if case .patch(_, let change)? = sent.last?.body { #expect(change["count"]?.integer == 25) }
  }
}
