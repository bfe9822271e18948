import Clockwork
import Testing

@testable import Kubernetes

/// kubectl alone, with hand-made answers.
@Suite struct KubectlTests {
  static func solo(_ version: Version, _ lines: String...) -> Solo<Kubectl> {
    var solo = Solo(Kubectl(version: version, apiserver: 9, server: "10.0.0.1:6443"))
    let parser = ScriptParser(version: version) { _ in .objects([Sample.manifest]) }
    for line in lines {
      guard case .kubectl(let command)? = parser.parse(line: "kubectl \(line)").line else { continue }
      solo.hear(.command(command))
    }
    return solo
  }

  static func ok(_ request: Request?, _ object: Object? = nil, code: Int64 = 200, list: [Object] = []) -> Message {
    var response = Response(id: request?.id ?? 0, code: code, about: object?.key ?? request?.key ?? Sample.manifest.key)
    response.object = object
    response.objects = list
    return .response(response)
  }

  static func failed(_ request: Request?, _ code: Int64, _ reason: String, _ message: String) -> Message {
    var response = Response(id: request?.id ?? 0, code: code, about: request?.key ?? Sample.manifest.key)
    response.reason = reason
    response.message = message
    return .response(response)
  }

  @Test func runsAPod() throws {
    var solo = Self.solo(.now, "run web --image=demo/web:1.0 --port=8080")
    #expect(!solo.component.isIdle)
    #expect(solo.settle() == ["send pod/web"])
    let request = try #require(solo.takeRequests().first)
    #expect(request.summary == "POST pods/web")
    #expect(request.user == "kubectl")
    #expect(solo.obstacles == ["obstacle.kubectl.waits-for-answer"])
    solo.hear(Self.ok(request, Sample.pod("web"), code: 201))
    #expect(solo.settle() == ["print pod/web"])
    #expect(solo.rows.first?.isStep == true)
    #expect(solo.takeNotes() == ["pod/web created"])
    #expect(solo.component.isIdle)
    #expect(solo.component.exitCode == 0)
    #expect(solo.obstacles == ["obstacle.kubectl.no-command"])
  }

  static let errors: [(Int64, String, String, String)] = [
    (
      409, "AlreadyExists", "pods \"web\" already exists",
      "Error from server (AlreadyExists): pods \"web\" already exists"
    ),
    (500, "", "etcdserver: request timed out", "Error from server: etcdserver: request timed out"),
    (
      422, "Invalid", "Pod \"web\" is invalid: spec.containers[0].image: Required value",
      "The Pod \"web\" is invalid: spec.containers[0].image: Required value"
    ),
    (
      422, "Invalid", "Pod \"W\" is invalid: [metadata.name: Invalid value: \"W\": a, b: c, d, spec.x: Required value]",
      "The Pod \"W\" is invalid: \n* metadata.name: Invalid value: \"W\": a, b: c, d\n* spec.x: Required value"
    ),
    (403, "Forbidden", "pods is forbidden", "Error from server (Forbidden): pods is forbidden"),
  ]

  @Test(arguments: errors)
  func printsErrors(_ code: Int64, _ reason: String, _ message: String, _ printed: String) {
    var solo = Self.solo(.now, "run web --image=a")
    solo.settle()
    solo.hear(Self.failed(solo.takeRequests().first, code, reason, message))
    solo.settle()
    #expect(solo.takeNotes() == [printed])
    #expect(solo.component.exitCode == 1)
    #expect(solo.component.isIdle)
  }

  @Test func namesTheServerThatRefuses() throws {
    var solo = Self.solo(.now, "get pods", "get nodes")
    solo.settle()
    let first = try #require(solo.takeRequests().first)
    solo.hear(.refused(id: first.id, by: 9))
    // The next command does not wait for ever: it is tried too.
    #expect(solo.settle() == ["print pods", "send nodes"])
    let text = "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?"
    #expect(solo.takeNotes() == [text])
  }

  @Test func getsATable() {
    var solo = Self.solo(.now, "get pods -l run=web --sort-by=.metadata.name")
    #expect(solo.step() == "send pods")
    var one = Sample.pod("web")
    one.updatePod { $0.metadata.labels = ["run": "web"] }
    let request = solo.takeRequests().first
    // kube-apiserver leaves out what the selector does not want.
    #expect(request?.labels?.text == "run=web")
    solo.hear(Self.ok(request, list: [one]))
    solo.settle()
    #expect(
      solo.takeNotes() == ["NAME   READY   STATUS    RESTARTS   AGE\nweb    0/1     Pending   0          <unknown>"]
    )
  }

  @Test(arguments: [
    ("get pods", "No resources found in default namespace."),
    ("get pods -n lab", "No resources found in lab namespace."),
    ("get pods -A", "No resources found"), ("get nodes", "No resources found"),
    ("delete pods --all", "No resources found"),
  ])
  func saysThatNothingIsThere(_ line: String, _ text: String) {
    var solo = Self.solo(.now, line)
    solo.settle()
    solo.hear(Self.ok(solo.takeRequests().first))
    solo.settle()
    #expect(solo.takeNotes() == [text])
    #expect(solo.component.isIdle)
  }

  @Test func doesNotSayThatNothingIsThereWhenItCouldNotAsk() {
    var solo = Self.solo(.now, "get pods")
    solo.settle()
    solo.hear(Self.failed(solo.takeRequests().first, 500, "", "etcdserver: request timed out"))
    solo.settle()
    #expect(solo.takeNotes() == ["Error from server: etcdserver: request timed out"])
  }

  @Test func printsWhatItFoundBeforeWhatItDidNot() {
    var solo = Self.solo(.now, "get pod x web -o name")
    solo.settle()
    solo.hear(Self.failed(solo.takeRequests().first, 404, "NotFound", "pods \"x\" not found"))
    solo.settle()
    solo.hear(Self.ok(solo.takeRequests().first, Sample.pod("web")))
    solo.settle()
    #expect(solo.takeNotes() == ["pod/web", "Error from server (NotFound): pods \"x\" not found"])
    #expect(solo.component.exitCode == 1)
  }

  @Test(arguments: [
    (Version.then, "pod \"web\" deleted"), (Version.now, "pod \"web\" deleted from default namespace"),
  ])
  func deletesAndWaits(_ version: Version, _ printed: String) throws {
    var solo = Self.solo(version, "delete pod web", "get pods")
    #expect(solo.settle() == ["send pod/web"])
    let request = try #require(solo.takeRequests().first)
    guard case .delete(let deletion) = request.body, deletion == Deletion(propagation: .background) else {
      return #expect(Bool(false), "another body")
    }
    solo.hear(Self.ok(request, Sample.pod("web")))
    #expect(solo.settle() == ["print pod/web", "send pod/web"])
    #expect(solo.takeNotes() == [printed])
    let watch = try #require(solo.takeRequests().first)
    #expect(watch.verb == .watch)
    #expect(watch.selector == .name(namespace: "default", name: "web"))
    solo.hear(Self.ok(watch, list: [Sample.pod("web", node: "one")]))
    #expect(solo.obstacles == ["obstacle.kubectl.waits-for-deletion"])
    solo.hear(Sample.event(.modified, Sample.pod("web", node: "one")))
    #expect(solo.enabled.isEmpty)
    solo.hear(Sample.event(.deleted, Sample.pod("web")))
    #expect(solo.closed == 0)
    // The watch is closed before the next command sends anything.
    #expect(solo.settle() == ["send pods"])
    #expect(solo.closed == 1)
  }

  @Test func asksAgainWhenItsWatchIsLost() throws {
    var solo = Self.solo(.now, "delete pod web")
    solo.settle()
    solo.hear(Self.ok(solo.takeRequests().first, Sample.pod("web")))
    solo.settle()
    solo.hear(Self.ok(solo.takeRequests().first, list: [Sample.pod("web")]))
    solo.hear(.closed(by: 9))
    #expect(solo.settle() == ["send pod/web"])
    solo.hear(.refused(id: try #require(solo.takeRequests().first).id, by: 9))
    solo.settle()
    #expect(solo.component.isIdle)
    #expect(solo.component.exitCode == 1)
  }

  @Test(
    arguments: [
      ("delete pod web --wait=false", nil, ["pod \"web\" deleted"]),
      ("delete pod web --now", 1, ["pod \"web\" deleted"]),
      (
        "delete pod web --force --wait=false", 0,
        [KubectlText.forced(.then), "pod \"web\" force deleted"]
      ),
    ] as [(String, Int64?, [String])]
  )
  func deletesAsTold(_ line: String, _ grace: Int64?, _ printed: [String]) throws {
    var solo = Self.solo(.then, line)
    solo.settle()
    let request = try #require(solo.takeRequests().first)
    guard case .delete(let seconds) = request.body else { return #expect(Bool(false), "another body") }
    #expect(seconds.graceSeconds == grace)
    solo.hear(Self.ok(request, Sample.pod("web")))
    solo.settle()
    #expect(solo.takeNotes() == printed)
  }

  @Test func appliesThreeWays() throws {
    var solo = Self.solo(.now, "apply -f web.yaml", "apply -f web.yaml")
    solo.settle()
    let read = try #require(solo.takeRequests().first)
    #expect(read.summary == "GET pods/web")
    solo.hear(Self.failed(read, 404, "NotFound", "pods \"web\" not found"))
    #expect(solo.settle() == ["send pod/web"])
    let create = try #require(solo.takeRequests().first)
    guard case .object(var stored) = create.body else { return #expect(Bool(false), "another body") }
    let written = stored.metadata.annotations[LastApplied.annotation]
    #expect(
      written
        == "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"annotations\":{},\"labels\":{\"tier\":\"db\"},"
        + "\"name\":\"web\",\"namespace\":\"default\"},\"spec\":{\"containers\":[{\"image\":\"demo/web:1.0\","
        + "\"name\":\"web\"}]}}\n"
    )
    solo.hear(Self.ok(create, stored, code: 201))
    solo.settle()
    stored.metadata.uid = "x"
    stored.updatePod { $0.spec.restartPolicy = "Always" }
    solo.hear(Self.ok(solo.takeRequests().first, stored))
    solo.settle()
    #expect(solo.takeNotes() == ["pod/web created", "pod/web unchanged"])
    // Somebody changed the image by hand, and an older manifest had a label more.
    stored.updatePod { $0.spec.containers[0].image = "demo/web:2.0" }
    stored.metadata.labels["old"] = "1"
    stored.metadata.annotations[LastApplied.annotation] = written?.replacing("\"tier\"", with: "\"old\":\"1\",\"tier\"")
    let patch = LastApplied.patch(Sample.manifest, stored: stored)
    #expect(patch.at(["metadata", "labels"])?.canonical == "{\"old\":null}")
    #expect(patch.at(["spec", "containers", "0", "image"])?.text == "demo/web:1.0")
  }

  @Test func execsInTheFirstContainer() throws {
    var solo = Self.solo(.now, "exec web -- cat /x")
    solo.settle()
    var pod = Sample.pod("web", node: "one")
    pod.updatePod { $0.spec.containers.append(Container(name: "side", image: "b")) }
    solo.hear(Self.ok(solo.takeRequests().first, pod))
    #expect(solo.settle() == ["print pod/web", "send pod/web"])
    let exec = try #require(solo.takeRequests().first)
    guard case .exec("web", ["cat", "/x"]) = exec.body else { return #expect(Bool(false), "another body") }
    var response = Response(id: exec.id, code: 299, about: pod.key)
    response.message = "cat: /x: No such file\n"
    response.revision = 3
    solo.hear(.response(response))
    solo.settle()
    #expect(
      solo.takeNotes() == [
        "Defaulted container \"web\" out of: web, side", "cat: /x: No such file",
        "command terminated with exit code 3",
      ]
    )
    #expect(solo.component.exitCode == 3)
  }

  @Test(arguments: [
    ("label pod web tier=db", Version.now, "pod/web labeled", "{\"metadata\":{\"labels\":{\"tier\":\"db\"}}}"),
    ("label pod web run-", .now, "pod/web unlabeled", "{\"metadata\":{\"labels\":{\"run\":null}}}"),
    ("label pod web run-", .then, "pod/web labeled", "{\"metadata\":{\"labels\":{\"run\":null}}}"),
    ("label pod web run=web", .now, "pod/web not labeled", "{}"),
    ("label pod web run=x --overwrite", .now, "pod/web labeled", "{\"metadata\":{\"labels\":{\"run\":\"x\"}}}"),
    ("label pod web run=x", .now, "error: 'run' already has a value (web), and --overwrite is false", ""),
  ])
  func labels(_ line: String, _ version: Version, _ printed: String, _ patch: String) throws {
    var solo = Self.solo(version, line)
    solo.settle()
    var pod = Sample.pod("web")
    pod.updatePod { $0.metadata.labels = ["run": "web"] }
    solo.hear(Self.ok(solo.takeRequests().first, pod))
    solo.settle()
    if let request = solo.takeRequests().first {
      guard case .patch(.merge, let value) = request.body else { return #expect(Bool(false), "another body") }
      #expect(value.canonical == patch)
      solo.hear(Self.ok(request, pod))
      solo.settle()
    } else {
      #expect(patch.isEmpty)
    }
    #expect(solo.takeNotes() == [printed])
  }

  @Test func patchesWhatItHasRead() throws {
    var solo = Self.solo(.now, "patch pod web -p '{\"metadata\":{\"labels\":{\"a\":\"b\"}}}'")
    solo.settle()
    solo.hear(Self.ok(solo.takeRequests().first, Sample.pod("web", revision: 5)))
    solo.settle()
    let request = try #require(solo.takeRequests().first)
    #expect(request.verb == .patch)
    solo.hear(Self.ok(request, Sample.pod("web", revision: 5)))
    solo.settle()
    #expect(solo.takeNotes() == ["pod/web patched (no change)"])
  }

  @Test func describesWithEvents() {
    var solo = Self.solo(.now, "describe pod web")
    solo.settle()
    solo.hear(Self.ok(solo.takeRequests().first, Sample.pod("web")))
    #expect(solo.settle() == ["send events"])
    var event = Event()
    event.metadata = ObjectMeta(name: "web.1", namespace: "default")
    event.involvedObject = ObjectReference(to: Sample.pod("web"))
    event.type = "Normal"
    event.reason = "Scheduled"
    event.message = "well done"
    var foreign = event
    foreign.involvedObject.uid = "another"
    foreign.message = "not this one"
    solo.hear(Self.ok(solo.takeRequests().first, list: [Object(event: event), Object(event: foreign)]))
    solo.settle()
    let text = solo.takeNotes().joined()
    #expect(text.hasPrefix("Name:"))
    #expect(text.contains("well done"))
    #expect(!text.contains("not this one"))
  }
}

extension Sample {
  /// As a manifest would be read.
  static var manifest: Object {
    var pod = Pod(metadata: ObjectMeta(name: "web", namespace: "default", labels: ["tier": "db"]))
    pod.spec.containers = [Container(name: "web", image: "demo/web:1.0")]
    return Object(pod: pod)
  }
}
