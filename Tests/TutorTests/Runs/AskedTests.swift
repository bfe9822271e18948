import Curriculum
import Kubernetes
import Testing

@testable import Tutor

/// What a question may ask for: objects whose names only the run knows, how many there are, and what kubectl said.
@Suite struct AskedTests {
  private static let manifest = """
    apiVersion: v1
    kind: Pod
    metadata:
      name: twin
      labels: {app: pair}
    spec:
      containers:
        - name: web
          image: demo/web:1.0
          resources: {requests: {cpu: 300m}}
    """

  /// A run to the end of a script in a course that has the manifest `pair.yaml`.
  private func run(_ script: [String], cluster: String = "reference") throws -> Run {
    var source = CourseSource.embedded
    source["Lessons/manifests/pair.yaml"] = Self.manifest
    let studio = Studio(Course.load(source).course)
    var lesson = try #require(studio.lesson("components/create-pod", seed: 0))
    lesson.cluster = PlacedText(cluster)
    lesson.script = script.map { PlacedText($0) }
    let made = studio.run(lesson, seed: 0)
    #expect(made.diagnostics == [])
    var run = try #require(made.run)
    while run.step() != nil {}
    return run
  }

  private func text(_ object: String, _ field: String?, in run: Run) -> String? {
    Asked(object, in: run.simulation)?.text(field, in: run.simulation)
  }

  @Test func aScriptAppliesAManifestOfTheCourse() throws {
    let run = try run(["kubectl apply -f pair.yaml", "until pod/twin PodScheduled"])
    #expect(text("pod/twin", "spec.containers[0].resources.requests.cpu", in: run) == "300m")
  }

  @Test func objectsAreCountedAndFoundByTheirLabels() throws {
    let run = try run(["kubectl apply -f pair.yaml", "kubectl run web --image=demo/web:1.0", "advance 10s"])
    #expect(text("pods", "count", in: run) == "2")
    #expect(text("pods app=pair", "count", in: run) == "1")
    #expect(text("pods app=none", "count", in: run) == "0")
    #expect(text("pods", "spec", in: run) == nil)
    #expect(text("pod/{{pod app=pair 1}}", "metadata.name", in: run) == "twin")
    #expect(text("pod/{{pod app=pair 2}}", "metadata.name", in: run) == nil)
    #expect(text("pod/gone", "status.phase", in: run) == "NotFound")
  }

  @Test func kubectlSaysWhatItSaid() throws {
    let run = try run(["kubectl run web --image=demo/web:1.0", "kubectl run web --image=demo/web:1.0"])
    #expect(text("kubectl", "output", in: run) == "Error from server (AlreadyExists): pods \"web\" already exists")
    #expect(text("kubectl", "exit", in: run) == "1")
    #expect(text("kubectl", "mood", in: run) == nil)
  }

  @Test func oneWordOfATableCanBeAskedFor() throws {
    let run = try run(["kubectl run web --image=demo/web:1.0", "until pod/web Running", "kubectl get pods"])
    #expect(text("kubectl", "output[0][0]", in: run) == "NAME")
    #expect(text("kubectl", "output[1][2]", in: run) == "Running")
    #expect(text("kubectl", "output[9]", in: run) == nil)
    #expect(text("kubectl", "output[1][9]", in: run) == nil)
  }

  @Test func aPacketAndTheTablesOfAKernelCanBeAskedFor() throws {
    let script = [
      "preload demo/web:1.0", "kubectl run client --image=demo/web:1.0", "until pod/client Ready",
      "kubectl run web --image=demo/web:1.0 --port=8080", "until pod/web Ready", "send pod/web:8080 from client",
    ]
    let run = try run(script, cluster: "packets")
    let node = try #require(text("pod/client", "spec.nodeName", in: run))
    let far = try #require(text("pod/web", "spec.nodeName", in: run))
    #expect(node != far)
    let client = try #require(text("pod/client", "status.podIP", in: run))
    let web = try #require(text("pod/web", "status.podIP", in: run))
    // A header, whose address stands in it, and the last packet of a kind on one interface.
    #expect(text("packet SYN at web", "ip.src", in: run) == client)
    #expect(text("packet SYN at web", "ip.src.owner", in: run) == "pod/client")
    #expect(text("packet SYN at pod/web", "ip.ttl", in: run) == "61")
    #expect(text("packet SYN at client", "eth.dst.owner", in: run) == "cni0@\(node)")
    #expect(text("packet SYN at \(node) on eth0", "eth.src.owner", in: run) == node)
    #expect(text("packet SYN at \(node) on eth0", "eth.dst.owner", in: run) == "router")
    #expect(text("packet SYN at web", "frame.interface_name", in: run) == "eth0")
    #expect(text("packet arp-request at client", "eth.dst.owner", in: run) == "broadcast")
    #expect(text("packet SYN at web", "tcp.dstport", in: run) == "8080")
    #expect(text("packet RST at web", "ip.ttl", in: run) == nil)
    #expect(text("packet SYN at web", "ip.mood", in: run) == nil)
    // Tables, as their tools print them.
    #expect(text("ip route client", "default.via.owner", in: run) == "cni0@\(node)")
    #expect(text("ip route client", "lines", in: run) == "2")
    #expect(
      text("iptables-save \(node)", "lines[-j MASQUERADE]", in: run)
        == text("iptables-save \(far)", "lines['-j MASQUERADE']", in: run)
    )
    #expect(text("ss web", "lines[LISTEN]", in: run) == "1")
    #expect(text("ip neigh web", "output[0][0]", in: run) == text("ip route web", "default.via", in: run))
    // What came of it.
    #expect(text("send", "outcome", in: run) == "answered")
    #expect(text("send", "exit", in: run) == "0")
    #expect(text("send", "output[0][0]", in: run) == "web")
    #expect(text("send", "output[0][3]", in: run) == "\(web):8080")
    // What is not there.
    for wrong in ["packet at nowhere", "packet SYN", "packet SYN at web on", "ip route nowhere", "ip rote web"] {
      #expect(Asked(wrong, in: run.simulation) == nil, "\(wrong)")
    }
  }

  @Test func aKeyWithDotsStandsInBrackets() {
    #expect(Asked.path("spec.containers[0].image") == ["spec", "containers", "0", "image"])
    #expect(Asked.path("metadata.annotations['a.b/c']") == ["metadata", "annotations", "a.b/c"])
    #expect(Asked.path(".status.podIP") == ["status", "podIP"])
  }

  @Test func aClusterMayKeepItsSizesInEveryVariant() throws {
    var spec = ClusterSpec()
    spec.machines = [ClusterSpec.Machine(name: "node1", ip: "192.0.2.11")]
    let sizes = { (spec: ClusterSpec) in Set((1..<20 as Swift.Range<UInt64>).map { spec.varied($0).machines[0].cpu }) }
    #expect(sizes(spec).count == 3)
    spec.variesSizes = false
    #expect(sizes(spec) == ["2"])
    #expect(spec.varied(7).machines[0].ip != "192.0.2.11")
  }

  @Test func aManifestIsPartOfTheHashOfThoseWhoUseIt() throws {
    func hashes(_ manifest: String) throws -> [String] {
      var source = CourseSource.embedded
      let path = "Lessons/components/create-pod.yaml"
      let lesson = try #require(source[path])
      source[path] = lesson.split(separator: "\n").map {
        $0 == "script:" ? "script:\n  - kubectl apply -f pair.yaml" : $0
      }
      .joined(separator: "\n")
      source["Lessons/manifests/pair.yaml"] = manifest
      let course = Course.load(source).course
      return ["components/create-pod", "components/watch-not-orders"].compactMap {
        course.lesson($0)?.questions.first?.hash
      }
    }
    let one = try hashes(Self.manifest)
    let other = try hashes(Self.manifest + "\n")
    #expect(one.count == 2)
    #expect(one.first != other.first)
    #expect(one.last == other.last)
  }
}
