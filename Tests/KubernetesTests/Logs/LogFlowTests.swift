import Clockwork
import Testing

@testable import Kubernetes

/// A cluster that runs a script, for what kubectl prints at the end.
struct LogBench {
  var simulation: Simulation
  let problems: [ScriptProblem]

  init(_ version: Version, _ script: String, manifests: [String: [Object]] = [:]) {
    let node: Value = .map(("name", "node1"), ("ip", "192.0.2.11"), ("podCIDR", "172.21.1.0/24"), ("cpu", "2"))
    let spec: Value = .map(("version", .string(version.rawValue)), ("nodes", .list([node])))
    var wrong: [FieldProblem] = []
    let cluster = ClusterSpec(spec, problems: &wrong)
    let parser = ScriptParser(version: version) { .objects(manifests[$0] ?? []) }
    let images = LogBench.images
    let preloads = images.names.map { "preload \($0)\n" }.joined()
    let (lines, problems) = parser.parse(preloads + script)
    self.problems = problems
    simulation = Simulation(cluster, images: images, seed: 3, script: lines, parser: parser)
    _ = simulation.run(limit: 100_000)
  }

  static var images: Images {
    var images = Images()
    var web = Image("demo/web")
    web.says = [Image.Line("listening"), Image.Line("no cache", .stderr)]
    web.fuses = [Image.Fuse(variable: "CRASH_AFTER", exitCode: 3)]
    web.fuses[0].says = [Image.Line("giving up", .stderr)]
    web.termSays = [Image.Line("going")]
    web.tick = 5000
    web.tickSays = [Image.Line("tick {n}")]
    web.hasShell = true
    images.add(web)
    var shell = Image("demo/shell")
    shell.hasShell = true
    shell.exitAfter = 0
    images.add(shell)
    return images
  }

  /// What kubectl printed, and what was looked at.
  var printed: [String] {
    simulation.rows.filter { $0.record.verb == "print" || $0.record.verb == "look" }.map(\.record.note)
  }

  var last: String { printed.last ?? "" }

  static func pod(_ name: String = "two", _ change: (inout Pod) -> Void = { _ in }) -> Object {
    var pod = Pod()
    pod.metadata = ObjectMeta(name: name, namespace: "default", labels: ["app": "two"])
    pod.spec.containers = [Container(name: "a", image: "demo/web"), Container(name: "b", image: "demo/shell")]
    pod.spec.containers[1].args = ["sh", "-c", "echo from b; sleep 1h"]
    change(&pod)
    return Object(pod: pod)
  }
}

@Suite struct LogFlowTests {
  static let start = "kubectl run web --image=demo/web\nuntil pod/web Ready\n"

  @Test(arguments: [Version.then, .now])
  func bothStreamsComeFromTheFile(_ version: Version) throws {
    let bench = LogBench(version, Self.start + "kubectl logs web\n")
    #expect(bench.problems == [])
    #expect(bench.last == "listening\nno cache")
    // Who asks whom: kubectl, kube-apiserver, the kubelet, and back.
    let steps = bench.simulation.rows.map { "\($0.record.actor) \($0.record.verb)" }.suffix(12)
    let proxy = try #require(steps.firstIndex(of: "kube-apiserver proxy"))
    let read = try #require(steps.firstIndex(of: "kubelet@node1 read-log"))
    #expect(proxy < read)
  }

  @Test func filesLieWhereTheySay() throws {
    let script = "\(Self.start)ls /var/log/containers on node1\nls /var/log/pods on node1\n"
    for version in [Version.then, .now] {
      let printed = LogBench(version, script).printed.suffix(2)
      let links = try #require(printed.first)
      let pods = try #require(printed.last)
      let folder = try #require(pods.split(separator: " ").last).trimmingSuffix("\n")
      #expect(folder.hasPrefix("default_web_") && folder.count == "default_web_".count + 36)
      let path = "/var/log/pods/\(folder)/web/0.log"
      let link = try #require(links.split(separator: " ").first { $0.hasPrefix("web_default_web-") })
      #expect(link.count == "web_default_web-".count + 64 + ".log".count)
      #expect(links.contains(" \(link) -> \(path)\n"))
      let cat = "cat /var/log/containers/\(link) on node1\ncat \(path) on node1\nls \(path) on node1\n"
      let more = LogBench(version, script + cat).printed.suffix(3)
      let file = try #require(more.first)
      #expect(Array(more)[1] == file)
      if version == .then {
        #expect(file.hasPrefix("{\"log\":\"listening\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-22T08:00:"))
        #expect(more.last?.contains("0.log -> /var/lib/docker/containers/") == true)
      } else {
        #expect(file.hasSuffix(" stderr F no cache\n"))
      }
    }
  }

  @Test(arguments: [
    ("kubectl logs web --tail=1", "no cache"), ("kubectl logs web --limit-bytes=3", "lis"),
    ("kubectl logs pod/web --prefix", "[pod/web/web] listening\n[pod/web/web] no cache"),
    ("kubectl logs -l run=web --tail 1", "no cache"),
    ("kubectl logs web -c db", "error: container db is not valid for pod web out of: web"),
    (
      "kubectl logs web -p",
      "Error from server (BadRequest): previous terminated container \"web\" in pod \"web\" not found"
    ),
    ("kubectl logs db", "Error from server (NotFound): pods \"db\" not found"),
    ("kubectl logs -l run=db", "No resources found in default namespace."),
    (
      "kubectl logs web --since=100ms",
      "The PodLogOptions \"web\" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0"
    ),
    ("crictl logs web on node1", "listening\nno cache\n"),
    ("kubectl logs node/node1", "error: cannot get the logs from *v1.Node: selector for *v1.Node not implemented"),
  ])
  func optionsAndErrors(_ line: String, _ printed: String) {
    let bench = LogBench(.now, Self.start + line + "\n")
    #expect(bench.problems == [])
    #expect(bench.last == printed)
  }

  @Test func timesAreThoseOfTheFile() throws {
    let lines = LogBench(.now, Self.start + "kubectl logs web --timestamps\n").last.split(separator: "\n")
    #expect(lines.count == 2)
    let one = try #require(lines.first?.split(separator: " ").first)
    #expect(one.count == 30 && one.hasPrefix("2026-11-22T08:00:") && one.hasSuffix("000000Z"))
    #expect(lines.last?.hasPrefix(one.dropLast(2) + "1Z") == true)
  }

  static let two = ["two.yaml": [LogBench.pod()]]
  static let apply = "kubectl apply -f two.yaml\nuntil pod/two Ready\n"

  @Test func severalContainersMustBeToldApart() {
    let now = LogBench(.now, Self.apply + "kubectl logs two\n", manifests: Self.two)
    #expect(now.printed.suffix(2) == ["Defaulted container \"a\" out of: a, b", "listening\nno cache"])
    let then = LogBench(.then, Self.apply + "kubectl logs two\n", manifests: Self.two)
    #expect(then.last == "error: a container name must be specified for pod two, choose one of: [a b]")
    for version in [Version.then, .now] {
      let one = LogBench(version, Self.apply + "kubectl logs two -c b\n", manifests: Self.two)
      #expect(one.last == "from b")
      let all = LogBench(version, Self.apply + "kubectl logs two --all-containers\n", manifests: Self.two)
      #expect(all.printed.suffix(2) == ["listening\nno cache", "from b"])
    }
    let named = LogBench.pod { $0.metadata.annotations["kubectl.kubernetes.io/default-container"] = "b" }
    let chosen = LogBench(.now, Self.apply + "kubectl logs two\n", manifests: ["two.yaml": [named]])
    #expect(chosen.last == "from b")
  }

  @Test func whatHasNotStartedHasNoLog() {
    let broken = LogBench.pod { $0.spec.containers[1].image = "registry.invalid/x:1" }
    let script = "kubectl apply -f two.yaml\nadvance 3s\nkubectl logs two -c b\n"
    let bench = LogBench(.now, script, manifests: ["two.yaml": [broken]])
    #expect(
      bench.last
        == "Error from server (BadRequest): container \"b\" in pod \"two\" is waiting to start: image can't be pulled"
        || bench.last
          == "Error from server (BadRequest): container \"b\" in pod \"two\" is waiting to start: trying and failing to pull image"
    )
    let early = LogBench(.now, "kubectl run web --image=demo/web\nadvance 200ms\nkubectl logs web\n")
    #expect(
      early.last
        == "Error from server (BadRequest): container \"web\" in pod \"web\" is waiting to start: ContainerCreating"
    )
    let unscheduled = "break kube-scheduler\nkubectl run web --image=demo/web\nkubectl logs web\n"
    #expect(LogBench(.now, unscheduled).last == "pod/web created")
  }

  @Test(arguments: [Version.then, .now])
  func thePreviousInstanceIsKept(_ version: Version) throws {
    let crash = "kubectl run web --image=demo/web --env=CRASH_AFTER=2s\nadvance 4s\nls /var/log/pods on node1\n"
    let bench = LogBench(version, crash + "kubectl logs web\nkubectl logs web --previous\n")
    #expect(bench.printed.suffix(2) == ["listening\nno cache", "listening\nno cache\ngiving up"])
    let listing = try #require(bench.printed.dropLast(2).last)
    let folder = try #require(listing.split(separator: " ").last).trimmingSuffix("\n")
    let files = LogBench(version, crash + "ls /var/log/pods/\(folder)/web on node1\n").last
    #expect(files.contains(" 0.log") && files.contains(" 1.log"))
    let gone = LogBench(version, crash + "kubectl delete pod web\nadvance 30s\nls /var/log/pods on node1\n").last
    #expect(gone == "total 0\n")
  }

  @Test func nobodyAnswersForAKubeletThatIsDown() {
    let url = "https://192.0.2.11:10250/containerLogs/default/web/web"
    let down = LogBench(.now, Self.start + "break kubelet@node1\nkubectl logs web\n")
    #expect(
      down.last
        == "Error from server: Get \"\(url)\": dial tcp 192.0.2.11:10250: connect: connection refused"
    )
    let cut = LogBench(.now, Self.start + "cut kube-apiserver kubelet@node1\nkubectl logs web --tail=5\n")
    #expect(cut.last == "Error from server: Get \"\(url)?tailLines=5\": dial tcp 192.0.2.11:10250: i/o timeout")
    let mute = LogBench(.now, Self.start + "break containerd@node1\nkubectl logs web\n")
    #expect(mute.last.hasPrefix("unable to retrieve container logs for containerd://"))
  }

  @Test func aFollowerSeesNewLinesUntilSomebodyTypesTheNextCommand() {
    let follow = Self.start + "kubectl logs -f web\nadvance 12s\n"
    let bench = LogBench(.now, follow + "kubectl get pods\nadvance 30s\n")
    let printed = bench.printed.drop { $0 != "listening\nno cache" }
    #expect(Array(printed.prefix(3).dropFirst()) == ["tick 1", "tick 2"])
    #expect(bench.last.hasPrefix("NAME"))
    #expect(bench.simulation.rows.contains { $0.record.verb == "hang-up" })
    let ended = LogBench(.now, follow + "kubectl delete pod web\n")
    #expect(ended.last == "pod \"web\" deleted from default namespace")
    let crashed = LogBench(
      .now,
      "kubectl run web --image=demo/web --env=CRASH_AFTER=7s\nuntil pod/web Ready\nkubectl logs -f web\nadvance 9s\n"
    )
    #expect(crashed.last == "giving up")
  }

  @Test func theStoryGoesOnWhileSomebodyFollows() {
    let run = "kubectl run web --image=demo/web --restart=Never --env=CRASH_AFTER=7s\nuntil pod/web Ready\n"
    let bench = LogBench(.now, run + "kubectl logs -f web\nuntil pod/web Failed\n")
    #expect(bench.simulation.unmet == [])
    #expect(bench.printed.contains("tick 1") && bench.printed.contains("giving up"))
    let broken = LogBench(.now, Self.start + "kubectl logs -f web\nbreak kube-apiserver\nkubectl logs web\n")
    #expect(broken.printed.suffix(2).first == "error: unexpected EOF")
    #expect(broken.last.hasPrefix("The connection to the server"))
    let lost = LogBench(.now, Self.start + "kubectl logs -f web\nbreak kubelet@node1\nadvance 1s\n")
    #expect(lost.last == "error: unexpected EOF")
  }

  @Test(arguments: [Version.then, .now])
  func aKubeletThatComesBackFindsTheFiles(_ version: Version) {
    let away = "break kubelet@node1\nadvance 12s\nrepair kubelet@node1\nadvance 4s\n"
    let bench = LogBench(version, Self.start + away + "kubectl logs web --tail=2\n")
    #expect(bench.last == "tick 2\ntick 3")
  }

  @Test func aScriptThatGoesRoundWritesForEver() {
    let loop = "i=0; while true; do echo \"$i: $(date)\"; i=$((i+1)); sleep 1; done"
    let run = "kubectl run count --image=demo/shell -- sh -c '\(loop)'\nuntil pod/count Ready\nadvance 10s\n"
    let lines = LogBench(.now, run + "kubectl logs count --tail=3\n").last.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.hasSuffix(" UTC 2026") && $0.contains(": Sun Nov 22 08:00:") })
    // Nobody waits for it: a goal that cannot be reached is given up.
    #expect(LogBench(.now, run + "until pod/other Ready\n").simulation.unmet.count == 1)
  }

  @Test func execWritesIntoTheLogOfProcessOne() {
    let bench = LogBench(
      .now,
      Self.start + "kubectl exec web -- sh -c 'echo hello > /proc/1/fd/1; echo seen'\nkubectl logs web --tail=1\n"
    )
    #expect(bench.printed.suffix(2) == ["seen", "hello"])
  }

  @Test func eventsComeInTheOrderOfTime() {
    let bench = LogBench(.now, Self.start + "kubectl events --for pod/web\nkubectl events --types=Warning\n")
    let lines =
      bench.printed.dropLast().last?.split(separator: "\n").map { $0.split(separator: " ").dropFirst(2) } ?? []
    #expect(lines.map { $0.first ?? "" } == ["TYPE", "Scheduled", "Pulling", "Pulled", "Created", "Started"])
    #expect(bench.last == "No events found in default namespace.")
    #expect(LogBench(.then, "kubectl events\n").problems.map(\.fact.key) == ["script.kubectl.verb-new"])
  }

  @Test func largeFilesArePutAside() throws {
    let text = String(repeating: "0123456789abcdef", count: 1000)
    let start = "kubectl run web --image=demo/web --env=TEXT=\(text)\nuntil pod/web Ready\n"
    // The same seed gives the same uid.
    let pods = LogBench(.now, start + "ls /var/log/pods on node1\n").last
    let folder = try #require(pods.split(separator: " ").last).trimmingSuffix("\n")
    let loop = "i=0; while [ $i -lt 660 ]; do echo $TEXT > /proc/1/fd/1; i=$((i+1)); done"
    let write = "kubectl exec web -- sh -c '\(loop)'\n"
    let bench = LogBench(.now, start + write + "advance 21s\nls /var/log/pods/\(folder)/web on node1\n")
    #expect(bench.last.contains(" 0.log\n"))
    #expect(bench.last.contains(" 0.log.20261122-0800"))
    #expect(bench.simulation.rows.filter { $0.record.verb == "rotate" }.map(\.record.actor).count == 2)
  }

  @Test func dockerLooksAfterItsOwnFiles() {
    var file = LogFile()
    file.append("12345\n")
    let message = Message.file(NodeFile(id: "a", path: "/x", file: file))
    for (limit, large) in [(Int64?.none, 0), (5, 1), (6, 0)] {
      var server = LogServer(maxSize: limit)
      let isTaken = server.receive(message, from: 0)
      #expect(isTaken)
      #expect(server.large.count == large)
      _ = server.receive(.file(NodeFile(id: "a", path: "/x", file: nil)), from: 0)
      #expect(server.large.isEmpty && server.files.isEmpty)
    }
  }

  @Test func aDeploymentStandsForOneOfItsPods() throws {
    var problems: [FieldProblem] = []
    let tree: Value = .map(
      ("apiVersion", "apps/v1"),
      ("kind", "Deployment"),
      ("metadata", .map(("name", "two"), ("namespace", "default"))),
      (
        "spec",
        .map(
          ("replicas", 0),
          ("selector", .map(("matchLabels", .map(("app", "two"))))),
          (
            "template",
            .map(
              ("metadata", .map(("labels", .map(("app", "two"))))),
              ("spec", .map(("containers", .list([.map(("name", "a"), ("image", "demo/web"))]))))
            )
          )
        )
      )
    )
    let deployment = try #require(Object(value: tree, problems: &problems))
    let files = ["two.yaml": [LogBench.pod()], "more.yaml": [LogBench.pod("three")], "d.yaml": [deployment]]
    let script = "kubectl apply -f d.yaml\n\(Self.apply)kubectl logs deployment/two -c b\n"
    let one = LogBench(.now, script, manifests: files)
    #expect(one.last == "from b")
    let more = "kubectl apply -f more.yaml\nuntil pod/three Ready\n"
    let two = LogBench(.now, script + more + "kubectl logs deploy/two -c b\n", manifests: files)
    // The one that has been ready for longer is taken.
    #expect(two.printed.suffix(2) == ["Found 2 pods, using pod/two", "from b"])
    let all = LogBench(.now, script + more + "kubectl logs deploy/two -c b --all-pods\n", manifests: files)
    #expect(all.printed.suffix(2) == ["[pod/two/b] from b", "[pod/three/b] from b"])
  }
}

extension StringProtocol {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : String(self)
  }
}
