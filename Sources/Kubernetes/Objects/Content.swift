import Clockwork

/// What an object holds besides its metadata.
///
/// Records that have a field `metadata` leave it empty here; ``Object`` keeps it and fills it in.
public enum Content: Equatable, Sendable {
  case pod(PodContent)
  case node(NodeContent)
  case event(Shared<Event>)
  case namespace(Shared<Namespace>)
  case serviceAccount(Shared<ServiceAccount>)
  case binding(Shared<Binding>)
  case lease(Shared<Lease>)
  case priorityClass(Shared<PriorityClass>)
  case deployment(Shared<Deployment>)
  case replicaSet(Shared<ReplicaSet>)
  case autoscaler(Shared<HorizontalPodAutoscaler>)
  case apiService(Shared<APIService>)
  case podMetrics(Shared<PodMetrics>)
  case nodeMetrics(Shared<NodeMetrics>)
  case service(Shared<Service>)
  case endpoints(Shared<Endpoints>)
  case endpointSlice(Shared<EndpointSlice>)
  case resourceQuota(Shared<ResourceQuota>)
  case limitRange(Shared<LimitRange>)
  case role(Shared<Role>)
  case roleBinding(Shared<RoleBinding>)
  case clusterRole(Shared<ClusterRole>)
  case clusterRoleBinding(Shared<ClusterRoleBinding>)
  case statefulSet(Shared<StatefulSet>)
  case daemonSet(Shared<DaemonSet>)
  case controllerRevision(Shared<ControllerRevision>)
  case job(Shared<BatchJob>)
  case cronJob(Shared<CronJob>)
  case disruptionBudget(Shared<PodDisruptionBudget>)
  case verticalAutoscaler(Shared<VerticalPodAutoscaler>)
  case verticalCheckpoint(Shared<VerticalPodAutoscalerCheckpoint>)
  /// A kind that is stored and served but not interpreted.
  case opaque([Value.Entry])

  /// The top-level entries besides `apiVersion`, `kind` and `metadata`.
  var entries: [Value.Entry] {
    switch self {
    case .pod(let pod):
      [Value.Entry("spec", pod.spec.tree), Value.Entry("status", pod.status.tree)] + pod.unknown
    case .node(let node):
      [Value.Entry("spec", node.spec.tree), Value.Entry("status", node.status.tree)] + node.unknown
    case .event(let event): event.tree.entries ?? []
    case .namespace(let namespace): namespace.tree.entries ?? []
    case .serviceAccount(let account): account.tree.entries ?? []
    case .binding(let binding): binding.tree.entries ?? []
    case .lease(let lease): lease.tree.entries ?? []
    case .priorityClass(let priority): priority.tree.entries ?? []
    case .deployment(let deployment): deployment.tree.entries ?? []
    case .replicaSet(let set): set.tree.entries ?? []
    case .autoscaler(let autoscaler): autoscaler.tree.entries ?? []
    case .apiService(let service): service.tree.entries ?? []
    case .podMetrics(let metrics): metrics.tree.entries ?? []
    case .nodeMetrics(let metrics): metrics.tree.entries ?? []
    case .service(let record): record.tree.entries ?? []
    case .endpoints(let record): record.tree.entries ?? []
    case .endpointSlice(let record): record.tree.entries ?? []
    case .resourceQuota(let record): record.tree.entries ?? []
    case .limitRange(let record): record.tree.entries ?? []
    case .role(let record): record.tree.entries ?? []
    case .roleBinding(let record): record.tree.entries ?? []
    case .clusterRole(let record): record.tree.entries ?? []
    case .clusterRoleBinding(let record): record.tree.entries ?? []
    case .statefulSet(let record): record.tree.entries ?? []
    case .daemonSet(let record): record.tree.entries ?? []
    case .controllerRevision(let record): record.tree.entries ?? []
    case .job(let record): record.tree.entries ?? []
    case .cronJob(let record): record.tree.entries ?? []
    case .disruptionBudget(let record): record.tree.entries ?? []
    case .verticalAutoscaler(let record): record.tree.entries ?? []
    case .verticalCheckpoint(let record): record.tree.entries ?? []
    case .opaque(let entries): entries
    }
  }

  /// Reads the content of a kind from the top-level entries of a manifest.
  static func read(_ kind: Kind, _ body: Value, _ reading: inout Reading) -> Content {
    switch kind {
    case .pod: .pod((Pod.read(body, &reading) ?? Pod()).content)
    case .node: .node((Node.read(body, &reading) ?? Node()).content)
    case .event: .event(Shared(Event.read(body, &reading) ?? Event()))
    case .namespace: .namespace(Shared(Namespace.read(body, &reading) ?? Namespace()))
    case .serviceAccount: .serviceAccount(Shared(ServiceAccount.read(body, &reading) ?? ServiceAccount()))
    case .binding: .binding(Shared(Binding.read(body, &reading) ?? Binding()))
    case .lease: .lease(Shared(Lease.read(body, &reading) ?? Lease()))
    case .priorityClass: .priorityClass(Shared(PriorityClass.read(body, &reading) ?? PriorityClass()))
    case .deployment: .deployment(Shared(Deployment.read(body, &reading) ?? Deployment()))
    case .replicaSet: .replicaSet(Shared(ReplicaSet.read(body, &reading) ?? ReplicaSet()))
    case .horizontalPodAutoscaler:
      .autoscaler(Shared(HorizontalPodAutoscaler.read(body, &reading) ?? HorizontalPodAutoscaler()))
    case .apiService: .apiService(Shared(APIService.read(body, &reading) ?? APIService()))
    case .podMetrics: .podMetrics(Shared(PodMetrics.read(body, &reading) ?? PodMetrics()))
    case .nodeMetrics: .nodeMetrics(Shared(NodeMetrics.read(body, &reading) ?? NodeMetrics()))
    case .service: .service(Shared(Service.read(body, &reading) ?? Service()))
    case .endpoints: .endpoints(Shared(Endpoints.read(body, &reading) ?? Endpoints()))
    case .endpointSlice: .endpointSlice(Shared(EndpointSlice.read(body, &reading) ?? EndpointSlice()))
    case .resourceQuota: .resourceQuota(Shared(ResourceQuota.read(body, &reading) ?? ResourceQuota()))
    case .limitRange: .limitRange(Shared(LimitRange.read(body, &reading) ?? LimitRange()))
    case .role: .role(Shared(Role.read(body, &reading) ?? Role()))
    case .roleBinding: .roleBinding(Shared(RoleBinding.read(body, &reading) ?? RoleBinding()))
    case .clusterRole: .clusterRole(Shared(ClusterRole.read(body, &reading) ?? ClusterRole()))
    case .clusterRoleBinding:
      .clusterRoleBinding(Shared(ClusterRoleBinding.read(body, &reading) ?? ClusterRoleBinding()))
    case .statefulSet: .statefulSet(Shared(StatefulSet.read(body, &reading) ?? StatefulSet()))
    case .daemonSet: .daemonSet(Shared(DaemonSet.read(body, &reading) ?? DaemonSet()))
    case .controllerRevision:
      .controllerRevision(Shared(ControllerRevision.read(body, &reading) ?? ControllerRevision()))
    case .job: .job(Shared(BatchJob.read(body, &reading) ?? BatchJob()))
    case .cronJob: .cronJob(Shared(CronJob.read(body, &reading) ?? CronJob()))
    case .podDisruptionBudget:
      .disruptionBudget(Shared(PodDisruptionBudget.read(body, &reading) ?? PodDisruptionBudget()))
    case .verticalPodAutoscaler:
      .verticalAutoscaler(Shared(VerticalPodAutoscaler.read(body, &reading) ?? VerticalPodAutoscaler()))
    case .verticalPodAutoscalerCheckpoint:
      .verticalCheckpoint(
        Shared(VerticalPodAutoscalerCheckpoint.read(body, &reading) ?? VerticalPodAutoscalerCheckpoint())
      )
    default: .opaque(body.sorted.entries ?? [])
    }
  }
}
