import Clockwork
import Kubernetes

/// Clusters of any size, made for measuring.
enum Clusters {
  static func simulation(nodes: Int, script: String, budget: Int, packets: Bool = false) -> Simulation {
    var spec = ClusterSpec()
    spec.hasPackets = packets
    for number in 1...nodes {
      var machine = ClusterSpec.Machine(name: "node\(number)", ip: address(198, number))
      machine.podCIDR = "172.\(16 + number / 256).\(number % 256).0/24"
      machine.cpu = "8"
      machine.memory = "32Gi"
      spec.machines.append(machine)
    }
    spec.serviceCIDR = "198.19.0.0/16"
    spec.clusterCIDR = "172.16.0.0/12"
    spec.controlPlaneIP = "192.0.2.10"
    let parser = ScriptParser(version: .now) { _ in .problems([]) }
    return Simulation(spec, images: Images(), seed: 1, script: lines(script), parser: parser, budget: budget)
  }

  static func lines(_ script: String) -> [NumberedLine] {
    let (lines, problems) = ScriptParser(version: .now) { _ in .problems([]) }.parse(script)
    precondition(problems.isEmpty, "the script is right")
    return lines
  }

  /// Types one command that creates so many Services before the same Pods.
  static func expose(_ count: Int, in simulation: inout Simulation) {
    guard let kubectl = simulation.world.address(of: "kubectl") else { return }
    var objects: [Command.Sourced] = []
    for number in 1...count {
      var service = Service()
      service.metadata = ObjectMeta(name: "svc-\(number)", namespace: "default")
      service.spec.selector = ["app": "web"]
      service.spec.ports = [ServicePort(80, target: PortTarget(8080))]
      objects.append(Command.Sourced(Object(service), file: "services.yaml"))
    }
    let command = Command(line: "kubectl create -f services.yaml", namespace: "default", operation: .create(objects))
    simulation.intervene(.tell(.command(command), to: kubectl))
  }

  /// Types one command that creates so many Pods.
  static func create(_ count: Int, in world: inout KubeWorld) {
    guard let kubectl = world.address(of: "kubectl") else { return }
    var objects: [Command.Sourced] = []
    for number in 1...count {
      var pod = Pod(metadata: ObjectMeta(name: "web-\(number)", namespace: "default"))
      var container = Container(name: "web", image: "demo/web:1.0")
      container.resources = ResourceRequirements(requests: ["cpu": "100m", "memory": "64Mi"])
      pod.spec.containers = [container]
      objects.append(Command.Sourced(Object(pod: pod), file: "pods.yaml"))
    }
    let command = Command(line: "kubectl create -f pods.yaml", namespace: "default", operation: .create(objects))
    world.intervene(.tell(.command(command), to: kubectl))
  }

  /// Types one command that creates a Deployment of so many Pods.
  static func deploy(_ count: Int, in world: inout KubeWorld) {
    guard let kubectl = world.address(of: "kubectl") else { return }
    var deployment = Deployment()
    deployment.metadata = ObjectMeta(name: "web", namespace: "default", labels: ["app": "web"])
    deployment.spec.replicas = Int64(count)
    deployment.spec.selector = .map(("matchLabels", .map(("app", "web"))))
    deployment.spec.template.metadata.labels = ["app": "web"]
    var container = Container(name: "web", image: "demo/web:1.0")
    container.resources = ResourceRequirements(requests: ["cpu": "100m", "memory": "64Mi"])
    deployment.spec.template.spec.containers = [container]
    let object = Command.Sourced(Object(deployment), file: "web.yaml")
    let command = Command(line: "kubectl create -f web.yaml", namespace: "default", operation: .create([object]))
    world.intervene(.tell(.command(command), to: kubectl))
  }

  private static func address(_ first: Int, _ number: Int) -> String {
    "\(first).18.\(number / 250).\(number % 250 + 1)"
  }
}
