import Clockwork
import Testing

@testable import Kubernetes

/// Services: their defaults, addresses, rules, and how they print.
@Suite struct ServiceTests {
  static func service(_ name: String = "web", _ body: (inout Service) -> Void = { _ in }) -> Service {
    var service = Service()
    service.metadata = ObjectMeta(name: name, namespace: "default", labels: ["app": "web"])
    service.spec.selector = ["app": "web"]
    service.spec.ports = [ServicePort(80, target: PortTarget(8080))]
    body(&service)
    return service
  }

  private static func key(_ name: String = "web") -> ObjectKey { ObjectKey(.service, "default", name) }

  private static func create(_ service: Service, in bench: inout Bench) -> Response? {
    bench.send(bench.request(.create, key(service.metadata.name), .object(Object(service))))
  }

  @Test(arguments: [Version.then, .now]) func aServiceGetsAnAddressOfItsRange(_ version: Version) throws {
    var bench = Bench(version)
    let spec = try #require(Self.create(Self.service(), in: &bench)?.object?.as(Service.self)).spec
    let address = try #require(IPv4(spec.clusterIP))
    #expect(CIDR("10.96.0.0/12")?.contains(address) == true)
    #expect(spec.clusterIPs == [spec.clusterIP])
    #expect(spec.type == "ClusterIP" && spec.sessionAffinity == "None" && spec.ports[0].protocol == "TCP")
    #expect(spec.ipFamilyPolicy == (version == .then ? "" : "SingleStack"))
    #expect(spec.internalTrafficPolicy == (version == .then ? "" : "Cluster"))
  }

  @Test func noAddressIsGivenTwice() throws {
    var bench = Bench(.then)
    let first = Self.service("one") { $0.spec.clusterIP = "10.96.0.50" }
    #expect(Self.create(first, in: &bench)?.code == 201)
    let second = Self.create(Self.service("two") { $0.spec.clusterIP = "10.96.0.50" }, in: &bench)
    #expect(second?.code == 422)
    #expect(
      second?.message
        == "Service \"two\" is invalid: spec.clusterIPs: Invalid value: []string{\"10.96.0.50\"}: failed to allocated "
        + "ip:10.96.0.50 with error:provided IP is already allocated"
    )
  }

  @Test func aNodePortIsGivenAndKept() throws {
    var bench = Bench()
    let made = Self.create(Self.service { $0.spec.type = "NodePort" }, in: &bench)?.object?.as(Service.self)
    let port = try #require(made?.spec.ports.first?.nodePort)
    // The lower end of the range is kept for people who choose a port themselves.
    #expect((30_086...32_767).contains(port))
    #expect(made?.spec.externalTrafficPolicy == "Cluster")
    let patch: Value = .map(("spec", .map(("externalTrafficPolicy", "Local"))))
    let patched = bench.send(bench.request(.patch, Self.key(), .patch(.strategic, patch)))
    #expect(patched?.object?.as(Service.self)?.spec.ports.first?.nodePort == port)
    let back: Value = .map(("spec", .map(("type", "ClusterIP"), ("externalTrafficPolicy", .null))))
    let plain = bench.send(bench.request(.patch, Self.key(), .patch(.strategic, back)))?.object?.as(Service.self)
    #expect(plain?.spec.ports.first?.nodePort == 0)
    #expect(plain?.spec.clusterIP == made?.spec.clusterIP)
  }

  @Test func anAddressCannotBeChanged() {
    var bench = Bench(.then)
    _ = Self.create(Self.service { $0.spec.clusterIP = "10.96.0.50" }, in: &bench)
    let addresses: Value = .map(("clusterIP", "10.96.0.51"), ("clusterIPs", .list(["10.96.0.51"])))
    let answer = bench.send(bench.request(.patch, Self.key(), .patch(.merge, .map(("spec", addresses)))))
    #expect(answer?.code == 422)
    let detail = "Invalid value: []string{\"10.96.0.51\"}: may not change once set"
    #expect(answer?.message == "Service \"web\" is invalid: spec.clusterIPs[0]: \(detail)")
  }

  @Test(arguments: [
    ("ports", "spec.ports: Required value"),
    (
      "type",
      "spec.type: Unsupported value: \"Web\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\""
    ),
    ("port", "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive"),
    ("names", "spec.ports[0].name: Required value"),
    ("nodePort", "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"),
    ("external", "spec.externalName: Required value"),
  ]) func aBadServiceIsRefused(_ what: String, _ text: String) {
    var bench = Bench()
    let service = Self.service { service in
      switch what {
      case "ports": service.spec.ports = []
      case "type": service.spec.type = "Web"
      case "port": service.spec.ports[0].port = 70_000
      case "names": service.spec.ports.append(ServicePort(81, name: "other"))
      case "nodePort": service.spec.ports[0].nodePort = 30_100
      default: service.spec.type = "ExternalName"
      }
    }
    let answer = Self.create(service, in: &bench)
    #expect(answer?.code == 422)
    #expect(answer?.message.contains(text) == true, "\(answer?.message ?? "")")
  }

  @Test func aNameThatDNSCannotHaveIsRefused() {
    var bench = Bench()
    let answer = Self.create(Self.service("1web"), in: &bench)
    #expect(answer?.message.contains("metadata.name: Invalid value: \"1web\": a DNS-1035 label must consist") == true)
  }

  @Test func tablesAreThoseOfKubectl() {
    let age = Timestamp(-2000)
    var web = Self.service { $0.spec.clusterIP = "10.97.177.18" }
    web.spec.type = "ClusterIP"
    web.metadata.creationTimestamp = age
    var open = Self.service("web-np") { $0.spec.clusterIP = "10.103.200.11" }
    open.spec.type = "NodePort"
    open.spec.ports[0].nodePort = 31_818
    open.metadata.creationTimestamp = age
    var options = ObjectTable.Options()
    options.isWide = true
    #expect(
      ObjectTable([Object(web), Object(open)], .then, now: 0, options).text == """
        NAME     TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)        AGE   SELECTOR
        web      ClusterIP   10.97.177.18    <none>        80/TCP         2s    app=web
        web-np   NodePort    10.103.200.11   <none>        80:31818/TCP   2s    app=web

        """
    )
    let pods = (0..<4).map { Self.pod("web-\($0)", ip: "10.244.0.\(16 + $0)") }
    var endpoints = Endpoints()
    endpoints.metadata = web.metadata
    endpoints.subsets = EndpointRules.subsets(web, pods, .then)
    #expect(
      ObjectTable([Object(endpoints)], .then, now: 0).text == """
        NAME   ENDPOINTS                                                        AGE
        web    10.244.0.16:8080,10.244.0.17:8080,10.244.0.18:8080 + 1 more...   2s

        """
    )
  }

  static func pod(_ name: String, ip: String, ready: Bool = true, _ body: (inout Pod) -> Void = { _ in }) -> Pod {
    var pod = Pod(metadata: ObjectMeta(name: name, namespace: "default", labels: ["app": "web"]))
    pod.metadata.uid = "uid-\(name)"
    pod.metadata.resourceVersion = 7
    pod.spec.nodeName = "node-1"
    pod.spec.restartPolicy = "Always"
    pod.status.phase = "Running"
    pod.status.podIP = ip
    pod.status.conditions = [PodCondition(type: "Ready", status: ready ? "True" : "False", since: Timestamp(0))]
    body(&pod)
    return pod
  }

  // MARK: Slices

  @Test func aPodThatIsNotReadyIsListed() {
    let service = Self.service()
    let pods = [Self.pod("a", ip: "10.0.0.1"), Self.pod("b", ip: "10.0.0.2", ready: false)]
    let slice = SlicePlan(service, pods, [], trigger: nil, .now).create.first
    #expect(slice?.endpoints.map { $0.conditions.ready } == [true, false])
    #expect(slice?.endpoints.map { $0.conditions.serving } == [true, false])
    #expect(slice?.endpoints.first?.nodeName == "node-1")
    #expect(slice?.ports == [EndpointSlicePort(8080, name: "", protocol: "TCP")])
    let subset = EndpointRules.subsets(service, pods, .now).first
    #expect(subset?.addresses.map { $0.ip } == ["10.0.0.1"])
    #expect(subset?.notReadyAddresses.map { $0.ip } == ["10.0.0.2"])
  }

  @Test(arguments: [Version.then, .now]) func aPodOnItsWayOut(_ version: Version) {
    let leaving = Self.pod("a", ip: "10.0.0.1") { $0.metadata.deletionTimestamp = Timestamp(30_000) }
    let plan = SlicePlan(Self.service(), [leaving], [], trigger: nil, version)
    let conditions = plan.create.first?.endpoints.first?.conditions
    if version == .then {
      #expect(plan.create.first?.endpoints == [])
    } else {
      #expect(conditions?.ready == false && conditions?.serving == true && conditions?.terminating == true)
    }
    #expect(EndpointRules.subsets(Self.service(), [leaving], version).isEmpty)
  }

  @Test func aHundredFitIntoASlice() {
    let pods = (0..<150).map { Self.pod("p\($0)", ip: "10.0.\($0 / 100).\($0 % 100)") }
    var plan = SlicePlan(Self.service(), pods, [], trigger: nil, .now)
    #expect(plan.create.map { $0.endpoints.count } == [100, 50])
    var existing = plan.create
    for index in existing.indices { existing[index].metadata.name = "web-\(index)" }
    // One Pod less is one write, of the slice that had it.
    plan = SlicePlan(Self.service(), Array(pods.dropFirst()), existing, trigger: nil, .now)
    #expect(plan.update.map { $0.metadata.name } == ["web-0"])
    #expect(plan.create.isEmpty && plan.delete.isEmpty)
    plan = SlicePlan(Self.service(), pods, existing, trigger: nil, .now)
    #expect(plan.isEmpty)
  }

  @Test func withoutEndpointsOneSliceStays() {
    let full = SlicePlan(Self.service(), [Self.pod("a", ip: "10.0.0.1")], [], trigger: nil, .now).create
    var existing = full
    existing[0].metadata.name = "web-x"
    var plan = SlicePlan(Self.service(), [], existing, trigger: nil, .now)
    #expect(plan.update.map { $0.metadata.name } == ["web-x"] && plan.create.isEmpty && plan.delete.isEmpty)
    #expect(plan.update.first?.endpoints == [] && plan.update.first?.ports == [])
    // In 1.20 the empty slice is written again at every look; now it is left alone.
    let empty = plan.update
    plan = SlicePlan(Self.service(), [], empty, trigger: nil, .now)
    #expect(plan.isEmpty)
    #expect(SlicePlan(Self.service(), [], empty, trigger: nil, .then).update.count == 1)
  }

  @Test func aNamedPortIsLookedUpInEveryPod() {
    let service = Self.service { $0.spec.ports = [ServicePort(80, target: PortTarget(named: "http"))] }
    func open(_ name: String, _ ip: String, _ number: Int64) -> Pod {
      Self.pod(name, ip: ip) { pod in
        var container = Container(name: "web", image: "demo/web:1.0")
        var port = ContainerPort()
        port.name = "http"
        port.containerPort = number
        port.protocol = "TCP"
        container.ports = [port]
        pod.spec.containers = [container]
      }
    }
    let plan = SlicePlan(service, [open("a", "10.0.0.1", 80), open("b", "10.0.0.2", 81)], [], trigger: nil, .now)
    #expect(plan.create.map { $0.ports.first?.port } == [80, 81])
  }
}
