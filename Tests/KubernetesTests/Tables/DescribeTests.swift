import Clockwork
import Kubernetes
import Testing

@Suite("What kubectl describe prints")
struct DescribeTests {
  private static let now: Int64 = 3_600_000

  /// A Pod that no node can take, as the recorded cluster had it.
  private static var big: Pod {
    var pod = Pod(metadata: ObjectMeta(name: "big", namespace: "f-e-unschedulable"))
    pod.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"] = "{}\n"
    pod.spec.priority = 0
    pod.status.phase = "Pending"
    var container = Container(name: "web", image: "demo/web:1.0")
    container.resources.requests = ["cpu": "64", "memory": "1Gi"]
    let mount = "/var/run/secrets/kubernetes.io/serviceaccount"
    container.volumeMounts = [VolumeMount(name: "default-token-5prtp", mountPath: mount, readOnly: true)]
    pod.spec.containers = [container]
    pod.status.conditions = [PodCondition(type: "PodScheduled", status: "False")]
    let secret: Value = .map(("defaultMode", 420), ("secretName", "default-token-5prtp"))
    pod.spec.volumes = [Volume(name: "default-token-5prtp", source: "secret", secret)]
    pod.spec.tolerations = ["unreachable", "not-ready"].map {
      Toleration(key: "node.kubernetes.io/\($0)", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300)
    }
    return pod
  }

  private static var failure: Event {
    var event = Event()
    event.type = "Warning"
    event.reason = "FailedScheduling"
    event.message = "0/2 nodes are available: 2 Insufficient cpu."
    event.eventTime = MicroTime(now - 5100)
    event.reportingComponent = "default-scheduler"
    return event
  }

  @Test("a Pod that no node can take is described as it was recorded")
  func recordedPod() {
    let text = Describe.pod(Self.big, events: [Self.failure, Self.failure], .then, now: Self.now)
    let trailing = ""
    #expect(
      text == """
        Name:         big
        Namespace:    f-e-unschedulable
        Priority:     0
        Node:         <none>
        Labels:       <none>
        Annotations:  <none>
        Status:       Pending
        IP:           \(trailing)
        IPs:          <none>
        Containers:
          web:
            Image:      demo/web:1.0
            Port:       <none>
            Host Port:  <none>
            Requests:
              cpu:        64
              memory:     1Gi
            Environment:  <none>
            Mounts:
              /var/run/secrets/kubernetes.io/serviceaccount from default-token-5prtp (ro)
        Conditions:
          Type           Status
          PodScheduled   False \(trailing)
        Volumes:
          default-token-5prtp:
            Type:        Secret (a volume populated by a Secret)
            SecretName:  default-token-5prtp
            Optional:    false
        QoS Class:       Burstable
        Node-Selectors:  <none>
        Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                         node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
        Events:
          Type     Reason            Age   From               Message
          ----     ------            ----  ----               -------
          Warning  FailedScheduling  5s    default-scheduler  0/2 nodes are available: 2 Insufficient cpu.
          Warning  FailedScheduling  5s    default-scheduler  0/2 nodes are available: 2 Insufficient cpu.

        """
    )
  }

  private static var crash: Pod {
    var pod = Pod(metadata: ObjectMeta(name: "crash", namespace: "default", labels: ["run": "crash"]))
    pod.spec.nodeName = "node1"
    pod.spec.serviceAccountName = "default"
    var container = Container(name: "web", image: "demo/web:1.0")
    container.ports = [ContainerPort(containerPort: 8080, name: "http", protocol: "TCP")]
    container.env = [EnvVar(name: "CRASH_AFTER", value: "1")]
    pod.spec.containers = [container]
    pod.status.phase = "Running"
    pod.status.hostIP = "10.0.0.11"
    pod.status.podIP = "10.0.1.3"
    pod.status.podIPs = [PodIP("10.0.1.3")]
    pod.status.startTime = Timestamp(now - 90_000)
    var status = ContainerStatus()
    status.name = "web"
    status.restartCount = 4
    status.state = .waiting(reason: "CrashLoopBackOff")
    var end = ContainerStateTerminated()
    end.exitCode = 1
    end.reason = "Error"
    end.startedAt = Timestamp(now - 16_000)
    end.finishedAt = Timestamp(now - 15_000)
    status.lastState = .terminated(end)
    pod.status.containerStatuses = [status]
    let token: Value = .map(("serviceAccountToken", .map(("expirationSeconds", 3607), ("path", "token"))))
    let map: Value = .map(("configMap", .map(("name", "kube-root-ca.crt"))))
    let api: Value = .map(("sources", .list([token, map, .map(("downwardAPI", .emptyMap))])))
    pod.spec.volumes = [Volume(name: "kube-api-access-x", source: "projected", api)]
    return pod
  }

  private static var backOff: Event {
    var event = Event()
    event.type = "Warning"
    event.reason = "BackOff"
    event.message = "Back-off restarting failed container\n"
    event.count = 5
    event.firstTimestamp = Timestamp(now - 90_000)
    event.lastTimestamp = Timestamp(now - 4000)
    event.source.component = "kubelet"
    event.involvedObject.fieldPath = "spec.containers{web}"
    return event
  }

  @Test("a crashing container shows both its states; newer releases name the account and the container of an Event")
  func crashing() {
    let text = Describe.pod(Self.crash, events: [Self.backOff], .now, now: Self.now)
    let trailing = ""
    #expect(
      text == """
        Name:             crash
        Namespace:        default
        Service Account:  default
        Node:             node1/10.0.0.11
        Start Time:       Sun, 22 Nov 2026 08:58:30 +0000
        Labels:           run=crash
        Annotations:      <none>
        Status:           Running
        IP:               10.0.1.3
        IPs:
          IP:  10.0.1.3
        Containers:
          web:
            Container ID:   \(trailing)
            Image:          demo/web:1.0
            Image ID:       \(trailing)
            Port:           8080/TCP (http)
            Host Port:      0/TCP
            State:          Waiting
              Reason:       CrashLoopBackOff
            Last State:     Terminated
              Reason:       Error
              Exit Code:    1
              Started:      Sun, 22 Nov 2026 08:59:44 +0000
              Finished:     Sun, 22 Nov 2026 08:59:45 +0000
            Ready:          False
            Restart Count:  4
            Environment:
              CRASH_AFTER:  1
            Mounts:         <none>
        Volumes:
          kube-api-access-x:
            Type:                    Projected (a volume that contains injected data from multiple sources)
            TokenExpirationSeconds:  3607
            ConfigMapName:           kube-root-ca.crt
            Optional:                false
            DownwardAPI:             true
        QoS Class:                   BestEffort
        Node-Selectors:              <none>
        Tolerations:                 <none>
        Events:
          Type     Reason   Age               From     Message
          ----     ------   ----              ----     -------
          Warning  BackOff  4s (x5 over 90s)  kubelet  spec.containers{web}: Back-off restarting failed container

        """
    )
    let then = Describe.pod(Self.crash, events: [], .then, now: Self.now)
    #expect(then.contains("ConfigMapOptional:       <nil>\n"))
    #expect(!then.contains("Service Account:"))
    #expect(then.contains("Port:           8080/TCP\n"))
    #expect(then.hasSuffix("Events:                      <none>\n"))
  }

  @Test("a Pod that is going away says for how long")
  func terminating() {
    var pod = Self.crash
    pod.metadata.deletionTimestamp = Timestamp(Self.now - 3000)
    pod.metadata.deletionGracePeriodSeconds = 30
    let text = Describe.pod(pod, events: [], .now, now: Self.now)
    #expect(text.contains("Terminating (lasts 3s)\nTermination Grace Period:  30s\n"))
  }

  @Test("a node shows its Pods and how much of it they ask for")
  func node() throws {
    var node = Node(metadata: ObjectMeta(name: "node1", labels: ["kubernetes.io/hostname": "node1"]))
    node.spec.taints = [Taint(key: "dedicated", value: "db", effect: "NoSchedule")]
    node.status.allocatable = ["cpu": "2", "memory": "4Gi", "pods": "110"]
    node.status.capacity = node.status.allocatable
    node.status.conditions = [
      NodeCondition(type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status")
    ]
    var pod = Self.big
    pod.spec.containers[0].resources.requests = ["cpu": "500m", "memory": "1Gi"]
    pod.metadata.creationTimestamp = Timestamp(Self.now - 61_000)
    var done = pod
    done.status.phase = "Succeeded"
    let text = Describe.node(node, pods: [pod, done], lease: nil, events: [], .now, now: Self.now)
    #expect(text.hasPrefix("Name:               node1\nRoles:              <none>\nLabels:             kubernetes.io"))
    #expect(text.contains("\nTaints:             dedicated=db:NoSchedule\nUnschedulable:      false\n"))
    #expect(
      text.contains(
        """
        Non-terminated Pods:          (1 in total)
          Namespace                   Name    CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age
          ---------                   ----    ------------  ----------  ---------------  -------------  ---
          f-e-unschedulable           big     500m (25%)    0 (0%)      1Gi (25%)        0 (0%)         61s
        Allocated resources:
          (Total limits may be over 100 percent, i.e., overcommitted.)
          Resource           Requests    Limits
          --------           --------    ------
          cpu                500m (25%)  0 (0%)
          memory             1Gi (25%)   0 (0%)
          ephemeral-storage  0 (0%)      0 (0%)
        Events:              <none>

        """
      )
    )
  }
}
